"""TwoTransactions at once on one case: the second waits, and decides on what the first has left."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from contracts.cases import AssignCase, DismissCase, DissolveUnit, MergeCase, ReopenCase, StartCase, VerifyCase
from contracts.patrol import IncidentLinked
from contracts.roster import PostStated
from services.cases.case import due_store
from services.cases.ladder import clock as ladder_clock
from services.cases.ledger import store as ledger_store
from services.cases.post import store as post_store
from services.cases.scope import clock as scope_clock
from services.cases.service import cases
from services.runtime.problem import Problem
from tests.cases.book import ask, begun, opened
from tests.cases.county import EVIDENCE, POSTS, STATION, UNIT, incident, post
from tests.cases.test_following import revised
from tests.servers import NOW
from tests.telling import hear, heard
from tests.waiting import until

TABLES = (
    "posts, cases, moves, numbers, corroborations, handovers, missed, ledger, ledger_sums, unfolded, letters, "
    "letter_books, papers"
)


class TwoTransactions:
    """TwoTransactions connections, each in a transaction, and a third that looks on."""

    def __init__(self, first, second, looking):
        self.first, self.second = begun(first, NOW), begun(second, NOW)
        self._looking = looking
        self._at_end = None

    def begin(self):
        """The first one's transaction, to be committed when both have met."""
        self._at_end = self.first.sql.transaction()
        return self._at_end.start()

    async def meet(self, asked):
        """Let the second begin, wait until it waits for the first, and let that one commit; what the second says."""
        inner = self.second.sql.transaction()
        await inner.start()
        waiting = asyncio.create_task(asked)

        async def waits():
            return waiting.done() or await self._looking.fetchval(
                "SELECT true FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'",
                self.second.sql.get_server_pid(),
            )

        await until(waits)
        await self._at_end.commit()
        try:
            answer = await waiting
        except BaseException:
            await inner.rollback()
            raise
        await inner.commit()
        return answer


@pytest.fixture
async def two_transactions(dsn):
    connections = [await asyncpg.connect(dsn) for _ in range(3)]
    both = TwoTransactions(*connections)
    async with connections[0].transaction():
        await hear(cases, both.first, [heard(PostStated(post=one), "roster") for one in POSTS])
        both.cases = [fact.case.ref.id for fact in await opened(both.first, incident(1), incident(2))]
    yield both
    await connections[0].execute(f"TRUNCATE {TABLES}")
    for connection in connections:
        await connection.close()


async def test_of_two_moves_at_once_the_second_is_judged_by_what_the_first_has_left(two_transactions):
    await two_transactions.begin()
    await ask(two_transactions.first, VerifyCase(case_id=two_transactions.cases[0]))
    with pytest.raises(Problem) as refused:
        await two_transactions.meet(
            ask(two_transactions.second, DismissCase(case_id=two_transactions.cases[0], reason="无此事"))
        )
    assert (refused.value.status, refused.value.state) == (409, "verified")


async def test_a_case_does_not_go_into_one_that_is_being_dismissed(two_transactions):
    await two_transactions.begin()
    await ask(two_transactions.first, DismissCase(case_id=two_transactions.cases[1], reason="无此事"))
    with pytest.raises(Problem) as refused:
        await two_transactions.meet(
            ask(
                two_transactions.second,
                MergeCase(case_id=two_transactions.cases[0], into=two_transactions.cases[1], reason="同一地块"),
            )
        )
    assert refused.value.errors[0]["field"] == "into"


async def test_a_corroboration_does_not_undo_a_move_that_it_meets(two_transactions):
    await two_transactions.begin()
    await ask(two_transactions.first, VerifyCase(case_id=two_transactions.cases[0]))
    link = IncidentLinked(incident=incident(9), to=incident(1).id, distance_m=20, weight=2)
    ((_, told),) = await two_transactions.meet(hear(cases, two_transactions.second, [heard(link, "patrol")]))
    assert (told.case.state, told.case.weight) == ("verified", 2)


async def test_two_corroborations_at_once_both_weigh(two_transactions):
    await two_transactions.begin()
    links = [IncidentLinked(incident=incident(9), to=incident(1).id, distance_m=20, weight=n) for n in (2, 3)]
    await hear(cases, two_transactions.first, [heard(links[0], "patrol")])
    ((_, told),) = await two_transactions.meet(hear(cases, two_transactions.second, [heard(links[1], "patrol")]))
    assert told.case.weight == 3


async def test_a_dissolution_takes_a_case_as_the_move_that_it_meets_has_left_it(two_transactions):
    for id in two_transactions.cases:
        await ask(two_transactions.first, VerifyCase(case_id=id))
    await ask(two_transactions.first, AssignCase(case_id=two_transactions.cases[0], unit=STATION, due_on="2020-07-01"))
    await two_transactions.begin()
    start = StartCase(case_id=two_transactions.cases[0])
    await ask(two_transactions.first, start, UNIT)
    answer = await two_transactions.meet(ask(two_transactions.second, DissolveUnit(unit=STATION, reason="机构改革")))
    assert [fact.case.state for fact in answer.news] == ["verified"]
    moves = await two_transactions.first.sql.fetch("SELECT move, before FROM moves WHERE move = 'take_back'")
    assert [tuple(row) for row in moves] == [("take_back", "rectifying")]


async def test_a_handover_does_not_undo_a_move_that_it_meets(two_transactions):
    await two_transactions.begin()
    await ask(two_transactions.first, VerifyCase(case_id=two_transactions.cases[0]))
    changed = post("360222104201", "village_chief", holder="p-new-chief")
    inner = two_transactions.second.sql.transaction()
    await inner.start()
    await hear(cases, two_transactions.second, [heard(PostStated(post=changed), "roster", sequence=2)])
    await inner.commit()
    told = await two_transactions.meet(scope_clock.pass_on(two_transactions.second))
    states = {fact.case.ref.id: fact.case.state for fact in told}
    assert states == {two_transactions.cases[0]: "verified", two_transactions.cases[1]: "registered"}


@asynccontextmanager
async def late(two_transactions, days):
    """The second connection so many days on."""
    async with two_transactions.second.sql.transaction():
        yield begun(two_transactions.second.sql, NOW + timedelta(days=days))


async def test_the_clock_passes_by_a_case_that_is_being_moved(two_transactions):
    """Its letter would be about a duty that is gone; nor does the clock wait."""
    await two_transactions.begin()
    await ask(two_transactions.first, VerifyCase(case_id=two_transactions.cases[0]))
    async with late(two_transactions, 3) as tx:
        assert {fact.case.ref.id for fact in await ladder_clock.climb_the_ladder(tx)} == {two_transactions.cases[1]}
    await two_transactions._at_end.commit()
    async with late(two_transactions, 3) as tx:
        assert [fact.letter.about for fact in await ladder_clock.climb_the_ladder(tx)] == ["owner"]


async def test_a_move_made_before_another_does_not_hold_it_up_afterwards(two_transactions):
    await ask(two_transactions.first, DismissCase(case_id=two_transactions.cases[0], reason="无此事"))
    await two_transactions.begin()
    await ask(
        two_transactions.first, ReopenCase(case_id=two_transactions.cases[0], reason="新证据", evidence=[EVIDENCE])
    )
    verified = await two_transactions.meet(ask(two_transactions.second, VerifyCase(case_id=two_transactions.cases[0])))
    assert verified.body.state == "verified"


async def test_a_revision_does_not_undo_a_move_that_it_meets(two_transactions):
    await two_transactions.begin()
    await ask(two_transactions.first, VerifyCase(case_id=two_transactions.cases[0]))
    ((_, told),) = await two_transactions.meet(
        hear(cases, two_transactions.second, [heard(revised(text="补充"), "patrol")])
    )
    assert (told.case.state, told.case.text) == ("verified", "补充")


@asynccontextmanager
async def without_waiting(two_transactions):
    """The second connection in a transaction that waits for nobody: who would have to is told so as an error."""
    async with two_transactions.second.sql.transaction():
        await two_transactions.second.sql.execute("SET LOCAL lock_timeout = '1ms'")
        yield two_transactions.second


async def test_a_handover_that_another_replica_carries_out_is_left_to_it(two_transactions):
    await two_transactions.begin()
    await post_store.expect_handovers(two_transactions.second, [("a", NOW.date()), ("b", NOW.date())])
    assert (await post_store.handover(two_transactions.first, NOW.date()))[0] == "a"
    async with without_waiting(two_transactions) as tx:
        assert (await post_store.handover(tx, NOW.date()))[0] == "b"
    await two_transactions._at_end.commit()


async def test_what_another_replica_tells_to_be_overdue_is_left_to_it(two_transactions):
    later = NOW.date() + timedelta(days=30)
    await two_transactions.begin()
    assert [case.ref.id for case in await due_store.take_overdue(two_transactions.first, later, 1)]
    async with without_waiting(two_transactions) as tx:
        assert len(await due_store.take_overdue(tx, later)) == 1
    await two_transactions._at_end.commit()


async def test_entries_that_another_replica_folds_are_left_to_it(two_transactions):
    await ask(two_transactions.first, VerifyCase(case_id=two_transactions.cases[0]))
    await two_transactions.begin()
    assert await ledger_store.fold(two_transactions.first) == 1
    async with without_waiting(two_transactions) as tx:
        assert await ledger_store.fold(tx) == 0
    await two_transactions._at_end.commit()

"""What a service answers to its operator, and to nobody else."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from clients.python.connection import Arrived
from contracts.cases import CaseClosed
from contracts.every_service import DiscardDeadLetters, ListDeadLetters, RefillBus, ReplayDeadLetters, ShowStatus
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.targets import ProgressReport
from contracts.wiring.streams import DURABLES, durable
from services.runtime import metrics
from services.runtime.answering.operations import operations
from services.runtime.breaker import Breaker
from services.runtime.clock import Clock
from services.runtime.hearing.burial import bury
from services.runtime.hearing.handling import Handling
from services.runtime.messages import Answer, Heard
from services.runtime.problem import Problem
from services.runtime.replica.state import State
from services.runtime.settings import Settings
from services.runtime.wire import block_of
from services.targets.service import targets
from tests.runtime.parts_of_targets import PROGRESS, progress
from tests.servers import NOW, migrated, transaction
from tests.telling import asking

SETTINGS = Settings(nats_url="nats://127.0.0.1:1", database_url="postgresql://127.0.0.1/none")
SUBJECT = intake_subject(ProgressReport, "acme")


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("targets")


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn) as tx:
        yield tx


@pytest.fixture
def state():
    """A replica that has not started, whose handlers can be given a letter."""
    state = State("targets", [one.durable.name for one in targets.subscriptions], SETTINGS)
    subscription = next(one for one in targets.subscriptions if one.message is ProgressReport)
    state.handlings[PROGRESS.name] = Handling(
        "targets", subscription, None, SETTINGS, Clock(), Breaker("database"), None
    )
    return state


async def ask(tx, state, command, actor=OPERATOR) -> Answer:
    return await operations(state)[type(command)](tx, asking(command, actor, UNKNOWN, tx.now))


async def buried(tx, external_id, error, at, durable=PROGRESS.name, body=None):
    """A letter of a report that some handler could not take."""
    envelope = Envelope(f"m-{external_id}", "acme", ProgressReport.type(), NOW)
    data = body or ProgressReport.model_validate(progress(external_id)).model_dump_json().encode()
    raw = Arrived(SUBJECT.encode(), b"", data, block_of(to_headers(envelope)))
    await bury(tx.sql, "targets", durable, raw, Heard(None, envelope, SUBJECT, "acme", 7), error, 8, at)


@pytest.mark.parametrize(
    "command",
    [
        ShowStatus(),
        ListDeadLetters(),
        ReplayDeadLetters(ids=(UUID(int=1),)),
        DiscardDeadLetters(ids=(UUID(int=1),), reason="无用"),
        RefillBus(),
    ],
    ids=lambda command: command.name,
)
async def test_nobody_but_the_operator_is_answered(tx, state, command):
    with pytest.raises(Problem) as refused:
        await ask(tx, state, command, "zhang")
    assert (refused.value.status, refused.value.word) == (403, "not-the-operator")
    assert refused.value.errors == ({"field": "subject", "rule": "the actor must be operator"},)


async def test_the_status_of_a_service_says_why_it_is_not_ready_and_what_waits(tx, state):
    state.lag[PROGRESS.name] = 4
    before = (await ask(tx, state, ShowStatus())).body
    assert (before.service, before.ready, before.unready) == ("targets", False, ("starting: connecting",))
    assert (before.dead_letters, before.lag[PROGRESS.name], before.due, before.now) == (0, 4, {}, NOW)
    await buried(tx, "a", KeyError("area"), NOW)
    assert (await ask(tx, state, ShowStatus())).body.dead_letters == 1


async def test_the_status_says_what_each_durable_has_handled_and_how_much_all_have_refused(tx, state):
    closed = durable("targets", CaseClosed).name
    before = (await ask(tx, state, ShowStatus())).body
    for of, outcome, count in (
        (PROGRESS.name, "handled", 3),
        (PROGRESS.name, "refused", 2),
        (closed, "handled", 5),
        (closed, "refused", 1),
        (closed, "dead", 7),
        ("cases-located", "handled", 9),
        ("cases-located", "refused", 4),
    ):
        metrics.HANDLED.labels(of, outcome).inc(count)
    after = (await ask(tx, state, ShowStatus())).body
    expected = dict.fromkeys((one.name for one in DURABLES["targets"]), 0) | {PROGRESS.name: 3, closed: 5}
    assert {of: after.heard[of] - before.heard[of] for of in after.heard} == expected
    assert after.refused - before.refused == 3


async def test_dead_letters_are_grouped_by_durable_and_cause_with_the_newest_as_example(tx, state):
    later = NOW + timedelta(hours=1)
    await buried(tx, "a", KeyError("first"), NOW)
    await buried(tx, "b", KeyError("second"), later)
    await buried(tx, "c", ValueError("third"), NOW)
    await buried(tx, "d", KeyError("elsewhere"), NOW, durable="targets-closed")
    groups = (await ask(tx, state, ListDeadLetters())).body.groups
    assert [(one.durable, one.cause, one.count) for one in groups] == [
        ("targets-closed", "KeyError", 1),
        (PROGRESS.name, "KeyError", 2),
        (PROGRESS.name, "ValueError", 1),
    ]
    group = groups[1]
    assert json.loads(group.example["body"])["external_id"] == "text of 1"
    assert (group.first_at, group.last_at) == (NOW, later)
    rows = await tx.sql.fetch("SELECT message_id, id FROM dead_letters")
    ids = {row["message_id"]: row["id"] for row in rows}
    assert list(group.ids) == [ids["m-b"], ids["m-a"]]
    assert (group.example["reason"], group.example["message_id"], group.example["subject"]) == (
        "KeyError",
        "m-b",
        SUBJECT,
    )


async def test_a_replayed_letter_is_handled_once_and_one_that_fails_again_stays(tx, state):
    await buried(tx, "a", KeyError("area"), NOW)
    await buried(tx, "b", KeyError("area"), NOW, body=b"{}")
    await buried(tx, "c", KeyError("area"), NOW, durable="gone")
    (group, _) = sorted((await ask(tx, state, ListDeadLetters())).body.groups, key=lambda one: -one.count)
    every = [row["id"] for row in await tx.sql.fetch("SELECT id FROM dead_letters")]
    assert len(group.ids) == 2
    for done in (1, 0):
        assert (await ask(tx, state, ReplayDeadLetters(ids=every))).body.changed == done
    rows = await tx.sql.fetch("SELECT message_id, state, settled_at FROM dead_letters ORDER BY message_id")
    assert [tuple(row) for row in rows] == [
        ("m-a", "replayed", NOW),
        ("m-b", "waiting", None),
        ("m-c", "waiting", None),
    ]
    refused = await tx.sql.fetchval("SELECT body FROM outbox WHERE subject = 'rejected.acme.progress.v1'")
    assert refused is not None
    assert b'"a"' in refused


async def test_a_discarded_letter_keeps_the_reason_and_is_discarded_once(tx, state):
    await buried(tx, "a", KeyError("area"), NOW)
    ids = [row["id"] for row in await tx.sql.fetch("SELECT id FROM dead_letters")]
    for done in (1, 0):
        command = DiscardDeadLetters(ids=ids, reason="重复投递")
        assert (await ask(tx, state, command)).body.changed == done
    row = await tx.sql.fetchrow("SELECT state, settled_reason, settled_at FROM dead_letters")
    assert tuple(row) == ("discarded", "重复投递", NOW)
    assert (await ask(tx, state, ListDeadLetters())).body.groups == ()


async def test_a_refill_says_how_much_is_on_record_and_all_of_it_waits_to_be_told(tx, state):
    await buried(tx, "a", KeyError("area"), NOW)
    await tx.sql.execute("DELETE FROM unsent")
    await tx.sql.execute("UPDATE told SET stream_made_at = 'some day'")
    assert (await ask(tx, state, ShowStatus())).body.outbox_unsent == 0
    assert (await ask(tx, state, RefillBus())).body.changed == 1
    assert (await ask(tx, state, ShowStatus())).body.outbox_unsent == 1

"""The ledger against a recount of a few lines: where every case stood and counted on each day, by the answers alone."""

import itertools
from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from contracts.cases import (
    AcceptCase,
    AssignCase,
    CloseCase,
    DismissCase,
    MergeCase,
    RelapseCase,
    ShowSheet,
    StartCase,
    SubmitCase,
    TransferCase,
    VerifyCase,
    VoidCase,
)
from contracts.language.division import Division
from services.cases.ledger import clock as ledger_clock
from services.runtime.problem import Problem
from tests.cases.book import ask, later, opened
from tests.cases.county import CHIEF, EVIDENCE, OFFICE, STATION, UNIT, incident
from tests.cases.steps import PROOFS
from tests.cases.test_entering import CLOSED, importing, row

STOCK = {"verified", "assigned", "rectifying", "submitted", "accepted", "on_notice", "relapsed"}
PLACES = (
    "000000000000",
    "360200000000",
    "360222000000",
    "360222104000",
    "360222104201",
    "360222105000",
    "360281000000",
)
REASON = {"reason": "有理由"}
DAYS = 60


class Recount:
    """What the book must say: the stations of each case as (day, state, campaign, place, kind)."""

    def __init__(self):
        self.stations = {}
        self.opening = set()

    def saw(self, case, on):
        self.stations.setdefault(case.ref.id, []).append(
            (on, case.state.value, case.campaign, case.ref.division, case.kind.value)
        )

    def stock(self, day, scope):
        """How many were stock at the end of a day; what was carried over is so from the beginning."""
        count = 0
        for id, stations in self.stations.items():
            known = [one for one in stations if one[0] <= day] or (stations[:1] if id in self.opening else [])
            count += bool(known) and known[-1][1] in STOCK and scope(known[-1])
        return count

    def lines(self, after, to, scope):
        found = Counter()
        for id, stations in self.stations.items():
            for before, now in zip([None, *stations], stations, strict=False):
                if not after < now[0] <= to:
                    continue
                was, is_now = before is not None and before[1] in STOCK, now[1] in STOCK
                if is_now and not was and id in self.opening and before is None:
                    continue
                if was and is_now and scope(before) != scope(now):
                    found["moved_in" if scope(now) else "moved_out"] += 1
                elif is_now and not was and scope(now):
                    found["relapsed" if before and before[1] == "closed" else "new"] += 1
                elif was and not is_now and scope(before):
                    found[now[1]] += 1
        return found


def scope_of(campaign, place, kind):
    return lambda station: (
        (campaign is None or station[2] == campaign)
        and Division(place).contains(station[3])
        and (kind is None or station[4] == kind)
    )


MOVES = {
    "registered": [(VerifyCase, OFFICE, {}), (VerifyCase, OFFICE, {}), (DismissCase, OFFICE, REASON)],
    "verified": [(AssignCase, OFFICE, {"unit": STATION, "due_on": "2020-12-01"})],
    "assigned": [(StartCase, UNIT, {})],
    "rectifying": [(SubmitCase, UNIT, {"measures": "已补植", "evidence": [EVIDENCE], "proofs": PROOFS})],
    "submitted": [(AcceptCase, CHIEF, {})],
    "accepted": [(CloseCase, OFFICE, {"cause": "profit"})],
    "closed": [(RelapseCase, OFFICE, {"why": "recurrence", **REASON}), (VoidCase, OFFICE, REASON)],
    "relapsed": [(AssignCase, OFFICE, {"unit": STATION, "due_on": "2020-12-01"})],
}


def asked(case, others, dice):
    """A move of this case: mostly the next of its road, sometimes away."""
    if case.state in STOCK | {"registered"} and dice.random() < 0.12:
        to = dice.choice(
            [
                {"division": "360222105000"},
                {"division": "360222104201"},
                {"kind": "waste"},
                {"kind": "felling"},
                {"campaign": "forest-inspection-2020", "kind": "felling"},
                {"campaign": "daily-2020"},
            ]
        )
        return dice.choice(
            [(TransferCase, OFFICE, {**to, **REASON})] * 4
            + [
                (VoidCase, OFFICE, REASON),
                (MergeCase, OFFICE, {"into": dice.choice(others), "confirmed": True, **REASON}),
            ]
        )
    return dice.choice(MOVES[case.state]) if case.state in MOVES else None


@pytest.mark.parametrize("seed", range(4))
async def test_every_sheet_of_every_scope_is_what_a_recount_says(tx, seed):
    dice, book, known = Random(seed), Recount(), {}

    def saw(fact):
        known[fact.case.ref.id] = fact.case
        book.saw(fact.case, fact.on or tx.now.date())

    for fact in await opened(tx, *(incident(n, kind=dice.choice(["felling", "waste"])) for n in range(1, 13))):
        saw(fact)
    rows = (
        row("1", kind="felling", stocked_on="2020-06-01"),
        row("2", kind="felling", **{**CLOSED, "closed_on": "2020-05-02"}),
    )
    for fact in (await ask(tx, importing(*rows, campaign="forest-inspection-2020"))).news:
        book.opening.add(fact.case.ref.id)
        if fact.case.state == "closed":
            before = fact.case.model_copy(update={"state": type(fact.case.state).VERIFIED})
            book.saw(before, fact.entries[0].on)
        saw(fact)
    new = row("3", kind="felling", found_on="2020-05-20", verified_on="2020-05-27")
    for fact in (await ask(tx, importing(new, campaign="forest-inspection-2020", enters_as="new"))).news:
        saw(fact)
    for day in range(1, DAYS):
        for id in dice.sample(sorted(known), 6):
            move = asked(known[id], sorted(known), dice)
            if move is None:
                continue
            command, by, said = move
            late = timedelta(days=dice.choice((0, 0, 0, 1)))
            on = max(later(tx, day).now.date() - late, known[id].moved_on)
            try:
                answer = await ask(later(tx, day), command(case_id=id, on=on, **said), by)
            except Problem:
                continue
            for fact in answer.news:
                if fact.case.ref.id == id and fact.name != "cases.left.v1":
                    saw(fact)
                elif fact.case.ref.id in known:
                    known[fact.case.ref.id] = fact.case
        if day == DAYS // 2:
            await ledger_clock.fold_ledger(later(tx, day))
    assert {station[1] for stations in book.stations.values() for station in stations} >= {
        "closed",
        "relapsed",
        "voided",
    }
    at_the_end = later(tx, DAYS)
    ends = sorted(date(2020, 5, 20) + timedelta(days=dice.randrange(DAYS + 40)) for _ in range(4))
    windows = [*itertools.pairwise(ends), (ends[0], ends[-1])]
    for place in PLACES:
        for campaign in (None, "daily-2020", "forest-inspection-2020"):
            for kind in (None, "waste"):
                scope = scope_of(campaign, place, kind)
                for after, to in windows:
                    show = ShowSheet(campaign=campaign, kind=kind, after=after, to=to)
                    shown = (await ask(at_the_end, show, OFFICE, Division(place))).body.balance.model_dump()
                    lines = book.lines(after, to, scope)
                    expected = {
                        "opening": book.stock(after, scope),
                        "closing": book.stock(to, scope),
                        **{line: lines[line] for line in shown if line not in ("opening", "closing")},
                    }
                    assert expected == shown, (place, campaign, kind, after, to)
                    into = shown["opening"] + shown["new"] + shown["relapsed"] + shown["moved_in"]
                    out = shown["closed"] + shown["voided"] + shown["merged"] + shown["moved_out"]
                    assert into - out == shown["closing"]

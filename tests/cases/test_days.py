"""Days that people state: those at the edge can be counted with, those beyond it are refused by field."""

import pytest
from pydantic import ValidationError

from contracts.cases import AssignCase, OldCase, RegisterCase, ShowAges, ShowSheet, VerifyCase
from tests.cases.book import ask, opened
from tests.cases.county import STATION, incident
from tests.cases.test_entering import FOUND, TO_UNIT, importing, row

FIRST, LAST = "1949-10-01", "2199-12-31"
SHEET = {"after": FIRST, "to": LAST}


@pytest.mark.parametrize(
    ("command", "said", "field"),
    [
        (AssignCase, {"case_id": incident(1).id, "unit": STATION, "due_on": "9999-12-31"}, "due_on"),
        (VerifyCase, {"case_id": incident(1).id, "on": "0001-01-01"}, "on"),
        (RegisterCase, {**FOUND, "found_on": "0202-06-10"}, "found_on"),
        (ShowSheet, {**SHEET, "to": "2200-01-01"}, "to"),
        (ShowSheet, {**SHEET, "cutoff": "9999-12-31T23:59:59Z"}, "cutoff"),
        (ShowAges, {"on": "9999-12-31"}, "on"),
        (OldCase, row("1", closed_on="0219-01-01"), "closed_on"),
    ],
)
def test_a_day_that_nobody_can_mean_is_refused_by_field(command, said, field):
    with pytest.raises(ValidationError) as refused:
        command.model_validate(said)
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


async def test_the_first_and_the_last_day_can_be_counted_with(tx):
    (fact,) = await opened(tx, incident(1))
    await ask(tx, VerifyCase(case_id=fact.case.ref.id))
    assigned = await ask(tx, AssignCase(case_id=fact.case.ref.id, unit=STATION, due_on=LAST))
    assert str(assigned.body.owner.due_on) == LAST
    taken = await ask(tx, importing(row("1", **{**TO_UNIT, "due_on": FIRST}), row("2", found_on=FIRST)))
    assert (taken.body.added, taken.body.refused) == (2, ())
    assert (await ask(tx, ShowSheet(**SHEET))).body.balance.closing == 3
    ages = [(await ask(tx, ShowAges(on=on))).body for on in (FIRST, LAST)]
    assert [(one.within_7, one.over_90) for one in ages] == [(1, 0), (0, 3)]

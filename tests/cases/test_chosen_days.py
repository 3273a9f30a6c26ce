"""The day of a case: chosen, on a day of rest, or by its kind and severity; and the day of China at 16:00 UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.cases import (
    AskExtension,
    AssignCase,
    CaseKind,
    CloseCase,
    GrantExtension,
    RaiseObjection,
    ReassignCase,
    SendBackCase,
    UpholdObjection,
    VerifyCase,
)
from contracts.patrol import Severity
from services.cases.ladder import ladder
from services.cases.law.deadline import working
from services.cases.law.rules import LAW
from tests.cases.county import OFFICE, STATION, UNIT
from tests.cases.steps import NOW, case_in, decide, registered

REASON = {"reason": "有理由"}


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (date(2020, 6, 24), date(2020, 6, 24)),
        (date(2020, 6, 25), date(2020, 6, 28)),  # the dragon boat festival; Sunday the 28th is worked
        (date(2020, 6, 27), date(2020, 6, 28)),
        (date(2020, 6, 28), date(2020, 6, 28)),
        (date(2020, 7, 4), date(2020, 7, 6)),
        (date(2020, 10, 1), date(2020, 10, 9)),
    ],
)
def test_a_term_that_ends_on_a_day_of_rest_ends_on_the_working_day_after(day, counts):
    assert working(day).on == counts
    said = {"due_on": day, **REASON}
    assigned = decide(case_in("verified"), AssignCase, OFFICE, unit=STATION, due_on=day).case
    reassigned = decide(case_in("assigned"), ReassignCase, OFFICE, unit=STATION, **said).case
    objected = decide(case_in("on_notice", "green-shield-2018"), RaiseObjection, UNIT, **REASON).case
    upheld = decide(objected, UpholdObjection, OFFICE, **said).case
    for case in (assigned, reassigned, upheld):
        assert (case.due_on, case.owner.due_on) == (counts, counts)
        assert (case.owner.calendar is None) == (counts == day)
    late = date(2020, 7, 1)
    if day > late:
        asked = decide(case_in("rectifying"), AskExtension, UNIT, **said).case
        granted = decide(asked, GrantExtension, OFFICE).case
        assert (asked.extension.due_on, granted.due_on) == (counts, counts)


@pytest.mark.parametrize("kind", [kind for kind in CaseKind if kind != "other"])
def test_every_kind_and_severity_has_its_days(kind):
    rules = LAW.shipped.on(NOW.date())
    days = [rules.days_to_rectify(kind, severity) for severity in (Severity.MINOR, Severity.SERIOUS, Severity.GRAVE)]
    assert days == ([5, 10, 15] if kind in ("waste", "damaged_board") else [10, 20, 30])


@pytest.mark.parametrize(
    ("kind", "severity", "due_on"),
    [
        ("waste", "minor", date(2020, 6, 22)),
        ("felling", "minor", date(2020, 6, 30)),
        ("felling", "serious", date(2020, 7, 14)),
        ("felling", "other", date(2020, 7, 14)),
        ("felling", "grave", date(2020, 7, 28)),
    ],
)
def test_without_a_day_a_case_has_the_working_days_of_its_kind_and_severity(kind, severity, due_on):
    assigned = decide(case_in("verified", kind=kind, severity=severity), AssignCase, OFFICE, unit=STATION).case
    assert (assigned.due_on, assigned.owner.due_on) == (due_on, due_on)
    assert assigned.owner.calendar.startswith("2020年国务院办公厅")
    again = decide(case_in("assigned", kind=kind, severity=severity), ReassignCase, OFFICE, unit=STATION, **REASON).case
    assert again.due_on == due_on


def test_a_day_in_a_year_that_the_calendar_does_not_know_is_never_silently_a_working_day():
    """The 1st of January is a holiday in every year; who chose it is told that the year is not known."""
    assigned = decide(case_in("verified"), AssignCase, OFFICE, unit=STATION, due_on=date(2101, 1, 3)).case
    assert "2101: 节假日安排未知" in assigned.owner.calendar


def test_days_given_back_to_a_unit_say_by_which_calendar():
    sent_back = decide(case_in("submitted"), SendBackCase, OFFICE, NOW + timedelta(days=4), **REASON).case
    assert (sent_back.due_on, sent_back.owner.calendar[:4]) == (date(2020, 7, 7), "2020")
    same_day = decide(case_in("submitted"), SendBackCase, OFFICE, **REASON).case
    assert (same_day.due_on, same_day.owner.calendar) == (date(2020, 7, 1), None)


@pytest.mark.parametrize(
    ("at", "today"),
    [
        (datetime(2020, 6, 15, 15, 59, 59, 999_999, tzinfo=UTC), date(2020, 6, 15)),
        (datetime(2020, 6, 15, 16, 0, tzinfo=UTC), date(2020, 6, 16)),
    ],
)
def test_a_move_is_made_on_the_day_in_china(at, today):
    verified = decide(registered(), VerifyCase, OFFICE, at)
    assert (verified.on, verified.case.moved_on, verified.entries[0].on) == (today,) * 3
    assert verified.case.owner.since_on == today
    closed = decide(case_in("accepted"), CloseCase, OFFICE, at, cause="profit").case
    assert closed.closed_on == today


def test_a_late_entry_counts_its_days_from_the_business_day_and_its_look_back_from_the_close():
    late = NOW + timedelta(days=10)
    closed = decide(case_in("accepted"), CloseCase, OFFICE, late, cause="profit", on=date(2020, 6, 3 + 13)).case
    assert (closed.closed_on, closed.moved_on) == (date(2020, 6, 16), date(2020, 6, 16))
    assigned = decide(case_in("verified"), AssignCase, OFFICE, late, unit=STATION, on=date(2020, 6, 16)).case
    assert (assigned.due_on, assigned.owner.since_on) == (date(2020, 7, 15), date(2020, 6, 25))
    assert ladder.next_on(assigned, ()) > date(2020, 6, 25)

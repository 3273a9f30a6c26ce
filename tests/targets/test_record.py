"""In whose record a case stands, by all that happened to it, in whatever order that is heard."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from contracts.cases import (
    AlsoAnswerable,
    CaseClosed,
    CaseDismissed,
    CaseImported,
    CaseMerged,
    CaseOpened,
    CaseOverdue,
    CaseRelapsed,
    CaseReopened,
    CaseRevised,
    CaseTransferred,
    CaseVoided,
    Owner,
)
from contracts.language.values import UnitRef
from services.runtime.reference.posts import reference
from services.targets.record.record import entries, steps_of, told
from tests.cases.county import COUNTY_OFFICE, STATION
from tests.cases.steps import case_in
from tests.posts import COUNTY, TOWN, VILLAGE, chief

AT, DAY = datetime(2020, 6, 15, 2, tzinfo=UTC), date(2020, 6, 15)


def ref(post, holder=None):
    """A post as a fact names it, held by its holder or by another."""
    found = reference(post, DAY)
    return found if holder is None else found.model_copy(update={"holder": found.holder.model_copy(update=holder)})


THEN = ref(chief("then", "village_chief", VILLAGE))
NOW = ref(chief("then", "village_chief", VILLAGE), {"id": "p-successor", "name": "继任者"})
ELSEWHERE = ref(chief("elsewhere", "village_chief", VILLAGE))
OF_TOWN = ref(chief("town", "chief", TOWN))
ACCEPTOR = ref(chief("county", "chief", COUNTY))
OTHER_UNIT = UnitRef(id="u-other", name="湘湖镇林业工作站")


def case(state="registered", **changes):
    return case_in(state, **{"answerable": (THEN, OF_TOWN), "acting": (NOW, OF_TOWN, ACCEPTOR), **changes})


def said(kind, state="registered", at=AT, more=None, **changes):
    return kind(case=case(state, **changes), by="p-1", at=at, **(more or {}))


REASON = {"reason": "录入有误"}
OPENED = said(CaseOpened)
DISMISSED = said(CaseDismissed, "dismissed", more=REASON)
REOPENED = said(CaseReopened, more=REASON)
VOIDED = said(CaseVoided, "voided", more=REASON)
MERGED = said(CaseMerged, "merged", more=REASON)
CLOSED = said(CaseClosed, "closed", route="put_right", accepted_by="p-county")
NO_VIOLATION = said(CaseClosed, "closed", route="no_violation")
MOVED = said(CaseTransferred, more=REASON, answerable=(ELSEWHERE, OF_TOWN))
OF_ANOTHER_DAY = said(CaseRevised, answerable=(NOW, OF_TOWN))
MOVED_BACK = said(CaseTransferred, more=REASON)
REVISED = said(CaseRevised, answerable=(ELSEWHERE, OF_TOWN))


def overdue(since, state="assigned", **changes):
    return said(CaseOverdue, state, more={"overdue_since": since}, **changes)


def relapsed(why, cycle=2, **changes):
    more = {"why": why, "reason": "又被占用"}
    return said(CaseRelapsed, "relapsed", more=more, **{"cycle": cycle, "also_answerable": (), **changes})


OVERDUE = overdue(date(2020, 7, 1))
RECURRED = relapsed("recurrence")
FALSE = relapsed(
    "false_rectification",
    also_answerable=(
        AlsoAnswerable(why="false_rectification", account="p-county"),
        AlsoAnswerable(why="false_rectification", unit=STATION),
    ),
)


def book(facts, order=None):
    """What stands and what does not: (what, whose, undone by), of facts numbered as the case made them."""
    numbered = list(enumerate(facts, 1))
    steps = [step for n, fact in (order or numbered) for step in steps_of(fact, n)]
    found = [(one.what, one.whose, one.undone_by and one.undone_by.value) for one in entries(steps)]
    return sorted(found, key=lambda one: (*one[:2], one[2] or ""))


def of(post, what, undone_by=None):
    return what, f"post {post.id}" + (f" {post.holder.id}" if post.holder else ""), undone_by


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([OPENED], [of(THEN, "opened")]),
        ([OPENED, DISMISSED], [of(THEN, "opened", "dismissed")]),
        ([OPENED, DISMISSED, REOPENED], [of(THEN, "opened")]),
        ([OPENED, DISMISSED, REOPENED, VOIDED], [of(THEN, "opened", "voided")]),
        ([OPENED, OVERDUE], [of(THEN, "opened"), of(NOW, "overdue")]),
        ([OPENED, OVERDUE, VOIDED], [of(THEN, "opened", "voided"), of(NOW, "overdue", "voided")]),
        ([OPENED, OVERDUE, MERGED], [of(THEN, "opened", "merged"), of(NOW, "overdue", "merged")]),
        ([OPENED, CLOSED], [of(THEN, "closed"), of(THEN, "opened")]),
        ([OPENED, OVERDUE, NO_VIOLATION], [of(THEN, "opened", "no_violation"), of(NOW, "overdue", "no_violation")]),
        (
            [OPENED, NO_VIOLATION, RECURRED],
            [of(THEN, "opened"), of(NOW, "relapsed")],
        ),
        ([OPENED, MOVED], [of(ELSEWHERE, "opened"), of(THEN, "opened", "transferred")]),
        ([OPENED, MOVED, MOVED_BACK], [of(ELSEWHERE, "opened", "transferred"), of(THEN, "opened")]),
        ([OPENED, MOVED_BACK], [of(THEN, "opened")]),
        ([OPENED, REVISED], [of(ELSEWHERE, "opened"), of(THEN, "opened", "revised")]),
        ([OPENED, OF_ANOTHER_DAY], [of(NOW, "opened"), of(THEN, "opened", "revised")]),
        ([OPENED, OF_ANOTHER_DAY, VOIDED], [of(NOW, "opened", "voided"), of(THEN, "opened", "revised")]),
        ([OPENED, OVERDUE, MOVED], [of(ELSEWHERE, "opened"), of(THEN, "opened", "transferred"), of(NOW, "overdue")]),
        ([OPENED, MOVED, VOIDED], [of(ELSEWHERE, "opened", "voided"), of(THEN, "opened", "transferred")]),
        (
            [OPENED, CLOSED, RECURRED],
            [of(THEN, "closed", "relapsed"), of(THEN, "opened"), of(NOW, "relapsed")],
        ),
        (
            [OPENED, CLOSED, relapsed("closed_in_error")],
            [of(THEN, "closed", "relapsed"), of(THEN, "opened")],
        ),
        (
            [OPENED, CLOSED, FALSE],
            [
                of(THEN, "closed", "relapsed"),
                of(THEN, "opened"),
                ("relapsed", "account p-county", None),
                of(ACCEPTOR, "relapsed"),
                ("relapsed", f"unit {STATION.id}", None),
            ],
        ),
        (
            [OPENED, CLOSED, FALSE, VOIDED],
            [
                of(THEN, "closed", "relapsed"),
                of(THEN, "opened", "voided"),
                ("relapsed", "account p-county", "voided"),
                of(ACCEPTOR, "relapsed", "voided"),
                ("relapsed", f"unit {STATION.id}", "voided"),
            ],
        ),
    ],
)
def test_a_record_says_what_a_case_did_and_what_undid_it_in_whatever_order_facts_are_heard(facts, expected):
    numbered = list(enumerate(facts, 1))
    assert {tuple(book(facts, order)) for order in permutations(numbered)} == {tuple(expected)}
    assert book(facts, [*numbered, *numbered]) == expected


def test_who_answered_then_has_the_case_and_who_must_see_to_it_now_has_its_lateness():
    found = entries([step for n, fact in enumerate([OPENED, OVERDUE, CLOSED]) for step in steps_of(fact, n)])
    assert [(one.what, one.post.holder.id) for one in found] == [
        ("opened", "p-then"),
        ("overdue", "p-successor"),
        ("closed", "p-then"),
    ]


def test_a_recurrence_is_the_present_chiefs_and_not_his_who_answered_when_it_occurred():
    (step,) = steps_of(RECURRED, 3)
    assert step.chiefs == (NOW,)


@pytest.mark.parametrize(
    ("state", "owner", "is_late"),
    [
        ("registered", COUNTY_OFFICE, False),
        ("verified", COUNTY_OFFICE, False),
        ("assigned", STATION, True),
        ("assigned", COUNTY_OFFICE, False),
        ("rectifying", STATION, True),
        ("relapsed", STATION, True),
        ("relapsed", COUNTY_OFFICE, False),
        ("submitted", COUNTY_OFFICE, False),
        ("accepted", COUNTY_OFFICE, False),
    ],
)
def test_lateness_counts_only_while_the_unit_must_put_it_right(state, owner, is_late):
    fact = overdue(date(2020, 7, 1), state, owner=Owner(unit=owner, due_on=date(2020, 7, 1)))
    assert [one[0] for one in book([OPENED, fact])] == (["opened", "overdue"] if is_late else ["opened"])


def test_a_case_that_nobody_owns_is_nobodys_lateness():
    assert book([OPENED, overdue(date(2020, 7, 1), "assigned", owner=None)]) == [of(THEN, "opened")]


@pytest.mark.parametrize("state", ["submitted", "accepted"])
def test_an_office_that_put_it_right_itself_is_not_late_while_its_work_waits(state):
    itself = {"unit": COUNTY_OFFICE, "owner": Owner(unit=COUNTY_OFFICE, due_on=date(2020, 7, 1))}
    assert book([OPENED, overdue(date(2020, 7, 1), state, **itself)]) == [of(THEN, "opened")]


def test_each_owner_and_day_that_was_missed_counts_and_the_same_told_again_does_not():
    day, later = date(2020, 7, 1), date(2020, 7, 8)
    other = {"unit": OTHER_UNIT, "owner": Owner(unit=OTHER_UNIT, due_on=day)}
    cycle = relapsed("recurrence").case.cycle
    facts = [OVERDUE, overdue(later), overdue(day, **other), overdue(day, cycle=cycle), OVERDUE]
    assert book(facts) == [of(NOW, "overdue")] * 4


def test_an_old_case_counts_for_who_answered_while_it_occurred_and_for_nobody_where_that_is_unknown():
    assert book([said(CaseImported, "assigned")]) == [of(THEN, "opened")]
    assert book([said(CaseImported, "assigned", answerable=())]) == [("opened", "", None)]
    closed = said(CaseImported, "closed", route="put_right")
    assert book([closed]) == [of(THEN, "closed"), of(THEN, "opened")]
    assert book([said(CaseImported, "closed", route="no_violation")]) == [of(THEN, "opened", "no_violation")]


def test_each_who_held_the_nearest_chiefs_post_while_it_occurred_has_the_case():
    both = {"answerable": (THEN, OF_TOWN, NOW, OF_TOWN)}
    assert book([said(CaseImported, "assigned", **both)]) == [of(NOW, "opened"), of(THEN, "opened")]
    vacant = THEN.model_copy(update={"holder": None})
    assert book([said(CaseImported, "assigned", answerable=(vacant, NOW))]) == [
        ("opened", "post then", None),
        of(NOW, "opened"),
    ]


def test_the_close_of_another_cycle_is_undone_alone():
    again = said(CaseClosed, "closed", route="put_right", cycle=2)
    assert book([OPENED, CLOSED, RECURRED, again]) == [
        of(THEN, "closed"),
        of(THEN, "closed", "relapsed"),
        of(THEN, "opened"),
        of(NOW, "relapsed"),
    ]
    third = relapsed("recurrence", cycle=3)
    assert [one for one in book([OPENED, CLOSED, RECURRED, again, third]) if one[0] != "opened"] == [
        of(THEN, "closed", "relapsed"),
        of(THEN, "closed", "relapsed"),
        of(NOW, "relapsed"),
        of(NOW, "relapsed"),
    ]


def test_only_the_acceptor_of_the_close_that_was_false_answers_by_his_post():
    other_time = said(CaseClosed, "closed", route="put_right", accepted_by="p-county", cycle=1)
    by_office = said(CaseClosed, "closed", route="put_right", accepted_by="p-office", cycle=2)
    also = (AlsoAnswerable(why="false_rectification", account="p-office"),)
    false = relapsed("false_rectification", cycle=3, also_answerable=also, unit=None)
    found = book([OPENED, other_time, RECURRED, by_office, false])
    assert [one for one in found if one[0] == "relapsed"] == [
        ("relapsed", "account p-office", None),
        of(NOW, "relapsed"),
    ]


def test_the_last_acceptor_is_the_one_of_this_relapse():
    also = (
        *(AlsoAnswerable(why="false_rectification", account=account) for account in ("p-first", "p-second")),
        AlsoAnswerable(why="recurrence", account="p-third"),
    )
    (step,) = steps_of(relapsed("false_rectification", cycle=3, also_answerable=also), 9)
    assert (step.account, step.unit) == ("p-second", STATION)


def test_what_is_entered_undone_entered_again_or_concerns_nobody_is_told_so():
    (standing,), (undone,), (nobodys,) = (
        entries([step for n, fact in enumerate(facts) for step in steps_of(fact, n)])
        for facts in ([OPENED], [OPENED, VOIDED], [said(CaseOpened, answerable=())])
    )
    names = [
        [fact.name.split(".")[1] for fact in told(OPENED.case.ref, entry, is_new)]
        for entry, is_new in [(standing, True), (standing, False), (undone, True), (undone, False), (nobodys, True)]
    ]
    assert names == [["recorded"], ["recorded"], ["recorded", "record_undone"], ["record_undone"], []]

"""What the ladder decides of one case: whom it presses, from which day on, by which rungs, and when it stops."""

from datetime import date

import pytest

from contracts.cases import Referral
from contracts.language.division import Division
from contracts.language.values import PostRef, UnitRef
from services.cases.ladder import ladder
from tests.cases.county import COUNTY_OFFICE, STATION, VILLAGE
from tests.cases.steps import DUE_ON, TODAY, case_in

POLICE = UnitRef(id="u-police", name="浮梁县公安局")
CITY = UnitRef(id="u-360200000000-office", name="景德镇市林长办")
REFERRAL = Referral(n=1, kind="police", to=POLICE, sent_on=date(2020, 6, 1), due_on=date(2020, 6, 10))
KNOWN = REFERRAL.model_copy(update={"acknowledged_on": date(2020, 6, 5)})
SECOND = REFERRAL.model_copy(update={"n": 2, "cycle": 2})
RUNGS = ("reminder", "letter", "supervision_letter", "circular")


@pytest.mark.parametrize(
    ("state", "more", "about"),
    [
        ("verified", {"referrals": (REFERRAL,)}, ["owner", "referral-1"]),
        ("verified", {"referrals": (KNOWN,)}, ["owner"]),
        ("relapsed", {"referrals": (REFERRAL,)}, ["owner"]),  # of the cycle before
        ("relapsed", {"referrals": (KNOWN, SECOND)}, ["owner", "referral-2"]),
        ("closed", {"referrals": (REFERRAL,), "look_back_on": None}, []),
        ("closed", {"referrals": (REFERRAL,), "look_back_on": date(2020, 9, 1)}, ["look_back"]),
        ("dismissed", {"look_back_on": date(2020, 9, 1)}, []),
        ("voided", {}, []),
    ],
)
def test_it_presses_the_owner_the_receiver_of_a_referral_of_this_cycle_and_the_look_back(state, more, about):
    assert [press.about for press in ladder.pressed(case_in(state, **more))] == about


def test_a_look_back_is_due_ten_working_days_after_its_day_and_known_from_that_day():
    (press,) = ladder.pressed(case_in("closed", look_back_on=date(2020, 9, 1)))
    assert (press.unit, press.due_on, press.since_on) == (COUNTY_OFFICE, date(2020, 9, 15), date(2020, 9, 1))


def test_a_referral_is_pressed_from_the_day_on_which_it_was_sent_to_the_day_on_which_it_is_due():
    press = ladder.pressed(case_in("verified", referrals=(REFERRAL,)))[-1]
    assert (press.unit, press.due_on, press.since_on) == (POLICE, date(2020, 6, 10), date(2020, 6, 1))


def owned(due_on, since_on, **more):
    case = case_in("assigned", due_on=due_on, **more)
    return case.model_copy(update={"owner": case.owner.model_copy(update={"due_on": due_on, "since_on": since_on})})


@pytest.mark.parametrize(
    ("due_on", "since_on", "rungs"),
    [
        (
            DUE_ON,
            TODAY,
            [
                ("reminder", date(2020, 6, 23)),
                ("letter", DUE_ON),
                ("supervision_letter", date(2020, 7, 8)),
                ("circular", date(2020, 7, 22)),
            ],
        ),
        # Theirs since the day of the reminder, and since the day before.
        (
            DUE_ON,
            date(2020, 6, 23),
            [("letter", DUE_ON), ("supervision_letter", date(2020, 7, 8)), ("circular", date(2020, 7, 22))],
        ),
        (
            DUE_ON,
            date(2020, 6, 22),
            [
                ("reminder", date(2020, 6, 23)),
                ("letter", DUE_ON),
                ("supervision_letter", date(2020, 7, 8)),
                ("circular", date(2020, 7, 22)),
            ],
        ),
        # Due on the very day: nobody is late yet.
        (DUE_ON, DUE_ON, [("supervision_letter", date(2020, 7, 8)), ("circular", date(2020, 7, 22))]),
        # Late already when it became theirs: counted from that day.
        (
            date(2020, 6, 30),
            DUE_ON,
            [("letter", DUE_ON), ("supervision_letter", date(2020, 7, 8)), ("circular", date(2020, 7, 22))],
        ),
        (
            date(2020, 1, 6),
            DUE_ON,
            [("letter", DUE_ON), ("supervision_letter", date(2020, 7, 8)), ("circular", date(2020, 7, 22))],
        ),
    ],
)
def test_no_rung_falls_on_or_before_the_day_from_which_it_is_theirs_unless_they_were_late_already(
    due_on, since_on, rungs
):
    case = owned(due_on, since_on)
    (press,) = ladder.pressed(case)
    assert [(rung.name, day) for day, rung in ladder.ahead(case, press, ())] == rungs


def test_an_owner_of_whom_it_is_not_known_since_when_is_pressed_from_the_day_itself():
    case = owned(DUE_ON, None)
    assert ladder.next_on(case, ()) == date(2020, 7, 8)


def issued(case, *names, today=date(2020, 12, 31)):
    (press,) = ladder.pressed(case)
    return [press.letter_id(case, rung) for rung in ladder.rungs_of(press) if rung.name in names]


@pytest.mark.parametrize(
    ("was", "next_on"),
    [
        ((), date(2020, 6, 23)),
        (("reminder",), DUE_ON),
        (("letter",), date(2020, 7, 8)),  # none below one that was issued
        (("reminder", "supervision_letter"), date(2020, 7, 22)),
        (("circular",), None),
    ],
)
def test_it_looks_again_on_the_day_of_the_next_rung_above_what_was_issued(was, next_on):
    case = case_in("assigned")
    assert ladder.next_on(case, issued(case, *was)) == next_on


@pytest.mark.parametrize(
    ("looked_on", "next_on"),
    [
        (date(2020, 6, 22), date(2020, 6, 23)),
        (date(2020, 6, 23), DUE_ON),
        (DUE_ON, date(2020, 7, 8)),
        (date(2020, 7, 22), None),
    ],
)
def test_it_does_not_look_again_for_a_day_on_which_it_has_looked(looked_on, next_on):
    assert ladder.next_on(case_in("assigned"), (), looked_on) == next_on


def test_it_looks_again_on_the_earliest_day_of_all_whom_it_presses():
    case = case_in("assigned", referrals=(REFERRAL.model_copy(update={"due_on": date(2020, 6, 24)}),))
    assert ladder.next_on(case, ()) == date(2020, 6, 17)


@pytest.mark.parametrize(
    ("today", "was", "rung", "before"),
    [
        (date(2020, 6, 22), (), None, None),
        (date(2020, 6, 23), (), "reminder", ()),
        (date(2020, 6, 30), ("reminder",), None, None),
        (DUE_ON, ("reminder",), "letter", ("reminder",)),
        (date(2020, 7, 21), ("letter",), "supervision_letter", ("letter",)),
        (date(2020, 7, 22), (), "circular", ()),
        (date(2020, 7, 22), ("reminder", "letter"), "circular", ("reminder", "letter")),
        (date(2020, 12, 31), RUNGS, None, None),
    ],
)
def test_the_highest_rung_whose_day_has_come_is_issued_and_knows_what_went_before(today, was, rung, before):
    case = case_in("assigned")
    letters = ladder.due(case, issued(case, *was), today, CITY)
    assert [(one.rung, one.before) for one in letters] == ([] if rung is None else [(rung, before)])


def test_a_letter_says_from_whom_to_whom_for_which_day_and_by_when_it_is_answered():
    (letter,) = ladder.due(case_in("assigned"), (), DUE_ON, CITY)
    assert (letter.office, letter.to, letter.due_on, letter.issued_on) == (COUNTY_OFFICE, STATION, DUE_ON, DUE_ON)
    assert (letter.reply_due_on, letter.about, letter.posts) == (date(2020, 7, 8), "owner", ())


def test_who_is_late_is_pressed_by_its_office_and_the_office_itself_by_the_one_above():
    case = case_in("verified", referrals=(REFERRAL,))
    letters = ladder.due(case, (), date(2020, 12, 31), CITY)
    assert [(one.about, one.office, one.to) for one in letters] == [
        ("owner", CITY, COUNTY_OFFICE),
        ("referral-1", COUNTY_OFFICE, POLICE),
    ]
    assert [one.about for one in ladder.due(case, (), date(2020, 12, 31), None)] == ["referral-1"]


@pytest.mark.parametrize(
    ("state", "more", "asked"),
    [
        ("on_notice", {}, None),  # a notice that runs is ended by time
        ("on_notice", {"flags": ("grave",)}, "close"),  # a referral is missing, or a reason why none
        ("on_notice", {"objection": {"by": "a", "reason": "b", "days_left": 1}}, "answer_objection"),
        ("closed", {"look_back_on": date(2020, 9, 1)}, "look_back"),
    ],
)
def test_a_letter_asks_for_what_keeps_the_case_from_its_close(state, more, asked):
    case = case_in(state, "green-shield-2018" if state == "on_notice" else None)
    case = type(case).model_validate({**case.model_dump(), **more})
    assert [one.asked for one in ladder.due(case, (), date(2020, 12, 31), CITY)] == ([asked] if asked else [])


@pytest.mark.parametrize(
    ("seats", "chief"),
    [
        ({VILLAGE}, "360222104201-village-chief"),
        ({Division("360222104000")}, "360222104000-chief"),
        ({Division("360222000000")}, "360222000000-chief"),
        # Two seats: whoever stands above one of them has a say.
        ({VILLAGE, Division("360222000000")}, "360222104201-village-chief"),
        # Nobody here stands above it, or it is not known where it sits: the nearest.
        ({Division("360281000000")}, "360222104201-village-chief"),
        ((), "360222104201-village-chief"),
    ],
)
def test_the_chief_it_names_is_the_nearest_of_a_level_that_can_move_the_unit(seats, chief):
    (letter,) = ladder.due(case_in("assigned"), (), date(2020, 7, 8), CITY, {STATION.id: seats})
    assert (letter.rung, [post.id for post in letter.posts]) == ("supervision_letter", [chief])


def test_the_circular_names_the_general_chief_besides():
    general = PostRef(
        id="g", role="general_chief", area_id="360200000000", division=Division("360200000000"), unit=CITY
    )
    case = case_in("assigned")
    case = case.model_copy(update={"acting": (*case.acting, general)})
    letters = [ladder.due(case, (), day, CITY)[0] for day in (date(2020, 7, 8), date(2020, 7, 22))]
    assert [[post.id for post in one.posts] for one in letters] == [
        ["360222104201-village-chief"],
        ["360222104201-village-chief", "g"],
    ]


def test_a_ladder_that_issued_something_is_told_to_have_stopped_with_the_last_of_it():
    before, after = case_in("assigned"), case_in("submitted")
    days = (date(2020, 6, 23), DUE_ON)
    letters = [ladder.due(before, (), day, CITY)[0] for day in days]
    assert ladder.stopped(before, after, letters) == [("owner", "letter")]
    assert ladder.stopped(before, after, letters[:1]) == [("owner", "reminder")]
    assert ladder.stopped(before, after, []) == []
    assert ladder.stopped(before, before, letters) == []


def test_each_that_it_pressed_stops_by_itself():
    before = case_in("verified", referrals=(REFERRAL,))
    acknowledged = case_in("verified", referrals=(KNOWN,))
    letters = ladder.due(before, (), date(2020, 12, 31), CITY)
    assert ladder.stopped(before, acknowledged, letters) == [("referral-1", "circular")]
    assert sorted(ladder.stopped(before, case_in("voided"), letters)) == [
        ("owner", "circular"),
        ("referral-1", "circular"),
    ]

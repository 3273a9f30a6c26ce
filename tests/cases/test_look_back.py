"""Look-backs: on the ninetieth day after the close, and for all in the phase of the year that the plan sets apart."""

from datetime import date, timedelta

import pytest

from contracts.cases import PassLookBack
from services.cases.law.look_back import next_look_back
from tests.cases.county import OFFICE
from tests.cases.steps import NOW, case_in, decide


@pytest.mark.parametrize(
    ("closed_on", "last_on", "expected"),
    [
        (date(2020, 5, 1), date(2020, 5, 1), date(2020, 7, 30)),  # on the ninetieth day
        (date(2020, 5, 1), date(2020, 7, 30), date(2020, 9, 1)),  # and again with all
        (date(2020, 5, 1), date(2020, 9, 15), None),
        (date(2020, 6, 15), date(2020, 6, 15), date(2020, 9, 1)),  # the ninetieth day lies in the phase: once
        (date(2020, 6, 15), date(2020, 9, 1), None),
        (date(2020, 8, 31), date(2020, 9, 1), date(2020, 11, 29)),
        (date(2020, 9, 1), date(2020, 9, 1), date(2020, 11, 30)),  # closed in the phase itself
        (date(2018, 3, 1), date(2020, 6, 15), date(2020, 9, 1)),
        (date(2021, 3, 1), date(2021, 3, 1), date(2021, 5, 30)),
    ],
)
def test_a_closed_case_is_looked_at_again_on_its_own_day_and_with_all_others(closed_on, last_on, expected):
    assert next_look_back(closed_on, last_on) == expected


def test_a_look_back_that_was_passed_leaves_the_next_one():
    closed = case_in("closed", closed_on=date(2020, 5, 1), look_back_on=date(2020, 7, 30))
    passed = decide(closed, PassLookBack, OFFICE, NOW + timedelta(days=50)).case
    assert (passed.state, passed.look_back_on) == ("closed", date(2020, 9, 1))

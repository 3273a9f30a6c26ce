"""What comes of one law instead of another, by what each makes of the same records."""

from datetime import date

import pytest

from contracts.law.versions import Change
from services.runtime.reference.outcome import SHOWN, Thing, Weighed, day_of_change, outcome_of

TODAY = date(2020, 6, 15)


def change(from_on, to_on=None):
    return Change(("a",), 1, 2, from_on, to_on)


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ([], None),
        ([change(None)], TODAY),
        ([change(None, date(2020, 6, 14))], None),
        ([change(None, TODAY)], TODAY),
        ([change(date(2020, 6, 16))], date(2020, 6, 16)),
        ([change(date(2021, 1, 1)), change(date(2020, 7, 1), date(2020, 7, 31))], date(2020, 7, 1)),
        ([change(date(2019, 1, 1)), change(date(2020, 7, 1))], TODAY),
    ],
)
def test_it_is_found_on_the_first_day_from_today_on_for_which_something_is_otherwise(changes, day):
    assert day_of_change(changes, TODAY) == day


def test_what_appears_vanishes_and_is_otherwise_is_counted_by_kind_and_named():
    before = [Thing("tree", "t-1", 1), Thing("tree", "t-2", 1), Thing("tree", "t-3", 1, 4), Thing("kit", "t-2")]
    after = [Thing("tree", "t-1", 1), Thing("tree", "t-3", 2, 4), Thing("tree", "t-4", 1, 2), Thing("kit", "t-2")]
    found = outcome_of(Weighed((before, after), 4, 9), TODAY)
    ((kind, appear, vanish, otherwise, first),) = [tuple(dict(one).values()) for one in found.effects]
    assert (kind, appear, vanish, otherwise) == ("tree", 2, 1, 4)
    assert first == ("+ t-4", "- t-2", "~ t-3")
    assert (found.on, found.looked_at, found.of) == (TODAY, 4, 9)


def test_no_more_than_some_of_a_kind_are_named():
    after = [Thing("tree", f"t-{n}") for n in range(SHOWN + 3)]
    (found,) = outcome_of(Weighed(([], after), 0, 0), TODAY).effects
    assert (found.appear, len(found.first)) == (SHOWN + 3, SHOWN)

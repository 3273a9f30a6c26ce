"""The ledger's equation and its share, from counted entries: each line by itself, before the window and within it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from uuid import UUID

import pytest

from contracts.cases import LedgerLine
from contracts.language.division import Division
from services.cases.ledger.ledger import Counted, Window, beyond_the_first, route_of, sheet

SHIELD = "green-shield-2019"


def shown(*counted, same_site=0, campaign=None):
    window = Window(
        campaign,
        Division("360222000000"),
        None,
        date(2020, 6, 1),
        date(2020, 6, 30),
        datetime(2020, 7, 1, tzinfo=UTC),
    )
    return sheet(window, [Counted(LedgerLine(line), *rest) for line, *rest in counted], same_site)


def balance(*counted):
    return {name: n for name, n in shown(*counted).balance.model_dump().items() if n}


@pytest.mark.parametrize(
    ("line", "before", "within"),
    [
        ("new", {"opening": 3, "closing": 3}, {"new": 5, "closing": 5}),
        ("relapsed", {"opening": 3, "closing": 3}, {"relapsed": 5, "closing": 5}),
        ("moved_in", {"opening": 3, "closing": 3}, {"moved_in": 5, "closing": 5}),
        ("closed", {"opening": -3, "closing": -3}, {"closed": 5, "closing": -5}),
        ("voided", {"opening": -3, "closing": -3}, {"voided": 5, "closing": -5}),
        ("merged", {"opening": -3, "closing": -3}, {"merged": 5, "closing": -5}),
        ("moved_out", {"opening": -3, "closing": -3}, {"moved_out": 5, "closing": -5}),
        # Carried over: stock before anybody here counted it, on whatever day it is stated.
        ("opening", {"opening": 3, "closing": 3}, {"opening": 5, "closing": 5}),
        # A closed one that is voided was no stock.
        ("unclosed", {}, {}),
    ],
)
def test_each_line_counts_on_its_side_of_the_equation(line, before, within):
    assert balance((line, "", "", 3, 0)) == before
    assert balance((line, "", "", 0, 5)) == within


def test_all_lines_together_balance():
    lines = [(line, "", "", 100 * n, n) for n, line in enumerate(["new", "relapsed", "moved_in", "opening"], 5)]
    lines += [(line, "", "", 10 * n, n) for n, line in enumerate(["closed", "voided", "merged", "moved_out"], 1)]
    assert shown(*lines).balance.model_dump() == {
        "opening": 500 + 600 + 700 + 800 + 8 - 10 - 20 - 30 - 40,
        "new": 5,
        "relapsed": 6,
        "moved_in": 7,
        "closed": 1,
        "voided": 2,
        "merged": 3,
        "moved_out": 4,
        "closing": 2508 + 5 + 6 + 7 - 1 - 2 - 3 - 4,
    }


def test_reasons_and_routes_are_those_of_the_window():
    found = shown(
        ("new", "", "", 0, 9),
        ("relapsed", "recurrence", "put_right", 4, 1),
        ("relapsed", "recurrence", "penalty", 0, 2),
        ("relapsed", "closed_in_error", "put_right", 3, 0),
        ("closed", "put_right", "put_right", 2, 3),
        ("closed", "penalty", "penalty", 1, 0),
        ("unclosed", "", "put_right", 0, 1),
    )
    assert (found.relapsed_by_reason, found.closed_by_route) == ({"recurrence": 3}, {"put_right": 3})


def test_routes_are_in_the_order_of_their_words():
    routes = ("put_right", "penalty", "no_violation", "justice")
    found = shown(*(("closed", "", route, 0, 1) for route in routes)).closed_by_route
    assert list(found) == sorted(routes)


@pytest.mark.parametrize(
    ("counted", "rectified", "of"),
    [
        ([], 0, 10),
        ([("closed", "", "put_right", 1, 2)], 3, 10),
        ([("closed", "", "penalty", 1, 0)], 1, 10),
        ([("closed", "", "justice", 0, 1)], 1, 10),
        # No violation: neither rectified nor counted.
        ([("closed", "", "no_violation", 1, 2)], 0, 7),
        ([("closed", "", "no_violation", 0, 2), ("relapsed", "", "no_violation", 0, 1)], 0, 9),
        # Fallen back: no longer rectified, still counted.
        ([("closed", "", "put_right", 3, 0), ("relapsed", "", "put_right", 0, 1)], 2, 10),
        ([("closed", "", "put_right", 3, 0), ("relapsed", "", "put_right", 1, 0)], 2, 10),
        # Voided after its close: no longer rectified, nor counted.
        ([("closed", "", "put_right", 3, 0), ("unclosed", "", "put_right", 0, 1)], 2, 9),
        ([("closed", "", "no_violation", 3, 0), ("unclosed", "", "no_violation", 0, 1)], 0, 7),
        ([("voided", "", "", 1, 2)], 0, 7),
        ([("merged", "", "", 2, 1)], 0, 7),
        ([("moved_out", "", "", 1, 0)], 0, 9),
        ([("moved_in", "", "", 0, 1)], 0, 11),
        ([("opening", "", "", 1, 1)], 0, 12),
    ],
)
def test_the_share_is_what_is_closed_as_rectified_of_what_ever_counted(counted, rectified, of):
    share = shown(("new", "", "", 4, 6), *counted).share
    assert (share.rectified, share.counted, share.problems) == (rectified, of, of)


@pytest.mark.parametrize(
    ("rectified", "of", "percent"),
    [
        (1, 3, "33.3300"),
        (2, 3, "66.6700"),
        (1, 800, "0.1200"),  # 0.125 lies between two: to the even one
        (3, 800, "0.3800"),  # 0.375
        (1, 1, "100.0000"),
        (0, 7, "0.0000"),
    ],
)
def test_the_percentage_is_rounded_to_the_even_second_place(rectified, of, percent):
    share = shown(("new", "", "", 0, of), ("closed", "", "put_right", 0, rectified)).share
    assert str(share.percent) == percent


def test_of_nothing_there_is_no_percentage():
    assert shown().share.percent is None
    assert shown(("new", "", "", 0, 1), ("voided", "", "", 0, 1)).share.percent is None


def test_cases_of_one_site_are_fewer_problems_and_as_many_cases():
    share = shown(("new", "", "", 0, 4), same_site=1).share
    assert (share.counted, share.problems) == (4, 3)


def test_the_threshold_is_that_of_the_campaign_and_of_none_where_all_are_asked_for():
    shares = [shown(campaign=campaign).share for campaign in (SHIELD, "green-shield-2018", "daily-2020", None)]
    assert [(one.threshold_percent, one.threshold_due_on) for one in shares] == [
        (Decimal(50), date(2020, 12, 31)),
        (Decimal(95), date(2020, 12, 31)),
        (None, None),
        (None, None),
    ]
    assert [one.threshold_source is None for one in shares] == [False, False, True, True]


A, B, C, D, E = (UUID(int=n) for n in range(1, 6))


@pytest.mark.parametrize(
    ("links", "counted", "beyond"),
    [
        ([], {A, B}, 0),
        ([(A, B)], {A, B}, 1),
        ([(A, B)], {A}, 0),
        ([(A, B), (B, C)], {A, B, C}, 2),
        ([(A, B), (B, C)], {A, C}, 1),  # by way of one that does not count itself
        ([(A, B), (C, D)], {A, B, C, D}, 2),
        ([(A, B), (C, D), (B, C)], {A, B, C, D}, 3),
        ([(A, B), (A, C), (B, C)], {A, B, C}, 2),
        ([(A, B), (C, D), (D, E)], {A, C, E}, 1),
    ],
)
def test_whatever_links_connect_is_one_site(links, counted, beyond):
    for ordered in permutations(links):
        assert beyond_the_first(ordered, counted) == beyond
        assert beyond_the_first([(other, one) for one, other in ordered], counted) == beyond


def test_an_entry_without_a_route_has_none():
    assert (route_of(""), route_of("penalty")) == (None, "penalty")

"""A later revision of a report: what it belongs to then, who is alarmed, and who is left where it was."""

from datetime import timedelta

import pytest

from contracts.cases import CaseClosed
from contracts.patrol import AlarmRaised, IncidentLinked, IncidentLocated, IncidentRevised
from services.patrol.service import patrol
from services.runtime.messages import Refused
from tests.cases import county
from tests.patrol.areas_and_reports import EAST, METRE, NOW, SEEN, WEST, reported
from tests.telling import hear, heard

AWAY = 117.15
"""In the other village."""


async def told(tx, *reports):
    """What is told of reports, each sent in a batch of its own: the kind of fact and the report it is about."""
    found = []
    for one in reports:
        for item in await hear(patrol, tx, [one]):
            refused = isinstance(item, Refused)
            found.append((Refused, one.body.external_id) if refused else (type(item[1]), item[1].incident.external_id))
    return found


async def told_at_once(tx, *reports):
    """The same with all of them in one batch."""
    news = await hear(patrol, tx, list(reports))
    return [(type(fact), fact.incident.external_id) for _, fact in news]


async def belonging(tx):
    """Which report each corroborates, and what it weighs."""
    rows = await tx.sql.fetch(
        """
        SELECT i.external_id, t.external_id AS to, i.weight
        FROM incidents i LEFT JOIN incidents t ON t.id = i.linked_to ORDER BY i.external_id
        """
    )
    return {row["external_id"]: row["to"] or row["weight"] for row in rows}


async def test_a_report_that_becomes_a_fire_raises_the_alarm_once(tx):
    assert await told(tx, reported("a")) == [(IncidentLocated, "a")]
    assert await told(tx, reported("a", revision=2, kind="fire")) == [(IncidentRevised, "a"), (AlarmRaised, "a")]
    assert await told(tx, reported("a", revision=3, kind="fire", text="还在烧")) == [(IncidentRevised, "a")]
    assert await told(tx, reported("a", revision=4)) == [(IncidentRevised, "a")]
    assert await told(tx, reported("a", revision=5, kind="fire")) == [(IncidentRevised, "a")]


async def test_a_fire_that_was_reported_as_one_raises_no_second_alarm(tx):
    fires = [reported("a", revision=n, kind="fire", text=f"第{n}次") for n in (1, 2, 3)]
    assert [kind for kind, _ in await told(tx, *fires)] == [
        IncidentLocated,
        AlarmRaised,
        IncidentRevised,
        IncidentRevised,
    ]


async def test_a_fire_that_turns_out_to_lie_elsewhere_alarms_those_who_answer_there(tx):
    await told(tx, reported("a", kind="fire"))
    news = await hear(patrol, tx, [reported("a", AWAY, kind="fire", revision=2)])
    assert [(type(fact), fact.told_in()) for _, fact in news] == [(IncidentRevised, EAST), (AlarmRaised, EAST)]


async def test_a_revision_is_told_whole_with_what_it_weighs(tx):
    await told(tx, reported("a"), reported("b"))
    ((_, fact),) = await hear(
        patrol, tx, [reported("a", revision=2, severity="grave", text="五棵", details={"trees": 5}, seen_at=NOW)]
    )
    incident = fact.incident
    assert (incident.revision, incident.severity, incident.text, incident.weight) == (2, "grave", "五棵", 2)
    assert (incident.details, incident.seen_at, fact.linked_to) == ({"trees": 5}, NOW, None)


async def test_a_corroborating_report_that_is_edited_stays_with_what_it_corroborates(tx):
    ((_, first),) = await hear(patrol, tx, [reported("a")])
    await told(tx, reported("b"))
    ((_, fact),) = await hear(patrol, tx, [reported("b", 117.05 + 20 * METRE, revision=2, text="补充")])
    assert (type(fact), fact.linked_to) == (IncidentRevised, first.incident.id)
    assert await belonging(tx) == {"a": 2, "b": "a"}


@pytest.mark.parametrize(
    "changes", [{"kind": "waste"}, {"lon": AWAY}, {"seen_at": SEEN.replace(day=11)}], ids=["kind", "place", "time"]
)
async def test_a_corroborating_report_that_now_says_another_thing_is_something_of_its_own(tx, changes):
    await told(tx, reported("a"), reported("b"))
    assert await told(tx, reported("b", revision=2, **changes)) == [(IncidentRevised, "b"), (IncidentLocated, "b")]
    assert await belonging(tx) == {"a": 1, "b": 1}


async def test_a_corroborating_report_that_now_says_what_a_third_says_corroborates_that_one(tx):
    await told(tx, reported("a"), reported("b"), reported("c", AWAY))
    assert await told(tx, reported("b", AWAY, revision=2)) == [(IncidentRevised, "b"), (IncidentLinked, "b")]
    assert await belonging(tx) == {"a": 1, "b": "c", "c": 2}


async def test_a_corroborating_report_that_turns_out_to_be_a_fire_raises_the_alarm(tx):
    assert await told(tx, reported("a"), reported("b"), reported("b", revision=2, kind="fire")) == [
        (IncidentLocated, "a"),
        (IncidentLinked, "b"),
        (IncidentRevised, "b"),
        (IncidentLocated, "b"),
        (AlarmRaised, "b"),
    ]


async def test_those_who_corroborated_what_has_moved_away_are_something_of_their_own_together(tx):
    b, c, d = (reported(name, seen_at=SEEN + timedelta(hours=n)) for n, name in enumerate("bcd", 1))
    await told(tx, reported("a"), d, c, b)
    assert await told(tx, reported("a", AWAY, revision=2)) == [
        (IncidentRevised, "a"),
        (IncidentLocated, "b"),
        (IncidentLinked, "c"),
        (IncidentLinked, "d"),
    ]
    assert await belonging(tx) == {"a": 1, "b": 3, "c": "b", "d": "b"}


async def test_a_report_that_moves_within_reach_keeps_those_who_corroborate_it(tx):
    await told(tx, reported("a"), reported("b"))
    assert await told(tx, reported("a", 117.05 + 150 * METRE, revision=2)) == [(IncidentRevised, "a")]
    assert await belonging(tx) == {"a": 2, "b": "a"}


async def test_what_has_moved_is_found_where_it_now_is_and_no_longer_where_it_was(tx):
    await told(tx, reported("a"), reported("a", AWAY, revision=2))
    assert await told(tx, reported("b", AWAY), reported("c")) == [(IncidentLinked, "b"), (IncidentLocated, "c")]


async def test_all_of_this_holds_within_one_batch_too(tx):
    reports = [reported("a"), reported("b"), reported("a", AWAY, revision=2), reported("c", AWAY), reported("d")]
    assert await told_at_once(tx, *reports) == [
        (IncidentLocated, "a"),
        (IncidentLinked, "b"),
        (IncidentRevised, "a"),
        (IncidentLinked, "c"),
        (IncidentLinked, "d"),
        (IncidentLocated, "b"),
    ]
    assert await belonging(tx) == {"a": 2, "b": 2, "c": "a", "d": "b"}


async def test_what_is_put_right_already_is_not_found_after_a_revision(tx):
    ((_, located),) = await hear(patrol, tx, [reported("a")])
    closed = CaseClosed(case=county.closed_case(located.incident), by="p-1", at=NOW)
    await hear(patrol, tx, [heard(closed, "cases")])
    assert await told(tx, reported("a", revision=2, text="补充"), reported("b")) == [
        (IncidentRevised, "a"),
        (IncidentLocated, "b"),
    ]


async def test_a_late_revision_and_another_content_under_the_same_one_are_refused_and_change_nothing(tx):
    await told(tx, reported("a", revision=3, text="第三次"))
    late, other = reported("a", revision=2, text="第二次"), reported("a", revision=3, text="不一样", kind="fire")
    assert await told(tx, late, other) == [(Refused, "a"), (Refused, "a")]
    assert await told(tx, reported("a", revision=3, text="第三次")) == []
    assert await tx.sql.fetchval("SELECT body::json->>'text' FROM incidents") == "第三次"
    assert [row["fate"] for row in await tx.sql.fetch("SELECT fate FROM fates ORDER BY id")] == [
        "located",
        "refused",
        "refused",
        "repeat",
    ]


async def test_a_revision_outside_every_area_is_refused_and_what_stands_stays(tx):
    await told(tx, reported("a"))
    assert await told(tx, reported("a", 118.0, revision=2)) == [(Refused, "a")]
    ((_, fact),) = await hear(patrol, tx, [reported("a", revision=2)])
    assert fact.told_in() == WEST

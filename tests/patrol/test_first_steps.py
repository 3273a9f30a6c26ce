"""What is first due of an incident is told when its day comes in China and when its time has passed, once each."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.cases import CaseDismissed, CaseVerified
from contracts.patrol import FirstStepDue, FirstStepMissed, FirstStepTaken, IncidentLocated, TakeFirstStep
from contracts.roster import PostStated
from services.patrol.first_step import clock
from services.patrol.service import patrol
from tests.patrol.areas_and_reports import EAST, METRE, NOW, WEST, reported
from tests.patrol.chiefs import OFFICE, post
from tests.patrol.test_clearance import ask, refused
from tests.telling import hear, heard

PAYLOADS = Path(__file__).parents[2] / "contracts" / "published" / "payloads"
DUE_AT = NOW + timedelta(days=3)
DUE_DAY = datetime(2020, 6, 17, 16, 0, tzinfo=UTC)
"""When the day in China begins on which felling that is reported now is to be verified: three days later."""
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


async def located(tx, *reports):
    news = await hear(patrol, tx, list(reports or (reported("r-1"),)))
    return [fact.incident for _, fact in news if isinstance(fact, IncidentLocated)]


async def ticks(tx, *moments):
    told = []
    for tx.now in moments:
        told += await clock.tell_first_steps(tx)
    return [(type(one), one.incident.external_id, str(one.due_on)) for one in told]


async def test_a_first_step_is_told_on_its_day_and_when_its_time_has_passed_once_each(tx):
    (incident,) = await located(tx)
    assert incident.first_step.due_at == DUE_AT
    assert await ticks(tx, NOW, DUE_DAY - SECOND) == []
    assert await ticks(tx, DUE_DAY, DUE_DAY + SECOND) == [(FirstStepDue, "r-1", "2020-06-18")]
    assert await ticks(tx, DUE_AT) == []
    assert await ticks(tx, DUE_AT + SECOND, DUE_AT + 2 * SECOND) == [(FirstStepMissed, "r-1", "2020-06-18")]


async def test_what_nobody_looked_at_in_its_day_is_told_as_missed_alone(tx):
    await located(tx)
    assert await ticks(tx, DUE_AT + SECOND) == [(FirstStepMissed, "r-1", "2020-06-18")]


async def test_what_falls_due_on_the_day_on_which_it_is_reported_is_not_reminded_of(tx):
    await located(tx, reported("f-1", kind="illegal_fire_use"))
    an_hour = NOW + timedelta(hours=1)
    assert await ticks(tx, NOW, an_hour, an_hour + SECOND) == [(FirstStepMissed, "f-1", "2020-06-15")]


async def test_what_corroborates_another_has_no_first_step_of_its_own(tx):
    await located(tx, reported("r-1"), reported("r-2"))
    assert await ticks(tx, DUE_AT + SECOND) == [(FirstStepMissed, "r-1", "2020-06-18")]


async def test_a_revision_keeps_its_day_and_one_of_another_kind_has_that_of_its_own(tx):
    await located(tx, reported("r-1"), reported("r-2", lon=117.06))
    tx.now = NOW + timedelta(days=2)
    await located(tx, reported("r-1", revision=2, text="又见"), reported("r-2", revision=2, lon=117.06, kind="waste"))
    days = {"felling": "2020-06-18", "waste": "2020-06-22"}
    moments = (DUE_AT + SECOND, NOW + timedelta(days=7, seconds=1))
    assert await ticks(tx, *moments) == [
        (FirstStepMissed, "r-1", days["felling"]), (FirstStepMissed, "r-2", days["waste"]),
    ]  # fmt: skip


def about(kind, incident):
    stated = json.loads((PAYLOADS / kind.name / "001.json").read_text("utf-8"))
    stated["case"]["incident_id"] = str(incident.id)
    return heard(kind.model_validate(stated), "cases", sequence=2)


@pytest.mark.parametrize("kind", [CaseVerified, CaseDismissed])
async def test_a_case_that_is_verified_or_dismissed_is_the_first_step(tx, kind):
    (incident,) = await located(tx)
    await hear(patrol, tx, [about(kind, incident)])
    assert await ticks(tx, DUE_DAY, DUE_AT + SECOND) == []


async def enrol(tx):
    posts = [PostStated(post=one) for one in (OFFICE, post("v-1", "village_chief", WEST), post("v-2", "chief", EAST))]
    await hear(patrol, tx, [heard(one, "roster", n) for n, one in enumerate(posts, 1)])


def take(incident, post_id="v-1"):
    return TakeFirstStep(incident_id=incident.id, post_id=post_id, text="已到现场核实")


@pytest.mark.parametrize(("at", "late"), [(DUE_AT, False), (DUE_AT + SECOND, True)])
async def test_who_takes_it_says_so_late_or_not_and_once(tx, at, late):
    await enrol(tx)
    (incident,) = await located(tx)
    tx.now = at
    answer = await ask(tx, take(incident), "p-v-1")
    (fact,) = answer.news
    assert (type(fact), fact.late, answer.body.late, fact.by) == (FirstStepTaken, late, late, "p-v-1")
    assert await ticks(tx, DUE_AT + 2 * SECOND) == []
    assert await refused(tx, take(incident), "p-v-1") == (422, [("incident_id", "no_first_step")])


async def test_it_is_taken_on_the_ground_of_the_post(tx):
    await enrol(tx)
    (incident,) = await located(tx)
    assert await refused(tx, take(incident, "v-2"), "p-v-2") == (422, [("post_id", "post_of_ground")])
    assert await refused(tx, take(incident), "p-v-2") == (403, [("subject", "actor_must_be")])


async def test_how_much_waits_for_the_clock_is_counted(tx):
    await located(tx)
    tx.now = DUE_AT + SECOND
    assert (await patrol.due_work(tx))["first_steps"] == 2
    await ticks(tx, tx.now)
    assert (await patrol.due_work(tx))["first_steps"] == 0


async def test_what_is_left_behind_by_what_it_corroborated_has_a_first_step_since_then(tx):
    """Reported on the fifteenth, of its own since the seventeenth: due three days after that."""
    await located(tx, reported("a"), reported("b", lon=117.05 + 20 * METRE), reported("c", lon=117.05 + 40 * METRE))
    tx.now = NOW + timedelta(days=2)
    (alone,) = await located(tx, reported("a", lon=117.15, revision=2))
    assert (alone.external_id, alone.first_step.due_at) == ("b", tx.now + timedelta(days=3))
    day = datetime(2020, 6, 19, 16, 0, tzinfo=UTC)
    assert await ticks(tx, DUE_AT + SECOND, day - SECOND) == [(FirstStepMissed, "a", "2020-06-18")]
    assert await ticks(tx, day) == [(FirstStepDue, "b", "2020-06-20")]
    due_at = alone.first_step.due_at
    assert await ticks(tx, due_at, due_at + SECOND, due_at + DAY) == [(FirstStepMissed, "b", "2020-06-20")]

"""A passer-by says where and what; how many are taken is limited, and a refusal says from when again (B3, F2)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from contracts.patrol import IncidentLinked, IncidentLocated, PasserbyReport
from services.patrol.passerby.law import PASSERBY
from services.patrol.passerby.limit import Taken
from services.patrol.service import patrol
from services.runtime.messages import Refused
from tests.patrol.areas_and_reports import NOW, WEST
from tests.telling import hear, heard

PHONE, OTHER = "a" * 64, "b" * 64


def passed(n=1, source="door", lon=117.05, **more):
    stated = {"external_id": f"r-{n}", "at": {"lon": lon, "lat": 29.05, "datum": "cgcs2000"}, "text": "有人倒垃圾"}
    return heard(PasserbyReport.model_validate({**stated, **more}), source, stream_sequence=n)


def fate(news):
    return [
        [(one.field, one.code, one.figures.get("again")) for one in item.problems]
        if isinstance(item, Refused)
        else type(item[1])
        for item in news
    ]


async def test_a_place_and_a_text_are_enough(tx):
    photo = {"sha256": "c" * 64, "media_type": "image/jpeg", "size_bytes": 5}
    one = passed(photos=(photo,), kind="waste")
    ((cause, fact),) = await hear(patrol, tx, [one])
    incident = fact.incident
    assert (type(fact), cause.subject) == (IncidentLocated, "intake.door.passerby.v1")
    assert (incident.kind, incident.reporter, incident.division, incident.source) == ("waste", "public", WEST, "door")
    assert (incident.seen_at, incident.text, len(incident.evidence)) == (one.envelope.time, "有人倒垃圾", 1)


async def test_what_another_saw_there_corroborates_it_and_what_is_sent_again_is_a_repeat(tx):
    assert fate(await hear(patrol, tx, [passed(1), passed(2)])) == [IncidentLocated, IncidentLinked]
    assert fate(await hear(patrol, tx, [passed(1)])) == []


async def test_what_is_sent_again_later_is_a_repeat_and_uses_up_no_limit(tx):
    begun = tx.now
    for minute in range(5):
        tx.now = begun + timedelta(minutes=minute)
        again = [sent_at(passed(1, device=PHONE), tx.now + timedelta(seconds=n)) for n in range(2)]
        assert fate(await hear(patrol, tx, again)) == ([] if minute else [IncidentLocated])
    assert await tx.sql.fetchval("SELECT count(*) FROM passerby_reports") == 1


def sent_at(one, at):
    return replace(one, envelope=replace(one.envelope, time=at))


async def test_reports_whose_long_names_begin_alike_are_two(tx):
    names = [f"{'n' * 127}{n}" for n in (1, 2)]
    first, second = (passed(n, external_id=name, lon=117.05 + n / 100) for n, name in enumerate(names))
    assert fate(await hear(patrol, tx, [first, second])) == [IncidentLocated, IncidentLocated]


async def test_where_no_area_is_it_is_refused_by_its_place(tx):
    assert fate(await hear(patrol, tx, [passed(lon=100.0)])) == [[("at", "nowhere", None)]]


async def test_one_device_is_refused_beyond_its_limit_and_told_from_when_again(tx):
    begun = tx.now
    for n in range(1, 6):
        tx.now = begun + timedelta(minutes=n)
        assert len(fate(await hear(patrol, tx, [passed(n, device=PHONE)]))) == 1
    again = [[("device", "too_many_reports", "2020-06-15T02:11:00Z")]]
    assert fate(await hear(patrol, tx, [passed(6, device=PHONE)])) == again
    tx.now = begun + timedelta(minutes=10, seconds=59)
    assert fate(await hear(patrol, tx, [passed(6, device=PHONE)])) == again
    # Another device of the door, and the same digest at another door, are others.
    assert fate(await hear(patrol, tx, [passed(7, device=OTHER)])) == [IncidentLinked]
    assert fate(await hear(patrol, tx, [passed(8, "gate", device=PHONE)])) == [IncidentLinked]
    tx.now = begun + timedelta(minutes=11)
    assert fate(await hear(patrol, tx, [passed(6, device=PHONE)])) == [IncidentLinked]


async def test_what_comes_in_one_batch_is_counted_as_what_comes_one_by_one(tx):
    news = fate(await hear(patrol, tx, [passed(n, device=PHONE) for n in range(1, 8)]))
    again = [("device", "too_many_reports", "2020-06-15T02:10:00Z")]
    assert sorted(map(str, news)) == sorted(map(str, [IncidentLocated, *[IncidentLinked] * 4, again, again]))


@pytest.mark.parametrize(("minutes", "again"), [(59, datetime(2020, 6, 15, 3, 0)), (60, None)])
def test_a_source_is_limited_whatever_devices_it_has(minutes, again):
    rules = PASSERBY.shipped.newest
    taken = Taken(NOW + timedelta(minutes=minutes), {("door", None): [NOW] * 600})
    problem = taken.problem(passed(1), rules)
    assert (problem and problem.figures["again"]) == (again and f"{again:%Y-%m-%dT%H:%M:%SZ}")


def test_nobodys_name_is_asked_for():
    assert {"reporter", "name", "phone", "contact"} & PasserbyReport.model_fields.keys() == set()

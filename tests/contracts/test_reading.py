"""What people send is read as it stands: nothing converted, nothing overlooked, and what is wrong is named."""

import json
from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.cases import CaseOpened
from contracts.language.reading import parse
from contracts.language.rules import describe
from contracts.language.written import Exact
from contracts.patrol import IncidentLocated, IncidentReport, TrackBatch
from contracts.publishing.publish import PAYLOADS
from contracts.publishing.schemas import file_name
from contracts.roster import EnrolAreas, EnrolPosts
from contracts.targets import ProgressReport, ShowPlan


def recorded(message):
    return json.loads(PAYLOADS.joinpath(file_name(message), "001.json").read_text("utf-8"))


def changed(message, path, value):
    """The recorded payload of a message with one part of it in another way."""
    whole = part = recorded(message)
    *above, last = path
    for name in above:
        part = part[name]
    part[last] = value
    return json.dumps(whole).encode()


def wrong(message, body):
    with pytest.raises(ValidationError) as refused:
        parse(message, body)
    return [describe(error)["field"] for error in refused.value.errors()]


LON, LAT = ("at", "lon"), ("at", "lat")
RING = ("areas", 0, "boundary", "coordinates", 0, 0)


@pytest.mark.parametrize(
    ("message", "path", "value"),
    [
        (IncidentReport, LON, "117.19"),
        (IncidentReport, LON, True),
        (IncidentReport, LON, 180.1),
        (IncidentReport, LAT, float("inf")),
        (IncidentReport, LAT, float("nan")),
        (IncidentReport, ("at", "acc"), 5),
        (IncidentReport, ("revision",), "2"),
        (IncidentReport, ("revision",), 1.5),
        (IncidentReport, ("revision",), True),
        (IncidentReport, ("seen_at",), 1590000000),
        (IncidentReport, ("seen_at",), "1590000000"),
        (IncidentReport, ("seen_at",), 20200521),
        (IncidentReport, ("seen_at",), "2020-05-21"),
        (IncidentReport, ("seen_at",), "2020-05-21T08:00:00"),
        (IncidentReport, ("seen_at",), "2020-05-21 08:00:00+08:00"),
        (IncidentReport, ("seen_at",), "2020-02-30T08:00:00+08:00"),
        (IncidentReport, ("seen_at",), "2100-02-29T08:00:00+08:00"),
        (IncidentReport, ("seen_at",), "9999-12-31T23:59:59Z"),
        (IncidentReport, ("seen_at",), "0001-01-01T00:00:00+14:00"),
        (IncidentReport, ("seen_at",), "1949-09-30T23:59:59+08:00"),
        (IncidentReport, ("seen_at",), "2200-01-01T00:00:00+08:00"),
        (IncidentReport, ("external_id",), ""),
        (IncidentReport, ("external_id",), " \u3000\u200b"),
        (IncidentReport, ("external_id",), "one\ntwo"),
        (IncidentReport, ("external_id",), "one\n"),
        (IncidentReport, ("external_id",), "a\x1b[2J"),
        (IncidentReport, ("external_id",), "a\u2028b"),
        (IncidentReport, ("text",), "a\0b"),
        (IncidentReport, ("kind",), "flood"),
        (IncidentReport, ("evidence",), [{"sha256": "0" * 64, "media_type": "a/b", "size_bytes": 10**30}]),
        (ProgressReport, ("amounts", "reported"), "1e3"),
        (ProgressReport, ("amounts", "reported"), " 12"),
        (ProgressReport, ("amounts", "reported"), "1.00005"),
        (ProgressReport, ("amounts", "reported"), "١٢"),
        (ProgressReport, ("amounts", "reported"), "NaN"),
        (ProgressReport, ("amounts", "reported"), -1),
        (ProgressReport, ("amounts", "reported"), "9" * 17),
        (ProgressReport, ("amounts", "verified"), "1"),
        (ShowPlan, ("year",), 10**30),
        (EnrolPosts, ("posts", 0, "appointments", 0, "recorded_at"), "0001-01-01T00:00:00Z"),
        (EnrolPosts, ("posts", 0, "role"), "emperor"),
        (EnrolPosts, ("posts", 0, "unit", "phone"), "1"),
        (EnrolAreas, (*RING, 1, 0), 181),
        (EnrolAreas, (*RING, 1, 1), -90.5),
        (EnrolAreas, (*RING, 1, 0), float("nan")),
        (EnrolAreas, ("areas", 0, "precedence"), 10**30),
    ],
)
def test_a_value_that_the_schema_does_not_have_is_refused_by_its_field(message, path, value):
    named = wrong(message, changed(message, path, value))[0]
    assert f"{named}.".startswith(".".join(map(str, path)) + ".")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("seen_at",), "1949-10-01T00:00:00+14:00"),
        (("seen_at",), "2199-12-31T23:59:59.999999999-12:00"),
        (("seen_at",), "2020-02-29T00:00:00Z"),
        (("external_id",), "ä 中 \U0001f332 ‮"),
        (("text",), "two\nlines\twith a tab"),
        (("revision",), 2.0),
        (LON, 117),
    ],
)
def test_what_the_schema_has_is_read(path, value):
    assert parse(IncidentReport, changed(IncidentReport, path, value))


def test_a_whole_number_is_one_however_it_is_written():
    assert parse(IncidentReport, changed(IncidentReport, ("revision",), 2.0)).revision == 2


@pytest.mark.parametrize(
    ("stated", "read"), [("12.5", "12.5000"), (12, "12.0000"), (0.1 + 0.2, "0.3000"), (-0.0, "0.0000")]
)
def test_an_amount_is_read_exactly_and_told_with_four_places_so_that_it_can_be_read_again(stated, read):
    amounts = {"reported": stated}
    body = parse(ProgressReport, changed(ProgressReport, ("amounts",), amounts))
    assert str(body.amounts.reported) == read
    told = body.model_dump_json()
    assert json.loads(told)["amounts"]["reported"] == read
    assert parse(ProgressReport, told.encode()) == body


@pytest.mark.parametrize("stated", [-0.0, -0.00001, "-0", "-0.0000", Decimal("-0.0000")])
def test_an_amount_below_zero_that_rounds_to_zero_is_zero(stated):
    assert str(TypeAdapter(Annotated[Decimal, Exact(16, signed=True)]).validate_python(stated)) == "0.0000"


@pytest.mark.parametrize(
    ("amounts", "fields"),
    [
        ({}, ["amounts.reported"]),
        ({"reported": "1", "accepted": "1.0001", "mapped": "2"}, ["amounts.mapped", "amounts.accepted"]),
    ],
)
def test_progress_states_what_was_reported_and_no_part_is_more_than_the_whole(amounts, fields):
    assert wrong(ProgressReport, changed(ProgressReport, ("amounts",), amounts)) == fields


def test_every_part_may_be_the_whole():
    whole = dict.fromkeys(("reported", "mapped", "accepted", "preserved"), "3")
    assert parse(ProgressReport, changed(ProgressReport, ("amounts",), whole)).amounts.preserved == Decimal(3)


GOOD = changed(IncidentReport, ("revision",), 1).decode()


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ('"revision": 1', '"revision": 1, "revision": 2', "revision"),
        ('"revision": 1', '"revision": 1, "revision" : 2', "revision"),
        ('"revision": 1', '"revision": 1, "re\\u0076ision": 2', "revision"),
        ('"revision": 1', '"revision"\n: 1, "text": "\\u0022:", "text": "\\":"', "text"),
        ('"lon": ', '"lon": 1e5000, "lon": ', "at.lon"),
        ('"lon": ', '"lon": ' + "9" * 4000 + ', "lon": ', "at.lon"),
    ],
)
def test_a_key_that_stands_twice_in_one_object_is_refused_by_name(before, after, field):
    assert before in GOOD
    assert wrong(IncidentReport, GOOD.replace(before, after, 1).encode()) == [field]


def test_a_key_that_stands_twice_in_details_is_refused_by_name():
    body = changed(IncidentReport, ("kind",), "felling").decode().replace('"details": {', '"details": {"trees": null, ')
    body = body.replace('"trees": null', '"trees": null, "trees": 1', 1)
    assert "details.trees" in wrong(IncidentReport, body.encode())


@pytest.mark.parametrize("point", ['{"lon": 1, "lon": 2}', '{"x": [{"lat": 1, "l\\u0061t": 2}]}'])
def test_a_key_that_stands_twice_in_a_point_refuses_no_batch(point):
    good = changed(TrackBatch, ("points",), [0]).decode()
    assert len(parse(TrackBatch, good.replace("[0]", f"[{point}]").encode()).points) == 1
    twice = good.replace("[0]", f"[{point}]").replace('"terminal"', '"datum": "wgs84", "terminal"').encode()
    assert wrong(TrackBatch, twice) == ["datum"]


@pytest.mark.parametrize("spaced", ["{0}:{1}", "{0} :{1}", "{0}\n:\t{1}"])
def test_a_key_may_stand_in_several_objects(spaced):
    pairs = ("external_id", '"r"'), ("text", '"\\":"'), ("details", '{"trees": 1}'), ("kind", '"felling"')
    more = (
        ("at", '{"lon": 1, "lat": 2, "datum": "wgs84"}'),
        ("seen_at", '"2020-05-21T08:00:00Z"'),
        ("reporter", '"chief"'),
    )
    body = ", ".join(spaced.format(f'"{key}"', value) for key, value in (*pairs, *more))
    assert parse(IncidentReport, f"{{{body}}}".encode()).text == '":'


@pytest.mark.parametrize(
    ("details", "fields"),
    [
        ({"trees": True, "volume_m3": "1e400", "bees": 1}, ["details.volume_m3", "details.trees", "details.bees"]),
        ({"trees": "12"}, ["details.trees"]),
        ({"trees": 2**70}, ["details.trees"]),
        ({"trees": 10**400}, ["details.trees"]),
        ({"volume_m3": "1" * 4000}, ["details.volume_m3"]),
        ({"volume_m3": float("nan")}, ["details.volume_m3"]),
        ({"species": "\n"}, ["details.species"]),
        ({"frp_mw": 1}, ["details.frp_mw"]),
    ],
)
def test_each_wrong_detail_of_a_kind_is_named(details, fields):
    report = {**recorded(IncidentReport), "kind": "felling", "details": details}
    assert wrong(IncidentReport, json.dumps(report).encode()) == fields


@pytest.mark.parametrize("power", ["1e999", "Infinity", "NaN", "-1", '"5"'])
def test_a_fire_has_a_finite_power(power):
    report = json.dumps({**recorded(IncidentReport), "kind": "fire", "details": {"frp_mw": 7}})
    assert wrong(IncidentReport, report.replace("7}", f"{power}}}").encode()) == ["details.frp_mw"]


def test_details_are_kept_as_they_were_read():
    details = {"trees": 12.0, "volume_m3": 0.5, "species": "杉木", "permit_number": None}
    report = {**recorded(IncidentReport), "kind": "felling", "details": details}
    read = parse(IncidentReport, json.dumps(report).encode()).details
    assert json.dumps(read, ensure_ascii=False) == '{"volume_m3": "0.5000", "trees": 12, "species": "杉木"}'


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"text": "\\ud800"}', b"[" * 100_000])
def test_what_is_no_json_is_refused_whole(body):
    assert wrong(IncidentReport, body) == ["body"]


def test_a_byte_order_mark_is_named():
    with pytest.raises(ValidationError) as refused:
        parse(IncidentReport, b"\xef\xbb\xbf" + GOOD.encode())
    assert "byte order mark" in describe(refused.value.errors()[0])["rule"]


def test_a_reader_of_facts_overlooks_what_a_later_version_has():
    fact = recorded(IncidentLocated)
    later = json.loads(json.dumps(fact))
    later["incident"] |= {"new_field": 1, "kind": "landslide"}
    later["incident"]["stated"]["accuracy_m"] = 5
    read = parse(IncidentLocated, json.dumps(later).encode())
    assert (read.incident.kind, read.incident.stated.lon) == ("other", fact["incident"]["stated"]["lon"])


def test_a_fact_with_a_nul_where_it_is_read_is_refused_by_field_and_one_elsewhere_is_passed_over():
    told = recorded(CaseOpened)
    told["new_field"] = "\0"
    told["case"]["text"] = "the six signs \\u0000"
    assert parse(CaseOpened, json.dumps(told).encode()).case.text == "the six signs \\u0000"
    told["case"]["ref"]["id"] = "\0"
    with pytest.raises(ValidationError) as refused:
        parse(CaseOpened, json.dumps(told).encode())
    assert [(one["field"], one["rule"].code) for one in map(describe, refused.value.errors())] == [
        ("case.ref.id", "no_nul")
    ]

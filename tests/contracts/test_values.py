"""What small values mean: days in China, who is a chief, what is stock, which fields a kind has, who held a post."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.cases import (
    IN_STOCK,
    OPEN,
    Case,
    CaseState,
    ListCases,
    MergeCase,
    Referral,
    Repeats,
    SheetPublished,
    SubmitCase,
    VerifyCase,
)
from contracts.language.address import is_address
from contracts.language.attributes import percent_decode, percent_encode
from contracts.language.datum import from_cgcs2000, in_china, to_cgcs2000, unshifted
from contracts.language.division import UNKNOWN, Division
from contracts.language.intake import intake_subject, kind_of, refusal_subject, sender_of
from contracts.language.values import CHIEFS, SHANGHAI, AreaKind, Datum, Position, Role, day_of
from contracts.notify import ShowNotices
from contracts.patrol import DETAILS, Incident, IncidentKind, IncidentReport, TrackBatch
from contracts.roster import Appointment, Area, Post
from contracts.targets import ProgressReport, ShowRecord, Target


def test_a_day_in_china_begins_at_four_in_the_afternoon_utc():
    midnight = datetime(2020, 6, 30, 16, tzinfo=UTC)
    assert [day_of(midnight - timedelta(microseconds=1)), day_of(midnight)] == [date(2020, 6, 30), date(2020, 7, 1)]
    assert day_of(datetime(2020, 7, 1, 23, 59, tzinfo=SHANGHAI)) == date(2020, 7, 1)
    assert str(SHANGHAI) == "Asia/Shanghai"


def test_chiefs_are_those_of_every_level_and_nobody_else():
    assert set(CHIEFS) == {"general_chief", "deputy_general_chief", "chief", "village_chief"}
    assert set(Role) - set(CHIEFS) == {
        "resource_supervisor",
        "ranger",
        "law_officer",
        "assistant",
        "station",
        "office",
        "unit",
        "other",
    }


def test_stock_is_what_has_been_verified_and_is_not_closed_and_what_is_open_has_an_owner():
    in_stock = {"verified", "assigned", "rectifying", "submitted", "accepted", "on_notice", "relapsed"}
    assert (set(IN_STOCK), set(OPEN)) == (in_stock, {"registered", *in_stock})
    assert set(CaseState) - set(OPEN) == {"dismissed", "closed", "voided", "merged", "other"}


def test_a_word_that_a_later_version_has_is_other_and_what_is_no_word_is_refused():
    assert (AreaKind("island"), AreaKind("grid")) == (AreaKind.OTHER, AreaKind.GRID)
    for wrong in (None, 3):
        with pytest.raises(ValueError, match="is not a valid AreaKind"):
            AreaKind(wrong)
    strict = TypeAdapter(AreaKind)
    assert strict.validate_json('"other"', strict=True) is AreaKind.OTHER
    with pytest.raises(ValidationError):
        strict.validate_json('"island"', strict=True)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_a_position_is_of_finite_numbers(wrong):
    with pytest.raises(ValidationError):
        Position(lon=wrong, lat=29.0, datum="wgs84")


RECORDED = {"case_id": "00000000-0000-0000-0000-000000000000"}


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (Position(lon=117.0, lat=29.0, datum="wgs84"), "lon"),
        (VerifyCase.model_validate(RECORDED), "case_id"),
        (TrackBatch(batch_id="b", terminal="t", datum="wgs84", points=(0,)), "terminal"),
        (DETAILS[IncidentKind.FELLING](trees=1), "trees"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_was_said_is_changed_by_nobody(value, field):
    with pytest.raises(ValidationError, match="frozen"):
        setattr(value, field, None)


@pytest.mark.parametrize(
    ("message", "defaults"),
    [
        (Area, {"precedence": 0, "generated": False, "parent_id": None, "ended_on": None}),
        (IncidentReport, {"revision": 1, "severity": "serious", "text": "", "evidence": ()}),
        (ProgressReport, {"revision": 1, "evidence": ()}),
        (SubmitCase, {"route": "put_right", "proofs": ()}),
        (MergeCase, {"confirmed": False}),
        (ListCases, {"limit": 50, "offset": 0, "mine": False}),
        (ShowNotices, {"limit": 50}),
        (ShowRecord, {"limit": 50}),
        (Incident, {"weight": 1, "evidence": ()}),
        (Case, {"cycle": 1, "revision": 1, "extensions": 0, "weight": 1, "origin": "incident"}),
        (Referral, {"cycle": 1}),
        (Repeats, {"place": 0, "party": 0, "cause": 0}),
        (Target, {"ours": False}),
        (SheetPublished, {"differences_total": 0}),
    ],
    ids=lambda stated: getattr(stated, "__name__", ""),
)
def test_what_is_not_stated_is_taken_as_the_schema_says(message, defaults):
    assert {name: message.model_fields[name].default for name in defaults} == defaults


UTC_2020 = datetime(2020, 1, 1, tzinfo=UTC)


def appointed(person, held_from, held_to=None, recorded_at=UTC_2020, superseded_at=None):
    return Appointment(
        person={"id": person, "name": person},
        held_from=held_from,
        held_to=held_to,
        recorded_at=recorded_at,
        superseded_at=superseded_at,
    )


def holder(*appointments, day=date(2020, 6, 15), known_at=None):
    unit = {"id": "u", "name": "站"}
    post = Post(id="p", role="chief", title="林长", area_id="a", division=UNKNOWN, unit=unit, appointments=appointments)
    found = post.holder_on(day, known_at)
    return found and found.id


def test_the_latest_recorded_of_those_who_hold_a_post_has_it():
    early, late = date(2020, 1, 1), date(2020, 6, 1)
    second = UTC_2020 + timedelta(days=1)
    for order in (1, -1):
        assert holder(*[appointed("a", early), appointed("b", late)][::order]) == "b"
        assert holder(*[appointed("a", late), appointed("b", late, recorded_at=second)][::order]) == "b"
        assert holder(*[appointed("a", late), appointed("b", early, recorded_at=second)][::order]) == "a"


@pytest.mark.parametrize(
    ("days", "holds"),
    [((15, 15), True), ((15, None), True), ((16, None), False), ((1, 14), False), ((1, 15), True), ((15, 16), True)],
)
def test_a_post_is_held_from_the_first_to_the_last_day(days, holds):
    first, last = (day and date(2020, 6, day) for day in days)
    assert holder(appointed("a", first, last)) == ("a" if holds else None)


def test_a_record_is_taken_for_true_from_when_it_was_made_until_another_takes_its_place():
    second = UTC_2020 + timedelta(days=1)
    moment = timedelta(microseconds=1)
    one = appointed("a", date(2019, 1, 1), superseded_at=second)
    known = [UTC_2020 - moment, UTC_2020, second - moment, second, None]
    assert [holder(one, known_at=at) for at in known] == [None, "a", "a", None, None]
    assert holder(appointed("a", date(2019, 1, 1)), known_at=second) == "a"


VILLAGE = Division("360222104201")


def test_a_division_has_all_above_it_the_smallest_first():
    above = ("360222104201", "360222104000", "360222000000", "360200000000", "360000000000")
    assert (VILLAGE.chain(), Division("360000000000").chain(), UNKNOWN.chain()) == (above, above[-1:], (UNKNOWN,))
    assert [one.significant for one in VILLAGE.chain()] == ["360222104201", "360222104", "360222", "3602", "36"]
    assert (UNKNOWN.significant, Division("360200104000").significant) == ("", "360200104")


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("100000000000", "province"),
        ("361000000000", "city"),
        ("360210000000", "county"),
        ("360222100000", "town"),
        ("360222104100", "village"),
        ("360222104010", "village"),
        ("360222104001", "village"),
        ("360222010000", "town"),
        ("010000000000", "province"),
    ],
)
def test_a_group_of_a_code_is_said_by_any_of_its_digits(code, level):
    assert Division(code).level == level


@pytest.mark.parametrize("tokens", ["36.02.22.104", "36.02.22.104.2010", "360.2.22.104.201", "36.02.22.104.201.0", ""])
def test_a_division_in_a_subject_has_five_tokens(tokens):
    with pytest.raises(ValueError, match="five tokens of 2, 2, 2, 3 and 3 digits"):
        Division.from_tokens(tokens)


@pytest.mark.parametrize(("code", "below"), [("360200000000", "36.02.*.*.*"), ("360222104000", "36.02.22.104.*")])
def test_a_code_of_any_level_knows_what_lies_below(code, below):
    assert Division(code).below == below


WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
"""Outside this rectangle GCJ-02 is the identity, and on its edge."""


@pytest.mark.parametrize(
    ("lon", "lat", "inside"),
    [
        (WEST, 30.0, False),
        (WEST + 1e-6, 30.0, True),
        (EAST, 30.0, False),
        (EAST - 1e-6, 30.0, True),
        (110.0, SOUTH, False),
        (110.0, SOUTH + 1e-6, True),
        (110.0, NORTH, False),
        (110.0, NORTH - 1e-6, True),
    ],
)
def test_the_domestic_datum_shifts_inside_its_rectangle_alone(lon, lat, inside):
    assert in_china(lon, lat) is inside
    shifted = from_cgcs2000(lon, lat, Datum.GCJ02)
    assert (shifted != (lon, lat)) is inside
    assert (to_cgcs2000(lon, lat, Datum.GCJ02) != (lon, lat)) is inside
    assert unshifted(*shifted) == pytest.approx((lon, lat), abs=1e-8) or not inside


@pytest.mark.parametrize(
    ("kind", "subject", "said", "refused"),
    [
        (IncidentReport, "intake.acme.incident.v1", ("incident", "v1"), "rejected.acme.incident.v1"),
        (ProgressReport, "intake.acme.progress.v1", ("progress", "v1"), "rejected.acme.progress.v1"),
        (TrackBatch, "track.v1.acme", ("track", "v1"), "rejected.acme.track.v1"),
    ],
)
def test_a_kind_is_posted_under_its_senders_name_and_refused_to_it(kind, subject, said, refused):
    assert (intake_subject(kind, "acme"), kind_of(subject), sender_of(subject)) == (subject, said, "acme")
    assert refusal_subject("acme", *said) == refused


@pytest.mark.parametrize(
    ("subject", "kind", "sender"),
    [
        ("intake.acme.flood.v12", ("flood", "v12"), "acme"),
        ("intake.acme.flood.v0", ("unknown", "v1"), "acme"),
        ("intake.acme.flood.v12345", ("unknown", "v1"), "acme"),
        ("intake.acme.FLOOD.v1", ("unknown", "v1"), "acme"),
        ("intake.acme.flood", ("unknown", "v1"), "acme"),
        ("intake.acme.flood.v1.x", ("unknown", "v1"), "acme"),
        ("intake.ACME.flood.v1", ("flood", "v1"), None),
        ("intake", ("unknown", "v1"), None),
        ("track.v1", ("unknown", "v1"), None),
        ("track.v2.acme", ("track", "v2"), "acme"),
        ("track.v1.acme.x", ("unknown", "v1"), "acme"),
        ("tracks.v1.acme", ("unknown", "v1"), "v1"),
    ],
)
def test_a_subject_says_its_kind_and_whom_to_answer_where_it_can(subject, kind, sender):
    assert (kind_of(subject), sender_of(subject)) == (kind, sender)


@pytest.mark.parametrize(
    ("stated", "is_one"),
    [
        ("nats://127.0.0.1:4222", True),
        ("nats://a:4222,tls://b:4222", True),
        ("nats://user:secret@host", True),
        ("nats://host:65535", True),
        ("nats://host:65536", False),
        ("nats://host:0", False),
        ("nats://host:x", False),
        ("nats://", False),
        ("nats://a,", False),
        ("http://host", False),
        ("host:4222", False),
        ("", False),
    ],
)
def test_an_address_has_a_scheme_and_a_host_and_a_port_that_there_can_be(stated, is_one):
    assert is_address(stated, "nats", "tls") is is_one


def test_an_attribute_may_be_quoted_and_what_is_not_plain_is_encoded():
    assert percent_encode('!~ "%\x7f') == "!~%20%22%25%7F"
    decoded = [percent_decode(value) for value in ('"a b"', '"a\\"b"', '""', '"', '"a', "%41", '"%41"')]
    assert decoded == ["a b", 'a"b', "", '"', '"a', "A", "A"]

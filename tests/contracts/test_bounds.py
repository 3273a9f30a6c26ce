"""Every bound of a number, a text and a list at its edge: the last that is taken, and the first that is not."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.cases import (
    AcknowledgeReferral,
    CaseOpened,
    CaseReferred,
    ConcludeReferral,
    ImportCases,
    ListCases,
    ObjectionRaised,
    RecordParticulars,
    RecordReview,
    ReferCase,
    RegisterCase,
    ReopenCase,
    ReplyLetter,
    ReviewRecorded,
    SheetPublished,
    ShowNoViolation,
    SubmitCase,
    SubmitPlan,
    VolumeM3,
    Yuan,
)
from contracts.every_service import DiscardDeadLetters, ReplayDeadLetters
from contracts.language import message
from contracts.language.evidence import Pieces
from contracts.language.mu import Mu, mu_of_hectares
from contracts.language.reading import parse
from contracts.language.values import ExternalId, Line, Period, Text, Token
from contracts.language.written import Day, Exact, Instant
from contracts.notify import ShowNotices
from contracts.patrol import IncidentLinked, IncidentLocated, IncidentReport, TrackBatch, TrackStored
from contracts.publishing.publish import PAYLOADS
from contracts.publishing.schemas import file_name
from contracts.roster import EnrolAreas, EnrolPosts
from contracts.targets import Amount, ProgressReport, SetTarget, ShowPlan, ShowRecord


def is_taken(message, path, value):
    """Whether the recorded payload is read with this value there, or refused for it."""
    whole = part = json.loads(PAYLOADS.joinpath(file_name(message), "001.json").read_text("utf-8"))
    *above, last = path.split(".")
    for name in above:
        part = part[int(name) if name.isdigit() else name]
    part[int(last) if last.isdigit() else last] = value
    try:
        parse(message, json.dumps(whole).encode())
    except ValidationError as error:
        refused = [".".join(map(str, one["loc"])) for one in error.errors()]
    else:
        return True
    assert [field for field in refused if field.startswith(path)]
    return False


PHOTO = {"sha256": "a" * 64, "media_type": "image/jpeg", "size_bytes": 1}
PROOF = {"item": "site", "evidence": [PHOTO]}
UUID = "00000000-0000-0000-0000-000000000000"
FINDING = {"kind": "felling", "division": "360222104201", "place": "村", "text": "树"}
ROW = {**FINDING, "number": "1", "found_on": "2020-01-01"}
APPOINTED = {
    "person": {"id": "p", "name": "某人"},
    "held_from": "2020-01-01",
    "recorded_at": "2020-01-01T00:00:00Z",
}
RING = "areas.0.boundary.coordinates"
CORNERS = [[117.0, 29.0], [117.1, 29.0], [117.1, 29.1], [117.0, 29.0]]


@pytest.mark.parametrize(
    ("message", "path", "least", "most"),
    [
        (IncidentReport, "revision", 1, 1_000_000),
        (IncidentReport, "at.lon", -180, 180),
        (IncidentReport, "at.lat", -90, 90),
        (IncidentReport, "details.trees", 0, 10_000_000),
        (IncidentReport, "evidence.0.size_bytes", 1, 1_000_000_000_000),
        (ProgressReport, "revision", 1, 1_000_000),
        (RecordReview, "sample", 0, 1_000_000),
        (ListCases, "limit", 1, 200),
        (ListCases, "offset", 0, 1_000_000),
        (ShowNotices, "limit", 1, 200),
        (ShowRecord, "limit", 1, 200),
        (ShowPlan, "year", 2000, 2100),
        (SetTarget, "target.year", 2000, 2100),
        (AcknowledgeReferral, "n", 1, 1000),
        (ConcludeReferral, "n", 1, 1000),
        (EnrolAreas, "areas.0.precedence", -1000, 1000),
    ],
)
def test_a_number_that_is_sent_has_its_least_and_its_most(message, path, least, most):
    assert [is_taken(message, path, n) for n in (least - 1, least, most, most + 1)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("message", "path", "item", "least", "most"),
    [
        (IncidentReport, "evidence", PHOTO, 0, 50),
        (ProgressReport, "evidence", PHOTO, 0, 50),
        (TrackBatch, "points", 0, 1, 5000),
        (RegisterCase, "flags", "grave", 0, 10),
        (RecordReview, "sampled", UUID, 0, 500),
        (RecordReview, "findings", FINDING, 0, 100),
        (ImportCases, "rows", ROW, 1, 500),
        (ReopenCase, "evidence", PHOTO, 1, 50),
        (SubmitPlan, "measures", {"text": "补植", "due_on": "2020-06-20"}, 1, 50),
        (ShowNoViolation, "proofs", PROOF, 0, 20),
        (ShowNoViolation, "proofs.0.evidence", PHOTO, 1, 20),
        (SubmitCase, "evidence", PHOTO, 1, 50),
        (SubmitCase, "proofs", PROOF, 0, 20),
        (ReferCase, "flags", "grave", 0, 10),
        (RecordParticulars, "held_accountable", "某人", 0, 50),
        (ReplayDeadLetters, "ids", UUID, 1, 1000),
        (DiscardDeadLetters, "ids", UUID, 1, 1000),
        (EnrolPosts, "posts.0.appointments", APPOINTED, 0, 1000),
        (EnrolAreas, f"{RING}.0.0", CORNERS[0], 4, 65_536),
        (EnrolAreas, f"{RING}.0", CORNERS, 1, 4096),
        (EnrolAreas, RING, [CORNERS], 1, 4096),
    ],
)
def test_a_list_that_is_sent_has_its_least_and_its_most(message, path, item, least, most):
    assert [is_taken(message, path, [item] * n) for n in (least, most, most + 1)] == [True, True, False]
    assert least == 0 or not is_taken(message, path, [item] * (least - 1))


@pytest.mark.parametrize(("message", "path"), [(EnrolAreas, "areas"), (EnrolPosts, "posts")])
def test_five_hundred_things_are_enrolled_in_one_command_and_no_more_nor_none(message, path):
    (thing, *_) = json.loads(PAYLOADS.joinpath(file_name(message), "001.json").read_text("utf-8"))[path]
    assert [is_taken(message, path, [thing] * n) for n in (0, 1, 500, 501)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("message", "path"), [(ShowNoViolation, "measures"), (SubmitCase, "measures"), (ReplyLetter, "reply")]
)
def test_what_was_done_or_replied_is_said(message, path):
    assert [is_taken(message, path, text) for text in ("", "无", "x" * 4000, "x" * 4001)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("power", "percent", "taken"),
    [
        (0, 0, True),
        (1_000_000, 100, True),
        (1_000_000.1, 100, False),
        (1, 101, False),
        (-0.1, 1, False),
        (1, -1, False),
    ],
)
def test_a_fire_has_a_power_and_a_share_of_confidence(power, percent, taken):
    report = json.loads(PAYLOADS.joinpath("intake.incident.v1", "001.json").read_text("utf-8"))
    fire = {**report, "kind": "fire", "details": {"frp_mw": power, "confidence_percent": percent}}
    try:
        assert bool(parse(IncidentReport, json.dumps(fire).encode())) is taken
    except ValidationError:
        assert not taken


@pytest.mark.parametrize(
    ("kind", "taken", "refused"),
    [
        (Token, ["a", "z-0_9", "x" * 64], ["", "x" * 65, "A", "a.b", "a b", "中", "a\n", "a*", "a>"]),
        (Line, ["a", "中", "x" * 200, "a b"], ["", "x" * 201, " ", "a\nb", "\u3000", "a\x7f", "a\x9f", "a\u2029"]),
        (ExternalId, ["a", "中", "x" * 128], ["", "x" * 129, "\u200b", "\t", "a\x80"]),
        (Text, ["", "x" * 4000, "a\nb\t"], ["x" * 4001, "a\0"]),
        (Pieces, [0, 10_000_000], [-1, 10_000_001]),
        (Mu, ["0", "9" * 12, "0.0001"], ["9" * 13, "-0.0001", "0.00001"]),
        (VolumeM3, ["0", "9" * 9 + ".9999"], ["9" * 10, "-1"]),
        (Yuan, ["0", "9" * 12 + ".9999"], ["9" * 13, "-1"]),
        (Amount, ["0", "9" * 16 + ".9999"], ["9" * 17, "-1"]),
        (Annotated[Decimal, Exact(3)], ["999.9999", 999, 0, 0.5], ["1000", 1000, -1, True, None, "1e2", ".5", "1."]),
        (Annotated[Decimal, Exact(16)], [10**12 - 1, Decimal(10**16 - 1)], [10**12, Decimal(10**16), Decimal("NaN")]),
        (
            Annotated[Decimal, Exact(3, signed=True)],
            ["-999.9999", -999, Decimal(-999)],
            ["-1000", -1000, Decimal(-1000)],
        ),
        (Annotated[Decimal, Exact(3)], [Decimal("0.0001")], [Decimal("0.00001"), Decimal(-1), Decimal("Infinity")]),
    ],
)
def test_a_value_is_taken_to_its_edge_and_no_farther(kind, taken, refused):
    adapter = TypeAdapter(kind)

    def reads(value):
        try:
            adapter.validate_python(value)
        except ValidationError:
            return False
        return True

    assert [reads(value) for value in taken] == [True] * len(taken)
    assert [reads(value) for value in refused] == [False] * len(refused)


@pytest.mark.parametrize(
    ("stated", "read"),
    [("1.00005", None), (1.00005, "1.0000"), (1.00015, "1.0002"), (0.00005, "0.0000"), (2.5, "2.5000")],
)
def test_a_number_is_taken_to_the_nearest_ten_thousandth_half_to_even_and_a_text_never(stated, read):
    if read is None:
        with pytest.raises(ValidationError):
            TypeAdapter(Mu).validate_python(stated)
    else:
        assert str(TypeAdapter(Mu).validate_python(stated)) == read


def test_a_hectare_is_fifteen_mu():
    hectares = ("1", "0.0001", "0.00001", "0.00003")
    assert [str(mu_of_hectares(Decimal(one))) for one in hectares] == ["15.0000", "0.0015", "0.0002", "0.0004"]


@pytest.mark.parametrize(
    ("kind", "taken", "refused"),
    [
        (Day, [date(1949, 10, 1), date(2199, 12, 31)], [date(1949, 9, 30), date(2200, 1, 1)]),
        (
            Instant,
            [datetime(1900, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)],
            [
                datetime(1899, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
                datetime(2300, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
                datetime(2020, 1, 1),
            ],
        ),
    ],
)
def test_what_services_tell_one_another_of_days_and_times_has_bounds_too(kind, taken, refused):
    adapter = TypeAdapter(kind)
    assert [adapter.validate_python(one) for one in taken] == taken
    for one in refused:
        with pytest.raises(ValidationError):
            adapter.validate_python(one)


def test_a_period_counts_both_of_its_days_and_may_be_one_day():
    day = date(2020, 2, 28)
    lengths = [Period(first=day, last=day + timedelta(days=n)).days for n in (0, 1, 2)]
    assert lengths == [1, 2, 3]
    with pytest.raises(ValidationError, match="must end on or after the day it begins"):
        Period(first=day, last=day - timedelta(days=1))


@pytest.mark.parametrize(
    ("fact", "path", "least"),
    [
        (CaseOpened, "case.weight", 1),
        (CaseOpened, "case.cycle", 1),
        (CaseOpened, "case.revision", 1),
        (CaseOpened, "case.extensions", 0),
        (CaseReferred, "referral.n", 1),
        (CaseReferred, "referral.cycle", 1),
        (IncidentLocated, "incident.revision", 1),
        (IncidentLocated, "incident.weight", 1),
        (IncidentLinked, "weight", 2),
        (IncidentLinked, "distance_m", 0),
        (TrackStored, "kept", 0),
        (ReviewRecorded, "review.sample", 0),
        (SheetPublished, "differences_total", 0),
    ],
)
def test_a_number_that_is_told_has_its_least(fact, path, least):
    assert [is_taken(fact, path, n) for n in (least - 1, least)] == [False, True]


@pytest.mark.parametrize(("left", "taken"), [(-1, False), (0, True)])
def test_an_objection_leaves_no_days_or_some(left, taken):
    assert is_taken(ObjectionRaised, "case.objection", {"by": "p", "reason": "无", "days_left": left}) is taken


def test_a_message_fits_into_its_stream_with_what_the_relay_adds():
    # A stream takes 1 MiB of body and headers and 64 kB of headers; the relay adds one header of less than 64 bytes.
    assert (message.MAX_MESSAGE_BYTES, message.MAX_HEADER_BYTES) == (1_048_576 - 64, 65_535 - 64)
    assert (message.MAX_COMMAND_BYTES, EnrolAreas.max_bytes) == (131_072, message.MAX_MESSAGE_BYTES)

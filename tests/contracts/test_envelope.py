"""The CloudEvents envelope in the binary mode of its NATS binding."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.language.attributes import percent_decode, percent_encode
from contracts.language.envelope import Envelope, EnvelopeRefused, check_agreement, from_headers, to_headers
from contracts.language.message import dump
from contracts.language.values import PostRef
from contracts.patrol import IncidentReport

WHOLE = Envelope(
    id="01",
    source="acme",
    type="cn.linzhang.intake.incident.v1",
    time=datetime(2020, 6, 1, 8, tzinfo=UTC),
    sequence=7,
    partitionkey="浮梁 %",
)


def test_an_envelope_comes_back_from_its_headers():
    assert from_headers(to_headers(WHOLE)) == WHOLE


TOLD = replace(
    WHOLE,
    time=datetime(2020, 6, 1, 8, 0, 0, 5, tzinfo=timezone(timedelta(hours=8))),
    partitionkey="case-1",
    dataschema="urn:linzhang:intake.incident.v1",
    subject="s",
    correlationid="c",
    causationid="d",
    traceparent="00-1-2-01",
)


def test_an_envelope_travels_in_these_headers():
    assert to_headers(TOLD) == {
        "ce-specversion": "1.0",
        "ce-id": "01",
        "ce-source": "acme",
        "ce-type": "cn.linzhang.intake.incident.v1",
        "ce-time": "2020-06-01T00:00:00.000005Z",
        "ce-dataschema": "urn:linzhang:intake.incident.v1",
        "ce-subject": "s",
        "ce-sequence": "00000000000000000007",
        "ce-partitionkey": "case-1",
        "ce-correlationid": "c",
        "ce-causationid": "d",
        "ce-traceparent": "00-1-2-01",
        "content-type": "application/json",
        "Nats-Msg-Id": "01",
    }
    assert from_headers(to_headers(TOLD)) == TOLD
    bare = Envelope(id="1 2", source="a", type="t", time=WHOLE.time)
    assert set(to_headers(bare)) == {
        *("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time", "content-type", "Nats-Msg-Id")
    }
    assert (to_headers(bare)["Nats-Msg-Id"], from_headers(to_headers(bare))) == ("1%202", bare)


TRACE, ELSEWHERE = f"00-{'a' * 32}-{'b' * 16}-01", f"00-{'c' * 32}-{'d' * 16}-00"


def test_what_a_tracing_library_of_the_sender_states_goes_before_the_attribute_where_it_can_be_read():
    """CloudEvents, distributed tracing extension: the attribute says where the event began, not whence it came."""
    told = to_headers(replace(WHOLE, traceparent=ELSEWHERE))
    assert from_headers({**told, "Traceparent": TRACE}).traceparent == TRACE
    for malformed in ("", "x", TRACE.upper(), TRACE + "-x", TRACE.replace("a", "0"), "\udc80", "一" * 300):
        assert from_headers({**told, "traceparent": malformed}).traceparent == ELSEWHERE
    assert from_headers({**told, "traceparent": TRACE, "TraceParent": TRACE}).traceparent == ELSEWHERE


def test_what_follows_names_what_it_follows_from_and_what_began_it():
    first = replace(WHOLE, traceparent="00-1")
    assert WHOLE.caused(first) == replace(WHOLE, correlationid="01", causationid="01", traceparent="00-1")
    later = replace(first, id="02", correlationid="00")
    assert WHOLE.caused(later) == replace(WHOLE, correlationid="00", causationid="02", traceparent="00-1")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce-id", "x" * 256),
        ("ce-correlationid", quote("中" * 256)),
        ("ce-time", "1950-01-01T00:00:00Z"),
        ("ce-time", "2199-12-31t23:59:59.999999z"),
        ("ce-time", "2020-06-01T00:00:00+08:00"),
        ("ce-sequence", "9" * 20),
        ("ce-sequence", "0"),
    ],
)
def test_a_header_is_taken_to_its_edge(header, value):
    assert from_headers({**to_headers(WHOLE), header: value})


def test_without_headers_everything_that_is_required_is_named():
    for nothing in (None, {}):
        with pytest.raises(EnvelopeRefused) as refused:
            from_headers(nothing)
        assert [field for field, _ in refused.value.problems] == [
            *("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time")
        ]
        assert (refused.value.field, refused.value.rule) == refused.value.problems[0]


def test_a_header_of_others_may_stand_there_twice():
    assert from_headers({**to_headers(WHOLE), "x-a": "1", "X-A": "2"}) == WHOLE


def test_all_that_disagrees_with_the_subject_is_named_and_what_agrees_is_not():
    subject = "intake.acme.incident.v1"
    check_agreement(WHOLE, IncidentReport, subject, "acme")
    check_agreement(replace(WHOLE, dataschema="urn:linzhang:intake.incident.v1"), IncidentReport, subject, "acme")
    other = replace(WHOLE, type="x", dataschema="y", source="z")
    with pytest.raises(EnvelopeRefused) as refused:
        check_agreement(other, IncidentReport, subject, "acme")
    assert [field for field, _ in refused.value.problems] == ["ce-type", "ce-dataschema", "ce-source"]


def test_what_is_not_stated_is_told_as_null_and_a_later_reader_need_not_guess():
    unit = {"id": "u", "name": "站"}
    assert b'"holder":null' in dump(PostRef(id="p", role="chief", area_id="a", division="360222104201", unit=unit))


def test_header_names_are_taken_in_any_case():
    """STACK row 16."""
    assert from_headers({name.upper(): value for name, value in to_headers(WHOLE).items()}) == WHOLE


@pytest.mark.parametrize("name", ["ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time"])
def test_a_missing_required_attribute_is_named(name):
    headers = to_headers(WHOLE)
    del headers[name]
    with pytest.raises(EnvelopeRefused) as refused:
        from_headers(headers)
    assert refused.value.field == name


def test_structured_mode_is_refused_with_a_reason():
    with pytest.raises(EnvelopeRefused, match="structured mode"):
        from_headers({"Content-Type": "application/cloudevents+json"})


@pytest.mark.parametrize(
    ("header", "value", "rule"),
    [
        ("ce-id", "x" * 257, "at most 256 characters"),
        ("ce-correlationid", quote("中" * 257), "at most 256 characters"),
        ("ce-causationid", "a\x01b", "control characters"),
        ("ce-traceparent", "a%0Ab", "control characters"),
        ("ce-subject", "a%00b", "control characters"),
        ("ce-id", "a\udcff", "must be UTF-8"),
        ("ce-id", "%ff", "must be UTF-8"),
        ("ce-id", "%ED%A0%80", "must be UTF-8"),
        ("ce-id", "50%", "two hexadecimal digits"),
        ("ce-id", "", "is required"),
        ("ce-id", '""', "is required"),
        ("ce-specversion", "0.3", "must be 1.0"),
        ("ce-sequence", "٣", "decimal number"),
        ("ce-sequence", "-1", "decimal number"),
        ("ce-time", "2020-06-01", "RFC 3339"),
        ("ce-specversion", "", "is required"),
        ("ce-sequence", "1" * 21, "decimal number"),
        ("ce-time", "1949-12-31T23:59:59Z", "from 1950 to 2199"),
        ("ce-time", "2200-01-01T00:00:00Z", "from 1950 to 2199"),
        ("ce-time", "2020-06-31T00:00:00Z", "RFC 3339"),
        ("ce-time", "9999-12-31T23:59:59-14:00", "from 1950 to 2199"),
        ("ce-time", "0001-01-01T00:00:00+14:00", "from 1950 to 2199"),
        ("ce-time", "٢٠٢٠-06-01T00:00:00Z", "RFC 3339"),
        ("content-type", "application/json; charset=gbk", "must be UTF-8"),
        ("content-type", 'application/json;charset="GB18030"', "must be UTF-8"),
        ("content-type", "text/plain", "must be application/json"),
        ("content-type", "", "must be application/json"),
    ],
)
def test_a_header_that_breaks_a_rule_is_named_with_it(header, value, rule):
    with pytest.raises(EnvelopeRefused) as refused:
        from_headers({**to_headers(WHOLE), header: value})
    ((field, broken),) = refused.value.problems
    assert (field, rule in broken) == (header, True), broken


@pytest.mark.parametrize("charset", ["utf-8", '"UTF-8"', "Utf-8; profile=x"])
def test_a_body_may_be_said_to_be_utf_8(charset):
    headers = {**to_headers(WHOLE), "content-type": f"application/json; charset={charset}"}
    assert from_headers(headers) == WHOLE


def test_every_header_that_is_wrong_is_named():
    with pytest.raises(EnvelopeRefused) as refused:
        from_headers({"content-type": "text/plain", "ce-specversion": "2", "ce-id": "x" * 300, "ce-time": "now"})
    assert [field for field, _ in refused.value.problems] == [
        *("content-type", "ce-id", "ce-source", "ce-type", "ce-specversion", "ce-time")
    ]


@pytest.mark.parametrize("name", ["ce-id", "ce-type", "content-type", "ce-anything"])
def test_a_header_that_stands_there_twice_is_refused_in_any_case(name):
    twice = {**to_headers(WHOLE), "ce-anything": "a", "content-type": "application/json"}
    with pytest.raises(EnvelopeRefused) as refused:
        from_headers({**twice, name.upper(): twice[name]})
    assert refused.value.problems == ((name, "must stand there once"),)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"type": "cn.linzhang.intake.progress.v1"}, "ce-type"),
        ({"dataschema": "urn:linzhang:intake.progress.v1"}, "ce-dataschema"),
        ({"source": "other"}, "ce-source"),
    ],
)
def test_an_envelope_that_says_otherwise_than_its_subject_is_refused(wrong, field):
    with pytest.raises(EnvelopeRefused) as refused:
        check_agreement(replace(WHOLE, **wrong), IncidentReport, "intake.acme.incident.v1", "acme")
    assert [named for named, _ in refused.value.problems] == [field]


def test_what_follows_from_the_longest_attributes_fits_into_a_header_block():
    """STACK row 29: percent-encoded a character has up to twelve bytes."""
    longest = "𠀀" * 256
    cause = Envelope(longest, longest, longest, WHOLE.time, correlationid=longest, partitionkey=longest)
    follows = replace(cause, dataschema=longest, subject=longest, sequence=10**20 - 1).caused(cause)
    block = "".join(f"{name}: {value}\r\n" for name, value in to_headers(follows).items())
    assert len(f"NATS/1.0\r\n{block}\r\n") < 65_535


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_unicode_survives_a_header(text):
    encoded = percent_encode(text)
    assert encoded.isascii()
    assert percent_decode(encoded) == text


def test_the_example_of_the_specification_is_encoded_so():
    assert percent_encode("Euro € 😀") == "Euro%20%E2%82%AC%20%F0%9F%98%80"

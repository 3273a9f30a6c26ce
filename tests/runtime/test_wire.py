"""What one expression reads of headers is what the contract reads, and it reads all that ours write."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.python.connection import read_headers
from contracts.cases import CaseOpened
from contracts.language.envelope import Envelope, EnvelopeRefused, from_headers, to_headers
from services.runtime.wire import begun, block_of, ended, envelope_in
from tests.servers import NOW

WHOLE = Envelope(
    id="01900000-0000-7000-8000-000000000000",
    source="cases",
    type="cn.linzhang.cases.opened.v1",
    time=NOW,
    dataschema="urn:linzhang:cases.opened.v1",
    sequence=7,
    partitionkey="b-1",
    correlationid="r-1",
    causationid="m-1",
    traceparent="00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
)
POSTED = Envelope("r-1", "acme", "cn.linzhang.intake.incident.v1", NOW)


@pytest.mark.parametrize(
    "envelope", [WHOLE, POSTED, replace(POSTED, time=datetime(2020, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC))]
)
@pytest.mark.parametrize("bound", [{}, {"Nats-Expected-Last-Sequence": "12"}])
def test_what_our_own_programs_write_is_read_by_the_one_expression(envelope, bound):
    assert envelope_in(block_of({**to_headers(envelope), **bound})) == envelope


@pytest.mark.parametrize("key", [None, "b-1", "一号 %"])
@pytest.mark.parametrize("cause", [None, POSTED, WHOLE, replace(POSTED, id="第 1 号")])
def test_what_is_written_in_one_go_is_what_the_contract_says_of_an_envelope(key, cause):
    told = begun(CaseOpened, "cases", WHOLE.id, NOW, key, cause, cause and cause.traceparent)
    found = from_headers(read_headers(ended(told, 7, 12)))
    said = Envelope(
        id=WHOLE.id,
        source="cases",
        type="cn.linzhang.cases.opened.v1",
        time=NOW,
        dataschema="urn:linzhang:cases.opened.v1",
        sequence=7,
        partitionkey=key,
        correlationid=(cause.correlationid or cause.id) if cause else WHOLE.id,
        causationid=cause.id if cause else None,
        traceparent=found.traceparent,
    )
    assert found == said
    assert ended(told, 7, 12) == block_of({**to_headers(said), "Nats-Expected-Last-Sequence": "12"})
    assert ended(told, 7) == block_of(to_headers(said))
    assert ended(told, None) == block_of(to_headers(replace(said, sequence=None)))
    trace = (cause.traceparent if cause else None) or found.traceparent
    assert found.traceparent[:36] == trace[:36]


def agrees(raw):
    """Whether the expression leaves a block alone, or reads what the contract reads of it."""
    quick = envelope_in(raw)
    if quick is None:
        return True
    try:
        return quick == from_headers(read_headers(raw))
    except EnvelopeRefused:
        return False


VALUES = st.text(st.characters(max_codepoint=0x2FF), max_size=300) | st.sampled_from(
    ['"a"', "%41", "%", "a b", " a", "a ", "x" * 256, "x" * 257, "", "\t", "é", "~!#$&"]
)
NAMES = st.sampled_from(list(to_headers(WHOLE)))


@given(NAMES, VALUES)
def test_whatever_stands_in_a_header_the_expression_agrees_with_the_contract(name, value):
    assert agrees(block_of({**to_headers(WHOLE), name: value}))


TIMES = (
    *("1949-12-31T23:59:59Z", "1950-01-01T00:00:00Z", "2199-12-31T23:59:59.999999Z", "2200-01-01T00:00:00Z"),
    *("2020-02-30T00:00:00Z", "2020-06-15T24:00:00Z", "2020-06-15T02:00:00.1234567Z", "2020-06-15t02:00:00z"),
    *("2020-06-15T02:00:00", "2020-06-15T02:00:00+08:00", "2020-06-15 02:00:00Z", "２020-06-15T02:00:00Z"),
)


@pytest.mark.parametrize("time", TIMES)
def test_of_times_it_reads_what_the_contract_reads(time):
    assert agrees(block_of({**to_headers(WHOLE), "ce-time": time}))


@pytest.mark.parametrize("sequence", ["", "0", "9" * 20, "9" * 21, "-1", "1.0", "٣"])
def test_of_sequences_it_reads_what_the_contract_reads(sequence):
    assert agrees(block_of({**to_headers(WHOLE), "ce-sequence": sequence}))


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw + b"\r\n",
        lambda raw: raw.replace(b"NATS/1.0", b"NATS/1.0 503"),
        lambda raw: raw[:-2] + b"ce-id: other\r\n\r\n",
        lambda raw: raw[:-2] + b"CE-ID: other\r\n\r\n",
        lambda raw: raw.replace(b"\r\n", b"\n"),
        lambda raw: raw.replace(b"ce-id: ", b"ce-id:"),
        lambda raw: raw.replace(b"application/json", b"application/cloudevents+json"),
        lambda raw: raw.replace(b"1.0\r\nce-id", b"1x0\r\nce-id"),
    ],
)
def test_a_block_that_is_written_otherwise_is_left_to_the_contract(change):
    raw = change(block_of(to_headers(WHOLE)))
    assert raw != block_of(to_headers(WHOLE))
    assert envelope_in(raw) is None

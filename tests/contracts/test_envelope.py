"""The CloudEvents envelope in the binary mode of its NATS binding."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.event import Envelope, EnvelopeRefused, from_headers, percent_decode, percent_encode, to_headers

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


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_unicode_survives_a_header(text):
    encoded = percent_encode(text)
    assert encoded.isascii()
    assert percent_decode("ce-x", encoded) == text


def test_the_example_of_the_specification_is_encoded_so():
    assert percent_encode("Euro € 😀") == "Euro%20%E2%82%AC%20%F0%9F%98%80"

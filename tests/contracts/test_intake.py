"""What outsiders post is refused field by field."""

import pytest
from pydantic import ValidationError

from contracts.language.rules import describe
from contracts.patrol import IncidentReport

GOOD = {
    "external_id": "r-1",
    "kind": "fire",
    "at": {"lon": 117.2, "lat": 29.3, "datum": "wgs84"},
    "seen_at": "2020-06-01T08:00:00+08:00",
    "reporter": "ranger",
}


def test_a_whole_report_is_taken():
    assert IncidentReport.model_validate(GOOD).revision == 1


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"kind": "flood"}, "kind", "must be one of"),
        ({"at": {"lon": 217.2, "lat": 29.3, "datum": "wgs84"}}, "at.lon", "at most 180"),
        ({"at": {"lon": 117.2, "lat": 29.3}}, "at.datum", "required"),
        ({"seen_at": "2020-06-01T08:00:00"}, "seen_at", "offset"),
        ({"colour": "red"}, "colour", "no field of it"),
        ({"text": "a\0b"}, "text", "NUL"),
        ({"details": {"volume_m3": 1}}, "details.volume_m3", "no field of it"),
    ],
)
def test_what_is_wrong_is_named_with_its_rule(change, field, rule):
    with pytest.raises(ValidationError) as refused:
        IncidentReport.model_validate({**GOOD, **change})
    told = [describe(error) for error in refused.value.errors()]
    assert [one["field"] for one in told] == [field]
    assert rule in told[0]["rule"]

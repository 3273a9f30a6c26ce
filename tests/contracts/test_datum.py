"""GCJ-02 against an independent implementation (eviltransform 0.1.1), and back again."""

import csv
from pathlib import Path

import pytest

from contracts.language.datum import from_cgcs2000, to_cgcs2000
from contracts.language.values import Datum

with Path(__file__).with_name("gcj02-check.csv").open() as table:
    ROWS = [tuple(map(float, row.values())) for row in csv.DictReader(table)]

WITHIN_TWO_CM = 2e-7
"""In degrees: that implementation takes another equatorial radius for the step from metres to degrees."""
WITHIN_DEGREES = 1e-8
"""A millimetre."""


@pytest.mark.parametrize(("lon", "lat", "gcj_lon", "gcj_lat"), ROWS)
def test_a_point_is_shifted_as_the_independent_implementation_says_and_comes_back(lon, lat, gcj_lon, gcj_lat):
    assert from_cgcs2000(lon, lat, Datum.GCJ02) == pytest.approx((gcj_lon, gcj_lat), abs=WITHIN_TWO_CM)
    there = from_cgcs2000(lon, lat, Datum.GCJ02)
    assert to_cgcs2000(*there, Datum.GCJ02) == pytest.approx((lon, lat), abs=WITHIN_DEGREES)


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.CGCS2000])
def test_the_other_datums_agree(datum):
    assert to_cgcs2000(117.2, 29.3, datum) == (117.2, 29.3) == from_cgcs2000(117.2, 29.3, datum)

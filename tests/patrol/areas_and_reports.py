"""A strip of ground to patrol: two villages with their town and county, and reports of what is seen there."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from contracts.language.division import Division
from contracts.patrol import IncidentReport, TrackBatch
from contracts.roster import Area, AreaStated, Boundary
from tests.telling import heard

NOW = datetime(2020, 6, 15, 2, 0, tzinfo=UTC)
SEEN = datetime(2020, 6, 14, 8, 0, tzinfo=UTC)
WEST, EAST = Division("360222104201"), Division("360222104202")
LAT = 29.05
METRE = 1 / 97_300
"""In degrees of longitude, here."""


def area(id, west, east, parent=None):
    ring = ((west, 29.0), (east, 29.0), (east, 29.1), (west, 29.1), (west, 29.0))
    return Area(
        id=id,
        kind="grid" if "-g" in id else "division",
        name=f"地方 {id}",
        division=Division(id[:12]),
        parent_id=parent,
        boundary=Boundary(coordinates=((ring,),)),
        area_mu=Decimal(1),
        in_force_from=date(2018, 1, 1),
    )


AREAS = (
    area("360222000000", 117.0, 117.2),
    area("360222104000", 117.0, 117.2, "360222000000"),
    area(WEST, 117.0, 117.1, "360222104000"),
    area(EAST, 117.1, 117.2, "360222104000"),
    area(f"{WEST}-g1", 117.0, 117.1, WEST),
    area(f"{EAST}-g1", 117.1, 117.2, EAST),
)
STATED = tuple(AreaStated(area=one) for one in AREAS)


def report(external_id, lon=117.05, lat=LAT, **changes):
    """A report of felling in the western village."""
    stated = {
        "external_id": external_id,
        "kind": "felling",
        "at": {"lon": lon, "lat": lat, "datum": "cgcs2000"},
        "seen_at": SEEN,
        "reporter": "ranger",
        "text": "发现有人砍树",
    }
    return IncidentReport.model_validate({**stated, **changes})


def reported(external_id, lon=117.05, lat=LAT, source="acme", **changes):
    return heard(report(external_id, lon, lat, **changes), source)


def walked(batch_id, points, terminal="t-1", datum="cgcs2000", source="acme"):
    """A track batch as its handler gets it; points are (lon, lat, at) and perhaps an accuracy."""
    stated = [dict(zip(("lon", "lat", "at", "accuracy_m"), point, strict=False)) for point in points]
    return sent(batch_id, [{**one, "at": one["at"].isoformat()} for one in stated], terminal, datum, source)


def sent(batch_id, points, terminal="t-1", datum="cgcs2000", source="acme"):
    """A track batch as it comes off the wire, whatever its points are."""
    batch = {"batch_id": batch_id, "terminal": terminal, "datum": datum, "points": points}
    return heard(TrackBatch.model_validate_json(json.dumps(batch)), source)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
"""Whatever may stand in JSON."""
POINTS = st.fixed_dictionaries(
    {
        "lon": st.floats(-181, 181) | st.floats(117.0, 117.01) | ANYTHING,
        "lat": st.floats(29.0, 29.01) | ANYTHING,
        "at": st.integers(-20, 20).map(lambda n: (NOW + timedelta(seconds=n)).isoformat()) | ANYTHING,
    },
    optional={"accuracy_m": st.floats(-1, 101) | ANYTHING},
)
"""Points of a track, good and bad."""

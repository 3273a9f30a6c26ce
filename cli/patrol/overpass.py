"""In which order hotspots are reported: an overpass after the other, each fire from neighbour to neighbour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby

import numpy as np

from cli.patrol.firms import Hotspot, firms


def in_order(hotspots: Sequence[Hotspot]) -> Iterator[Hotspot]:
    """Next comes always the one that is nearest to those before it: no fire is begun at both of its ends."""
    by_satellite = sorted(hotspots, key=lambda one: (one.satellite, one.sensor, one.seen_at, one.external_id))
    for _, its in groupby(by_satellite, key=lambda one: (one.satellite, one.sensor)):
        for overpass in _overpasses(list(its)):
            yield from _from_neighbour_to_neighbour(overpass)


def _overpasses(hotspots: Sequence[Hotspot]) -> Iterator[list[Hotspot]]:
    """Those of one satellite, parted where it was elsewhere meanwhile."""
    gap = timedelta(minutes=firms().overpass_minutes)
    overpass: list[Hotspot] = []
    for one in hotspots:
        if overpass and one.seen_at - overpass[-1].seen_at > gap:
            yield overpass
            overpass = []
        overpass.append(one)
    if overpass:
        yield overpass


def _from_neighbour_to_neighbour(hotspots: Sequence[Hotspot]) -> Iterator[Hotspot]:
    lat = np.radians([float(one.lat) for one in hotspots])
    lon = np.radians([float(one.lon) for one in hotspots])
    places = np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
    off = np.full(len(hotspots), np.inf)
    at = max(range(len(hotspots)), key=lambda n: hotspots[n].frp_mw or 0.0)
    taken = np.zeros(len(hotspots), dtype=bool)
    for _ in hotspots:
        yield hotspots[at]
        taken[at] = True
        off = np.minimum(off, np.square(places - places[at]).sum(axis=1))
        at = int(np.argmin(np.where(taken, np.inf, off)))

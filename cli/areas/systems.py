"""Coordinate systems of maps, and positions in them as degrees on CGCS2000."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import typer
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from cli.areas.feature import Polygons
from cli.rules import stated
from cli.say import say
from contracts.language.datum import in_china, unshifted
from contracts.language.values import Datum

AGREEING = ("China 2000", "World Geodetic System 1984", "WGS 84", "D_China_2000", "D_WGS_1984")
"""Datums that agree within a metre (DOMAIN §4); those before them need parameters that only a survey office has."""
GEOGRAPHIC = {Datum.WGS84: 4326, Datum.CGCS2000: 4490}
PLACES = 8
"""Of a degree that was computed: a millimetre."""
ZONE_METRES = 1_000_000
"""An easting that is larger begins with the number of its zone."""
_FIRST_ZONED, _FIRST_PLAIN, _FIRST_MERIDIAN = 4488, 4534, 75


@dataclass(frozen=True)
class System:
    """What positions of a file are measured in; `shifted` says that they are on GCJ-02."""

    crs: CRS
    shifted: bool = False

    @property
    def name(self) -> str:
        return "GCJ-02" if self.shifted else str(self.crs.name)

    @property
    def in_degrees(self) -> bool:
        return bool(self.crs.is_geographic)

    @cached_property
    def _transformer(self) -> Transformer:
        # Degrees of the system's own datum: to go by parameters of another would move the ground.
        return Transformer.from_crs(self.crs, self.crs.geodetic_crs, always_xy=True)

    def degrees(self, polygons: Polygons) -> Polygons:
        """Positions as degrees on CGCS2000; those given in such degrees stay as they were written."""
        if self.in_degrees and not self.shifted:
            return polygons
        return [[self._ring(np.asarray(ring, dtype=float)) for ring in polygon] for polygon in polygons]

    def _ring(self, ring: NDArray[np.float64]) -> list[tuple[float, float]]:
        lons, lats = ring[:, 0], ring[:, 1]
        if not self.in_degrees:
            lons, lats = self._transformer.transform(lons, lats)
        elif bool(np.all(in_china(lons, lats))):
            lons, lats = unshifted(lons, lats, np)
        return list(zip(np.round(lons, PLACES).tolist(), np.round(lats, PLACES).tolist(), strict=True))

    def wrong_zone(self, polygons: Polygons) -> str | None:
        """The rule that eastings break which have the number of a zone and should not, or the other way about."""
        if self.in_degrees:
            return None
        operation = self.crs.coordinate_operation
        parameters = operation.params if operation is not None else ()
        false_easting = next((float(one.value) for one in parameters if "easting" in one.name.lower()), None)
        easting = next((ring[0][0] for polygon in polygons for ring in polygon if ring), None)
        if false_easting is None or easting is None or (easting >= ZONE_METRES) == (false_easting >= ZONE_METRES):
            return None
        if easting >= ZONE_METRES:
            zone = int(easting // ZONE_METRES)
            return stated("easting_has_zone", easting=f"{easting:.0f}", zone=zone, epsg=_FIRST_ZONED + zone)
        zone = int(false_easting // ZONE_METRES)
        plain = _FIRST_PLAIN + (3 * zone - _FIRST_MERIDIAN) // 3
        return stated("easting_lacks_zone", easting=f"{easting:.0f}", zone=zone, epsg=plain)


def system_of(found: str | None, by_standard: bool, crs: str | None, datum: Datum | None, amap: bool) -> System:
    """The system that is stated, else the one that the file has. Raises BadParameter where it must be said.

    `by_standard` says that the format means WGS 84 where it states none, `amap` that the columns are those of AMap,
    whose boundaries are on GCJ-02 whatever their file says.
    """
    if crs is None and datum is None and amap:
        raise typer.BadParameter(say("areas.say_datum_amap"), param_hint="--datum")
    if datum is Datum.GCJ02:
        if crs is not None and not _read(crs, "--crs").is_geographic:
            raise typer.BadParameter(say("areas.gcj02_in_degrees"), param_hint="--datum")
        if crs is None and found is not None and not _read(found, "crs").is_geographic:
            raise typer.BadParameter(say("areas.gcj02_in_degrees"), param_hint="--datum")
        return System(CRS.from_epsg(GEOGRAPHIC[Datum.CGCS2000]), shifted=True)
    if crs is not None:
        return _agreeing(_read(crs, "--crs"), "--crs")
    if datum is not None:
        return System(CRS.from_epsg(GEOGRAPHIC[datum]))
    if found is not None:
        return _agreeing(_read(found, "crs"), "--crs")
    if by_standard:
        return System(CRS.from_epsg(GEOGRAPHIC[Datum.WGS84]))
    raise typer.BadParameter(say("areas.say_system"), param_hint="--crs")


def _read(text: str, option: str) -> CRS:
    number = text.strip().upper().removeprefix("EPSG:")
    try:
        return CRS.from_epsg(int(number)) if number.isdecimal() and len(number) < 7 else CRS.from_user_input(text)
    except CRSError:
        raise typer.BadParameter(say("areas.no_such_system", system=text[:80]), param_hint=option) from None


def _agreeing(crs: CRS, option: str) -> System:
    geodetic = crs.geodetic_crs
    datum = geodetic.datum.name if geodetic is not None and geodetic.datum is not None else "-"
    if not any(datum.startswith(name) for name in AGREEING):
        raise typer.BadParameter(say("areas.other_datum", system=crs.name, datum=datum), param_hint=option)
    return System(crs)

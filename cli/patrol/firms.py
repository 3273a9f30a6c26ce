"""Reads a file of NASA FIRMS: hotspots of MODIS, VIIRS or Landsat, with columns and words as `firms.json` has them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from cli.given_file import BadFile
from cli.say import say
from cli.sheet.cell import BadCell, halved, said
from cli.sheet.day import day
from cli.sheet.file.given import given
from cli.sheet.file.worksheet import Cell, SheetUnreadable, Worksheet
from contracts.language.datum import in_china
from contracts.language.stated import read_as
from contracts.language.values import Datum, Line, Token
from contracts.patrol import IncidentKind, ReporterKind, Severity

ABROAD, NO_VEGETATION = "abroad", "no_vegetation"
"""Why a row is no hotspot for us."""


class Sensor(BaseModel):
    """By what a file of a sensor is known: what it calls the instrument, columns that only it has, its satellites."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instruments: tuple[Line, ...]
    columns: tuple[Line, ...]
    satellites: tuple[Line, ...]


class Firms(BaseModel):
    """What `firms.json` says: the names of each column, which must be there, and what their words mean.

    `percent_from` is from how many per cent on a number means a word; of `vegetation` are the causes that are kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Line
    columns: Mapping[Token, tuple[Line, ...]]
    required: tuple[Token, ...]
    sensors: Mapping[Token, Sensor]
    satellites: Mapping[Line, tuple[Line, ...]]
    confidences: Mapping[Token, tuple[Line, ...]]
    percent_from: Mapping[Token, int]
    by_night: Mapping[Line, bool]
    vegetation: tuple[Line, ...]
    overpass_minutes: int


@cache
def firms() -> Firms:
    stated = json.loads(files("cli.patrol").joinpath("firms.json").read_text("utf-8"))
    return read_as(TypeAdapter(Firms), stated, "firms.json")


@dataclass(frozen=True, slots=True)
class Hotspot:
    """A pixel in which a satellite saw fire: the middle of it, on WGS 84."""

    row: int
    lon: Decimal
    lat: Decimal
    seen_at: datetime
    sensor: str
    satellite: str
    confidence: str
    confidence_percent: int | None
    frp_mw: float | None
    by_night: bool | None

    @property
    def external_id(self) -> str:
        """The same for the same pixel in whatever file it comes."""
        where = f"{self.lat.normalize():f},{self.lon.normalize():f}"
        return f"firms/{self.sensor}/{self.satellite}/{self.seen_at:%Y%m%dT%H%MZ}/{where}"

    @property
    def report(self) -> dict[str, Any]:
        """As patrol takes it in."""
        details = {
            "sensor": self.sensor,
            "satellite": self.satellite,
            "confidence": self.confidence,
            "confidence_percent": self.confidence_percent,
            "frp_mw": self.frp_mw,
            "by_night": self.by_night,
        }
        return {
            "external_id": self.external_id,
            "kind": IncidentKind["FIRE"],
            "severity": Severity.SERIOUS,
            "at": {"lon": float(self.lon), "lat": float(self.lat), "datum": Datum.WGS84},
            "seen_at": self.seen_at.isoformat(),
            "reporter": ReporterKind.SATELLITE,
            "text": f"卫星热点 hotspot: {self.satellite} {self.sensor.upper()}",
            "details": {name: one for name, one in details.items() if one is not None},
        }


@dataclass(slots=True)
class Hotspots:
    """What a file has: its hotspots, what is wrong by row and column, and how many rows were left out and why."""

    found: list[Hotspot] = field(default_factory=list)
    wrong: list[tuple[int, str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def hotspots_in(file: Path) -> Hotspots:
    """Raises BadFile for what is no such file; it names every column that is missing."""
    try:
        sheet = given(file).sheets[0]
    except SheetUnreadable as error:
        raise BadFile(str(error)) from None
    heads = _Heads(file, sheet)
    read = Hotspots()
    for row in sorted(set(sheet.rows) - {heads.row}):
        try:
            hotspot = heads.hotspot(row, sheet.rows[row])
        except _Wrong as wrong:
            read.wrong.append((row, heads.written.get(wrong.column, wrong.column), wrong.rule))
            continue
        if isinstance(hotspot, str):
            read.left_out[hotspot] += 1
        else:
            read.found.append(hotspot)
    return read


class _Wrong(ValueError):
    """A cell that is not as its column must be."""

    def __init__(self, column: str, rule: str) -> None:
        super().__init__(rule)
        self.column, self.rule = column, rule


class _Heads:
    """Where each column of a file stands, how it is called there, and which sensor's file it is."""

    def __init__(self, file: Path, sheet: Worksheet) -> None:
        self.row = min(sheet.rows, default=0)
        names = {said(cell).strip().lower(): at for at, cell in sheet.rows.get(self.row, {}).items()}
        stated = {column: [name for name in known if name in names] for column, known in firms().columns.items()}
        self.written = {column: its[0] for column, its in stated.items() if its}
        self._at = {column: names[name] for column, name in self.written.items()}
        missing = [firms().columns[one][0] for one in firms().required if one not in self._at]
        if missing:
            raise BadFile(say("hotspots.columns", file=file, names=", ".join(missing)))
        self._by_columns = [name for name, one in firms().sensors.items() if set(one.columns) & names.keys()]
        self._day_none = sheet.day_none

    def hotspot(self, row: int, cells: Mapping[int, Cell]) -> Hotspot | str:
        """The hotspot of a row, or why it is none for us. Raises _Wrong."""
        told = {column: halved(said(cells[at])).strip() for column, at in self._at.items() if at in cells}
        for column in firms().required:
            if not told.get(column):
                raise _Wrong(column, say("hotspots.empty"))
        lon, lat = _number("lon", told["lon"], 180), _number("lat", told["lat"], 90)
        seen_at = datetime.combine(self._day(cells[self._at["day"]]), _time(told["time"]), UTC)
        satellite = _satellite(told["satellite"])
        percent, confidence = _confidence(told["confidence"])
        frp = _number("frp_mw", told["frp_mw"], 1_000_000) if told.get("frp_mw") else None
        sensor = self._sensor(told, satellite)
        if told.get("cause", firms().vegetation[0]) not in firms().vegetation:
            return NO_VEGETATION
        if not in_china(float(lon), float(lat)):
            return ABROAD
        by_night = _word("by_night", told["by_night"], firms().by_night) if told.get("by_night") else None
        # A weak fire may come out below zero, which only says that it is weak.
        power = None if frp is None else max(float(frp), 0.0)
        return Hotspot(row, lon, lat, seen_at, sensor, satellite, confidence, percent, power, by_night)

    def _day(self, cell: Cell) -> date:
        try:
            return day(cell, self._day_none)[0]
        except BadCell as bad:
            raise _Wrong("day", str(bad)) from None

    def _sensor(self, told: Mapping[str, str], satellite: str) -> str:
        """What the row says, else what only that sensor's files have, else whose satellite it is."""
        column, said_there = "satellite", satellite
        known = {word: name for name, one in firms().sensors.items() for word in one.satellites}
        if stated := told.get("sensor"):
            column, said_there = "sensor", stated
            known = {word: name for name, one in firms().sensors.items() for word in one.instruments}
        elif len(self._by_columns) == 1:
            return self._by_columns[0]
        return str(_word(column, said_there, known))


def _number(column: str, text: str, most: int) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise _Wrong(column, say("hotspots.number", value=text)) from None
    if not found.is_finite() or abs(found) > most:
        raise _Wrong(column, say("hotspots.range", value=text, least=-most, most=most))
    return found


def _time(text: str) -> time:
    """Hours and minutes in UTC without the zeros before them: `1` is 00:01."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})|([0-9]{1,4})(?:\.0+)?", text, re.ASCII)
    if found is None:
        raise _Wrong("time", say("hotspots.time", value=text))
    hour, minute = map(int, found.group(1, 2)) if found[1] else divmod(int(found[3]), 100)
    try:
        return time(hour, minute)
    except ValueError:
        raise _Wrong("time", say("hotspots.time", value=text)) from None


def _word(column: str, text: str, known: Mapping[str, Any]) -> Any:
    meant = {word.casefold(): meaning for word, meaning in known.items()}
    if text.casefold() not in meant:
        raise _Wrong(column, say("hotspots.word", value=text, known=", ".join(known)))
    return meant[text.casefold()]


def _satellite(text: str) -> str:
    names = {word: name for name, others in firms().satellites.items() for word in (name, *others)}
    return str(_word("satellite", text.removesuffix(".0"), names))


def _confidence(text: str) -> tuple[int | None, str]:
    """As a number of per cent, a letter or a word; the number where there is one, and its word."""
    if re.fullmatch(r"[0-9]+(\.0+)?", text, re.ASCII):
        percent = int(float(text))
        if percent > 100:
            raise _Wrong("confidence", say("hotspots.range", value=text, least=0, most=100))
        floors = sorted(firms().percent_from.items(), key=lambda one: one[1])
        return percent, [name for name, least in floors if least <= percent][-1]
    names = {word: name for name, others in firms().confidences.items() for word in (name, *others)}
    return None, str(_word("confidence", text, names))

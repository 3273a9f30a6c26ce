"""Reads Shapefiles and GeoPackages by GDAL: columns, rings, the coordinate system that stands beside them."""

from __future__ import annotations

import codecs
import math
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from cli.areas.feature import Feature, MapFile, NotReadable
from cli.areas.wkb import Wkb
from cli.given_file import refuse
from cli.rules import stated
from cli.say import say

AS_BYTES = "ISO-8859-1"
"""Reads each byte of a .dbf as one letter, so that what it means can be found out afterwards."""
CHINESE = ("utf-8", "gb18030")
_CODE_PAGES = {"936": "gb18030", "65001": "utf-8", "54936": "gb18030", "ansi 936": "gb18030", "oem 936": "gb18030"}


def read_layer(file: Path, layer: str | None, shapefile: bool) -> MapFile:
    """Raises BadFile for what GDAL cannot read; BadParameter where it must be said which layer."""
    # A library of a hundred megabytes is for those files alone.
    import pyogrio
    from pyogrio import raw
    from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

    if shapefile:
        missing = [ending for ending in (".shx", ".dbf") if not _beside(file, ending).exists()]
        if missing:
            refuse(file, "areas.shapefile_part", missing="、".join(missing))
    try:
        layers = [str(name) for name, kind in pyogrio.list_layers(file) if kind is not None]
        if not shapefile and layer is None and len(layers) > 1:
            raise typer.BadParameter(say("areas.which_layer", layers="、".join(layers)), param_hint="--layer")
        if layer is not None and layer not in layers:
            raise typer.BadParameter(say("areas.no_layer", layer=layer, layers="、".join(layers)), param_hint="--layer")
        encoding = AS_BYTES if shapefile else None
        with warnings.catch_warnings(action="ignore"):
            # What GDAL thinks of a ring goes past the person; we say it by feature and rule.
            meta, _, geometries, values = raw.read(file, layer=layer, encoding=encoding)
    except (DataSourceError, DataLayerError, FieldError, GeometryError, ValueError):
        refuse(file, "areas.not_readable")
    names = [str(name) for name in meta["fields"]]
    rows = list(zip(*(list(column) for column in values), strict=True)) if values else [()] * len(geometries)
    told: tuple[str, ...] = ()
    if shapefile:
        page = _Page.of(file, [*names, *(cell for row in rows for cell in row if isinstance(cell, str))])
        names = [page.name(name) for name in names]
        rows = [tuple(page.text(cell) if isinstance(cell, str) else cell for cell in row) for row in rows]
        told = page.told
    system = None if meta["crs"] is None or _unstated(meta["crs"]) else str(meta["crs"])
    features = [
        _feature(n, dict(zip(names, map(_plain, row), strict=True)), wkb)
        for n, (row, wkb) in enumerate(zip(rows, geometries, strict=True), 1)
    ]
    return MapFile(features, system, told=told)


def _unstated(system: str) -> bool:
    """What a GeoPackage says where it does not know: Undefined Cartesian or geographic SRS."""
    return "undefined" in system.lower()


def _feature(row: int, columns: dict[str, Any], wkb: bytes | None) -> Feature:
    found = Feature(row, columns)
    if not wkb:
        found.wrong.append(("geometry", stated("geometry_missing")))
        return found
    try:
        found.polygons = Wkb(bytes(wkb), found).polygons()
    except NotReadable as error:
        found.wrong.append((error.where, error.rule))
    if not found.polygons and not found.wrong:
        found.wrong.append(("geometry", stated("geometry_missing")))
    return found


def _plain(cell: Any) -> Any:
    value = cell.item() if hasattr(cell, "item") else cell
    return None if isinstance(value, float) and math.isnan(value) else value


def _beside(file: Path, ending: str) -> Path:
    """The file of the same name with another ending, in whatever case."""
    upper = file.with_suffix(ending.upper())
    return upper if upper.exists() else file.with_suffix(ending)


class _Page:
    """In which code page a .dbf is written: as .cpg says where that reads, else the first that reads all of it."""

    def __init__(self, encoding: str, told: tuple[str, ...]) -> None:
        self._encoding, self.told = encoding, told

    @classmethod
    def of(cls, file: Path, texts: Iterable[str]) -> _Page:
        found = [text.encode(AS_BYTES, "replace") for text in texts]
        stated_page = cls._stated(_beside(file, ".cpg"))
        pages = [*([stated_page] if stated_page else []), *CHINESE]
        page = next((one for one in pages if all(map(cls._reads(one), found))), CHINESE[-1])
        if stated_page is not None and page != stated_page:
            return cls(page, (say("areas.code_page", stated=stated_page, found=page),))
        return cls(page, ())

    @staticmethod
    def _reads(page: str) -> Any:
        def check(text: bytes) -> bool:
            try:
                codecs.getincrementaldecoder(page)().decode(text)
            except UnicodeDecodeError:
                return False
            return True

        return check

    @staticmethod
    def _stated(file: Path) -> str | None:
        try:
            word = file.read_text(AS_BYTES).strip().lower()
        except OSError:
            return None
        page = _CODE_PAGES.get(word, word)
        try:
            name = codecs.lookup(page).name
        except LookupError:
            return None
        return "gb18030" if name in ("gbk", "gb2312") else name

    def text(self, text: str) -> str:
        """A cell; a letter that was cut off at the end of its column is left out."""
        return codecs.getincrementaldecoder(self._encoding)("replace").decode(text.encode(AS_BYTES, "replace"))

    name = text

"""Maps written to files, and read as the command line reads them."""

import numpy as np
from pyogrio import raw

from cli.areas.row import rows_of
from tests.cli.maps import ring

GROUND = ring(117.18, 29.28, 117.21, 29.31)
COLUMNS = [("区划代码", 12), ("名称", 40)]
ROW = ("360202001000", "昌江区西郊街道")


def read(file, layer=None, crs=None, datum=None, repair=False):
    rows, told = rows_of(file, False, layer, crs, datum, repair)
    return rows, told


def positions(rows):
    return [at for row in rows for polygon in row.feature.polygons for one in polygon for at in one]


def written(tmp_path, text, name="areas.geojson"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def packaged(file, wkb, layer="areas", crs="EPSG:4527"):
    raw.write(
        file,
        np.array([wkb], dtype=object),
        [np.array(["360202001"], dtype=object), np.array(["西郊街道"], dtype=object)],
        ["code", "name"],
        layer=layer,
        driver="GPKG",
        geometry_type="Polygon",
        crs=crs,
    )

"""Every statement on areas."""

from __future__ import annotations

from contracts.roster import Area
from services.runtime.reference.ground import Ground
from services.runtime.reference.view import View
from services.runtime.sql import Sql


async def load_ground(sql: Sql) -> Ground:
    rows = await sql.fetch("SELECT body FROM areas")
    return Ground(Area.model_validate_json(row["body"]) for row in rows)


GROUND = View(load_ground)

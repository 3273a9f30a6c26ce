"""Every statement on divisions."""

from __future__ import annotations

from contracts.roster import NamedDivision
from services.cases.division.division import Divisions
from services.runtime.sql import Sql


async def load_divisions(sql: Sql) -> Divisions:
    rows = await sql.fetch("SELECT body FROM divisions")
    return Divisions(NamedDivision.model_validate_json(row["body"]) for row in rows)

"""Whether a service's schema is the one that its code was written for."""

from __future__ import annotations

from pathlib import Path

import asyncpg

from services.runtime.sql import Sql

_SERVICES = Path(__file__).parents[2]


def newest_revisions(service: str) -> frozenset[str]:
    """The last revision of the runtime's tables and of the service's own, by the numbers of their files."""
    found = set()
    for owner in ("runtime", service):
        number = max((_SERVICES / owner / "migrations").glob("*.sql")).stem.partition("_")[0]
        found.add(f"{owner}_{number}")
    return frozenset(found)


async def is_migrated(sql: Sql, service: str) -> bool:
    """False while the migrations have not been run, or only older ones."""
    try:
        rows = await sql.fetch("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return False
    return newest_revisions(service) <= {row["version_num"] for row in rows}

"""Whether a service's code can live with its schema: an older one is migrated first, a newer one serves for a while."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.runtime.sql import Sql

_SERVICES = Path(__file__).parents[2]
RELEASE: Final[int] = 1 + json.loads(Path(__file__).with_name("released.json").read_text("utf-8"))["release"]
"""The release that this code becomes: the next after the last that was made."""


class Unfit(Exception):
    """This code cannot work on the schema; the message says why and names the remedy."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a schema is: of each owner the number of its last revision, and which releases' code it serves."""

    revisions: Mapping[str, int]
    release: int
    serves_from: int

    def behind(self, service: str) -> list[str]:
        """The owners of whom this code has newer revisions."""
        newest = newest_revisions(service)
        return [owner for owner in newest if self.revisions.get(owner, 0) < newest[owner]]

    def too_new(self) -> str:
        """Why this code cannot live with it; empty when it can."""
        if self.serves_from <= RELEASE:
            return ""
        return (
            f"the schema is of release {self.release} and serves the code of release {self.serves_from} and newer, "
            f"this is release {RELEASE}: run release {self.serves_from} or newer"
        )


def newest_revisions(service: str) -> dict[str, int]:
    """The number of the last revision of the runtime's tables and of the service's own, by those of their files."""
    return {
        owner: max(int(path.stem.partition("_")[0]) for path in (_SERVICES / owner / "migrations").glob("*.sql"))
        for owner in ("runtime", service)
    }


async def look(sql: Sql) -> Standing:
    """How far the schema is that the connection's search path names."""
    there = await sql.fetchrow(
        "SELECT to_regclass('alembic_version') IS NOT NULL AS begun, to_regclass('lives_with') IS NOT NULL AS marked"
    )
    assert there is not None
    revisions: dict[str, int] = {}
    if there["begun"]:
        for row in await sql.fetch("SELECT version_num FROM alembic_version"):
            owner, _, number = row["version_num"].rpartition("_")
            revisions[owner] = max(int(number), revisions.get(owner, 0))
    mark = await sql.fetchrow("SELECT release, serves_from FROM lives_with") if there["marked"] else None
    return Standing(revisions, *(mark or (0, 0)))


async def unfit(sql: Sql, service: str) -> str:
    """Why this code cannot work on the schema; empty when it can."""
    standing = await look(sql)
    if standing.too_new():
        return standing.too_new()
    if not standing.behind(service):
        return ""
    newest = newest_revisions(service)
    wanted = ", ".join(f"{owner} {newest[owner]:04}" for owner in standing.behind(service))
    return f"the schema is not migrated: it has yet to come to {wanted}; run the migrations"


if __name__ == "__main__":
    # For whoever puts a backup in its place, and is no part of the services.
    print(RELEASE)

"""Notices what a migration does to rows that stand: a value that is written anew is a value renamed."""

from __future__ import annotations

import asyncpg

from tests.migrations.catalog import Catalog
from tests.migrations.living import Clash


async def watch(sql: asyncpg.Connection, before: Catalog) -> None:
    """Let each statement that would change a released column, or take rows away, leave a note, rows or no rows."""
    await sql.execute(
        """
        CREATE TABLE rewritten (thing text PRIMARY KEY);
        CREATE FUNCTION rewritten() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO rewritten VALUES (TG_ARGV[0]) ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$
        """
    )
    tables = [name for name, kind in before.tables.items() if kind == "r"]
    seen = [(column, "UPDATE OF " + column.partition(".")[2]) for column in before.columns]
    seen += [(table, event) for table in tables for event in ("DELETE", "TRUNCATE")]
    for n, (thing, event) in enumerate(seen):
        if (table := thing.partition(".")[0]) in tables:
            await sql.execute(
                f"CREATE TRIGGER rewritten_{n} BEFORE {event} ON {table}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION rewritten('{thing}')"
            )


async def seen(sql: asyncpg.Connection) -> list[Clash]:
    """What has been noted."""
    rows = await sql.fetch("SELECT thing FROM rewritten ORDER BY thing")
    return [
        Clash(row["thing"], "is written anew" if "." in row["thing"] else "loses rows", excusable=True) for row in rows
    ]

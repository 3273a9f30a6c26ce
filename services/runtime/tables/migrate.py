"""Brings the services' schemas up to date, in a process of its own.

`LINZHANG_MIGRATE="cases=DSN patrol=DSN" python -m services.runtime.tables.migrate`, or `LINZHANG_MIGRATE_FILE`: an
address holds a password, and a command line can be read by everybody.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from pathlib import Path
from typing import Any

import asyncpg
from alembic import op
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.util import await_only

from clients.python.secret import SecretUnreadable, secret
from clients.python.tls import CaUnusable, trust
from services.runtime.replica import away
from services.runtime.tables.schema import RELEASE, Unfit, look

SERVICES = Path(__file__).parents[2]
LOCK = 0x6C7A6D67
"""Key of the advisory lock that lets one of several starters migrate while the others wait."""


def run_sql(revision_file: str) -> None:
    """Run the plain SQL that stands beside a revision, several statements at once."""
    statements = Path(revision_file).with_suffix(".sql").read_text(encoding="utf-8")
    await_only(_driver(op.get_bind()).execute(statements))


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _upgrade(connection: Connection, service: str, to: str) -> None:
    """Owner by owner, as far as this code goes: what a newer release has made of the others is left as it is."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    standing = await_only(look(_driver(connection)))
    if standing.too_new():
        raise Unfit(standing.too_new())
    owners = standing.behind(service)
    if not owners:
        return
    config = Config()
    config.set_main_option("script_location", str(SERVICES / "runtime" / "migrations"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(SERVICES / owner / "migrations") for owner in owners))
    script = ScriptDirectory.from_config(config)

    def steps(have: Any, _: Any) -> Any:
        theirs: Any = tuple(one for one in have if one.rpartition("_")[0] in owners)
        return script._upgrade_revs(to, theirs)

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=None)
        environment.run_migrations()
    if to == "heads":
        _mark(connection, max(getattr(one.module, "serves_from", 0) for one in script.walk_revisions()))


def _mark(connection: Connection, serves_from: int) -> None:
    connection.execute(
        text(
            "UPDATE lives_with"
            " SET release = greatest(release, :release), serves_from = greatest(serves_from, :serves_from)"
        ),
        {"release": RELEASE, "serves_from": serves_from},
    )


async def migrate_async(service: str, dsn: str, tls: ssl.SSLContext | None = None, to: str = "heads") -> None:
    """Bring one service's schema up to date; harmless when it is, or is newer. The role's search path names the schema.

    With `tls` nothing goes in the clear; `to` is a revision to stop at. Raises Unfit, and what asyncpg does.
    """

    async def connect() -> Any:
        return await asyncpg.connect(dsn, ssl=tls)

    # The address goes to asyncpg as it is: SQLAlchemy would hand on what stands behind its question mark.
    engine = create_async_engine("postgresql+asyncpg://", poolclass=NullPool, async_creator=connect)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, service, to)
    finally:
        await engine.dispose()


def read_settings() -> tuple[list[tuple[str, str]], ssl.SSLContext | None]:
    """Which services, where, and whom to believe; a wrong setting is named on stderr and the process ends with 2."""
    ca_file = os.environ.get("LINZHANG_CA_FILE")
    try:
        addresses, tls = secret("LINZHANG_MIGRATE") or "", trust(ca_file) if ca_file else None
    except (SecretUnreadable, CaUnusable) as wrong:
        print(wrong if isinstance(wrong, SecretUnreadable) else f"LINZHANG_CA_FILE: {wrong}", file=sys.stderr)
        raise SystemExit(2) from None
    stated = [argument.partition("=") for argument in addresses.split()]
    known = [(name, dsn) for name, _, dsn in stated if (SERVICES / name / "migrations").is_dir() and "://" in dsn]
    if not stated or len(known) < len(stated):
        form = '"service=postgresql://role:password@host:port/database …"'
        print(f"LINZHANG_MIGRATE: must be {form}, each for a service that there is", file=sys.stderr)
        raise SystemExit(2)
    return known, tls


async def main(services: list[tuple[str, str]], tls: ssl.SSLContext | None) -> int:
    """Migrate one after the other; 1 where the code cannot live with a schema, 3 where the database is away."""
    for name, address in services:
        try:
            await migrate_async(name, address, tls)
        except Unfit as refused:
            print(f"{name}: {refused}", file=sys.stderr)
            return 1
        except (
            asyncpg.PostgresConnectionError,
            asyncpg.InvalidAuthorizationSpecificationError,
            asyncpg.InvalidCatalogNameError,
            asyncpg.InterfaceError,
            OSError,
        ) as error:
            print(f"LINZHANG_MIGRATE: {name}: {away.of_database(error).partition(': ')[2]}", file=sys.stderr)
            return 3
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(*read_settings())))

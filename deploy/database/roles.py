"""One role and one schema for each service, of which none sees another's."""

from __future__ import annotations

import asyncpg


async def make_roles(admin: asyncpg.Connection, passwords: dict[str, str]) -> None:
    """One role and one schema for each service; a role sees nothing of another's. Harmless when they exist."""
    await admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for role, password in passwords.items():
        if not await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
            await admin.execute(f'CREATE ROLE "{role}" LOGIN')
        await admin.execute(f"ALTER ROLE \"{role}\" PASSWORD '{password}'")
        await admin.execute(f'ALTER ROLE "{role}" SET search_path = "{role}"')
        await admin.execute(f'CREATE SCHEMA IF NOT EXISTS "{role}" AUTHORIZATION "{role}"')


RELOADER = "reloader"
"""Lets the server read its files anew, and may nothing else."""


async def make_reloader(admin: asyncpg.Connection, password: str) -> None:
    """Harmless when it exists."""
    if not await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", RELOADER):
        await admin.execute(f"CREATE ROLE {RELOADER} LOGIN CONNECTION LIMIT 4")
    await admin.execute(f"ALTER ROLE {RELOADER} PASSWORD '{password}'")
    await admin.execute(f"GRANT EXECUTE ON FUNCTION pg_reload_conf() TO {RELOADER}")


async def make_database(admin: str, inside: str, passwords: dict[str, str]) -> None:
    """The database to which `inside` leads, made by way of `admin`, with a role and a schema for each name."""
    first = await asyncpg.connect(admin)
    try:
        if not await first.fetchval("SELECT true FROM pg_database WHERE datname = 'linzhang'"):
            await first.execute("CREATE DATABASE linzhang")
    finally:
        await first.close()
    second = await asyncpg.connect(inside)
    try:
        await make_roles(second, passwords)
    finally:
        await second.close()

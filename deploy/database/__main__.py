"""The job that makes roles and schemas; run again it changes nothing but passwords that have changed.

It is told by `LINZHANG_ADMIN_URL`, the address of who owns the database, and `LINZHANG_MIGRATE`, the addresses of the
services as the migrations take them, `LINZHANG_RELOADER`, the address of who lets the server read its certificate anew,
each in a file where `…_FILE` names one, and by `LINZHANG_CA_FILE`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from urllib.parse import unquote, urlsplit

import asyncpg

from clients.python.secret import SecretUnreadable, secret
from clients.python.tls import CaUnusable, trust
from deploy.database.roles import make_reloader, make_roles


async def main() -> int:
    """0 when all is there, 2 for a wrong setting, 3 while the database is away."""
    ca_file = os.environ.get("LINZHANG_CA_FILE")
    try:
        admin, addresses = secret("LINZHANG_ADMIN_URL"), secret("LINZHANG_MIGRATE")
        reloader = secret("LINZHANG_RELOADER")
        tls = trust(ca_file) if ca_file else None
    except SecretUnreadable as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except CaUnusable as wrong:
        print(f"LINZHANG_CA_FILE: {wrong}", file=sys.stderr)
        return 2
    if not admin or not addresses:
        print("LINZHANG_ADMIN_URL, LINZHANG_MIGRATE: both are required", file=sys.stderr)
        return 2
    roles = {}
    for stated in addresses.split():
        role, _, address = stated.partition("=")
        roles[role] = unquote(urlsplit(address).password or "")
    try:
        connection = await asyncpg.connect(admin, ssl=tls)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        print(f"LINZHANG_ADMIN_URL: {error}", file=sys.stderr)
        return 3
    try:
        await make_roles(connection, roles)
        if reloader:
            await make_reloader(connection, unquote(urlsplit(reloader).password or ""))
    finally:
        await connection.close()
    print(f"roles and schemas: {', '.join(roles)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))

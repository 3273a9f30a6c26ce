"""Lets PostgreSQL take up a renewed certificate, as a role that may do this and nothing more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from clients.python.tls import trust

CONNECTED_WITHIN_S = 5


@dataclass
class Renewal:
    """Of the database at `address`, which reads its files anew where `certificate` has changed."""

    address: Callable[[], str]
    certificate: Path
    ca_file: Path | None = None
    told_at: int = 0

    async def look(self) -> bool:
        """Whether it has been told now. Raises OSError, asyncpg.PostgresError, CaUnusable, SecretUnreadable."""
        written_at = self.certificate.stat().st_mtime_ns
        if written_at == self.told_at:
            return False
        tls = trust(self.ca_file) if self.ca_file else None
        connection = await asyncpg.connect(self.address(), ssl=tls, timeout=CONNECTED_WITHIN_S)
        try:
            await connection.execute("SELECT pg_reload_conf()")
        finally:
            await connection.close()
        self.told_at = written_at
        return True

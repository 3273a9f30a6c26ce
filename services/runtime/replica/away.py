"""Why the database cannot be reached, in one line that names the setting to look at; what ends a start."""

from __future__ import annotations

import asyncpg

from clients.python.away import of_tls

DATABASE = "LINZHANG_DATABASE_URL"


class CannotStart(Exception):
    """What waiting does not mend: the process ends, and says this and nothing more."""


def of_database(error: BaseException) -> str:
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return f"{DATABASE}: there is no database of that name; run the job that makes it"
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        return f"{DATABASE}: the database refuses the role or its password"
    return of_tls(error, "database") or f"{DATABASE}: {str(error) or type(error).__name__}"

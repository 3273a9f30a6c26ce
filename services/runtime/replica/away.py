"""Why bus or database cannot be reached, in one line that names the setting to look at."""

from __future__ import annotations

import ssl

import asyncpg

BUS, DATABASE, CA = "LINZHANG_NATS_URL", "LINZHANG_DATABASE_URL", "LINZHANG_CA_FILE"


class CannotStart(Exception):
    """What waiting does not mend: the process ends, and says this and nothing more."""


def is_refused(error: BaseException) -> bool:
    """Whether the bus knows no such user, or not by this password."""
    return "authorization" in str(error).lower()


def of_bus(error: BaseException) -> str:
    if is_refused(error):
        return f"{BUS}: the bus refuses the user or the password"
    return _of_tls(error, "bus") or f"{BUS}: {str(error) or type(error).__name__}"


def of_database(error: BaseException) -> str:
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return f"{DATABASE}: there is no database of that name; run the job that makes it"
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        return f"{DATABASE}: the database refuses the role or its password"
    return _of_tls(error, "database") or f"{DATABASE}: {str(error) or type(error).__name__}"


def _of_tls(error: BaseException, what: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{CA}: does not vouch for the {what}: {error.verify_message}"
    if isinstance(error, ssl.SSLError) or "rejected SSL upgrade" in str(error):
        return f"{CA}: the {what} speaks no TLS from the first byte on"
    return ""

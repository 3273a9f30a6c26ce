"""Why a process cannot reach the bus, in one line that names the setting to look at."""

from __future__ import annotations

import ssl

from clients.python.tls import CaUnusable

BUS, CA = "LINZHANG_NATS_URL", "LINZHANG_CA_FILE"


def is_refused(error: BaseException) -> bool:
    """Whether the bus knows no such user, or not by this password."""
    return "authorization" in str(error).lower()


def of_bus(error: BaseException, setting: str = BUS) -> str:
    """`setting` is where the address stands."""
    if isinstance(error, CaUnusable):
        return f"{CA}: {error}"
    if is_refused(error):
        return f"{setting}: the bus refuses the user or the password"
    return of_tls(error, "bus") or f"{setting}: {str(error) or type(error).__name__}"


def of_tls(error: BaseException, what: str) -> str:
    """What is wrong with who proves to be a server, or does not; empty where it is something else."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{CA}: does not vouch for the {what}: {error.verify_message}"
    if isinstance(error, ssl.SSLError) or "rejected SSL upgrade" in str(error):
        return f"{CA}: the {what} speaks no TLS from the first byte on"
    return ""

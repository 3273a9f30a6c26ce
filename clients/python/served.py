"""Until when the certificate holds that a server shows to whoever comes now, whatever its files say."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path

from clients.python.tls import trust

WITHIN_S = 5.0
POSTGRESQL = bytes.fromhex("0000000804d2162f")
"""Asks PostgreSQL for TLS; a bus speaks it from the first byte on."""


async def served_until(host: str, port: int, ca_file: str | Path | None, ask: bytes = b"") -> float:
    """In seconds since 1970; 0 where nobody vouches for it, or no longer. Nobody logs in.

    What it takes to be offered TLS is said first, `ask`. Raises OSError, CaUnusable.
    """
    trusting = trust(ca_file)
    async with asyncio.timeout(WITHIN_S):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            if ask:
                writer.write(ask)
                if await reader.read(1) != b"S":
                    raise ConnectionError(f"{host}:{port} offers no TLS")
            await writer.start_tls(trusting, server_hostname=host)
            shown = writer.get_extra_info("ssl_object").getpeercert()
        except ssl.SSLCertVerificationError:
            return 0.0
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
    return float(ssl.cert_time_to_seconds(shown["notAfter"]))

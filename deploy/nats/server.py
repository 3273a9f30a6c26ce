"""The configuration of a nats-server: where it listens, what proves who it is, how much it holds, whom it lets in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from contracts.wiring.streams import STORE_MIB
from deploy.nats.accounts import accounts_configuration
from deploy.nats.users import Users

MAX_PAYLOAD = "2MB"
"""Above the streams' 1 MiB, so that the stream's receipt can name an oversized message."""
MAX_PENDING = "512MB"
"""What waits for one client before the server cuts it off: hundreds of the operator's largest (STACK row 32)."""
MEMORY_STORE_MIB = 64
"""No stream is kept in memory; the server would else offer three quarters of the machine's."""
ACCOUNTS_FILE = "accounts.conf"
"""Beside the configuration: the accounts, where they change without it."""


@dataclass(frozen=True, slots=True)
class Node:
    """One server of a cluster: its name, the port for the others, and the addresses of all for routes."""

    name: str
    port: int
    routes: tuple[str, ...]

    def block(self, host: str) -> str:
        # Clients go to the addresses that they were given, not to those that servers tell of each other.
        return f"""\
server_name: {self.name}
cluster {{
  name: linzhang
  listen: {host}:{self.port}
  no_advertise: true
  routes: {json.dumps(list(self.routes))}
}}
"""


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM by which a server proves who it is, with TLS from the first byte: nothing is said before it."""

    certificate: Path
    key: Path
    ca: Path | None = None
    timeout_s: float = 5

    def block(self) -> str:
        ca = f"  ca_file: {json.dumps(str(self.ca))}\n" if self.ca else ""
        return f"""\
tls {{
  cert_file: {json.dumps(str(self.certificate))}
  key_file: {json.dumps(str(self.key))}
{ca}  handshake_first: true
  timeout: {self.timeout_s:g}
}}
"""


def server_configuration(
    users: Users | None,
    store: Path,
    port: int,
    sync: str = "always",
    store_mib: int = STORE_MIB,
    host: str = "127.0.0.1",
    node: Node | None = None,
    tls: Tls | None = None,
    name: str = "",
) -> str:
    """A whole configuration; without `users`, the accounts are those of ACCOUNTS_FILE beside it.

    `sync` is JetStream's sync_interval: `always`, or a duration; `name` the server's, where it is no `node`.

    It has no monitor port, which would show connections, inboxes and subjects to whoever is on the machine (STACK row
    35): what the server says of itself is asked for on the bus, by the one user of the system account.
    """
    named = node.block(host) if node else f"server_name: {name}\n" if name else ""
    accounts = accounts_configuration(users) if users is not None else f"include {ACCOUNTS_FILE}\n"
    return f"""\
host: {host}
port: {port}
{named}{tls.block() if tls else ""}max_payload: {MAX_PAYLOAD}
max_pending: {MAX_PENDING}
jetstream {{
  store_dir: {json.dumps(str(store))}
  sync_interval: {json.dumps(sync)}
  max_file_store: {store_mib}MiB
  max_memory_store: {MEMORY_STORE_MIB}MiB
}}
system_account: SYS
{accounts}"""

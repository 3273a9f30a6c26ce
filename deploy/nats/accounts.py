"""The bus's configuration: two accounts and what each user may say and hear, generated from contracts/wiring.py."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from contracts.commands import OPERATOR
from contracts.dead_letters import DeadLettered
from contracts.division import UNKNOWN, Division
from contracts.event import Fact
from contracts.streams import STORE_MIB
from contracts.wiring import (
    SERVICES,
    Durable,
    Permissions,
    department_permissions,
    integrator_permissions,
    official_permissions,
    refusals_durable,
    service_permissions,
    stream_of,
)

MAX_PAYLOAD = "2MB"
"""Above the streams' 1 MiB, so that the stream's receipt can name an oversized message."""
OFFICIAL_MAX_PAYLOAD = "192KiB"
"""What a command may weigh, and the server's 64 KiB of headers: a service that 300 of the largest reach at once is not
cut off as too slow, which it is at 64 MB (STACK row 32). The server knows such a limit of an account, not of a user."""
COMMANDS = "cmd.>"


@dataclass(frozen=True, slots=True)
class Department:
    """Hears some facts of its region through durables made for it."""

    name: str
    facts: tuple[type[Fact], ...]
    division: Division = UNKNOWN

    def durables(self) -> tuple[Durable, ...]:
        return tuple(
            Durable(f"{self.name}-{_word(fact)}", stream_of(fact), fact.told_under(self.division), owner=self.name)
            for fact in self.facts
        )


def _word(fact: type[Fact]) -> str:
    """What tells a fact from every other of its stream; without a hyphen, so that names of durables cannot collide."""
    owner, word, major = fact.parts()
    word = f"{owner}_{word}" if issubclass(fact, DeadLettered) else word
    return word if major == "v1" else f"{word}_{major}"


@dataclass(frozen=True, slots=True)
class Integrator:
    """Posts events under its own source token."""

    name: str


@dataclass(frozen=True, slots=True)
class Official:
    """Asks under its own actor token, within its region."""

    name: str
    division: Division


Outsider = Department | Integrator | Official


@dataclass
class Users:
    """Everybody who may come to the bus, with a password each."""

    outsiders: tuple[Outsider, ...] = ()
    passwords: dict[str, str] = field(default_factory=dict)

    def password(self, name: str) -> str:
        return self.passwords.setdefault(name, secrets.token_urlsafe(18))

    def forget(self, name: str) -> None:
        self.passwords.pop(name, None)

    def durables(self) -> tuple[Durable, ...]:
        """The durables that outsiders read through."""
        found: list[Durable] = []
        for outsider in self.outsiders:
            if isinstance(outsider, Department):
                found += outsider.durables()
            elif isinstance(outsider, Integrator):
                found.append(refusals_durable(outsider.name))
        return tuple(found)


INSIDERS: dict[str, Permissions] = {
    "provisioner": Permissions(("$JS.API.>", "_INBOX.>"), ("_INBOX.provisioner.>",)),
    "reader": Permissions(
        ("$JS.API.STREAM.INFO.*", "$JS.API.STREAM.NAMES", "$JS.API.CONSUMER.INFO.*.*", "$JS.API.CONSUMER.LIST.*"),
        ("_INBOX.reader.>", *(f"{service}.>" for service in SERVICES), "rejected.>"),
    ),
    "demo": Permissions(("clock.now",), ("_INBOX.demo.>",)),
}
"""Users of the inner account besides the services: who provisions, who looks on, and who tells the demo's time."""

SUPERVISOR = "supervisor"
"""The user of the system account: asks each server how it is."""
_SUPERVISING = Permissions(
    tuple(f"$SYS.REQ.SERVER.PING.{question}" for question in ("HEALTHZ", "VARZ")), (f"_INBOX.{SUPERVISOR}.>",)
)
MEMORY_STORE_MIB = 64
"""No stream is kept in memory; the server would else offer three quarters of the machine's."""

RESERVED = frozenset((*SERVICES, *INSIDERS, OPERATOR, SUPERVISOR))
"""Names that nobody outside may have: they would come in as somebody else."""

EXPORTS = (
    ("intake.>", ""),
    ("track.>", ""),
    (COMMANDS, ""),
    ("$JS.API.CONSUMER.INFO.*.*", ""),
    ("$JS.API.CONSUMER.MSG.NEXT.*.*", ", response: stream"),
    ("$JS.ACK.>", ""),
)


def _permissions_of(outsider: Outsider) -> Permissions:
    if isinstance(outsider, Department):
        return department_permissions(outsider.name, outsider.durables())
    if isinstance(outsider, Integrator):
        return integrator_permissions(outsider.name)
    return official_permissions(outsider.name, outsider.division.wildcard)


def _user(name: str, password: str, allowed: Permissions) -> str:
    return (
        f"      {{user: {json.dumps(name)}, password: {json.dumps(password)}, permissions: {{\n"
        f"         publish: {{allow: {json.dumps(list(allowed.publish))}}}\n"
        f"         subscribe: {{allow: {json.dumps(list(allowed.subscribe))}}} }} }}\n"
    )


def _import(subject: str) -> str:
    renamed = subject.replace("$JS.API", "FOREST.API")
    to = f', to: "{renamed}"' if renamed != subject else ""
    return f'      {{service: {{account: FOREST, subject: "{subject}"}}{to}}}\n'


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


def server_configuration(
    users: Users,
    store: Path,
    port: int,
    sync: str = "always",
    store_mib: int = STORE_MIB,
    host: str = "127.0.0.1",
    node: Node | None = None,
) -> str:
    """The whole nats-server configuration. `sync` is JetStream's sync_interval: `always`, or a duration.

    It has no monitor port, which would show connections, inboxes and subjects to whoever is on the machine (STACK row
    35): what the server says of itself is asked for on the bus, by the one user of the system account.
    """
    inside = [_user(s, users.password(s), service_permissions(s)) for s in SERVICES]
    inside += [_user(name, users.password(name), allowed) for name, allowed in INSIDERS.items()]
    outside, offices = (
        [
            _user(o.name, users.password(o.name), _permissions_of(o))
            for o in users.outsiders
            if isinstance(o, Official) is official
        ]
        for official in (False, True)
    )
    outside.append(_user(OPERATOR, users.password(OPERATOR), official_permissions(OPERATOR, ">")))
    exports = "".join(
        f'      {{service: "{subject}"{more}, accounts: [OUTSIDE{", OFFICES" if subject == COMMANDS else ""}]}}\n'
        for subject, more in EXPORTS
    )
    return f"""\
host: {host}
port: {port}
{node.block(host) if node else ""}max_payload: {MAX_PAYLOAD}
jetstream {{
  store_dir: {json.dumps(str(store))}
  sync_interval: {json.dumps(sync)}
  max_file_store: {store_mib}MiB
  max_memory_store: {MEMORY_STORE_MIB}MiB
}}
system_account: SYS
accounts {{
  SYS {{
    users: [
{_user(SUPERVISOR, users.password(SUPERVISOR), _SUPERVISING)}    ]
  }}
  FOREST {{
    jetstream: enabled
    users: [
{"".join(inside)}    ]
    exports: [
{exports}    ]
  }}
  OUTSIDE {{
    users: [
{"".join(outside)}    ]
    imports: [
{"".join(_import(subject) for subject, _ in EXPORTS)}    ]
  }}
  OFFICES {{
    limits {{ max_payload: {OFFICIAL_MAX_PAYLOAD} }}
    users: [
{"".join(offices)}    ]
    imports: [
{_import(COMMANDS)}    ]
  }}
}}
"""


def write_configuration(path: Path, text: str) -> None:
    """Readable by the owner alone: it holds the passwords."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)

"""The bus's configuration: the accounts and what each user may say and hear, generated from the contracts."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from contracts.every_service import DeadLettered
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division
from contracts.language.intake import intake_subject
from contracts.language.message import Fact
from contracts.wiring.permissions import (
    ASKED,
    OPERATED,
    Permissions,
    department_permissions,
    integrator_permissions,
    official_permissions,
    operator_permissions,
    refusals_durable,
    service_permissions,
)
from contracts.wiring.streams import STORE_MIB, Durable, all_of, stream_of
from contracts.wiring.table import KINDS, SERVICES

MAX_PAYLOAD = "2MB"
"""Above the streams' 1 MiB, so that the stream's receipt can name an oversized message."""
MAX_PAYLOADS = {"OFFICIALS": "192KiB", "DEPARTMENTS": "64KiB"}
"""By account. Of an official: what a command may weigh, and the server's 64 KiB of headers; what is larger ends its
sender's connection. The server knows such a limit of an account, not of a user."""
MAX_PENDING = "512MB"
"""What waits for one client before the server cuts it off: hundreds of the operator's largest (STACK row 32)."""


@dataclass(frozen=True, slots=True)
class Department:
    """Hears facts of its region through durables made for it: one for each fact, one for all of a service's."""

    name: str
    facts: tuple[type[Fact], ...]
    division: Division = UNKNOWN
    all_of: tuple[str, ...] = ()

    def durables(self) -> tuple[Durable, ...]:
        of_facts = (
            Durable(f"{self.name}-{_word(fact)}", stream_of(fact), fact.told_under(self.division), owner=self.name)
            for fact in self.facts
        )
        return (*of_facts, *(all_of(service, self.division, self.name) for service in self.all_of))


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

_Exports = tuple[tuple[str, str], ...]
"""Subjects of FOREST that come in from outside, with what the server must know of each besides."""
_POSTED: _Exports = tuple((intake_subject(kind, "*"), "") for kind in KINDS)
_ASKED: _Exports = tuple((f"cmd.{name}.*.{UNKNOWN.below}", "") for name in ASKED)
_OPERATED: _Exports = tuple((f"cmd.{name}.*.{UNKNOWN.below}", "") for name in OPERATED)
_READ: _Exports = (
    ("$JS.API.CONSUMER.INFO.*.*", ""),
    ("$JS.API.CONSUMER.MSG.NEXT.*.*", ", response: stream"),
    ("$JS.ACK.>", ""),
)
EXPORTS = (*_POSTED, *_ASKED, *_OPERATED, *_READ)
"""Every kind and every command by name: what nobody hears does not come in (STACK row 28)."""

OUTSIDE: dict[str, _Exports] = {
    "INTEGRATORS": (*_POSTED, *_READ),
    "DEPARTMENTS": _READ,
    "OFFICIALS": _ASKED,
    "OPERATORS": (*_ASKED, *_OPERATED),
}
"""The accounts outside, one for each kind of user, and what each may reach.

A reply goes to an inbox of the asker's own account: an official's cannot be sent to the operator, nor to a department.
"""
_ACCOUNTS: dict[type[Outsider], str] = {Integrator: "INTEGRATORS", Department: "DEPARTMENTS", Official: "OFFICIALS"}


def _permissions_of(outsider: Outsider) -> Permissions:
    if isinstance(outsider, Department):
        return department_permissions(outsider.name, outsider.durables())
    if isinstance(outsider, Integrator):
        return integrator_permissions(outsider.name)
    return official_permissions(outsider.name, outsider.division)


def _account(name: str, users: list[str]) -> str:
    limits = f"    limits: {{max_payload: {MAX_PAYLOADS[name]}}}\n" if name in MAX_PAYLOADS else ""
    return f"""\
  {name} {{
{limits}    users: [
{"".join(users)}    ]
    imports: [
{"".join(_import(subject) for subject, _ in OUTSIDE[name])}    ]
  }}
"""


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
    outside: dict[str, list[str]] = {name: [] for name in OUTSIDE}
    for one in users.outsiders:
        account = next(account for kind, account in _ACCOUNTS.items() if isinstance(one, kind))
        outside[account].append(_user(one.name, users.password(one.name), _permissions_of(one)))
    outside["OPERATORS"].append(_user(OPERATOR, users.password(OPERATOR), operator_permissions()))
    exports = "".join(f'      {{service: "{subject}"{more}}}\n' for subject, more in EXPORTS)
    return f"""\
host: {host}
port: {port}
{node.block(host) if node else ""}max_payload: {MAX_PAYLOAD}
max_pending: {MAX_PENDING}
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
{"".join(_account(name, told) for name, told in outside.items())}}}
"""


def write_configuration(path: Path, text: str) -> None:
    """Readable by the owner alone: it holds the passwords."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)

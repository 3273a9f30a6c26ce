"""The accounts of the bus and what each user may say and hear, generated from the contracts."""

from __future__ import annotations

import json

from contracts.access import PROVISIONER
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.language.intake import intake_subject
from contracts.wiring.permissions import (
    ASKED,
    OPERATED,
    Permissions,
    department_permissions,
    integrator_permissions,
    official_permissions,
    operator_permissions,
    provisioner_permissions,
    service_permissions,
    uploads_of,
)
from contracts.wiring.table import KINDS, SERVICES
from deploy.nats.users import Department, Integrator, Login, Official, Outsider, Users, logins_of

MAX_PAYLOADS = {"OFFICIALS": "192KiB", "DEPARTMENTS": "64KiB"}
"""By account. Of an official: what a command may weigh, and the server's 64 KiB of headers; what is larger ends its
sender's connection. The server knows such a limit of an account, not of a user."""

INSIDERS: dict[str, Permissions] = {
    PROVISIONER: provisioner_permissions(),
    "reader": Permissions(
        (
            "$JS.API.STREAM.INFO.*",
            "$JS.API.STREAM.NAMES",
            "$JS.API.STREAM.MSG.GET.ROSTER",
            "$JS.API.CONSUMER.INFO.*.*",
            "$JS.API.CONSUMER.LIST.*",
        ),
        ("_INBOX.reader.>", *(f"{service}.>" for service in SERVICES), "rejected.>"),
    ),
    "demo": Permissions(("clock.now",), ("_INBOX.demo.>",)),
}
"""Users of the inner account besides the services: who provisions, who looks on, and who tells the demo's time."""

SUPERVISOR = "supervisor"
"""The user of the system account: asks each server how it is, and lets it take up another configuration."""
_SUPERVISING = Permissions(
    (*(f"$SYS.REQ.SERVER.PING.{question}" for question in ("HEALTHZ", "VARZ")), "$SYS.REQ.SERVER.*.RELOAD"),
    (f"_INBOX.{SUPERVISOR}.>",),
)

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
_UPLOADED: _Exports = ((uploads_of("*"), ""),)
EXPORTS = (*_POSTED, *_UPLOADED, *_ASKED, *_OPERATED, *_READ)
"""Every kind and every command by name: what nobody hears does not come in (STACK row 28)."""

OUTSIDE: dict[str, _Exports] = {
    "INTEGRATORS": (*_POSTED, *_UPLOADED, *_READ),
    "DEPARTMENTS": _READ,
    "OFFICIALS": (*_ASKED, *_UPLOADED),
    "OPERATORS": (*_ASKED, *_UPLOADED, *_OPERATED),
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


def accounts_configuration(users: Users) -> str:
    """The accounts with everybody who may come; who has no password is left out."""
    inside = {**{name: service_permissions(name) for name in SERVICES}, **INSIDERS}
    outside: dict[str, list[str]] = {name: [] for name in OUTSIDE}
    for one in users.outsiders:
        account = next(account for kind, account in _ACCOUNTS.items() if isinstance(one, kind))
        outside[account] += [_user(users, login, _permissions_of(one)) for login in logins_of(one)]
    outside["OPERATORS"].append(_user(users, Login(OPERATOR), operator_permissions()))
    exports = "".join(f'      {{service: "{subject}"{more}}}\n' for subject, more in EXPORTS)
    return f"""\
accounts {{
  SYS {{
    users: [
{_user(users, Login(SUPERVISOR), _SUPERVISING)}    ]
  }}
  FOREST {{
    jetstream: enabled
    users: [
{"".join(_user(users, Login(name), allowed) for name, allowed in inside.items())}    ]
    exports: [
{exports}    ]
  }}
{"".join(_account(name, told) for name, told in outside.items())}}}
"""


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


def _user(users: Users, login: Login, allowed: Permissions) -> str:
    hashed = users.hash_of(login)
    if not hashed:
        return ""
    return (
        f"      {{user: {json.dumps(login.user)}, password: {json.dumps(hashed)}, permissions: {{\n"
        f"         publish: {{allow: {json.dumps(list(allowed.publish))}}}\n"
        f"         subscribe: {{allow: {json.dumps(list(allowed.subscribe))}}} }} }}\n"
    )


def _import(subject: str) -> str:
    renamed = subject.replace("$JS.API", "FOREST.API")
    to = f', to: "{renamed}"' if renamed != subject else ""
    return f'      {{service: {{account: FOREST, subject: "{subject}"}}{to}}}\n'

"""What an outsider needs to come to the bus, as each kind of client takes it; kept in files for their owner alone."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from contracts.access import UserShown

API_PREFIX = "FOREST.API"


class Format(StrEnum):
    """How credentials are printed."""

    ADDRESS = "address"
    ENV = "env"
    JSON = "json"
    NATS_CONTEXT = "nats-context"


def credentials(
    server: str, shown: UserShown, login: str, password: str, ca_file: Path | None = None
) -> dict[str, Any]:
    """Everything that a client must be told; `durables` are there already and are bound, not made."""
    return {
        "url": server,
        "user": login,
        "password": password,
        "inbox_prefix": f"_INBOX.{shown.user.name}",
        "api_prefix": API_PREFIX,
        **({"ca_file": str(ca_file.resolve())} if ca_file else {}),
        "durables": [one.model_dump() for one in shown.durables],
    }


def written(told: dict[str, Any], form: Format) -> str:
    """The credentials in a form; one line where it is an address."""
    if form is Format.JSON:
        return json.dumps(told, ensure_ascii=False, indent=2)
    if form is Format.NATS_CONTEXT:
        context: dict[str, Any] = {name: told[name] for name in ("url", "user", "password", "inbox_prefix")}
        if "ca_file" in told:
            context |= {"ca": told["ca_file"], "tls_first": True}
        return json.dumps({**context, "jetstream_api_prefix": told["api_prefix"]}, indent=2)
    if form is Format.ENV:
        variables = {f"NATS_{name.upper()}": value for name, value in told.items() if name != "durables"}
        reading = {
            "NATS_STREAMS": ",".join(one["stream"] for one in told["durables"]),
            "NATS_DURABLES": ",".join(one["durable"] for one in told["durables"]),
        }
        return "\n".join(f"{name}={value}" for name, value in {**variables, **reading}.items())
    return address_of(told)


def address_of(told: dict[str, Any]) -> str:
    """One address with the password in it, for a client that takes nothing else."""
    where = urlsplit(told["url"])
    return f"{where.scheme}://{quote(told['user'], safe='')}:{quote(told['password'], safe='')}@{where.netloc}"

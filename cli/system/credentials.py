"""What an outsider needs to come to the bus, as each kind of client takes it; kept in files for their owner alone."""

from __future__ import annotations

import json
import stat
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import typer

from cli.say import say
from contracts.wiring.permissions import refusals_durable
from deploy.local.home import Run
from deploy.nats.users import Department, Integrator, Outsider

API_PREFIX = "FOREST.API"


class Format(StrEnum):
    """How credentials are printed."""

    ADDRESS = "address"
    ENV = "env"
    JSON = "json"
    NATS_CONTEXT = "nats-context"


def credentials(run: Run, outsider: Outsider) -> dict[str, Any]:
    """Everything that a client must be told; `durables` are there already and are bound, not made."""
    durables = outsider.durables() if isinstance(outsider, Department) else ()
    if isinstance(outsider, Integrator):
        durables = (refusals_durable(outsider.name),)
    return {
        "url": f"nats://127.0.0.1:{run.nats_port}",
        "user": outsider.name,
        "password": run.passwords[outsider.name],
        "inbox_prefix": f"_INBOX.{outsider.name}",
        "api_prefix": API_PREFIX,
        "durables": [{"stream": one.stream, "durable": one.name, "hears": one.filter_subject} for one in durables],
    }


def written(told: dict[str, Any], form: Format) -> str:
    """The credentials in a form; one line where it is an address."""
    if form is Format.JSON:
        return json.dumps(told, ensure_ascii=False, indent=2)
    if form is Format.NATS_CONTEXT:
        context = {name: told[name] for name in ("url", "user", "password", "inbox_prefix")}
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


def address_in(file: Path) -> str:
    """The address in a file that `--format json` has written. Raises typer.BadParameter, repeating nothing of it."""
    try:
        others = stat.S_IMODE(file.stat().st_mode) & 0o077
        told = json.loads(file.read_text("utf-8"))
        found = address_of(told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise typer.BadParameter(say("bus.no_credentials"), param_hint="--bus") from None
    if others:
        raise typer.BadParameter(say("bus.open_credentials"), param_hint="--bus")
    return found

"""Where a command finds the bus: stated, in a context, or nowhere, so that the system running here is meant."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import typer

from cli.say import say
from clients.python.tls import CaUnusable, encrypted, trust, unheeded
from contracts.language.address import is_address
from deploy.nats.users import SECOND


@dataclass(frozen=True, slots=True)
class Reach:
    """The servers of a bus, the logins that are known there with their passwords, and who vouches for the servers."""

    servers: tuple[str, ...]
    logins: dict[str, str | None]
    ca_file: Path | None = None

    def login(self, user: str) -> str | None:
        """The one of this user, whichever of its two it is, else the first that is known."""
        return next((one for one in self.logins if name_of(one) == user), next(iter(self.logins), None))

    def knows(self, user: str) -> bool:
        return any(name_of(one) == user for one in self.logins)

    def urls(self, login: str | None) -> list[str]:
        return [_with(server, login, self.logins.get(login or "")) for server in self.servers]


def name_of(login: str) -> str:
    """The user whose login it is: `acme` of `acme~2`."""
    return login.removesuffix(SECOND)


def _with(server: str, login: str | None, password: str | None) -> str:
    if login is None:
        return server
    where = urlsplit(server)
    secret = "" if password is None else f":{quote(password, safe='')}"
    return f"{where.scheme}://{quote(login, safe='')}{secret}@{where.netloc}"


def servers_in(stated: str, hint: str) -> tuple[tuple[str, ...], dict[str, str | None]]:
    """The servers and who comes to them. What is wrong is never repeated: it may hold a password."""
    if not is_address(stated, "nats", "tls"):
        raise typer.BadParameter(say("bus.no_address"), param_hint=hint)
    parts = [urlsplit(one) for one in stated.split(",")]
    servers = tuple(f"{one.scheme}://{one.netloc.rpartition('@')[2]}" for one in parts)
    try:
        encrypted(servers)
    except ValueError:
        raise typer.BadParameter(say("bus.one_scheme"), param_hint=hint) from None
    first = parts[0]
    if not first.username:
        return servers, {}
    return servers, {unquote(first.username): None if first.password is None else unquote(first.password)}


def credentials_in(file: Path, hint: str) -> dict[str, Any]:
    """What a file says that `--format json` has written. Raises typer.BadParameter, repeating nothing of it."""
    try:
        others = stat.S_IMODE(file.stat().st_mode) & 0o077
        told: dict[str, Any] = json.loads(file.read_text("utf-8"))
        whole = all(isinstance(told[name], str) for name in ("url", "user", "password"))
    except OSError:
        raise typer.BadParameter(say("bus.credentials_unread", file=file), param_hint=hint) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise typer.BadParameter(say("bus.no_credentials"), param_hint=hint)
    if others:
        raise typer.BadParameter(say("bus.open_credentials"), param_hint=hint)
    return told


def vouching(file: Path | None, servers: tuple[str, ...], hint: str) -> Path | None:
    """A file of certificates that is asked for some, and has some. Raises typer.BadParameter."""
    if unheeded(servers, file):
        raise typer.BadParameter(say("bus.ca_unheeded"), param_hint=hint)
    try:
        trust(file)
    except CaUnusable:
        raise typer.BadParameter(say("bus.ca_unusable", file=file), param_hint=hint) from None
    return file

"""Buses that are kept under a name: a file each for its owner alone, which says where credentials are, not what."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import typer

from cli.given_file import why
from cli.reach import Reach, credentials_in, servers_in, vouching
from cli.say import say

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def named(stated: str) -> str:
    """A name as it may be. Raises typer.BadParameter."""
    if not _NAME.fullmatch(stated):
        raise typer.BadParameter(say("context.bad_name", name=stated))
    return stated


def folder() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "linzhang"


def file_of(name: str) -> Path:
    return folder() / "contexts" / f"{name}.json"


def current() -> str | None:
    """The context that is used where none is named."""
    try:
        return (folder() / "context").read_text("utf-8").strip() or None
    except OSError:
        return None


def known() -> list[str]:
    return sorted(file.stem for file in (folder() / "contexts").glob("*.json"))


def chosen(stated: str | None, is_home_stated: bool) -> Reach | None:
    """The bus of the context that is named, else of the one in use unless a home is stated. Raises BadParameter."""
    name = stated or (None if is_home_stated else current())
    if not name:
        return None
    told = read(named(name))
    servers, _ = servers_in(told["bus"], "--context")
    files = [credentials_in(Path(one), "--credentials") for one in told["credentials"]]
    ca_file = vouching(Path(told["ca"]), servers, "--ca") if told["ca"] else None
    return Reach(servers, {one["user"]: one["password"] for one in files}, ca_file)


def read(name: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(file_of(name).read_text("utf-8"))
        if not isinstance(told["bus"], str) or not isinstance(told["credentials"], list) or "ca" not in told:
            raise ValueError
    except FileNotFoundError:
        others = "、".join(known()) or "-"
        raise typer.BadParameter(say("context.unknown", name=name, known=others), param_hint="--context") from None
    except OSError as error:
        raise typer.BadParameter(why(error, file_of(name)), param_hint="--context") from None
    except (ValueError, KeyError, TypeError):
        raise typer.BadParameter(say("context.broken", file=file_of(name)), param_hint="--context") from None
    return told

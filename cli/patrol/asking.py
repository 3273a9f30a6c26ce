"""Commands of patrol as those of the command line: the contract of each is the only list of its options."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any
from uuid import UUID

import typer

from cli.case.asking import command_of, help_of, options_of
from cli.reach import Reach
from cli.region import Region, answer_in
from cli.rules import stated
from cli.say import data
from cli.session import As, BusOption, HomeOption, run
from contracts.language.message import Command


async def id_of(stated_id: str) -> UUID:
    """Raises typer.BadParameter for what is no id."""
    try:
        return UUID(stated_id)
    except ValueError:
        raise typer.BadParameter(stated("uuid")) from None


def asked_as(app: typer.Typer, command: type[Command], called: str) -> None:
    """A command of a service as one of the command line, its options made from its contract."""

    @run
    async def ask(
        actor: str, region: str | None = None, bus: Reach | None = None, home: Path | None = None, **said: Any
    ) -> int:
        asked = await command_of(command, said, id_of)
        data(await answer_in(region, asked, command.answer, actor, bus, home))
        return 0

    about: dict[str, Any] = {"actor": As, "region": Region, "bus": BusOption, "home": HomeOption}
    empty, keyword = inspect.Parameter.empty, inspect.Parameter.KEYWORD_ONLY
    own = [
        inspect.Parameter(name, keyword, default=empty if name == "actor" else None, annotation=kind)
        for name, kind in about.items()
    ]
    parameters = [*options_of(command), *own]
    ask.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    ask.__annotations__ = {one.name: one.annotation for one in parameters}
    app.command(called, help=help_of(command))(ask)

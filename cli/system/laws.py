"""`linzhang rules`: the laws that services judge by, shown, checked without a bus, and taken up anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.given_file import read, refuse
from cli.rules import rule_said
from cli.say import data, line, say, table, talk, talk_line, word
from cli.session import BusOption, HomeOption, JsonOption, run, session
from contracts.every_service import LawOutcome, LawsShown, LawTaken, LawVersion, ShowLaws, TakeUpLaw
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.law.lines import Faulty
from contracts.law.reading import law_named, read_law
from contracts.law.table import LAWS

app = typer.Typer(no_args_is_help=True)
SERVICES = tuple(dict.fromkeys(name.partition(".")[0] for name in LAWS))
LawFile = Annotated[Path, typer.Argument(help=say("help.rules_file"))]


def known_law(stated: str | None) -> str | None:
    if stated is not None and stated not in LAWS:
        raise typer.BadParameter(say("no_such", stated=stated, known=", ".join(LAWS)))
    return stated


@app.command("show", help=say("help.rules_show"))
@run
async def show(
    law: Annotated[str | None, typer.Argument(callback=known_law, help=", ".join(LAWS))] = None,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    services = SERVICES if law is None else (law.partition(".")[0],)
    async with session(OPERATOR, bus, home) as asking:
        answers = [await asking.ask(ShowLaws(law=law), OPERATOR, UNKNOWN, LawsShown, service=one) for one in services]
    found = [one for answer in answers for one in answer.laws]
    if as_json:
        data(found)
    elif law is not None:
        for written in (found[0].text or "").splitlines():
            line(written)
    else:
        rows = [
            (
                one.law,
                version.version,
                _days(version),
                version.source,
                one.taken_up_by or say("rules.shipped"),
                one.digest[:12],
            )
            for one in found
            for version in one.versions
        ]
        heads = ("law", "version", "days", "source", "taken_up_by", "digest")
        table(None, [say(f"rules.{head}") for head in heads], rows)
    return 0


def _days(version: LawVersion) -> str:
    days = say("rules.ever") if version.from_on is None else say("rules.from", day=version.from_on)
    if version.known_from is None:
        return days
    return say("rules.known", days=days, day=version.known_from)


@app.command("check", help=say("help.rules_check"))
@run
async def check(file: LawFile) -> int:
    stated = _checked(file)
    if stated is None:
        return 1
    name, _, versions = stated
    talk("rules.fine", file=file, law=name, versions="、".join(versions))
    return 0


@app.command("take-up", help=say("help.rules_take_up"))
@run
async def take_up(
    file: LawFile,
    confirm: Annotated[str | None, typer.Option(help=say("help.rules_confirm"))] = None,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    stated = _checked(file)
    if stated is None:
        return 1
    name, text, _ = stated
    command = TakeUpLaw(text=text, confirm=confirm)
    async with session(OPERATOR, bus, home) as asking:
        taken = await asking.ask(command, OPERATOR, UNKNOWN, LawTaken, service=name.partition(".")[0])
    if as_json:
        data(taken)
        return 0
    nothing = say("rules.nothing")
    rows = [
        (
            one.path,
            one.before or nothing,
            one.after or nothing,
            say("rules.ever") if one.from_on is None else str(one.from_on),
            say("rules.no_end") if one.to_on is None else str(one.to_on),
        )
        for one in taken.changes
    ]
    if rows:
        heads = ("path", "before", "after", "from_on", "to_on")
        table(None, [say(f"rules.{head}") for head in heads], rows)
    if taken.outcome is not None:
        _say_outcome(taken.outcome)
    if taken.taken_up:
        talk("rules.taken_up", law=taken.law, count=len(rows))
    else:
        talk("rules.confirm_by", law=taken.law, count=len(rows), digest=taken.confirm, file=file)
    return 0


def _say_outcome(outcome: LawOutcome) -> None:
    about = {"day": outcome.on, "looked_at": outcome.looked_at, "of": outcome.of}
    if not outcome.effects:
        talk("rules.no_outcome", **about)
        return
    heads = ("kind", "appear", "vanish", "otherwise", "first")
    rows = [
        (word("finding", one.kind), one.appear, one.vanish, one.otherwise, "；".join(one.first))
        for one in outcome.effects
    ]
    table(say("rules.outcome", **about), [say(f"rules.{head}") for head in heads], rows)


def _checked(file: Path) -> tuple[str, str, list[str]] | None:
    """Of which law a file is, its text and its versions; None once all that is wrong with it has been said."""
    try:
        text = read(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refuse(file, "rules.not_utf8", at=error.start + 1)
    try:
        name = law_named(text, LAWS)
        law = read_law(text, name, LAWS[name])
    except Faulty as faulty:
        for one in faulty.faults:
            talk_line(f"{file}:{one.line}: {one.field}: {rule_said(one.rule, one.rule.code, one.rule.figures)}")
        return None
    return name, text, [one.rules.version for one in law.versions]

"""What was wrong with how a command was called, in words of our own: which argument, and what it must be."""

from __future__ import annotations

import re
from typing import Any

import typer
from typer._click.exceptions import BadArgumentUsage, BadOptionUsage, MissingParameter, NoSuchOption, UsageError
from typer.core import TyperGroup

from cli.say import Lines, say, talk

_LEFT_OVER = re.compile(r"(?s).*?argument\(s\) \((.*)\)|No such command (?P<quote>['\"])(.*?)(?P=quote)\.")
_KINDS = {"int": "args.whole", "float": "args.number", "bool": "args.flag", "UUID": "args.uuid", "str": "args.text"}


def say_misuse(error: UsageError) -> None:
    """One line that says what is wrong, and one that says where the command is described."""
    talk("args.wrong", what=Lines(_what(error)))
    if error.ctx is not None:
        talk("args.help", command=error.ctx.command_path)


def _what(error: UsageError) -> str:
    match error:
        case MissingParameter():
            return say("args.missing", name=_name(error))
        case typer.BadParameter():
            rule = None if error.param_hint else _rule(error.param)
            return f"{_name(error)}: {rule or error.message}" if error.param or error.param_hint else error.message
        case NoSuchOption():
            near = say("args.near", names=", ".join(error.possibilities)) if error.possibilities else ""
            return say("args.no_option", name=error.option_name) + near
        case BadOptionUsage():
            return say("args.value", name=error.option_name)
        case BadArgumentUsage():
            return say("args.extra", names="")
    # What is left over stands only in the text of the error, between quotes or brackets.
    left_over = _LEFT_OVER.match(error.message)
    group = error.ctx.command if error.ctx is not None else None
    if not isinstance(group, TyperGroup):
        return say("args.extra", names=left_over[1] or "" if left_over else "")
    known = "、".join(group.commands)
    return say("args.no_command", name=left_over[3], known=known) if left_over else say("args.which", known=known)


def _name(error: typer.BadParameter) -> str:
    """What our own check names comes first: a file that an option leads to, a variable beside it."""
    if error.param_hint or error.param is None:
        return str(error.param_hint or "")
    return error.param.opts[0] if error.param.param_type_name == "option" else error.param.display_name_raw


def _rule(param: Any) -> str | None:
    """What an argument must be, by its type; None where any text will do, so that our own check has spoken."""
    of = getattr(param, "type_descriptor", None)
    if of is None:
        return None
    if of.is_choice:
        return say("args.choice", known=", ".join(str(getattr(one, "value", one)) for one in of.choices))
    if of.is_datetime:
        return say("args.day")
    if of.is_path or param.bare_type().startswith("list[Path]"):
        return say("args.file")
    if of.is_ranged:
        least, most = of.parameter_info.min, of.parameter_info.max
        return say("args.from", least=least) if most is None else say("args.range", least=least, most=most)
    kind = param.bare_type().removesuffix(" | None")
    return say(_KINDS[kind]) if kind in _KINDS and kind != "str" else None

"""The pages of `--help` in the language chosen, their headings and marks too: the library has them in English alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from typer._click.core import Command, Context
from typer._click.formatting import HelpFormatter
from typer.core import TyperGroup

from cli.say import language_is_chinese, say

_HEADINGS = {"Options": "page.options", "Arguments": "page.arguments", "Commands": "page.commands"}
_PLACES = {"[OPTIONS]": "page.some_options", "COMMAND": "page.a_command", "[ARGS]...": "page.some_arguments"}
_OWN_HELP = "Show this message and exit."
_MARKS = re.compile(r"(?:\A|(?<=  ))\[([^\[\]]*(?:\[[^\]]*\])?[^\[\]]*)\]\Z")
_MARK = re.compile(r"(?P<word>required|default|env var)(?:: (?P<what>.*))?\Z")
_SAID = {"required": "page.required", "default": "page.default", "env var": "page.variable"}


class Page(HelpFormatter):
    """Writes what the library has to say of a command, in words of our own."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        places = " ".join(say(_PLACES[one]) if one in _PLACES else one for one in args.split())
        super().write_usage(prog, places, say("page.usage"))

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{say(_HEADINGS[heading])}\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(first, _told(second)) for first, second in rows], col_max, col_spacing)


class Speaking(Context):
    """How a command is called, where its page is written in the language chosen."""

    formatter_class = Page


def speaking(command: Command) -> Command:
    """A command and all below it, whose pages are in the language chosen."""
    command.context_class = Speaking
    if isinstance(command, TyperGroup):
        for below in command.commands.values():
            speaking(below)
    return command


def _told(help_text: str) -> str:
    if help_text == _OWN_HELP:
        return say("page.help")
    found = _MARKS.search(help_text)
    if found is None:
        return help_text
    between = "；" if language_is_chinese() else "; "
    return f"{help_text[: found.start()]}[{between.join(map(_mark, found[1].split('; ')))}]"


def _mark(mark: str) -> str:
    found = _MARK.match(mark)
    return say(_SAID[found["word"]], what=found["what"]) if found else mark

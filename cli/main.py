"""The table of contents of the `linzhang` command."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from functools import cache
from typing import Annotated, NoReturn

import typer
from typer._click.core import Command
from typer._click.exceptions import NoArgsIsHelpError, UsageError
from typer.main import get_command

from cli.areas import command as areas
from cli.case import command as case
from cli.case import report
from cli.evidence import command as evidence
from cli.help_page import speaking
from cli.ledger import command as ledger
from cli.misuse import say_misuse
from cli.patrol import command as patrol
from cli.roster import command as roster
from cli.say import say, talk
from cli.system import backup, dead, laws, status, tail, up, user
from cli.system import context as contexts
from cli.target import command as target

app = typer.Typer(
    help=say("help"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)


@app.callback()
def everywhere(
    context: Annotated[
        str | None, typer.Option("--context", envvar="LINZHANG_CONTEXT", help=say("help.context_option"))
    ] = None,
) -> None:
    """What stands before the command: read by whoever needs a bus."""


app.command("up", help=say("help.up"))(up.up)
app.command("demo", help=say("help.demo"))(up.demo)
app.command("report", help=say("help.report"))(report.report)
app.add_typer(case.app, name="case", help=say("help.case"))
app.add_typer(ledger.app, name="ledger", help=say("help.ledger"))
app.command("tail", help=say("help.tail"))(tail.tail)
app.add_typer(dead.app, name="dead", help=say("help.dead"))
app.command("refill", help=say("help.refill"))(status.refill)
app.command("backup", help=say("help.backup"))(backup.backup)
app.command("restore", help=say("help.restore"))(backup.restore)
app.command("status", help=say("help.status"))(status.status)
app.add_typer(patrol.app, name="patrol", help=say("help.patrol"))
app.add_typer(evidence.app, name="evidence", help=say("help.evidence"))
app.add_typer(laws.app, name="rules", help=say("help.rules"))
app.add_typer(roster.app, name="roster", help=say("help.roster"))
app.add_typer(target.app, name="target", help=say("help.target"))
app.add_typer(areas.app, name="areas", help=say("help.areas"))
app.add_typer(user.app, name="user", help=say("help.user"))
app.add_typer(contexts.app, name="context", help=say("help.context"))

FAULT = 70
"""What a command ends with that is at fault itself, as sysexits.h has it."""


@cache
def command() -> Command:
    """All of them with their arguments."""
    return speaking(get_command(app))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command, those of the process where none are given, and end with its status."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding shows what it does not have as an escape.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    try:
        status = command()(args=arguments, prog_name="linzhang", standalone_mode=False)
    except NoArgsIsHelpError as help_wanted:
        help_wanted.show()
        status = help_wanted.exit_code
    except UsageError as error:
        say_misuse(error)
        status = error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        status = 130
    except Exception as fault:
        where = traceback.extract_tb(fault.__traceback__)[-1]
        talk("fault", kind=type(fault).__name__, where=f"{where.filename}:{where.lineno}")
        status = FAULT
    raise SystemExit(status or 0)

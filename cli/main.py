"""The table of contents of the `linzhang` command."""

from __future__ import annotations

import typer

from cli import areas, case, dead, ledger, report, status, tail, up, user
from cli.say import say

app = typer.Typer(
    help=say("help"), no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)
app.command("up", help=say("help.up"))(up.up)
app.command("demo", help=say("help.demo"))(up.demo)
app.command("report", help=say("help.report"))(report.report)
app.add_typer(case.app, name="case", help=say("help.case"))
app.add_typer(ledger.app, name="ledger", help=say("help.ledger"))
app.command("tail", help=say("help.tail"))(tail.tail)
app.add_typer(dead.app, name="dead", help=say("help.dead"))
app.command("refill", help=say("help.refill"))(status.refill)
app.command("status", help=say("help.status"))(status.status)
app.add_typer(areas.app, name="areas", help=say("help.areas"))
app.add_typer(user.app, name="user", help=say("help.user"))


def main() -> None:
    app()

"""`linzhang backup` and `linzhang restore`: the record of a system, apart from it, and back again."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer

from cli.say import data, say, talk
from cli.session import HomeOption, JsonOption, home_at, run
from deploy.backup.sealed import NotOpened, passphrase_in
from deploy.local import backups
from deploy.local.backups import BackupFailed

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(Z|[+-]\d\d:?\d\d)")
PassphraseOption = Annotated[Path | None, typer.Option("--passphrase-file", help=say("help.passphrase"))]


def _moment(stated: str | None) -> str | None:
    if stated is not None and not _MOMENT.fullmatch(stated):
        raise typer.BadParameter(say("restore.until", stated=stated))
    return stated


def _passphrase(file: Path | None) -> bytes | None:
    try:
        return passphrase_in(file)
    except NotOpened:
        raise typer.BadParameter(say("backup.passphrase_empty", place=file), param_hint="--passphrase-file") from None


@run
async def backup(
    to: Annotated[Path, typer.Argument(help=say("help.backup_to"))],
    passphrase: PassphraseOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Back a running system up into a directory of its own; exit status 1 when there is no backup."""
    at = home_at(home)
    if (running := at.running()) is None:
        talk("bus.not_running", home=at.path)
        return 3
    secret = _passphrase(passphrase)
    try:
        made = await asyncio.to_thread(backups.backup, at, running, to, secret)
    except BackupFailed as failed:
        talk(f"backup.{failed.key}", **failed.about)
        return 1
    if as_json:
        data(made)
    talk("backup.done", place=to, mib=made["bytes"] // 2**20, at=made["finished_at"])
    if secret is None:
        talk("backup.not_sealed", place=to)
    return 0


@run
async def restore(
    backup: Annotated[Path, typer.Argument(metavar="FROM", help=say("help.restore_from"))],
    archive: Annotated[Path | None, typer.Option("--archive", help=say("help.restore_archive"))] = None,
    until: Annotated[str | None, typer.Option(callback=_moment, help=say("help.restore_until"))] = None,
    replace: Annotated[bool, typer.Option("--replace", help=say("help.restore_replace"))] = False,
    passphrase: PassphraseOption = None,
    home: HomeOption = None,
) -> int:
    """Put a backup in the place of a system that does not run; `linzhang up` brings it back from there."""
    at = home_at(home)
    secret = _passphrase(passphrase)
    try:
        restored = await asyncio.to_thread(backups.restore, at, backup, archive, until, secret, replace=replace)
    except BackupFailed as failed:
        talk(f"backup.{failed.key}", **failed.about)
        return 1
    talk("restore.done", place=at.path, at=restored["finished_at"])
    return 0

"""The one data directory of an embedded system: its users' passwords, and where the running system is found."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from deploy.comeback.lost import LOST_FILE, Lost
from deploy.local import postgres
from deploy.local.private import make_private, write_private
from deploy.local.processes import born, commands
from deploy.nats.users import Outsider, Users
from deploy.nats.users_file import HomeRefused, UsersFile, forget_others

_OURS = {"lock", "log", LOST_FILE, "nats", "passwords.json", "postgres", "users.json", "users.lock"}


class Run(BaseModel):
    """`run.json`: what a running system is made of, and how to come in. Readable by its owner alone.

    `pids` and `born` have the supervisor, both servers and the services by their names.
    """

    nats_port: int
    postgres_port: int
    pids: dict[str, int]
    born: dict[str, str]
    http_ports: dict[str, int]
    databases: dict[str, str]
    passwords: dict[str, str]
    clock: str
    users_at: float
    """When the `users.json` was changed that has been taken up."""
    left_out: list[str]
    """What is wrong in it, or stands in somebody's way: a sentence each."""

    def lives(self, name: str) -> bool:
        """Whether a process of this run still lives: not another one that was given its number."""
        return bool(self.born[name]) and born(self.pids[name]) == self.born[name]

    def url(self, user: str) -> str:
        """Raises KeyError for a user that the bus does not know."""
        return f"nats://{user}:{self.passwords[user]}@127.0.0.1:{self.nats_port}"


def default_home() -> Path:
    """`LINZHANG_HOME`, else a place where servers keep data, else the user's own."""
    stated = os.environ.get("LINZHANG_HOME")
    if stated:
        return Path(stated)
    if os.geteuid() == 0:
        return Path("/var/lib/linzhang")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "linzhang"


@dataclass(frozen=True, slots=True)
class Home:
    """The data directory at `path`."""

    path: Path

    def make(self) -> None:
        """The directory, for its owner alone; who runs the database may pass through. Raises HomeRefused."""
        if self.path.is_dir():
            held = {one.name for one in self.path.iterdir()}
            if held and not held & _OURS:
                raise HomeRefused(f"{self.path}: holds other things; choose a directory of its own")
        make_private(self.path, postgres.group())

    @property
    def users_file(self) -> UsersFile:
        return UsersFile(self.path / "users.json")

    @property
    def lost(self) -> Lost:
        return Lost(self.path / LOST_FILE)

    def outsiders(self) -> tuple[Outsider, ...]:
        """Who is stated rightly."""
        return self.users_file.stated().outsiders

    def users(self) -> Users:
        """Everybody who may come, with a password each; passwords are made once and kept while somebody is stated."""
        stated = self.users_file.stated()
        file = self.path / "passwords.json"
        passwords: dict[str, str] = {}
        with suppress(FileNotFoundError):
            passwords = json.loads(file.read_text())
        users = Users(stated.outsiders, passwords)
        if stated.readable:
            forget_others(users, stated.names)
        return users

    def keep_passwords(self, users: Users) -> None:
        write_private(self.path / "passwords.json", json.dumps(users.passwords, indent=2))

    def write_run(self, run: Run) -> None:
        write_private(self.path / "run.json", run.model_dump_json(indent=2))

    def forget_run(self) -> None:
        (self.path / "run.json").unlink(missing_ok=True)

    def last_run(self) -> Run | None:
        """The last system that was started here and did not end cleanly: perhaps running, perhaps crashed."""
        try:
            return Run.model_validate_json((self.path / "run.json").read_text())
        except (FileNotFoundError, PermissionError, ValidationError):
            return None

    def running(self) -> Run | None:
        """The system that runs here, if one does."""
        run = self.last_run()
        return run if run is not None and run.lives("supervisor") else None


def running_homes() -> list[Path]:
    """The homes of the systems that run on this machine, as far as whoever asks may see them."""
    configurations = {Path(word) for words in commands() for word in words if word.endswith("/nats/server.conf")}
    homes = sorted(configuration.parents[1] for configuration in configurations)
    return [home for home in homes if Home(home).running() is not None]

"""The one data directory of an embedded system: who may come to the bus, and where the running system is found."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.division import UNKNOWN, Division
from contracts.event import Fact, describe
from contracts.values import Token
from contracts.wiring import FACTS
from deploy.nats.accounts import Department, Integrator, Official, Outsider, Users

FACTS_BY_NAME: dict[str, type[Fact]] = {fact.name: fact for facts in FACTS.values() for fact in facts}


class HomeRefused(Exception):
    """A file in the data directory is not as it must be: which, and why."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Token


class _Department(_Entry):
    division: Division = UNKNOWN
    facts: list[str] = Field(min_length=1)


class _Official(_Entry):
    division: Division


class _Outsiders(BaseModel):
    """`users.json`: those outside the services who may come to the bus."""

    model_config = ConfigDict(extra="forbid")
    departments: list[_Department] = []
    integrators: list[_Entry] = []
    officials: list[_Official] = []


class Run(BaseModel):
    """`run.json`: what a running system is made of, and how to come in. Readable by its owner alone.

    `pids` and `born` have the supervisor, both servers and the services by their names.
    """

    nats_port: int
    nats_monitor_port: int
    postgres_port: int
    pids: dict[str, int]
    born: dict[str, str]
    http_ports: dict[str, int]
    databases: dict[str, str]
    passwords: dict[str, str]
    clock: str

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

    @property
    def users_file(self) -> Path:
        return self.path / "users.json"

    def outsiders(self) -> tuple[Outsider, ...]:
        """Who is stated in `users.json`. Raises HomeRefused naming the field."""
        try:
            stated = _Outsiders.model_validate_json(self.users_file.read_text("utf-8"))
        except FileNotFoundError:
            return ()
        except ValidationError as error:
            wrong = describe(error.errors()[0])
            raise HomeRefused(f"{self.users_file}: {wrong['field']}: {wrong['rule']}") from None
        unknown = sorted({name for d in stated.departments for name in d.facts} - set(FACTS_BY_NAME))
        if unknown:
            raise HomeRefused(f"{self.users_file}: departments.facts: there is no fact {', '.join(unknown)}")
        return (
            *(Department(d.name, tuple(FACTS_BY_NAME[f] for f in d.facts), d.division) for d in stated.departments),
            *(Integrator(i.name) for i in stated.integrators),
            *(Official(o.name, o.division) for o in stated.officials),
        )

    def state_outsiders(self, outsiders: tuple[Outsider, ...]) -> None:
        """Write `users.json`; a running system takes it up within seconds."""
        stated: dict[str, list[dict[str, Any]]] = {"departments": [], "integrators": [], "officials": []}
        for one in outsiders:
            if isinstance(one, Department):
                facts = [fact.name for fact in one.facts]
                stated["departments"].append({"name": one.name, "division": one.division, "facts": facts})
            elif isinstance(one, Integrator):
                stated["integrators"].append({"name": one.name})
            else:
                stated["officials"].append({"name": one.name, "division": one.division})
        write_private(self.users_file, json.dumps(stated, ensure_ascii=False, indent=2))

    def users(self) -> Users:
        """Everybody with a password each; passwords are made once and kept."""
        file = self.path / "passwords.json"
        with suppress(FileNotFoundError):
            return Users(self.outsiders(), json.loads(file.read_text()))
        return Users(self.outsiders())

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
        except (FileNotFoundError, ValidationError):
            return None

    def running(self) -> Run | None:
        """The system that runs here, if one does."""
        run = self.last_run()
        return run if run is not None and run.lives("supervisor") else None


def write_private(path: Path, text: str) -> None:
    """Replace a file at once, readable by its owner alone."""
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def born(pid: int) -> str:
    """When a process began, as `ps` tells it; empty when there is none. With it a reused number is not mistaken."""
    told = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False, env={"LC_ALL": "C"}
    )
    return told.stdout.strip()

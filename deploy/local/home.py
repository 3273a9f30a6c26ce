"""The one data directory of an embedded system: who may come to the bus, and where the running system is found."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.division import UNKNOWN, Division
from contracts.event import Fact, describe
from contracts.values import Token
from contracts.wiring import FACTS
from deploy.local.processes import born
from deploy.nats.accounts import RESERVED, Department, Integrator, Official, Outsider, Users

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

    def problem(self) -> tuple[str, str] | None:
        """The first field that breaks a rule which no single field can see, and the rule."""
        taken: set[str] = set()
        for kind, entries in (
            ("departments", self.departments),
            ("integrators", self.integrators),
            ("officials", self.officials),
        ):
            for at, entry in enumerate(entries):
                if entry.name in RESERVED:
                    return f"{kind}.{at}.name", f"{entry.name} is a user of the system itself"
                if entry.name in taken:
                    return f"{kind}.{at}.name", f"{entry.name} stands twice"
                taken.add(entry.name)
        unknown = sorted({name for one in self.departments for name in one.facts} - set(FACTS_BY_NAME))
        return ("departments.facts", f"there is no fact {', '.join(unknown)}") if unknown else None


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
            stated = self._read_outsiders(self.users_file.read_bytes())
        except FileNotFoundError:
            return ()
        return (
            *(Department(d.name, tuple(FACTS_BY_NAME[f] for f in d.facts), d.division) for d in stated.departments),
            *(Integrator(i.name) for i in stated.integrators),
            *(Official(o.name, o.division) for o in stated.officials),
        )

    def _read_outsiders(self, text: str | bytes) -> _Outsiders:
        try:
            stated = _Outsiders.model_validate_json(text)
        except ValidationError as error:
            wrong = describe(error.errors()[0])
            raise HomeRefused(f"{self.users_file}: {wrong['field']}: {wrong['rule']}") from None
        if problem := stated.problem():
            raise HomeRefused(f"{self.users_file}: {problem[0]}: {problem[1]}")
        return stated

    def state_outsiders(self, outsiders: tuple[Outsider, ...]) -> None:
        """Write `users.json`; a running system takes it up within seconds. Raises HomeRefused, writing nothing."""
        stated: dict[str, list[dict[str, Any]]] = {"departments": [], "integrators": [], "officials": []}
        for one in outsiders:
            if isinstance(one, Department):
                facts = [fact.name for fact in one.facts]
                stated["departments"].append({"name": one.name, "division": one.division, "facts": facts})
            elif isinstance(one, Integrator):
                stated["integrators"].append({"name": one.name})
            else:
                stated["officials"].append({"name": one.name, "division": one.division})
        text = json.dumps(stated, ensure_ascii=False, indent=2)
        self._read_outsiders(text)
        write_private(self.users_file, text)

    def users_at(self) -> float:
        """When `users.json` was last changed; 0 when there is none."""
        try:
            return self.users_file.stat().st_mtime
        except FileNotFoundError:
            return 0.0

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

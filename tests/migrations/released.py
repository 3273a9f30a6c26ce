"""What the last release is kept as: its number, its migrations, and which names of the schema its code mentions."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from tests.migrations.catalog import Catalog

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"
FILE = SERVICES / "runtime" / "tables" / "released.json"
RUNTIME = "runtime"


class Released(BaseModel):
    """`revisions` has the digests of each owner's migrations, `reads` the names that each service's code mentions."""

    release: int
    revisions: dict[str, dict[str, str]]
    reads: dict[str, list[str]]

    def last(self, owner: str) -> int:
        return max(map(number, self.revisions.get(owner, ())), default=0)


def last_release() -> Released:
    return Released.model_validate_json(FILE.read_text("utf-8"))


def owners() -> list[str]:
    """The runtime and the services, each with migrations of its own."""
    return sorted(path.parent.name for path in SERVICES.glob("*/migrations"))


def revisions(owner: str) -> list[str]:
    """The names of an owner's migrations in their order."""
    return sorted(path.stem for path in (SERVICES / owner / "migrations").glob("*.py"))


def number(revision: str) -> int:
    return int(revision.partition("_")[0])


def digests(owner: str) -> dict[str, str]:
    """Of each migration, as it stands: its SQL and what runs it."""
    folder = SERVICES / owner / "migrations"
    return {
        name: hashlib.sha256(
            b"".join(path.read_bytes() for path in sorted(folder.glob(f"{name}.*")) if path.suffix in (".py", ".sql"))
        ).hexdigest()
        for name in revisions(owner)
    }


def tampered(released: Released) -> Iterator[str]:
    """What no longer stands as it was released."""
    for owner, kept in released.revisions.items():
        now = digests(owner)
        for name, digest in kept.items():
            if now.get(name) != digest:
                yield f"services/{owner}/migrations/{name}: is released, and must stay as it is: add another after it"
        for name in now.keys() - kept.keys():
            if number(name) <= released.last(owner):
                yield f"services/{owner}/migrations/{name}: comes before what is released; number it after that"


def words(service: str, catalog: Catalog) -> list[str]:
    """The names of the schema that the code of a service has a word for, its migrations aside."""
    said = {
        word
        for owner in (RUNTIME, service)
        for path in (SERVICES / owner).rglob("*")
        if path.suffix in (".py", ".sql") and "migrations" not in path.parts
        for word in re.findall(r"\w+", path.read_text("utf-8"))
    }
    named = {*catalog.tables, *catalog.keys.values(), *catalog.rules.values(), *catalog.values}
    named |= {column.partition(".")[2] for column in catalog.columns}
    return sorted(named & said)


def keep(released: Released) -> None:
    lines = [f'{{\n"release": {released.release}']
    for part in ("revisions", "reads"):
        stated: dict[str, object] = getattr(released, part)
        lines.append(
            f'"{part}": {{\n' + ",\n".join(f"{json.dumps(one)}: {json.dumps(stated[one])}" for one in stated) + "\n}"
        )
    FILE.write_text(",\n".join(lines) + "\n}\n", encoding="utf-8")

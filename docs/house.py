"""Draws docs/house.md from imports and the wiring of the contracts: `python docs/house.py [--check]`."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from contracts.language.message import Command, Fact
from contracts.wiring.table import SERVICES, WIRED

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "house.md"
PARTS = ("contracts", "services", "clients", "cli", "demo", "deploy")
MANY = 12
"""More facts than these are counted in the picture, and named in the table below it."""
BESIDE = "beside"
NO_ROOMS = {"migrations", "__pycache__"}


def page() -> str:
    """The whole page."""
    return "\n".join([*_head(), *_between(), *_layers(), *(line for name in SERVICES for line in _service(name)), ""])


def _head() -> Iterator[str]:
    yield "# The house as it stands"
    yield ""
    yield "Drawn by `make publish` from the imports of the code and from `contracts/wiring/table.py`; `make check` sees"
    yield "that it is so. What stands in a box is a folder with its files, an arrow leads to what is imported."
    yield ""


def _between() -> Iterator[str]:
    """What services tell each other."""
    owner = {fact: name for name, wired in WIRED.items() for fact in wired.own(Fact)}
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, wired in WIRED.items():
        for one in wired.hears:
            told[owner.get(one, "outside"), name].append(".".join(one.name.split(".")[1:-1]))
    yield "## Who hears what"
    yield ""
    yield "```mermaid"
    yield "flowchart LR"
    yield '    outside(["integrators, terminals"])'
    for name in SERVICES:
        yield f"    {name}"
    for (of, to), facts in told.items():
        said = "<br>".join(facts) if len(facts) <= MANY else f"{len(facts)} facts"
        yield f'    {of} -->|"{said}"| {to}'
    yield "```"
    yield ""
    yield "| service | rooms | facts told | commands answered | hears |"
    yield "|---|---|--:|--:|---|"
    for name, wired in WIRED.items():
        counts = f"{len(list(wired.own(Fact)))} | {len(list(wired.own(Command)))}"
        heard = ", ".join(f"`{one.name}`" for one in wired.hears)
        yield f"| {name} | {', '.join(_rooms(name))} | {counts} | {heard or '–'} |"
    yield ""


def _layers() -> Iterator[str]:
    """Which part of the house imports which: services by name, the others as a whole."""
    found: set[tuple[str, str]] = set()
    for path in _modules():
        of = _part(_name(path))
        found |= {(of, _part(to)) for to in _imports(path) if _part(to) != of}
    yield "## Who imports whom"
    yield ""
    yield "```mermaid"
    yield "flowchart BT"
    for of, to in sorted(found):
        yield f"    {of.replace('.', '_')}[{of}] --> {to.replace('.', '_')}[{to}]"
    yield "```"
    yield ""


def _service(name: str) -> Iterator[str]:
    """The rooms of a service: what is imported between them."""
    rooms = _rooms(name)
    if not rooms:
        return
    found: set[tuple[str, str]] = set()
    for path in _modules():
        of = _room(_name(path), name, rooms)
        if of:
            towards = {_room(to, name, rooms) for to in _imports(path)}
            found |= {(of, to) for to in towards if to and to != of and of != BESIDE}
    yield f"## {name}"
    yield ""
    yield "```mermaid"
    yield "flowchart BT"
    for room in rooms:
        files = sorted(path.stem for path in (ROOT / "services" / name / room).glob("*.py") if path.stem != "__init__")
        yield f'    {room}["<b>{room}</b><br>{", ".join(files)}"]'
    if any(to == BESIDE for _, to in found):
        yield f"    {BESIDE}([beside the rooms])"
    for of, to in sorted(found):
        yield f"    {of} --> {to}"
    yield "```"
    yield ""


@cache
def _modules() -> tuple[Path, ...]:
    return tuple(
        path
        for part in PARTS
        for path in sorted((ROOT / part).rglob("*.py"))
        if NO_ROOMS.isdisjoint(path.parts) and "published" not in path.parts
    )


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def _imports(path: Path) -> frozenset[str]:
    """What of the house a module imports."""
    known = {_name(one) for one in _modules()}
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (below & known) or {node.module}
    return frozenset(one for one in found if one.partition(".")[0] in PARTS)


def _part(module: str) -> str:
    """`services.cases` of whatever stands in it; the others by their first name."""
    first, *rest = module.split(".")
    return ".".join([first, *rest[:1]]) if first == "services" and rest else first


@cache
def _rooms(service: str) -> tuple[str, ...]:
    folders = sorted(path for path in (ROOT / "services" / service).iterdir() if path.is_dir())
    return tuple(path.name for path in folders if path.name not in NO_ROOMS and any(path.glob("*.py")))


def _room(module: str, service: str, rooms: tuple[str, ...]) -> str:
    """The room in which a module of the service stands, BESIDE for what stands beside them; empty elsewhere."""
    parts = module.split(".")
    if parts[:2] != ["services", service] or len(parts) < 3:
        return ""
    return parts[2] if parts[2] in rooms else BESIDE


def main(arguments: list[str]) -> int:
    drawn = page()
    if "--check" not in arguments:
        PAGE.write_text(drawn, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != drawn:
        print(f"{PAGE.relative_to(ROOT)} is not the house as it stands: run make publish", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

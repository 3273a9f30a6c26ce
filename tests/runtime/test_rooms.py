"""The rooms of a service, by their files' names: who touches the database and the bus, and who only decides."""

import ast
import re
from pathlib import Path

import pytest

from contracts.wiring.table import SERVICES

ROOT = Path(__file__).parents[2]
WITH_TRANSACTIONS = re.compile(r"(\w+_)?store|handlers|clock|record|weighing|following")
"""Statements, what is heard and asked, what falls due, what writes for them, and what looks where a law would lead."""
OUTSIDE = {"asyncpg", "nats", "faststream", "uvicorn"}
AT_THE_DOOR = {"__init__", "__main__", "service", "page"}


def modules(service):
    found = (ROOT / "services" / service).rglob("*.py")
    return [path for path in found if "migrations" not in path.parts and path.stem not in AT_THE_DOOR]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{one.name}" for one in node.names)


def touches(name):
    parts = name.split(".")
    return (
        parts[0] in OUTSIDE
        or name.startswith("services.runtime.transaction.")
        or any(map(WITH_TRANSACTIONS.fullmatch, parts))
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_decision_knows_neither_the_database_nor_the_bus(service):
    deciding = [path for path in modules(service) if not WITH_TRANSACTIONS.fullmatch(path.stem)]
    assert deciding != []
    found = [f"{path.relative_to(ROOT)}: {name}" for path in deciding for name in imported(path) if touches(name)]
    assert found == []


@pytest.mark.parametrize("service", SERVICES)
def test_statements_stand_in_stores_alone(service):
    words = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "LOCK TABLE ")
    others = [path for path in modules(service) if not path.stem.endswith("store")]
    found = []
    for path in others:
        texts = (node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant))
        found += [
            str(path.relative_to(ROOT)) for text in texts if isinstance(text, str) and text.lstrip().startswith(words)
        ]
    assert found == []


def test_no_room_and_no_package_has_more_files_side_by_side_than_one_looks_through():
    folders = {
        path.parent
        for part in ("contracts", "services", "cli", "demo", "clients", "deploy")
        for path in (ROOT / part).rglob("*.py")
    }
    crowded = {str(one.relative_to(ROOT)): n for one in folders if (n := len(list(one.glob("*.py"))) - 1) > 16}
    assert crowded == {}

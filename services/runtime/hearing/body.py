"""What can be said of a message that its contract refuses: every rule it breaks, and which report it was."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contracts.language.envelope import EnvelopeRefused
from contracts.language.rules import Rule, Wrong, broken, describe
from services.runtime.saying.legible import legible

MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Identity:
    """The sender's own name for what it posted, as far as an unreadable body still tells it."""

    external_id: str | None = None
    revision: int | None = None


def problems_of(error: ValidationError, data: bytes) -> list[Wrong]:
    """Every rule that a body breaks, the first twenty by name and the others by number."""
    found = _without_seeming_short(error.errors(include_url=False, include_input=False))
    if found[0]["type"] == "json_invalid":
        return [{"field": "body", "rule": _no_json(data)}]
    told = (describe(one) for one in found[:MOST_PROBLEMS])
    return _told(((one["field"], one["rule"]) for one in told), "body", len(found))


def _without_seeming_short(found: list[ErrorDetails]) -> list[ErrorDetails]:
    """The reader counts only the parts that are right: a list of which one is wrong is not too short for that."""
    within = {one["loc"][:depth] for one in found for depth in range(len(one["loc"]))}
    return [one for one in found if one["type"] != "too_short" or one["loc"] not in within]


def problems_of_headers(refused: EnvelopeRefused) -> list[Wrong]:
    """The same of an envelope."""
    return _told(refused.problems[:MOST_PROBLEMS], "headers", len(refused.problems))


def _told(named: Iterable[tuple[str, Rule]], where: str, found: int) -> list[Wrong]:
    problems: list[Wrong] = [{"field": legible(field, 200), "rule": _legible(rule)} for field, rule in named]
    if found > MOST_PROBLEMS:
        problems.append({"field": where, "rule": broken("more_places", count=found - MOST_PROBLEMS)})
    return problems


def _legible(rule: Rule) -> Rule:
    return Rule(rule.code, {name: legible(figure, 500) for name, figure in rule.figures.items()})


def _no_json(data: bytes) -> Rule:
    """Why a body is no JSON as RFC 8259 has it."""
    if not data:
        return broken("body_empty")
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return broken("body_marked")
    try:
        json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return broken("body_utf8", at=error.start + 1)
    except json.JSONDecodeError as error:
        return broken("body_json", line=error.lineno, column=error.colno)
    except (RecursionError, ValueError):
        pass
    return broken("body_odd_json")


_NAME = re.compile(rb'"(?:external_id|batch_id)"\s*:\s*("(?:[^"\\]|\\.){1,800}")')
_REVISION = re.compile(rb'"revision"\s*:\s*([0-9]{1,7})(?![0-9.eE])')
_LOOKED_AT = 64 * 1024


def identity_in(data: bytes) -> Identity:
    """Read the identity of a body; where that is no JSON, it is the first that stands anywhere in it."""
    try:
        whole = orjson.loads(data)
    except orjson.JSONDecodeError:
        whole = _torn(data[:_LOOKED_AT])
    if not isinstance(whole, dict):
        return Identity()
    names = (whole.get("external_id"), whole.get("batch_id"))
    external_id = next((name for name in names if isinstance(name, str) and name), None)
    revision = whole.get("revision")
    return Identity(
        external_id=None if external_id is None else legible(external_id, 128),
        revision=revision if type(revision) is int and 0 <= revision < 10**7 else None,
    )


def _torn(head: bytes) -> dict[str, object]:
    name, revision = _NAME.search(head), _REVISION.search(head)
    found: dict[str, object] = {"revision": int(revision[1])} if revision else {}
    try:
        return {**found, "external_id": json.loads(name[1])} if name else found
    except ValueError:
        return found

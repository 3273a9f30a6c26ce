"""What can be said of a message that its contract refuses: every rule it breaks, and which report it was."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

import orjson
from pydantic import ValidationError

from contracts.event import EnvelopeRefused, describe
from contracts.intake import Problem
from services.runtime.legible import legible

MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Identity:
    """The sender's own name for what it posted, as far as an unreadable body still tells it."""

    external_id: str | None = None
    revision: int | None = None


def problems_of(error: ValidationError, data: bytes) -> list[Problem]:
    """Every rule that a body breaks, the first twenty by name and the others by number."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    if found[0]["type"] == "json_invalid":
        return [Problem(field="body", rule=_no_json(data))]
    told = (describe(one) for one in found[:MOST_PROBLEMS])
    return _told(((one["field"], one["rule"]) for one in told), "body", len(found))


def problems_of_headers(refused: EnvelopeRefused) -> list[Problem]:
    """The same of an envelope."""
    return _told(refused.problems[:MOST_PROBLEMS], "headers", len(refused.problems))


def _told(named: Iterable[tuple[str, str]], where: str, found: int) -> list[Problem]:
    problems = [Problem(field=legible(field, 200), rule=legible(rule, 500)) for field, rule in named]
    if found > MOST_PROBLEMS:
        problems.append(Problem(field=where, rule=f"breaks rules in {found - MOST_PROBLEMS} more places"))
    return problems


def _no_json(data: bytes) -> str:
    """Why a body is no JSON as RFC 8259 has it."""
    if not data:
        return "must not be empty"
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "must be UTF-8 without a byte-order mark"
    try:
        json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return f"must be UTF-8; byte {error.start + 1} is not"
    except json.JSONDecodeError as error:
        return f"must be JSON; it is not from line {error.lineno}, column {error.colno}"
    except (RecursionError, ValueError):
        pass
    return (
        "must be JSON: nothing nested too deep, no NaN, no number of thousands of digits, no half of a surrogate pair"
    )


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

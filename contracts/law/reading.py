"""Reads the text of a law: exactly as its shape has it, or not at all, with the line of all that is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from contracts.language.rules import broken, describe
from contracts.language.values import Line
from contracts.language.written import Day
from contracts.law.lines import Fault, Faulty, Lines, Path, read_lines, said
from contracts.law.versions import Law, RulesT, Version

LAW, AMENDMENTS, KNOWN_FROM = "law", "amendments", "known_from"


class Amendment(BaseModel):
    """What an amendment says of itself; the rest is what it changes.

    One that was made known after its first day says so: nobody is reminded of what was before it was known.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    from_on: Day
    known_from: Day | None = None
    version: Line
    source: Line


_OF_ITSELF = ("from_on", KNOWN_FROM)
_OBJECT = TypeAdapter(dict[str, Any])
_AMENDMENT = TypeAdapter(Amendment)
_LIST = TypeAdapter(list[Any])
_KNOWN = TypeAdapter(Day | None)


def law_named(text: str, known: Iterable[str]) -> str:
    """Which law a text says that it is of. Raises Faulty."""
    lines = read_lines(text)
    whole = _read(_OBJECT, lines.stated, lines, ())
    stated, names = whole.get(LAW), sorted(known)
    if stated is None:
        raise Faulty([Fault(lines.of(()), LAW, broken("missing"))])
    if stated not in names:
        raise Faulty([Fault(lines.of((LAW,)), LAW, broken("one_of", known=", ".join(names)))])
    return str(stated)


def read_law(text: str, name: str, rules: type[RulesT]) -> Law[RulesT]:
    """What a text states. Raises Faulty.

    It is the first version; `amendments` has those that follow in their order, each as a JSON merge patch (RFC 7396)
    on the one before, with its first day in force, its version and its source. `law` says of which law it is, and
    `known_from` since when a version has been known, where that is later than its first day.
    """
    law_named(text, [name])
    lines = read_lines(text)
    whole: dict[str, Any] = lines.stated
    whole.pop(LAW)
    faults: list[Fault] = []
    amendments = _read(_LIST, whole.pop(AMENDMENTS, []), lines, (AMENDMENTS,))
    known = _read(_KNOWN, whole.pop(KNOWN_FROM, None), lines, (KNOWN_FROM,))
    versions: list[Version[RulesT]] = []
    shape = TypeAdapter(rules)
    before = date.min
    within: list[Path] = [()]
    try:
        versions.append(Version(_read(shape, whole, lines, ()), None, known))
    except Faulty as faulty:
        faults += faulty.faults
    for n, stated in enumerate(amendments):
        path: Path = (AMENDMENTS, n)
        try:
            amendment = _read(_AMENDMENT, stated, lines, path)
        except Faulty as faulty:
            raise Faulty([*faults, *faulty.faults]) from None
        if amendment.from_on <= before:
            at: Path = (*path, "from_on")
            faults.append(Fault(lines.of(at), said(at), broken("after_day", day=before)))
        before = amendment.from_on
        within = [path, *within]
        patch = {name: one for name, one in stated.items() if name not in _OF_ITSELF}
        whole = _patched(whole, patch)
        try:
            versions.append(Version(_read(shape, whole, lines, *within), before, amendment.known_from))
        except Faulty as faulty:
            # What was wrong before is wrong in every version that follows: once is enough.
            faults += [one for one in faulty.faults if one.line not in {other.line for other in faults}]
    if faults:
        raise Faulty(faults)
    return Law(tuple(versions))


def _read(shape: TypeAdapter[Any], stated: Any, lines: Lines, *within: Path) -> Any:
    """A part of the text by its shape; `within` is where it stands, and then where else it may have been stated."""
    try:
        return shape.validate_json(json.dumps(stated), strict=True)
    except ValidationError as error:
        faults = []
        for one in error.errors():
            at = [(*path, *one["loc"]) for path in within]
            found = describe(one)
            faults.append(Fault(lines.of(*at), said((*within[0], *one["loc"])), found["rule"]))
        raise Faulty(faults) from None


def _patched(stated: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    patched = dict(stated) if isinstance(stated, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            patched.pop(name, None)
        else:
            patched[name] = _patched(patched.get(name), value)
    return patched

"""The shape of each law's file, so that an editor of JSON helps whoever writes one."""

from __future__ import annotations

from contracts.language.message import SCHEMA_PREFIX
from contracts.law.reading import AMENDMENTS, KNOWN_FROM, LAW, Amendment
from contracts.law.table import LAWS
from contracts.law.versions import Rules
from contracts.publishing.shapes import DEFS, HERE, Schema, shapes
from contracts.publishing.words import field_words, law_words

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def law_schemas() -> dict[str, Schema]:
    """Every file by the name of its law."""
    return {name: _schema(name, rules) for name, rules in LAWS.items()}


def law_types() -> dict[str, Schema]:
    """The shape of every part of a law, by its name, and of what each file says of itself."""
    found = shapes([], [*LAWS.values(), Amendment])
    return {**found, "Law": {"properties": {field: {"description": _said(field)} for field in (LAW, AMENDMENTS)}}}


def _schema(name: str, rules: type[Rules]) -> Schema:
    parts = shapes([], [rules, Amendment])
    own, amendment = parts.pop(rules.__name__), parts.pop(Amendment.__name__)
    changed = {field: {"description": stated["description"]} for field, stated in own["properties"].items()}
    said = amendment["properties"]
    parts[Amendment.__name__] = {**amendment, "properties": {**changed, **said}, "additionalProperties": False}
    of_the_file = {
        LAW: {"description": _said(LAW), "const": name},
        KNOWN_FROM: said[KNOWN_FROM],
        AMENDMENTS: {"description": _said(AMENDMENTS), "type": "array", "items": {"$ref": HERE + Amendment.__name__}},
    }
    return {
        "$schema": DRAFT,
        "$comment": f"{SCHEMA_PREFIX}law:{name}",
        **own,
        "title": name,
        "description": f"{law_words(name)}。{own.get('description', '')}",
        "properties": {**of_the_file, **own["properties"]},
        "required": [LAW, *own["required"]],
        DEFS: parts,
    }


def _said(field: str) -> str:
    return " · ".join(field_words("Law", field))

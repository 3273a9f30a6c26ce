"""The published schemas as a stranger's program reads them: files that refer to one another by their names."""

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

SCHEMAS = Path(__file__).parents[1] / "contracts" / "published" / "schemas"


@cache
def schema(name):
    return json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))


@cache
def _files():
    return Registry().with_resources(
        (path.name, Resource.from_contents(json.loads(path.read_text("utf-8")))) for path in SCHEMAS.glob("*.json")
    )


@cache
def validator(name):
    return Draft202012Validator(schema(name), registry=_files(), format_checker=FormatChecker())


def referred(reference):
    """What a reference leads to, in whichever file it stands."""
    file, _, path = reference.partition("#/$defs/")
    return schema(file.removesuffix(".json") or "definitions")["$defs"][path]

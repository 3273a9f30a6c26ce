"""Laws that are otherwise than shipped, as the office that edits one writes and takes it up."""

import json

from contracts.law.reading import read_law
from services.runtime.reference.law import LawFile, look_at, seen_as, take_up


def amended(file: LawFile, patch: dict) -> str:
    """The text shipped with a JSON merge patch on it."""
    return json.dumps(merged(json.loads(file.shipped_text), patch), ensure_ascii=False, indent=2)


def merged(stated, patch):
    if not isinstance(patch, dict):
        return patch
    stated = stated if isinstance(stated, dict) else {}
    changed = {name: merged(stated.get(name), one) for name, one in patch.items() if one is not None}
    return {**{name: one for name, one in stated.items() if name not in patch}, **changed}


def under(file: LawFile, day, **patch):
    """What is decided within goes by the law shipped with this patch on it."""
    return seen_as({file.name: read_law(amended(file, patch), file.name, file.rules)}, day)


async def taken_up(tx, laws, file: LawFile, number: int = 1, **patch):
    """The same for what is decided in a transaction from now on, by the laws of a service."""
    await take_up(tx, file, amended(file, patch), number, "operator")
    tx.laws = laws
    await look_at(tx)

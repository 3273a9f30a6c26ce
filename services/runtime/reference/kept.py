"""Reference facts that are heard become rows of the hearing service: the newest state of each thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Protocol

import orjson

from services.runtime.messages import Heard
from services.runtime.transaction import Transaction


class Thing(Protocol):
    """What a reference fact states."""

    @property
    def id(self) -> str: ...

    def model_dump_json(self) -> str: ...


@dataclass(frozen=True, slots=True)
class AsTold:
    """A thing in the very words of its fact: what of it only a later version reads is there when that comes."""

    id: str
    said: str

    def model_dump_json(self) -> str:
        return self.said


def told_of(heard: Iterable[Heard[Any]], name: str) -> list[tuple[int | None, Thing]]:
    """The thing that stands in the field `name` of each fact, with its fact's sequence."""
    field = attrgetter(name)
    return [(one.envelope.sequence, _as_told(one.data, name, field(one.body))) for one in heard]


def _as_told(data: bytes, name: str, thing: Thing) -> Thing:
    """What a field of a later version says that no table holds (a number past any double, a NUL) is let go."""
    try:
        said = orjson.dumps(orjson.loads(data)[name]).decode()
    except orjson.JSONDecodeError:
        return thing
    return thing if "\\u0000" in said else AsTold(thing.id, said)


async def keep_newest(tx: Transaction, table: str, states: Iterable[tuple[int | None, Thing]]) -> bool:
    """Write states with their sequences into a table (id, sequence, body); whether any was newer than what it had.

    Facts may come late and twice: only a higher sequence replaces.
    """
    newest = {thing.id: (sequence or 0, thing) for sequence, thing in sorted(states, key=lambda one: one[0] or 0)}
    ids = sorted(newest)
    rows = await tx.sql.fetch(
        f"""
        INSERT INTO {table} (id, sequence, body)
        SELECT id, sequence, body::jsonb FROM unnest($1::text[], $2::bigint[], $3::text[]) AS new (id, sequence, body)
        ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, body = excluded.body
        WHERE {table}.sequence < excluded.sequence
        RETURNING id
        """,
        ids,
        [newest[id][0] for id in ids],
        [newest[id][1].model_dump_json() for id in ids],
    )
    return bool(rows)

"""Reference facts that are heard become rows of the hearing service: the newest state of each thing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from services.runtime.transaction import Transaction


class Thing(Protocol):
    """What a reference fact states."""

    @property
    def id(self) -> str: ...

    def model_dump_json(self) -> str: ...


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

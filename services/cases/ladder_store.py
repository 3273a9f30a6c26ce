"""Every statement on the letters of the ladder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from contracts.case import Case
from contracts.supervision import Letter
from services.runtime.transaction import Transaction


async def letters(tx: Transaction, case_ids: Iterable[str]) -> dict[str, list[Letter]]:
    """The letters issued about each case, the first first."""
    ids = list(case_ids)
    rows = await tx.sql.fetch(
        "SELECT case_id, body FROM letters WHERE case_id = ANY($1::uuid[]) ORDER BY issued_on, rung, id", ids
    )
    found: dict[str, list[Letter]] = {id: [] for id in ids}
    for row in rows:
        found[str(row["case_id"])].append(Letter.model_validate_json(row["body"]))
    return found


async def put_letters(tx: Transaction, letters: Sequence[tuple[Case, Letter]]) -> None:
    """Write letters, or what became of them."""
    await tx.sql.executemany(
        """
        INSERT INTO letters (id, case_id, about, rung, due_on, issued_on, body) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE SET body = excluded.body
        """,
        [
            (one.id, UUID(case.ref.id), one.about, one.rung, one.due_on, one.issued_on, one.model_dump_json())
            for case, one in letters
        ],
    )


async def next_on_ladder(tx: Transaction, days: Mapping[str, date | None]) -> None:
    """When the ladder must look at each case again."""
    await tx.sql.execute(
        """
        UPDATE cases SET ladder_on = new.day FROM unnest($1::uuid[], $2::date[]) AS new (id, day)
        WHERE cases.id = new.id
        """,
        list(days),
        list(days.values()),
    )

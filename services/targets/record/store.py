"""Every statement on the records of chiefs and on the steps of cases that they follow from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, TypeAdapter

from contracts.language.division import Division
from contracts.language.values import CaseRef, PersonRef
from contracts.targets import Record, RecordLine
from services.runtime.transaction import Transaction
from services.targets.record.record import Entry, Step

_STEPS = TypeAdapter(list[Step])
Changed = dict[tuple[str, str, str], bool]
"""Entries that stand otherwise than before, by case, entry and whose; whether they are new."""


async def add_steps(tx: Transaction, steps: Mapping[str, list[Step]]) -> dict[str, list[Step]]:
    """Write steps of cases down in the order given; returns all that are known of them, locked until the end."""
    case_ids = list(steps)
    rows = await tx.sql.fetch(
        """
        INSERT INTO case_steps AS known (case_id, steps)
        SELECT case_id, steps::jsonb FROM unnest($1::text[], $2::text[]) AS new (case_id, steps)
        ON CONFLICT (case_id) DO UPDATE
        SET steps = CASE WHEN known.steps @> excluded.steps THEN known.steps ELSE known.steps || excluded.steps END
        RETURNING case_id, CASE WHEN xmax <> 0 THEN steps END AS steps
        """,
        case_ids,
        [_STEPS.dump_json(steps[case_id], exclude_none=True).decode() for case_id in case_ids],
    )
    return {
        row["case_id"]: steps[row["case_id"]] if row["steps"] is None else _STEPS.validate_json(row["steps"])
        for row in rows
    }


async def enter(tx: Transaction, entries: Sequence[tuple[CaseRef, Entry]]) -> Changed:
    """Write entries of cases locked by `add_steps` as they stand now; returns those new, undone, or standing again."""
    columns = zip(*(_row(case, entry) for case, entry in entries), strict=True)
    rows = await tx.sql.fetch(
        """
        INSERT INTO records AS known (case_id, entry, whose, what, case_number, case_division, post_id, post_division,
                                      post, unit, account, at, undone_by, undone_at)
        SELECT case_id, entry, whose, what, number, division, post_id, post_division, post::jsonb, unit::jsonb, account,
               at, undone_by, undone_at
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                    $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::timestamptz[])
             AS new (case_id, entry, whose, what, number, division, post_id, post_division, post, unit, account, at,
                     undone_by, undone_at)
        ON CONFLICT (case_id, entry, whose) DO UPDATE
        SET undone_by = excluded.undone_by, undone_at = excluded.undone_at
        WHERE known.undone_by IS DISTINCT FROM excluded.undone_by
        RETURNING case_id, entry, whose, xmax = 0 AS is_new
        """,
        *(list(column) for column in columns),
    )
    return {(row["case_id"], row["entry"], row["whose"]): row["is_new"] for row in rows}


async def record(tx: Transaction, post_id: str, limit: int) -> tuple[Division | None, Record]:
    """The record of a post, newest first, and the division of the post as the last line has it."""
    counts = await tx.sql.fetch(
        """
        SELECT what, count(DISTINCT (case_id, entry)) AS entries FROM records
        WHERE post_id = $1 AND undone_by IS NULL GROUP BY what ORDER BY what
        """,
        post_id,
    )
    rows = await tx.sql.fetch(
        """
        SELECT case_id, case_number, case_division, what, at, undone_by, undone_at, post_division,
               post ->> 'holder' AS holder
        FROM records WHERE post_id = $1 ORDER BY at DESC, id DESC LIMIT $2
        """,
        post_id,
        limit,
    )
    lines = tuple(
        RecordLine(
            case=CaseRef(id=row["case_id"], number=row["case_number"], division=Division(row["case_division"])),
            what=row["what"],
            holder=row["holder"] and PersonRef.model_validate_json(row["holder"]),
            at=row["at"],
            undone_by=row["undone_by"],
            undone_at=row["undone_at"],
        )
        for row in rows
    )
    division = Division(rows[0]["post_division"]) if rows else None
    return division, Record(post_id=post_id, counts={row["what"]: row["entries"] for row in counts}, lines=lines)


def _row(case: CaseRef, entry: Entry) -> tuple[object, ...]:
    post = entry.post
    return (
        case.id,
        *entry.key,
        entry.what.value,
        case.number,
        case.division,
        post and post.id,
        post and post.division,
        _json(post),
        _json(entry.unit),
        entry.account,
        entry.at,
        entry.undone_by and entry.undone_by.value,
        entry.undone_at,
    )


def _json(value: BaseModel | None) -> str | None:
    return None if value is None else value.model_dump_json()

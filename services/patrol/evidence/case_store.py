"""Every statement on whether cases need the evidence that they and their incidents name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.runtime.transaction import Transaction


@dataclass(frozen=True, slots=True)
class OfCase:
    """What a fact with a number says of a case at a time."""

    case_id: str
    incident_id: UUID | None
    sequence: int
    at: datetime
    merged_into: str | None = None


async def keep_cases(tx: Transaction, cases: Sequence[OfCase], resolved: bool) -> set[UUID]:
    """Whether cases need what they name follows the newest fact about each, of a merged one about its survivor.

    Returns the incidents of cases that follow another so, those of which it is otherwise now among them.
    """
    last = {one.case_id: one for one in sorted(cases, key=lambda one: one.sequence)}
    rows = await tx.sql.fetch(
        """
        INSERT INTO evidence_cases (case_id, incident_id, sequence, resolved_at, merged_into)
        SELECT id, incident, sequence, at, merged_into
        FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::text[])
            AS new (id, incident, sequence, at, merged_into)
        ON CONFLICT (case_id) DO UPDATE SET
            incident_id = excluded.incident_id, sequence = excluded.sequence, resolved_at = excluded.resolved_at,
            merged_into = excluded.merged_into
        WHERE evidence_cases.sequence < excluded.sequence
        RETURNING case_id, survives
        """,
        list(last),
        [one.incident_id for one in last.values()],
        [one.sequence for one in last.values()],
        [one.at if resolved else None for one in last.values()],
        [one.merged_into for one in last.values()],
    )
    merged = {row["case_id"]: into for row in rows if (into := last[row["case_id"]].merged_into) is not None}
    following = {*merged, *(row["case_id"] for row in rows if row["survives"])}
    if not following:
        return set()
    await _survive(tx, set(merged.values()))
    return await _follow(tx, following)


async def _survive(tx: Transaction, cases: Collection[str]) -> None:
    """Others go with these: whoever resolves one of them afterwards sees it in its row."""
    await tx.sql.execute(
        """
        INSERT INTO evidence_cases (case_id, sequence, survives) SELECT *, 0, true FROM unnest($1::text[])
        ON CONFLICT (case_id) DO UPDATE SET survives = true
        """,
        sorted(cases),
    )


_SURVIVORS = """
    up AS (
        SELECT case_id, merged_into FROM evidence_cases WHERE case_id = ANY($1::text[])
        UNION
        SELECT c.case_id, c.merged_into FROM up JOIN evidence_cases c ON c.case_id = up.merged_into
    )
"""


async def _follow(tx: Transaction, cases: Collection[str]) -> set[UUID]:
    """All that were merged with some cases stand as their survivors do; what is first due of them is due no more."""
    await tx.sql.execute(
        f"""
        WITH RECURSIVE {_SURVIVORS}
        SELECT case_id FROM evidence_cases WHERE case_id IN (SELECT case_id FROM up) ORDER BY case_id FOR UPDATE
        """,
        list(cases),
    )
    rows = await tx.sql.fetch(
        f"""
        WITH RECURSIVE {_SURVIVORS}, down AS (
            SELECT case_id AS survivor, case_id FROM up WHERE merged_into IS NULL
            UNION
            SELECT down.survivor, c.case_id FROM down JOIN evidence_cases c ON c.merged_into = down.case_id
        ), following AS (
            UPDATE evidence_cases c SET resolved_at = s.resolved_at
            FROM down JOIN evidence_cases s ON s.case_id = down.survivor
            WHERE c.case_id = down.case_id AND c.case_id <> down.survivor
            RETURNING c.incident_id, c.resolved_at
        )
        UPDATE incidents i SET resolved = f.resolved_at IS NOT NULL, first_due_at = NULL, first_remind_at = NULL
        FROM following f WHERE i.id = f.incident_id
        RETURNING i.id
        """,
        list(cases),
    )
    return {row["id"] for row in rows}

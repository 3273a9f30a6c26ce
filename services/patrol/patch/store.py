"""Every statement on patches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from contracts.language.division import Division
from contracts.patrol import Incident, Patch, PatchOutcome
from services.patrol.patch.outcome import Counted
from services.runtime.transaction import Transaction


async def save(tx: Transaction, patches: Sequence[tuple[Incident, Patch]]) -> None:
    """Write down the patches that incidents are, as their newest revisions have them."""
    await tx.sql.execute(
        """
        INSERT INTO patches (incident_id, project, number, division, area_ha)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::numeric[])
        ON CONFLICT (incident_id) DO UPDATE SET
            project = excluded.project, number = excluded.number, division = excluded.division,
            area_ha = excluded.area_ha
        """,
        [incident.id for incident, _ in patches],
        [patch.project for _, patch in patches],
        [patch.number for _, patch in patches],
        [incident.division for incident, _ in patches],
        [patch.area_ha for _, patch in patches],
    )


async def judge(tx: Transaction, newest: Mapping[UUID, tuple[int, PatchOutcome]]) -> dict[UUID, asyncpg.Record]:
    """Give patches the outcome of the newest fact about their cases; returns those that have another one now."""
    rows = await tx.sql.fetch(
        """
        WITH before AS (
            SELECT incident_id, outcome FROM patches WHERE incident_id = ANY($1::uuid[]) ORDER BY incident_id FOR UPDATE
        )
        UPDATE patches SET outcome = new.outcome, sequence = new.sequence
        FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS new (incident_id, sequence, outcome)
             JOIN before USING (incident_id)
        WHERE patches.incident_id = new.incident_id AND patches.sequence < new.sequence
        RETURNING patches.incident_id, project, number, division, area_ha, before.outcome <> patches.outcome AS changed
        """,
        list(newest),
        [sequence for sequence, _ in newest.values()],
        [outcome.value for _, outcome in newest.values()],
    )
    return {row["incident_id"]: row for row in rows if row["changed"]}


async def counted(tx: Transaction, division: Division, project: str | None) -> list[Counted]:
    """How many patches of a division and those below have come to what."""
    rows = await tx.sql.fetch(
        """
        SELECT division, outcome, count(*) AS patches, sum(area_ha) AS area_ha FROM patches
        WHERE division LIKE $1 || '%' AND ($2::text IS NULL OR project = $2) GROUP BY division, outcome
        """,
        division.significant,
        project,
    )
    return [
        Counted(Division(row["division"]), PatchOutcome(row["outcome"]), row["patches"], row["area_ha"]) for row in rows
    ]

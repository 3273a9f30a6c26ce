"""Every statement on what stations report."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.patrol import Activity, StationReport
from services.runtime.transaction import Transaction


async def add(tx: Transaction, report: StationReport) -> None:
    """A report, which is a thing done by its post like any other."""
    await tx.sql.execute(
        """
        INSERT INTO station_reports (id, post_id, division, on_day, body) VALUES ($1, $2, $3, $4, $5)
        """,
        report.id,
        report.post_id,
        report.division,
        report.on,
        report.model_dump_json(),
    )
    await tx.sql.execute(
        """
        INSERT INTO walks (id, post_id, person, kind, started_at, ended_at, day, verdict)
        VALUES ($1, $2, $3, $4, $5, $5, $6, 'valid')
        """,
        report.id,
        report.post_id,
        report.person and report.person.id,
        Activity.REPORT,
        report.reported_at,
        report.on,
    )


async def listed(
    tx: Transaction,
    within: str,
    post_id: str | None,
    first: date | None,
    last: date | None,
    after: UUID | None,
    most: int,
) -> list[StationReport]:
    """The next reports after one, the newest day first."""
    rows = await tx.sql.fetch(
        """
        SELECT body FROM station_reports
        WHERE division LIKE $1 AND ($2::text IS NULL OR post_id = $2) AND ($3::date IS NULL OR on_day >= $3)
          AND ($4::date IS NULL OR on_day <= $4)
          AND ($5::uuid IS NULL OR (on_day, $5) < ((SELECT on_day FROM station_reports WHERE id = $5), id))
        ORDER BY on_day DESC, id LIMIT $6
        """,
        f"{within}%",
        post_id,
        first,
        last,
        after,
        most,
    )
    return [StationReport.model_validate_json(row["body"]) for row in rows]

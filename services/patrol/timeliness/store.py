"""Every statement on how quickly reports went on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from contracts.language.division import Division
from contracts.language.values import day_of
from contracts.patrol import IncidentKind, Timeliness, TimelinessRef
from services.patrol.evidence.case_store import OfCase
from services.patrol.kept.point import begin_of
from services.patrol.timeliness.measure import Group, Times
from services.runtime.transaction import Transaction

DAY = timedelta(days=1)


async def begin_days(tx: Transaction, most: int) -> None:
    """Find what was located on days that are over, the oldest first.

    The last of those that were looked at is looked at once more: what was located just before midnight may have been
    written down after it.
    """
    today = day_of(tx.now)
    day = await tx.sql.fetchval("SELECT next_day FROM timeliness_days WHERE next_day < $1 FOR UPDATE", today)
    if day is None:
        return
    await _begin_day(tx, day - DAY)
    for _ in range(most):
        first = await tx.sql.fetchval("SELECT min(located_at) FROM incidents WHERE located_at >= $1", begin_of(day))
        day = today if first is None else min(day_of(first), today)
        if day == today:
            break
        await _begin_day(tx, day)
        day += DAY
    await tx.sql.execute("UPDATE timeliness_days SET next_day = $1", day)


async def _begin_day(tx: Transaction, day: date) -> None:
    """Have the groups of a day looked at of which there are others than were told."""
    await tx.sql.execute(
        """
        WITH located AS (
            SELECT division, source, count(*) AS reports FROM incidents
            WHERE located_at >= $2 AND located_at < $3 GROUP BY division, source
        ), more AS (
            UPDATE timeliness t SET look_on = least(t.look_on, $4) FROM located l
            WHERE (t.day, t.division, t.source) = ($1, l.division, l.source)
              AND (t.told::jsonb ->> 'reports')::bigint <> l.reports
        )
        INSERT INTO timeliness (day, division, source, look_on) SELECT $1, division, source, $1 FROM located
        ON CONFLICT DO NOTHING
        """,
        day,
        begin_of(day),
        begin_of(day + DAY),
        day_of(tx.now),
    )


async def look_again(tx: Transaction, incidents: Collection[UUID], also: Collection[str] = ()) -> None:
    """These incidents or those that corroborate them went on: their days are told anew when today is over.

    `also` are divisions that they were in before.
    """
    await tx.sql.execute(
        """
        WITH gone_on AS (
            SELECT DISTINCT (located_at AT TIME ZONE 'Asia/Shanghai')::date AS day, division, source FROM incidents
            WHERE (id = ANY($1::uuid[]) OR linked_to = ANY($1::uuid[])) AND located_at IS NOT NULL
        ), now_in AS (
            INSERT INTO timeliness (day, division, source, look_on)
            SELECT day, division, source, $2 FROM gone_on WHERE day < (SELECT next_day FROM timeliness_days)
            ON CONFLICT (day, division, source) DO UPDATE SET look_on = least(timeliness.look_on, excluded.look_on)
        )
        UPDATE timeliness t SET look_on = least(t.look_on, $2) FROM gone_on g
        WHERE t.day = g.day AND t.source = g.source AND t.division = ANY($3::text[]) AND t.division <> g.division
        """,
        list(incidents),
        day_of(tx.now) + DAY,
        list(also),
    )


async def keep_verified(tx: Transaction, cases: Sequence[OfCase]) -> None:
    """When cases were verified first."""
    await tx.sql.execute(
        """
        INSERT INTO evidence_cases (case_id, incident_id, sequence, verified_at)
        SELECT DISTINCT ON (id) id, incident, 0, at
        FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS new (id, incident, at) ORDER BY id, at
        ON CONFLICT (case_id) DO UPDATE SET
            verified_at = least(evidence_cases.verified_at, excluded.verified_at),
            incident_id = coalesce(evidence_cases.incident_id, excluded.incident_id)
        """,
        [one.case_id for one in cases],
        [one.incident_id for one in cases],
        [one.at for one in cases],
    )


async def take_due(tx: Transaction, most: int) -> list[Group]:
    rows = await tx.sql.fetch(
        """
        UPDATE timeliness t SET look_on = NULL FROM (
            SELECT day, division, source FROM timeliness WHERE look_on <= $1
            ORDER BY look_on, day, division, source LIMIT $2 FOR UPDATE SKIP LOCKED
        ) AS due
        WHERE (t.day, t.division, t.source) = (due.day, due.division, due.source)
        RETURNING t.day, t.division, t.source, t.told
        """,
        day_of(tx.now),
        most,
    )
    told = (None if row["told"] is None else Timeliness.model_validate_json(row["told"]) for row in rows)
    return [
        Group(row["day"], Division(row["division"]), row["source"], one) for row, one in zip(rows, told, strict=True)
    ]


async def waiting(tx: Transaction) -> int:
    """How many groups of reports are to be looked at, whole days that nobody has looked at yet among them as one."""
    count: int = await tx.sql.fetchval(
        """
        SELECT (SELECT count(*) FROM timeliness WHERE look_on <= $1)
             + (SELECT count(*) FROM timeliness_days WHERE next_day < $1)
        """,
        day_of(tx.now),
    )
    return count


async def times_of(tx: Transaction, groups: Sequence[Group]) -> list[list[Times]]:
    """When each step of the reports of each group came."""
    rows = await tx.sql.fetch(
        """
        SELECT asked.n, i.kind, i.seen_at, i.reported_at, i.located_at, c.verified_at, c.resolved_at
        FROM unnest($1::timestamptz[], $2::timestamptz[], $3::text[], $4::text[])
             WITH ORDINALITY AS asked (first, before, division, source, n)
        JOIN incidents i ON i.located_at >= asked.first AND i.located_at < asked.before
             AND i.division = asked.division AND i.source = asked.source
        LEFT JOIN LATERAL (
            SELECT min(verified_at) AS verified_at,
                   CASE WHEN bool_and(resolved_at IS NOT NULL) THEN max(resolved_at) END AS resolved_at
            FROM evidence_cases WHERE incident_id = coalesce(i.linked_to, i.id)
        ) AS c ON true
        ORDER BY asked.n, i.id
        """,
        [begin_of(one.day) for one in groups],
        [begin_of(one.day + DAY) for one in groups],
        [one.division for one in groups],
        [one.source for one in groups],
    )
    found: list[list[Times]] = [[] for _ in groups]
    for row in rows:
        times = (row[name] for name in ("seen_at", "reported_at", "located_at", "verified_at", "resolved_at"))
        found[row["n"] - 1].append(Times(IncidentKind(row["kind"]), *times))
    return found


async def save(tx: Transaction, told: Sequence[Timeliness], look_on: Sequence[date | None]) -> None:
    await tx.sql.execute(
        """
        UPDATE timeliness t SET told = new.told, look_on = new.look_on
        FROM unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::date[])
             AS new (day, division, source, told, look_on)
        WHERE (t.day, t.division, t.source) = (new.day, new.division, new.source)
        """,
        [one.day for one in told],
        [one.division for one in told],
        [one.source for one in told],
        [one.model_dump_json() for one in told],
        list(look_on),
    )


async def listed(
    tx: Transaction,
    below: str,
    first: date | None,
    last: date | None,
    source: str | None,
    after: TimelinessRef | None,
    most: int,
) -> list[Timeliness]:
    """The next days after one, the latest first."""
    rows = await tx.sql.fetch(
        """
        SELECT told FROM timeliness
        WHERE told IS NOT NULL AND starts_with(division, $1) AND ($2::date IS NULL OR day >= $2)
          AND ($3::date IS NULL OR day <= $3) AND ($4::text IS NULL OR source = $4)
          AND ($5::date IS NULL OR (day = $5 AND (division, source) > ($6, $7)) OR day < $5)
        ORDER BY day DESC, division, source LIMIT $8
        """,
        below,
        first,
        last,
        source,
        *(dict(after).values() if after else (None, None, None)),
        most,
    )
    return [Timeliness.model_validate_json(row["told"]) for row in rows]

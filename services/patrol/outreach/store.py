"""Every statement on outreach and disputes."""

from __future__ import annotations

from datetime import date

from contracts.language.division import Division
from contracts.patrol import Dispute, DisputeTotals, Outreach, OutreachTotals
from services.runtime.transaction import Transaction


async def save(tx: Transaction, outreach: Outreach) -> bool:
    """Whether anything has changed; what is recorded of a division waits for one another, as its totals are told."""
    await _take_turn(tx, outreach.division)
    done = await tx.sql.fetchval(
        """
        INSERT INTO outreach (id, division, on_day, households, people, materials, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE SET
            on_day = excluded.on_day, households = excluded.households, people = excluded.people,
            materials = excluded.materials, body = excluded.body
        WHERE outreach.body <> excluded.body
        RETURNING true
        """,
        outreach.id,
        outreach.division,
        outreach.on,
        outreach.households,
        outreach.people,
        outreach.materials,
        outreach.model_dump_json(),
    )
    return bool(done)


async def save_dispute(tx: Transaction, dispute: Dispute) -> bool:
    """Whether anything has changed."""
    await _take_turn(tx, dispute.division)
    done = await tx.sql.fetchval(
        """
        INSERT INTO disputes (id, division, on_day, settled, body) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE SET on_day = excluded.on_day, settled = excluded.settled, body = excluded.body
        WHERE disputes.body <> excluded.body
        RETURNING true
        """,
        dispute.id,
        dispute.division,
        dispute.on,
        dispute.settled,
        dispute.model_dump_json(),
    )
    return bool(done)


async def _take_turn(tx: Transaction, division: Division) -> None:
    await tx.sql.execute("SELECT pg_advisory_xact_lock(hashtext('outreach ' || $1))", division)


async def division_of(tx: Transaction, id: str, *, dispute: bool) -> Division | None:
    """Where what stands under an id was; None where nothing does."""
    table = "disputes" if dispute else "outreach"
    found = await tx.sql.fetchval(f"SELECT division FROM {table} WHERE id = $1", id)
    return None if found is None else Division(found)


async def totals(tx: Transaction, within: str, year: int) -> OutreachTotals:
    row = await tx.sql.fetchrow(
        """
        SELECT count(*) AS activities, coalesce(sum(households), 0)::bigint AS households,
               coalesce(sum(people), 0)::bigint AS people, coalesce(sum(materials), 0)::bigint AS materials
        FROM outreach WHERE division LIKE $1 AND on_day BETWEEN $2 AND $3
        """,
        f"{within}%",
        date(year, 1, 1),
        date(year, 12, 31),
    )
    return OutreachTotals(year=year, **(dict(row) if row else {}))


async def dispute_totals(tx: Transaction, within: str, year: int) -> DisputeTotals:
    row = await tx.sql.fetchrow(
        """
        SELECT count(*) AS disputes, count(*) FILTER (WHERE settled) AS settled
        FROM disputes WHERE division LIKE $1 AND on_day BETWEEN $2 AND $3
        """,
        f"{within}%",
        date(year, 1, 1),
        date(year, 12, 31),
    )
    return DisputeTotals(year=year, **(dict(row) if row else {}))


async def listed(tx: Transaction, within: str, year: int, limit: int) -> list[Outreach]:
    rows = await tx.sql.fetch(
        """
        SELECT body FROM outreach WHERE division LIKE $1 AND on_day BETWEEN $2 AND $3 ORDER BY on_day DESC, id LIMIT $4
        """,
        f"{within}%",
        date(year, 1, 1),
        date(year, 12, 31),
        limit,
    )
    return [Outreach.model_validate_json(row["body"]) for row in rows]


async def disputes(tx: Transaction, within: str, year: int, limit: int) -> list[Dispute]:
    rows = await tx.sql.fetch(
        """
        SELECT body FROM disputes WHERE division LIKE $1 AND on_day BETWEEN $2 AND $3 ORDER BY on_day DESC, id LIMIT $4
        """,
        f"{within}%",
        date(year, 1, 1),
        date(year, 12, 31),
        limit,
    )
    return [Dispute.model_validate_json(row["body"]) for row in rows]

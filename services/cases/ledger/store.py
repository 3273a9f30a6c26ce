"""Every statement on the tables of the ledger: entries, their sums, published sheets, ages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from asyncpg import Record

from contracts.cases import IN_STOCK, Ages, CaseKind, Difference, Entry, LedgerLine, Scope, Sheet
from contracts.language.division import Division
from contracts.language.values import CaseRef, day_of
from services.cases.law.campaign import NO_VIOLATION
from services.cases.ledger.ledger import Counted, Window, route_of
from services.runtime.transaction import Transaction

EVERY = "*"
SUMMED_DIGITS = (0, 2, 4, 6, 9)
"""Sums are kept from everywhere down to towns; of a village the entries themselves are few enough."""
FOLDED_AT_ONCE = 20_000
_FOLDING = 0x6C7A6C64
_PUBLISHING = 0x6C7A7075
DIFFERENCES_NAMED = 1_000


async def known_from(tx: Transaction) -> datetime:
    """From when entries that this transaction adds are known: after the cut-off of every sheet published so far.

    No sheet is published until the transaction ends, so that none says to know up to a cut-off and lacks an entry.
    """
    await tx.sql.execute("SELECT pg_advisory_xact_lock_shared($1)", _PUBLISHING)
    cutoff = await tx.sql.fetchval("SELECT max(cutoff) FROM sheets")
    return tx.now if cutoff is None else max(tx.now, cutoff + timedelta(microseconds=1))


async def add(tx: Transaction, entries: Sequence[tuple[UUID, Entry, datetime]]) -> None:
    """Write entries, each known at an instant that `known_from` allows."""
    if not entries:
        return
    others = [entry.other for _, entry, _ in entries]
    await tx.sql.execute(
        """
        WITH new AS (
            INSERT INTO ledger (case_id, line, reason, route, on_day, campaign, division, kind,
                                other_campaign, other_division, other_kind, known_on, known_at)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[], $6::text[], $7::text[],
                                 $8::text[], $9::text[], $10::text[], $11::text[], $12::date[], $13::timestamptz[])
            RETURNING id
        )
        INSERT INTO unfolded SELECT id FROM new
        """,
        [case_id for case_id, _, _ in entries],
        [entry.line.value for _, entry, _ in entries],
        [entry.reason or "" for _, entry, _ in entries],
        [entry.route.value if entry.route else "" for _, entry, _ in entries],
        [entry.on for _, entry, _ in entries],
        *_scopes([entry.scope for _, entry, _ in entries]),
        *_scopes(others),
        [day_of(known_at) for _, _, known_at in entries],
        [known_at for _, _, known_at in entries],
    )


def _scopes(scopes: Sequence[Scope | None]) -> tuple[list[str | None], list[str | None], list[str | None]]:
    return (
        [scope.campaign if scope else None for scope in scopes],
        [scope.division if scope else None for scope in scopes],
        [scope.kind.value if scope else None for scope in scopes],
    )


async def fold(tx: Transaction) -> int:
    """Bring entries into the sums of every scope that they change; returns how many. One replica at a time."""
    if not await tx.sql.fetchval("SELECT pg_try_advisory_xact_lock($1)", _FOLDING):
        return 0
    count: int = await tx.sql.fetchval(
        """
        WITH taken AS (
            DELETE FROM unfolded WHERE ledger_id IN (SELECT ledger_id FROM unfolded ORDER BY ledger_id LIMIT $1)
            RETURNING ledger_id
        ), cells AS (
            SELECT c.campaign, a.area, k.kind, on_day, known_on, line, reason, route
            FROM taken JOIN ledger l ON l.id = ledger_id,
                LATERAL (
                    VALUES (''), (left(l.division, 2)), (left(l.division, 4)), (left(l.division, 6)),
                           (left(l.division, 9))
                ) AS a (area),
                LATERAL (VALUES ('*'), (l.campaign)) AS c (campaign),
                LATERAL (VALUES ('*'), (l.kind)) AS k (kind)
            WHERE other_campaign IS NULL OR NOT (
                starts_with(other_division, a.area) AND c.campaign IN ('*', other_campaign)
                AND k.kind IN ('*', other_kind)
            )
        ), summed AS (
            INSERT INTO ledger_sums SELECT *, count(*) FROM cells GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
            ON CONFLICT (campaign, area, kind, on_day, known_on, line, reason, route)
            DO UPDATE SET n = ledger_sums.n + excluded.n
        )
        SELECT count(*) FROM taken
        """,
        FOLDED_AT_ONCE,
    )
    return count


_UP_TO = "(on_day <= $5 OR line = 'opening')"
"""Up to a day; what was carried over was stock before any."""
_IN_SCOPE = """
    starts_with(division, $2) AND ($1 = '*' OR campaign = $1) AND ($3 = '*' OR kind = $3)
    AND (other_campaign IS NULL OR NOT (
        starts_with(other_division, $2) AND ($1 = '*' OR other_campaign = $1) AND ($3 = '*' OR other_kind = $3)
    ))
"""
_SUMMED = f"""
    SELECT line, reason, route, on_day, n FROM ledger_sums
    WHERE campaign = $1 AND area = $2 AND kind = $3 AND {_UP_TO} AND known_on <= $7
    UNION ALL
    SELECT line, reason, route, on_day, 1 FROM unfolded JOIN ledger ON id = ledger_id
    WHERE {_IN_SCOPE} AND {_UP_TO} AND known_at <= $6
    UNION ALL
    SELECT line, reason, route, on_day, -1 FROM ledger
    WHERE {_IN_SCOPE} AND {_UP_TO} AND known_on = $7 AND known_at > $6
        AND NOT EXISTS (SELECT FROM unfolded WHERE ledger_id = id)
"""
_ENTRIES = f"""
    SELECT line, reason, route, on_day, 1 AS n FROM ledger
    WHERE {_IN_SCOPE} AND {_UP_TO} AND known_at <= $6 AND known_on <= $7
"""


async def counted(tx: Transaction, window: Window) -> list[Counted]:
    """How many entries of each sort the window has, as known at its cut-off."""
    area = window.division.significant
    rows = await tx.sql.fetch(
        f"""
        SELECT line, reason, route, coalesce(sum(n) FILTER (WHERE on_day <= $4), 0)::bigint AS before,
               coalesce(sum(n) FILTER (WHERE on_day > $4), 0)::bigint AS within
        FROM ({_SUMMED if len(area) in SUMMED_DIGITS else _ENTRIES}) AS entries GROUP BY line, reason, route
        """,
        *_arguments(window),
        window.after,
        window.to,
        window.cutoff,
        day_of(window.cutoff),
    )
    return [Counted(LedgerLine(row["line"]), row["reason"], row["route"], row["before"], row["within"]) for row in rows]


def _arguments(window: Window) -> tuple[str, str, str]:
    return window.campaign or EVERY, window.division.significant, window.kind or EVERY


async def same_site(tx: Transaction, window: Window) -> tuple[list[tuple[UUID, UUID]], set[UUID]]:
    """The links between cases of one site, and which of those cases are among the counted of the scope."""
    links = await tx.sql.fetch(
        "SELECT case_id, other_id FROM site_links WHERE on_day <= $1 AND known_at <= $2", window.to, window.cutoff
    )
    rows = await tx.sql.fetch(
        f"""
        SELECT case_id FROM ledger WHERE case_id = ANY($4::uuid[]) AND {_IN_SCOPE} AND {_UP_TO} AND known_at <= $6
        GROUP BY case_id HAVING sum(
            CASE WHEN line IN ('opening', 'new', 'moved_in') THEN 1
                 WHEN line IN ('voided', 'merged', 'moved_out', 'unclosed') THEN -1 ELSE 0 END
            - CASE WHEN route <> ALL($7::text[]) THEN 0 WHEN line = 'closed' THEN 1
                   WHEN line IN ('relapsed', 'unclosed') THEN -1 ELSE 0 END
        ) > 0
        """,
        *_arguments(window),
        list({one for link in links for one in link}),
        window.to,
        window.cutoff,
        [route.value for route in NO_VIOLATION],
    )
    return [(link["case_id"], link["other_id"]) for link in links], {row["case_id"] for row in rows}


async def link(tx: Transaction, case_id: UUID, other_id: UUID, on: date, known_at: datetime) -> None:
    """Two cases are of one site: from a day on, as known from an instant on."""
    await tx.sql.execute(
        """
        INSERT INTO site_links (case_id, other_id, on_day, known_at)
        VALUES (least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid), $3, $4) ON CONFLICT DO NOTHING
        """,
        case_id,
        other_id,
        on,
        known_at,
    )


async def last_published(tx: Transaction, window: Window) -> Sheet | None:
    """The sheet of this scope that was published last; no entry is added until the transaction ends."""
    await tx.sql.execute("SELECT pg_advisory_xact_lock($1)", _PUBLISHING)
    body = await tx.sql.fetchval(
        "SELECT body FROM sheets WHERE campaign = $1 AND division = $2 AND kind = $3 ORDER BY id DESC LIMIT 1",
        window.campaign or EVERY,
        window.division,
        window.kind or EVERY,
    )
    return Sheet.model_validate_json(body) if body else None


async def publish(tx: Transaction, sheet: Sheet) -> None:
    await tx.sql.execute(
        "INSERT INTO sheets (campaign, division, kind, to_day, cutoff, body) VALUES ($1, $2, $3, $4, $5, $6)",
        sheet.campaign or EVERY,
        sheet.division,
        sheet.kind or EVERY,
        sheet.to,
        sheet.cutoff,
        sheet.model_dump_json(),
    )


async def late_for(tx: Transaction, published: Sheet, window: Window) -> tuple[tuple[Difference, ...], int]:
    """Entries on days of a published sheet that its cut-off did not know, and the new one's does (补录): the first of
    them, and how many there are.
    """
    rows = await tx.sql.fetch(
        f"""
        SELECT ledger.*, number, cases.division AS case_division, count(*) OVER () AS total
        FROM ledger JOIN cases ON cases.id = case_id
        WHERE ledger.id IN (
            SELECT id FROM ledger
            WHERE {_IN_SCOPE} AND (on_day <= $4 OR line = 'opening') AND known_at > $5 AND known_at <= $6
        ) ORDER BY ledger.id LIMIT $7
        """,
        *_arguments(window),
        published.to,
        published.cutoff,
        window.cutoff,
        DIFFERENCES_NAMED,
    )
    differences = tuple(
        Difference(
            case=CaseRef(id=str(row["case_id"]), number=row["number"], division=Division(row["case_division"])),
            entry=_entry(row),
            known_at=row["known_at"],
        )
        for row in rows
    )
    return differences, rows[0]["total"] if rows else 0


def _entry(row: Record) -> Entry:
    scope = Scope(campaign=row["campaign"], division=Division(row["division"]), kind=CaseKind(row["kind"]))
    other = None
    if row["other_campaign"] is not None:
        division = Division(row["other_division"])
        other = Scope(campaign=row["other_campaign"], division=division, kind=CaseKind(row["other_kind"]))
    return Entry(
        line=LedgerLine(row["line"]),
        on=row["on_day"],
        scope=scope,
        other=other,
        reason=row["reason"] or None,
        route=route_of(row["route"]),
    )


async def ages(tx: Transaction, campaign: str | None, division: Division, kind: CaseKind | None, on: date) -> Ages:
    """How long the cases in stock on a day had not moved, and the last rung issued to the overdue ones."""
    rows = await tx.sql.fetch(
        """
        SELECT CASE WHEN $4 - m.on_day <= 7 THEN 'within_7' WHEN $4 - m.on_day <= 30 THEN 'within_30'
                    WHEN $4 - m.on_day <= 90 THEN 'within_90' ELSE 'over_90' END AS age,
               CASE WHEN m.due_on < $4 THEN coalesce(l.rung, 'none') END AS rung, count(*) AS n
        FROM moves m
        LEFT JOIN LATERAL (
            SELECT rung FROM letters
            WHERE letters.case_id = m.case_id AND about = 'owner' AND letters.due_on = m.due_on AND issued_on <= $4
            ORDER BY issued_on DESC LIMIT 1
        ) l ON m.due_on < $4
        WHERE m.on_day <= $4 AND (m.next_on IS NULL OR m.next_on > $4)
            AND m.after = ANY($5::text[])
            AND starts_with(division, $2) AND ($1 = '*' OR campaign = $1) AND ($3 = '*' OR kind = $3)
        GROUP BY 1, 2
        """,
        campaign or EVERY,
        division.significant,
        kind or EVERY,
        on,
        [state.value for state in IN_STOCK],
    )
    counts = dict.fromkeys(("within_7", "within_30", "within_90", "over_90"), 0)
    rungs: dict[str, int] = {}
    for row in rows:
        counts[row["age"]] += row["n"]
        if row["rung"] is not None:
            rungs[row["rung"]] = rungs.get(row["rung"], 0) + row["n"]
    return Ages(**counts, overdue_by_rung=rungs)

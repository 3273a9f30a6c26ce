"""Every statement on the entries of registers and on what is found in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from contracts.language.division import Division
from contracts.roster import KEPT, FindingState, Post, Register, RegisterEntry, RegisterFinding
from services.runtime.transaction import Transaction

EntryT = TypeVar("EntryT", bound=RegisterEntry)

MOST_BYTES = 600_000
"""What the entries of one answer may weigh as they are stored: a message takes more."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry, and since which day it is known."""

    entry: Any
    known_on: date


@dataclass(frozen=True, slots=True)
class AreaHere:
    """Of an area, what a register needs to know."""

    id: str
    kind: str
    division: Division
    parent_id: str | None
    name: str
    area_mu: Decimal


async def entries(tx: Transaction, register: Register, ids: Collection[str]) -> dict[str, Stored]:
    """Those entries of a register that exist, locked until the transaction ends."""
    rows = await tx.sql.fetch(
        """
        SELECT id, body, known_on FROM entries WHERE register = $1 AND id = ANY($2::text[]) ORDER BY id FOR UPDATE
        """,
        register,
        sorted(ids),
    )
    return {row["id"]: Stored(_read(register, row["body"]), row["known_on"]) for row in rows}


async def some_entries(tx: Transaction, register: Register, most: int) -> tuple[list[Stored], int]:
    """The first entries of a register by their ids, and how many it has."""
    rows = await tx.sql.fetch(
        "SELECT body, known_on FROM entries WHERE register = $1 ORDER BY id LIMIT $2", register, most
    )
    there_are = await tx.sql.fetchval("SELECT count(*) FROM entries WHERE register = $1", register)
    return [Stored(_read(register, row["body"]), row["known_on"]) for row in rows], there_are


async def save(
    tx: Transaction, register: Register, changed: Sequence[RegisterEntry], looks: Mapping[str, date | None], today: date
) -> None:
    """Write entries with the days on which time must look at them; `today` is when a new one became known."""
    await tx.sql.execute(
        """
        INSERT INTO entries (register, id, division, area_id, body, look_on, known_on, stated_at)
        SELECT $1, id, division, area_id, body::jsonb, look_on, $7, $8
        FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::date[])
             AS new (id, division, area_id, body, look_on)
        ON CONFLICT (register, id) DO UPDATE
        SET division = excluded.division, area_id = excluded.area_id, body = excluded.body,
            look_on = excluded.look_on, stated_at = excluded.stated_at
        """,
        register,
        [one.id for one in changed],
        [one.division for one in changed],
        [one.area_id for one in changed],
        [one.model_dump_json() for one in changed],
        [looks[one.id] for one in changed],
        today,
        tx.now,
    )


async def take_due(tx: Transaction, today: date, most: int) -> list[tuple[Register, Stored]]:
    """Entries that time must look at, locked; another replica takes others."""
    rows = await tx.sql.fetch(
        """
        SELECT register, body, known_on FROM entries WHERE look_on <= $1
        ORDER BY look_on, register, id LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        today,
        most,
    )
    found = []
    for row in rows:
        register = Register(row["register"])
        found.append((register, Stored(_read(register, row["body"]), row["known_on"])))
    return found


async def look_again(tx: Transaction, register: Register, looks: Mapping[str, date | None]) -> None:
    """On which days time must look at these next."""
    await tx.sql.execute(
        """
        UPDATE entries SET look_on = new.look_on FROM unnest($2::text[], $3::date[]) AS new (id, look_on)
        WHERE entries.register = $1 AND entries.id = new.id
        """,
        register,
        list(looks),
        list(looks.values()),
    )


async def look_at_once(tx: Transaction, register: Register, divisions: Collection[str], today: date) -> None:
    """What stands in a register in exactly these divisions is to be looked at."""
    await tx.sql.execute(
        "UPDATE entries SET look_on = $3 WHERE register = $1 AND division = ANY($2::text[])",
        register,
        sorted(set(divisions)),
        today,
    )


async def look_below(tx: Transaction, register: Register, divisions: Collection[Division], today: date) -> None:
    """What stands in a register in these divisions and all below them is to be looked at."""
    await tx.sql.execute(
        "UPDATE entries SET look_on = $3 WHERE register = $1 AND division LIKE ANY($2::text[])",
        register,
        [below(one) for one in set(divisions)],
        today,
    )


def below(division: Division) -> str:
    """The pattern of a division and all below it."""
    return f"{division.significant}%"


async def standing(tx: Transaction, register: Register, ids: Collection[str]) -> dict[str, list[RegisterFinding]]:
    """What was found in these entries and is not settled."""
    rows = await tx.sql.fetch(
        """
        SELECT entry_id, body FROM findings
        WHERE register = $1 AND entry_id = ANY($2::text[]) AND state <> 'settled' ORDER BY id
        """,
        register,
        sorted(ids),
    )
    found: dict[str, list[RegisterFinding]] = defaultdict(list)
    for row in rows:
        found[row["entry_id"]].append(RegisterFinding.model_validate_json(row["body"]))
    return found


async def save_findings(tx: Transaction, found: Sequence[RegisterFinding]) -> None:
    await tx.sql.execute(
        """
        INSERT INTO findings (id, register, entry_id, division, state, found_on, body)
        SELECT id, register, entry_id, division, state, found_on, body::jsonb
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::text[])
             AS new (id, register, entry_id, division, state, found_on, body)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body
        """,
        [one.id for one in found],
        [one.in_register for one in found],
        [one.entry_id for one in found],
        [one.division for one in found],
        [one.state for one in found],
        [one.found_on for one in found],
        [one.model_dump_json() for one in found],
    )


async def page(
    tx: Transaction, register: Register, division: Division, id: str | None, after: str | None, limit: int
) -> tuple[int, list[Any], bool]:
    """How many stand there in all, some of them in the order of their ids, and whether there may be more.

    They are no more than fit into an answer, but one at least where there is one.
    """
    total = await tx.sql.fetchval(
        """
        SELECT count(*) FROM entries WHERE register = $1 AND division LIKE $2 AND ($3::text IS NULL OR id = $3)
        """,
        register,
        below(division),
        id,
    )
    rows = await tx.sql.fetch(
        """
        SELECT body, sum(octet_length(body::text)) OVER (ORDER BY id) AS weight
        FROM (
            SELECT id, body FROM entries
            WHERE register = $1 AND division LIKE $2 AND ($3::text IS NULL OR id = $3) AND ($4::text IS NULL OR id > $4)
            ORDER BY id LIMIT $5
        ) AS wanted
        ORDER BY id
        """,
        register,
        below(division),
        id,
        after,
        limit,
    )
    fitting = [row for row in rows if row["weight"] <= MOST_BYTES] or rows[:1]
    return total, [_read(register, row["body"]) for row in fitting], len(rows) == limit or len(fitting) < len(rows)


async def findings(
    tx: Transaction, division: Division, register: Register | None, state: FindingState | None, limit: int
) -> tuple[int, list[RegisterFinding]]:
    """How many there are in all, and some of them, the latest day first; without a state all that is not settled."""
    rows = await tx.sql.fetch(
        """
        SELECT body, count(*) OVER () AS total FROM findings
        WHERE division LIKE $1 AND ($2::text IS NULL OR register = $2)
              AND CASE WHEN $3::text IS NULL THEN state <> 'settled' ELSE state = $3 END
        ORDER BY found_on DESC, id LIMIT $4
        """,
        below(division),
        register,
        state,
        limit,
    )
    found = [RegisterFinding.model_validate_json(row["body"]) for row in rows]
    return (rows[0]["total"] if rows else 0), found


async def areas_here(tx: Transaction, ids: Collection[str]) -> dict[str, AreaHere]:
    """Those areas that exist, with the grids that hang under them."""
    rows = await tx.sql.fetch(
        """
        SELECT id, kind, division, parent_id, body->>'name' AS name, (body->>'area_mu')::numeric AS area_mu FROM areas
        WHERE id = ANY($1::text[]) OR (parent_id = ANY($1::text[]) AND kind = 'grid')
        """,
        sorted(ids),
    )
    return {
        row["id"]: AreaHere(
            row["id"], row["kind"], Division(row["division"]), row["parent_id"], row["name"], row["area_mu"]
        )
        for row in rows
    }


async def posts_of(tx: Transaction, area_ids: Collection[str]) -> dict[str, list[Post]]:
    """The posts of areas, by area."""
    rows = await tx.sql.fetch(
        "SELECT area_id, body FROM posts WHERE area_id = ANY($1::text[]) ORDER BY id", sorted(area_ids)
    )
    found: dict[str, list[Post]] = defaultdict(list)
    for row in rows:
        found[row["area_id"]].append(Post.model_validate_json(row["body"]))
    return found


async def offices_at(tx: Transaction, divisions: Collection[Division]) -> dict[Division, list[Post]]:
    """The posts of chief offices of these divisions and of those above them, by division."""
    chain = {above for division in divisions for above in division.chain()}
    rows = await tx.sql.fetch(
        """
        SELECT posts.division, posts.body FROM posts JOIN areas ON areas.id = posts.area_id
        WHERE posts.role = 'office' AND areas.kind = 'division' AND posts.division = ANY($1::text[]) ORDER BY posts.id
        """,
        sorted(chain),
    )
    found: dict[Division, list[Post]] = defaultdict(list)
    for row in rows:
        found[Division(row["division"])].append(Post.model_validate_json(row["body"]))
    return found


def _read(register: Register, body: str) -> RegisterEntry:
    return KEPT[register].entry.model_validate_json(body)

"""Every statement on forest land, on gaps, and on which areas are to be looked at again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from contracts.roster import Area, Coverage, ForestLand, Gap, OldTree, Post
from services.roster.coverage.coverage import Covered, Land
from services.roster.coverage.team import ROLES
from services.runtime.reference.ground import drawn
from services.runtime.transaction import Transaction

T = TypeVar("T")


async def look_again(tx: Transaction, area_ids: Iterable[str]) -> None:
    """Something has changed about these areas, or about who serves them: what has grids there is looked at anew."""
    await tx.sql.execute(
        """
        WITH RECURSIVE below AS (
            SELECT id, parent_id, kind FROM areas WHERE id = ANY($1::text[])
            UNION
            SELECT child.id, child.parent_id, child.kind FROM areas AS child JOIN below ON child.parent_id = below.id
        ), wanted AS (
            SELECT parent_id AS id FROM below WHERE kind = 'grid'
            UNION SELECT area_id FROM coverages WHERE area_id = ANY($1::text[])
            UNION SELECT area_id FROM forest_lands WHERE area_id = ANY($1::text[])
        )
        INSERT INTO coverages (area_id, look_on) SELECT id, $2 FROM wanted WHERE id IS NOT NULL
        ON CONFLICT (area_id) DO UPDATE SET look_on = excluded.look_on
        """,
        sorted(set(area_ids)),
        date.min,
    )


async def to_look_at(tx: Transaction, today: date, most: int) -> list[str]:
    """Areas that may be covered otherwise by today, locked."""
    rows = await tx.sql.fetch(
        """
        SELECT area_id FROM coverages WHERE look_on <= $1 ORDER BY look_on, area_id LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        today,
        most,
    )
    return [row["area_id"] for row in rows]


async def some_covered(tx: Transaction, most: int) -> tuple[list[str], int]:
    """The first areas whose coverage is kept, and how many there are."""
    rows = await tx.sql.fetch("SELECT area_id FROM coverages ORDER BY area_id LIMIT $1", most)
    return [row["area_id"] for row in rows], await tx.sql.fetchval("SELECT count(*) FROM coverages")


async def covered(tx: Transaction, ids: Sequence[str]) -> list[Covered]:
    """Areas with their grids, the posts of a team on them and above, forest land, old trees and open gaps."""
    rows = await tx.sql.fetch(
        """
        WITH RECURSIVE chain AS (
            SELECT id AS of, id, parent_id, 0 AS depth FROM areas WHERE id = ANY($1::text[])
            UNION ALL
            SELECT chain.of, areas.id, areas.parent_id, chain.depth + 1
            FROM areas JOIN chain ON areas.id = chain.parent_id WHERE chain.depth < 8
        )
        SELECT of, id FROM chain ORDER BY of, depth
        """,
        ids,
    )
    chains: dict[str, list[str]] = {}
    for row in rows:
        chains.setdefault(row["of"], []).append(row["id"])
    above = sorted({id for chain in chains.values() for id in chain})
    areas = {area.id: area for area in await _areas(tx, "id", ids)}
    grids = _by(await _areas(tx, "parent_id", ids), lambda area: area.parent_id or "")
    grid_ids = [grid.id for its in grids.values() for grid in its]
    posts = _by(await _posts(tx, [*above, *grid_ids]), lambda post: post.area_id)
    lands = await _lands(tx, above)
    trees = _by(await _trees(tx, ids), lambda tree: tree.division)
    gaps = _by(await open_gaps(tx, ids), lambda gap: gap.area_id)
    found = []
    for id, area in areas.items():
        its = grids.get(id, [])
        serving = [*chains[id], *(grid.id for grid in its)]
        found.append(
            Covered(
                area,
                its,
                [post for one in serving for post in posts.get(one, ())],
                next((lands[one] for one in chains[id] if one in lands), None),
                trees.get(id, []),
                gaps.get(id, []),
            )
        )
    return found


async def _areas(tx: Transaction, column: str, ids: Sequence[str]) -> list[Area]:
    """By their own ids, or the grids by that of their parent."""
    rows = await tx.sql.fetch(
        f"SELECT body FROM areas WHERE {column} = ANY($1::text[]) AND ($2 OR kind = 'grid') ORDER BY id",
        ids,
        column == "id",
    )
    return [Area.model_validate_json(row["body"]) for row in rows]


async def _posts(tx: Transaction, area_ids: Sequence[str]) -> list[Post]:
    rows = await tx.sql.fetch(
        "SELECT body FROM posts WHERE area_id = ANY($1::text[]) AND role = ANY($2::text[]) ORDER BY id",
        area_ids,
        list(ROLES),
    )
    return [Post.model_validate_json(row["body"]) for row in rows]


async def _lands(tx: Transaction, area_ids: Sequence[str]) -> Mapping[str, Land]:
    """The newest of each area."""
    rows = await tx.sql.fetch(
        """
        SELECT DISTINCT ON (area_id) area_id, body FROM forest_lands WHERE area_id = ANY($1::text[])
        ORDER BY area_id, year DESC
        """,
        area_ids,
    )
    stated = (ForestLand.model_validate_json(row["body"]) for row in rows)
    return {one.area_id: Land(one.area_id, one.year, one.source, drawn(one.boundary)) for one in stated}


async def _trees(tx: Transaction, divisions: Sequence[str]) -> list[OldTree]:
    rows = await tx.sql.fetch(
        "SELECT body FROM entries WHERE register = 'old_tree' AND division = ANY($1::text[]) ORDER BY id", divisions
    )
    return [OldTree.model_validate_json(row["body"]) for row in rows]


async def open_gaps(tx: Transaction, area_ids: Sequence[str]) -> list[Gap]:
    rows = await tx.sql.fetch(
        "SELECT body FROM gaps WHERE area_id = ANY($1::text[]) AND healed_on IS NULL ORDER BY id", area_ids
    )
    return [Gap.model_validate_json(row["body"]) for row in rows]


async def looked(tx: Transaction, found: Sequence[tuple[Coverage, date | None]], gaps: Sequence[Gap]) -> None:
    """Keep how areas are covered, when to look again, and what was found and healed."""
    await tx.sql.execute(
        """
        UPDATE coverages SET division = new.division, body = new.body::jsonb, look_on = new.look_on
        FROM unnest($1::text[], $2::text[], $3::text[], $4::date[]) AS new (area_id, division, body, look_on)
        WHERE coverages.area_id = new.area_id
        """,
        [one.area_id for one, _ in found],
        [one.division for one, _ in found],
        [one.model_dump_json() for one, _ in found],
        [day for _, day in found],
    )
    await tx.sql.execute(
        """
        INSERT INTO gaps (id, area_id, healed_on, body)
        SELECT id, area_id, healed_on, body::jsonb
        FROM unnest($1::text[], $2::text[], $3::date[], $4::text[]) AS new (id, area_id, healed_on, body)
        ON CONFLICT (id) DO UPDATE SET healed_on = excluded.healed_on, body = excluded.body
        """,
        [gap.id for gap in gaps],
        [gap.area_id for gap in gaps],
        [gap.healed_on for gap in gaps],
        [gap.model_dump_json() for gap in gaps],
    )


async def lands(tx: Transaction, wanted: Sequence[ForestLand]) -> dict[tuple[str, int], ForestLand]:
    """Those that are known already."""
    rows = await tx.sql.fetch(
        """
        SELECT body FROM forest_lands JOIN unnest($1::text[], $2::int[]) AS wanted (area_id, year)
        USING (area_id, year)
        """,
        [one.area_id for one in wanted],
        [one.year for one in wanted],
    )
    found = [ForestLand.model_validate_json(row["body"]) for row in rows]
    return {(one.area_id, one.year): one for one in found}


async def save_lands(tx: Transaction, lands: Sequence[ForestLand]) -> None:
    await tx.sql.execute(
        """
        INSERT INTO forest_lands (area_id, year, body, stated_at)
        SELECT area_id, year, body::jsonb, $4
        FROM unnest($1::text[], $2::int[], $3::text[]) AS new (area_id, year, body)
        ON CONFLICT (area_id, year) DO UPDATE SET body = excluded.body, stated_at = excluded.stated_at
        """,
        [one.area_id for one in lands],
        [one.year for one in lands],
        [one.model_dump_json() for one in lands],
        tx.now,
    )


async def page(tx: Transaction, under: str, after: str, limit: int) -> list[Coverage]:
    """How areas in divisions that begin so are covered, by id after one."""
    rows = await tx.sql.fetch(
        """
        SELECT body FROM coverages
        WHERE body IS NOT NULL AND starts_with(division, $1) AND area_id > $2 ORDER BY area_id LIMIT $3
        """,
        under,
        after,
        limit,
    )
    return [Coverage.model_validate_json(row["body"]) for row in rows]


def _by(things: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for thing in things:
        found.setdefault(key(thing), []).append(thing)
    return found

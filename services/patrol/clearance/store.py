"""Every statement on plots, what was done on them, and natural forest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import asyncpg
import shapely

from contracts.language.division import Division
from contracts.language.values import Boundary
from contracts.patrol import ClearanceEntry, Cleared, NaturalForest, Plot, PlotState
from services.patrol.clearance.natural import Natural, shape_of
from services.patrol.clearance.plot import Standing
from services.runtime.reference.ground import drawn
from services.runtime.transaction import Transaction


async def locked(tx: Transaction, ids: Collection[str]) -> dict[str, Standing]:
    """Plots as they stand, locked in the order of their ids."""
    rows = await tx.sql.fetch(
        "SELECT id, due_on, body FROM plots WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE", list(ids)
    )
    return await _standing(tx, rows)


async def listed(
    tx: Transaction, within: str, id: str | None, state: PlotState | None, after: str, most: int
) -> list[Standing]:
    """The next of a division and below, by id."""
    rows = await tx.sql.fetch(
        """
        SELECT id, due_on, body FROM plots WHERE division LIKE $1 AND ($2::text IS NULL OR id = $2)
          AND ($3::text IS NULL OR state = $3) AND id > $4 ORDER BY id LIMIT $5
        """,
        f"{within}%",
        id,
        state,
        after,
        most,
    )
    return list((await _standing(tx, rows)).values())


async def sums(tx: Transaction, within: str, id: str | None, state: PlotState | None) -> tuple[int, int, Cleared]:
    """How many plots there are in a division and below, how many trees they have, and how far these are."""
    row = await tx.sql.fetchrow(
        """
        SELECT count(*) AS plots, coalesce(sum(trees), 0) AS trees, coalesce(sum(found), 0) AS found,
               coalesce(sum(felled), 0) AS felled, coalesce(sum(treated), 0) AS treated,
               coalesce(sum(verified), 0) AS verified
        FROM plots WHERE division LIKE $1 AND ($2::text IS NULL OR id = $2) AND ($3::text IS NULL OR state = $3)
        """,
        f"{within}%",
        id,
        state,
    )
    assert row is not None
    return row["plots"], row["trees"], Cleared(**{name: row[name] for name in Cleared.model_fields})


async def _standing(tx: Transaction, rows: Sequence[asyncpg.Record]) -> dict[str, Standing]:
    entries: dict[str, list[ClearanceEntry]] = {row["id"]: [] for row in rows}
    done = await tx.sql.fetch(
        "SELECT plot_id, body FROM clearance_entries WHERE plot_id = ANY($1::text[]) ORDER BY on_day, id", list(entries)
    )
    for row in done:
        entries[row["plot_id"]].append(ClearanceEntry.model_validate_json(row["body"]))
    return {
        row["id"]: Standing(Plot.model_validate_json(row["body"]), row["due_on"], entries[row["id"]]) for row in rows
    }


async def save(tx: Transaction, plots: Sequence[Standing], warned: Collection[str]) -> None:
    """Write plots down; one whose last day has changed is looked at again once that has passed.

    `warned` are those of which it is told by now that they overlap natural forest.
    """
    bounds = [shapely.bounds(shape_of(one.plot)).tolist() for one in plots]
    await tx.sql.execute(
        """
        INSERT INTO plots (id, division, due_on, state, warned, west, south, east, north, body, trees)
        SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::boolean[], $6::float8[], $7::float8[],
                             $8::float8[], $9::float8[], $10::text[], $11::integer[])
        ON CONFLICT (id) DO UPDATE SET
            due_on = excluded.due_on, state = excluded.state, warned = plots.warned OR excluded.warned,
            west = excluded.west, south = excluded.south, east = excluded.east, north = excluded.north,
            body = excluded.body, trees = excluded.trees,
            looked_at = plots.looked_at AND plots.due_on = excluded.due_on
        """,
        [one.plot.id for one in plots],
        [one.plot.division for one in plots],
        [one.due_on for one in plots],
        [one.state for one in plots],
        [one.plot.id in warned for one in plots],
        *([one[side] for one in bounds] for side in range(4)),
        [one.plot.model_dump_json() for one in plots],
        [one.plot.trees for one in plots],
    )


async def warned(tx: Transaction, ids: Collection[str]) -> set[str]:
    """Those of the plots of which it was told before that they overlap natural forest."""
    rows = await tx.sql.fetch("SELECT id FROM plots WHERE id = ANY($1::text[]) AND warned", list(ids))
    return {row["id"] for row in rows}


async def add(tx: Transaction, standing: Standing, entry: ClearanceEntry) -> None:
    """A step of a plot, which then stands so."""
    await tx.sql.execute(
        "INSERT INTO clearance_entries (id, plot_id, on_day, body) VALUES ($1, $2, $3, $4)",
        entry.id,
        standing.plot.id,
        entry.on,
        entry.model_dump_json(),
    )
    await tx.sql.execute(
        """
        UPDATE plots SET state = $2, due_on = $3, looked_at = looked_at AND due_on = $3,
                         found = $4, felled = $5, treated = $6, verified = $7 WHERE id = $1
        """,
        standing.plot.id,
        standing.state,
        standing.due_on,
        *dict(standing.done()).values(),
    )


async def take_over(tx: Transaction, today: date, limit: int) -> list[Standing]:
    """Plots whose last day has passed since anybody looked; marked as looked at, locked."""
    rows = await tx.sql.fetch(
        """
        WITH over AS MATERIALIZED (
            SELECT id FROM plots WHERE due_on < $1 AND NOT looked_at ORDER BY due_on, id LIMIT $2
            FOR UPDATE SKIP LOCKED
        )
        UPDATE plots SET looked_at = true FROM over WHERE plots.id = over.id
        RETURNING plots.id, plots.due_on, plots.body
        """,
        today,
        limit,
    )
    return list((await _standing(tx, sorted(rows, key=lambda row: str(row["id"])))).values())


async def waiting(tx: Transaction, today: date) -> int:
    count: int = await tx.sql.fetchval("SELECT count(*) FROM plots WHERE due_on < $1 AND NOT looked_at", today)
    return count


async def save_natural(tx: Transaction, forest: NaturalForest, boundary: Boundary) -> bool:
    """Whether anything has changed."""
    west, south, east, north = shapely.bounds(drawn(boundary)).tolist()
    done = await tx.sql.fetchval(
        """
        INSERT INTO natural_forests (id, division, west, south, east, north, body, boundary)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO UPDATE SET
            division = excluded.division, west = excluded.west, south = excluded.south, east = excluded.east,
            north = excluded.north, body = excluded.body, boundary = excluded.boundary
        WHERE (natural_forests.body, natural_forests.boundary) <> (excluded.body, excluded.boundary)
        RETURNING true
        """,
        forest.id,
        forest.division,
        west,
        south,
        east,
        north,
        forest.model_dump_json(),
        boundary.model_dump_json(),
    )
    return bool(done)


async def natural_around(tx: Transaction, plots: Sequence[Plot]) -> Natural:
    """Natural forest that is near to some plots, and which divisions around them have theirs known."""
    if not plots:
        return Natural.of((), ())
    west, south, east, north = shapely.total_bounds([shape_of(one) for one in plots]).tolist()
    rows = await tx.sql.fetch(
        """
        SELECT division, CASE WHEN west <= $3 AND east >= $1 AND south <= $4 AND north >= $2 THEN boundary END AS near
        FROM natural_forests WHERE division = ANY($5::text[])
           OR (west <= $3 AND east >= $1 AND south <= $4 AND north >= $2)
        """,
        west,
        south,
        east,
        north,
        sorted({above for one in plots for above in one.division.chain()}),
    )
    near = [drawn(Boundary.model_validate_json(row["near"])) for row in rows if row["near"] is not None]
    return Natural.of(near, {Division(row["division"]) for row in rows})


async def not_warned_in(tx: Transaction, boundary: Boundary) -> list[Standing]:
    """Plots around a boundary of which nothing was told of natural forest; locked."""
    rows = await tx.sql.fetch(
        """
        SELECT id, due_on, body FROM plots
        WHERE NOT warned AND west <= $3 AND east >= $1 AND south <= $4 AND north >= $2 ORDER BY id FOR UPDATE
        """,
        *shapely.bounds(drawn(boundary)).tolist(),
    )
    return list((await _standing(tx, rows)).values())


async def warn(tx: Transaction, ids: Collection[str]) -> None:
    """It is told of these plots that they overlap natural forest."""
    await tx.sql.execute("UPDATE plots SET warned = true WHERE id = ANY($1::text[])", list(ids))

"""Every statement on what plots of dead pines count for."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from contracts.language.division import Division
from contracts.patrol import PlotState
from contracts.targets import CountedWork
from services.runtime.transaction import Transaction
from services.targets.cleared.cleared import Plot

_COLUMNS = ("id", "sequence", "division", "place", "last", "treated", "verified", "area_mu", "state")


async def keep(tx: Transaction, plots: Sequence[Plot]) -> list[tuple[Plot, int, Plot | None]]:
    """Those that no later fact was heard of, how often each was told by now, and how it stood before."""
    rows = await tx.sql.fetch(
        """
        INSERT INTO cleared (id, sequence, division, place, last, treated, verified, area_mu, state)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::date[], $6::integer[],
                             $7::integer[], $8::numeric[], $9::text[])
        ON CONFLICT (id) DO UPDATE SET
            sequence = excluded.sequence, told = cleared.told + 1, division = excluded.division,
            place = excluded.place, last = excluded.last, treated = excluded.treated, verified = excluded.verified,
            area_mu = excluded.area_mu, state = excluded.state
        WHERE cleared.sequence < excluded.sequence
        RETURNING id AS plot, new.told AS now_told, old.*
        """,
        *([getattr(one, name) for one in plots] for name in _COLUMNS),
    )
    by_id = {one.id: one for one in plots}
    return [(by_id[row["plot"]], row["now_told"], None if row["id"] is None else _plot(row)) for row in rows]


def _plot(row: asyncpg.Record) -> Plot:
    stated = {name: row[name] for name in _COLUMNS}
    return Plot(**{**stated, "division": Division(row["division"]), "state": PlotState(row["state"])})


async def all_within(tx: Transaction, division: Division) -> list[Plot]:
    rows = await tx.sql.fetch("SELECT * FROM cleared WHERE starts_with(division, $1)", division.significant)
    return [_plot(row) for row in rows]


async def counting(tx: Transaction) -> list[str]:
    """The targets that count clearance."""
    rows = await tx.sql.fetch("SELECT id FROM targets WHERE body ->> 'counts' = $1", CountedWork.CLEARANCE)
    return [row["id"] for row in rows]

"""Every statement on what reports mean for cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from contracts.cases import Case
from services.cases.case.store import locked_all, restate
from services.runtime.transaction import Transaction


async def unopened(tx: Transaction, incident_ids: Sequence[UUID]) -> set[UUID]:
    """Those incidents that have no case."""
    rows = await tx.sql.fetch("SELECT incident_id FROM cases WHERE incident_id = ANY($1::uuid[])", incident_ids)
    return set(incident_ids) - {row["incident_id"] for row in rows}


async def weigh(tx: Transaction, weights: Mapping[UUID, int]) -> dict[UUID, tuple[int, int]]:
    """Keep the greatest weight known of each incident; returns it and by how much it grew, its row locked until the
    transaction ends.

    Both who opens a case and who hears of a corroboration come through here first, so that neither misses the other.
    """
    ids = sorted(weights)
    rows = await tx.sql.fetch(
        """
        INSERT INTO corroborations (incident_id, weight) SELECT * FROM unnest($1::uuid[], $2::integer[])
        ON CONFLICT (incident_id) DO UPDATE SET weight = greatest(corroborations.weight, excluded.weight)
        RETURNING incident_id, new.weight, new.weight - coalesce(old.weight, 0) AS gained
        """,
        ids,
        [weights[incident_id] for incident_id in ids],
    )
    return {row["incident_id"]: (row["weight"], row["gained"]) for row in rows}


async def of_incidents(tx: Transaction, incident_ids: Sequence[UUID]) -> list[tuple[UUID, Case, set[str]]]:
    """The cases of incidents with the words of the moves they have made, locked in the order of their ids."""
    rows = await tx.sql.fetch(
        """
        SELECT incident_id, body, ARRAY(SELECT DISTINCT move FROM moves WHERE case_id = cases.id) AS moves
        FROM cases WHERE incident_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE
        """,
        incident_ids,
    )
    return [(row["incident_id"], Case.model_validate_json(row["body"]), set(row["moves"])) for row in rows]


async def raise_weights(tx: Transaction, gained: Mapping[UUID, int]) -> list[tuple[UUID, Case]]:
    """Let cases weigh more by what their incidents gained; returns those incidents, each with the case that grew.

    What is said of a duplicate weighs on the case that it was merged into.
    """
    rows = await tx.sql.fetch(
        "SELECT incident_id, body FROM cases WHERE incident_id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(gained)
    )
    bearing = [(row["incident_id"], Case.model_validate_json(row["body"])) for row in rows]
    while merged := {UUID(case.merged_into.id) for _, case in bearing if case.merged_into is not None}:
        survivors = {UUID(case.ref.id): case for case in await locked_all(tx, list(merged))}
        bearing = [(id, survivors[UUID(one.merged_into.id)] if one.merged_into else one) for id, one in bearing]
    grown: dict[str, Case] = {}
    for incident_id, case in bearing:
        known = grown.get(case.ref.id, case)
        grown[case.ref.id] = known.model_copy(update={"weight": known.weight + gained[incident_id]})
    await restate(tx, list(grown.values()))
    return list({case.ref.id: (incident_id, grown[case.ref.id]) for incident_id, case in bearing}.values())

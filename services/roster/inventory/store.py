"""Which inventories stand."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.roster import Inventory, Register
from services.roster.inventory.inventory import Others, of_year
from services.roster.register.rules import first_ids
from services.runtime.transaction import Transaction


async def others(tx: Transaction, inventories: Sequence[Inventory]) -> Others:
    """Which id each area and year of these has, those of the same command included: the first."""
    rows = await tx.sql.fetch(
        """
        SELECT body FROM entries
        WHERE register = $1 AND area_id = ANY($2::text[]) AND (body->>'year')::int = ANY($3::int[]) ORDER BY id
        """,
        Register.INVENTORY,
        sorted({one.area_id for one in inventories}),
        sorted({one.year for one in inventories}),
    )
    return first_ids(inventories, [Inventory.model_validate_json(row["body"]) for row in rows], of_year)

"""Which inventories stand."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.roster import Inventory, Register
from services.roster.inventory.inventory import Others
from services.runtime.transaction import Transaction


async def others(tx: Transaction, inventories: Sequence[Inventory]) -> Others:
    """Which id each area and year of these has, those of the same command included: the first."""
    rows = await tx.sql.fetch(
        """
        SELECT id, area_id, (body->>'year')::int AS year FROM entries
        WHERE register = $1 AND area_id = ANY($2::text[]) ORDER BY id
        """,
        Register.INVENTORY,
        sorted({one.area_id for one in inventories}),
    )
    stated = {one.id: (one.area_id, one.year) for one in inventories}
    found = {(row["area_id"], row["year"]): row["id"] for row in rows if row["id"] not in stated}
    for one in inventories:
        found.setdefault((one.area_id, one.year), one.id)
    return found

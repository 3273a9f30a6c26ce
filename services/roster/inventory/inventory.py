"""What an inventory must be like: its parts within its whole, one for an area and a year (A4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contracts.language.rules import broken
from contracts.roster import Inventory
from services.roster.register.rules import FieldAndRule, Seen

PARTS = {
    "welfare_forest_mu": "forest_land_mu",
    "natural_forest_mu": "forest_land_mu",
    "planted_commercial_mu": "forest_land_mu",
    "forest_stock_m3": "standing_stock_m3",
}
"""What is a part of what."""
Others = Mapping[tuple[str, int], str]


def problems(inventory: Inventory, before: Inventory | None, others: Others, seen: Seen) -> Iterator[FieldAndRule]:
    """What forbids enrolling an inventory; `others` has the ids of those that stand, by area and year."""
    if inventory.year > seen.today.year:
        yield "year", broken("less_than_equal", le=seen.today.year)
    if inventory.cover_percent is not None and inventory.cover_percent > 100:
        yield "cover_percent", broken("less_than_equal", le=100)
    for part, whole in PARTS.items():
        amount, most = getattr(inventory, part), getattr(inventory, whole)
        if amount is not None and most is not None and amount > most:
            yield part, broken("at_most_field", whole=whole, most=most)
    other = others.get(of_year(inventory), inventory.id)
    if other != inventory.id:
        yield "year", broken("once_for_area", id=other)


def of_year(inventory: Inventory) -> tuple[str, int]:
    """Of which area and year it is: there is one of each."""
    return inventory.area_id, inventory.year


def called(inventory: Inventory) -> str:
    return f"{inventory.area_id} {inventory.year}"

"""The inventory of forest resources of an area and a year (A4, E11)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.cases import Yuan
from contracts.language.command import Done
from contracts.language.evidence import Pieces
from contracts.language.message import MAX_MESSAGE_BYTES, Command, ReferenceFact
from contracts.language.mu import Mu
from contracts.language.values import Line, OpenEnum, Token, Value
from contracts.language.written import Exact
from contracts.roster.register.entry import MOST_ENTRIES, CubicMetres, RegisterEntry, Year

Percent = Annotated[Decimal, Exact(digits=3, title="CoverPercent")]


class FireClass(OpenEnum):
    """How easily it burns: class I the most easily."""

    FIRST = "i"
    SECOND = "ii"
    THIRD = "iii"
    OTHER = "other"


class Habitat(Value):
    """Ground on which protected wildlife lives."""

    name: Line
    species: Line
    ground_mu: Mu


class Inventory(RegisterEntry):
    """What grows in an area in a year; what is not stated is not known, never zero. Source: DOMAIN §3.

    Volumes in m³. `key_species` are the protected plants and animals, `habitats` where they live.
    """

    area_id: Token
    year: Year
    cover_percent: Percent | None = None
    forest_stock_m3: CubicMetres | None = None
    standing_stock_m3: CubicMetres | None = None
    forest_land_mu: Mu | None = None
    welfare_forest_mu: Mu | None = None
    natural_forest_mu: Mu | None = None
    planted_commercial_mu: Mu | None = None
    wetland_mu: Mu | None = None
    reserves: Pieces | None = None
    wildlife_species: Pieces | None = None
    old_trees_counted: Pieces | None = None
    bamboo_trade_yuan: Yuan | None = None
    fire_class: FireClass | None = None
    key_species: Annotated[tuple[Line, ...], Field(max_length=200)] = ()
    habitats: Annotated[tuple[Habitat, ...], Field(max_length=50)] = ()


class EnrolInventories(Command):
    """State inventories; the same state again changes nothing. By the chief office of the place, or the operator."""

    name: ClassVar[str] = "roster.enrol_inventories.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    inventories: Annotated[tuple[Inventory, ...], Field(min_length=1, max_length=MOST_ENTRIES)]


class InventoryStated(ReferenceFact):
    """The inventory of one area and year. Source: DOMAIN §3, A4."""

    name: ClassVar[str] = "roster.inventory.v1"
    aggregate: ClassVar[str] = "inventory.id"
    place: ClassVar[str] = "inventory.division"
    identity: ClassVar[str] = "inventory.id"

    inventory: Inventory

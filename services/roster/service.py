"""Roster: the responsibility areas, the posts, who answers for a point, and the registers."""

from __future__ import annotations

from contracts.roster import Correspondence, Inventory, Register
from services.roster import clock
from services.roster.answerable import handlers as answerable
from services.roster.answerable.store import DUTIES
from services.roster.area import handlers as area
from services.roster.board import handlers as board
from services.roster.breeder import handlers as breeder
from services.roster.breeder.breeder import BREEDERS
from services.roster.coverage import clock as coverage_clock
from services.roster.coverage import handlers as coverage
from services.roster.coverage.law import GRIDS
from services.roster.directive import handlers as directive
from services.roster.holder import clock as holder_clock
from services.roster.holder import handlers as holder
from services.roster.inventory import inventory
from services.roster.inventory.store import others
from services.roster.leading_group.leading_group import LEADING_GROUPS
from services.roster.listing import handlers as listing
from services.roster.office import law as offices_law
from services.roster.office import office
from services.roster.office.store import numbers
from services.roster.old_tree.old_tree import OLD_TREES
from services.roster.post import handlers as post
from services.roster.ranger.ranger import RANGERS
from services.roster.register import handlers as register
from services.roster.register.rules import Rules
from services.roster.store import due
from services.roster.weighing import weighing
from services.runtime.service import Service

INVENTORIES: Rules[Inventory] = Rules(Register.INVENTORY, inventory.called, problems=inventory.problems, around=others)
CORRESPONDENCE: Rules[Correspondence] = Rules(
    Register.CORRESPONDENCE,
    office.called,
    problems=office.problems_of_paper,
    wanted=office.wanted_of_paper,
    around=numbers,
    law=offices_law.LAW,
)
REGISTERS = (
    INVENTORIES,
    OLD_TREES,
    RANGERS,
    board.BOARDS,
    BREEDERS,
    office.OFFICES,
    CORRESPONDENCE,
    LEADING_GROUPS,
    directive.DIRECTIVES,
)

roster = Service(
    "roster",
    area.room,
    post.room,
    holder.room,
    holder_clock.room,
    coverage.room,
    coverage_clock.room,
    answerable.room,
    register.room_of(REGISTERS),
    board.room,
    breeder.room,
    directive.room,
    listing.room,
    clock.room_of(REGISTERS),
    views=(DUTIES,),
    laws=(*dict.fromkeys(one.law for one in REGISTERS if one.law is not None), GRIDS),
    weighing=weighing(REGISTERS),
    due=due,
)

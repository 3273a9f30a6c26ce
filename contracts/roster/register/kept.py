"""Each register by name: what stands in it, what enrols it and what states it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.language.message import Command, ReferenceFact
from contracts.roster.register.board import Board, BoardStated, EnrolBoards
from contracts.roster.register.breeder import Breeder, BreederStated, EnrolBreeders
from contracts.roster.register.correspondence import Correspondence, CorrespondenceStated, EnrolCorrespondence
from contracts.roster.register.directive import DirectiveStated, EnrolDirectives, IssuedDirective
from contracts.roster.register.entry import Register, RegisterEntry
from contracts.roster.register.inventory import EnrolInventories, Inventory, InventoryStated
from contracts.roster.register.leading_group import EnrolLeadingGroups, LeadingGroup, LeadingGroupStated
from contracts.roster.register.office import EnrolOffices, Office, OfficeStated
from contracts.roster.register.old_tree import EnrolOldTrees, OldTree, OldTreeStated
from contracts.roster.register.ranger import EnrolRangers, Ranger, RangerStated


@dataclass(frozen=True, slots=True)
class Kept:
    """A register; the command has one field, its entries, and the fact one, the entry."""

    entry: type[RegisterEntry]
    enrol: type[Command]
    stated: type[ReferenceFact]

    @property
    def entries_field(self) -> str:
        return next(iter(self.enrol.model_fields))

    @property
    def entry_field(self) -> str:
        return next(iter(self.stated.model_fields))

    def command(self, entries: tuple[RegisterEntry, ...]) -> Command:
        return self.enrol.model_validate({self.entries_field: entries})

    def fact(self, entry: RegisterEntry) -> ReferenceFact:
        return self.stated.model_validate({self.entry_field: entry})


KEPT: Mapping[Register, Kept] = {
    Register.INVENTORY: Kept(Inventory, EnrolInventories, InventoryStated),
    Register.OLD_TREE: Kept(OldTree, EnrolOldTrees, OldTreeStated),
    Register.RANGER: Kept(Ranger, EnrolRangers, RangerStated),
    Register.BOARD: Kept(Board, EnrolBoards, BoardStated),
    Register.BREEDER: Kept(Breeder, EnrolBreeders, BreederStated),
    Register.OFFICE: Kept(Office, EnrolOffices, OfficeStated),
    Register.CORRESPONDENCE: Kept(Correspondence, EnrolCorrespondence, CorrespondenceStated),
    Register.LEADING_GROUP: Kept(LeadingGroup, EnrolLeadingGroups, LeadingGroupStated),
    Register.DIRECTIVE: Kept(IssuedDirective, EnrolDirectives, DirectiveStated),
}

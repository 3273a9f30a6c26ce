"""What stands in the registers, as one looks it up."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.message import Command
from contracts.language.values import Token, Value, known
from contracts.language.written import WHOLE
from contracts.roster.register.board import Board
from contracts.roster.register.breeder import Breeder
from contracts.roster.register.correspondence import Correspondence
from contracts.roster.register.directive import IssuedDirective
from contracts.roster.register.entry import Register
from contracts.roster.register.finding import FindingState, RegisterFinding
from contracts.roster.register.inventory import Inventory
from contracts.roster.register.leading_group import LeadingGroup
from contracts.roster.register.office import Office
from contracts.roster.register.old_tree import OldTree
from contracts.roster.register.ranger import Ranger

Listed = Annotated[int, Field(ge=1, le=100), WHOLE]


class RegisterPage(Value):
    """Entries of one register by their ids, how many there are in all, and after which to go on."""

    total: int
    after: Token | None = None
    inventories: tuple[Inventory, ...] = ()
    old_trees: tuple[OldTree, ...] = ()
    rangers: tuple[Ranger, ...] = ()
    boards: tuple[Board, ...] = ()
    breeders: tuple[Breeder, ...] = ()
    offices: tuple[Office, ...] = ()
    correspondence: tuple[Correspondence, ...] = ()
    leading_groups: tuple[LeadingGroup, ...] = ()
    directives: tuple[IssuedDirective, ...] = ()


class ListRegister(Command):
    """What stands in a register in the subject's division and below, in the order of ids; with `id`, that one alone."""

    name: ClassVar[str] = "roster.list_register.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = RegisterPage

    in_register: Annotated[Register, known(Register)]
    id: Token | None = None
    after: Token | None = None
    limit: Listed = 50


class FindingsPage(Value):
    """What was found, the latest day first, and how much there is in all."""

    total: int
    findings: tuple[RegisterFinding, ...] = ()


class ListFindings(Command):
    """What was found in the registers of the subject's division and below: all that is not settled, or of one state."""

    name: ClassVar[str] = "roster.list_findings.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = FindingsPage

    in_register: Annotated[Register, known(Register)] | None = None
    state: Annotated[FindingState, known(FindingState)] | None = None
    limit: Listed = 50

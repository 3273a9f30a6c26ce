"""What is found in a register: something that is not as its rule has it, by which day it must be, and that it is."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from contracts.language.division import Division
from contracts.language.message import ReferenceFact
from contracts.language.values import ExternalId, Line, OpenEnum, Text, Token, UnitRef, Value
from contracts.language.written import Instant
from contracts.roster.register.entry import Register


class FindingRule(OpenEnum):
    """Which rule of a register is not kept, or of the plots of dead pines that patrol keeps."""

    BOARD_OUTDATED = "board_outdated"
    BOARD_WORN = "board_worn"
    BOARD_INSPECTION = "board_inspection"
    FOOD_BREEDING = "food_breeding"
    BREEDER_INSPECTION = "breeder_inspection"
    LICENCE_NOT_IN_FORCE = "licence_not_in_force"
    TREE_CHECK = "tree_check"
    TREE_GRADE = "tree_grade"
    PAY_BELOW_STANDARD = "pay_below_standard"
    PAY_LOWER_THAN_BEFORE = "pay_lower_than_before"
    KIT_MISSING = "kit_missing"
    TRAINING_MISSING = "training_missing"
    CONTRACT_NOT_IN_FORCE = "contract_not_in_force"
    STANDARDS_NOT_MET = "standards_not_met"
    ACCEPTANCE_MISSING = "acceptance_missing"
    FUNDING_SHORT = "funding_short"
    REPLY_MISSING = "reply_missing"
    PLOT_NOT_CLEARED = "plot_not_cleared"
    OTHER = "other"


class FindingState(OpenEnum):
    """Open until its day has passed (missed) or it is put right (settled), late or not."""

    OPEN = "open"
    MISSED = "missed"
    SETTLED = "settled"
    OTHER = "other"


class RegisterFinding(Value):
    """A rule that an entry of a register does not keep, `of` which year, half-year or licence where it is of one.

    `found_on` is the day on which it was found, `due_on` the last on which it may be put right, `said` what differs in
    words of the register. `office` is the chief office that is to see to it.
    """

    id: Token
    in_register: Register
    entry_id: Token
    division: Division
    area_id: Token | None = None
    what: Line
    rule: FindingRule
    of: ExternalId | None = None
    said: Text
    found_on: date
    due_on: date | None = None
    state: FindingState
    office: UnitRef | None = None
    at: Instant


class FindingStated(ReferenceFact):
    """The present state of one thing found in a register. Source: DOMAIN §3."""

    name: ClassVar[str] = "roster.finding.v1"
    aggregate: ClassVar[str] = "finding.id"
    place: ClassVar[str] = "finding.division"
    identity: ClassVar[str] = "finding.id"

    finding: RegisterFinding

"""The ledger of cases: lines, entries, sheets (DOMAIN §5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from contracts.cases.states import CaseKind, Route
from contracts.language.division import Division
from contracts.language.values import CaseRef, Line, OpenEnum, Token, Value
from contracts.language.written import Exact, Instant

Percent = Annotated[Decimal, Exact(digits=9, signed=True, title="Percent")]


class LedgerLine(OpenEnum):
    """A line of the ledger's equation; `unclosed` is a closed case that is voided: it changes totals, not stock.

    What enters as `opening` was stock before the book was begun: it is stock of every day until it is closed, voided,
    merged or moved, so that the opening of each sheet is the closing of the one before.
    """

    OPENING = "opening"
    NEW = "new"
    RELAPSED = "relapsed"
    MOVED_IN = "moved_in"
    CLOSED = "closed"
    VOIDED = "voided"
    MERGED = "merged"
    MOVED_OUT = "moved_out"
    UNCLOSED = "unclosed"
    OTHER = "other"


class EntersAs(OpenEnum):
    """How a row enters the ledger: as stock that was carried over, or as newly found and verified on its day."""

    OPENING = "opening"
    NEW = "new"
    OTHER = "other"


class Scope(Value):
    """Where the ledger counts a case."""

    campaign: Token
    division: Division
    kind: CaseKind


class Entry(Value):
    """What a move does to the ledger: one case on one line, on a business date.

    `other` is where a case that moves comes from or goes to: a sheet that covers both counts neither. `route` is how
    the case was closed, or the close that is undone.
    """

    line: LedgerLine
    on: date
    scope: Scope
    other: Scope | None = None
    reason: Token | None = None
    route: Route | None = None


class Balance(Value):
    """The ledger's equation: `opening + new + relapsed + moved_in - closed - voided - merged - moved_out = closing`."""

    opening: int
    new: int
    relapsed: int
    moved_in: int
    closed: int
    voided: int
    merged: int
    moved_out: int
    closing: int


class Share(Value):
    """The share rectified since the campaign began, against its threshold.

    `counted` is ever counted less voided, merged and no violation; `problems` is `counted` with cases of one site taken
    once. `threshold_percent` and its day are the campaign's, None where there is no one campaign or it has none.
    """

    rectified: int
    counted: int
    problems: int
    percent: Percent | None
    threshold_percent: Percent | None = None
    threshold_due_on: date | None = None
    threshold_source: Line | None = None


class Sheet(Value):
    """The ledger for a scope and the days (`after`, `to`], as known at `cutoff`; None means every campaign or kind."""

    campaign: Token | None
    division: Division
    kind: CaseKind | None
    after: date
    to: date
    cutoff: Instant
    balance: Balance
    relapsed_by_reason: dict[str, int]
    closed_by_route: dict[str, int]
    share: Share


class Difference(Value):
    """An entry on a day of a sheet published before that was not yet known at its cut-off (补录)."""

    case: CaseRef
    entry: Entry
    known_at: Instant

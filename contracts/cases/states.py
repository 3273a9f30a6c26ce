"""The words of a case: its states, kinds, origins and routes (DOMAIN §5)."""

from __future__ import annotations

from typing import Annotated

from contracts.language.values import OpenEnum, known
from contracts.patrol import IncidentKind


class CaseState(OpenEnum):
    """Where a case stands (DOMAIN §5)."""

    REGISTERED = "registered"
    DISMISSED = "dismissed"
    VERIFIED = "verified"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    ON_NOTICE = "on_notice"
    CLOSED = "closed"
    RELAPSED = "relapsed"
    VOIDED = "voided"
    MERGED = "merged"
    OTHER = "other"


IN_STOCK = (
    CaseState.VERIFIED,
    CaseState.ASSIGNED,
    CaseState.RECTIFYING,
    CaseState.SUBMITTED,
    CaseState.ACCEPTED,
    CaseState.ON_NOTICE,
    CaseState.RELAPSED,
)
"""The states that the ledger counts as stock (DOMAIN §5)."""
OPEN = (CaseState.REGISTERED, *IN_STOCK)
"""The states in which somebody must act by a day."""


class CaseKind(OpenEnum):
    """What must be put right: a kind of incident, a directive item, or what a register of roster has."""

    _ignore_ = "words word"
    words = vars()
    for word in IncidentKind:
        if word != "other":
            words[word.name] = word.value
    DIRECTIVE = "directive"
    FOOD_BREEDING = "food_breeding"
    OTHER = "other"


class Origin(OpenEnum):
    """How a case came to be."""

    INCIDENT = "incident"
    COMMAND = "command"
    IMPORT = "import"
    DIRECTIVE = "directive"
    REVIEW = "review"
    REGISTER = "register"
    OTHER = "other"


class Flag(OpenEnum):
    """What calls for a referral (G5)."""

    GRAVE = "grave"
    WIDE_IMPACT = "wide_impact"
    PUBLIC_OUTCRY = "public_outcry"
    OTHER = "other"


class Route(OpenEnum):
    """How a case may come to its close; each has an evidence checklist (DOMAIN §5)."""

    PUT_RIGHT = "put_right"
    PENALTY = "penalty"
    NO_VIOLATION = "no_violation"
    JUSTICE = "justice"
    OTHER = "other"


class RelapseReason(OpenEnum):
    """Why a closed case is open again."""

    RECURRENCE = "recurrence"
    FALSE_RECTIFICATION = "false_rectification"
    CLOSED_IN_ERROR = "closed_in_error"
    OTHER = "other"


class PlanState(OpenEnum):
    """What became of a rectification plan."""

    SUBMITTED = "submitted"
    REFUSED = "refused"
    APPROVED = "approved"
    OTHER = "other"


class ReferredTo(OpenEnum):
    """What kind of body a lead is handed to."""

    POLICE = "police"
    PROSECUTOR = "prosecutor"
    DEPARTMENT = "department"
    OTHER = "other"


class Instrument(OpenEnum):
    """A chief's four instruments (A2)."""

    MEETING = "meeting"
    ORDER = "order"
    PATROL = "patrol"
    INSTRUCTION = "instruction"
    OTHER = "other"


Kind = Annotated[CaseKind, known(CaseKind)]

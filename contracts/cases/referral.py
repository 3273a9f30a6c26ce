"""Leads handed to other bodies."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.cases.case import CaseCommand, CaseFact
from contracts.cases.parts import Referral
from contracts.cases.states import Flag, ReferredTo
from contracts.language.values import Line, UnitRef, known
from contracts.language.written import WHOLE


class ReferCase(CaseCommand):
    """A lead is handed over, by the office; the case itself stays where it is."""

    name: ClassVar[str] = "cases.refer.v1"

    kind: Annotated[ReferredTo, known(ReferredTo)]
    to: UnitRef
    flags: Annotated[tuple[Annotated[Flag, known(Flag)], ...], Field(max_length=10)] = ()


class CaseReferred(CaseFact):
    """A lead has been handed to the police, the prosecutor or another department (线索移送)."""

    name: ClassVar[str] = "cases.referred.v1"

    referral: Referral


class AcknowledgeReferral(CaseCommand):
    """The receiver has taken the lead under its own number, by the office."""

    name: ClassVar[str] = "cases.acknowledge.v1"

    n: Annotated[int, Field(ge=1, le=1000), WHOLE]
    their_number: Line


class ReferralAcknowledged(CaseFact):
    """The receiver has taken the lead under its own number."""

    name: ClassVar[str] = "cases.referral_acknowledged.v1"

    referral: Referral


class ConcludeReferral(CaseCommand):
    """What the receiver says came of the lead, by the office."""

    name: ClassVar[str] = "cases.conclude.v1"

    n: Annotated[int, Field(ge=1, le=1000), WHOLE]
    outcome: Line


class ReferralConcluded(CaseFact):
    """The receiver has said what came of the lead."""

    name: ClassVar[str] = "cases.referral_concluded.v1"

    referral: Referral

"""What people of the demo say and show of a case."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from typing import Any

from contracts.cases import Case, CaseState, PlanState, Proof
from contracts.language.division import Division
from contracts.language.evidence import Evidence
from contracts.language.values import UnitRef


def law(name: str) -> dict[str, Any]:
    """A data file that cases ships."""
    found: dict[str, Any] = json.loads(files("services.cases.law").joinpath(name).read_text("utf-8"))
    return found


NO_PLAN = [kind for kind, stated in law("rules.json")["kinds"].items() if not stated.get("needs_plan", True)]
ITEMS = list(law("routes.json")["items"])
CAUSES = list(law("causes.json"))
NOT_REFERRED = "不构成犯罪，已由林业部门处理"
"""Stated with every close: it counts only where a grave case went to no police."""


def number_of(case: Case) -> str:
    return case.ref.number


def station_of(case: Case) -> UnitRef:
    return UnitRef(id=f"u-{town_of(case)}", name="林业工作站")


def police_of(case: Case) -> UnitRef:
    return UnitRef(id=f"police-{case.ref.division[:6]}", name="县公安局")


def waits_for_approval(case: Case) -> bool:
    return (
        case.state in (CaseState.ASSIGNED, CaseState.RECTIFYING)
        and case.plan is not None
        and case.plan.state is PlanState.SUBMITTED
    )


def cause_of(dice: float) -> str:
    return CAUSES[int(dice * 1000) % len(CAUSES)]


def proofs_of(case: Case) -> tuple[Proof, ...]:
    """Everything that any checklist asks for."""
    return tuple(Proof(item=item, evidence=(photograph_of(case.ref.number),)) for item in ITEMS)


def town_of(case: Case) -> Division:
    return Division(case.ref.division[:9] + "000")


def photograph_of(thing: str) -> Evidence:
    """Of a case by its number, or of what else has a name."""
    digest = hashlib.sha256(thing.encode()).hexdigest()
    return Evidence(sha256=digest, media_type="image/jpeg", size_bytes=200_000)

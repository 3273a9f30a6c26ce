"""Patrol: what is seen in the forest, and where its watchers walk."""

from __future__ import annotations

from contracts.language.values import day_of
from services.patrol.area import handlers as area
from services.patrol.area.store import GROUND
from services.patrol.clearance import clock as clearance_clock
from services.patrol.clearance import handlers as clearance
from services.patrol.clearance import store as clearance_store
from services.patrol.clearance.law import CLEARANCE
from services.patrol.duty import clock as duty_clock
from services.patrol.duty import handlers as duty
from services.patrol.duty.law import DUTY
from services.patrol.duty.weighing import weigh_duties
from services.patrol.evidence import clock as evidence_clock
from services.patrol.evidence import handlers as evidence
from services.patrol.evidence import store as evidence_store
from services.patrol.evidence import sweep_store
from services.patrol.evidence.law import EVIDENCE
from services.patrol.first_step import clock as first_step_clock
from services.patrol.first_step import handlers as first_step
from services.patrol.first_step import store as first_step_store
from services.patrol.incident import handlers as incident
from services.patrol.incident.near import NEAR
from services.patrol.incident.severity import SEVERITY
from services.patrol.kept import clock as kept
from services.patrol.outreach import handlers as outreach
from services.patrol.outreach.law import OUTREACH
from services.patrol.passerby import handlers as passerby
from services.patrol.passerby.law import PASSERBY
from services.patrol.patch import handlers as patch
from services.patrol.patrol import clock as patrol_clock
from services.patrol.patrol import due_store as patrol_due
from services.patrol.patrol import handlers as patrol_moves
from services.patrol.patrol.law import VERDICT
from services.patrol.station import handlers as station
from services.patrol.terminal import handlers as terminal
from services.patrol.timeliness import handlers as timeliness
from services.patrol.timeliness import store as timeliness_store
from services.patrol.timeliness.law import TIMELINESS
from services.patrol.track import handlers as track
from services.patrol.track.law import FILTER
from services.patrol.use import handlers as use
from services.runtime.service import Service
from services.runtime.transaction import Transaction


async def due(tx: Transaction) -> dict[str, int]:
    """How much waits for the clocks of its rooms, by what it waits for."""
    ground = {
        "plots_to_look_at": await clearance_store.waiting(tx, day_of(tx.now)),
        "first_steps": await first_step_store.waiting(tx),
        "evidence": await evidence_store.waiting(tx) + await sweep_store.waiting(tx),
        "timeliness": await timeliness_store.waiting(tx),
    }
    return {**await duty_clock.due(tx), **await patrol_due.waiting_for_clock(tx), **ground}


patrol = Service(
    "patrol",
    area.room,
    incident.room,
    patch.room,
    track.room,
    kept.room,
    duty.room,
    duty_clock.room,
    terminal.room,
    patrol_moves.room,
    patrol_clock.room,
    clearance.room,
    clearance_clock.room,
    station.room,
    outreach.room,
    passerby.room,
    first_step.room,
    first_step_clock.room,
    evidence.room,
    evidence_clock.room,
    timeliness.room,
    use.room,
    views=(GROUND,),
    laws=(FILTER, NEAR, DUTY, SEVERITY, VERDICT, CLEARANCE, OUTREACH, PASSERBY, EVIDENCE, TIMELINESS),
    weighing={DUTY.name: weigh_duties},
    due=due,
)

"""Patrol: what is seen in the forest, and where its watchers walk."""

from __future__ import annotations

from services.patrol.area import handlers as area
from services.patrol.area.store import GROUND
from services.patrol.duty import clock as duty_clock
from services.patrol.duty import handlers as duty
from services.patrol.duty.law import DUTY
from services.patrol.incident import handlers as incident
from services.patrol.incident.near import NEAR
from services.patrol.incident.severity import SEVERITY
from services.patrol.kept import clock as kept
from services.patrol.patch import handlers as patch
from services.patrol.terminal import handlers as terminal
from services.patrol.track import handlers as track
from services.runtime.service import Service

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
    views=(GROUND,),
    laws=(NEAR, DUTY, SEVERITY),
    due=duty_clock.due,
)

"""Targets: the plan, what was reached of it, and the records of posts."""

from __future__ import annotations

from services.runtime.service import Service
from services.targets.allocation import handlers as allocation
from services.targets.cleared import handlers as cleared
from services.targets.progress import handlers as progress
from services.targets.record import handlers as record
from services.targets.target import handlers as target

targets = Service(
    "targets",
    target.room,
    allocation.room,
    progress.room,
    record.room,
    cleared.room,
)

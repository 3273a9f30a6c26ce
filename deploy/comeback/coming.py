"""How a provisioner that shares the bus's directory brings a system back, look by look."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from deploy.comeback.lost import Loss, Lost
from deploy.comeback.telling import Telling
from deploy.nats.provisioning import Provisioning

MADE_FILE = "made"
"""Stands as soon as there were streams: a bus without any has lost them since."""


class Coming:
    """Of one provisioner."""

    def __init__(self, folder: Path, lost: Lost, provisioning: Provisioning, log: Callable[[str, str], None]) -> None:
        self._made, self._lost, self._provisioning, self._log = folder / MADE_FILE, lost, provisioning, log
        self._telling: Telling | None = None

    async def look(self) -> None:
        """See what has been lost before anything is made. Raises as `Provisioning.bring_up` does."""
        if self._lost.what() is None and self._made.exists() and await self._provisioning.is_empty():
            self._lost.note(Loss.BUS)
            self._log("comeback", "the bus was lost; outsiders wait until everything is told again")

    def made(self) -> None:
        self._made.touch()

    async def go_on(self) -> bool:
        """One look more; True as soon as everything is told and heard, and nothing was lost any longer."""
        if self._telling is None:
            self._telling = Telling(self._provisioning)
        if not self._lost.agreed():
            if not await self._telling.again():
                return False
            self._lost.note(Loss.BUS, agreed=True)
        if not await self._telling.is_over():
            return False
        self._lost.forget()
        self._telling = None
        return True

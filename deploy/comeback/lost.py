"""What was lost, as a file keeps it until everything is back: as long as it stands, nobody from outside is let in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from deploy.local.private import write_private

LOST_FILE = "lost.json"


class Loss(StrEnum):
    """What can be lost."""

    BUS = "bus"
    DATABASE = "database"


@dataclass(frozen=True, slots=True)
class Lost:
    """The file at `path`."""

    path: Path

    def what(self) -> Loss | None:
        stated = self._stated()
        return Loss(stated["what"]) if stated else None

    def agreed(self) -> bool:
        """Whether bus and record know already what each has of the other: all that is left is to wait."""
        return bool(self._stated().get("agreed"))

    def disagrees(self) -> bool:
        """Whether a database was put back that the bus may have told more of than it knows."""
        return self.what() is Loss.DATABASE and not self.agreed()

    def note(self, what: Loss, **more: object) -> None:
        write_private(self.path, json.dumps({"what": what, **more}))

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)

    def _stated(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return found

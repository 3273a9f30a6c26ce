"""Whose durables are to hear what is stated of them now: kept beside the file of users until they do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from deploy.local.private import changed_at, write_private


@dataclass(frozen=True, slots=True)
class Moving:
    """The file at `path`. Written before the users are: whoever ends in between leaves behind what is to be done."""

    path: Path

    def names(self) -> frozenset[str]:
        """None where the file says none, or nothing: who hears other than is stated is left out, and named."""
        try:
            found = json.loads(self.path.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return frozenset()
        return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()

    def changed_at(self) -> float:
        """When it was last changed; 0 when there is none."""
        return changed_at(self.path)

    def begin(self, name: str) -> None:
        self._write(self.names() | {name})

    def done(self, names: frozenset[str]) -> None:
        if left := self.names() - names:
            self._write(left)
        else:
            self.path.unlink(missing_ok=True)

    def _write(self, names: frozenset[str]) -> None:
        write_private(self.path, json.dumps(sorted(names)))

"""What this replica has just committed: a relay that leads sends it from memory, as far as it certainly comes next."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from services.runtime.telling.outbox import Written

MOST_BYTES: Final = 4 * 1024 * 1024
MOST_AGGREGATES: Final = 4096


class Fresh:
    """A fact leaves from memory only if it is the first of its aggregate, or the next after the one last told.

    All else is left to the table: facts of other replicas, those that came while there was no room, those of an
    aggregate of which nothing is known, and those that go to a stream of many writers.
    """

    def __init__(self, subjects: tuple[str, ...], most: int) -> None:
        """`subjects` are the beginnings of those of the service's own stream; `most` is how many facts are held."""
        self._subjects = subjects
        self._most = most
        self._rows: deque[Written] = deque()
        self._bytes = 0
        self._told: dict[str, int] = {}

    def keep(self, rows: Sequence[Written]) -> bool:
        """Hold rows that have just been committed; False where the table must be looked at for some of them."""
        size = sum(len(row.body) for row in rows)
        if len(self._rows) + len(rows) > self._most or self._bytes + size > MOST_BYTES:
            return False
        own = [row for row in rows if row.subject.startswith(self._subjects)]
        self._rows += own
        self._bytes += sum(len(row.body) for row in own)
        return len(own) == len(rows)

    def wave(self, most: int) -> tuple[list[Written], bool]:
        """Facts that may leave now, one of each aggregate; with whether the table must be looked at for others."""
        wave: dict[str, Written] = {}
        later: list[Written] = []
        missed = False
        while self._rows and len(wave) < most:
            row = self._rows.popleft()
            told = self._told.get(row.partitionkey, 0)
            if row.partitionkey in wave:
                later.append(row)
                continue
            self._bytes -= len(row.body)
            if row.sequence == told + 1:
                wave[row.partitionkey] = row
            elif row.sequence is None or row.sequence > told:
                missed = True
        self._rows.extendleft(reversed(later))
        return list(wave.values()), missed

    def told(self, row: Written) -> None:
        """Remember that the stream has it."""
        if row.sequence is not None:
            self._told.pop(row.partitionkey, None)
            self._told[row.partitionkey] = row.sequence
            if len(self._told) > MOST_AGGREGATES:
                del self._told[next(iter(self._told))]

    def leave(self) -> None:
        """Leave what is held to the table, which has it as well and is about to be read."""
        self._rows.clear()
        self._bytes = 0

    def forget(self) -> None:
        """Leave everything to the table: what was told may not be there any more, or others have told what follows."""
        self.leave()
        self._told.clear()

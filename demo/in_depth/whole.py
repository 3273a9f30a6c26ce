"""What the demo does on the ground: rounds with phones, what is seen from above, grids cut short, photographs kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from clients.python.bus import Bus
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Level
from contracts.patrol import HoldTerminal, TerminalHoldings
from contracts.roster import Area
from contracts.roster import Post as RosterPost
from demo.in_depth.above import Above
from demo.in_depth.cut import Cut
from demo.in_depth.photographs import Photographs
from demo.in_depth.planned import Planned
from demo.in_depth.rounds import Rounds
from demo.people import People
from demo.reports import Post


class InDepth:
    """All of it, with what must come of it."""

    def __init__(
        self, areas: Sequence[Area], posts: Sequence[RosterPost], folder: Path, seed: int, people: People, operator: Bus
    ) -> None:
        self.planned = Planned()
        self._people, self._operator = people, operator
        self._rounds = Rounds(areas, posts, self.planned)
        self.above = Above(areas, folder, self.planned)
        self._cut = Cut(areas, self.planned)
        counties = [one.division for one in areas if one.division.level is Level.COUNTY]
        self.photographs = Photographs(counties, seed, self.planned)

    async def begin(self) -> None:
        """Phones are handed out."""
        for one in self._rounds.held():
            await self._operator.ask(HoldTerminal.model_validate(one), OPERATOR, UNKNOWN, TerminalHoldings)

    def waves(self, step: int, now: datetime) -> list[list[Post]]:
        """What is sent in this step, in turn: all of one is handled before the next."""
        first, *others = self._rounds.waves(step, now)
        return [wave for wave in ([*first, *self.above.posts(step, now)], *others) if wave]

    async def act(self, step: int, now: datetime) -> None:
        """The work of this step of the play."""
        await self._rounds.act(step, self._people)
        await self.above.act(self._people)
        await self._cut.act(step, now, self._operator, self._people)
        await self.photographs.act(step, self._people)

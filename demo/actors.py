"""By whose account something is done with a case."""

from __future__ import annotations

from collections.abc import Collection

from contracts.cases import Case
from contracts.language.values import UnitRef
from demo.particulars import town_of


class Actors:
    """The offices, units and acceptors among those who have an account."""

    def __init__(self, accounts: Collection[str]) -> None:
        self._accounts = accounts

    def of_unit(self, unit: UnitRef) -> str | None:
        """Who signs for a forestry station or a chief office."""
        division, _, office = unit.id.removeprefix("u-").partition("-")
        actor = f"p-{division}-{office or 'unit'}"
        return actor if actor in self._accounts else None

    def approver(self, case: Case) -> str:
        """The city's office may approve whatever tier the campaign names."""
        return f"p-{case.ref.division[:4]}00000000-office"

    def office(self, case: Case) -> str:
        return f"p-{case.ref.division[:6]}000000-office"

    def unit(self, case: Case) -> str:
        """Whoever has the case: the station of its town, or the successor of one that was dissolved."""
        has_it = self.of_unit(case.unit) if case.unit is not None else None
        return has_it or f"p-{town_of(case)}-unit"

    def acceptor(self, case: Case) -> str:
        """The county's chief, or its office where that post is vacant: the town's would accept his own station's."""
        chief = f"p-{case.ref.division[:6]}000000-chief"
        return chief if chief in self._accounts else self.office(case)

"""Which area a code meant on a day, and which ones took the place of those that have ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from contracts.language.division import Division
from contracts.language.rules import Rule, broken
from contracts.roster import NamedDivision


class Divisions:
    """The divisions that roster has stated; of a code that it has not, the area is named as the code is."""

    def __init__(self, divisions: Iterable[NamedDivision] = ()) -> None:
        self._by_id = {one.id: one for one in divisions}
        self._by_code: dict[Division, list[NamedDivision]] = {}
        for one in sorted(self._by_id.values(), key=lambda one: (one.in_force_from, one.id)):
            self._by_code.setdefault(one.code, []).append(one)

    def areas(self, division: Division, day: date) -> tuple[str, ...]:
        """The areas of a division and of those above it on a day, the smallest first."""
        return tuple(self._area(code, day) for code in division.chain())

    def _area(self, code: Division, day: date) -> str:
        """Before its first day a code means what it meant first, between two what it meant before."""
        meant = self._by_code.get(code)
        if not meant:
            return code
        begun = [one for one in meant if one.in_force_from <= day]
        return (begun or meant)[-1 if begun else 0].id

    def means(self, code: Division, area_id: str) -> bool:
        """Whether a code means an area, or has meant it."""
        return area_id == code or any(one.id == area_id for one in self._by_code.get(code, ()))

    def in_force(self, area_ids: Sequence[str], day: date) -> tuple[str, ...]:
        """These areas, in place of those divisions that have ended what they became, with what lies above that."""
        ended = [one for id in area_ids if (one := self._by_id.get(id)) is not None and _has_ended(one, day)]
        if not ended:
            return tuple(area_ids)
        became = {one.id: self._became(one, day) for one in ended}
        left = {code for one in ended if became[one.id] for code in one.code.chain()}
        found: list[str] = []
        for id in area_ids:
            if id in became:
                found += [above for code in became[id] for above in self.areas(code, day)]
            elif self._code(id) not in left:
                found.append(id)
        return tuple(dict.fromkeys(found))

    def _code(self, area_id: str) -> str:
        one = self._by_id.get(area_id)
        return area_id if one is None else one.code

    def _became(self, ended: NamedDivision, day: date) -> list[Division]:
        """The codes that are in force on a day in the place of one that has ended; none where nobody says."""
        found: list[Division] = []
        asked, told = list(ended.became), {ended.code}
        while asked:
            code = asked.pop(0)
            if code in told:
                continue
            told.add(code)
            one = self._by_id.get(self._area(code, day))
            if one is not None and _has_ended(one, day):
                asked += one.became
            else:
                found.append(code)
        return found

    def ended_days(self, area_ids: Sequence[str]) -> list[date]:
        """The last days of those that end."""
        return [
            one.ended_on for id in area_ids if (one := self._by_id.get(id)) is not None and one.ended_on is not None
        ]

    def problem_of(self, code: Division, day: date) -> Rule | None:
        """The rule that a code breaks on a day after which it means nothing any more."""
        one = self._by_id.get(self._area(code, day))
        if one is None or not _has_ended(one, day):
            return None
        became = "、".join(one.became)
        rule = "division_became" if became else "division_revoked"
        return broken(rule, division=code, name=one.name, last=one.ended_on, became=became)


def _has_ended(one: NamedDivision, day: date) -> bool:
    return one.ended_on is not None and one.ended_on < day

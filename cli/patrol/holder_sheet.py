"""What a sheet of terminals asks for: who carried each and when, beside whose hands it is known to have been in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files

from cli.rules import stated
from cli.say import say
from cli.sheet.day import local
from cli.sheet.layout import Description
from cli.sheet.taken import Record, Taken
from contracts.language.division import Division
from contracts.patrol import Carrying, HoldTerminal, ReturnTerminal

Key = tuple[str, str]
"""Source and terminal."""


@cache
def description() -> Description:
    return Description.model_validate_json(files("cli.patrol").joinpath("holders.json").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody carries a terminal from an instant on, and before another."""

    record: Record
    person_id: str
    post_id: str
    first: datetime
    until: datetime | None

    @classmethod
    def of(cls, record: Record) -> Row:
        said = record.stated
        return cls(record, said["person_id"], said["post_id"], said["carried_from"], said.get("carried_to"))

    @property
    def carrying(self) -> Carrying:
        return Carrying(person_id=self.person_id, post_id=self.post_id, carried_from=self.first, carried_to=self.until)


Asked = tuple[Record, HoldTerminal | ReturnTerminal]


def keys(taken: Taken) -> list[Key]:
    """The terminals of a sheet."""
    return list(dict.fromkeys((one.stated["source"], one.stated["terminal"]) for one in taken.good))


def plan(
    taken: Taken, before: Mapping[Key, Sequence[Carrying]], divisions: Mapping[str, Division]
) -> tuple[dict[Key, list[Asked]], int]:
    """What is to be asked of each terminal, in its order, and how many rows say what is known; wrong cells are named.

    `divisions` are those of the posts that there are.
    """
    for record in taken.good:
        if record.stated["post_id"] not in divisions:
            taken.refuse(record, "post_id", say("holders.no_post", post=record.stated["post_id"]))
    rows: dict[Key, list[Row]] = {key: [] for key in keys(taken)}
    for record in taken.good:
        rows[record.stated["source"], record.stated["terminal"]].append(Row.of(record))
    asked: dict[Key, list[Asked]] = {}
    unchanged = 0
    for key, its in rows.items():
        ordered = _joined(_in_order(its, taken))
        known = before.get(key, ())
        asked[key] = list(_asked(key, ordered, known, divisions, taken))
        unchanged += sum(one.carrying in known for one in ordered)
    return asked, unchanged


def _in_order(rows: Sequence[Row], taken: Taken) -> list[Row]:
    """By time; whoever is followed and has no end has it where the next one begins."""
    ordered = sorted(rows, key=lambda one: one.first)
    good: list[Row] = []
    for n, one in enumerate(ordered):
        if one.record.problems:
            continue
        after = ordered[n + 1] if n + 1 < len(ordered) else None
        if one.until is not None and one.until <= one.first:
            taken.refuse(one.record, "carried_to", stated("carried_to_after", first=local(one.first)))
        elif after is not None and after.first == one.first:
            rule = say("sheet.duplicate", value=local(one.first), row=one.record.row)
            taken.refuse(after.record, "carried_from", rule)
        elif after is not None and one.until is None:
            taken.read_as(one.record, "carried_to", "", local(after.first))
            good.append(replace(one, until=after.first))
            continue
        elif after is not None and one.until is not None and one.until > after.first:
            rule = say("holders.overlaps", row=after.record.row, at=local(after.first))
            taken.refuse(one.record, "carried_to", rule)
        good += [one] if not one.record.problems else []
    return good


def _joined(rows: Sequence[Row]) -> list[Row]:
    """One row where one ends as the next of the same person and post begins."""
    found: list[Row] = []
    for one in rows:
        last = found[-1] if found else None
        if last and (last.person_id, last.post_id, last.until) == (one.person_id, one.post_id, one.first):
            found[-1] = replace(last, until=one.until)
        else:
            found.append(one)
    return found


def _asked(
    key: Key, rows: Sequence[Row], known: Sequence[Carrying], divisions: Mapping[str, Division], taken: Taken
) -> Iterator[Asked]:
    given_back = False
    for n, one in enumerate(rows):
        if one.carrying in known and not given_back:
            continue
        about = {"source": key[0], "terminal": key[1], "division": divisions[one.post_id]}
        longer = next((held for held in known if _ends_later(held, one)), None)
        if longer is not None and one.until is not None and not given_back:
            stated_too = {(row.person_id, row.post_id, row.first) for row in rows[n + 1 :]}
            after = [held for held in known if held.carried_from > longer.carried_from]
            if any((held.person_id, held.post_id, held.carried_from) not in stated_too for held in after):
                taken.refuse(one.record, "carried_to", say("holders.held_after", person=after[0].person_id))
                return
            given_back = True
            yield one.record, ReturnTerminal.model_validate({**about, "returned_at": one.until})
        else:
            yield one.record, HoldTerminal.model_validate({**about, **one.carrying.model_dump()})


def _ends_later(held: Carrying, row: Row) -> bool:
    same = (held.person_id, held.post_id, held.carried_from) == (row.person_id, row.post_id, row.first)
    return same and row.until is not None and (held.carried_to is None or held.carried_to > row.until)

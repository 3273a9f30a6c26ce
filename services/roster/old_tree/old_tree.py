"""Whether an old tree has the grade of its age, and when it must be looked at again (E11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from contracts.language.datum import in_china, to_cgcs2000
from contracts.language.rules import broken
from contracts.roster import FindingRule, OldTree, Register, Vigour
from services.roster.old_tree.law import LAW
from services.roster.register.period import months_later
from services.roster.register.rules import FieldAndRule, Rules, Seen, Wanted


def position(tree: OldTree) -> tuple[float, float]:
    """Where it stands, in degrees on CGCS2000, whatever datum its office wrote: a grid holds it or does not."""
    return to_cgcs2000(tree.at.lon, tree.at.lat, tree.at.datum)


def problems(tree: OldTree, before: OldTree | None, around: None, seen: Seen) -> Iterator[FieldAndRule]:
    """What forbids enrolling a tree; a grade that is not of its age does not: it is found then."""
    if not in_china(tree.at.lon, tree.at.lat):
        yield "at", broken("outside_china", lon=tree.at.lon, lat=tree.at.lat)
    for n, day in enumerate(tree.checked_on):
        if day > seen.today:
            yield f"checked_on.{n}", broken("not_after_today", today=seen.today)


def wanted(tree: OldTree, around: None, seen: Seen) -> Iterator[Wanted]:
    """A grade that differs from the scheme of its place; a check that is due, or was missed."""
    law = seen.law.on(seen.today)
    scheme = law.scheme(tree.division)
    grade = scheme.grade_of(tree.age_years)
    if grade != tree.grade and not tree.notable:
        said = f"{tree.age_years} 年：{grade or '-'}≠{tree.grade}"
        yield Wanted(FindingRule.TREE_GRADE, seen.today, said)
    months = scheme.check_every_months.get(tree.grade)
    if months is None or tree.vigour is Vigour.DEAD:
        return
    last = max(*tree.checked_on, tree.in_force_from, seen.known_on)
    due_on = months_later(last, months)
    from_on = due_on - timedelta(days=law.remind_days)
    yield Wanted(FindingRule.TREE_CHECK, from_on, f"{tree.number} {tree.species}", of=str(due_on), due_on=due_on)


OLD_TREES: Rules[OldTree] = Rules(
    Register.OLD_TREE, lambda tree: f"{tree.number} {tree.species}", problems=problems, wanted=wanted, law=LAW
)

"""What a leading group must be like: of a city or county, with one head (G4)."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.language.division import Level
from contracts.language.rules import broken
from contracts.roster import GroupRole, LeadingGroup, Register
from services.roster.register.rules import FieldAndRule, Rules, Seen

LEVELS = (Level.CITY, Level.COUNTY)


def problems(group: LeadingGroup, before: LeadingGroup | None, around: None, seen: Seen) -> Iterator[FieldAndRule]:
    """What forbids enrolling a leading group."""
    if group.division.level not in LEVELS:
        yield "division", broken("one_of", known=", ".join(LEVELS))
    heads = sum(member.group_role is GroupRole.HEAD for member in group.members)
    if heads != 1:
        yield "members", broken("one_head", count=heads)


LEADING_GROUPS: Rules[LeadingGroup] = Rules(Register.LEADING_GROUP, lambda one: one.name, problems=problems)

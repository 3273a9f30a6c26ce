"""Leading groups of city and counties (G4)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.command import Done
from contracts.language.message import MAX_MESSAGE_BYTES, Command, ReferenceFact
from contracts.language.values import Line, OpenEnum, PersonRef, UnitRef, Value
from contracts.roster.register.entry import MOST_ENTRIES, RegisterEntry


class GroupRole(OpenEnum):
    """What a member of a leading group is."""

    HEAD = "head"
    DEPUTY = "deputy"
    MEMBER = "member"
    OTHER = "other"


class GroupMember(Value):
    """Somebody of a leading group, with the body and the title by which."""

    person: PersonRef
    title: Line
    unit: UnitRef
    group_role: GroupRole


class LeadingGroup(RegisterEntry):
    """A leading group by the paper that set it up; its office sits in one section of a unit (G4)."""

    name: Line
    document: Line
    members: Annotated[tuple[GroupMember, ...], Field(min_length=1, max_length=100)]
    office_unit: UnitRef
    office_section: Line


class EnrolLeadingGroups(Command):
    """State leading groups; the same state again changes nothing. By the chief office of the place, or the operator."""

    name: ClassVar[str] = "roster.enrol_leading_groups.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    leading_groups: Annotated[tuple[LeadingGroup, ...], Field(min_length=1, max_length=MOST_ENTRIES)]


class LeadingGroupStated(ReferenceFact):
    """The present state of one leading group. Source: DOMAIN §2, G4."""

    name: ClassVar[str] = "roster.leading_group.v1"
    aggregate: ClassVar[str] = "leading_group.id"
    place: ClassVar[str] = "leading_group.division"
    identity: ClassVar[str] = "leading_group.id"

    leading_group: LeadingGroup

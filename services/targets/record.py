"""Whose record a case is written into."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.cases import CaseClosed, CaseFact, CaseOpened, CaseOverdue
from contracts.targets import RecordWord
from contracts.values import PostRef, Role

WORDS: dict[type[CaseFact], RecordWord] = {
    CaseOpened: RecordWord.OPENED,
    CaseOverdue: RecordWord.OVERDUE,
    CaseClosed: RecordWord.CLOSED,
}

_NEAREST = (Role.CHIEF, Role.DEPUTY_GENERAL_CHIEF, Role.GENERAL_CHIEF)
"""Within one area, the chief of the ground comes before those who lead the others."""


def chief_answerable(answerable: Sequence[PostRef]) -> PostRef | None:
    """The chief in whose record the case counts (A6): the village chief, else the chief of the smallest area.

    `answerable` has the smallest area first. A vacant post keeps its record. None where no chief answers.
    """
    for post in answerable:
        if post.role is Role.VILLAGE_CHIEF:
            return post
    chiefs = [post for post in answerable if post.role in _NEAREST]
    of_smallest = [post for post in chiefs if post.area_id == chiefs[0].area_id]
    return min(of_smallest, key=lambda post: _NEAREST.index(post.role), default=None)

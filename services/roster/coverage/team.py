"""The roles that a grid's team may have: a change of their posts is a change of the team."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.language.values import Role
from contracts.roster import Post

ROLES = (Role.VILLAGE_CHIEF, Role.RESOURCE_SUPERVISOR, Role.LAW_OFFICER, Role.RANGER, Role.ASSISTANT)


def served(posts: Iterable[Post]) -> set[str]:
    """The areas on whose teams these posts bear."""
    return {post.area_id for post in posts if post.role in ROLES}

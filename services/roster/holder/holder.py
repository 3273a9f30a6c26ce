"""Who holds a post on a day, who acts while nobody does, and when that changes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contracts.language.values import PersonRef
from contracts.roster import Acting, Holding, Post
from services.runtime.reference.posts import reference, stands_on

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Substitute:
    """Who is named to act for a post on these days, both included; without a person its unit acts."""

    post_id: str
    person: PersonRef | None
    first: date
    last: date
    recorded_at: datetime


def acting(post: Post, named: Iterable[Substitute], day: date, known_at: datetime | None = None) -> Acting:
    """Who acts for the post if it is vacant on a day: of those named for that day the last one recorded.

    `named` is in the order of recording.
    """
    counting = None
    for one in named:
        if one.first <= day <= one.last and (known_at is None or one.recorded_at <= known_at):
            counting = one
    if counting is None or counting.person is None:
        return Acting(post_id=post.id, person=None, unit=post.unit)
    return Acting(post_id=post.id, person=counting.person, unit=post.unit, until=counting.last)


def holding(post: Post, named: Sequence[Substitute], day: date) -> Holding:
    """How a post is held on a day, as is known now."""
    if not stands_on(post, day):
        return Holding(
            post=reference(post, day).model_copy(update={"holder": None}),
            since=None,
            before=None,
            acting=None,
            ended=True,
        )
    held = reference(post, day)
    since = _since(post, day)
    return Holding(
        post=held,
        since=since,
        before=post.holder_on(since - DAY) if since is not None else None,
        acting=None if held.holder is not None else acting(post, named, day),
    )


def left(before: Holding) -> Holding:
    """What is told where a post was, when it stands in another division."""
    post = before.post.model_copy(update={"holder": None})
    return before.model_copy(update={"post": post, "acting": None, "ended": True})


def next_change(post: Post, named: Iterable[Substitute], day: date) -> date | None:
    """The first day after this one on which something may be otherwise."""
    return min((one for one in changes(post, named) if one > day), default=None)


def changes(post: Post, named: Iterable[Substitute] = ()) -> Iterator[date]:
    """Every day from which somebody else may hold a post, or act for it."""
    for one in post.appointments:
        if one.superseded_at is None:
            yield one.held_from
            if one.held_to is not None:
                yield one.held_to + DAY
    for other in named:
        yield from (other.first, other.last + DAY)
    if post.ended_on is not None:
        yield post.ended_on + DAY


def _since(post: Post, day: date) -> date | None:
    """The first day of the run in which the holder, or the vacancy, of a day stands."""
    holder = post.holder_on(day)
    first: date | None = None
    for change in sorted({one for one in changes(post) if one <= day}, reverse=True):
        first = change
        if post.holder_on(change - DAY) != holder:
            return first
    return first if holder is not None else None

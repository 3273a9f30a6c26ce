"""Every statement on whether rangers use the system."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from contracts.language.division import Division
from contracts.language.values import Role, day_of
from contracts.roster import Post
from services.patrol.kept import packed
from services.patrol.kept import store as kept_store
from services.patrol.kept.point import begin_of
from services.patrol.kept.store import Span
from services.runtime.transaction import Transaction

_DAY = timedelta(days=1)
Held = tuple[str, Span]
"""A post, and when a terminal was in its holder's hands."""


async def rangers(tx: Transaction, division: Division) -> list[Post]:
    rows = await tx.sql.fetch(
        "SELECT body FROM posts WHERE role = $1 AND starts_with(division, $2) ORDER BY id",
        Role.RANGER.value,
        division.significant,
    )
    return [Post.model_validate_json(row["body"]) for row in rows]


async def with_patrols(tx: Transaction, posts: Collection[str], first: datetime, before: datetime) -> set[str]:
    """Those of some posts of which a patrol was begun between two times."""
    rows = await tx.sql.fetch(
        """
        SELECT asked.post_id FROM unnest($1::text[]) AS asked (post_id)
        WHERE EXISTS (SELECT FROM patrols p
                      WHERE p.post_id = asked.post_id AND p.started_at >= $2 AND p.started_at < $3)
        """,
        list(posts),
        first,
        before,
    )
    return {row["post_id"] for row in rows}


async def with_points(tx: Transaction, posts: Collection[str], first: datetime, before: datetime) -> set[str]:
    """Those of some posts of whose terminals points are kept that were taken between two times.

    A day on which a terminal changed hands is read: as a whole it says not whose points it has.
    """
    rows = await tx.sql.fetch(
        """
        SELECT h.post_id, t.number, greatest(h.carried_from, $2) AS first, least(h.carried_to, $3) AS before
        FROM holdings h JOIN terminals t USING (source, terminal)
        WHERE h.post_id = ANY($1::text[]) AND h.carried_from < $3 AND (h.carried_to IS NULL OR h.carried_to > $2)
        ORDER BY h.post_id, first, t.number
        """,
        list(posts),
        first,
        before,
    )
    held: list[Held] = [(row["post_id"], (row["number"], row["first"], row["before"])) for row in rows]
    found = await _with_rows(tx, held) | await _with_whole_days(tx, held)
    edges = [(post, edge) for post, span in held if post not in found for edge in _edges(span)]
    tracks = await kept_store.track(tx.sql, [edge for _, edge in edges], packed.PLACES) if edges else []
    return found | {post for (post, _), points in zip(edges, tracks, strict=True) if len(points)}


async def _with_rows(tx: Transaction, held: Sequence[Held]) -> set[str]:
    rows = await tx.sql.fetch(
        """
        SELECT DISTINCT asked.post_id
        FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
             AS asked (post_id, terminal, first, before)
        WHERE EXISTS (SELECT FROM points p
                      WHERE p.terminal = asked.terminal AND p.at >= asked.first AND p.at < asked.before)
        """,
        *_columns(held),
    )
    return {row["post_id"] for row in rows}


async def _with_whole_days(tx: Transaction, held: Sequence[Held]) -> set[str]:
    rows = await tx.sql.fetch(
        """
        SELECT DISTINCT asked.post_id
        FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
             AS asked (post_id, terminal, first, before)
        WHERE EXISTS (SELECT FROM packed_days d
                      WHERE d.terminal = asked.terminal AND d.points > 0
                        AND d.day BETWEEN (asked.first AT TIME ZONE 'Asia/Shanghai')::date
                                  AND (asked.before AT TIME ZONE 'Asia/Shanghai')::date - 1)
        """,
        *_columns([(post, whole) for post, span in held for whole in _whole_days(span)]),
    )
    return {row["post_id"] for row in rows}


def _whole_days(span: Span) -> Iterator[Span]:
    number, first, before = span
    first = begin_of(day_of(first) + (_DAY if begin_of(day_of(first)) < first else timedelta()))
    before = begin_of(day_of(before))
    if first < before:
        yield number, first, before


def _edges(span: Span) -> Iterator[Span]:
    """What a span has of days that it does not have whole."""
    number, first, before = span
    (whole,) = list(_whole_days(span)) or [(number, before, before)]
    for one in ((number, first, whole[1]), (number, whole[2], before)):
        if one[1] < one[2]:
            yield one


def _columns(held: Sequence[Held]) -> tuple[list[str], list[int], list[datetime], list[datetime]]:
    spans = [span for _, span in held]
    return (
        [post for post, _ in held],
        [number for number, _, _ in spans],
        [first for _, first, _ in spans],
        [before for _, _, before in spans],
    )

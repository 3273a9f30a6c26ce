"""Whether a board shows what it must: names by the template of its level, area, hotline (F2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import zip_longest

from contracts.language.datum import in_china
from contracts.language.rules import broken, in_words
from contracts.law.registers import BoardRules
from contracts.roster import Board, BoardCondition, BoardContent, FindingRule, Office, Post
from services.roster.holder.holder import changes
from services.roster.register.period import parts_due
from services.roster.register.rules import FieldAndRule, Seen, Wanted
from services.runtime.reference.posts import stands_on

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ground:
    """What there is about a board on the roster: its area, the posts of its grid team and chiefs, the offices.

    `offices` are those at it and above it, the nearest first.
    """

    area_name: str
    area_mu: Decimal
    posts: Sequence[Post]
    offices: Sequence[Office]

    def hotline_on(self, day: date) -> str | None:
        """That of the nearest office that there is on a day; its last day is one of its own."""
        return next((one.hotline for one in self.offices if _is_there(one, day)), None)

    def changes(self) -> Iterator[date]:
        """The days on which another may hold a post or another office have the hotline."""
        for post in self.posts:
            yield from changes(post)
        for office in self.offices:
            yield office.in_force_from
            if office.ended_on is not None:
                yield office.ended_on + DAY


def _is_there(office: Office, day: date) -> bool:
    return office.in_force_from <= day and (office.ended_on is None or day <= office.ended_on)


def must_name(board: Board, posts: Iterable[Post], day: date, law: BoardRules) -> dict[str, str]:
    """Who must stand on the board on a day: the holder's name by post; a vacant post has none."""
    template = law.templates.get(board.division.level)
    if template is None:
        return {}
    held = {post.id: post.holder_on(day) for post in posts if post.role in template.names and stands_on(post, day)}
    return {id: holder.name for id, holder in held.items() if holder is not None}


def differences(
    board: Board, content: BoardContent, ground: Ground, day: date, law: BoardRules
) -> Iterator[FieldAndRule]:
    """Each field of what a board shows that is not as it must be on a day."""
    must = must_name(board, ground.posts, day, law)
    shown = {line.post_id: line.holder for line in content.lines}
    for n, line in enumerate(content.lines):
        name = must.get(line.post_id)
        if name is None:
            yield f"lines.{n}.post_id", broken("board_names_nobody", post=line.post_id, day=day)
        elif name != line.holder:
            yield f"lines.{n}.holder", broken("board_names", post=line.post_id, name=name)
    for post_id in sorted(must.keys() - shown.keys()):
        yield "lines", broken("board_names", post=post_id, name=must[post_id])
    if content.area_name != ground.area_name:
        yield "area_name", broken("board_shows", shown=ground.area_name)
    if content.area_mu != ground.area_mu:
        yield "area_mu", broken("board_shows", shown=ground.area_mu)
    hotline = ground.hotline_on(day)
    if hotline is not None and content.hotline != hotline:
        yield "hotline", broken("board_shows", shown=hotline)
    if not content.duties:
        yield "duties", broken("board_duties")


def problems(board: Board, before: Board | None, grounds: Mapping[str, Ground], seen: Seen) -> Iterator[FieldAndRule]:
    """What forbids enrolling a board; that it shows something old does not: it is found then."""
    if not in_china(board.at.lon, board.at.lat):
        yield "at", broken("outside_china", lon=board.at.lon, lat=board.at.lat)
    for field in ("confirmed_on", "inspected_on"):
        day = getattr(board, field)
        if day is not None and day > seen.today:
            yield field, broken("not_after_today", today=seen.today)
    yield from _of_phones(board, board.content, grounds.get(board.id), seen)
    if before is not None and before.content != board.content and before.photo.sha256 == board.photo.sha256:
        yield "photo.sha256", broken("new_photo")


def problems_of_renewal(
    board: Board, content: BoardContent, sha256: str, confirmed_on: date, ground: Ground, seen: Seen
) -> Iterator[FieldAndRule]:
    """What forbids taking a board for current again."""
    if not board.confirmed_on <= confirmed_on <= seen.today:
        yield "confirmed_on", broken("confirmed_between", first=board.confirmed_on, today=seen.today)
    if sha256 == board.photo.sha256:
        yield "photo.sha256", broken("new_photo")
    law = seen.law.on(confirmed_on)
    for field, rule in differences(board, content, ground, confirmed_on, law):
        yield f"content.{field}", rule
    yield from _of_phones(board, content, ground, seen)


def merged(stated: Board, before: Board | None) -> Board:
    """A later confirmation changes what a board shows and counts a version more; an earlier one leaves what stands."""
    if before is None:
        return stated
    if stated.confirmed_on > before.confirmed_on and stated.content != before.content:
        return stated.model_copy(update={"version": before.version + 1})
    if stated.confirmed_on > before.confirmed_on:
        return stated.model_copy(update={"version": before.version})
    kept = {name: getattr(before, name) for name in ("content", "photo", "confirmed_on", "version")}
    if before.inspected_on is not None and (stated.inspected_on is None or stated.inspected_on < before.inspected_on):
        kept |= {"inspected_on": before.inspected_on, "condition": before.condition}
    return stated.model_copy(update=kept)


def wanted(board: Board, grounds: Mapping[str, Ground], seen: Seen) -> Iterator[Wanted]:
    """Outdated from the day on which what it shows is no longer so; worn; not inspected in its part of the year."""
    law, ground = seen.law.on(seen.today), grounds.get(board.id)
    if ground is not None:
        later = sorted({day for day in ground.changes() if day > seen.today})
        for day, next_on in zip_longest((seen.today, *later), later):
            wrong = [rule for _, rule in differences(board, board.content, ground, day, law)]
            if wrong:
                said = "；".join(in_words(rule.code, rule.figures, "zh-CN") for rule in wrong)
                within_days = law.patch_within_days
                yield Wanted(FindingRule.BOARD_OUTDATED, day, said, within_days=within_days, changes_on=next_on)
                break
    if board.condition is not BoardCondition.GOOD:
        yield Wanted(FindingRule.BOARD_WORN, seen.today, board.condition, within_days=law.new_within_days)
    looked = max(filter(None, (board.inspected_on, board.confirmed_on)))
    known_on = max(seen.known_on, board.in_force_from)
    for part in parts_due(law.inspect_every_months, known_on, looked, seen.today, law.remind_days):
        from_on = part.last - law.remind_days * DAY
        yield Wanted(FindingRule.BOARD_INSPECTION, from_on, part.words, of=part.words, due_on=part.last)


def _of_phones(board: Board, content: BoardContent, ground: Ground | None, seen: Seen) -> Iterator[FieldAndRule]:
    """A phone is public only where the template of the level has it."""
    template = seen.law.on(seen.today).templates.get(board.division.level)
    roles = {post.id: post.role for post in ground.posts} if ground is not None else {}
    for n, line in enumerate(content.lines):
        if line.phone is not None and (template is None or roles.get(line.post_id) not in template.phones):
            yield f"content.lines.{n}.phone", broken("board_phone", post=line.post_id)

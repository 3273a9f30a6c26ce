"""Who answers for a place, who runs its book, and what a person may do, by the posts of a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from contracts.cases import Interval
from contracts.language.division import Division, Level
from contracts.language.rules import Rule, broken
from contracts.language.values import CHIEFS, PostRef, Role, UnitRef
from contracts.roster import Post
from services.cases.division.division import Divisions
from services.runtime.reference.posts import holds, reference, stands_on

DAY = timedelta(days=1)
ANSWERABLE = (*CHIEFS, Role.RESOURCE_SUPERVISOR, Role.RANGER)


class NoOffice(Exception):
    """No chief office is enrolled for a place, so nobody could be told to verify a case there."""

    def __init__(self, division: Division, level: Level) -> None:
        self.rule = broken("no_office", division=division, level=level)
        super().__init__(self.rule)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who moves a case, with the posts held on that day; `seats` says where the units of the `roster` sit."""

    id: str
    posts: tuple[Post, ...]
    seats: Mapping[str, frozenset[Division]] = field(default_factory=dict)
    roster: Roster | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str | None:
        """As the roster names who holds the posts; None for one who holds none."""
        people = (one.person for post in self.posts for one in post.appointments)
        return next((person.name for person in people if person.id == self.id), None)

    def of_unit(self, unit: UnitRef | None) -> bool:
        return unit is not None and any(post.unit.id == unit.id for post in self.posts)

    def runs_the_book(self, division: Division, level: Level) -> bool:
        """Whether the actor is of a chief office of that level or above whose area has the place in it."""
        return any(
            post.role is Role.OFFICE and post.division.level in at_or_above(level) and post.division.contains(division)
            for post in self.posts
        )

    def office_level(self, division: Division) -> Level | None:
        """The highest level at which the actor is of a chief office whose area has the place in it."""
        of = [post.division for post in self.posts if post.role is Role.OFFICE and post.division.contains(division)]
        return min(of, key=lambda one: LEVELS.index(one.level)).level if of else None

    def may_judge(self, unit: UnitRef | None, division: Division, level: Level) -> bool:
        """Whether the actor may say of a unit's work in a place that it is done.

        As a chief of the place, or of a chief office of that level or above; never by a post of the body to which the
        unit belongs, or of one below that.
        """
        seats = () if unit is None else self.seats.get(unit.id, ())
        return not self.of_unit(unit) and any(
            (post.role in CHIEFS or (post.role is Role.OFFICE and post.division.level in at_or_above(level)))
            and post.division.contains(division)
            and not any(seat.contains(post.division) for seat in seats)
            for post in self.posts
        )


class Roster:
    """The posts there are, by area, unit and person, and the divisions in which they stand."""

    def __init__(self, posts: Iterable[Post], divisions: Divisions | None = None) -> None:
        self._places = divisions or Divisions()
        self._by_id: dict[str, Post] = {}
        self._by_area: dict[str, list[Post]] = {}
        self._by_person: dict[str, list[Post]] = {}
        self._offices: dict[Division, list[Post]] = {}
        self._by_unit: dict[str, list[Post]] = {}
        self._answerable: dict[tuple[tuple[str, ...], date], tuple[PostRef, ...]] = {}
        self._references: dict[tuple[str, str | None], PostRef] = {}
        self._seats: dict[str, frozenset[Division]] = {}
        self._divisions: set[Division] = set()
        for post in sorted(posts, key=lambda post: post.id):
            self._by_id[post.id] = post
            self._divisions.add(post.division)
            if post.role in ANSWERABLE:
                self._by_area.setdefault(post.area_id, []).append(post)
            self._by_unit.setdefault(post.unit.id, []).append(post)
            self._seats[post.unit.id] = self._seats.get(post.unit.id, frozenset()) | {post.division}
            if post.role is Role.OFFICE:
                self._offices.setdefault(post.division, []).append(post)
            for person in {appointment.person.id for appointment in post.appointments}:
                self._by_person.setdefault(person, []).append(post)

    def answerable(self, area_ids: Sequence[str], day: date) -> tuple[PostRef, ...]:
        """The posts that answer for these areas with their holders on `day`; areas in the order given.

        For a division that has ended by then those answer that took its place.
        """
        key = (tuple(area_ids), day)
        if key not in self._answerable:
            if len(self._answerable) > 20_000:
                self._answerable.clear()
            self._answerable[key] = tuple(
                self._reference(post, day)
                for area_id in self._places.in_force(area_ids, day)
                for post in self._by_area.get(area_id, ())
                if stands_on(post, day)
            )
        return self._answerable[key]

    def areas(self, division: Division, day: date) -> tuple[str, ...]:
        """The areas that a division and those above it were on a day, the smallest first."""
        return self._places.areas(division, day)

    def of_area(self, area_id: str) -> Sequence[Post]:
        """The posts of an area that answer for it."""
        return self._by_area.get(area_id, ())

    def is_division(self, area_id: str, division: Division) -> bool:
        """Whether an area is what a code means, or has meant."""
        return self._places.means(division, area_id)

    def _reference(self, post: Post, day: date) -> PostRef:
        holder = post.holder_on(day)
        key = (post.id, holder.id if holder else None)
        if key not in self._references:
            self._references[key] = reference(post, day)
        return self._references[key]

    def changes(self, area_ids: Sequence[str], during: Interval) -> list[date]:
        """The first day of a period, and every later one from which another holds one of its posts, or nobody."""
        days = {during.from_on, *(day + DAY for day in self._places.ended_days(area_ids))}
        for post in (post for area_id in area_ids for post in self._by_area.get(area_id, ())):
            days |= {one.held_from for one in post.appointments}
            ends = (post.ended_on, *(one.held_to for one in post.appointments))
            days |= {day + DAY for day in ends if day is not None and day < during.to_on}
        return sorted(day for day in days if during.from_on <= day <= during.to_on)

    def office(self, division: Division, level: Level, day: date) -> UnitRef:
        """The chief office that runs the book of a place: that of `level`, else the next above it. Raises NoOffice."""
        for post in self._offices_up(division, day):
            if post.division.level in at_or_above(level):
                return post.unit
        raise NoOffice(division, level)

    def office_above(self, office: UnitRef, division: Division, day: date) -> UnitRef | None:
        """The next chief office above one that runs the book of a place."""
        chain = [post.unit for post in self._offices_up(division, day)]
        ids = [unit.id for unit in chain]
        higher = chain[ids.index(office.id) + 1 :] if office.id in ids else []
        return higher[0] if higher else None

    def office_to_accept(self, unit: UnitRef, office: UnitRef, division: Division, day: date) -> UnitRef | None:
        """The first chief office, from the one that runs the book up, above the body to which a unit belongs."""
        seats = self._seats.get(unit.id, frozenset())
        chain = list(self._offices_up(division, day))
        first = next((n for n, post in enumerate(chain) if post.unit.id == office.id), 0)
        return next(
            (
                post.unit
                for post in chain[first:]
                if post.unit.id != unit.id and not any(seat.contains(post.division) for seat in seats)
            ),
            None,
        )

    def _offices_up(self, division: Division, day: date) -> Iterator[Post]:
        for above in division.chain():
            offices = [post for post in self._offices.get(above, ()) if stands_on(post, day)]
            # A code given to another has the office of the one that it means on that day.
            meant = [post for post in offices if post.area_id == self._places.areas(above, day)[0]]
            standing = meant or offices
            yield from standing[-1:]

    @property
    def seats(self) -> Mapping[str, frozenset[Division]]:
        """Where the units of the roster sit."""
        return self._seats

    def problem_of_place(self, division: Division, day: date) -> Rule | None:
        """The rule that a place breaks on a day, if any; a division without any post is taken for a mistyped one."""
        if division not in self._divisions:
            return broken("place_without_posts", division=division)
        return self._places.problem_of(division, day)

    def by_id(self, post_id: str) -> Post | None:
        return self._by_id.get(post_id)

    def unit(self, unit_id: str, day: date) -> UnitRef | None:
        """The unit as the roster names it, while one of its posts stands."""
        return next((post.unit for post in reversed(self._by_unit.get(unit_id, ())) if stands_on(post, day)), None)

    def actor(self, person_id: str, day: date) -> Actor:
        """A person with the posts held on `day`."""
        held = (post for post in self._by_person.get(person_id, ()) if holds(post, person_id, day))
        return Actor(person_id, tuple(held), self._seats, self)


def handovers(known: Roster, post: Post, today: date) -> list[tuple[str, date]]:
    """The days on which a post's open cases go to another holder: now, if it is known otherwise, and later ones."""
    if post.role not in ANSWERABLE:
        return []
    before = known.by_id(post.id)
    was, stated = before and before.holder_on(today), post.holder_on(today)
    ends = [day for day in (post.ended_on, *(one.held_to for one in post.appointments)) if day is not None]
    changes = [*(one.held_from for one in post.appointments), *(day + DAY for day in ends)]
    now = [today] if before is not None and was != stated else []
    return [(post.id, day) for day in dict.fromkeys((*now, *(day for day in changes if day > today)))]


LEVELS = tuple(Level)


def at_or_above(level: Level) -> tuple[Level, ...]:
    """The levels from the province down to `level`."""
    return LEVELS[1 : LEVELS.index(level) + 1]

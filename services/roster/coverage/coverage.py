"""How the grids of an area cover its ground, teams and old trees on a day; which gaps are new, and which healed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import shapely

from contracts.law.grids import GridRules, Member
from contracts.roster import Area, Coverage, Gap, GapKind, OldTree, Post
from services.roster.area.area import mu_enclosed
from services.roster.coverage.pieces import GRID_DEGREES, Piece, doubled, polygons, told, uncovered
from services.roster.holder.holder import next_change
from services.roster.old_tree.old_tree import position
from services.runtime.reference.ground import drawn, shape_of
from services.runtime.reference.posts import stands_on

NewId = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Land:
    """Forest land that is known of an area, or of the nearest one above it."""

    area_id: str
    year: int
    source: str
    shape: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Covered:
    """An area with what is to cover it: its grids, the posts on them and on the areas above them, and its old trees."""

    area: Area
    grids: Sequence[Area]
    posts: Sequence[Post]
    land: Land | None = None
    trees: Sequence[OldTree] = ()
    standing: Sequence[Gap] = field(default=())


def judge(one: Covered, rules: GridRules, today: date, new_id: NewId) -> tuple[Coverage, list[Gap]]:
    """How an area is covered today, and each gap that is new, otherwise than before, or healed."""
    grids = [grid for grid in one.grids if _in_force(grid, today)] if _in_force(one.area, today) else []
    shapes = [(grid.id, shape_of(grid)) for grid in grids]
    above = rules.gaps_above_mu
    overlaps = doubled(shapes, above)
    land_mu = rest_mu = None
    open_ground: tuple[Piece, ...] = ()
    if one.land is not None and _in_force(one.area, today):
        land = one.land.shape if one.land.area_id == one.area.id else _within(one.land.shape, one.area)
        rest = uncovered(land, [shape for _, shape in shapes], above)
        land_mu, rest_mu, open_ground = mu_enclosed(polygons(land)), rest.size_mu, rest.pieces
    gaps = [*_pieces(one, [*open_ground, *overlaps], today, new_id)]
    gaps += _teams(one, grids, rules, today, new_id)
    gaps += _trees(one, [shape for _, shape in shapes], today, new_id)
    of = rules.of(one.area.division)
    counted = {kind: sum(gap.kind is kind for gap in gaps) for kind in GapKind}
    coverage = Coverage(
        area_id=one.area.id,
        division=one.area.division,
        template=of and of.template,
        grids=len(grids),
        land_year=one.land and one.land.year,
        land_source=one.land and one.land.source,
        land_mu=land_mu,
        rest_mu=rest_mu,
        gaps=counted[GapKind.GROUND],
        overlaps=counted[GapKind.OVERLAP],
        teams_incomplete=counted[GapKind.TEAM],
        trees_outside=counted[GapKind.TREE],
        outside_norm=tuple(grid.id for grid in grids if rules.is_outside_norm(grid.division, grid.area_mu)),
    )
    before = {gap.id: gap for gap in one.standing}
    now = {gap.id for gap in gaps}
    healed = [gap.model_copy(update={"healed_on": today}) for gap in one.standing if gap.id not in now]
    return coverage, [*healed, *(gap for gap in gaps if gap != before.get(gap.id))]


def next_look(one: Covered, today: date, amended: Iterable[date | None] = ()) -> date | None:
    """The next day on which it may be otherwise although nobody states anything: the law is `amended` on some, too."""
    days = [*(next_change(post, (), today) for post in one.posts), *amended]
    for area in (one.area, *one.grids):
        days += [area.in_force_from, area.ended_on and area.ended_on + timedelta(days=1)]
    return min((day for day in days if day is not None and day > today), default=None)


def _in_force(area: Area, day: date) -> bool:
    return area.in_force_from <= day and (area.ended_on is None or day <= area.ended_on)


def _within(land: shapely.Geometry, area: Area) -> shapely.Geometry:
    return shapely.union_all(list(polygons(shapely.intersection(land, shape_of(area), grid_size=GRID_DEGREES))))


def _pieces(one: Covered, pieces: Iterable[Piece], today: date, new_id: NewId) -> Iterator[Gap]:
    """A piece is the gap that it shares most ground with; of several left of one gap the largest is."""
    shapes = {gap.id: shapely.make_valid(drawn(gap.shape)) for gap in one.standing if gap.shape is not None}
    standing = [gap for gap in one.standing if gap.id in shapes]
    taken: set[str] = set()
    for piece in sorted(pieces, key=lambda piece: (-piece.size_mu, shapely.to_wkt(piece.shape))):
        same = [gap for gap in standing if gap.id not in taken and gap.kind is piece.kind and gap.grids == piece.grids]
        shared = [(shapely.area(shapely.intersection(piece.shape, shapes[gap.id])), gap) for gap in same]
        before = max((pair for pair in shared if pair[0] > 0), key=lambda pair: pair[0], default=(0, None))[1]
        if before is not None:
            taken.add(before.id)
        yield Gap(
            id=before.id if before is not None else new_id(),
            kind=piece.kind,
            area_id=one.area.id,
            division=one.area.division,
            grids=piece.grids,
            shape=told(piece.shape),
            size_mu=piece.size_mu,
            found_on=before.found_on if before is not None else today,
        )


def _teams(one: Covered, grids: Sequence[Area], rules: GridRules, today: date, new_id: NewId) -> Iterator[Gap]:
    of = rules.of(one.area.division)
    if of is None:
        return
    before = {gap.grids: gap for gap in one.standing if gap.kind is GapKind.TEAM}
    members = rules.templates[of.template].members
    ids = {grid.id for grid in one.grids}
    for grid in grids:
        lacking = [(member.role, _lacks(member, grid, ids, one.posts, today)) for member in members]
        missing = tuple(role for role, what in lacking if what == "missing")
        vacant = tuple(role for role, what in lacking if what == "vacant")
        if not missing and not vacant:
            continue
        was = before.get((grid.id,))
        yield Gap(
            id=was.id if was is not None else new_id(),
            kind=GapKind.TEAM,
            area_id=one.area.id,
            division=one.area.division,
            grids=(grid.id,),
            missing=missing,
            vacant=vacant,
            found_on=was.found_on if was is not None else today,
        )


def _lacks(member: Member, grid: Area, grids: set[str], posts: Iterable[Post], today: date) -> str | None:
    """Whether there are too few posts of a role, or too few that somebody holds."""
    its = [
        post
        for post in posts
        if post.role is member.role
        and stands_on(post, today)
        and (post.area_id == grid.id or (member.above and post.area_id not in grids))
    ]
    if len(its) < member.least:
        return "missing"
    return "vacant" if sum(post.holder_on(today) is not None for post in its) < member.least else None


def _trees(one: Covered, shapes: Sequence[shapely.Geometry], today: date, new_id: NewId) -> Iterator[Gap]:
    before = {gap.tree_id: gap for gap in one.standing if gap.kind is GapKind.TREE}
    for tree in one.trees:
        if tree.ended_on is not None and tree.ended_on < today:
            continue
        point = shapely.Point(*position(tree))
        if any(shapely.intersects(shape, point) for shape in shapes):
            continue
        was = before.get(tree.id)
        yield Gap(
            id=was.id if was is not None else new_id(),
            kind=GapKind.TREE,
            area_id=one.area.id,
            division=one.area.division,
            tree_id=tree.id,
            found_on=was.found_on if was is not None else today,
        )

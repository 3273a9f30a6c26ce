"""What is read around boards: their areas, the posts that stand on them, the offices that have a hotline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contracts.language.division import Division
from contracts.roster import Board, Office, Register
from services.roster.board.board import Ground
from services.roster.register import store
from services.runtime.transaction import Transaction


async def grounds(tx: Transaction, boards: Sequence[Board]) -> dict[str, Ground]:
    """What there is about each board, by its id; none where its area is not enrolled."""
    areas = await store.areas_here(tx, {board.area_id for board in boards})
    above = {area.parent_id for area in areas.values() if area.kind == "grid" and area.parent_id}
    posts = await store.posts_of(tx, {*areas, *above})
    offices = await _offices(tx, {board.division for board in boards})
    found = {}
    for board in boards:
        area = areas.get(board.area_id)
        if area is None:
            continue
        beside = {one.id for one in areas.values() if one.kind == "grid" and one.parent_id == area.id}
        beside |= {area.parent_id} if area.kind == "grid" and area.parent_id else set()
        team = [post for id in (area.id, *sorted(beside)) for post in posts.get(id, ())]
        found[board.id] = Ground(area.name, area.area_mu, team, offices[board.division])
    return found


async def _offices(tx: Transaction, divisions: set[Division]) -> Mapping[Division, list[Office]]:
    """The enrolled offices at and above each division, the nearest first."""
    chain = {above for division in divisions for above in division.chain()}
    rows = await tx.sql.fetch(
        "SELECT body FROM entries WHERE register = $1 AND division = ANY($2::text[]) ORDER BY id",
        Register.OFFICE,
        sorted(chain),
    )
    at: dict[Division, list[Office]] = {}
    for office in (_office(row["body"]) for row in rows):
        at.setdefault(office.division, []).append(office)
    return {division: [one for above in division.chain() for one in at.get(above, ())] for division in divisions}


def _office(body: str) -> Office:
    return Office.model_validate_json(body)

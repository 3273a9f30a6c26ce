"""What is read around boards: their areas, the posts that stand on them, the hotline of the nearest office."""

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
    hotlines = await _hotlines(tx, {board.division for board in boards})
    found = {}
    for board in boards:
        area = areas.get(board.area_id)
        if area is None:
            continue
        beside = {one.id for one in areas.values() if one.kind == "grid" and one.parent_id == area.id}
        beside |= {area.parent_id} if area.kind == "grid" and area.parent_id else set()
        team = [post for id in (area.id, *sorted(beside)) for post in posts.get(id, ())]
        found[board.id] = Ground(area.name, area.area_mu, team, hotlines[board.division])
    return found


async def _hotlines(tx: Transaction, divisions: set[Division]) -> Mapping[Division, str | None]:
    """The phone of the nearest enrolled office at or above each division."""
    chain = {above for division in divisions for above in division.chain()}
    rows = await tx.sql.fetch(
        "SELECT body FROM entries WHERE register = $1 AND division = ANY($2::text[]) ORDER BY id DESC",
        Register.OFFICE,
        sorted(chain),
    )
    offices = {one.division: one.hotline for row in rows if (one := _office(row["body"])).ended_on is None}
    found: dict[Division, str | None] = {}
    for division in divisions:
        found[division] = next((offices[above] for above in division.chain() if above in offices), None)
    return found


def _office(body: str) -> Office:
    return Office.model_validate_json(body)

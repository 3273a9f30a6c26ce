"""Confirms boards, and has them looked at when a post, an area or a hotline has changed."""

from __future__ import annotations

from contracts.language.rules import Wrong
from contracts.language.values import day_of
from contracts.roster import AreaStated, Board, BoardCondition, OfficeStated, PostStated, Register, RenewBoard
from services.roster.board import board as rules
from services.roster.board.law import LAW
from services.roster.board.store import grounds
from services.roster.register import store
from services.roster.register.record import entry_named, put, seen_by
from services.roster.register.rules import Rules
from services.roster.statement import require_lawful
from services.runtime.messages import Answer, Ask, Heard, News
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
BOARDS: Rules[Board] = Rules(
    Register.BOARD,
    lambda board: board.place,
    problems=rules.problems,
    wanted=rules.wanted,
    merged=rules.merged,
    around=grounds,
    law=LAW,
)


@room.answers(RenewBoard)
async def renew(tx: Transaction, ask: Ask[RenewBoard]) -> Answer:
    """It is current again by a confirmed content, which is what it must show, and a photograph of its own."""
    asked = ask.command
    before = await entry_named(tx, ask, Register.BOARD, "board_id")
    board: Board = before.entry
    stated = {"content": asked.content, "photo": asked.photo, "confirmed_on": asked.confirmed_on}
    if all(getattr(board, name) == value for name, value in stated.items()):
        return Answer(board)
    around = await grounds(tx, [board])
    wrong = rules.problems_of_renewal(
        board, asked.content, asked.photo.sha256, asked.confirmed_on, around[board.id], await seen_by(tx, BOARDS)
    )
    require_lawful("entries", [Wrong(field=field, rule=rule) for field, rule in wrong])
    renewed = board.model_copy(update={**stated, "version": board.version + 1, "condition": BoardCondition.GOOD})
    return Answer(renewed, await put(tx, BOARDS, [renewed], {board.id: before}, around))


@room.hears(PostStated, locks="post.division", uses=("post.division",))
async def follow_posts(tx: Transaction, heard: list[Heard[PostStated]]) -> list[News]:
    """A board is outdated by the fact that changes a name on it, on the day on which the name changes."""
    await store.look_at_once(tx, Register.BOARD, {one.body.post.division for one in heard}, day_of(tx.now))
    return []


@room.hears(AreaStated, locks="area.division", uses=("area.division",))
async def follow_areas(tx: Transaction, heard: list[Heard[AreaStated]]) -> list[News]:
    """Or by one that changes its area."""
    await store.look_at_once(tx, Register.BOARD, {one.body.area.division for one in heard}, day_of(tx.now))
    return []


@room.hears(OfficeStated, locks="office.division", uses=("office.division",))
async def follow_hotlines(tx: Transaction, heard: list[Heard[OfficeStated]]) -> list[News]:
    """Or its hotline."""
    await store.look_below(tx, Register.BOARD, {one.body.office.division for one in heard}, day_of(tx.now))
    return []

"""The supervision ladder: which rung falls due when, for whom, and when it stops (DOMAIN §5); data in `ladder.json`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.cases import Case, CaseState, Letter
from contracts.language.division import Division
from contracts.language.values import CHIEFS, PostRef, Role, UnitRef
from contracts.law.cases.ladder import Rung
from services.cases.case.case import OFFICE_MUST, case_id
from services.cases.case.closing import notice_ends_on
from services.cases.law.deadline import after, shifted
from services.cases.law.rules import LAW
from services.cases.law.rungs import LADDER
from services.runtime.reference.posts import nearest_chief

Seats = Mapping[str, Collection[Division]]
_UNKNOWN_SEATS: Seats = {}
OWNER = "owner"
LOOK_BACK = "look_back"


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody who must act by a day: the owner, the receiver of a referral, the office that must look back."""

    about: str
    unit: UnitRef
    due_on: date
    since_on: date
    last_rung: str | None = None

    def letter_id(self, case: Case, rung: Rung) -> UUID:
        """The same day and rung is the same letter, however often the unit is given the case back with its day."""
        return case_id("letter", case.ref.id, self.about, self.unit.id, self.due_on, rung.name)


def pressed(case: Case) -> list[Press]:
    """Everybody the ladder presses for this case now."""
    owner = case.owner
    # A notice that runs is ended by time: there is nobody to press.
    presses = (
        [Press(OWNER, owner.unit, owner.due_on, owner.since_on or owner.due_on)]
        if owner is not None and notice_ends_on(case) is None
        else []
    )
    presses += [
        Press(f"referral-{one.n}", one.to, one.due_on, one.sent_on, one.last_rung)
        for one in case.referrals
        if one.acknowledged_on is None and one.cycle == case.cycle and owner is not None
    ]
    if case.state is CaseState.CLOSED and case.look_back_on is not None:
        due_on = after(case.look_back_on, LAW.seen.on(case.look_back_on).working_days["look_back"]).on
        presses.append(Press(LOOK_BACK, case.office, due_on, case.look_back_on))
    return presses


def rungs_of(press: Press) -> Sequence[Rung]:
    """The rungs in force on the day on which it became theirs."""
    return LADDER.seen.on(press.since_on).rungs


def ahead(case: Case, press: Press, issued: Sequence[UUID]) -> Iterator[tuple[date, Rung]]:
    """The rungs still to come, with their days; none up to the day it became theirs, none below one issued.

    What was late already when it became theirs is pressed from that day on, as if that were its day.
    """
    rungs = rungs_of(press)
    last = max((n for n, rung in enumerate(rungs) if _was_issued(case, press, rung, issued)), default=-1)
    was_late = press.due_on < press.since_on
    for rung in rungs[last + 1 :]:
        day = shifted(max(press.due_on, press.since_on), rung.working_days)
        if day > press.since_on or (was_late and day == press.since_on):
            yield day, rung


def _was_issued(case: Case, press: Press, rung: Rung, issued: Sequence[UUID]) -> bool:
    return rung.name == press.last_rung or (bool(issued) and press.letter_id(case, rung) in issued)


def next_on(case: Case, issued: Sequence[UUID], looked_on: date = date.min) -> date | None:
    """The day on which the ladder must look at this case again, after the day on which it looked last."""
    days = (day for press in pressed(case) for day, _ in ahead(case, press, issued) if day > looked_on)
    return min(days, default=None)


def due(
    case: Case, issued: Sequence[UUID], today: date, above: UnitRef | None = None, seats: Seats = _UNKNOWN_SEATS
) -> list[Letter]:
    """The letters to issue today: for each who is pressed, the highest rung whose day has come.

    No office writes to itself: where it is the one that is late, the office above it does, if there is any. `seats`
    says where the units of the roster sit.
    """
    letters = []
    for press in pressed(case):
        office = above if press.unit.id == case.office.id else case.office
        rungs = [rung for day, rung in ahead(case, press, issued) if day <= today]
        if rungs and office is not None:
            before = [one.name for one in rungs_of(press) if _was_issued(case, press, one, issued)]
            chiefs = _movers(case, seats.get(press.unit.id, ()))
            letters.append(_letter(case, press, rungs[-1], today, office, before, chiefs))
    return letters


def _letter(
    case: Case,
    press: Press,
    rung: Rung,
    today: date,
    office: UnitRef,
    before: Sequence[str],
    chiefs: Sequence[PostRef],
) -> Letter:
    reply = after(today, LADDER.seen.on(today).reply_within_working_days)
    return Letter(
        id=press.letter_id(case, rung),
        rung=rung.name,
        about=press.about,
        office=office,
        to=press.unit,
        posts=tuple(post for role in rung.roles if (post := _chief(chiefs, role)) is not None),
        due_on=press.due_on,
        issued_on=today,
        reply_due_on=reply.on,
        calendar=reply.calendar,
        asked=_asked(case, press),
        before=tuple(before),
    )


def _asked(case: Case, press: Press) -> str:
    if press.about != OWNER:
        return LOOK_BACK if press.about == LOOK_BACK else "acknowledge"
    if case.state is CaseState.SUBMITTED:
        return "accept"
    if case.state is CaseState.ON_NOTICE and case.objection is None:
        return "close"
    return OFFICE_MUST.get(case.state, "rectify")


def _movers(case: Case, seats: Collection[Division]) -> Sequence[PostRef]:
    """The posts of the levels that can move a unit: a village's chief has no say over the station of a town."""
    above = [post for post in case.acting if any(post.division.contains(seat) for seat in seats)]
    return above if nearest_chief(above) is not None else case.acting


def _chief(chiefs: Sequence[PostRef], role: Role) -> PostRef | None:
    return nearest_chief(chiefs, CHIEFS if role is Role.CHIEF else (role,))


def stopped(before: Case, case: Case, letters: Sequence[Letter]) -> list[tuple[str, str]]:
    """What was pressed and no longer is, with the last rung issued to it."""
    still = pressed(case)
    ended = [press for press in pressed(before) if press not in still]
    told = []
    for press in ended:
        ids = {press.letter_id(before, rung): rung.name for rung in rungs_of(press)}
        last = [ids[letter.id] for letter in letters if letter.id in ids]
        if last:
            told.append((press.about, last[-1]))
    return told

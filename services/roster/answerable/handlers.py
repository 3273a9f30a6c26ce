"""Says who answers for a point, a line or a piece of ground."""

from __future__ import annotations

from contracts.language.rules import Wrong, broken
from contracts.language.values import day_of
from contracts.roster import WhoAnswers, WhoAnswersFor
from services.roster.answerable import answerable
from services.roster.answerable.store import DUTIES, as_known
from services.runtime.messages import Answer, Ask
from services.runtime.problem import Problem
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(WhoAnswers)
async def who_answers(tx: Transaction, ask: Ask[WhoAnswers]) -> Answer:
    asked = ask.command
    known = await as_known(tx.sql, await tx.see(DUTIES), asked.known_at)
    areas = known.areas(asked.lon, asked.lat, asked.at)
    if not areas:
        rule = broken("ground_in_force", day=day_of(asked.at))
        errors = [Wrong(field=field, rule=rule) for field in ("lon", "lat")]
        raise Problem(404, "no-such-ground", broken("no_ground", lon=asked.lon, lat=asked.lat), errors=errors)
    ask.require_within(answerable.place_of(areas).division)
    told = known.answerable(areas, asked.at, asked.known_at)
    contradiction = known.contradiction(asked.lon, asked.lat, asked.at, areas)
    return Answer(told.model_copy(update={"contradiction": contradiction}))


@room.answers(WhoAnswersFor)
async def who_answers_for(tx: Transaction, ask: Ask[WhoAnswersFor]) -> Answer:
    asked = ask.command
    known = await as_known(tx.sql, await tx.see(DUTIES), asked.known_at)
    shared = known.shared(asked.ground, asked.at)
    if not shared.areas:
        lon, lat = answerable.first_of(asked.ground)
        field = answerable.stated_as(asked.ground)
        errors = [Wrong(field=field, rule=broken("ground_in_force", day=day_of(asked.at)))]
        raise Problem(404, "no-such-ground", broken("no_ground", lon=lon, lat=lat), errors=errors)
    ask.require_within(answerable.place_of(shared.areas).division)
    return Answer(known.answerable_for(shared, asked.at, asked.known_at))

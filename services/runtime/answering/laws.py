"""What every service answers of its laws: how they stand, and that a text takes the place of one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from contracts.every_service import LawChange, LawShown, LawsShown, LawTaken, LawVersion, ShowLaws, TakeUpLaw
from contracts.every_service import law_taken_up as fact_of
from contracts.language.division import UNKNOWN
from contracts.language.message import Command
from contracts.language.rules import Rule, Wrong, broken
from contracts.language.values import day_of
from contracts.law.lines import Fault, Faulty
from contracts.law.reading import law_named, read_law
from contracts.law.versions import Change, Law
from services.runtime.answering.commands import CommandHandler
from services.runtime.messages import Answer, Ask
from services.runtime.problem import Problem, refuse_field
from services.runtime.reference import law
from services.runtime.reference.law import InForce, LawFile
from services.runtime.reference.outcome import Weigh, day_of_change, outcome_of
from services.runtime.transaction import Transaction


def answering_of(
    service: str, laws: Sequence[LawFile[Any]], weighing: Mapping[str, Weigh] = MappingProxyType({})
) -> dict[type[Command], CommandHandler]:
    """The commands about the laws of one service; `weighing` are those of which it can say what would come of them."""
    files = {one.name: one for one in laws}

    async def show(tx: Transaction, ask: Ask[ShowLaws]) -> Answer:
        ask.require_operator()
        asked = ask.command.law
        if asked is not None and asked not in files:
            refuse_field("law", broken("one_of", known=", ".join(files) or "-"))
        chosen = files if asked is None else {asked: files[asked]}
        found = [_shown(name, await law.in_force(tx, file), asked is not None) for name, file in chosen.items()]
        return Answer(LawsShown(laws=tuple(found)))

    async def take_up(tx: Transaction, ask: Ask[TakeUpLaw]) -> Answer:
        ask.require_operator()
        file, stated = _read(files, ask.command.text)
        before = await law.in_force(tx, file)
        after = stated.taken_up_after(before.law, day_of(tx.now))
        if lost := before.law.lost_in(after):
            refuse_field("text", broken("law_keeps", names=", ".join(lost)))
        differences = before.law.changes_to(after)
        changes, confirm = tuple(map(_change, differences)), before.confirming(ask.command.text)
        taken = LawTaken(
            law=file.name,
            digest=law.digest_of(ask.command.text),
            changes=changes,
            confirm=confirm,
            taken_up=ask.command.confirm is not None,
        )
        if ask.command.confirm is None:
            day, weigh = day_of_change(differences, day_of(tx.now)), weighing.get(file.name)
            if day is None or weigh is None:
                return Answer(taken)
            weighed = await weigh(tx, (before.law, after), day)
            return Answer(taken.model_copy(update={"outcome": outcome_of(weighed, day)}))
        if ask.command.confirm != confirm:
            rule = broken("law_confirmed")
            raise Problem(409, "not-what-was-shown", rule, errors=[Wrong(field="confirm", rule=rule)])
        await law.take_up(tx, file, ask.command.text, before.number + 1, ask.actor)
        news = fact_of(service)(
            law=file.name,
            digest=taken.digest,
            versions=_versions(after),
            changes=changes,
            division=UNKNOWN,
            by=ask.actor,
            at=tx.now,
        )
        return Answer(taken, [news])

    return {ShowLaws: show, TakeUpLaw: take_up}


def _read(files: Mapping[str, LawFile[Any]], text: str) -> tuple[LawFile[Any], Law[Any]]:
    """Which law a text is of, and what it states. Raises Problem 422 naming line, field and rule."""
    try:
        file = files[law_named(text, files)]
        return file, read_law(text, file.name, file.rules)
    except Faulty as faulty:
        errors = [Wrong(field=one.field, rule=_in_line(one)) for one in faulty.faults]
        raise Problem(422, "not-lawful", None, errors=errors) from None


def _in_line(fault: Fault) -> Rule:
    """The line goes with the figures of the rule."""
    return Rule(fault.rule.code, {**fault.rule.figures, "line": str(fault.line)})


def _shown(name: str, stands: InForce[Any], with_text: bool) -> LawShown:
    return LawShown(
        law=name,
        digest=stands.digest,
        versions=_versions(stands.law),
        taken_up_by=stands.taken_up_by,
        taken_up_at=stands.taken_up_at,
        text=stands.text if with_text else None,
    )


def _versions(stated: Law[Any]) -> tuple[LawVersion, ...]:
    return tuple(
        LawVersion(version=one.rules.version, source=one.rules.source, from_on=one.from_on, known_from=one.known_from)
        for one in stated.versions
    )


def _change(one: Change) -> LawChange:
    return LawChange(
        path=".".join(one.path), before=_json(one.before), after=_json(one.after), from_on=one.from_on, to_on=one.to_on
    )


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)

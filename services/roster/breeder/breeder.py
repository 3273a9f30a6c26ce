"""How breeding for food ends: by steps with evidence, nothing by force before it is paid or agreed (C2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from contracts.language.rules import broken
from contracts.law.registers import BreederRules
from contracts.roster import (
    Breeder,
    BreederStatus,
    BreederStep,
    BreedingUse,
    DisposalWay,
    FindingRule,
    PayingTier,
    Register,
    StepKind,
)
from services.roster.breeder.law import LAW
from services.roster.register.finding import MOST_OF
from services.roster.register.period import parts_due
from services.roster.register.rules import FieldAndRule, Rules, Seen, Wanted

DAY = timedelta(days=1)
NEEDED: Mapping[StepKind, tuple[str, ...]] = {
    StepKind.COMPENSATION: ("species", "yuan"),
    StepKind.DISPOSAL: ("species", "head", "kg", "way"),
    StepKind.PAYMENT: ("yuan", "tier"),
    StepKind.CONVERSION: ("successor",),
}
"""What a step of a kind must say."""
ENDED = (BreederStatus.CLOSED, BreederStatus.CONVERTED)


def status_of(breeder: Breeder) -> BreederStatus:
    """What the steps make of it: closed when nothing is left, withdrawn and paid, converted when that was done."""
    steps = breeder.steps
    if not steps:
        return BreederStatus.OPERATING
    kinds = {step.kind for step in steps}
    is_withdrawn = breeder.licence is None or StepKind.LICENCE_WITHDRAWN in kinds
    is_paid = _due_yuan(steps) == _paid_yuan(steps) and (breeder.illegal or StepKind.COMPENSATION in kinds)
    if is_withdrawn and is_paid and not any(any(left) for left in left_of(breeder, steps).values()):
        return BreederStatus.CLOSED
    if is_withdrawn and StepKind.CONVERSION in kinds:
        return BreederStatus.CONVERTED
    return BreederStatus.CLOSING


def left_of(breeder: Breeder, steps: Iterable[BreederStep]) -> dict[str, tuple[int, Decimal]]:
    """Head and kg of each species that were not disposed of."""
    left = {one.species: (one.head, one.kg) for one in breeder.stock}
    for step in steps:
        if step.kind is StepKind.DISPOSAL and step.species in left:
            head, kg = left[step.species]
            left[step.species] = (head - (step.head or 0), kg - (step.kg or Decimal()))
    return left


def problems(breeder: Breeder, before: Breeder | None, around: None, seen: Seen) -> Iterator[FieldAndRule]:
    """What forbids enrolling a breeder; steps are lawful one after the other."""
    if breeder.licence is not None and breeder.licence.last < breeder.licence.first:
        yield "licence.last", broken("held_to_before", first=breeder.licence.first)
    times = Counter(one.species for one in breeder.stock)
    for n, stock in enumerate(breeder.stock):
        if times[stock.species] > 1:
            yield f"stock.{n}.species", broken("once_in_list")
    for n, inspection in enumerate(breeder.inspections):
        if inspection.visited_on > seen.today:
            yield f"inspections.{n}.visited_on", broken("not_after_today", today=seen.today)
    for n, step in enumerate(breeder.steps):
        for field, rule in problems_of_step(breeder, breeder.steps[:n], step, seen):
            yield f"steps.{n}.{field}", rule


def problems_of_step(
    breeder: Breeder, before: Sequence[BreederStep], step: BreederStep, seen: Seen
) -> Iterator[FieldAndRule]:
    """What forbids a step after those before it."""
    if any(one.number == step.number for one in before):
        yield "number", broken("once_in_list")
    if step.done_on > seen.today:
        yield "done_on", broken("not_after_today", today=seen.today)
    if before and step.done_on < before[-1].done_on:
        yield "done_on", broken("after_step", day=before[-1].done_on)
    if not step.evidence:
        yield "evidence", broken("evidence_of_step")
    missing = [name for name in NEEDED.get(step.kind, ()) if getattr(step, name) is None]
    for name in missing:
        yield name, broken("needed_for_step", step=step.kind)
    if step.species is not None and step.species not in {one.species for one in breeder.stock}:
        yield "species", broken("one_of", known=", ".join(one.species for one in breeder.stock))
    elif not missing and (check := _OF_KIND.get(step.kind)) is not None:
        yield from check(breeder, before, step, seen.law.on(step.done_on))


Check = Callable[[Breeder, Sequence[BreederStep], BreederStep, BreederRules], Iterator[FieldAndRule]]


def _compensation(
    breeder: Breeder, before: Sequence[BreederStep], step: BreederStep, law: BreederRules
) -> Iterator[FieldAndRule]:
    """By the tariff where it has the species; for what was shut as illegal nothing is due."""
    if breeder.illegal:
        yield "yuan", broken("nothing_due")
        return
    if any(one.kind is StepKind.COMPENSATION and one.species == step.species for one in before):
        yield "species", broken("once_in_list")
    price = law.tariff.get(step.species or "")
    if price is not None:
        stock = next(one for one in breeder.stock if one.species == step.species)
        amount = Decimal(stock.head) if price.unit == "head" else stock.kg
        if step.yuan != amount * price.yuan:
            yield "yuan", broken("by_tariff", amount=amount, unit=price.unit, yuan=price.yuan, due=amount * price.yuan)


def _disposal(
    breeder: Breeder, before: Sequence[BreederStep], step: BreederStep, law: BreederRules
) -> Iterator[FieldAndRule]:
    """Nothing is taken by force: only after consent, or after what is due has been paid whole."""
    consented = any(one.kind is StepKind.CONSENT for one in before)
    is_paid = any(one.kind is StepKind.COMPENSATION for one in before) and _due_yuan(before) == _paid_yuan(before)
    if not (consented or is_paid or breeder.illegal):
        yield "kind", broken("not_by_force")
    if step.way not in law.ways:
        yield "way", broken("one_of", known=", ".join(law.ways))
    if step.way is DisposalWay.DESTROY and not step.sick_confirmed:
        yield "sick_confirmed", broken("destroy_sick")
    head, kg = left_of(breeder, before)[step.species or ""]
    if (step.head or 0) > head:
        yield "head", broken("less_than_equal", le=head)
    if (step.kg or Decimal()) > kg:
        yield "kg", broken("less_than_equal", le=kg)


def _payment(
    breeder: Breeder, before: Sequence[BreederStep], step: BreederStep, law: BreederRules
) -> Iterator[FieldAndRule]:
    """No tier pays more than its part of what is due."""
    if step.tier is None or step.yuan is None:
        return
    part = law.part_of(step.tier, _due_yuan(before))
    if _paid_yuan(before, step.tier) + step.yuan > part:
        yield "yuan", broken("part_of_tier", tier=step.tier, part=part)


def _withdrawal(
    breeder: Breeder, before: Sequence[BreederStep], step: BreederStep, law: BreederRules
) -> Iterator[FieldAndRule]:
    if step.done_on < law.licences_withdrawn_from:
        yield "done_on", broken("after_step", day=law.licences_withdrawn_from)
    if breeder.licence is None:
        yield "kind", broken("no_licence")


def _conversion(
    breeder: Breeder, before: Sequence[BreederStep], step: BreederStep, law: BreederRules
) -> Iterator[FieldAndRule]:
    """What must stop may not be kept for another use: it is disposed of first."""
    left = {species for species, amounts in left_of(breeder, before).items() if any(amounts)}
    stopped = sorted(left & law.must_stop)
    if stopped:
        yield "kind", broken("must_stop", species=", ".join(stopped))


_OF_KIND: Mapping[StepKind, Check] = {
    StepKind.COMPENSATION: _compensation,
    StepKind.DISPOSAL: _disposal,
    StepKind.PAYMENT: _payment,
    StepKind.LICENCE_WITHDRAWN: _withdrawal,
    StepKind.CONVERSION: _conversion,
}


def merged(stated: Breeder, before: Breeder | None) -> Breeder:
    """Steps that were recorded stay, those stated besides come after them; the status is what they make of it."""
    steps = before.steps if before is not None else ()
    numbers = {one.number for one in steps}
    return with_steps(stated, (*steps, *(one for one in stated.steps if one.number not in numbers)))


def with_steps(breeder: Breeder, steps: tuple[BreederStep, ...]) -> Breeder:
    """The breeder as these steps leave it."""
    after = breeder.model_copy(update={"steps": steps})
    return after.model_copy(update={"status": status_of(after)})


def wanted(breeder: Breeder, around: None, seen: Seen) -> Iterator[Wanted]:
    """Breeding for food that has not ended; inspections of what goes on; a licence at its end."""
    if breeder.status in ENDED:
        return
    law = seen.law.on(seen.today)
    if breeder.use is BreedingUse.FOOD:
        from_on = max(law.food_banned_from, breeder.in_force_from)
        due_on = law.food_ends_by
        if seen.known_on > due_on:
            due_on = seen.known_on + law.found_later_within_days * DAY
        said = "、".join(f"{one.species} {one.head}/{one.kg} kg" for one in breeder.stock)
        yield Wanted(FindingRule.FOOD_BREEDING, from_on, said, due_on=due_on)
    known_on = max(seen.known_on, breeder.in_force_from)
    visited = max((one.visited_on for one in breeder.inspections), default=None)
    for part in parts_due(law.inspect_every_months, known_on, visited, seen.today, law.remind_days):
        from_on = part.last - law.remind_days * DAY
        yield Wanted(FindingRule.BREEDER_INSPECTION, from_on, part.words, of=part.words, due_on=part.last)
    if breeder.use is not BreedingUse.FOOD:
        yield _of_licence(breeder, seen, law)


def _of_licence(breeder: Breeder, seen: Seen, law: BreederRules) -> Wanted:
    rule, licence = FindingRule.LICENCE_NOT_IN_FORCE, breeder.licence
    if licence is None:
        return Wanted(rule, seen.today, breeder.name, within_days=law.remind_days)
    from_on = licence.last - law.remind_days * DAY
    # A part of a number may be another's, or only its blanks.
    of = licence.number if len(licence.number) <= MOST_OF else str(licence.last)
    return Wanted(rule, from_on, licence.number, of=of, due_on=max(licence.last, seen.known_on))


def _due_yuan(steps: Iterable[BreederStep]) -> Decimal:
    return sum((one.yuan or Decimal() for one in steps if one.kind is StepKind.COMPENSATION), Decimal())


def _paid_yuan(steps: Iterable[BreederStep], tier: PayingTier | None = None) -> Decimal:
    paid = (one for one in steps if one.kind is StepKind.PAYMENT and tier in (None, one.tier))
    return sum((one.yuan or Decimal() for one in paid), Decimal())


BREEDERS: Rules[Breeder] = Rules(
    Register.BREEDER, lambda one: one.name, problems=problems, wanted=wanted, merged=merged, law=LAW
)

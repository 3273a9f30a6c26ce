"""Whether a ranger is paid, equipped, trained, rewarded and fined as the county has it (B2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from contracts.language.rules import broken
from contracts.roster import FindingRule, Ranger, Register
from services.roster.ranger.law import LAW
from services.roster.register.period import months_later
from services.roster.register.rules import FieldAndRule, Rules, Seen, Wanted

DAY = timedelta(days=1)
WHOLE_YEAR = 12


def problems(ranger: Ranger, before: Ranger | None, around: None, seen: Seen) -> Iterator[FieldAndRule]:
    """What forbids enrolling a file."""
    if ranger.contract_to < ranger.contract_from:
        yield "contract_to", broken("held_to_before", first=ranger.contract_from)
    times = Counter(one.item for one in ranger.rewards_and_penalties)
    for n, one in enumerate(ranger.rewards_and_penalties):
        field = f"rewards_and_penalties.{n}"
        if times[one.item] > 1:
            yield f"{field}.item", broken("once_in_list")
        if one.on > seen.today:
            yield f"{field}.on", broken("not_after_today", today=seen.today)
        money = seen.law.on(one.on).standard(ranger.division).rules
        if one.rule not in money:
            yield f"{field}.rule", broken("one_of", known=", ".join(money))
            continue
        least, most = money[one.rule].between(one.reported_first)
        if not least <= one.amount_yuan <= most:
            yield f"{field}.amount_yuan", broken("amount_by_rule", least=least, most=most, item=one.rule)
    standard = seen.law.on(seen.today).standard(ranger.division)
    for n, kit in enumerate(ranger.kit):
        if kit.item not in standard.kit:
            yield f"kit.{n}.item", broken("one_of", known=", ".join(standard.kit))
    months = Counter[int]()
    for pay in ranger.pay:
        months[pay.year] += pay.months
    for n, pay in enumerate(ranger.pay):
        if months[pay.year] > WHOLE_YEAR:
            yield f"pay.{n}.months", broken("less_than_equal", le=WHOLE_YEAR)


def paid(ranger: Ranger) -> dict[int, Decimal]:
    """Yuan by year, of the years that are whole: a season alone cannot be set beside a year."""
    months, yuan = Counter[int](), defaultdict[int, Decimal](Decimal)
    for pay in ranger.pay:
        months[pay.year] += pay.months
        yuan[pay.year] += pay.base_yuan + pay.performance_yuan
    return {year: yuan[year] for year in sorted(yuan) if months[year] == WHOLE_YEAR}


def wanted(ranger: Ranger, around: None, seen: Seen) -> Iterator[Wanted]:
    """Pay below the standard or the year before, kit, training, the contract's end."""
    yield from _of_pay(ranger, seen)
    yield from _of_kit(ranger, seen)
    yield from _of_training(ranger, seen)
    from_on = ranger.contract_to - seen.law.on(seen.today).remind_days * DAY
    said = f"{ranger.contract_from}..{ranger.contract_to}"
    due_on = max(ranger.contract_to, seen.known_on)
    yield Wanted(FindingRule.CONTRACT_NOT_IN_FORCE, from_on, said, of=str(ranger.contract_to), due_on=due_on)


def _of_pay(ranger: Ranger, seen: Seen) -> Iterator[Wanted]:
    by_year = paid(ranger)
    for year, yuan in by_year.items():
        standard = seen.law.on(date(year, 12, 31)).standard(ranger.division)
        if yuan < standard.least_yuan_a_year:
            said = f"{year}: {yuan} < {standard.least_yuan_a_year}"
            yield Wanted(FindingRule.PAY_BELOW_STANDARD, seen.today, said, of=str(year))
        before = by_year.get(year - 1)
        if before is not None and yuan < before:
            yield Wanted(FindingRule.PAY_LOWER_THAN_BEFORE, seen.today, f"{year}: {yuan} < {before}", of=str(year))
    for pay in ranger.pay:
        least = seen.law.on(date(pay.year, 12, 31)).standard(ranger.division).seasons.get(pay.season)
        monthly = pay.base_yuan + pay.performance_yuan
        if least is not None and monthly < least * pay.months:
            said = f"{pay.year} {pay.season}: {monthly} < {pay.months} × {least}"
            yield Wanted(FindingRule.PAY_BELOW_STANDARD, seen.today, said, of=f"{pay.year} {pay.season}")


def _of_kit(ranger: Ranger, seen: Seen) -> Iterator[Wanted]:
    """What of the list was never handed out or has outlived its years; else from the day on which the first has."""
    ends = {}
    for item, years in seen.law.on(seen.today).standard(ranger.division).kit.items():
        given = max((one.given_on for one in ranger.kit if one.item == item and one.pieces), default=None)
        ends[item] = seen.today if given is None else max(seen.today, months_later(given, 12 * years))
    from_on = min(ends.values(), default=None)
    if from_on is not None:
        said = ", ".join(item for item, day in ends.items() if day == from_on)
        yield Wanted(FindingRule.KIT_MISSING, from_on, said)


def _of_training(ranger: Ranger, seen: Seen) -> Iterator[Wanted]:
    """Each year since it is known of which the hours are not full, reminded of before its last day."""
    since = max(seen.known_on, ranger.contract_from)
    for year in range(since.year, seen.today.year + 1):
        law, last = seen.law.on(date(year, 12, 31)), date(year, 12, 31)
        from_on = last - law.remind_days * DAY
        hours = sum(one.hours for one in ranger.training if one.attended_on.year == year and one.passed)
        needed = law.standard(ranger.division).training_hours_a_year
        if hours < needed and from_on >= since:
            yield Wanted(FindingRule.TRAINING_MISSING, from_on, f"{hours} < {needed}", of=str(year), due_on=last)


RANGERS: Rules[Ranger] = Rules(Register.RANGER, lambda one: one.person.name, problems=problems, wanted=wanted, law=LAW)

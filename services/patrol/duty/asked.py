"""Which duties a post has: by the rules in force on the first day of each period, as far as they were known in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.language.division import Division
from contracts.language.values import Role
from contracts.law.duty import DutyRule, DutyRules
from contracts.law.versions import Law, Version
from contracts.patrol import Condition, ConditionKind, Counted, DutyPeriod
from services.patrol.duty.condition import holding, is_banned
from services.patrol.duty.period import Days, beginning_in, period_of


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule asks something of a post: in a period, of which `days` count."""

    rule_id: str
    rule: DutyRule
    version: str
    period: Days
    days: Days
    grace_days: int

    @property
    def soon_on(self) -> date:
        return max(self.days.first, self.days.last - timedelta(days=self.rule.remind_days_before))

    @property
    def closes_on(self) -> date:
        """The last day on which a record still comes in time."""
        return self.days.last + timedelta(days=self.grace_days)


def asked_of(
    role: Role,
    division: Division,
    law: Law[DutyRules],
    conditions: Sequence[Condition],
    after: date,
    today: date,
    anew: bool,
) -> Iterator[Asked]:
    """What is asked of a post in periods that begin after a day, up to today.

    `anew` is for a post that is new, or when rules or conditions are: then also what is under way today and can still
    be done. What was not yet known when its days were over is asked of nobody.
    """
    begin = min(after, today) if after != date.min else today
    for rule_id in dict.fromkeys(name for version in law.versions for name in version.rules.rules):
        last = date.min
        for period in sorted(_periods(rule_id, law, begin, today, anew)):
            if period.first <= last:
                # Another version has other periods: the one that has begun goes on to its end.
                continue
            version = law.at(period.first)
            rule = version.rules.rules.get(rule_id)
            if rule is None or not _is_meant(rule, role, division) or not rule.in_force(period.first):
                continue
            if not _calls(rule, version.rules, division, period.first, conditions):
                continue
            one = _asked(rule_id, rule, version, period)
            under_way = period.first <= begin
            known_from = version.known_from or period.first
            if under_way or known_from > period.first:
                since = max(known_from, today if under_way else known_from)
                if not _can_be_done(one, since):
                    continue
            last = period.last
            yield one


class Table:
    """The rules as they stand today: what they ask is found once for all posts that are alike to them."""

    def __init__(self, law: Law[DutyRules], conditions: Sequence[Condition], today: date) -> None:
        self.law, self._conditions, self._today = law, conditions, today
        rules = (rule for version in law.versions for rule in version.rules.rules.values())
        named = {division for rule in rules for division in rule.divisions}
        self._named = sorted({*named, *(one.division for one in conditions)})
        self._found: dict[tuple[object, ...], tuple[Asked, ...]] = {}

    def asks(self, role: Role, division: Division, after: date, anew: bool) -> tuple[Asked, ...]:
        within = tuple(one for one in self._named if one.contains(division))
        alike = (role, division.level, within, after, anew)
        if alike not in self._found:
            asked = asked_of(role, division, self.law, self._conditions, after, self._today, anew)
            self._found[alike] = tuple(asked)
        return self._found[alike]


def ordered(role: Role, division: Division, law: Law[DutyRules], today: date, due_on: date) -> Asked | None:
    """What an order asks of a post up to its last day; None where no rule has orders to it today."""
    version = law.at(today)
    for rule_id, rule in version.rules.rules.items():
        if rule.trigger is None or not rule.trigger.order:
            continue
        if _is_meant(rule, role, division) and rule.in_force(today):
            days = Days(today, due_on)
            return Asked(rule_id, rule, version.rules.version, days, days, _grace(rule, version))
    return None


def _grace(rule: DutyRule, version: Version[DutyRules]) -> int:
    return version.rules.grace_days if rule.grace_days is None else rule.grace_days


def _asked(rule_id: str, rule: DutyRule, version: Version[DutyRules], period: Days) -> Asked:
    days = period.window(rule.window.first, rule.window.last) if rule.window else period
    return Asked(rule_id, rule, version.rules.version, period, days, _grace(rule, version))


def _periods(rule_id: str, law: Law[DutyRules], after: date, today: date, anew: bool) -> Iterator[Days]:
    """The periods of a rule, as the version in force on the first day of each has it."""
    kinds = {
        (rule.period, rule.from_on, rule.to_on)
        for version in law.versions
        if (rule := version.rules.rules.get(rule_id)) is not None and not (rule.trigger and rule.trigger.order)
    }
    for kind, from_on, to_on in sorted(kinds, key=str):
        if kind is DutyPeriod.ONCE:
            whole = Days(from_on or today, to_on or today)
            found = [whole] if whole.has(today) and (anew or whole.first > after) else []
        else:
            found = [period_of(kind, today)] if anew and period_of(kind, today).first <= after else []
            found += beginning_in(kind, after, today)
        for period in found:
            stated = law.on(period.first).rules.get(rule_id)
            if stated is not None and stated.period is kind:
                yield period


def _is_meant(rule: DutyRule, role: Role, division: Division) -> bool:
    return (
        role in rule.roles
        and (not rule.levels or division.level in rule.levels)
        and (not rule.divisions or any(one.contains(division) for one in rule.divisions))
    )


def _calls(rule: DutyRule, rules: DutyRules, division: Division, day: date, conditions: Sequence[Condition]) -> bool:
    """Whether the season of a period's first day has the rule, and what triggers it is there."""
    if rule.season is not None and not rules.seasons[rule.season].has(day):
        return False
    trigger = rule.trigger
    if trigger is None:
        return True
    if trigger.holiday and any(one.has(day) for one in rules.holidays):
        return True
    if trigger.ban and is_banned(conditions, division, day):
        return True
    levels = [one.level for one in holding(conditions, division, day) if one.kind is ConditionKind.DANGER]
    return trigger.danger_level is not None and max(levels, default=0) >= trigger.danger_level


def _can_be_done(one: Asked, since: date) -> bool:
    """Whether what is asked can still be done in the days from one on: nobody is reminded of what is past."""
    left = (one.days.last - max(since, one.days.first)).days + 1
    needed = one.rule.count if one.rule.counted is Counted.DAYS else 1
    if one.rule.spread is not None and since > one.days.first:
        # A part that has passed could not be made good.
        return False
    return left >= needed

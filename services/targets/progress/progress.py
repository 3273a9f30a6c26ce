"""Counts progress reports against their targets, exactly."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from contracts.language.intake import Problem
from contracts.language.rules import broken
from contracts.language.values import Period
from contracts.targets import Amounts, ProgressReport, TargetKind, TargetProgress
from services.runtime.messages import Heard
from services.targets.target.target import LARGEST

Key = tuple[str, str]
"""(source, external_id): names a report for ever."""

REPORTABLE = (TargetKind.QUANTITY, TargetKind.COUNT, TargetKind.MILESTONE)
"""Kinds whose progress is a sum over plots; a ratio is measured from the ledger, a ceiling from what was used."""


class ProgressFate(StrEnum):
    """What became of a progress report."""

    COUNTED = "counted"
    REVISED = "revised"
    REPEAT = "repeat"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Standing:
    """A report as its newest revision has it; `evidence` is a digest, None of old ones."""

    revision: int
    target_id: str
    amounts: Amounts
    entity: str
    plot: str
    period: Period
    evidence: bytes | None

    @classmethod
    def of(cls, report: ProgressReport) -> Standing:
        return cls(
            report.revision,
            report.target_id,
            Amounts(**dict(report.amounts)),
            report.entity,
            report.plot,
            report.period,
            evidence_of(report),
        )

    def says_the_same(self, other: Standing) -> bool:
        """Whether it is what was sent before, written in whatever way."""
        known = other if self.evidence is not None else replace(other, evidence=None)
        return self == known


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one report; `counted` is what it adds to the reported amount, `total` the sums after it."""

    heard: Heard[ProgressReport]
    fate: ProgressFate
    problems: tuple[Problem, ...] = ()
    counted: Decimal = Decimal(0)
    total: Amounts | None = None


def evidence_of(report: ProgressReport) -> bytes:
    return hashlib.sha256(report.model_dump_json(include={"evidence"}).encode()).digest()


def key_of(heard: Heard[ProgressReport]) -> Key:
    return heard.source, heard.body.external_id


def count(
    heard: Iterable[Heard[ProgressReport]],
    targets: Mapping[str, TargetProgress],
    trees: Mapping[str, tuple[str, Amounts]],
    standing: Mapping[Key, Standing],
    today: date,
) -> list[Outcome]:
    """What becomes of each report, in the order heard (DOMAIN §6).

    A higher revision replaces, the same one with the same content is a repeat; a lower one that comes late, and other
    content under the same one, are refused by name. `trees` are the top of each target's tree and what all of that has
    reached: the sum that is shown for it is a sum that travels, too.
    """
    totals = {target_id: progress.total for target_id, progress in targets.items()}
    reached = dict(trees.values())
    stands = dict(standing)
    outcomes = []
    for one in heard:
        report, before = one.body, stands.get(key_of(one))
        if before is not None and report.revision <= before.revision:
            if before.says_the_same(Standing.of(report)):
                outcomes.append(Outcome(one, ProgressFate.REPEAT))
            else:
                outcomes.append(Outcome(one, ProgressFate.REFUSED, (_of_revision(report, before.revision),)))
            continue
        problems = problems_of(report, targets.get(report.target_id), before, today)
        if not problems:
            was, top = before.amounts if before else Amounts(), trees[report.target_id][0]
            total = moved(totals[report.target_id], was, report.amounts)
            whole = moved(reached[top], was, report.amounts)
            problems = [
                Problem.of(f"amounts.{name}", broken("sum_too_large"))
                for name, amount in whole
                if max(amount, getattr(total, name)) >= LARGEST
            ]
        if problems:
            outcomes.append(Outcome(one, ProgressFate.REFUSED, tuple(problems)))
            continue
        totals[report.target_id], reached[top] = total, whole
        stands[key_of(one)] = Standing.of(report)
        difference = report.amounts.reported - (before.amounts.reported if before else 0)
        outcomes.append(Outcome(one, ProgressFate.REVISED if before else ProgressFate.COUNTED, (), difference, total))
    return outcomes


def _of_revision(report: ProgressReport, stands: int) -> Problem:
    code = "revision_taken" if report.revision == stands else "revision_stands"
    return Problem.of("revision", broken(code, revision=stands))


def problems_of(
    report: ProgressReport, progress: TargetProgress | None, before: Standing | None, today: date
) -> list[Problem]:
    """Each field that forbids counting the report, with the rule it breaks.

    Progress of days before the plan was known is lawful: a plan may be in force before it is issued.
    """
    if progress is None:
        return [Problem.of("target_id", broken("no_target"))]
    target, found = progress.target, []
    if before is not None and before.target_id != report.target_id:
        found.append(Problem.of("target_id", broken("target_stays", target=before.target_id)))
    if target.counts is not None:
        found.append(Problem.of("target_id", broken("target_counts_by_itself")))
    if target.kind not in REPORTABLE:
        found.append(Problem.of("target_id", broken("target_not_reported", target_kind=target.kind)))
    in_force = target.in_force
    if report.period.first < in_force.first or report.period.last > in_force.last:
        rule = broken("outside_force", first=in_force.first, last=in_force.last)
        found.append(Problem.of("period", rule))
    if report.period.last > today:
        found.append(Problem.of("period.last", broken("after_today", today=today)))
    return found


def moved(total: Amounts, before: Amounts, after: Amounts) -> Amounts:
    """The sums once `after` stands in the place of `before`."""
    # Values that were checked one by one; what they add up to is checked by the caller.
    return Amounts.model_construct(
        **{name: amount - getattr(before, name) + getattr(after, name) for name, amount in total}
    )

"""Takes what passers-by report, within limits, as reports of incidents like any other."""

from __future__ import annotations

from datetime import timedelta

from contracts.language.values import day_of
from contracts.patrol import PasserbyReport
from services.patrol.incident.handlers import locate
from services.patrol.passerby import store
from services.patrol.passerby.law import PASSERBY
from services.patrol.passerby.limit import Taken, as_report
from services.runtime.messages import Heard, News, Refused
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.hears(PasserbyReport)
async def take_reports(tx: Transaction, heard: list[Heard[PasserbyReport]]) -> list[News]:
    """What is too many is refused, and told from when on it is not."""
    rules = (await tx.see(PASSERBY.view)).on(day_of(tx.now))
    longest = max((one.within_minutes for one in rules.limits), default=0)
    since = tx.now - timedelta(minutes=longest)
    limits = Taken(tx.now, await store.taken(tx, {one.source for one in heard}, since))
    refused: list[News] = []
    taken: list[Heard[PasserbyReport]] = []
    for one in heard:
        problem = limits.problem(one, rules)
        if problem is not None:
            refused.append(Refused(one, (problem,)))
        else:
            taken.append(one)
    if not taken:
        return refused
    await store.add(tx, [(one.source, one.body.device) for one in taken], since)
    reports = {id(report): (one, report) for one in taken for report in [as_report(one, tx.now)]}
    news: list[News] = []
    for item in await locate(tx, [report for _, report in reports.values()]):
        if isinstance(item, Refused):
            news.append(Refused(reports[id(item.heard)][0], item.problems))
        else:
            news.append((reports[id(item[0])][0], item[1]))
    return [*refused, *news]

"""Takes what passers-by report, within limits, as reports of incidents like any other."""

from __future__ import annotations

from datetime import timedelta

from contracts.language.values import day_of
from contracts.patrol import PasserbyReport
from services.patrol.incident import store as incident_store
from services.patrol.incident.handlers import locate
from services.patrol.passerby import store
from services.patrol.passerby.law import PASSERBY
from services.patrol.passerby.limit import Sender, Taken, as_report, key_of
from services.runtime.messages import Heard, News, Refused
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.hears(PasserbyReport)
async def take_reports(tx: Transaction, heard: list[Heard[PasserbyReport]]) -> list[News]:
    """What is too many is refused, and told from when on it is not; what is sent again is nothing more."""
    rules = (await tx.see(PASSERBY.view)).on(day_of(tx.now))
    longest = max((one.within_minutes for one in rules.limits), default=0)
    since = tx.now - timedelta(minutes=longest)
    limits = Taken(tx.now, await store.taken(tx, {one.source for one in heard}, since))
    before = await incident_store.known(tx, list({key_of(one) for one in heard}))
    seen_at = {key: found.incident.seen_at for key, found in before.items()}
    refused: list[News] = []
    taken: list[Heard[PasserbyReport]] = []
    new: list[Sender] = []
    for one in heard:
        if key_of(one) not in seen_at:
            problem = limits.problem(one, rules)
            if problem is not None:
                refused.append(Refused(one, (problem,)))
                continue
            new.append((one.source, one.body.device))
            seen_at[key_of(one)] = min(one.envelope.time, tx.now)
        taken.append(one)
    if not taken:
        return refused
    await store.add(tx, new, since)
    reports = {id(report): (one, report) for one in taken for report in [as_report(one, seen_at[key_of(one)])]}
    news: list[News] = []
    for item in await locate(tx, [report for _, report in reports.values()]):
        if isinstance(item, Refused):
            news.append(Refused(reports[id(item.heard)][0], item.problems))
        else:
            news.append((reports[id(item[0])][0], item[1]))
    return [*refused, *news]

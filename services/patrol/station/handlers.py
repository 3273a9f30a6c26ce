"""Takes what stations report: it meets their duty, and what they found sick or dead is an alarm (E7)."""

from __future__ import annotations

from uuid import UUID

from contracts.language.message import Fact
from contracts.language.rules import Wrong, broken
from contracts.language.values import Role, day_of
from contracts.patrol import ListStationReports, ReportStation, StationReport, StationReported, StationReportsShown
from services.patrol.acting.record import acting_post
from services.patrol.duty import store as duty_store
from services.patrol.duty.clock import measured
from services.patrol.evidence import store as evidence_store
from services.patrol.evidence.naming import of_record
from services.patrol.incident.handlers import locate
from services.patrol.incident.report import incident_id, key_of
from services.patrol.station import store
from services.patrol.station.find import as_report
from services.runtime.ids import uuid7
from services.runtime.messages import Answer, Ask, Refused
from services.runtime.problem import Problem, refuse_field
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(ReportStation)
async def report_station(tx: Transaction, ask: Ask[ReportStation]) -> Answer:
    asked, today = ask.command, day_of(tx.now)
    if asked.on > today:
        refuse_field("on", broken("not_after_today", today=today))
    post = await acting_post(tx, ask, asked.post_id, asked.on)
    if post.role is not Role.STATION:
        refuse_field("post_id", broken("post_of_station"))
    id = UUID(uuid7())
    found = [as_report(one, id, n, tx.now) for n, one in enumerate(asked.found)]
    alarms: list[Fact] = []
    wrong: list[Wrong] = []
    for item in await locate(tx, found) if found else []:
        if isinstance(item, Refused):
            n = next(n for n, one in enumerate(found) if one is item.heard)
            wrong += [
                Wrong(field=f"found.{n}.{one.field}", rule=broken(one.code or "not_as_contract", **one.figures))
                for one in item.problems
            ]
        else:
            alarms.append(item[1])
    if wrong:
        raise Problem(422, "not-lawful", None, errors=wrong)
    report = StationReport(
        id=id,
        post_id=post.id,
        division=post.division,
        person=post.holder_on(asked.on),
        on=asked.on,
        nil=not asked.found,
        incidents=tuple(incident_id(key_of(one)) for one in found),
        text=asked.text,
        reported_at=tx.now,
    )
    await store.add(tx, report)
    await evidence_store.name(tx, of_record("station_report", report.id, report.division, report, tx.now))
    duties = await measured(tx, await duty_store.of_days(tx, [(post.id, asked.on)]))
    return Answer(report, [StationReported(report=report, by=ask.actor, at=tx.now), *alarms, *duties])


@room.answers(ListStationReports)
async def list_station_reports(tx: Transaction, ask: Ask[ListStationReports]) -> Answer:
    asked, within = ask.command, ask.division.significant
    found = await store.listed(tx, within, asked.post_id, asked.first, asked.last, asked.after, asked.limit + 1)
    return Answer(StationReportsShown(reports=tuple(found[: asked.limit]), more=len(found) > asked.limit))

"""`linzhang report`: post an incident and see what becomes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import nats
import typer
from nats.aio.msg import Msg
from pydantic import BaseModel, ValidationError

from cli.case.asking import said_of
from cli.given_file import BadJson, json_in, read
from cli.reach import Reach
from cli.rules import field_and_rule, rule_said, said, say_wrong
from cli.rules import stated as rule_stated
from cli.say import data, is_unicode, say, table, talk
from cli.session import BusOption, HomeOption, JsonOption, SourceOption, run, session, source_of
from clients.python.bus import Bus, Receipt, told
from clients.python.refused import BusError, Unreachable, why_away
from contracts.language.message import MAX_MESSAGE_BYTES
from contracts.language.reading import parse
from contracts.language.values import Datum, Position
from contracts.patrol import IncidentKind, IncidentReport, ReporterKind, Severity
from contracts.wiring.permissions import refusals_durable

AFTER = {
    "cn.linzhang.patrol.located.v1": "report.located",
    "cn.linzhang.patrol.linked.v1": "report.linked",
    "cn.linzhang.patrol.revised.v1": "report.revised",
    "cn.linzhang.rejected.refusal.v1": "report.refused",
    "cn.linzhang.cases.opened.v1": "report.opened",
    "cn.linzhang.notify.notified.v1": "report.notified",
}

WAIT_S = 3.0
_SEVERITY: str = IncidentReport.model_fields["severity"].default


def _words(part: type[BaseModel], field: str, known: type[StrEnum]) -> str:
    return f"{said_of(part, field)}: {', '.join(known)}"


@run
async def report(
    kind: Annotated[str | None, typer.Option(help=_words(IncidentReport, "kind", IncidentKind))] = None,
    lon: Annotated[float | None, typer.Option(help=said_of(Position, "lon"))] = None,
    lat: Annotated[float | None, typer.Option(help=said_of(Position, "lat"))] = None,
    datum: Annotated[str, typer.Option(help=_words(Position, "datum", Datum))] = "wgs84",
    text: Annotated[str, typer.Option(help=said_of(IncidentReport, "text"))] = "",
    severity: Annotated[str, typer.Option(help=_words(IncidentReport, "severity", Severity))] = _SEVERITY,
    reporter: Annotated[str, typer.Option(help=_words(IncidentReport, "reporter", ReporterKind))] = "ranger",
    seen_at: Annotated[str | None, typer.Option(help=f"{said_of(IncidentReport, 'seen_at')} (RFC 3339)")] = None,
    external_id: Annotated[str | None, typer.Option(help=said_of(IncidentReport, "external_id"))] = None,
    revision: Annotated[int, typer.Option(help=said_of(IncidentReport, "revision"))] = 1,
    source: SourceOption = None,
    file: Annotated[Path | None, typer.Option(help=say("help.report_file"))] = None,
    wait: Annotated[float | None, typer.Option(min=0, max=3600, help=say("help.wait"))] = None,
    as_json: JsonOption = False,
    bus: BusOption = None,
    home: HomeOption = None,
) -> int:
    """Post one report, or each line of a JSON Lines file."""
    if file is not None:
        return await _post_file(file, source, bus, home, as_json)
    given = {"--kind": kind, "--lon": lon, "--lat": lat}
    if missing := [name for name, value in given.items() if value is None]:
        raise typer.BadParameter(say("args.missing", name="、".join(missing)))
    stated: dict[str, Any] = {
        "external_id": external_id or str(uuid4()),
        "revision": revision,
        "kind": kind,
        "severity": severity,
        "at": {"lon": lon, "lat": lat, "datum": datum},
        "seen_at": seen_at or datetime.now(UTC).isoformat(),
        "reporter": reporter,
        "text": text,
    }
    problems = problems_of(stated)
    if problems:
        say_wrong(*problems, of=IncidentReport)
        return 2
    poster = source_of(source, bus)
    sees_all = bus is None or bus.knows("reader")
    wait_s = wait if wait is not None else WAIT_S if sees_all else 0
    async with session(poster, bus, home) as posting:
        if wait_s <= 0:
            _say_receipt(await posting.post(IncidentReport, poster, stated), as_json)
            return 0
        if not sees_all:
            return await _post_and_listen(posting, poster, stated, wait_s, as_json)
        async with session("reader", bus, home) as watching:
            return await _post_and_watch(posting, watching, poster, stated, wait_s, as_json)


def problems_of(stated: dict[str, Any]) -> list[tuple[str, str]]:
    # Bytes of an argument that are no text would make the whole body none.
    if broken := [name for name, value in stated.items() if isinstance(value, str) and not is_unicode(value)]:
        return [(name, rule_stated("string_unicode")) for name in broken]
    try:
        parse(IncidentReport, json.dumps(stated).encode())
    except ValidationError as error:
        return list(map(field_and_rule, error.errors()))
    return []


def _say_receipt(receipt: Receipt, as_json: bool) -> None:
    about = {"stream": receipt.stream, "sequence": receipt.sequence, "id": receipt.message_id}
    data(about) if as_json else talk("report.taken", **about)


async def _post_and_watch(
    posting: Bus, watching: Bus, source: str, stated: dict[str, Any], wait: float, as_json: bool
) -> int:
    following = watching.follow(f"rejected.{source}.>", "patrol.>", "cases.>", "notify.>")
    first = asyncio.ensure_future(anext(following))
    await asyncio.sleep(0)
    await watching.client.flush()
    refused = False
    try:
        receipt = await posting.post(IncidentReport, source, stated)
        _say_receipt(receipt, as_json)
        async with asyncio.timeout(wait):
            message = await first
            while True:
                fact = told(message)
                if fact["correlation"] == receipt.message_id:
                    _say_fact(fact, as_json)
                    refused |= fact["type"].endswith("refusal.v1")
                    if refused or fact["type"].endswith(("linked.v1", "revised.v1", "notified.v1")):
                        break
                message = await anext(following)
    except TimeoutError:
        pass
    finally:
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await following.aclose()
    return 1 if refused else 0


async def _post_and_listen(posting: Bus, source: str, stated: dict[str, Any], wait: float, as_json: bool) -> int:
    """As an integrator, who hears of its own refusals alone: those of other reports are given back."""
    durable, loop = refusals_durable(source), asyncio.get_running_loop()
    others: list[Msg] = []
    try:
        jetstream = posting.client.jetstream(prefix="FOREST.API")
        refusals = await jetstream.pull_subscribe_bind(durable.name, durable.stream)
        receipt = await posting.post(IncidentReport, source, stated)
        _say_receipt(receipt, as_json)
        until = loop.time() + wait
        with suppress(TimeoutError):
            while (left_s := until - loop.time()) > 0:
                (message,) = await refusals.fetch(1, timeout=left_s)
                fact = told(message)
                if fact["correlation"] == receipt.message_id:
                    await message.ack_sync()
                    _say_fact(fact, as_json)
                    return 1
                others.append(message)
    except nats.errors.Error as error:
        raise Unreachable(user=source, why=why_away(error)) from None
    finally:
        for message in others:
            await message.nak()
        await posting.client.flush()
    talk("report.not_refused", seconds=f"{wait:g}")
    return 0


def _say_fact(fact: dict[str, Any], as_json: bool) -> None:
    if as_json:
        data(fact)
        return
    body = fact["body"]
    incident, case = body.get("incident") or {}, body.get("case") or {}
    talk(
        AFTER.get(fact["type"], "report.other"),
        type=fact["type"],
        place="".join(area["name"] for area in reversed(incident.get("areas", []))),
        number=case.get("ref", {}).get("number", ""),
        office=case.get("office", {}).get("name", ""),
        count=len(body.get("addressees", [])),
        problems=refusal_said(body.get("problems", [])),
    )


def refusal_said(problems: Sequence[dict[str, Any]]) -> str:
    return "; ".join(map(_problem, problems))


def _problem(told: dict[str, Any]) -> str:
    return said(told["field"], rule_said(told["rule"], told.get("code"), told.get("figures") or {}))


async def _post_file(file: Path, source: str | None, bus: Reach | None, home: Path | None, as_json: bool) -> int:
    """Good lines are posted; each bad one is named by line, field and rule."""
    good: list[tuple[int, dict[str, Any]]] = []
    bad: list[tuple[int, str, str]] = []
    for number, line in enumerate(read(file).split(b"\n"), 1):
        if not line.strip():
            continue
        if len(line) > MAX_MESSAGE_BYTES:
            bad.append((number, "body", rule_stated("too_large", size=len(line), most=MAX_MESSAGE_BYTES)))
            continue
        try:
            stated = json_in(line)
        except BadJson as error:
            bad.append((number, "body", str(error)))
            continue
        problems = problems_of(stated) if isinstance(stated, dict) else [("body", rule_stated("model_type"))]
        bad += [(number, field, rule) for field, rule in problems]
        if not problems:
            good.append((number, stated))
    await post_each(good, source, bus, home)
    if as_json:
        data({"posted": len(good), "refused": [{"line": n, "field": f, "rule": r} for n, f, r in bad]})
    else:
        talk("report.file", posted=len(good), refused=len({number for number, _, _ in bad}))
        if bad:
            table(None, (say("line"), say("field"), say("rule")), bad)
    return 1 if bad else 0


async def post_each(
    reports: Sequence[tuple[int, dict[str, Any]]], stated_source: str | None, bus: Reach | None, home: Path | None
) -> None:
    """Post the reports of a file, each with its line; where the bus fails it is said how far it went."""
    source = source_of(stated_source, bus)
    async with session(source, bus, home) as posting:
        for posted, (number, stated) in enumerate(reports):
            try:
                await posting.post(IncidentReport, source, stated)
            except BusError:
                talk("report.stopped", line=number, posted=posted)
                raise

"""The books at the end, kept from what was posted and asked: who, when and how much, each once and in its order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg

from clients.python.bus import connected as asking
from contracts.cases import Sheet, ShowSheet
from contracts.every_service import dead_lettered
from contracts.wiring.table import SERVICES
from tests.bench.rig import resident_mb
from tests.faults.cluster import connected
from tests.faults.desk import COUNTY, OFFICE, TOWN, Move
from tests.faults.load import Handover, Load
from tests.faults.reports import CHINA, Posted
from tests.faults.rig import Rig
from tests.streams import read_stream

MORE_MB, MORE_FILES = 60.0, 15
SHIFT = timedelta(hours=2, minutes=5)
"""How far a replica's clock may have been off."""
ALARM_IS_NEWS = timedelta(days=6)
LINES = {
    "verify": "new",
    "dismiss": None,
    "void": "voided",
    "merge": "merged",
    "close": "closed",
    "relapse": "relapsed",
}
"""The line of the ledger that each move makes; what is voided after it was closed is *unclosed*."""
TAKEN_BACK = ("dismiss", "void", "merge")
"""After these a case stands in nobody's record."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the books say: each list names what is wrong, empty when nothing is."""

    lost: list[str]
    doubled: list[str]
    stuck: list[str]
    disorder: list[str]
    unbalanced: list[str]
    wrong_who: list[str]
    grown: list[str]

    def wrong(self) -> dict[str, list[str]]:
        return {name: what for name in self.__slots__ if (what := getattr(self, name))}


async def check(rig: Rig, load: Load) -> Found:
    sql = {service: await asyncpg.connect(rig.dsn(service)) for service in SERVICES}
    try:
        return await _Audit(rig, load, sql).found()
    finally:
        for one in sql.values():
            await one.close()


class _Audit:
    def __init__(self, rig: Rig, load: Load, sql: dict[str, asyncpg.Connection]) -> None:
        self.rig, self.ledger, self.desk, self.sql = rig, load.ledger, load.desk.book, sql
        self.lost: list[str] = []
        self.doubled: list[str] = []

    def compare(self, what: str, expected: Iterable[str], counted: Counter[str]) -> None:
        expected = set(expected)
        self.lost += [f"{what}: {one}" for one in sorted(expected - set(counted))]
        self.doubled += [f"{what}: {one} ×{n}" for one, n in counted.items() if n > 1]
        self.doubled += [f"{what}: {one} without a cause" for one in sorted(set(counted) - expected)]

    async def found(self) -> Found:
        located = await self.sql["patrol"].fetch(
            "SELECT external_id, incident_id::text AS id FROM fates WHERE fate = 'located'"
        )
        self.compare("patrol located", self.ledger.reports, Counter(row["external_id"] for row in located))
        reports = {row["id"]: self.ledger.reports[row["external_id"]] for row in located if self._known(row)}
        cases = await self.sql["cases"].fetch(
            """
            SELECT c.id::text AS id, c.incident_id::text AS incident, min(o.made_at) AS made_at
            FROM cases c LEFT JOIN outbox o ON o.partitionkey = c.id::text AND o.sequence = 1 GROUP BY 1, 2
            """
        )
        # A fire is an alarm; a case it is only where somebody is to put something right.
        findings = {id for id, (posted, _) in reports.items() if not posted.alarm}
        self.compare("cases opened", findings, Counter(row["incident"] for row in cases))
        wrong_who = await self._records(reports, cases)
        wrong_who += await self._alarms(reports)
        await self._told({row["id"] for row in cases})
        await self._refusals()
        for service in SERVICES:
            letters = await self.sql[service].fetch("SELECT message_id FROM dead_letters")
            poison = {f"poison-{n}" for n in range(self.ledger.poison)} if service == "cases" else set()
            self.compare(f"dead letters of {service}", poison, Counter(row["message_id"] for row in letters))
        unbalanced = [f"refused: {one}" for one in self.desk.refused]
        unbalanced += await self._lines()
        unbalanced += await self._balance()
        stuck = [f"{durable}: {n} waiting" for durable, n in (await self.rig.cluster.waiting()).items() if n]
        disorder = [*await _disorder(self.rig), *await _not_heard(self.rig, self.sql["cases"])]
        return Found(self.lost, self.doubled, stuck, disorder, unbalanced, wrong_who, _grown(self.rig))

    def _known(self, row: asyncpg.Record) -> bool:
        return row["external_id"] in self.ledger.reports

    async def _records(self, reports: dict[str, tuple[Posted, datetime]], cases: list[asyncpg.Record]) -> list[str]:
        """Each case stands in the record of the chief of its village, under who held that post when it was seen."""
        entered = await self.sql["targets"].fetch(
            """
            SELECT case_id, what, post_id, post::text AS post, undone_by
            FROM records WHERE what IN ('opened', 'closed')
            """
        )
        opened = [row for row in entered if row["what"] == "opened"]
        self.compare("targets recorded", {row["id"] for row in cases}, Counter(row["case_id"] for row in opened))
        back = {case_id for verb in TAKEN_BACK for case_id in self.desk.made(verb)}
        closed = [row for row in entered if row["what"] == "closed" and row["undone_by"] is None]
        ended = self.desk.made("close") - back - self.desk.made("relapse")
        self.compare("targets recorded closed", ended, Counter(row["case_id"] for row in closed))
        wrong = []
        by_case = {row["id"]: row for row in cases}
        for row in opened:
            case = by_case.get(row["case_id"])
            if case is None or case["incident"] not in reports:
                continue
            posted, begun_at = reports[case["incident"]]
            post = json.loads(row["post"]) if row["post"] else {}
            held = (post.get("holder") or {}).get("id")
            chief = f"{posted.village}-village-chief"
            holders = _holders(chief, posted.seen_on, begun_at, case["made_at"], self.ledger.handovers)
            if row["post_id"] != chief or held not in holders:
                wrong.append(f"{case['id']} seen on {posted.seen_on}: {row['post_id']}, {held}; not {chief}, {holders}")
            if (row["undone_by"] is not None) != (row["case_id"] in back):
                wrong.append(f"{case['id']}: undone by {row['undone_by']}")
        return wrong

    async def _alarms(self, reports: dict[str, tuple[Posted, datetime]]) -> list[str]:
        """Every fire is an alarm once, and goes to those who answer for its village and two tiers up."""
        fires = {id: posted for id, (posted, _) in reports.items() if posted.alarm}
        facts = await _facts(self.rig, "PATROL", "patrol.alarmed.v1.>")
        told = {fact["id"]: fact["key"] for fact in facts}
        self.compare("alarms", fires, Counter(told.values()))
        rows = await self.sql["notify"].fetch(
            """
            SELECT thing_id, array_agg(post_id) FILTER (WHERE post_id IS NOT NULL) AS posts
            FROM tellings t LEFT JOIN notices n ON n.telling_id = t.id
            WHERE about = 'patrol.alarmed.v1' GROUP BY t.id
            """
        )
        by_thing = Counter(told.get(row["thing_id"], row["thing_id"]) for row in rows)
        self.compare("alarms told", fires, by_thing)
        wrong = []
        for row in rows:
            posted = fires.get(told.get(row["thing_id"], row["thing_id"]))
            if posted is None or datetime.now(UTC) - posted.seen_at > ALARM_IS_NEWS:
                continue
            village, posts = posted.village, set(row["posts"] or ())
            expected = {f"{village}-g1-ranger", f"{village}-village-chief", f"{TOWN}-chief", f"{COUNTY}-chief"}
            if not expected <= posts:
                wrong.append(f"alarm of {posted.external_id}: told {sorted(posts)}, not {sorted(expected - posts)}")
        return wrong

    async def _told(self, ids: set[str]) -> None:
        tellings = await self.sql["notify"].fetch("SELECT thing_id FROM tellings WHERE about = 'cases.opened.v1'")
        # A thing told of is the fact, which names the case; each case has one.
        told = {fact["id"]: fact["key"] for fact in await _facts(self.rig, "CASES", "cases.opened.v1.>")}
        self.compare("notify told", ids, Counter(told.get(row["thing_id"], row["thing_id"]) for row in tellings))
        twice = await self.sql["notify"].fetchval(
            """
            SELECT count(*) FROM (
                SELECT FROM notices GROUP BY telling_id, coalesce(person_id, unit_id) HAVING count(*) > 1
            ) AS twice
            """
        )
        self.doubled += ["notices to one recipient twice"] * twice

    async def _refusals(self) -> None:
        for source, expected in (("acme", self.ledger.refusals), ("flooder", self.ledger.flood)):
            refused = {one["id"]: one for one in await _facts(self.rig, "REJECTED", f"rejected.{source}.>")}
            about = Counter(json.loads(one["body"])["message_id"] for one in refused.values())
            self.compare(f"refusals of {source}", expected, about)

    async def _lines(self) -> list[str]:
        """The ledger has a line for each move, on the day it was asked, and none besides."""
        rows = await self.sql["cases"].fetch("SELECT case_id::text, line, on_day FROM ledger ORDER BY ledger.id")
        found: dict[str, list[tuple[str, date]]] = {}
        for row in rows:
            found.setdefault(row["case_id"], []).append((row["line"], row["on_day"]))
        wrong = []
        for case_id in sorted(found.keys() | self.desk.moves.keys()):
            expected = _expected_lines(self.desk.moves.get(case_id, []))
            lines = found.get(case_id, [])
            if [line for line, _ in lines] != [line for line, _ in expected]:
                wrong.append(f"ledger of {case_id}: {[one for one, _ in lines]}, not {[one for one, _ in expected]}")
                continue
            for (line, on_day), (_, move) in zip(lines, expected, strict=True):
                if on_day not in _days(move):
                    wrong.append(f"ledger of {case_id}: {line} on {on_day}, asked at {move.asked_at}")
        return wrong

    async def _balance(self) -> list[str]:
        """The equation as the service answers it, against what was asked; a shifted clock knows of entries early."""
        now = datetime.now(UTC)
        today = (now + CHINA).date()
        asked = ShowSheet(after=today - timedelta(days=30), to=today + timedelta(days=2))
        asked = asked.model_copy(update={"cutoff": now + timedelta(hours=3)})
        async with asking(self.rig.cluster.direct(OFFICE)[0], OFFICE) as office:
            balance = (await office.ask(asked, OFFICE, COUNTY, Sheet)).balance
        lines = Counter(line for moves in self.desk.moves.values() for line, _ in _expected_lines(moves))
        stock = lines["new"] + lines["relapsed"] - lines["closed"] - lines["voided"] - lines["merged"]
        expected = {name: lines[name] for name in ("new", "relapsed", "closed", "voided", "merged")}
        expected |= {"closing": stock, "opening": 0, "moved_in": 0, "moved_out": 0}
        found = balance.model_dump()
        return [f"{name} {found[name]}, asked {n}" for name, n in expected.items() if found[name] != n]


def _expected_lines(moves: list[Move]) -> list[tuple[str, Move]]:
    found: list[tuple[str, Move]] = []
    closed = False
    for move in moves:
        line = "unclosed" if move.verb == "void" and closed else LINES.get(move.verb)
        closed = move.verb == "close" or (closed and move.verb != "relapse")
        if line is not None:
            found.append((line, move))
    return found


def _days(move: Move) -> set[date]:
    """The days in China on which it may have been, whosever clock it was."""
    first, last = move.asked_at - SHIFT + CHINA, move.answered_at + SHIFT + CHINA
    return {first.date() + timedelta(days=n) for n in range((last.date() - first.date()).days + 1)}


def _holders(
    post_id: str, day: date, begun_at: datetime, opened_at: datetime | None, handovers: list[Handover]
) -> set[str]:
    """Who may have been known as holder of a post on a day; two while a handover was just being made known."""
    holders = {f"p-{post_id}"}
    for one in handovers:
        if one.post_id != post_id or day < one.held_from or (opened_at is not None and opened_at < one.asked_at):
            continue
        holders = {one.person_id} if begun_at > one.known_at else holders | {one.person_id}
    return holders


async def _disorder(rig: Rig) -> list[str]:
    """Within every aggregate the sequence rises by one, message repeats aside."""
    wrong = []
    for stream in ("PATROL", "CASES", "TARGETS", "NOTIFY"):
        last: dict[str, int] = {}
        seen: set[str] = set()
        for fact in await _facts(rig, stream, f"{stream.lower()}.>"):
            if fact["id"] in seen or fact["id"].startswith("poison-"):
                continue
            seen.add(fact["id"])
            if fact["sequence"] != last.get(fact["key"], 0) + 1:
                place = f"{stream} {fact['key']} at {fact['stream_sequence']}"
                wrong.append(f"{place}: {fact['sequence']} after {last.get(fact['key'], 0)}")
            last[fact["key"]] = fact["sequence"]
    return wrong


async def _not_heard(rig: Rig, cases: asyncpg.Connection) -> list[str]:
    """The subscriber has come, step by step, as far as every case has."""
    told = await cases.fetch(
        "SELECT partitionkey AS key, max(sequence) AS last FROM outbox WHERE subject LIKE $1 AND subject NOT LIKE $2"
        " GROUP BY 1",
        f"cases.%.v1.{COUNTY.wildcard.removesuffix('>')}%",
        f"{dead_lettered('cases').name}.%",
    )
    heard = rig.subscriber.last
    return [
        f"subscriber {case['key']}: {heard.get(case['key'], 0)} of {case['last']}"
        for case in told
        if heard.get(case["key"]) != case["last"]
    ]


async def _facts(rig: Rig, stream: str, subject: str) -> list[dict[str, Any]]:
    async with connected(rig.cluster, "provisioner") as bus:
        return await read_stream(bus, stream, subject)


def _grown(rig: Rig) -> list[str]:
    wrong = []
    for replica in rig.replicas:
        mb, files = rig.at_rest[replica.name]
        now_mb, now_files = resident_mb(replica.pid), replica.open_files()
        if now_mb > mb + MORE_MB or now_files > files + MORE_FILES:
            wrong.append(f"{replica.name}: {mb:.0f} -> {now_mb:.0f} MB, {files} -> {now_files} files")
    return wrong

"""The books at the end: every acknowledged report once in each service, order kept, nothing stuck or grown."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from cli.bus import connected as asking
from contracts.book_commands import ShowSheet
from contracts.dead_letters import CasesDeadLettered
from contracts.ledger import Sheet
from contracts.values import day_of
from contracts.wiring import SERVICES
from tests.bench.rig import resident_mb
from tests.faults.cluster import connected
from tests.faults.load import Ledger
from tests.faults.rig import COUNTY, OFFICE, Rig
from tests.streams import read_stream

MORE_MB, MORE_FILES = 60.0, 15


@dataclass(frozen=True, slots=True)
class Found:
    """What the books say: each list names what is wrong, empty when nothing is."""

    lost: list[str]
    doubled: list[str]
    stuck: list[str]
    disorder: list[str]
    unbalanced: list[str]
    grown: list[str]

    def wrong(self) -> dict[str, list[str]]:
        return {name: what for name in self.__slots__ if (what := getattr(self, name))}


async def check(rig: Rig, ledger: Ledger) -> Found:
    lost, doubled, stuck, unbalanced = [], [], [], []
    sql = {service: await asyncpg.connect(rig.dsn(service)) for service in SERVICES}

    def compare(what: str, expected: set[str], counted: Counter[str]) -> None:
        lost.extend(f"{what}: {one}" for one in sorted(expected - set(counted)))
        doubled.extend(f"{what}: {one} ×{n}" for one, n in counted.items() if n > 1)
        doubled.extend(f"{what}: {one} without a cause" for one in sorted(set(counted) - expected))

    located = await sql["patrol"].fetch("SELECT external_id, incident_id FROM fates WHERE fate = 'located'")
    compare("patrol located", ledger.reports, Counter(row["external_id"] for row in located))
    incidents = {str(row["incident_id"]) for row in located}
    cases = await sql["cases"].fetch("SELECT id, incident_id FROM cases")
    compare("cases opened", incidents, Counter(str(row["incident_id"]) for row in cases))
    ids = {str(row["id"]) for row in cases}
    records = await sql["targets"].fetch("SELECT case_id FROM records WHERE what = 'opened' AND undone_by IS NULL")
    compare("targets recorded", ids, Counter(row["case_id"] for row in records))
    tellings = await sql["notify"].fetch("SELECT thing_id FROM tellings WHERE about = 'cases.opened.v1'")
    # A thing told of is the fact, which names the case; each case has one.
    opened = await _facts(rig, "CASES", "cases.opened.v1.>")
    told = {fact["id"]: fact["key"] for fact in opened}
    by_thing = Counter(told.get(row["thing_id"], row["thing_id"]) for row in tellings)
    compare("notify told", ids, by_thing)
    twice = await sql["notify"].fetchval(
        """
        SELECT count(*) FROM (
            SELECT FROM notices GROUP BY telling_id, coalesce(person_id, unit_id) HAVING count(*) > 1
        ) AS twice
        """
    )
    doubled.extend(["notices to one recipient twice"] * twice)
    refused = await _facts(rig, "REJECTED", "rejected.acme.>")
    compare("refusals", ledger.refusals, Counter(json.loads(one["body"])["message_id"] for one in refused))
    for service in SERVICES:
        letters = await sql[service].fetch("SELECT message_id FROM dead_letters")
        poison = {f"poison-{n}" for n in range(ledger.poison)} if service == "cases" else set()
        compare(f"dead letters of {service}", poison, Counter(row["message_id"] for row in letters))
    stuck += [f"{durable}: {n} waiting" for durable, n in (await rig.cluster.waiting()).items() if n]
    verified = await sql["cases"].fetch("SELECT case_id::text AS id FROM ledger WHERE line = 'new'")
    compare("verified in the ledger", ledger.verified, Counter(row["id"] for row in verified))
    unbalanced += [f"refused: {one}" for one in ledger.refused_verifications]
    unbalanced += await _balance(rig, sql["cases"], len(ledger.verified))
    disorder = [*await _disorder(rig), *await _not_heard(rig, sql["cases"])]
    for one in sql.values():
        await one.close()
    return Found(lost, doubled, stuck, disorder, unbalanced, _grown(rig))


async def _balance(rig: Rig, cases: asyncpg.Connection, verified: int) -> list[str]:
    """The equation as the service answers it; a shifted clock knows of entries two hours early."""
    now = datetime.now(UTC)
    asked = ShowSheet(after=day_of(now) - timedelta(days=30), to=day_of(now) + timedelta(days=2))
    asked = asked.model_copy(update={"cutoff": now + timedelta(hours=3)})
    async with asking(rig.cluster.direct(OFFICE)[0], OFFICE) as office:
        balance = (await office.ask(asked, OFFICE, COUNTY, Sheet)).balance
    stock = await cases.fetchval("SELECT count(*) FROM cases WHERE state = 'verified'")
    if (balance.new, balance.closing) == (verified, stock):
        return []
    return [f"{balance.new} new and {balance.closing} in stock; verified {verified}, {stock} stand there"]


async def _disorder(rig: Rig) -> list[str]:
    """Within every aggregate the sequence rises by one, message repeats aside."""
    wrong = []
    for stream, subject in (("PATROL", "patrol.>"), ("CASES", "cases.>"), ("NOTIFY", "notify.>")):
        last: dict[str, int] = {}
        seen: set[str] = set()
        for fact in await _facts(rig, stream, subject):
            if fact["id"] in seen or fact["id"].startswith("poison-"):
                continue
            seen.add(fact["id"])
            if fact["sequence"] != last.get(fact["key"], 0) + 1:
                wrong.append(f"{stream} {fact['key']}: {fact['sequence']} after {last.get(fact['key'], 0)}")
            last[fact["key"]] = fact["sequence"]
    return wrong


async def _not_heard(rig: Rig, cases: asyncpg.Connection) -> list[str]:
    """The subscriber has come, step by step, as far as every case has."""
    told = await cases.fetch(
        "SELECT partitionkey AS key, max(sequence) AS last FROM outbox WHERE subject LIKE $1 AND subject NOT LIKE $2"
        " GROUP BY 1",
        f"cases.%.v1.{COUNTY.wildcard.removesuffix('>')}%",
        f"{CasesDeadLettered.name}.%",
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

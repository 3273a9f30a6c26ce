"""How long a system takes to be back without its bus, by how many cases it has: `python -m tests.bench.growth [CASES]`.

Some real reports go through the whole of it; what they have left in the tables of patrol, cases and notify is then
copied there, row by row under new ids, until there are as many cases as wanted. Then the bus loses everything.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import asyncpg

from clients.python.bus import connected
from deploy.local import backups
from deploy.local.home import Run
from deploy.local.stack import Stack
from tests.bench.rig import reports, settled, system

PATTERNS = 100
"""Real reports, of which all others are copies."""
CASES = 100_000
BACK_WITHIN_S = 1_800
_ANEW = "md5({0} || ' ' || n)::uuid"
"""The n-th copy's own of an id: the same wherever that id stands."""
COPIES = {
    "cases": f"""
        INSERT INTO cases (id, incident_id, number, campaign, kind, division, state, owner_due_on, overdue_told,
                           opened_at, body, ladder_on)
        SELECT {_ANEW.format("id::text")}, {_ANEW.format("incident_id::text")}, number || '-' || n, campaign, kind,
               division, state, owner_due_on, overdue_told, opened_at,
               replace(body, id::text, {_ANEW.format("id::text")}::text), ladder_on
        FROM cases, generate_series(1, $1) AS n
    """,
    "aggregates": f"""
        INSERT INTO aggregates (partitionkey, sequence)
        SELECT {_ANEW.format("partitionkey")}::text, sequence FROM aggregates, generate_series(1, $1) AS n
        WHERE partitionkey = ANY($2::text[])
    """,
    "outbox": f"""
        INSERT INTO outbox (message_id, subject, partitionkey, sequence, headers, body)
        SELECT {_ANEW.format("message_id")}::text, subject, {_ANEW.format("partitionkey")}::text, sequence,
               replace(replace(headers, message_id, {_ANEW.format("message_id")}::text),
                       partitionkey, {_ANEW.format("partitionkey")}::text), body
        FROM outbox, generate_series(1, $1) AS n WHERE message_id = ANY($2::text[]) ORDER BY n, id
    """,
    "inbox": f"""
        INSERT INTO inbox (consumer, source, message_id, digest)
        SELECT consumer, source, {_ANEW.format("message_id")}::text, digest
        FROM inbox, generate_series(1, $1) AS n WHERE message_id = ANY($2::text[])
    """,
}
CAUSED = """
    SELECT message_id, partitionkey FROM outbox
    WHERE substring(headers from 'ce-correlationid: (\\S+)') = ANY($1::text[])
"""
FILLED = ("patrol", "cases", "notify", "targets", "roster")


async def _post(run: Run) -> list[str]:
    """The ids of reports that have gone through everything."""
    async with connected(run.url("acme"), "acme") as acme:
        posted = [await acme.post_raw(*one) for one in islice(reports(), PATTERNS)]
    await settled(run)
    return [receipt.message_id for receipt in posted]


async def fill(run: Run, posted: list[str], copies: int) -> int:
    """Copy what the reports have left; returns how many facts are on record then."""
    connections = {name: await asyncpg.connect(run.databases[name]) for name in FILLED}
    try:
        told, keys = [], []
        for sql in connections.values():
            rows = await sql.fetch(CAUSED, posted)
            told += [row["message_id"] for row in rows]
            keys += [row["partitionkey"] for row in rows]
        await connections["cases"].execute(COPIES["cases"], copies, timeout=BACK_WITHIN_S)
        facts = 0
        for sql in connections.values():
            await sql.execute(COPIES["aggregates"], copies, keys, timeout=BACK_WITHIN_S)
            for table in ("outbox", "inbox"):
                await sql.execute(COPIES[table], copies, told, timeout=BACK_WITHIN_S)
            await sql.execute("ANALYZE")
            facts += await sql.fetchval("SELECT count(*) FROM outbox")
        return facts
    finally:
        for sql in connections.values():
            await sql.close()


async def without_its_bus(stack: Stack) -> float:
    """Seconds from the loss until those outside come in again."""
    nats = stack.home.path / "nats"
    async with stack.watched():
        began_s = time.monotonic()
        os.kill(stack.home.running().pids["nats"], signal.SIGKILL)  # type: ignore[union-attr]
        # At once: what is taken away file by file may be found half there by who starts it again.
        gone = (nats / "jetstream").rename(nats / "gone")
        shutil.rmtree(gone)
        await _until(lambda: stack.home.lost.what() is not None)
        await _until(lambda: stack.home.lost.what() is None and bool(stack.users.outsiders))
        return time.monotonic() - began_s


async def _until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(BACK_WITHIN_S):
        while not so():  # noqa: ASYNC110  what is asked lives in files and another process
            await asyncio.sleep(0.1)


async def measure(cases: int) -> None:
    async with system("2m") as (stack, run):
        posted = await _post(run)
        copies = cases // PATTERNS - 1
        began_s = time.monotonic()
        facts = await fill(run, posted, copies)
        print(f"{cases} cases and {facts} facts on record, filled in {time.monotonic() - began_s:.0f} s", flush=True)
        print(f"back without the bus after {await without_its_bus(stack):.1f} s", flush=True)
        for name, passphrase in (("open", None), ("sealed", b"four words of no poem")):
            to = stack.home.path / f"backup-{name}"
            again: Run = stack.home.running()  # type: ignore[assignment]
            began_s = time.monotonic()
            await asyncio.to_thread(backups.backup, stack.home, again, to, passphrase)
            print(f"backup, {name}: {time.monotonic() - began_s:.1f} s, {_mib(to)} MiB", flush=True)
            shutil.rmtree(to)


def _mib(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 2**20


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else CASES))

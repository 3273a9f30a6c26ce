"""What a piece of work takes beside time: processor time of each process, and bytes in streams, rows and WAL."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg
from nats.aio.client import Client

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_SIZES = """
    SELECT pg_current_wal_lsn() - '0/0'::pg_lsn AS wal, (
        SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema')
    ) AS rows
"""


@dataclass(frozen=True, slots=True)
class Bytes:
    """How much the streams hold, what the tables take with their indexes, and how far the WAL has gone."""

    streams: int
    rows: int
    wal: int

    def since(self, before: Bytes) -> dict[str, int]:
        return {
            "streams": self.streams - before.streams,
            "rows": self.rows - before.rows,
            "WAL": self.wal - before.wal,
        }


@dataclass(frozen=True, slots=True)
class Processor:
    """Milliseconds of processor time that named processes, with their children, have taken."""

    pids: Mapping[str, int]
    _begun: dict[str, float] = field(default_factory=dict)

    def begin(self) -> None:
        self._begun.update({name: _spent_ms(pid) for name, pid in self.pids.items()})

    def since(self) -> dict[str, float]:
        """Each process by its name, and `everything`."""
        spent = {name: _spent_ms(pid) - self._begun[name] for name, pid in self.pids.items()}
        return {**spent, "everything": sum(spent.values())}


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as found:
        return [int(one) for one in found.read().split()]


def _spent_ms(pid: int) -> float:
    """Of a process, of its children, and of those that have ended."""
    own = _ticks(pid)
    living = 0
    for child in children(pid):
        try:
            living += sum(_ticks(child)[:2])
        except FileNotFoundError:
            continue
    return (sum(own) + living) * _TICK_MS


def _ticks(pid: int) -> list[int]:
    """Its user and system time, and those of its children that have ended."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        return [int(one) for one in stat.read().rpartition(")")[2].split()[11:15]]


async def held(client: Client, streams: Sequence[str], dsn: str) -> Bytes:
    """`client` may ask for these streams."""
    jetstream = client.jetstream(timeout=10)
    found = [await jetstream.stream_info(stream) for stream in streams]
    sql = await asyncpg.connect(dsn)
    try:
        row = await sql.fetchrow(_SIZES)
    finally:
        await sql.close()
    return Bytes(sum(one.state.bytes for one in found), int(row["rows"]), int(row["wal"]))

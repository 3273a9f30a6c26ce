"""Faults planted after a run, one for each book: it must say so, or it would not notice them in a run either."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import asyncpg

from contracts.notify import Notified
from contracts.patrol import IncidentLocated
from contracts.targets import RecordEntered
from tests.faults.books import Found, check
from tests.faults.cluster import connected
from tests.faults.desk import TOWN
from tests.faults.load import Load
from tests.faults.rig import Rig


@dataclass(frozen=True, slots=True)
class Plant:
    """What is falsified, the book that must say so, and what it says then."""

    book: str
    says: str
    plant: Callable[[Rig, Load], Awaitable[None]]

    def seen(self, found: Found) -> bool:
        return any(self.says in entry for entry in getattr(found, self.book))


async def planted(names: Iterable[str], rig: Rig, load: Load) -> Found:
    """What the books say once these are planted."""
    for name in names:
        await PLANTS[name].plant(rig, load)
    return await check(rig, load)


def rows(service: str, statement: str) -> Callable[[Rig, Load], Awaitable[None]]:
    """A row of a service is not what it was."""

    async def plant(rig: Rig, load: Load) -> None:
        sql = await asyncpg.connect(rig.dsn(service))
        changed = await sql.execute(statement)
        await sql.close()
        assert changed.endswith(" 1"), changed

    return plant


def fact(user: str, subject: str, key: str, sequence: int) -> Callable[[Rig, Load], Awaitable[None]]:
    """A fact stands in a stream out of its turn."""

    async def plant(rig: Rig, load: Load) -> None:
        told = {"ce-id": f"planted-{user}", "ce-partitionkey": key, "ce-sequence": str(sequence)}
        async with connected(rig.cluster, user) as bus:
            await bus.jetstream(timeout=5).publish(subject, b"{}", headers=told)

    return plant


async def forgotten_report(rig: Rig, load: Load) -> None:
    """As if one that was never posted had had its effect."""
    load.ledger.reports.popitem()


ONE_LOCATED = "(SELECT min(id) FROM fates WHERE fate = 'located')"
ONE_MERGED = "(SELECT min(id) FROM ledger WHERE line = 'merged')"
OTHER = "jsonb_set(post, '{holder,id}', '\"p-other\"')"
ONE_OPENED, ANOTHER_OPENED = (
    f"(SELECT id FROM records WHERE what = 'opened' ORDER BY id OFFSET {n} LIMIT 1)" for n in (5, 6)
)
"""Neither of the first report nor of the last, which other plants falsify."""
ONE_ALARM = "(SELECT min(id) FROM tellings WHERE about = 'patrol.alarmed.v1')"
ONE_FRESH = """(SELECT n.id FROM notices n JOIN tellings t ON t.id = n.telling_id
    WHERE t.about = 'patrol.alarmed.v1' AND n.post_id LIKE '%-village-chief' ORDER BY t.id LIMIT 1)"""
PLANTS = {
    "report_without_cause": Plant("doubled", "patrol located", forgotten_report),
    "incident_lost": Plant(
        "lost", "patrol located", rows("patrol", f"UPDATE fates SET fate = 'repeat' WHERE id = {ONE_LOCATED}")
    ),
    "wrong_chief": Plant(
        "wrong_who",
        f"{TOWN}-chief, p-",
        rows("targets", f"UPDATE records SET post_id = '{TOWN}-chief' WHERE id = {ONE_OPENED}"),
    ),
    "wrong_holder": Plant(
        "wrong_who", "p-other", rows("targets", f"UPDATE records SET post = {OTHER} WHERE id = {ANOTHER_OPENED}")
    ),
    "alarm_not_told": Plant("lost", "alarms told", rows("notify", f"DELETE FROM tellings WHERE id = {ONE_ALARM}")),
    "alarm_to_another": Plant(
        "wrong_who", "alarm of", rows("notify", f"UPDATE notices SET post_id = '{TOWN}-office' WHERE id = {ONE_FRESH}")
    ),
    "line_of_another_kind": Plant(
        "unbalanced",
        "not ['new', 'merged']",
        rows("cases", f"UPDATE ledger SET line = 'voided' WHERE id = {ONE_MERGED}"),
    ),
    "line_of_another_day": Plant(
        "unbalanced",
        "asked at",
        rows("cases", "UPDATE ledger SET on_day = on_day - 2 WHERE id = (SELECT min(id) FROM ledger)"),
    ),
    "order_in_targets": Plant(
        "disorder", "TARGETS planted", fact("targets", f"{RecordEntered.name}.{TOWN.tokens}", "planted", 2)
    ),
    "order_in_patrol": Plant(
        "disorder", "PATROL planted", fact("patrol", f"{IncidentLocated.name}.{TOWN.tokens}", "planted", 2)
    ),
    "order_in_notify": Plant(
        "disorder", "NOTIFY planted", fact("notify", f"{Notified.name}.{TOWN.tokens}", "planted", 2)
    ),
}
"""By name, for `--plant`."""

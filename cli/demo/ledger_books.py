"""The books of the ledger: the equation added up from the facts on the bus, against what cases answers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import asyncpg

from cli.bus import Bus
from cli.demo.book import Book
from cli.demo.desk import CITY, Imports
from cli.demo.people import People
from cli.demo.world import jingdezhen
from contracts.book_commands import ShowSheet
from contracts.case import OPEN
from contracts.case_commands import MOVE_COMMANDS
from contracts.commands import OPERATOR
from contracts.division import Division
from contracts.ledger import Entry, LedgerLine, Scope, Sheet

INTO = (LedgerLine.OPENING, LedgerLine.NEW, LedgerLine.RELAPSED, LedgerLine.MOVED_IN)
OUT = (LedgerLine.CLOSED, LedgerLine.VOIDED, LedgerLine.MERGED, LedgerLine.MOVED_OUT)
ENDS = tuple(date(year, 12, 31) for year in (2016, 2017, 2018, 2019)) + tuple(
    date(2020, month, 1) - timedelta(days=1) for month in range(2, 9)
)
"""The days at which the ledger is compared: years of the old ledgers, then each month of the play."""
AT_ONCE = 16


async def ledger(
    cases: asyncpg.Connection[asyncpg.Record], operator: Bus, people: People, imports: Imports
) -> list[Book]:
    """Every campaign, the city and its counties, every month end."""
    entries = [entry for told in people.entries.values() for entry in told]
    campaigns = [None, *sorted({entry.scope.campaign for entry in entries})]
    areas = [CITY, *(one.code for one in jingdezhen() if one.parent == CITY)]
    windows = [(first, last) for n, first in enumerate(ENDS) for last in ENDS[n + 1 : n + 2]]
    asked = [(campaign, area, *window) for campaign in campaigns for area in areas for window in windows]
    expected = {_key(*one): _equation(entries, *one) for one in asked}
    gate = asyncio.Semaphore(AT_ONCE)

    async def answered(campaign: str | None, area: Division, after: date, to: date) -> Sheet:
        async with gate:
            return await operator.ask(ShowSheet(campaign=campaign, after=after, to=to), OPERATOR, area, Sheet)

    sheets = await asyncio.gather(*(answered(*one) for one in asked))
    found = {_key(*one): sheet.balance.model_dump() for one, sheet in zip(asked, sheets, strict=True)}
    stock = sum(1 for case in people.cases.values() if case.state in OPEN and case.state != "registered")
    now = found[_key(None, CITY, *windows[-1])]
    doubled = await cases.fetchval(
        """
        SELECT count(*) FROM (SELECT FROM letters GROUP BY case_id, about, rung, due_on, body ->> 'to'
                              HAVING count(*) > 1) AS twice
        """
    )
    issued = await cases.fetchval("SELECT count(*) FROM letters")
    return [
        Book("books.ledger", expected, found),
        Book("books.stock", stock, now["closing"]),
        Book("books.imported", [imports.good, imports.bad], [imports.added, imports.named // 2]),
        Book("books.imported_again", [0, imports.good], [imports.added_again, imports.unchanged_again]),
        Book("books.every_move", {command.name for command in MOVE_COMMANDS} - people.moves.keys(), set()),
        Book("books.letters", issued, len(people.letters)),
        Book("books.no_rung_twice", 0, doubled),
    ]


def _key(campaign: str | None, area: Division, after: date, to: date) -> str:
    return f"{campaign or '*'} {area.significant} {after}..{to}"


def _equation(entries: Sequence[Entry], campaign: str | None, area: Division, after: date, to: date) -> dict[str, int]:
    """The lines of the equation, by adding up entries one by one."""

    def covers(scope: Scope | None) -> bool:
        return scope is not None and area.contains(scope.division) and campaign in (None, scope.campaign)

    counting = [one for one in entries if covers(one.scope) and not covers(one.other)]
    opening = _stock(one for one in counting if one.on <= after or one.line is LedgerLine.OPENING)
    within = Counter(one.line for one in counting if after < one.on <= to)
    lines = {line.value: within[line] for line in (*INTO[1:], *OUT)}
    closing = _stock(one for one in counting if one.on <= to or one.line is LedgerLine.OPENING)
    return {"opening": opening, **lines, "closing": closing}


def _stock(entries: Iterable[Entry]) -> int:
    lines = Counter(one.line for one in entries)
    return sum(lines[line] for line in INTO) - sum(lines[line] for line in OUT)

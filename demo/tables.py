"""The demo's tables: per county, who was told what, the plan, and the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import asyncpg
from rich.console import Console

from cli.case.asking import help_of
from cli.say import language_is_chinese, say, table
from contracts.language.division import Level
from contracts.wiring.table import COMMANDS
from demo.books.book import Book
from demo.people import People
from demo.world import jingdezhen
from deploy.local.home import Run

COLUMNS = ("reported", "located", "linked", "revised", "repeat", "refused", "imported", "opened", "closed", "overdue")

MOST_SHOWN = 5
"""Differences shown of a book that does not balance."""


async def show(run: Run, people: People, books: Sequence[Book], out: Console) -> None:
    """Everything on one screen after another, on stdout."""
    await _counties(run, out)
    await _told(run, out)
    await _plan(run, out)
    _people(people, out)
    _books(books, out)


async def _read(run: Run, service: str, sql: str, *arguments: Any) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(run.databases[service])
    try:
        return await connection.fetch(sql, *arguments)
    finally:
        await connection.close()


async def _counties(run: Run, out: Console) -> None:
    """A report that lies nowhere, or that could not be read, is of no county."""
    counted: dict[str, Counter[str]] = {}
    for county, fate, count in await _read(
        run, "patrol", "SELECT coalesce(left(division, 6), ''), fate, count(*) FROM fates GROUP BY 1, 2"
    ):
        counted.setdefault(county, Counter())[fate] += count
    refused = await _read(run, "patrol", "SELECT count(*) FROM outbox WHERE subject LIKE 'rejected.%'")
    counted.setdefault("", Counter())["refused"] = refused[0][0]
    for county, opened, closed in await _read(
        run,
        "cases",
        "SELECT left(division, 6), count(*), count(*) FILTER (WHERE state = 'closed') FROM cases GROUP BY 1",
    ):
        counted.setdefault(county, Counter()).update({"opened": opened, "closed": closed})
    for county, imported, overdue in await _read(
        run,
        "cases",
        """
        SELECT left(c.division, 6), count(DISTINCT c.id) FILTER (WHERE o.subject LIKE 'cases.imported.%'),
            count(DISTINCT c.id) FILTER (WHERE o.subject LIKE 'cases.overdue.%')
        FROM outbox o JOIN cases c ON o.partitionkey = c.id::text GROUP BY 1
        """,
    ):
        counts = counted.setdefault(county, Counter())
        counts.update({"imported": imported, "overdue": overdue})
        counts["opened"] -= imported
    for counts in counted.values():
        counts["reported"] = sum(counts[fate] for fate in ("located", "linked", "revised", "repeat", "refused"))
    names = {str(one.code[:6]): one.name for one in jingdezhen() if one.code.level is Level.COUNTY}
    rows = [
        (names.get(county, say("demo.nowhere")), *(counts[column] for column in COLUMNS))
        for county, counts in sorted(counted.items(), key=lambda one: one[0] or "~")
    ]
    totals = [sum(counts[column] for counts in counted.values()) for column in COLUMNS]
    heads = [say("demo.county"), *(say(f"demo.{column}") for column in COLUMNS)]
    table(say("demo.counties"), heads, [*rows, (say("demo.total"), *totals)], out)


async def _told(run: Run, out: Console) -> None:
    rows = await _read(
        run,
        "notify",
        """
        SELECT t.about, split_part(n.post_id, '-', -1) AS who, count(*) AS notices
        FROM notices n JOIN tellings t ON t.id = n.telling_id GROUP BY 1, 2 ORDER BY 1, 3 DESC
        """,
    )
    shown = [(row["about"], row["who"] or say("demo.unit"), row["notices"]) for row in rows]
    table(say("demo.who_was_told"), [say("demo.fact"), say("demo.whom"), say("demo.notices")], shown, out)


async def _plan(run: Run, out: Console) -> None:
    rows = await _read(
        run,
        "targets",
        """
        SELECT body ->> 'name' AS name, body ->> 'name_en' AS name_en, (body ->> 'amount')::numeric AS amount,
               body ->> 'unit' AS unit, reported, mapped
        FROM targets ORDER BY reported DESC, id
        """,
    )
    shown = [
        (
            row["name"] if language_is_chinese() else row["name_en"],
            "-" if row["amount"] is None else f"{row['amount'].normalize():f}",
            row["unit"],
            f"{row['reported'].normalize():f}",
            f"{row['mapped'].normalize():f}",
            f"{row['reported'] / row['amount'] * Decimal(100):.1f} %" if row["amount"] and row["reported"] else "-",
        )
        for row in rows
    ]
    heads = [say(f"demo.{head}") for head in ("target", "amount", "in", "progress", "mapped", "share")]
    table(say("demo.plan"), heads, shown, out)


def _people(people: People, out: Console) -> None:
    rows = [(_what(name), count) for name, count in people.moves.most_common()]
    table(say("demo.moves"), [say("demo.move"), say("demo.times")], rows, out)
    out.print(say("demo.forbidden", count=people.forbidden), highlight=False)


def _what(name: str) -> str:
    """What a command does, in the reader's language."""
    return next(help_of(command) for command in COMMANDS["cases"] if command.name == name)


def _books(books: Sequence[Book], out: Console) -> None:
    rows = [
        (
            say(book.key),
            _short(book.left),
            _short(book.right),
            say("demo.yes") if book.balances else say("demo.no"),
        )
        for book in books
    ]
    table(
        say("demo.books"), [say("demo.book"), say("demo.expected"), say("demo.found"), say("demo.balances")], rows, out
    )


def _short(value: Any) -> str:
    """A count, or the size of what is compared one by one."""
    if isinstance(value, dict) and all(isinstance(one, int) for one in value.values()) and len(value) <= 5:
        return " ".join(str(one) for one in value.values())
    if isinstance(value, dict | set):
        return f"{len(value)} ×"
    return str(value)

"""Old ledgers in Excel as counties hand them in: each with its own columns and words, some rows wrong on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from cli.ledger.form import LedgerForm, form_of, sources
from contracts.language.division import Division, Level
from demo.world import NamedDivision

ROWS = 40
CLOSED_OF_HUNDRED = 60
LAST_DAY = date(2020, 5, 20)
PLACES = ("后山", "水库东侧", "公路北侧", "采石场旧址", "茶园上方", "河滩", "庙背", "老窑坡")
PARTIES = ("某采石场", "某茶叶合作社", "某建设项目部", "村民张某", "村民李某", "不详")
LISTED_ROUTES = ("put_right", "penalty", "no_violation")

Stated = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OldLedger:
    """A file, how many of its rows are good and bad, and how many of the good ones are closed."""

    source: str
    file: Path
    good: int
    bad: int
    closed: int


def write_old_ledgers(folder: Path, divisions: Iterable[NamedDivision], seed: int = 2020) -> list[OldLedger]:
    """One file for each source, in `folder`; the same seed gives the same rows."""
    known = {division.code: division.name for division in divisions}
    return [_write(folder, form_of(source), known, Random(f"{seed} {source}")) for source in sources()]


def _write(folder: Path, form: LedgerForm, names: Mapping[Division, str], random: Random) -> OldLedger:
    closed = [random.randrange(100) < CLOSED_OF_HUNDRED for _ in range(ROWS)]
    good = [_row(form, names, random, n, closed[n - 1]) for n in range(1, ROWS + 1)]
    bad = [spoil(_row(form, names, random, ROWS + n, True)) for n, spoil in enumerate(SPOILS, 1)]
    bad.append({**_row(form, names, random, 0, True), "number": good[0]["number"]})
    # The first row stays first: the duplicate is the later one.
    mixed = good[1:] + bad
    random.shuffle(mixed)
    file = folder / f"{form.source}.xlsx"
    _write_rows(file, form, [good[0], *mixed], random)
    return OldLedger(form.source, file, len(good), len(bad), sum(closed))


def _row(form: LedgerForm, names: Mapping[Division, str], random: Random, n: int, closed: bool) -> Stated:
    """A good row by field, the words already the source's own."""
    code = random.choice(sorted(code for code in names if code.level is Level.VILLAGE))
    town = code.parent or code
    year = int(form.source[-4:]) if form.source[-4:].isdigit() else 2018
    found_on = date(year, 1, 1) + timedelta(random.randrange(300))
    row: Stated = {
        "number": f"{form.source.upper()}-{n:04d}",
        "division": code
        if "代码" in form.columns["division"][0]
        else [names[one] for one in reversed(code.chain()[:3])],
        "place": names[town] + names[code] + random.choice(PLACES),
        "text": "现场核查发现林地原状改变，面积与权属待核。",
        "party": random.choice(PARTIES),
        "found_on": found_on,
        "stocked_on": found_on + timedelta(random.randrange(15)),
        "occurred_from": found_on - timedelta(60),
        "occurred_to": found_on - timedelta(30),
    }
    row |= {name: random.choice(sorted(form.words[name])) for name in ("kind", "severity") if name in form.words}
    if closed:
        route = random.choice(LISTED_ROUTES)
        row["route"] = next(word for word, ours in form.words["route"].items() if ours == route)
        row["closed_on"] = min(found_on + timedelta(20 + random.randrange(300)), LAST_DAY)
        if "cause" in form.words:
            row["cause"] = random.choice(sorted(form.words["cause"]))
    else:
        row |= {"unit_id": f"u-{town}", "unit_name": f"{names[town]}林业工作站", "due_on": found_on + timedelta(180)}
    return row


SPOILS: tuple[Callable[[Stated], Stated], ...] = (
    lambda row: {**row, "found_on": "2018年13月40日"},
    lambda row: {**row, "kind": "不明情况"},
    lambda row: {**row, "place": " "},
    lambda row: {**row, "division": "360299999999" if isinstance(row["division"], str) else ["无此县", "无此乡"]},
    lambda row: {**row, "closed_on": row["found_on"] - timedelta(1)},
)


def _write_rows(file: Path, form: LedgerForm, rows: list[Stated], random: Random) -> None:
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet(form.sheet)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        headings = [(name, part, one) for name, spots in form.columns.items() for part, one in enumerate(spots)]
        if form.header_row > 1:
            sheet.write_string(0, 0, form.title)
        for at, (_, _, heading) in enumerate(headings):
            sheet.write_string(form.header_row - 1, at, heading)
        for down, row in enumerate(rows, form.header_row):
            for at, (name, part, _) in enumerate(headings):
                value = _cell(row.get(name), part, len(form.columns[name]), random)
                if isinstance(value, date):
                    sheet.write_datetime(down, at, value, day)
                elif value is not None:
                    sheet.write_string(down, at, value)
        sheet.write_string(form.header_row + len(rows) + 1, 0, "填表人：　　　审核人：")


def _cell(value: Any, part: int, parts: int, random: Random) -> str | date | None:
    """A value as some county writes it: a path in one cell or over several, a day in any of the known ways."""
    if isinstance(value, list):
        return "/".join(value) if parts == 1 else value[part] if part < len(value) else None
    if isinstance(value, date):
        return random.choice(_ways(value))
    return None if value is None else str(value)


def _ways(on: date) -> tuple[str | date, ...]:
    """A day as offices write it: Excel's own, in the signs of several, from the hand."""
    return (
        on,
        f"{on.year}-{on.month}-{on.day}",
        f"{on.year}/{on.month}/{on.day}",
        f"{on.year}.{on.month}.{on.day}",
        f"{on.year}年{on.month}月{on.day}日",
        f"{on.year}年{on.month}月{on.day}号",
        f"{on:%Y%m%d}",
    )

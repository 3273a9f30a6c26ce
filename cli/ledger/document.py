"""What the ledger's documents say, in Excel and on paper alike: the office's own columns and words, always Chinese."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any, TypedDict

from cli.say import office_words
from contracts.cases import Case, Sheet, Vocabulary
from contracts.language.values import day_of

SIGNS = {
    "opening": "",
    "new": "+",
    "relapsed": "+",
    "moved_in": "+",
    "closed": "−",
    "voided": "−",
    "merged": "−",
    "moved_out": "−",
    "closing": "=",
}
"""`opening + new + relapsed + moved_in - closed - voided - merged - moved_out = closing` (DOMAIN §5)."""
Cell = str | int | float | date | None


class _Named(TypedDict):
    zh: str
    path: str
    width: float


class Column(_Named, total=False):
    """A column of the office's ledger; `path` leads to a field of the case.

    `#` is the count of the line, `?` what is missing of it: columns that are empty though they are `wanted` of a case
    of one of those values. Paper is narrow: only the columns with a `print` width are printed.
    """

    words: str
    print: float
    wanted: dict[str, list[str]]


def columns() -> list[Column]:
    found: list[Column] = _data("ledger_columns.json")["columns"]
    return found


NOTHING_NAMED = Vocabulary(causes=(), campaigns=())


def words(vocabulary: Vocabulary = NOTHING_NAMED) -> Mapping[str, Mapping[str, str]]:
    """The office's words, by what they are words for; campaigns and causes as cases names them."""
    found: Mapping[str, Mapping[str, str]] = office_words()
    campaigns = {one.campaign: one.words for one in vocabulary.campaigns}
    return {**found, "campaign": campaigns, "cause": {one.cause: one.words for one in vocabulary.causes}}


def lines(cases: Iterable[Case], order: Sequence[Column], vocabulary: Vocabulary = NOTHING_NAMED) -> list[list[Cell]]:
    """One line a case, in the order of the columns."""
    known = words(vocabulary)
    return [[_field(case, column, n, known) for column in order] for n, case in enumerate(cases, 1)]


def missing(case: Case) -> list[str]:
    """The columns that a case of its kind, state and route should have and has not."""
    return [
        column["zh"]
        for column in columns()
        if "wanted" in column
        and all(getattr(case, field) in values for field, values in column["wanted"].items())
        and not list(_follow(case, column["path"].split(".")))
    ]


def equation(sheet: Sheet) -> list[tuple[str, str, int]]:
    """Sign, line and number, in the equation's order."""
    named = words()["line"]
    return [(sign, named[line], getattr(sheet.balance, line)) for line, sign in SIGNS.items()]


def scope(sheet: Sheet, vocabulary: Vocabulary = NOTHING_NAMED) -> str:
    known = words(vocabulary)
    campaign = _word(known["campaign"], sheet.campaign) if sheet.campaign else "全部专项"
    return "　".join(
        [campaign, f"区划 {sheet.division}", _word(known["kind"], sheet.kind) if sheet.kind else "全部类型"]
    )


def plain(amount: Decimal) -> str:
    """An amount without the places that say nothing: 28.57, 95."""
    return f"{amount.normalize():f}"


def share(sheet: Sheet) -> list[tuple[str, str | int]]:
    """The share rectified and its threshold, with the source of the threshold."""
    of = sheet.share
    percent = "—" if of.percent is None else f"{plain(of.percent)} %"
    threshold = "未定" if of.threshold_percent is None else f"{plain(of.threshold_percent)} %"
    return [
        ("已整改", of.rectified),
        ("应整改", of.counted),
        ("不同问题", of.problems),
        ("整改率", percent),
        ("目标", threshold),
        ("目标期限", "未定" if of.threshold_due_on is None else of.threshold_due_on.isoformat()),
        ("目标来源", of.threshold_source or "—"),
    ]


def _data(name: str) -> Any:
    return json.loads(files("cli.ledger").joinpath(name).read_text("utf-8"))


def _field(case: Case, column: Column, n: int, known: Mapping[str, Mapping[str, str]]) -> Cell:
    if column["path"] == "#":
        return n
    if column["path"] == "?":
        return "、".join(missing(case)) or None
    found = list(_follow(case, column["path"].split(".")))
    if not found:
        return None
    if len(found) > 1:
        return "、".join(map(str, found))
    value = found[0]
    if isinstance(value, datetime):
        return day_of(value)
    if isinstance(value, int | date):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return _word(known[column["words"]], str(value)) if "words" in column else str(value)


def _word(known: Mapping[str, str], value: str) -> str:
    """The word for a value; `daily-2020` is what `daily` is called, of 2020."""
    of, _, year = value.rpartition("-")
    return known.get(value) or (f"{known[of]}{year}" if of in known else value)


def _follow(value: Any, path: list[str]) -> Iterable[Any]:
    """What a path leads to; `*` goes into every part of a tuple, and nothing lies beyond None."""
    if value is None:
        return
    if not path:
        yield value
    elif path[0] == "*":
        for part in value:
            yield from _follow(part, path[1:])
    else:
        yield from _follow(getattr(value, path[0]), path[1:])

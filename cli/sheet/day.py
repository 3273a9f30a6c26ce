"""The day that a cell means, however it is written; what leaves a doubt is asked, never guessed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from cli.say import say
from cli.sheet.cell import BadCell, halved, said
from contracts.language.values import SHANGHAI

_DAY = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{2})\s*(?P<mark>年|[-/.、])\s*(?P<month>[0-9]{1,2})\s*(?:月|[-/.、])\s*"
    r"(?P<day>[0-9]{1,2})(?P<after>(?:[^0-9].*)?)",
    re.DOTALL,
)
_AFTER = re.compile(
    r"\s*[日号]?\s*[.。]?\s*(?:\(?(?:星期|周)(?P<weekday>[一二三四五六日天])\)?)?\s*"
    r"T?\s*(?:凌晨|早上|上午|中午|下午|傍晚|晚上|AM|PM)?\s*"
    r"(?:[0-9]{1,2}(?:[:时点][0-9]{1,2}(?:分|:[0-9]{1,2}(?:\.[0-9]+)?)?|[时点])?)?\s*(?:AM|PM)?",
    re.IGNORECASE,
)
_MONTH = re.compile(r"[0-9]{2,4}\s*(?:年|[-/.])\s*[0-9]{1,2}\s*(?:月\s*(?:[份底末初中]|[上中下]旬)?\s*[前后]?)?")
_DIGITS = re.compile(r"((?:19|20|21)[0-9]{2})([0-9]{2})([0-9]{2})")
_ONES = "一二三四五六七八九"
_IN_WORDS = re.compile(rf"([〇零○Ｏ{_ONES}]{{4}})年([{_ONES}十]{{1,2}})月([{_ONES}十廿卅]{{1,3}})[日号]")
_NUMERALS = {numeral: str(at) for at, numeral in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0", "Ｏ": "0"}
_DAYS_OF_WEEK = "一二三四五六日"
_LAST_OF_2000S = 49
"""Two digits up to this are a year of this century, those above one of the last."""
_SERIALS = date(1950, 1, 1), date(2049, 12, 31)
"""The days for which a number without a format is taken as Excel's count."""


_TIMED = re.compile(r"(.*[0-9日号])(?:T|\s)\s*([0-9]{1,2})[:时点]([0-9]{1,2})(?:分|:([0-9]{1,2}))?")
_OF_A_DAY = re.compile("[时点:]|午|晚|早|晨|AM|PM", re.IGNORECASE)


def instant(cell: Any, day_none: datetime) -> tuple[datetime, bool]:
    """The moment that a cell says by China's clock, unless it says by which, and whether it is written plainly.

    A day alone is its first moment. Raises BadCell.
    """
    if isinstance(cell, date):
        at = cell if isinstance(cell, datetime) else datetime.combine(cell, time())
        return _in_china(at, cell), True
    if isinstance(cell, float) and _counted(cell, day_none):
        return _in_china(day_none + timedelta(seconds=round(cell * 86_400)), cell), False
    text = halved(said(cell)).removeprefix("'").strip()
    try:
        return _in_china(datetime.fromisoformat(text), cell), True
    except ValueError:
        timed = _TIMED.fullmatch(text)
    if timed is None and _OF_A_DAY.search(text):
        raise BadCell(say("sheet.not_a_moment", value=said(cell)))
    on, _ = day(timed[1] if timed else cell, day_none)
    hour, minute, second = (int(part or 0) for part in timed.groups()[1:]) if timed else (0, 0, 0)
    try:
        at = datetime.combine(on, time(hour, minute, second))
    except ValueError:
        raise BadCell(say("sheet.not_a_moment", value=said(cell))) from None
    return _in_china(at, cell), False


def _in_china(at: datetime, cell: Any) -> datetime:
    """Raises BadCell for what lies before or after all days that there are."""
    try:
        return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except OverflowError:
        raise BadCell(say("sheet.not_a_moment", value=said(cell))) from None


def local(at: datetime) -> str:
    """A moment by China's clock, as `instant` reads it."""
    return at.astimezone(SHANGHAI).replace(tzinfo=None).isoformat(" ")


def day(cell: Any, day_none: datetime) -> tuple[date, bool]:
    """The day that a cell says, and whether it is written plainly. Raises BadCell.

    `day_none` is the day that its workbook counts as none.
    """
    if isinstance(cell, datetime):
        return cell.date(), True
    if isinstance(cell, date):
        return cell, True
    if isinstance(cell, float) and (counted := _counted(cell, day_none)):
        return counted, False
    text = halved(said(cell)).removeprefix("'").strip()
    try:
        found = _in_digits(text) or _in_words(text) or _instant(text) or _written(text)
    except ValueError:
        found = None
    if found is None:
        raise BadCell(say("sheet.only_a_month" if _MONTH.fullmatch(text) else "sheet.not_a_day", value=said(cell)))
    plain = re.fullmatch(r"[0-9]{4}([-/.年])[0-9]{1,2}[-/.月][0-9]{1,2}日?", said(cell)) is not None
    return found, plain or said(cell) == f"{found:%Y%m%d}"


def _counted(number: float, day_none: datetime) -> date | None:
    """What Excel counts days by, in a cell without the format of one."""
    if not 0 < number < 100_000:
        return None
    found = (day_none + timedelta(days=number)).date()
    return found if _SERIALS[0] <= found <= _SERIALS[1] else None


def _in_digits(text: str) -> date | None:
    found = _DIGITS.fullmatch(text)
    return date(*map(int, found.groups())) if found else None


def _in_words(text: str) -> date | None:
    found = _IN_WORDS.fullmatch("".join(text.split()))
    if found is None:
        return None
    year = int("".join(_NUMERALS[numeral] for numeral in found[1]))
    return date(year, _counted_in_words(found[2]), _counted_in_words(found[3]))


def _counted_in_words(text: str) -> int:
    """`二十一` and `廿一`, up to thirty-one."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.rpartition("十")
    if len(tens) > 1 or len(ones) > 1:
        raise ValueError(text)
    return (int(_NUMERALS[tens or "一"]) * 10 if ten else 0) + (int(_NUMERALS[ones]) if ones else 0)


def _instant(text: str) -> date | None:
    """A moment that says how far its clock is from the world's is on the day of China's."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(SHANGHAI).date() if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _written(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    after = _AFTER.fullmatch(found["after"]) if found else None
    if found is None or after is None:
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:
        # 12.5.21 may as well be the fifth of December, as Excel writes days in English.
        if found["mark"] != "年" and year <= 12:
            return None
        year += 2000 if year <= _LAST_OF_2000S else 1900
    on = date(year, int(found["month"]), int(found["day"]))
    weekday = (after["weekday"] or "").replace("天", "日")
    return None if weekday and _DAYS_OF_WEEK[on.weekday()] != weekday else on

"""What a cell says: a text, a number, a telephone number, yes or no; whatever leaves a doubt is refused by its rule."""

from __future__ import annotations

import json
import re
import unicodedata
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from cli.say import say
from cli.sheet.file.worksheet import Trouble

_ERROR = re.compile(r"#(N/A|[A-Z/0!?_]+[!?]|GETTING_DATA)|#+|Err:[0-9]{3}")
"""What Excel, WPS and LibreOffice show instead of a result, in a text that was copied; `###` is a column too narrow."""
_ROUNDED = re.compile(r"[0-9]\.[0-9]+[Ee]\+?[0-9]{1,2}|[0-9][Ee]\+[0-9]{1,2}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:[, ][0-9]{3})+)(\.[0-9]+)?")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
_FIXED = re.compile(r"(?:\+86)?(0(?:10|2[0-9]|[3-9][0-9]{2}))([2-8][0-9]{6,7})")
_SHORT = re.compile(r"1[0-9]{2,4}|[2-8][0-9]{6,7}|[48]00[0-9]{7}|9[56][0-9]{3,4}")
_HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_NONE = frozenset(("/", "\\", "-", "--", "―", "—", "——", "无", "none", "nil", "n/a"))
_DITTO = frozenset(("同上", "同前", "同左", "上同", "〃", "″", '"', "''", "”", "“", "ditto"))
_YES = frozenset(("是", "有", "√", "✓", "✔", "☑", "对", "yes", "y", "true", "1"))
_NO = frozenset(("否", "无", "没有", "×", "✗", "✘", "☐", "no", "n", "false", "0"))


class BadCell(ValueError):
    """A cell that does not say what its column should; the message is the rule."""


@cache
def _letters() -> dict[int, str]:
    stated = json.loads(files("cli.sheet").joinpath("private_letters.json").read_text("utf-8"))
    return {ord(private): letter for private, letter in stated["letters"].items()}


def said(cell: Any) -> str:
    """A cell as text: a whole number without its decimals, a day as ISO writes it, no blanks around it.

    What nobody sees is left out: it would make two of one number.
    """
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        # Excel keeps fifteen digits; what comes after them is how the machine counts.
        return format(Decimal(f"{cell:.15g}"), "f")
    return "" if cell is None else "".join(filter(_is_seen, str(cell))).translate(_letters()).strip()


def _is_seen(letter: str) -> bool:
    return letter.isascii() or unicodedata.category(letter) != "Cf"


def require_said(cell: Any) -> None:
    """Raises BadCell for a cell that shows an error, or letters that one machine alone can show."""
    if isinstance(cell, Trouble):
        raise BadCell(say(cell.key, value=cell.shows))
    text = said(cell)
    if isinstance(cell, str) and _ERROR.fullmatch(text):
        raise BadCell(say("sheet.error_cell", value=text))
    for letter in text:
        if letter == "\ufffd" or unicodedata.category(letter) == "Co":
            raise BadCell(say("sheet.private_letter", value=letter.encode("unicode_escape").decode()))


def require_own(cell: Any) -> None:
    """Raises BadCell for a cell that says what another does: which one is for a person to tell."""
    if isinstance(cell, str) and said(cell).casefold() in _DITTO:
        raise BadCell(say("sheet.ditto", value=said(cell)))


def halved(text: str) -> str:
    """Letters and digits of full width as those of half."""
    return text.translate(_FULL_WIDTH)


def bare(cell: Any) -> str:
    """A code as it is meant: of half width, without blanks in it and the apostrophe that keeps it a text."""
    return "".join(halved(said(cell)).removeprefix("'").split())


def folded(text: str) -> str:
    """By what two words are the same: `III` and `Ⅲ`, of full and half width, over two lines, with blanks or not."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def says_none(cell: Any) -> bool:
    """Whether a cell says that there is nothing to say, as `/` and 无 do."""
    return isinstance(cell, str) and halved(said(cell)).casefold() in _NONE


def line(cell: Any) -> str:
    """A short text in one line, whatever its cell is broken over."""
    return " ".join(_BETWEEN_HAN.sub(lambda found: "" if "\n" in found[0] else found[0], unbroken(cell)).split("\n"))


def unbroken(cell: Any) -> str:
    """A text with one sort of line ends."""
    _require_whole(said(cell))
    return "\n".join(part.strip() for part in re.split(r"\r\n|\r|\n", said(cell)))


def person(cell: Any) -> str:
    """A name: what was put between two letters to make them as wide as three is no part of it."""
    return _BETWEEN_HAN.sub("", line(cell))


def code(cell: Any) -> str:
    """A code or a number that names something."""
    _require_whole(bare(cell))
    return said(cell)


def token(cell: Any) -> str:
    """What names a thing on the bus; blanks part the digits of a number alone."""
    _require_whole(bare(cell))
    return bare(cell) if bare(cell).isdigit() else halved(said(cell)).removeprefix("'").strip()


def _require_whole(text: str) -> None:
    if _ROUNDED.fullmatch(text):
        raise BadCell(say("sheet.rounded", value=text))


def decimal(cell: Any, units: tuple[str, ...] = ()) -> Decimal:
    """A number, its thousands parted or not, with the column's own unit behind it or none."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Decimal(f"{cell:.15g}")
    text = halved(said(cell)).translate(_DASHES).removeprefix("'").strip()
    for unit in units:
        text = text.removesuffix(unit).strip()
    if not _NUMBER.fullmatch(text) or len(text) > 30:
        raise BadCell(say("sheet.not_a_number", value=said(cell)))
    return Decimal(text.replace(",", "").replace(" ", ""))


def whole(cell: Any, units: tuple[str, ...] = ()) -> int:
    found = decimal(cell, units)
    if found != found.to_integral_value():
        raise BadCell(say("sheet.not_whole", value=said(cell)))
    return int(found)


def phone(cell: Any) -> str:
    """One telephone number: digits, and a hyphen behind the code of a city."""
    text = bare(cell).translate(_DASHES)
    _require_whole(text)
    digits = re.sub(r"[-()]", "", text)
    if found := _MOBILE.fullmatch(digits):
        return found[1]
    if (found := _FIXED.fullmatch(digits)) and not isinstance(cell, float):
        return f"{found[1]}-{found[2]}"
    if _SHORT.fullmatch(digits):
        return digits
    raise BadCell(say("sheet.not_a_phone", value=said(cell)))


def flag(cell: Any) -> bool:
    text = folded(said(cell))
    if text in _YES or text in _NO:
        return text in _YES
    raise BadCell(say("sheet.not_yes_or_no", value=said(cell)))


def several(cell: Any) -> tuple[str, ...]:
    """What stands in one cell with a mark or a line end between each."""
    return tuple(one for one in map(str.strip, re.split("[、；;\n]", unbroken(cell))) if one)

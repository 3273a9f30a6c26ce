"""The ledger and its letters on paper, as PDF; what people typed goes to the templates as data, never as markup."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

from cli.case import letter_document
from cli.ledger import document as ledger_document
from cli.say import say
from contracts.cases import Case, LetterShown, Sheet, Vocabulary
from contracts.language.values import SHANGHAI

PRINT = files("cli.ledger") / "print"
TITLE = "林长制问题台账"


class NoFont(LookupError):
    """There is no font, or no typesetter, to print Chinese with; the message says how to get one."""


def find_font(stated: str | None, families: Sequence[str]) -> str:
    """The font that is stated, or the first well-known Chinese one among `families`. Raises NoFont."""
    here = {family.casefold(): family for family in families}
    if stated is not None:
        if stated.casefold() not in here:
            raise NoFont(say("ledger.font_unknown", font=stated))
        return here[stated.casefold()]
    wanted: list[str] = json.loads((PRINT / "fonts.json").read_text("utf-8"))["families"]
    for family in wanted:
        if family.casefold() in here:
            return here[family.casefold()]
    raise NoFont(say("ledger.no_font", tried="、".join(wanted)))


def families() -> list[str]:
    """The fonts of this machine, and those that come with the typesetter. Raises NoFont."""
    fonts: list[str] = _typesetter().Fonts().families()
    return fonts


def _typesetter() -> Any:
    # Not above: where the command line runs in a container there is none.
    try:
        import typst
    except ModuleNotFoundError:
        raise NoFont(say("ledger.no_typesetter")) from None
    return typst


def ledger_pdf(
    sheet: Sheet,
    cases: Sequence[Case],
    font: str | None = None,
    vocabulary: Vocabulary = ledger_document.NOTHING_NAMED,
) -> bytes:
    """The sheet and its cases, for the office's file. Raises NoFont."""
    order = [column for column in ledger_document.columns() if "print" in column]
    words = ledger_document.words()
    # The typesetter takes no fractions of a second.
    cutoff = sheet.cutoff.astimezone(SHANGHAI).replace(microsecond=0)
    terms = ledger_document.equation(sheet)
    share = ledger_document.share(sheet)
    counts = [
        *((f"反弹：{words['reason'].get(name, name)}", count) for name, count in sheet.relapsed_by_reason.items()),
        *((f"销号：{words['route'].get(name, name)}", count) for name, count in sheet.closed_by_route.items()),
    ]
    data = {
        "title": TITLE,
        "scope": ledger_document.scope(sheet, vocabulary),
        "days": f"{sheet.after} 之后至 {sheet.to}",
        "cutoff": f"截至 {cutoff:%Y-%m-%d %H:%M} 所知",
        "tables": [
            _cells(("项目", "件数"), *((f"{sign} {name}".strip(), count) for sign, name, count in terms)),
            _cells(("原因与途径", "件数"), *counts),
            _cells(("整改率与目标", "数值"), *share[:-1]),
        ],
        "threshold_source": share[-1][1],
        "equation": " ".join(f"{sign} {count}".strip() for sign, _, count in terms),
        "widths": [column["print"] for column in order],
        "headings": [column["zh"] for column in order],
        "lines": _cells(*ledger_document.lines(cases, order, vocabulary)),
    }
    return _print("ledger.typ", data, font, cutoff)


def letter_pdf(case: Case, shown: LetterShown, contact: str | None = None, font: str | None = None) -> bytes:
    """The official paper in which a letter of the ladder about `case` went out. Raises NoFont."""
    issued = shown.letter.issued_on
    data = letter_document.document(case, shown, contact)
    return _print("letter.typ", data, font, datetime(issued.year, issued.month, issued.day, tzinfo=SHANGHAI))


def _print(template: str, data: dict[str, Any], font: str | None, at: datetime) -> bytes:
    """The same data at the same instant is the same file."""
    inputs = {"data": json.dumps(data, ensure_ascii=False), "font": find_font(font, families())}
    source = (PRINT / template).read_bytes()
    pdf: bytes = _typesetter().compile(source, sys_inputs=inputs, format="pdf", timestamp=at)
    return pdf


def _cells(*lines: Any) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in line] for line in lines]

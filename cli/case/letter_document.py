"""What a letter of the ladder says: words of `print/letters.json`, fitted to who must do what and what went before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from cli.ledger import document as ledger_document
from contracts.cases import Case, Letter, LetterShown, OnPaper
from contracts.language.values import Role

Group = tuple[str, int]
"""What is asked for, and how often it was pressed for before, up to several times."""


@cache
def texts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("cli.ledger") / "print" / "letters.json").read_text("utf-8"))
    return found


def document(case: Case, shown: LetterShown, contact: str | None = None) -> dict[str, Any]:
    """The parts of the paper that a letter about `case` went out in; `contact` is whom to call."""
    said, letter, lines = texts(), shown.letter, shown.lines
    rung = said["rungs"][letter.rung]
    groups: dict[Group, list[int]] = {}
    for n, line in enumerate(lines, 1):
        groups.setdefault((_asked(line), _pressed(line)), []).append(n)
    asked = {of for of, _ in groups}
    action = said["asked"][asked.pop() if len(asked) == 1 else "handle"]["action"]
    alone = len(lines) == 1 == shown.total
    office = letter.called or letter.office.name
    contact = contact or letter.contact
    return {
        "form": rung["form"],
        "office": office,
        "number": letter.number or said["number_to_fill_in"].format(year=letter.issued_on.year),
        "title": rung["title"].format(action=action),
        "to": "、".join(letter.addressed or (letter.to.name,)),
        "body": [
            *(_paragraph(letter, group, of, lines, shown.total) for group, of in groups.items()),
            *([said["problem"].format(text=case.text)] if alone and case.text else []),
            said["reply"].format(reply_due_on=day(letter.reply_due_on)),
        ],
        "annex_note": "" if alone else said["annex_note"].format(total=shown.total),
        "annex": said["annex"],
        "headings": said["headings"],
        "lines": [] if alone else _annex(lines),
        "cut": _cut(len(lines), shown.total),
        "contact": said["contact"].format(contact=contact) if contact else said["contact_to_fill_in"],
        "seal": said["seal"],
        "date": day(letter.issued_on),
        "copies": "，".join(dict.fromkeys(letter.copies)),
        "imprint": said["imprint"].format(office=office, day=day(letter.issued_on)),
    }


def _paragraph(letter: Letter, group: Group, of: Sequence[int], lines: Sequence[OnPaper], total: int) -> str:
    said, (asked, pressed) = texts(), group
    words = said["asked"][asked]
    due_on = {lines[n - 1].due_on for n in of}
    reported = any(post.role is Role.GENERAL_CHIEF for post in letter.posts)
    about = {name: words[name].format(you=words["you"]) for name in ("lead", "done", "do", "you")}
    text: str = said["rungs"][letter.rung]["text"].format(
        **about,
        what=_what(of, lines, total),
        by=said["by_day"].format(due_on=day(due_on.pop())) if len(due_on) == 1 else said["by_annex"],
        pressed=said["pressed"][pressed],
        reported=said["reported"] if reported else "",
    )
    return text


def _what(of: Sequence[int], lines: Sequence[OnPaper], total: int) -> str:
    said = texts()
    if total == 1:
        (line,) = lines
        text: str = said["one"].format(number=line.case.number, place=line.place, kind=_kind(line))
    elif len(of) == len(lines):
        text = said["all"].format(count=total)
    else:
        text = said["some"].format(lines="、".join(map(str, of)))
    return text


def _annex(lines: Sequence[OnPaper]) -> list[list[str]]:
    said = texts()["asked"]
    return [
        [str(n), one.case.number, one.place, _kind(one), said[_asked(one)]["done"], one.due_on.isoformat()]
        for n, one in enumerate(lines, 1)
    ]


def _cut(count: int, total: int) -> str:
    text: str = texts()["annex_cut"].format(shown=count, left=total - count)
    return text if count < total else ""


def _kind(line: OnPaper) -> str:
    return ledger_document.words()["kind"].get(line.kind, line.kind)


def _asked(line: OnPaper) -> str:
    """Letters from before it was kept say no more than whom they were about."""
    asked = line.asked or {"look_back": "look_back", "owner": "handle"}.get(line.about, "acknowledge")
    return asked if asked in texts()["asked"] else "handle"


def _pressed(line: OnPaper) -> int:
    return min(len(line.before), len(texts()["pressed"]) - 1)


def day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"

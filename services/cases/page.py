"""Writes docs/cases.md from the machine, the campaigns and the ladder (`make publish`); `--check` compares."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from contracts.cases import CaseKind, CaseState
from contracts.language.rules import template
from contracts.language.terms import term
from contracts.patrol import Severity
from services.cases.law.campaign import ITEMS, Campaign, campaign_of, named_campaigns, read
from services.cases.law.rules import LAW
from services.cases.law.rungs import LADDER
from services.cases.machine import MOVES

_LAW = LAW.shipped.newest
PAGE = Path(__file__).parents[2] / "docs" / "cases.md"


def page() -> str:
    """The whole page."""
    chapters = (_machine, _versions, _kinds, _campaigns, _checklists, _ladder)
    return "\n".join(line for chapter in chapters for line in [*chapter(), ""])


def _machine() -> Iterator[str]:
    yield "# 问题 · Cases"
    yield ""
    yield "本页由 `services/cases/` 生成（`make publish`）。This page is generated from `services/cases/`."
    yield ""
    yield "## 状态机 · The machine"
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> registered: register"
    for move in MOVES.values():
        for before in move.before:
            if move.after is not None and len(move.before) < len(CaseState) // 2:
                yield f"    {before} --> {move.after}: {move.word}"
    yield "```"
    yield ""
    yield "作废、合并几乎在任何状态都可，只列于表中。`void` and `merge`, lawful almost anywhere, are only in the table."
    yield ""
    yield "| move | from | to | by | rule |"
    yield "|---|---|---|---|---|"
    for move in MOVES.values():
        states = ", ".join(move.before)
        yield f"| `{move.word}` | {states} | {move.after or 'stays'} | {template(move.by, 'en')} | {move.rule} |"
    yield ""
    yield "The office must, in working days: " + ", ".join(f"{word} {n}" for word, n in _LAW.working_days) + "."
    yield ""
    phases = "; ".join(f"from {one.from_on} to {one.to_on}, {one.source}" for one in _LAW.look_backs_of_all)
    yield f"Looked at again (回头看): {_LAW.look_back_after_days} days after the close, and all closed ones {phases}."


def _versions() -> Iterator[str]:
    yield "## 规则版本 · Versions of the rules"
    yield ""
    yield "A term runs by the version of the day on which it began, a move is judged by that of its day, and what"
    yield "a case calls for is said by that of the day on which it was seen. This page shows the newest as"
    yield "shipped; `linzhang rules show` has those in force."
    yield ""
    yield "| version | in force from | source |"
    yield "|---|---|---|"
    for one in LAW.shipped.versions:
        yield f"| {one.rules.version} | {one.from_on or 'ever'} | {one.rules.source} |"


def _kinds() -> Iterator[str]:
    yield "## 类型 · Kinds"
    yield ""
    yield "Within how many working days a unit puts a case right, where nobody says a day; whether it needs a plan"
    yield "where the campaign has one approved; by which checklist it is proved."
    yield ""
    severities = " | ".join(f"{term('severity', one)} {one}" for one in _SEVERITIES)
    yield f"| kind | 类型 | {severities} | plan | checklist |"
    yield "|---|---|---|---|" + "---|" * len(_SEVERITIES)
    for kind in CaseKind:
        words = f"{term('kind', kind)} · {term('kind', kind, 'en')}"
        days = " | ".join(str(_LAW.days_to_rectify(kind, one)) for one in _SEVERITIES)
        plan = "yes" if _LAW.needs_plan(kind) else "no"
        yield f"| `{kind}` | {words} | {days} | {plan} | {'full' if _LAW.is_full(kind) else 'of the campaign'} |"


_SEVERITIES = (Severity.MINOR, Severity.SERIOUS, Severity.GRAVE)


def _campaigns() -> Iterator[str]:
    yield "## 专项 · Campaigns"
    yield ""
    yield "| id | 名称 | years | plan approved by | notice, working days | threshold | looks back at |"
    yield "|---|---|---|---|---|---|---|"
    for campaign in (campaign_of("daily-2020"), *named_campaigns()[1:]):
        yield _campaign(campaign)


def _campaign(campaign: Campaign) -> str:
    threshold = "-"
    if campaign.threshold_percent is not None:
        threshold = f"{campaign.threshold_percent} % by {campaign.threshold_due_on} ({campaign.threshold_source})"
    years = ", ".join(map(str, campaign.years))
    cells = (
        f"`{campaign.id}`",
        f"{campaign.name} · {campaign.name_en}",
        years,
        campaign.plan_approver or "no plan",
        campaign.notice_working_days or "none",
        threshold,
        ", ".join(campaign.looks_back_at) or "-",
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def _checklists() -> Iterator[str]:
    stated = read("routes.json")
    yield "## 销号途径 · Closing routes"
    yield ""
    yield f"{stated['source']}."
    yield ""
    yield "| checklist | route | items |"
    yield "|---|---|---|"
    for checklist, routes in stated["checklists"].items():
        for route, items in routes.items():
            named = "；".join(f"`{item}` {ITEMS[item][0]}" for item in items) or "a photograph of the site"
            yield f"| {checklist} | {route} | {named} |"


def _ladder() -> Iterator[str]:
    yield "## 督办阶梯 · The supervision ladder"
    yield ""
    for version in LADDER.shipped.versions:
        from_on, ladder = version.from_on or "ever", version.rules
        within = f"a reply is due within {ladder.reply_within_working_days} working days"
        yield f"Version {ladder.version}, in force from {from_on}: {ladder.source}; {within}."
        yield ""
        yield "| rung | 函件 | working days from the deadline | posts told besides |"
        yield "|---|---|---|---|"
        for rung in ladder.rungs:
            days = f"{rung.working_days:+d}" if rung.working_days else "0"
            words = f"{term('rung', rung.name)} · {term('rung', rung.name, 'en')}"
            yield f"| `{rung.name}` | {words} | {days} | {', '.join(rung.roles) or '-'} |"


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        if PAGE.read_text("utf-8") != page():
            print(f"docs/{PAGE.name} differs from services/cases: run make publish", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Writes docs/roster.md from the registers and their laws (`make publish`); `--check` compares."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from contracts.language.terms import term
from contracts.language.values import CHIEFS
from contracts.roster import COLUMNS, KEPT, Column, FindingRule, StepKind
from services.roster.board.law import LAW as BOARDS
from services.roster.breeder.breeder import NEEDED
from services.roster.breeder.law import LAW as BREEDERS
from services.roster.office.law import LAW as OFFICES
from services.roster.old_tree.law import LAW as OLD_TREES
from services.roster.ranger.law import LAW as RANGERS

WIDTH = 100
PAGE = Path(__file__).parents[2] / "docs" / "roster.md"


def page() -> str:
    """The whole page."""
    chapters = (_registers, _findings, _boards, _old_trees, _rangers, _breeders, _offices, _directives, _columns)
    return "\n".join(line for chapter in chapters for line in [*chapter(), ""])


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _heads(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield "|" + "---|" * len(names)


def _told(text: str) -> list[str]:
    """A paragraph, in lines of one length."""
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _each(amounts: Mapping[Any, Any]) -> str:
    return ", ".join(f"{name}: {amount}" for name, amount in amounts.items())


def _yuan(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _registers() -> Iterator[str]:
    yield "# 名册 · Registers"
    yield ""
    yield "本页由 `services/roster/` 生成（`make publish`）。This page is generated from `services/roster/`."
    yield ""
    yield from _told(
        "An office states what stands in its registers (`linzhang roster enrol REGISTER FILE`, a JSON list); the same "
        "file again changes nothing, good entries are kept, each bad one is named by its number, field and rule. Only "
        "the chief office of the place or above it, and the operator, may. Each entry is told whole, its ending "
        "included."
    )
    yield ""
    yield from _heads("register", "名册", "enrolled by", "told as")
    for register, kept in KEPT.items():
        words = f"{term('register', register)} · {term('register', register, 'en')}"
        yield _row(f"`{register}`", words, f"`{kept.enrol.name}`", f"`{kept.stated.name}`")


def _findings() -> Iterator[str]:
    yield "## 册内问题 · What is found"
    yield ""
    yield from _told(
        "What is not as its rule has it is a fact of its own, `roster.finding.v1`: *open* from the day on which it is "
        "found, *missed* on the day after its last, *settled* once it is put right, late or not. Time, and whatever "
        "changes an entry, a post, an area or a hotline, has it looked at again; so does a law that is taken up, of "
        "all that it judges, a thousand in a turn. Nobody is reminded of what was due before it was known."
    )
    yield ""
    yield from _heads("rule", "问题", "finding")
    for rule in FindingRule:
        if rule is not FindingRule.OTHER:
            yield _row(f"`{rule}`", term("finding", rule), term("finding", rule, "en"))
    yield ""
    yield from _told(
        "Which of them open a case is a law of cases: `findings.json`. A case stays when its finding is settled: "
        "whoever put it right shows it there."
    )


def _boards() -> Iterator[str]:
    yield "## 公示牌 · Notice boards"
    yield ""
    for law in _versions(BOARDS):
        yield from _told(
            f"A changed name, area or hotline is patched within {law.patch_within_days} days, a damaged, aged or "
            f"illegible board is new within {law.new_within_days}; each is inspected every "
            f"{law.inspect_every_months} months. It is current again by a confirmed update with a new photograph, on "
            "whose day it shows what it must."
        )
        yield ""
        yield from _heads("level", "names that must stand there", "phones, with consent")
        for level, template in law.templates.items():
            yield _row(level, ", ".join(template.names), ", ".join(template.phones) or "-")
        yield ""
    yield from _told(
        "A vacant post has no name there. Besides: the area with its size, the hotline of the nearest office, the "
        "duties."
    )


def _old_trees() -> Iterator[str]:
    yield "## 古树名木 · Old trees"
    yield ""
    for law in _versions(OLD_TREES):
        yield from _heads(
            "division", "grade: from age, years", "grade: months between checks", "grade: zone, m", "source"
        )
        for one in law.schemes:
            grades = (_each(one.at_least_years), _each(one.check_every_months), _each(one.zone_m))
            yield _row(one.division, *grades, one.source)
        yield ""
    yield from _told(
        "The smallest division that has a scheme decides. A grade that is not of its age is found, never refused. A "
        "check counts from the last, or from the day since which the tree is known."
    )


def _rangers() -> Iterator[str]:
    yield "## 护林员 · Rangers"
    yield ""
    for law in _versions(RANGERS):
        for one in law.standards:
            seasons = ", ".join(f"{season} {_yuan(yuan)} a month" for season, yuan in one.seasons.items())
            yield from _told(
                f"**{one.division}** ({one.source}): at least {_yuan(one.least_yuan_a_year)} yuan a year"
                f"{f' ({seasons})' if seasons else ''}, {one.training_hours_a_year} hours of training a year; kit, and "
                f"the years that it lasts: {_each(one.kit)}."
            )
            yield ""
            yield from _heads("rule", "words", "yuan, reported first", "yuan, found by others")
            for name, rule in one.rules.items():
                found = "-" if rule.unreported_yuan is None else _span(rule.unreported_yuan)
                yield _row(f"`{name}`", " · ".join(rule.words), _span(rule.reported_yuan), found)
            yield ""
    yield from _told(
        "Years are compared when they are whole: twelve months of pay. A year below the standard or below the year "
        "before is found; pay of a season is set beside the month's least of that season."
    )


def _span(yuan: Iterable[Decimal]) -> str:
    return "–".join(map(_yuan, yuan))


def _breeders() -> Iterator[str]:
    yield "## 养殖场所 · Breeders"
    yield ""
    for law in _versions(BREEDERS):
        yield from _told(
            f"Eating is banned from {law.food_banned_from}; breeding for food ends by {law.food_ends_by}, what is "
            f"found later within {law.found_later_within_days} days. What goes on is inspected every "
            f"{law.inspect_every_months} months; a licence is asked for {law.remind_days} days before its end."
        )
        yield ""
        yield f"Must stop ({len(law.must_stop)}): {'、'.join(sorted(law.must_stop))}."
        yield ""
        yield f"May be kept for other uses ({len(law.may_be_kept)}): {'、'.join(sorted(law.may_be_kept))}."
        yield ""
        yield from _heads("species", "yuan", "for each")
        for species, price in law.tariff.items():
            yield _row(species, _yuan(price.yuan), price.unit)
        yield ""
        yield "Parts of " + ", ".join(f"{tier} {part}" for tier, part in law.tiers.items()) + "."
        yield ""
    yield "It ends by steps, each with evidence; the status is what they make of it, never stated:"
    yield ""
    yield from _heads("step", "must say", "may follow")
    for kind, rule in _STEPS.items():
        yield _row(f"`{kind}`", ", ".join(f"`{one}`" for one in NEEDED.get(kind, ())) or "-", rule)
    yield ""
    yield from _told(
        "*closed*: all animals disposed of, the licence withdrawn, and what is due paid; *converted*: the licence "
        "withdrawn and a use or trade that follows."
    )


_STEPS = {
    StepKind.CONSENT: "any time",
    StepKind.COMPENSATION: "by the tariff; nothing is due for what was shut as illegal before the decision",
    StepKind.PAYMENT: "no tier more than its part",
    StepKind.DISPOSAL: "consent, or compensation that is paid whole; what is destroyed was confirmed sick",
    StepKind.LICENCE_WITHDRAWN: "from the day of the law, where there is a licence",
    StepKind.CONVERSION: "what must stop was disposed of",
}


def _offices() -> Iterator[str]:
    yield "## 林长办 · Chief offices"
    yield ""
    for law in _versions(OFFICES):
        yield from _told(
            f"At least {law.staff_at_least} people, {law.full_time_at_least} full-time; accepted each year by the next "
            "level."
        )
        yield ""
        yield from _heads("item", "标准", "standard", "proved by")
        for name, item in law.standards.items():
            yield _row(f"`{name}`", *item.words, " · ".join(item.evidence))
        yield ""
    yield from _told(
        "Papers go up, across or down under a number that a sender uses once in a year; a reply is waited for by its "
        "day."
    )


def _directives() -> Iterator[str]:
    yield "## 指令 · Directives"
    yield ""
    chiefs = ", ".join(f"`{role}`" for role in CHIEFS)
    yield from _told(
        f"Issued by a chief ({chiefs}) for a division of that chief's own; each item opens a case, verified and "
        "assigned by the paper itself. Once opened, an item stays as it is; items may be added."
    )
    yield ""
    yield from _heads("its case", "the item")
    yield _row("closed, by whichever route", "done")
    yield _row("voided or dismissed", "dropped: it counts no more, and fulfils nothing")
    yield _row("merged", "what the survivor is")
    yield _row("relapsed, or dismissed and reopened", "open again; the directive with it")
    yield ""
    yield from _told(
        "A directive is fulfilled on the day on which the last of its items was done, once none is open and one at "
        "least was done (`roster.directive_fulfilled.v1`)."
    )


def _columns() -> Iterator[str]:
    yield "## 栏目 · Columns"
    yield ""
    yield "One description for help, sheets and this page: `contracts/roster/register/columns.json`."
    for register, columns in COLUMNS.items():
        yield ""
        yield f"### {term('register', register)} · {term('register', register, 'en')}"
        yield ""
        yield from _heads("field", "栏目", "column", "type")
        yield from _fields(columns.columns, "")


def _fields(columns: Iterable[Column], within: str) -> Iterator[str]:
    for one in columns:
        yield _row(f"`{within}{one.field}`", one.zh, one.en, one.type)
        yield from _fields(one.columns, f"{within}{one.field}.")


def _versions(law: Any) -> Iterator[Any]:
    """The rules of each version that is shipped."""
    for version in law.shipped.versions:
        yield version.rules


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        if PAGE.exists() and PAGE.read_text("utf-8") == page():
            return 0
        print(f"{PAGE.name} differs from the registers: run make publish", file=sys.stderr)
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

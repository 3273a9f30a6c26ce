"""The chapters of docs/patrol.md on stations, clearance, first steps, outreach and passers-by."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from contracts.law.duty import DutyRules
from services.patrol.clearance.law import CLEARANCE
from services.patrol.passerby.law import PASSERBY

WIDTH = 100


def _told(text: str) -> list[str]:
    """A paragraph, in lines of one length."""
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _stations(_: DutyRules) -> Iterator[str]:
    yield "## 监测站 · Stations"
    yield ""
    yield from _told(
        "A surveillance station is a post of the role `station` (监测站): its duty is a report, also that "
        "there is nothing (零报告), and silence is missed, vacant or excused as any other duty is. What it "
        "found sick or dead is located and told as an alarm at once."
    )
    yield ""
    yield "    linzhang patrol station --post-id … --on 2020-11-10"
    yield "    linzhang patrol station --post-id … --on 2020-11-10 --found found.json"


def _clearance(_: DutyRules) -> Iterator[str]:
    rules = CLEARANCE.shipped.newest
    yield "## 松材线虫病除治 · Clearance of dead pines"
    yield ""
    yield from _told(
        "A plot has a window of days and the trees that the census counted. No step exceeds the one "
        "before it on any day: counted, found, felled, treated, verified. A plot is cleared when every "
        "tree is treated, and verified when all have passed the check of another person than who felled "
        f"or treated. What does not pass is treated again within {rules.redo_within_days} days. The last "
        "day, by the days of China, is still in time; of a plot that is not cleared by then it is told "
        "once (`patrol.plot_not_cleared.v1`), and a case is opened in the campaign of pine wilt. An "
        "overlap with natural forest is warned of where that is known as a geometry (`linzhang patrol "
        "natural-forest`); where it is not, the answer is `unknown`."
    )
    yield ""
    yield f"Gathered season: {rules.season.first} to {rules.season.last}. Stumps: at most {rules.stump_at_most_cm} cm."
    yield ""
    yield "| way | 处理方式 | at most | in a ban of fire | source |"
    yield "|---|---|---|---|---|"
    for id, way in rules.ways.items():
        size = f"{way.at_most_mm} mm" if way.at_most_mm else "-"
        ban = "by permit" if way.permit_in_ban else "-"
        yield f"| `{id}` | {way.name} · {way.name_en} | {size} | {ban} | {way.source} |"
    yield ""
    yield "| step | photographs of before | of after |"
    yield "|---|---|---|"
    for step, proof in rules.proof.items():
        yield f"| `{step}` | {proof.before} | {proof.after} |"


def _people(_: DutyRules) -> Iterator[str]:
    yield "## 首次处置、宣传入户、路人报告 · First steps, outreach, passers-by"
    yield ""
    yield from _told(
        "What is first due of an incident (its `first_step`) is told when its day begins in China and when its time "
        "has passed, once each, until its case is verified or dismissed or somebody says that it is done "
        "(`linzhang patrol first-step`)."
    )
    yield ""
    yield from _told(
        "Activities and disputes are recorded by a chief office (`linzhang patrol outreach`, `linzhang patrol "
        "dispute`) and told with the totals of their division and year. Between whom a dispute is stands in no fact: "
        "`linzhang patrol outreach-list` shows it to chief offices of the place and above."
    )
    yield ""
    yield from _told(
        "A passer-by states a place and a text, nobody's name (`intake.<source>.passerby.v1`). What is more than the "
        "limits is refused, and the refusal says from when again."
    )
    yield ""
    yield "| of one | at most | within |"
    yield "|---|---|---|"
    for limit in PASSERBY.shipped.newest.limits:
        yield f"| {limit.of} | {limit.most} | {limit.within_minutes} min |"


CHAPTERS = (_stations, _clearance, _people)

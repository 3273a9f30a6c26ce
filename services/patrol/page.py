"""Writes docs/patrol.md from the rule tables of duties and verdicts (`make publish`); `--check` compares."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from string import Template

from contracts.language.division import UNKNOWN
from contracts.law.duty import DutyRule, DutyRules, Validity
from contracts.law.verdict import VerdictRule
from services.patrol.clearance.page import CHAPTERS as GROUND_CHAPTERS
from services.patrol.duty.law import DUTY
from services.patrol.patrol.law import VERDICT
from services.patrol.walk.limits import LIMITS

_PATROLS = Path(__file__).parent / "patrol" / "page.md"
PAGE = Path(__file__).parents[2] / "docs" / "patrol.md"
_RULES = DUTY.shipped.newest


def page(rules: DutyRules = _RULES) -> str:
    """The whole page."""
    chapters = (_duties, _versions, _rules, _seasons, _checklist, _patrols, *GROUND_CHAPTERS, _use, _editing)
    return "\n".join(line for chapter in chapters for line in [*chapter(rules), ""])


def _duties(_: DutyRules) -> Iterator[str]:
    yield "# 巡林履职 · Duties of patrol"
    yield ""
    yield "本页由 `services/patrol/duty/` 生成（`make publish`）。This page is generated from `services/patrol/duty/`."
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> open: first day of a period, an order"
    yield "    open --> met: what is asked was walked"
    yield "    open --> missed: days of grace passed"
    yield "    open --> vacant: the same, nobody held the post on the last day"
    yield "    open --> excused: by the office, with a reason"
    yield "    met --> open: a patrol no longer counts"
    yield "    missed --> met: a late record"
    yield "    vacant --> met: a late record"
    yield "    missed --> excused: by the office"
    yield "    vacant --> excused: by the office"
    yield "```"
    yield ""
    yield "A duty is of a post: whoever holds it inherits what is open. It is opened once for a post, a rule and a"
    yield "period, and goes to its end by the rules in force on the first day of it. Days are those of China. Of what"
    yield "is under way a new post is asked, and any post by a new rule, as far as it can still be done; what was over"
    yield "before a rule was known is asked of nobody. A period belongs to the season of its first day."


def _versions(_: DutyRules) -> Iterator[str]:
    yield "## 规则版本 · Versions of the rules"
    yield ""
    yield "| version | in force from | source |"
    yield "|---|---|---|"
    for one in DUTY.shipped.versions:
        yield f"| {one.rules.version} | {one.from_on or 'ever'} | {one.rules.source} |"


def _rules(rules: DutyRules) -> Iterator[str]:
    yield "## 规则表 · The rule table"
    yield ""
    yield f"A record that comes up to {rules.grace_days} days after the end of a period is in time."
    yield ""
    yield "| rule | 规则 | who | at least | when | what counts | reminded | source |"
    yield "|---|---|---|---|---|---|---|---|"
    for id, rule in rules.rules.items():
        words = f"{rule.name} · {rule.name_en}"
        reminded = f"{rule.remind_days_before} days before"
        yield (
            f"| `{id}` | {words} | {_who(rule)} | {_how_often(rule)} | {_when(rule)} | {_what(rule.valid)} "
            f"| {reminded} | {rule.source} |"
        )


def _who(rule: DutyRule) -> str:
    levels = f" of {', '.join(rule.levels)}" if rule.levels else ""
    places = f" in {', '.join(rule.divisions)}" if rule.divisions else ""
    return ", ".join(rule.roles) + levels + places


def _how_often(rule: DutyRule) -> str:
    counted = "" if rule.counted == "patrols" else f" {rule.counted}"
    ways = f", {' or '.join(rule.ways)}" if rule.ways else ""
    return f"{rule.count}{counted} a {rule.period} ({rule.activity}{ways})".replace("a once", "once")


def _when(rule: DutyRule) -> str:
    said = []
    if rule.season is not None:
        said.append(f"season `{rule.season}`")
    if rule.window is not None:
        said.append(f"days {rule.window.first} to {rule.window.last}")
    if rule.spread is not None:
        said.append(f"{rule.spread.least} in each {rule.spread.over}")
    if rule.trigger is not None:
        named = {"holiday": rule.trigger.holiday, "ban": rule.trigger.ban, "order": rule.trigger.order}
        said += [word for word, calls in named.items() if calls]
        said += [f"danger level {rule.trigger.danger_level} and more"] if rule.trigger.danger_level else []
    said += [f"from {rule.from_on}"] if rule.from_on else []
    said += [f"to {rule.to_on}"] if rule.to_on else []
    return ", ".join(said) or "-"


def _what(valid: Validity) -> str:
    said = [f"{valid.minutes} min"] if valid.minutes else []
    said += [f"{valid.metres} m"] if valid.metres else []
    said += ["inside the own area only"] if valid.inside_only else []
    said += ["no route again"] if valid.no_repeat else []
    said += [f"the whole area {valid.whole_area} times"] if valid.whole_area else []
    said += [f"by {valid.by_time} of its day"] if valid.by_time else []
    said += [f"{valid.photos} photographs"] if valid.photos else []
    said += [f"{one.least} {one.kind}" for one in valid.visits]
    said += [f"looks at {', '.join(valid.items)}"] if valid.items else []
    return ", ".join(said) or "-"


def _seasons(rules: DutyRules) -> Iterator[str]:
    yield "## 季节与节假日 · Seasons and holidays"
    yield ""
    yield "| season | 季节 | days of every year | besides | source |"
    yield "|---|---|---|---|---|"
    for id, season in rules.seasons.items():
        days = ", ".join(f"{one.first} to {one.last}" for one in season.spans)
        besides = ", ".join(f"{one.name}: {one.first} to {one.last}" for one in season.also) or "-"
        yield f"| `{id}` | {season.name} · {season.name_en} | {days} | {besides} | {season.source} |"
    yield ""
    yield "Holidays: " + ", ".join(f"{one.name} {one.first} to {one.last}" for one in rules.holidays) + "."


def _checklist(rules: DutyRules) -> Iterator[str]:
    yield "## 巡林清单 · What a chief looks at"
    yield ""
    yield "| item | 事项 | |"
    yield "|---|---|---|"
    for id, (chinese, english) in rules.checklist.items():
        yield f"| `{id}` | {chinese} | {english} |"
    yield ""
    yield "What is found is said with the item. One that is to be put right says so (`put_right`: the kind of"
    yield "incident, and where it is): it is reported as an incident at once, by a chief or by a ranger as the post"
    yield "is, once however often it is told, with any move of a patrol or with one that is recorded. The case that"
    yield "comes of it names the patrol (`patrol_id`)."


def _patrols(_: DutyRules) -> Iterator[str]:
    rules = VERDICT.shipped.newest
    limits = {name: f"{value:g}" for name, value in LIMITS if isinstance(value, float)}
    waited = {name: f"{value:g}" for name, value in rules if isinstance(value, float | int)}
    yield (
        Template(_PATROLS.read_text("utf-8"))
        .substitute(
            limits | waited,
            version=rules.version,
            source=rules.source,
            rules="\n".join(_verdict(id, rule) for id, rule in rules.rules.items()),
            limits="[limits.json](../services/patrol/walk/limits.json)",
            limits_source=LIMITS.source,
            same_percent=f"{LIMITS.same_share * 100:g}",
        )
        .rstrip()
    )


def _verdict(id: str, rule: VerdictRule) -> str:
    where = "everywhere" if rule.division == UNKNOWN else rule.division
    asked = [f"{rule.minutes:g} min on the way"] if rule.minutes else []
    asked += [f"{rule.metres:g} m"] if rule.metres else []
    asked += [f"{rule.inside:.0%} inside the own area"] if rule.inside else []
    asked += [f"{rule.reached:.0%} of the patrol points"] if rule.reached else []
    asked += [f"{rule.photos} photographs"] if rule.photos else []
    words = f"{rule.name} · {rule.name_en}"
    return f"| `{id}` | {words} | {rule.activity} | {where} | {', '.join(asked) or 'one position'} | {rule.source} |"


def _use(_: DutyRules) -> Iterator[str]:
    yield "## 使用率 · Use of the system"
    yield ""
    yield "    linzhang patrol use --region 360222 --from 2020-06-01 --to 2020-06-30"
    yield ""
    yield "The share of rangers who used the system in a period, for a division and each of the level below. A"
    yield "ranger is a post of the role `ranger` that somebody held on a day of it, as is known now; posts that"
    yield "nobody held are counted apart. It was used where points were kept of a terminal in that time in the"
    yield "post's hands, or a patrol of the post was begun. What is reported otherwise names no post, and is not"
    yield "counted."


def _editing(_: DutyRules) -> Iterator[str]:
    yield "## 修改 · Editing the rules"
    yield ""
    yield "    linzhang rules show patrol.duty > duty.json"
    yield "    linzhang rules check duty.json"
    yield "    linzhang rules take-up duty.json"
    yield ""
    yield "So with `patrol.verdict`, the rules of verdicts; a patrol goes by the version in force on the day it began."
    yield "[patrol.duty.json](../contracts/published/laws/patrol.duty.json) and"
    yield "[patrol.verdict.json](../contracts/published/laws/patrol.verdict.json) are the shapes of the files. What"
    yield "changes later is added to `amendments`: each has its first day `from_on`, its `version` and `source`, and"
    yield "only what it changes; `null` takes a rule away. `take-up` shows first what would change, and by which"
    yield "digest that is confirmed."


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        if not PAGE.exists() or PAGE.read_text("utf-8") != page():
            print("docs/patrol.md differs from the rules of duty: run make publish", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

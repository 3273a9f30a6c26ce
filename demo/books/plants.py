"""Faults as they would show on the bus, for each book one that it must not overlook: `demo --plant NAME`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from demo.books.evidence import Asked, Evidence, Told

Change = Callable[[Evidence], Evidence]


@dataclass(frozen=True, slots=True)
class Plant:
    """What goes wrong, and the book that must say so."""

    change: Change
    book: str


def _told(change: Callable[[list[Told]], Iterable[Told]]) -> Change:
    return lambda evidence: replace(evidence, told=list(change(list(evidence.told))))


def _lost(name: str) -> Change:
    return _told(lambda told: [one for one in told if one.name != name])


def _first(name: str, change: Callable[[dict[str, Any]], dict[str, Any]], about: str | None = None) -> Change:
    """The first fact of a name, `about` another where that is stated, says something else."""

    def changed(told: list[Told]) -> list[Told]:
        n = next(n for n, one in enumerate(told) if one.name == name and one.body.get("about") == about)
        told[n] = replace(told[n], body=change(dict(told[n].body)))
        return told

    return _told(changed)


def _renamed(name: str, other: str) -> Change:
    return _told(lambda told: [replace(one, name=other) if one.name == name else one for one in told])


def _twice(name: str) -> Change:
    return _told(lambda told: [*told, next(one for one in told if one.name == name)])


def _swapped(told: list[Told]) -> list[Told]:
    """The first two facts of the first case change places."""
    of_case = [n for n, one in enumerate(told) if one.headers.get("ce-sequence", "").lstrip("0") in ("1", "2")]
    key = told[of_case[0]].headers["ce-partitionkey"]
    first, second = [n for n in of_case if told[n].headers["ce-partitionkey"] == key][:2]
    told[first], told[second] = told[second], told[first]
    return told


def _holders(change: Callable[[str], str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def changed(body: dict[str, Any]) -> dict[str, Any]:
        posts = [
            {**post, "holder": post["holder"] and {**post["holder"], "id": change(post["holder"]["id"])}}
            for post in body["case"]["answerable"]
        ]
        return {**body, "case": {**body["case"], "answerable": posts}}

    return changed


def _stale(told: list[Told]) -> list[Told]:
    """Whoever was appointed during the play is not known to cases."""
    changed = _holders(lambda person: re.sub(r"-[0-9]{4}$", "", person))
    return [replace(one, body=changed(dict(one.body))) if one.name == "cases.opened.v1" else one for one in told]


def _sheets(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    return lambda evidence: replace(
        evidence, sheets={key: change(dict(sheet)) for key, sheet in evidence.sheets.items()}
    )


def _balance(sheet: dict[str, Any], **changed: int) -> dict[str, Any]:
    return {**sheet, "balance": {**sheet["balance"], **changed}}


def _voids_for_merges(sheet: dict[str, Any]) -> dict[str, Any]:
    balance = sheet["balance"]
    return _balance(sheet, merged=0, voided=balance["voided"] + balance["merged"])


def _turned(body: dict[str, Any]) -> dict[str, Any]:
    case = body["case"]
    holders = [post["holder"] for post in case["answerable"]]
    turned = [{**post, "holder": holders[n - 1]} for n, post in enumerate(case["answerable"])]
    return {**body, "case": {**case, "answerable": turned}}


def _nobody(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "addressees": body["addressees"][1:]}


def _another_post(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "post": {**body["post"], "id": f"{body['post']['id'][:9]}000-chief"}}


def _by(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "by": "somebody"}


def _a_day_later(body: dict[str, Any]) -> dict[str, Any]:
    owner = body["case"]["owner"]
    return {**body, "case": {**body["case"], "owner": {**owner, "due_on": "2020-12-31"}}}


def _three_days_earlier(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "at": str(datetime.fromisoformat(body["at"]) - timedelta(days=3))}


def _missed_told_again(told: list[Told]) -> list[Told]:
    """Under another id, of the same cause."""
    first = next(one for one in told if one.body.get("about") == "patrol.duty_missed.v1")
    return [*told, replace(first, headers={**first.headers, "ce-id": "another"})]


def _kept(stream: str) -> Change:
    """A stream has one message less."""
    return lambda evidence: replace(evidence, kept={**evidence.kept, stream: evidence.kept[stream] - 1})


def _standing(what: str) -> Change:
    return lambda evidence: replace(
        evidence, standing={name: {**one, what: 1} for name, one in evidence.standing.items()}
    )


def _one_more(counts: Mapping[str, int]) -> dict[str, int]:
    """The first of what is counted by name is counted once more."""
    name = min(counts)
    return {**counts, name: counts[name] + 1}


def _larger(ends: str) -> Change:
    """An area whose id ends so is larger than it is."""

    def changed(evidence: Evidence) -> Evidence:
        id = min(id for id in evidence.areas_mu if id.endswith(ends))
        return replace(evidence, areas_mu={**evidence.areas_mu, id: evidence.areas_mu[id] + 1})

    return changed


def _covered_whole(evidence: Evidence) -> Evidence:
    """No coverage leaves anything."""

    def whole(asked: Asked) -> Asked:
        areas = [{**one, "rest_mu": one["rest_mu"] and "0.00"} for one in asked.answer["areas"]]
        return replace(asked, answer={**asked.answer, "areas": areas})

    shown = "roster.show_coverage.v1"
    return replace(evidence, asked=[whole(one) if one.name == shown else one for one in evidence.asked])


PLANTS: dict[str, Plant] = {
    "lost-report": Plant(_lost("patrol.located.v1"), "books.fates"),
    "lost-revision": Plant(_lost("patrol.revised.v1"), "books.fates"),
    "lost-refusal": Plant(_lost("rejected.refusal.v1"), "books.fates"),
    "lost-batch": Plant(_lost("patrol.tracked.v1"), "books.points"),
    "wrong-place": Plant(
        _first(
            "patrol.located.v1", lambda body: {**body, "incident": {**body["incident"], "division": "360222000000"}}
        ),
        "books.places",
    ),
    "two-incidents-of-one": Plant(_lost("patrol.linked.v1"), "books.incidents"),
    "lost-alarm": Plant(_lost("patrol.alarmed.v1"), "books.alarms"),
    "alarm-twice": Plant(_twice("patrol.alarmed.v1"), "books.alarms"),
    "lost-progress": Plant(_lost("targets.progressed.v1"), "books.progress_told"),
    "wrong-sum": Plant(
        lambda evidence: replace(evidence, plan={name: f"{amount}1" for name, amount in evidence.plan.items()}),
        "books.progress",
    ),
    "every-point-refused": Plant(
        _first("patrol.tracked.v1", lambda body: {**body, "kept": 0, "refused": {"invalid": 41}}), "books.points"
    ),
    "lost-move": Plant(_lost("cases.accepted.v1"), "books.moves"),
    "lost-look-back": Plant(_lost("cases.look_back_passed.v1"), "books.moves"),
    "moved-by-another": Plant(_first("cases.verified.v1", _by), "books.moves"),
    "breeder-without-a-case": Plant(
        _told(lambda told: [one for one in told if one.body.get("case", {}).get("origin") != "register"]),
        "books.moves",
    ),
    "merges-told-as-voids": Plant(_renamed("cases.merged.v1", "cases.voided.v1"), "books.moves"),
    "lost-overdue": Plant(_lost("cases.overdue.v1"), "books.overdue"),
    "overdue-twice": Plant(_twice("cases.overdue.v1"), "books.overdue"),
    "wrong-day": Plant(_first("cases.overdue.v1", _a_day_later), "books.overdue"),
    "lost-corroboration": Plant(_lost("cases.corroborated.v1"), "books.weights"),
    "merged-weight-lost": Plant(_lost("cases.survived.v1"), "books.weights"),
    "merges-booked-as-voids": Plant(_sheets(_voids_for_merges), "books.ledger"),
    "closing-off-by-one": Plant(
        _sheets(lambda sheet: _balance(sheet, closing=sheet["balance"]["closing"] + 1)), "books.stock"
    ),
    "share-doubled": Plant(
        _sheets(lambda sheet: {**sheet, "share": {**sheet["share"], "rectified": 2 * sheet["share"]["rectified"]}}),
        "books.share",
    ),
    "answerable-turned-round": Plant(_first("cases.opened.v1", _turned), "books.answerable"),
    "roster-never-read-again": Plant(_told(_stale), "books.answerable"),
    "lost-handover": Plant(_lost("cases.passed_on.v1"), "books.handed_over"),
    "one-not-told": Plant(_first("notify.notified.v1", _nobody, "cases.opened.v1"), "books.told"),
    "reminder-to-nobody": Plant(_first("notify.notified.v1", _nobody, "patrol.duty_due_soon.v1"), "books.told"),
    "missed-duty-told-to-nobody": Plant(_first("notify.notified.v1", _nobody, "patrol.duty_missed.v1"), "books.told"),
    "vacant-duty-told-to-nobody": Plant(_first("notify.notified.v1", _nobody, "patrol.duty_vacant.v1"), "books.told"),
    "duty-told-twice": Plant(_told(_missed_told_again), "books.told"),
    "duty-not-opened": Plant(_lost("patrol.duty_opened.v1"), "books.duties"),
    "lost-reminder": Plant(_lost("patrol.duty_due_soon.v1"), "books.duties"),
    "duty-missed-twice": Plant(_twice("patrol.duty_missed.v1"), "books.duties"),
    "vacant-for-missed": Plant(_renamed("patrol.duty_missed.v1", "patrol.duty_vacant.v1"), "books.duties"),
    "missed-before-its-grace": Plant(_first("patrol.duty_missed.v1", _three_days_earlier), "books.duties"),
    "patrol-not-counted": Plant(_lost("patrol.duty_met.v1"), "books.duties"),
    "excused-for-met": Plant(_renamed("patrol.duty_excused.v1", "patrol.duty_met.v1"), "books.duties"),
    "board-not-told": Plant(_lost("roster.board.v1"), "books.boards"),
    "breeder-not-closed": Plant(
        _told(lambda told: [one for one in told if one.body.get("breeder", {}).get("status") != "closed"]),
        "books.breeders",
    ),
    "outdated-for-ever": Plant(
        _told(lambda told: [one for one in told if one.body.get("finding", {}).get("state") != "settled"]),
        "books.findings",
    ),
    "told-twice": Plant(_twice("notify.notified.v1"), "books.ids"),
    "lost-notices": Plant(_lost("notify.notified.v1"), "books.told_once"),
    "letters-not-told": Plant(_lost("notify.notified.v1"), "books.letters_notified"),
    "letter-twice": Plant(_twice("cases.letter_issued.v1"), "books.letters_told"),
    "wrong-chief-in-the-record": Plant(_first("targets.recorded.v1", _another_post), "books.records"),
    "lost-record": Plant(_lost("targets.recorded.v1"), "books.records"),
    "dismissed-stays-in-the-record": Plant(_lost("targets.record_undone.v1"), "books.records"),
    "lateness-not-recorded": Plant(
        _told(lambda told: [one for one in told if one.body.get("what") != "overdue"]), "books.lateness_recorded"
    ),
    "out-of-order": Plant(_told(_swapped), "books.order"),
    "not-on-the-bus": Plant(_kept("CASES"), "books.on_the_bus"),
    "lost-post": Plant(_kept("ROSTER"), "books.roster"),
    "dead-letter": Plant(_standing("dead_letters"), "books.dead"),
    "unsent-row": Plant(_standing("outbox_unsent"), "books.unsent"),
    "report-not-kept": Plant(_kept("INTAKE"), "books.taken"),
    "oversized-taken": Plant(lambda evidence: replace(evidence, not_taken=0), "books.oversized"),
    "late-points-not-judged": Plant(
        _told(lambda told: [one for one in told if one.body.get("before") != "invalid"]), "books.verdicts"
    ),
    "patrol-never-judged": Plant(_lost("patrol.judged.v1"), "books.verdicts"),
    "appeal-not-decided": Plant(_lost("patrol.appeal_decided.v1"), "books.appeals"),
    "point-too-many": Plant(lambda evidence: replace(evidence, stored=_one_more(evidence.stored)), "books.stored"),
    "pixels-of-their-own": Plant(_lost("patrol.linked.v1"), "books.fires"),
    "fire-without-an-end": Plant(_lost("patrol.first_step_taken.v1"), "books.fires"),
    "patch-without-an-end": Plant(_lost("patrol.patch_judged.v1"), "books.patches"),
    "patch-counted-twice": Plant(
        lambda evidence: replace(evidence, patches=_one_more(evidence.patches)), "books.patches_share"
    ),
    "village-too-large": Plant(_larger("100001"), "books.area_sums"),
    "grid-too-large": Plant(_larger("-g1"), "books.grid_sums"),
    "gap-for-ever": Plant(
        _told(lambda told: [one for one in told if not one.body.get("gap", {}).get("healed_on")]), "books.gaps"
    ),
    "gap-not-found": Plant(_lost("roster.gap.v1"), "books.gaps"),
    "covered-all-the-same": Plant(_covered_whole, "books.coverage"),
    "wrong-photograph-taken": Plant(
        lambda evidence: replace(evidence, photographs=_one_more(evidence.photographs)), "books.photographs"
    ),
    "photograph-changed": Plant(
        lambda evidence: replace(evidence, fetched=_one_more(evidence.fetched)), "books.photographs_fetched"
    ),
}

"""The ledger's equation for a scope and some days, from counted entries (DOMAIN §5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from contracts.cases import Balance, CaseKind, LedgerLine, Route, Share, Sheet
from contracts.language.division import Division
from services.cases.law.campaign import NO_VIOLATION, RECTIFIED, find

L = LedgerLine
INTO_STOCK = (L.OPENING, L.NEW, L.RELAPSED, L.MOVED_IN)
OUT_OF_STOCK = (L.CLOSED, L.VOIDED, L.MERGED, L.MOVED_OUT)
_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Window:
    """A scope of the ledger, the days (`after`, `to`], and the cut-off; None is every campaign or kind."""

    campaign: str | None
    division: Division
    kind: CaseKind | None
    after: date
    to: date
    cutoff: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """How many entries of one sort there are: up to `after`, and in the window."""

    line: LedgerLine
    reason: str
    route: str
    before: int
    within: int


def sheet(window: Window, counted: Iterable[Counted], same_site: int) -> Sheet:
    """The equation, by reason and route, and the share rectified; `same_site` of its cases are problems of others.

    Old cases taken over belong to the opening of every window: they were stock before anybody here counted them.
    """
    before: Counter[LedgerLine] = Counter()
    within: Counter[LedgerLine] = Counter()
    reasons: Counter[str] = Counter()
    routes: Counter[str] = Counter()
    now_closed: Counter[str] = Counter()
    for one in counted:
        before[one.line] += one.before
        within[one.line] += one.within
        if one.line is L.RELAPSED:
            reasons[one.reason] += one.within
        if one.line is L.CLOSED:
            routes[one.route] += one.within
        sign = {L.CLOSED: 1, L.RELAPSED: -1, L.UNCLOSED: -1}.get(one.line, 0)
        now_closed[one.route] += sign * (one.before + one.within)
    opening = sum(before[line] for line in INTO_STOCK) - sum(before[line] for line in OUT_OF_STOCK) + within[L.OPENING]
    gained = within[L.NEW] + within[L.RELAPSED] + within[L.MOVED_IN]
    lost = sum(within[line] for line in OUT_OF_STOCK)
    balance = Balance(
        opening=opening,
        new=within[L.NEW],
        relapsed=within[L.RELAPSED],
        moved_in=within[L.MOVED_IN],
        closed=within[L.CLOSED],
        voided=within[L.VOIDED],
        merged=within[L.MERGED],
        moved_out=within[L.MOVED_OUT],
        closing=opening + gained - lost,
    )
    return Sheet(
        campaign=window.campaign,
        division=window.division,
        kind=window.kind,
        after=window.after,
        to=window.to,
        cutoff=window.cutoff,
        balance=balance,
        relapsed_by_reason=_some(reasons),
        closed_by_route=_some(routes),
        share=_share(window, before + within, now_closed, same_site),
    )


def _some(counts: Counter[str]) -> dict[str, int]:
    return {word: count for word, count in sorted(counts.items()) if count}


def _share(window: Window, ever: Counter[LedgerLine], now_closed: Counter[str], same_site: int) -> Share:
    """Now closed as rectified ÷ (ever counted − voided − merged − no violation), since the campaign began."""
    campaign = find(window.campaign) if window.campaign else None
    rectified = sum(now_closed[route] for route in RECTIFIED)
    no_violation = sum(now_closed[route] for route in NO_VIOLATION)
    ever_counted = ever[L.OPENING] + ever[L.NEW] + ever[L.MOVED_IN] - ever[L.MOVED_OUT]
    counted = ever_counted - ever[L.VOIDED] - ever[L.UNCLOSED] - ever[L.MERGED] - no_violation
    percent = (Decimal(100) * rectified / counted).quantize(_PERCENT, ROUND_HALF_EVEN) if counted else None
    return Share(
        rectified=rectified,
        counted=counted,
        problems=counted - same_site,
        percent=percent,
        threshold_percent=campaign.threshold_percent if campaign else None,
        threshold_due_on=campaign.threshold_due_on if campaign else None,
        threshold_source=campaign.threshold_source if campaign else None,
    )


def beyond_the_first(links: Iterable[tuple[UUID, UUID]], counted: Collection[UUID]) -> int:
    """How many of the counted cases share their site with another counted one, the first of each site aside.

    Whatever links connect is one site, also by way of a case that is not counted itself.
    """
    above: dict[UUID, UUID] = {}

    def site(case_id: UUID) -> UUID:
        while (up := above.get(case_id, case_id)) != case_id:
            above[case_id] = above.get(up, up)
            case_id = up
        return case_id

    for one, other in links:
        above[site(one)] = site(other)
    return len(counted) - len({site(case_id) for case_id in counted})


def route_of(route: str) -> Route | None:
    return Route(route) if route else None

"""What phones report of patrols becomes moves: put right by their clocks, refused where it cannot be."""

from __future__ import annotations

from datetime import datetime

from contracts.language.intake import Problem
from contracts.language.rules import Rule, broken
from contracts.patrol import PatrolMove, PatrolReport
from services.patrol.patrol.course import Moved, Said
from services.patrol.patrol.standing import Named, patrol_id
from services.patrol.track.law import FILTER
from services.runtime.messages import Heard

NAMES_A_POST = (PatrolMove.PLAN, PatrolMove.BEGIN)
"""Moves without which nobody knows whose patrol it is."""


def named(heard: Heard[PatrolReport]) -> Named:
    return Named(patrol_id(heard.source, heard.body.patrol_id), heard.source, heard.body.patrol_id)


def at_of(report: PatrolReport) -> datetime:
    """When it was, by the sender's clock."""
    return report.at + (report.clock.received_at - report.clock.shown_at) if report.clock else report.at


def untimely(report: PatrolReport, now: datetime) -> Problem | None:
    """What is wrong with a move that cannot have been made when it is said, nor be heard of so late."""
    times = [("clock.received_at", report.clock.received_at)] if report.clock else []
    for field, at in (*times, ("at", at_of(report))):
        if (rule := broken_by(at, now)) is not None:
            return Problem.of(field, rule)
    return None


def broken_by(at: datetime, now: datetime) -> Rule | None:
    """The rule that a time of a move breaks: it cannot have been then, or is heard of too late."""
    first, last = now - FILTER.today.offline_older_than, now + FILTER.today.future
    if first <= at <= last:
        return None
    return broken("moved_between", first=f"{first:%Y-%m-%dT%H:%M:%SZ}", last=f"{last:%Y-%m-%dT%H:%M:%SZ}")


def moved(heard: Heard[PatrolReport], post_id: str | None) -> Moved:
    report = heard.body
    said = Said(
        post_id=post_id,
        activity=report.activity,
        way=report.way,
        terminal_source=heard.source if report.terminal else None,
        terminal=report.terminal,
        planned_on=report.planned_on,
        to_reach=report.to_reach,
        text=report.text,
        items=report.items,
        visited=report.visited,
        photos=report.photos,
        incidents=report.incidents,
    )
    return Moved(report.move, at_of(report), said)

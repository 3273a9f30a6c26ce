"""The book of duties: what every post must walk, who did or was excused, and what time makes of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from contracts.language.division import Level
from contracts.language.values import CHIEFS, Role
from contracts.roster import Post
from demo.books.book import Book
from demo.books.days import day_in_china
from demo.books.evidence import Asked, Body, Evidence
from demo.books.roster import Roster

OF_A_CHIEF = {
    Level.CITY: ("half", 20),
    Level.COUNTY: ("quarter", 15),
    Level.TOWN: ("month", 7),
    Level.VILLAGE: ("week", 2),
}
"""Within what a chief of a level walks once, and how many days before its last one who has not is reminded."""
OF_A_TEAM = {Role.RANGER: ("month", 7), Role.RESOURCE_SUPERVISOR: ("month", 7)}
NOT_BEFORE = {"half": date(2020, 4, 23), "quarter": date(2020, 4, 23)}
"""The day of the province's rule: of a period that had begun before it nothing is asked."""
MONTHS = {"month": 1, "quarter": 3, "half": 6}
DAY = timedelta(days=1)
GRACE = timedelta(days=3)
"""In which what was walked in time may still be recorded."""
FACTS = tuple(f"patrol.duty_{fate}.v1" for fate in ("opened", "due_soon", "met", "excused", "missed", "vacant"))
Fact = tuple[str, str, date, date, date]
"""Its name, the post, the first and the last day of the duty, the day on which it was told."""


Ends = Mapping[tuple[str, date], tuple[str, date]]
"""By post and day of a period: what ended the duty of that day before its time, and on which day that was told."""


def books(evidence: Evidence, roster: Roster) -> Iterator[Book]:
    days = sorted({day_in_china(at) for at in evidence.moments})
    ends = _ends(evidence.asked)
    expected = Counter(fact for post in evidence.posts for fact in _of_post(post, roster, days, ends))
    yield Book("books.duties", expected, Counter(_told(one.name, one.body) for one in evidence.of(*FACTS)))


def _told(name: str, body: Body) -> Fact:
    duty = body["duty"]
    first, last = date.fromisoformat(duty["first"]), date.fromisoformat(duty["last"])
    return name, duty["post_id"], first, last, day_in_china(datetime.fromisoformat(body["at"]))


def _ends(asked: Sequence[Asked]) -> Ends:
    """The first patrol that was written down for a day; and of an excused duty every day."""
    found: dict[tuple[str, date], tuple[str, date]] = {}
    for one in asked:
        if one.name == "patrol.record_patrol.v1":
            walked_on = day_in_china(datetime.fromisoformat(one.said["started_at"]))
            found.setdefault((one.said["post_id"], walked_on), ("met", day_in_china(one.at)))
        elif one.name == "patrol.excuse_duty.v1":
            duty = one.answer["duty"]
            first, last = date.fromisoformat(duty["first"]), date.fromisoformat(duty["last"])
            for day in range((last - first).days + 1):
                found.setdefault((duty["post_id"], first + timedelta(days=day)), ("excused", day_in_china(one.at)))
    return found


def _of_post(post: Post, roster: Roster, days: Sequence[date], ends: Ends) -> Iterator[Fact]:
    """Everything that is told of its duties on the days to which time came."""
    asked = OF_A_CHIEF.get(post.division.level) if post.role in CHIEFS else OF_A_TEAM.get(post.role)
    if asked is None:
        return
    period, remind_before = asked
    for first, last in dict.fromkeys(_period(period, day) for day in days):
        if first < NOT_BEFORE.get(period, first):
            continue
        fate = "missed" if roster.holder(post.id, last) else "vacant"
        over = last + GRACE + timedelta(days=1)
        its = (ends[post.id, day] for n in range((last - first).days + 1) if (post.id, day := first + n * DAY) in ends)
        ended, told_on = min(its, key=lambda end: end[1], default=(fate, date.max))
        falls_due = {
            "opened": (first, last),
            "due_soon": (last - timedelta(days=remind_before), min(last, told_on)),
            ended: (over, date.max) if told_on == date.max else (told_on, told_on),
        }
        for what, (since, until) in falls_due.items():
            on = next((day for day in days if day >= since), None)
            if on is not None and on <= until:
                yield f"patrol.duty_{what}.v1", post.id, first, last, on


def _period(period: str, day: date) -> tuple[date, date]:
    """The first and the last day of the week, month, quarter or half year in which a day lies."""
    if period == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    months = MONTHS[period]
    begins = (day.month - 1) // months * months + 1
    ends = date(day.year + (begins + months > 12), (begins + months - 1) % 12 + 1, 1) - timedelta(days=1)
    return date(day.year, begins, 1), ends

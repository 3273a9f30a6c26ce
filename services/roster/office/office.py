"""Which standards an office does not meet, whether it was accepted and paid, which papers wait for a reply (D1, D2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from contracts.language.rules import broken
from contracts.roster import Correspondence, FindingRule, Office, Register
from services.roster.office.law import LAW
from services.roster.register.rules import FieldAndRule, Rules, Seen, Wanted

DAY = timedelta(days=1)


def problems(office: Office, before: Office | None, around: None, seen: Seen) -> Iterator[FieldAndRule]:
    """What forbids enrolling an office."""
    items = seen.law.on(seen.today).standards
    times = Counter(one.item for one in office.standards)
    for n, one in enumerate(office.standards):
        if one.item not in items:
            yield f"standards.{n}.item", broken("one_of", known=", ".join(items))
        if times[one.item] > 1:
            yield f"standards.{n}.item", broken("once_in_list")
        if one.met_on > seen.today:
            yield f"standards.{n}.met_on", broken("not_after_today", today=seen.today)
    if office.full_time_staff > office.staff:
        yield "full_time_staff", broken("at_most_field", whole="staff", most=office.staff)
    for name in ("acceptances", "funding"):
        years = Counter(one.year for one in getattr(office, name))
        for n, one in enumerate(getattr(office, name)):
            if years[one.year] > 1:
                yield f"{name}.{n}.year", broken("once_in_list")


def wanted(office: Office, around: None, seen: Seen) -> Iterator[Wanted]:
    """Standards without proof, each year's acceptance, what was planned and not paid when the year was over."""
    law = seen.law.on(seen.today)
    met = {one.item for one in office.standards}
    lacking = [item for item in law.standards if item not in met]
    too_few = office.staff < law.staff_at_least or office.full_time_staff < law.full_time_at_least
    if too_few and "staff" not in lacking:
        lacking.append("staff")
    if lacking:
        said = "、".join(f"{law.standards[item].words[0]}（{item}）" for item in lacking if item in law.standards)
        yield Wanted(FindingRule.STANDARDS_NOT_MET, seen.today, said or "staff")
    since = max(seen.known_on, office.in_force_from)
    accepted = {one.year for one in office.acceptances}
    for year in range(since.year, seen.today.year + 1):
        last = date(year, 12, 31)
        from_on = last - seen.law.on(last).remind_days * DAY
        if year not in accepted and from_on >= since:
            yield Wanted(FindingRule.ACCEPTANCE_MISSING, from_on, str(year), of=str(year), due_on=last)
    for funding in office.funding:
        if funding.paid_yuan < funding.planned_yuan:
            from_on = date(funding.year, 12, 31) + DAY
            said = f"{funding.year}: {funding.paid_yuan} < {funding.planned_yuan}"
            yield Wanted(FindingRule.FUNDING_SHORT, from_on, said, of=str(funding.year))


Numbers = Mapping[tuple[str, int, str], str]


def problems_of_paper(
    paper: Correspondence, before: Correspondence | None, numbers: Numbers, seen: Seen
) -> Iterator[FieldAndRule]:
    """What forbids enrolling a paper; `numbers` has the ids of those that stand, by office, year and number."""
    if paper.sent_on > seen.today:
        yield "sent_on", broken("not_after_today", today=seen.today)
    if paper.reply_due_on is not None and paper.reply_due_on < paper.sent_on:
        yield "reply_due_on", broken("not_before_day", day=paper.sent_on)
    if paper.reply is not None and not paper.sent_on <= paper.reply.replied_on <= seen.today:
        yield "reply.replied_on", broken("confirmed_between", first=paper.sent_on, today=seen.today)
    other = numbers.get(number_of(paper), paper.id)
    if other != paper.id:
        yield "number", broken("number_once", id=other)


def number_of(paper: Correspondence) -> tuple[str, int, str]:
    """By what a paper is numbered: its office, the year, the number."""
    return paper.office.id, paper.sent_on.year, paper.number


def wanted_of_paper(paper: Correspondence, numbers: Numbers, seen: Seen) -> Iterator[Wanted]:
    """A reply that was asked for by a day and has not come."""
    if paper.reply_due_on is not None and paper.reply is None:
        from_on = paper.reply_due_on - seen.law.on(seen.today).remind_reply_days * DAY
        due_on = max(paper.reply_due_on, seen.known_on)
        yield Wanted(FindingRule.REPLY_MISSING, from_on, paper.to.name, of=str(paper.reply_due_on), due_on=due_on)


OFFICES: Rules[Office] = Rules(Register.OFFICE, lambda one: one.unit.name, problems=problems, wanted=wanted, law=LAW)


def called(paper: Correspondence) -> str:
    return f"{paper.number} {paper.subject}"

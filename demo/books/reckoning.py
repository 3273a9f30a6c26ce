"""What must have become of every case, by what was asked and by the days: from the domain's table, not from cases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from demo.books.days import day_in_china, or_next_working_day, working_days_after, working_days_between
from demo.books.evidence import Asked, Body, Evidence
from demo.books.reckoned import ENDED, GONE, Line, Reckoned
from demo.books.roster import Roster
from demo.books.tells import OFFICE_DAYS, TELLS

AGAINST_EATING = "wildlife-enforcement"
"""The campaign against eating wild animals."""


class Cases:
    """Every case, played again from what was posted and asked."""

    def __init__(self, evidence: Evidence, roster: Roster) -> None:
        self._roster = roster
        self.by_id: dict[str, Reckoned] = {}
        self._now: datetime | None = None
        incidents = {one.body["incident"]["id"]: one.body["incident"] for one in evidence.of("patrol.located.v1")}
        named = {
            (one.source, one.seen.external_id): one for one in evidence.posted if one.seen and one.expected == "new"
        }
        cases = [one.body["case"] for one in evidence.of("cases.opened.v1")]
        opened = {one["incident_id"]: one["ref"]["id"] for one in cases}
        steps: list[tuple[datetime, int, Any]] = []
        for incident_id, case_id in opened.items():
            if incident_id in incidents:
                post = named[incidents[incident_id]["source"], incidents[incident_id]["external_id"]]
                steps.append((post.at, 0, (case_id, post)))
        opened_of = {one["ref"]["division"]: one["ref"]["id"] for one in cases if one["origin"] == "register"}
        steps += [
            (asked.at, 0, {**breeder, "case_id": opened_of.get(breeder["division"], breeder["id"])})
            for asked in evidence.asked
            if asked.name == "roster.enrol_breeders.v1"
            for breeder in asked.said["breeders"]
            if breeder["use"] == "food"
        ]
        steps += [(asked.at, 1, asked) for asked in evidence.asked if asked.name.startswith("cases.")]
        self._old = {
            (one.body["case"]["source"], one.body["case"]["external_id"]): one.body["case"]["ref"]["id"]
            for one in evidence.of("cases.imported.v1")
        }
        steps += [(at, -1, None) for at in evidence.moments]
        steps.sort(key=lambda one: one[:2])
        self._moments = sorted(evidence.moments)
        for at, _, what in steps:
            self._pass(at)
            if what is None:
                continue
            if isinstance(what, Asked):
                self._asked(what)
            elif isinstance(what, tuple):
                self._seen(*what)
            else:
                self._found(at, what)
        self._pass(evidence.moments[-1])

    def _pass(self, now: datetime) -> None:
        """Time has come to `now`: days are missed and notices end before anybody acts."""
        if now == self._now:
            return
        self._now = now
        today = day_in_china(now)
        for case in self.by_id.values():
            if case.state == "on_notice" and not case.objected and case.due is not None and today > case.due:
                self._close(case, "cases", now, case.due + timedelta(days=1))
                case.ended_by_time = now
            elif case.owner is not None and case.due is not None and today > case.due:
                case.late.add((case.owner, case.due))
                if case.owner == case.unit and case.state in ("assigned", "rectifying", "relapsed"):
                    case.late_units.add((case.cycle, case.owner, case.due))

    def _seen(self, id: str, post: Any) -> None:
        seen_on = day_in_china(post.seen.seen_at)
        grid = self._roster.grid_at(post.seen.lon, post.seen.lat)
        division = grid[:12]
        case = self._add(id, post.at, f"daily-{seen_on.year}", division, post.seen.kind, grid, seen_on)
        case.facts["cases.opened.v1", "cases", post.at] += 1

    def _found(self, at: datetime, breeder: Body) -> None:
        """Who breeds for food is a case of the campaign against it from the day on which that is known."""
        kind, division = "food_breeding", breeder["division"]
        found = self._add(breeder["case_id"], at, AGAINST_EATING, division, kind, division, None)
        found.facts["cases.opened.v1", "cases", at] += 1

    def _add(
        self, id: str, at: datetime, campaign: str, division: str, kind: str, grid: str, seen_on: date | None
    ) -> Reckoned:
        office = f"u-{division[:6]}000000-office"
        case = Reckoned(id, at, campaign, division, kind, office, grid, seen_on)
        self.by_id[id] = case
        case.open_days.append((day_in_china(at), None))
        self._to_office(case, day_in_china(at))
        return case

    def _to_office(self, case: Reckoned, today: date) -> None:
        case.owner, case.due = case.office, working_days_after(today, OFFICE_DAYS[case.state])

    def _to_unit(self, case: Reckoned, due: date) -> None:
        case.unit_due = due
        case.owner, case.due = case.unit, due

    def _close(self, case: Reckoned, by: str, at: datetime, today: date) -> None:
        case.state, case.owner, case.due = "closed", None, None
        case.ends(today)
        case.facts["cases.closed.v1", by, at] += 1
        case.enter("closed", today)

    def _asked(self, asked: Asked) -> None:
        word = asked.name.split(".")[1]
        if word in TELLS:
            if case := self.by_id.get(asked.said["case_id"]):
                self._move(asked, word, case)
        elif word in ("register", "open_directive"):
            self._entered(asked, asked.answer, asked.said)
        elif word == "record_review":
            for ref, finding in zip(asked.answer["findings"], asked.said["findings"], strict=True):
                self._entered(asked, {"ref": ref}, {**finding, "campaign": asked.said["campaign"]})
        elif word == "dissolve_unit":
            self._dissolve(asked)
        elif word == "import":
            for row in asked.said["rows"]:
                self._imported(asked, row)

    def _entered(self, asked: Asked, answer: Body, said: Body) -> None:
        """A problem that nobody reported; a directive's is verified and assigned at once."""
        directive = said.get("directive")
        kind = "directive" if directive else said["kind"]
        campaign = said.get("campaign") or f"daily-{day_in_china(asked.at).year}"
        division = said["division"]
        found_on = None if directive else date.fromisoformat(said.get("found_on") or str(day_in_china(asked.at)))
        case = self._add(answer["ref"]["id"], asked.at, campaign, division, kind, division, found_on)
        for word in ("opened", "verified", "assigned") if directive else ("opened",):
            case.facts[f"cases.{word}.v1", asked.actor, asked.at] += 1
        if directive:
            case.enter("new", day_in_china(asked.at))
            case.state, case.unit = "assigned", said["unit"]["id"]
            self._to_unit(case, or_next_working_day(date.fromisoformat(said["due_on"])))

    def _imported(self, asked: Asked, row: Body) -> None:
        """A row of an old ledger, the first time: carried over, or new on the day of its verification."""
        id = self._old[asked.said["source"], row["number"]]
        if id in self.by_id:
            return
        case = self._add(id, asked.at, asked.said["campaign"], row["division"], row["kind"], row["division"], None)
        case.facts["cases.imported.v1", asked.actor, asked.at] += 1
        case.state = "verified"
        new = (row.get("enters_as") or asked.said.get("enters_as")) == "new"
        began = row["verified_on"] if new else row["stocked_on"] or row["found_on"]
        case.enter("new" if new else "opening", date.fromisoformat(began))
        if row["closed_on"] is not None:
            case.state, case.route = "closed", row["route"]
            case.owner = case.due = None
            case.open_days.clear()
            case.enter("closed", date.fromisoformat(row["closed_on"]))
        elif row["unit"] is not None:
            case.state, case.unit = "assigned", row["unit"]["id"]
            self._to_unit(case, date.fromisoformat(row["due_on"]))
        else:
            self._to_office(case, day_in_china(asked.at))

    def _move(self, asked: Asked, word: str, case: Reckoned) -> None:
        fact, after = TELLS[word]
        today, said = day_in_china(asked.at), asked.said
        was_in_stock, before = case.in_stock, case.state
        if word == "close":
            return self._close(case, asked.actor, asked.at, today)
        case.facts[f"cases.{fact}.v1", asked.actor, asked.at] += 1
        case.state = after or case.state
        if word == "verify":
            case.enter("new", today)
        elif word == "void":
            if was_in_stock or before == "closed":
                case.enter("voided" if was_in_stock else "unclosed", today)
        elif word == "merge":
            if was_in_stock:
                case.enter("merged", today)
            self._survive(asked, case, before, self.by_id[said["into"]])
        elif word == "relapse":
            case.cycle += 1
            case.enter("relapsed", today)
        elif word == "transfer":
            self._transfer(case, said, today)
        elif word == "link_site":
            self.by_id[said["other"]].facts["cases.site_linked.v1", asked.actor, asked.at] += 1
            case.same_site.add(said["other"])
            self.by_id[said["other"]].same_site.add(case.id)
        elif word == "refer":
            case.referred_in.append(case.cycle)
        self._whose(case, before, word, said, today)

    def _survive(self, asked: Asked, gone: Reckoned, before: str, survivor: Reckoned) -> None:
        """The survivor keeps the earlier day of the unit, and the office's where it must do the same of both.

        Sites that were linked to the duplicate are linked to it, and what the duplicate was referred for is its own.
        """
        survivor.facts["cases.survived.v1", asked.actor, asked.at] += 1
        was = (survivor.unit_due, survivor.due)
        if gone.unit_due is not None and (survivor.unit_due is None or gone.unit_due < survivor.unit_due):
            survivor.unit_due = gone.unit_due
            if survivor.owner is not None and survivor.owner == survivor.unit:
                survivor.due = gone.unit_due
        if gone.owner == survivor.owner and before == survivor.state and gone.due and survivor.due:
            survivor.due = min(gone.due, survivor.due)
        if (survivor.unit_due, survivor.due) != was:
            survivor.facts["cases.deadline_kept.v1", asked.actor, asked.at] += 1
        linked = gone.same_site - survivor.same_site - {survivor.id}
        survivor.facts["cases.site_linked.v1", asked.actor, asked.at] += len(linked)
        survivor.same_site |= linked
        referred = gone.referred_in.count(gone.cycle)
        survivor.facts["cases.referred.v1", asked.actor, asked.at] += referred
        survivor.referred_in += [survivor.cycle] * referred

    def _transfer(self, case: Reckoned, said: Body, today: date) -> None:
        before = case.scope
        case.campaign = said.get("campaign") or case.campaign
        case.division = said.get("division") or case.division
        case.kind = said.get("kind") or case.kind
        if case.in_stock:
            case.lines.append(Line("moved_out", today, *before, case.scope))
            case.lines.append(Line("moved_in", today, *case.scope, before))

    def _whose(self, case: Reckoned, before: str, word: str, said: Body, today: date) -> None:
        """Who must act now, and by which day."""
        if case.state in ENDED and before not in ENDED:
            case.owner = case.due = None
            case.ends(today)
        elif before in ENDED and case.state not in ENDED:
            case.open_days.append((today, None))
        match word:
            case "verify" | "reopen" | "return":
                case.unit = case.unit_due = None
                self._to_office(case, today)
            case "accept":
                self._to_office(case, today)
            case "assign" | "reassign":
                case.unit = said["unit"]["id"]
                self._to_unit(case, or_next_working_day(date.fromisoformat(said["due_on"])))
            case "submit" | "show_no_violation":
                case.submitted_on = today
                case.route = "no_violation" if word == "show_no_violation" else said.get("route") or "put_right"
                self._to_office(case, today)
            case "send_back":
                waited = working_days_between(case.submitted_on, today) if case.submitted_on else 0
                assert case.unit_due is not None
                self._to_unit(case, working_days_after(case.unit_due, waited))
            case "uphold":
                case.objected = False
                self._to_unit(case, or_next_working_day(date.fromisoformat(said["due_on"])))
            case "grant_extension":
                assert case.extension_due is not None
                self._to_unit(case, case.extension_due)
            case "ask_extension":
                case.extension_due = or_next_working_day(date.fromisoformat(said["due_on"]))
            case "notice":
                case.owner, case.due = case.office, working_days_after(today, 5)
            case "object":
                assert case.due is not None
                case.objected, case.days_left = True, working_days_between(today, case.due)
                case.due = working_days_after(today, 5)
            case "overrule":
                case.owner, case.due = case.office, working_days_after(today, case.days_left)
                case.objected = False
            case "hand_up":
                case.office = f"u-{case.division[:4]}00000000-office"
                if case.owner != case.unit:
                    # Nobody is pressed for the days of the office before.
                    self._to_office(case, today)
            case "relapse":
                self._to_unit(case, working_days_after(today, 5))

    def _dissolve(self, asked: Asked) -> None:
        gone = asked.said["unit"]["id"]
        successor = asked.said["successor"] and asked.said["successor"]["id"]
        for case in self.by_id.values():
            if case.unit != gone or case.state in GONE:
                continue
            if successor is not None:
                case.owner = successor if case.owner == case.unit else case.owner
                case.unit = successor
            elif case.state in ("assigned", "rectifying", "relapsed"):
                case.state, case.unit = "verified", None
                self._to_office(case, day_in_china(asked.at))
            else:
                continue
            case.facts["cases.reassigned.v1", asked.actor, asked.at] += 1

    def first_moment_on(self, day: date) -> datetime | None:
        """When time came to a day."""
        return next((at for at in self._moments if day_in_china(at) >= day), None)

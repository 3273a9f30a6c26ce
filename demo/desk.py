"""The desk work of the demo's offices: old ledgers, directives, reviews, duplicates, published sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from cli.ledger.form import form_of
from cli.ledger.old_ledger import read_given
from cli.ledger.old_ledger_import import batches
from cli.sheet.file.given import given
from cli.sheet.place import Gazetteer
from cli.sheet.reading import Known
from contracts.cases import (
    AddCause,
    Case,
    CaseKind,
    CaseState,
    CauseNamed,
    Directive,
    DissolveUnit,
    EntersAs,
    Finding,
    ImportCases,
    Imported,
    Instrument,
    LinkSite,
    MergeCase,
    OpenDirective,
    PassedOn,
    PublishSheet,
    RecordReview,
    RegisterCase,
    Review,
    ReviewKind,
    ReviewSubject,
    Sheet,
    TransferCase,
)
from contracts.language.division import Division
from contracts.language.values import UnitRef, day_of
from contracts.patrol import Severity
from contracts.roster import Appoint, Post
from demo.old_ledgers import OldLedger, write_old_ledgers
from demo.people import People
from demo.world import NamedDivision

CITY = Division("360200000000")
CITY_OFFICE = "p-360200000000-office"
INSPECTION = "forest-inspection-2020"
OPEN = (CaseState.REGISTERED, CaseState.VERIFIED)


@dataclass
class Imports:
    """What the old ledgers held by the generator's own count, and what became of it."""

    good: int = 0
    bad: int = 0
    added: int = 0
    named: int = 0
    unchanged_again: int = 0
    added_again: int = 0


class Desk:
    """What offices do besides moving single cases."""

    def __init__(self, people: People, divisions: Sequence[NamedDivision], folder: Path, seed: int) -> None:
        self._people = people
        self._divisions = divisions
        self._known = Known(Gazetteer({one.code: one.name for one in divisions}))
        self._folder = folder
        self._seed = seed
        self.imports = Imports()

    async def act(self, step: int, before: datetime, now: datetime) -> None:
        """The work of this step of the play."""
        work: list[Awaitable[None]] = []
        if step == 1:
            work.append(self._import_all())
        if step == 2:
            work.append(self._register(now))
        if step == 4:
            work.append(self._direct(now))
        if step == 6:
            work.append(self._review())
        if step in (5, 9, 13):
            work += [self._transfer_and_link(), self._merge()]
        if step in (8, 11):
            work.append(self._appoint(now))
        if step == 12:
            work.append(self._dissolve())
        if day_of(before).month != day_of(now).month:
            work.append(self._publish(day_of(now).replace(day=1) - timedelta(days=1)))
        for one in work:
            await one

    async def _import_all(self) -> None:
        """Five old ledgers, each twice: the second time changes nothing."""
        for old in write_old_ledgers(self._folder, self._divisions, self._seed):
            self.imports.good += old.good
            self.imports.bad += old.bad
            added, _ = await self._import(old)
            self.imports.added += added
            again, unchanged = await self._import(old)
            self.imports.added_again += again
            self.imports.unchanged_again += unchanged

    async def _import(self, old: OldLedger) -> tuple[int, int]:
        form = form_of(old.source)
        read = read_given(given(old.file), form, self._known)
        added = unchanged = 0
        for rows in batches(case for _, case in read.rows):
            asked = ImportCases(
                source=form.source, campaign=form.campaign, enters_as=EntersAs(form.enters_as), rows=tuple(rows)
            )
            done = await self._people.ask(asked, CITY_OFFICE, CITY, Imported)
            added, unchanged = added + done.added, unchanged + done.unchanged
            if done.refused:
                raise ValueError(f"a good row was refused: {done.refused[0]}")
        self.imports.named += len({one.row for one in read.refused})
        return added, unchanged

    async def _register(self, now: datetime) -> None:
        for n, county in enumerate(self._counties()):
            village = self._village(county, n)
            asked = RegisterCase(
                campaign=INSPECTION,
                kind=CaseKind["FOREST_LAND_TAKEN"],
                severity=Severity.SERIOUS,
                division=village.code,
                place=village.name,
                text="督查图斑核实为侵占林地",
                found_on=day_of(now),
            )
            await self._people.ask(asked, _office(county), county, Case)
        cause = AddCause(cause="map_out_of_date", words="图件更新不及时", words_en="the map was out of date")
        await self._people.ask(cause, CITY_OFFICE, CITY, CauseNamed)

    async def _direct(self, now: datetime) -> None:
        for n, county in enumerate(self._counties()):
            village = self._village(county, n + 3)
            directive = Directive(
                instrument=Instrument.ORDER,
                number=f"第{n + 1}号林长令",
                issued_on=day_of(now),
                issuer_post_id=f"{CITY}-general-chief",
            )
            asked = OpenDirective(
                directive=directive,
                division=village.code,
                place=village.name,
                text="开展松材线虫病疫木清理",
                unit=_station(village.code),
                due_on=day_of(now) + timedelta(days=14),
            )
            await self._people.ask(asked, _office(county), county, Case)

    async def _review(self) -> None:
        county = self._counties()[0]
        villages = [self._village(county, n) for n in (5, 6)]
        asked = RecordReview(
            kind=ReviewKind.GUIDANCE,
            subject=ReviewSubject.FOREST_INSPECTION,
            campaign=INSPECTION,
            division=county,
            scope="全县抽查",
            sample=30,
            findings=tuple(_finding(one) for one in villages),
        )
        await self._people.ask(asked, CITY_OFFICE, CITY, Review)

    async def _transfer_and_link(self) -> None:
        """One everyday case turns out to belong to the inspection; another site stands in both."""
        land = [one for one in self._open_cases() if one.kind is CaseKind["FOREST_LAND_TAKEN"]]
        everyday = [one for one in land if one.campaign.startswith("daily-")]
        known = [one for one in self._people.cases.values() if one.owner is not None and not one.same_site]
        inspected = [one for one in known if one.campaign == INSPECTION]
        if everyday:
            moving = TransferCase(case_id=everyday[0].ref.id, campaign=INSPECTION, reason="与督查图斑一致")
            moved = await self._people.ask(moving, CITY_OFFICE, CITY, Case)
            self._people.cases[moved.ref.id] = moved
        others = [one for one in known if one.campaign.startswith("daily-") and one not in everyday[:1]]
        if others and inspected:
            linking = LinkSite(case_id=others[0].ref.id, other=inspected[0].ref.id)
            linked = await self._people.ask(linking, CITY_OFFICE, CITY, Case)
            self._people.cases[linked.ref.id] = linked

    async def _merge(self) -> None:
        """Two of one kind that nobody works on, one of them verified: it stands in the ledger."""
        daily = [one for one in self._open_cases() if one.campaign.startswith("daily-") and not one.same_site]
        verified = [one for one in daily if one.state is CaseState.VERIFIED]
        pairs = ((gone, into) for gone in verified for into in daily if into.kind is gone.kind and into is not gone)
        gone, into = next(pairs, (None, None))
        if gone is not None and into is not None:
            merging = MergeCase(case_id=gone.ref.id, into=into.ref.id, reason="同一处问题", confirmed=True)
            merged = await self._people.ask(merging, CITY_OFFICE, CITY, Case)
            self._people.cases[merged.ref.id] = merged

    async def _appoint(self, now: datetime) -> None:
        """From tomorrow the village with the most open cases of each county has another chief, and its town too."""
        villages = Counter(one.ref.division for one in self._people.cases.values() if one.owner is not None)
        for county in self._counties():
            its = [village for village, _ in villages.most_common() if county.contains(village)]
            for village in its[:1]:
                await self._appoint_to(f"{village}-village-chief", now)
                await self._appoint_to(f"{village[:9]}000-chief", now)

    async def _appoint_to(self, post_id: str, now: datetime) -> None:
        asked = Appoint(
            post_id=post_id,
            person_id=f"p-{post_id}-{day_of(now):%m%d}",
            person_name=f"新任林长{day_of(now):%m%d}",
            held_from=day_of(now) + timedelta(days=1),
        )
        await self._people.ask(asked, CITY_OFFICE, Division(post_id[:12]), Post)

    async def _dissolve(self) -> None:
        """One station's cases go to its neighbour, another's back to the office."""
        units = sorted({one.unit.id for one in self._people.cases.values() if one.unit and one.owner})
        stations = [id for id in units if f"p-{id.removeprefix('u-')}-unit" in self._people.accounts]
        gone, successor, without = stations[:3]
        county = Division(gone.removeprefix("u-")[:6] + "000000")
        asked = DissolveUnit(
            unit=UnitRef(id=gone, name="原林业工作站"),
            successor=UnitRef(id=successor, name="林业工作站"),
            reason="机构改革",
        )
        await self._people.ask(asked, _office(county), county, PassedOn)
        back = DissolveUnit(unit=UnitRef(id=without, name="原林业工作站"), reason="撤销后由县局直接受理")
        county = Division(without.removeprefix("u-")[:6] + "000000")
        await self._people.ask(back, _office(county), county, PassedOn)

    async def _publish(self, to: date) -> None:
        """Every county's and the city's sheet of the month that has ended."""
        after = to.replace(day=1) - timedelta(days=1)
        for area in (CITY, *self._counties()):
            await self._people.ask(PublishSheet(after=after, to=to), _office(area), area, Sheet)

    def _open_cases(self) -> list[Case]:
        known = self._people.cases.values()
        return sorted((one for one in known if one.state in OPEN), key=lambda one: one.ref.number)

    def _counties(self) -> list[Division]:
        return sorted(one.code for one in self._divisions if one.parent == CITY)

    def _village(self, county: Division, n: int) -> NamedDivision:
        villages = [one for one in self._divisions if county.contains(one.code) and one.code[9:] != "000"]
        return villages[n]


def _finding(village: NamedDivision) -> Finding:
    return Finding(kind=CaseKind["FELLING"], division=village.code, place=village.name, text="督导发现无证采伐")


def _office(area: Division) -> str:
    return f"p-{area}-office"


def _station(village: Division) -> UnitRef:
    return UnitRef(id=f"u-{village[:9]}000", name="林业工作站")

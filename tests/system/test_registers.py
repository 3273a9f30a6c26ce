"""What stands in the registers, in a running system: what is found is told, opens cases, and comes back done."""

from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

from clients.python.bus import connected, told
from contracts.cases import AcceptCase, Case, CloseCase, StartCase, SubmitCase
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN
from contracts.language.values import day_of
from contracts.roster import (
    Appoint,
    Board,
    EnrolBoards,
    EnrolBreeders,
    EnrolDirectives,
    FindingsPage,
    ListFindings,
    Post,
    RenewBoard,
)
from services.roster.area.area import size_mu
from tests.roster.entries import OTHER_PHOTO, PHOTO, STATED
from tests.system.test_thread import CHIEF, COUNTY, OFFICE, TOWN, UNIT
from tests.waiting import until


@asynccontextmanager
async def hearing(system, *subjects):
    """Waits for a fact of a type about which something is so."""
    heard = []

    async def put(message):
        heard.append(told(message))

    async def first(type_, so):
        def found():
            return [one["body"] for one in heard if one["type"].endswith(type_) and so(one["body"])]

        async def there():
            return bool(found())

        await until(there)
        return found()[0]

    async with connected(system.run.url("reader"), "reader") as reader:
        for subject in subjects:
            await reader.client.subscribe(subject, cb=put)
        await reader.client.flush()
        yield first


def of_village(register, division, now, **otherwise):
    about = {"division": division, "area_id": division, "in_force_from": "2020-01-01", "id": f"e-{uuid4()}"}
    return {**STATED[register], **about, **otherwise}


def a_finding(rule, state, entry_id):
    return lambda body: (
        (body["finding"]["rule"], body["finding"]["state"], body["finding"]["entry_id"]) == (rule, state, entry_id)
    )


async def test_a_new_village_chief_outdates_the_board_the_chief_is_told_and_it_is_renewed(system, sample, village, now):
    division, lon, lat = village
    areas, posts = sample
    today = day_of(now)
    area = next(one for one in areas if one.id == division)
    standing = [one for one in posts if one.division == division and one.role in NAMED]
    lines = [{"post_id": one.id, "holder": one.holder_on(today).name} for one in standing if one.holder_on(today)]
    async with (
        hearing(system, "roster.>", "notify.>") as first,
        connected(system.run.url(OPERATOR), OPERATOR) as operator,
    ):
        mu = str(size_mu(area))
        content = {"lines": lines, "area_name": area.name, "area_mu": mu, "hotline": "0798-2621234"}
        board = of_village(
            "board",
            division,
            now,
            at={"lon": lon, "lat": lat, "datum": "cgcs2000"},
            content=content,
            photo=PHOTO,
            confirmed_on=str(today - timedelta(days=1)),
            inspected_on=None,
        )
        enrolled = await operator.ask(EnrolBoards.model_validate({"boards": [board]}), OPERATOR, UNKNOWN, Done)
        assert enrolled.changed == 1

        chief = f"{division}-village-chief"
        new = Appoint(post_id=chief, person_id="p-new-chief", person_name="新任林长", held_from=today)
        await operator.ask(new, OPERATOR, UNKNOWN, Post)
        outdated = await first("roster.finding.v1", a_finding("board_outdated", "open", board["id"]))
        assert "新任林长" in outdated["finding"]["said"]
        notified = await first("notify.notified.v1", lambda body: body["thing_id"] == outdated["finding"]["id"])
        persons = {to["person"]["id"] for to in notified["addressees"] if to["person"]}
        assert {"p-new-chief", OFFICE} & persons

        lines = [{**one, "holder": "新任林长"} if one["post_id"] == chief else one for one in lines]
        if not any(one["post_id"] == chief for one in lines):
            lines.append({"post_id": chief, "holder": "新任林长"})
        renewal = {"board_id": board["id"], "content": {**content, "lines": lines}, "photo": OTHER_PHOTO}
        renewed = await operator.ask(
            RenewBoard.model_validate({**renewal, "confirmed_on": str(today)}), OPERATOR, UNKNOWN, Board
        )
        assert renewed.version == 2
        await first("roster.finding.v1", a_finding("board_outdated", "settled", board["id"]))
        standing = (await operator.ask(ListFindings(in_register="board"), OPERATOR, UNKNOWN, FindingsPage)).findings
        assert [one for one in standing if one.entry_id == board["id"]] == []


NAMED = ("village_chief", "resource_supervisor", "ranger")


async def test_a_breeder_for_food_opens_a_case(system, village, now):
    division, _, _ = village
    breeder = of_village("breeder", division, now)
    async with (
        hearing(system, "roster.>", "cases.>") as first,
        connected(system.run.url(OPERATOR), OPERATOR) as operator,
    ):
        await operator.ask(EnrolBreeders.model_validate({"breeders": [breeder]}), OPERATOR, UNKNOWN, Done)
        found = await first("roster.finding.v1", a_finding("food_breeding", "open", breeder["id"]))
        opened = await first(
            "cases.opened.v1",
            lambda body: body["case"]["kind"] == "food_breeding" and body["case"]["place"] == found["finding"]["what"],
        )
    case = opened["case"]
    assert (case["state"], case["origin"], case["ref"]["division"]) == ("registered", "register", division)


async def test_a_directives_item_becomes_a_case_and_its_close_fulfils_the_directive(system, village, now):
    division, _, _ = village
    today, due_on = day_of(now), str(day_of(now) + timedelta(days=10))
    item = {**STATED["directive"]["items"][0], "division": division, "due_on": due_on}
    item["unit"] = {"id": f"u-{TOWN}", "name": "?"}
    directive = of_village(
        "directive",
        COUNTY,
        now,
        area_id=None,
        issuer_post_id=f"{COUNTY}-chief",
        issued_on=str(today),
        answers=None,
        number=str(uuid4()),
        items=[item],
    )
    urls = system.run.url
    evidence = [PHOTO]
    async with (
        hearing(system, "roster.>", "cases.>", "notify.>") as first,
        connected(urls(OPERATOR), OPERATOR) as operator,
        connected(urls(OFFICE), OFFICE) as office,
        connected(urls(UNIT), UNIT) as unit,
        connected(urls(CHIEF), CHIEF) as chief,
    ):
        await operator.ask(EnrolDirectives.model_validate({"directives": [directive]}), OPERATOR, UNKNOWN, Done)
        assigned = await first(
            "cases.assigned.v1", lambda body: (body["case"]["item"] or {}).get("directive_id") == directive["id"]
        )
        case_id = assigned["case"]["ref"]["id"]
        assert (assigned["case"]["state"], assigned["case"]["due_on"]) == ("assigned", due_on)
        await first(
            "notify.notified.v1", lambda body: (body["thing_id"], body["about"]) == (case_id, "cases.assigned.v1")
        )
        road = [
            (unit, UNIT, StartCase(case_id=case_id)),
            (unit, UNIT, SubmitCase(case_id=case_id, measures="已清理", evidence=evidence)),
            (chief, CHIEF, AcceptCase(case_id=case_id)),
            (office, OFFICE, CloseCase(case_id=case_id, cause="no_permit")),
        ]
        for bus, actor, command in road:
            await bus.ask(command, actor, division, Case)
        fulfilled = await first(
            "roster.directive_fulfilled.v1", lambda body: body["directive"]["id"] == directive["id"]
        )
        (done,) = fulfilled["directive"]["items"]
        assert (done["state"], done["case_id"], fulfilled["directive"]["fulfilled_on"]) == ("done", case_id, str(today))
        told_to = await first("notify.notified.v1", lambda body: body["thing_id"] == directive["id"])
        assert [to["post_id"] for to in told_to["addressees"]] == [f"{COUNTY}-chief"]

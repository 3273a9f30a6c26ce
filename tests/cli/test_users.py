"""`linzhang user add`: a wrong one is refused before anything is written, and no running system stumbles over it."""

import asyncio
import json
import re

import pytest

from contracts.wiring import SERVICES
from deploy.local.home import Home
from tests.cli.conftest import linzhang
from tests.servers import until


async def run(up, *arguments):
    return await asyncio.to_thread(linzhang, up.home, *arguments)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("integrator", "Bad Name"), "a name is 1 to 64 of a-z, 0-9, _ and -, unlike 'Bad Name'"),
        *((("integrator", name), f"{name} is a user of the system itself") for name in ("operator", *SERVICES)),
        (("official", "provisioner", "--region", "36"), "provisioner is a user of the system itself"),
        (("official", "li", "--region", "36x"), "a division code has 2, 4, 6, 9 or 12 digits"),
        (("department", "guards", "--fact", "cases.danced.v1"), "there is no fact cases.danced.v1"),
        (
            ("department", "desk", "--fact", "cases.opened.v1"),
            "desk is an outsider of another kind already (integrator)",
        ),
    ],
)
async def test_a_wrong_user_is_named_and_nothing_is_written(up, arguments, told):
    before = Home(up.home).outsiders()
    status, out, said = await run(up, "user", "add", *arguments)
    assert (status, out, told in re.sub(r"\s+", " ", said)) == (2, "", True), said
    assert Home(up.home).outsiders() == before


async def test_a_department_hears_more_but_not_elsewhere(up):
    add = ("user", "add", "department", "guards")
    first = await run(up, *add, "--region", "360222", "--fact", "cases.opened.v1")
    again = await run(up, *add, "--region", "360222", "--fact", "cases.closed.v1")
    assert (first[0], again) == (0, first)
    _, out, _ = await run(up, "user", "list", "--json")
    assert [one["durables"] for one in json.loads(out) if one["name"] == "guards"] == ["guards-opened guards-closed"]
    status, _, said = await run(
        up, "user", "add", "department", "guards", "--region", "36", "--fact", "cases.opened.v1"
    )
    assert (status, "the department guards has the region 360222000000, which cannot" in said) == (2, True)


async def test_what_would_lose_messages_is_not_taken_up_and_the_system_goes_on(up):
    await run(up, "user", "add", "department", "wardens", "--region", "360222", "--fact", "cases.opened.v1")
    home = Home(up.home)
    stated = home.users_file.read_text("utf-8")
    changed = json.loads(stated)
    for one in changed["departments"]:
        if one["name"] == "wardens":
            one["division"] = "360281000000"
    home.users_file.write_text(json.dumps(changed))

    async def refused():
        return any("not taken up" in line for line in up.said)

    await until(refused)
    home.users_file.write_text(stated)
    status, out, _ = await run(up, "user", "add", "integrator", "hotline")
    assert (status, out.startswith("nats://hotline:")) == (0, True)
    assert "Traceback" not in "".join(up.said)

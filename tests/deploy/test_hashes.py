"""Passwords on the bus: it knows their hashes alone, and a second one lets somebody change without a gap."""

import json
import re

import bcrypt
import pytest

from clients.python.bus import connected
from clients.python.refused import Unreachable
from contracts.wiring.table import SERVICES
from deploy.local.home import Home
from deploy.nats.server import server_configuration
from deploy.nats.users import Integrator, Login, Official, Users, hashed, new_password
from deploy.nats.users_file import read_stated
from tests.outsiders import FULIANG, OUTSIDERS
from tests.waiting import until

HASHES = re.compile(r'\{user: "([^"]+)", password: "([^"]*)"')


def hashes_in(text):
    return dict(HASHES.findall(text))


def with_logins(*logins):
    return tuple(one if one.name != "acme" else Integrator("acme", logins) for one in OUTSIDERS)


def test_the_bus_is_told_no_password_but_a_hash_of_each_which_that_password_alone_has(tmp_path):
    users = Users(OUTSIDERS)
    found = hashes_in(server_configuration(users, tmp_path, 4222))
    everybody = (
        *SERVICES,
        "provisioner",
        "reader",
        "demo",
        "supervisor",
        "operator",
        "police",
        "acme",
        "other",
        "zhang",
    )
    assert sorted(found) == sorted(everybody)
    for name in ("acme", "operator", "cases"):
        assert bcrypt.checkpw(users.password(name).encode(), found[name].encode())
        assert not bcrypt.checkpw(b"another", found[name].encode())
    assert {one[:7] for one in found.values()} == {"$2a$04$"}
    assert [name for name in found if users.password(name) in str(found)] == []


def test_a_hash_is_the_same_from_one_writing_to_the_next_as_long_as_the_password_is(tmp_path):
    users = Users(OUTSIDERS)
    before = hashes_in(server_configuration(users, tmp_path, 4222))
    users.passwords["acme"] = new_password()
    after = hashes_in(server_configuration(users, tmp_path, 4222))
    assert [name for name in before if before[name] != after[name]] == ["acme"]


def test_who_has_no_password_anywhere_does_not_stand_in_the_configuration(tmp_path):
    kept = Users(OUTSIDERS, hashes={"cases": hashed("x")}, makes_passwords=False)
    assert list(hashes_in(server_configuration(kept, tmp_path, 4222))) == ["cases"]
    assert kept.passwords == {}


async def test_a_reload_cuts_off_nobody_but_whose_password_has_changed(bus):
    async with connected(bus.url("other"), "other") as other, connected(bus.url("acme"), "acme") as acme:
        bus.users.passwords["acme"] = new_password()
        bus.reload()
        await until(_is_away(acme))
        assert other.client.is_connected


def _is_away(one):
    async def so():
        return not one.client.is_connected

    return so


async def test_both_logins_of_a_user_come_in_with_its_permissions_and_the_older_can_go_alone(bus):
    second = new_password()
    both = (Login("acme"), Login("acme~2", hashed(second)))
    address = bus.url("acme").replace("acme:" + bus.users.password("acme"), f"acme~2:{second}")
    with pytest.raises(Unreachable):
        async with connected(address, "acme"):
            pass
    await taken_up(bus, with_logins(*both))
    async with connected(bus.url("acme"), "acme") as first, connected(address, "acme") as another:
        await taken_up(bus, with_logins(*both[1:]))
        await until(_is_away(first))
        reply = await another.request("FOREST.API.CONSUMER.INFO.REJECTED.acme", b"", {}, 5)
        assert json.loads(reply.data)["name"] == "acme"
    with pytest.raises(Unreachable):
        async with connected(bus.url("acme"), "acme"):
            pass


async def taken_up(bus, outsiders):
    """The server says so at the end of a reload; who comes in the midst of one may be sent away once more."""
    log = bus.home / "log"
    before = log.read_text().count("Reloaded server configuration")
    bus.users.outsiders = outsiders
    bus.reload()

    async def so():
        return log.read_text().count("Reloaded server configuration") > before

    await until(so)


@pytest.mark.parametrize(
    ("logins", "told"),
    [
        ([{"user": "acme~3", "hash": hashed("x")}], ".logins: may have acme and acme~2, each once"),
        ([{"user": "other", "hash": hashed("x")}], ".logins: may have acme and acme~2, each once"),
        ([{"user": "acme", "hash": hashed("x")}] * 2, ".logins: may have acme and acme~2, each once"),
        ([{"user": "acme~2"}], ".logins: a hash must be one of bcrypt"),
        ([{"user": "acme", "hash": "plain"}], ".logins: a hash must be one of bcrypt"),
        ([{"user": "acme", "hash": hashed("x").replace("$04$", "$12$")}], ".logins: a hash must be one of bcrypt"),
        ([{"user": "acme", "hash": hashed("x").replace("$2a$", "$2b$")}], ".logins: a hash must be one of bcrypt"),
    ],
)
def test_a_login_that_is_not_its_users_own_or_has_no_hash_is_named_and_left_out(logins, told):
    stated = read_stated(json.dumps({"integrators": [{"name": "acme", "logins": logins}]}))
    assert (stated.outsiders, [wrong.startswith("integrators.0" + told) for wrong in stated.wrong]) == ((), [True])


def test_logins_are_read_back_as_they_were_stated(tmp_path):
    logins = (Login("li~2", hashed("x")), Login("li", hashed("y")))
    stated = (Official("li", FULIANG, logins), Integrator("acme", (Login("acme"),)))
    home = Home(tmp_path)
    home.users_file.write(stated)
    assert set(home.outsiders()) == set(stated)

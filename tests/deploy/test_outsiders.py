"""`users.json`: whatever one entry has wrong is named, and stops nobody else."""

import json
import threading

import pytest

from contracts.cases import CaseOpened
from contracts.every_service import dead_lettered
from contracts.language.division import UNKNOWN, Division
from contracts.wiring.streams import DURABLES
from contracts.wiring.table import FACTS, SERVICES
from deploy.local.home import Home
from deploy.nats.server import server_configuration
from deploy.nats.users import Department, Integrator, Official, Users
from deploy.nats.users_file import HomeRefused, read_stated

FULIANG = Division("360222000000")
GOOD = {"integrators": [{"name": "acme"}], "officials": [{"name": "li", "division": "360222000000"}]}


def names(stated):
    return [one.name for one in stated.outsiders]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"departments": [{"name": "police", "facts": ["cases.danced.v1"]}]}, "departments.0.facts: there is no fact"),
        ({"departments": [{"name": "police", "facts": []}]}, "departments.0.facts: must name a fact, or all"),
        ({"departments": [{"name": "police"}]}, "departments.0.facts: must name a fact, or all_of a service"),
        ({"departments": [{"name": "p", "all_of": ["courts"]}]}, "departments.0.all_of: there is no service"),
        ({"departments": ["police"]}, "departments.0: must be an object"),
        ({"departments": {"name": "police"}}, "departments: must be a list"),
        ({"departments": [{"name": "A B", "facts": ["cases.opened.v1"]}]}, "departments.0.name: "),
        ({"departments": [{"name": "cases", "facts": ["cases.opened.v1"]}]}, "departments.0.name: cases is a user of"),
        ({"departments": [{"name": "supervisor", "facts": ["cases.opened.v1"]}]}, "departments.0.name: supervisor is"),
        (
            {"departments": [{"name": "p", "division": "36", "facts": ["cases.opened.v1"]}]},
            "departments.0.division: ",
        ),
        ({"guests": []}, "guests: there are departments, integrators, officials and nothing else"),
    ],
)
def test_a_wrong_entry_is_named_and_the_others_stand(wrong, told):
    stated = read_stated(json.dumps({**wrong, **GOOD}))
    assert (names(stated), len(stated.wrong), stated.wrong[0].startswith(told)) == (
        ["acme", "li"],
        1,
        True,
    ), stated.wrong


def test_somebody_who_stands_twice_is_served_once():
    stated = read_stated(json.dumps({**GOOD, "departments": [], "officials": [{"name": "acme", "division": FULIANG}]}))
    assert (names(stated), stated.wrong) == (["acme"], ("officials.0.name: acme stands twice",))


@pytest.mark.parametrize("text", ["{", "[]", "null", "[" * 100_000, "\x00"])
def test_a_file_of_which_nothing_can_be_read_is_named_and_not_overwritten(tmp_path, text):
    file = Home(tmp_path).users_file
    file.path.write_text(text)
    stated = file.stated()
    assert (stated.readable, stated.outsiders, len(stated.wrong)) == (False, (), 1)
    with pytest.raises(HomeRefused, match=r"users\.json: (is no JSON|must be an object)"):
        file.add(Integrator("acme"))
    assert file.path.read_text() == text


def test_adding_and_removing_leaves_everybody_else_as_they_stand_the_wrong_ones_too(tmp_path):
    file = Home(tmp_path).users_file
    wrong = {"name": "police", "facts": ["cases.danced.v1"]}
    file.path.write_text(json.dumps({"departments": [wrong], "integrators": [{"name": "acme"}]}))
    file.add(Official("li", FULIANG), Integrator("hotline"))
    file.remove("acme")
    assert json.loads(file.path.read_text()) == {
        "departments": [wrong],
        "integrators": [{"name": "hotline"}],
        "officials": [{"name": "li", "division": "360222000000"}],
    }


def test_what_many_add_at_once_all_stands(tmp_path):
    file = Home(tmp_path).users_file
    barrier = threading.Barrier(8)

    def add(n):
        barrier.wait()
        file.add(Integrator(f"i{n}"))

    together = [threading.Thread(target=add, args=(n,)) for n in range(8)]
    for one in together:
        one.start()
    for one in together:
        one.join()
    assert sorted(names(file.stated())) == [f"i{n}" for n in range(8)]


def test_who_is_removed_and_comes_again_has_another_password_and_nobody_else_has(tmp_path):
    home = Home(tmp_path)
    home.users_file.add(Integrator("acme"), Integrator("other"))
    users = home.users()
    before = {name: users.password(name) for name in ("acme", "other", "operator", "postgres-cases")}
    home.keep_passwords(users)
    home.users_file.remove("acme")
    home.keep_passwords(home.users())
    home.users_file.add(Integrator("acme"))
    again = home.users()
    after = {name: again.password(name) for name in before}
    assert [name for name in before if before[name] != after[name]] == ["acme"]


def test_a_file_that_cannot_be_read_for_a_while_costs_nobody_the_password(tmp_path):
    home = Home(tmp_path)
    home.users_file.add(Integrator("acme"))
    users = home.users()
    password = users.password("acme")
    home.keep_passwords(users)
    stated = home.users_file.path.read_text()
    home.users_file.path.write_text("{")
    home.keep_passwords(home.users())
    home.users_file.path.write_text(stated)
    assert home.users().password("acme") == password


def test_no_two_durables_have_one_name_whoever_hears_what():
    """STACK row 34."""
    everything = tuple(fact for facts in FACTS.values() for fact in facts)
    words = sorted({fact.parts()[1] for fact in everything})
    those = ["a", "a-b", "a-b-c", "police", "police-opened", "cases-intake", *words, *(f"x-{word}" for word in words)]
    durables = [durable for name in those for durable in Department(name, everything, UNKNOWN, SERVICES).durables()]
    ours = [durable for of_service in DURABLES.values() for durable in of_service]
    found = [(durable.stream, durable.name) for durable in (*durables, *ours)]
    assert len(found) == len(set(found))


def test_two_versions_of_a_fact_and_the_dead_letters_of_two_services_are_heard_apart():
    """STACK row 34."""

    class Next(CaseOpened):
        name = "cases.opened.v2"

    heard = (CaseOpened, Next, dead_lettered("cases"), dead_lettered("patrol"))
    assert [(one.stream, one.name) for one in Department("police", heard).durables()] == [
        ("CASES", "police-opened"),
        ("CASES", "police-opened_v2"),
        ("ADVISORY", "police-cases_dead_lettered"),
        ("ADVISORY", "police-patrol_dead_lettered"),
    ]


def test_a_word_of_a_fact_has_no_hyphen_so_that_the_name_before_it_is_sure():
    assert [fact.name for facts in FACTS.values() for fact in facts if "-" in fact.name] == []


def test_a_configuration_names_every_user_once(tmp_path):
    """The server refuses the whole file when a user stands twice in it."""
    users = Users((Department("police", (CaseOpened,), UNKNOWN), Integrator("acme"), Official("li", FULIANG)))
    text = server_configuration(users, tmp_path, 4222)
    stated = [line.split('"')[1] for line in text.splitlines() if line.strip().startswith("{user:")]
    assert len(stated) == len(set(stated)) == 13

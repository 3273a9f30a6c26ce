"""What is put together from JSON that was made before is what would be made of the whole."""

from pathlib import Path

import pytest

from contracts.cases import Case, CaseAssigned, CaseOpened
from contracts.language.message import dump
from contracts.patrol import IncidentLinked, IncidentLocated
from contracts.wiring.table import FACTS
from services.runtime.texts import Texts

PAYLOADS = Path(__file__).parents[2] / "contracts" / "published" / "payloads"
CARRYING = [
    fact
    for service in ("cases", "patrol")
    for fact in FACTS[service]
    if next(iter(fact.model_fields)) in ("case", "incident")
]


def recorded(fact):
    return [fact.model_validate_json(path.read_bytes()) for path in sorted((PAYLOADS / fact.name).glob("*.json"))]


@pytest.mark.parametrize("fact", CARRYING, ids=lambda one: one.name)
def test_a_fact_whose_thing_was_written_to_a_row_is_told_as_if_it_had_not_been(fact):
    for one in recorded(fact):
        texts, thing = Texts(), getattr(one, next(iter(fact.model_fields)))
        assert texts.of(thing) == thing.model_dump_json()
        assert texts.dump(one) == dump(one)
    assert recorded(fact) != []


def test_all_facts_that_carry_a_case_or_an_incident_are_such():
    assert {CaseOpened, CaseAssigned, IncidentLocated, IncidentLinked} <= set(CARRYING)


def test_an_answer_that_is_the_thing_itself_is_the_text_of_its_row_and_one_that_nothing_is_known_of_is_made():
    case = recorded(CaseOpened)[0].case
    texts = Texts()
    assert texts.dump(case) == dump(case)
    text = texts.of(case)
    assert texts.of(case) is text
    assert texts.dump(case) == text.encode()


def test_another_value_that_says_something_else_is_not_taken_for_it():
    texts = Texts()
    for n in range(200):
        case = recorded(CaseOpened)[0].case.model_copy(update={"weight": n + 1})
        assert f'"weight":{n + 1},' in texts.of(case)
        assert Case.model_validate_json(texts.dump(case)).weight == n + 1

"""The part of a fact that a handler uses is read by the contract's own rules, and is all that it uses."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.cases import Case, CaseClosed, CaseFact, CaseOpened
from contracts.language.message import Fact
from services.notify.service import notify
from services.runtime.hearing.part import part_of
from services.runtime.hearing.reading import Unreadable, read
from services.targets.service import targets
from tests.servers import NOW

PAYLOADS = Path(__file__).parents[2] / "contracts" / "published" / "payloads"
SUBSCRIPTIONS = [one for service in (notify, targets) for one in service.subscriptions if one.part is not None]


def said(fact: type[Fact]) -> list[bytes]:
    return [path.read_bytes() for path in sorted((PAYLOADS / fact.name).glob("*.json"))]


def agree(part: Any, whole: Any) -> bool:
    """Whether all that stands in the part stands in the whole."""
    if isinstance(part, tuple):
        return len(part) == len(whole) and all(map(agree, part, whole))
    names = getattr(type(part), "model_fields", None)
    if names is None or type(part) is type(whole):
        return bool(part == whole)
    return all(agree(getattr(part, name), getattr(whole, name)) for name in names)


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS, ids=lambda one: one.durable.name)
def test_what_is_read_in_part_is_what_the_whole_says(subscription):
    for data in said(subscription.message):
        part, whole = subscription.part.model_validate_json(data), subscription.message.model_validate_json(data)
        assert agree(part, whole)
        assert part.name == whole.name
        assert subscription.locks(part) == subscription.locks(whole)
    assert said(subscription.message) != []


def test_a_part_has_the_fields_that_are_named_and_no_other():
    part = part_of(CaseOpened, ("at", "case.ref", "case.answerable.id"))
    (data, *_) = said(CaseOpened)
    found = part.model_validate_json(data)
    whole = CaseOpened.model_validate_json(data)
    assert (found.at, found.case.ref) == (whole.at, whole.case.ref)
    assert [one.id for one in found.case.answerable] == [one.id for one in whole.case.answerable]
    for absent in (lambda: found.by, lambda: found.case.kind, lambda: found.case.answerable[0].role):
        with pytest.raises(AttributeError):
            absent()


def test_a_part_of_a_fact_is_that_fact_to_whoever_judges_by_its_kind():
    (data, *_) = said(CaseOpened)
    found = part_of(CaseOpened, ("case.ref",)).model_validate_json(data)
    assert [isinstance(found, kind) for kind in (CaseOpened, CaseFact, CaseClosed)] == [True, True, False]
    assert not isinstance(found.case, Case)


def test_a_part_of_what_the_contract_does_not_have_is_refused():
    with pytest.raises(KeyError):
        part_of(CaseOpened, ("case.nothing",))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b'"number": "', b'"number": "' + b"x" * 200),
        (b'"weight": 1', b'"cycle": 0, "weight": 1'),
        (b'"answerable": [', b'"answerable": [{},'),
        (b'"ref"', b'"rof"'),
    ],
)
def test_what_is_used_is_held_to_its_bounds(right, wrong):
    part = part_of(CaseOpened, ("case.ref", "case.cycle", "case.answerable.id"))
    (data, *_) = said(CaseOpened)
    bad = data.replace(right, wrong, 1)
    assert bad != data
    for model in (part, CaseOpened):
        with pytest.raises(ValidationError):
            model.model_validate_json(bad)


def test_of_a_fact_that_is_refused_in_part_every_rule_that_it_breaks_is_named():
    (data, *_) = said(CaseOpened)
    bad = data.replace(b'"ref"', b'"rof"', 1).replace(b'"campaign"', b'"compaign"', 1)
    part = part_of(CaseOpened, ("case.ref",))
    found = read(CaseOpened, "cases.opened.v1.36.02.22.100.001", {}, bad, 1, NOW, part)
    assert isinstance(found, Unreadable)
    assert {"case.ref", "case.campaign"} <= {problem.field for problem in found.problems}

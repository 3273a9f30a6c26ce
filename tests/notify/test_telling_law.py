"""The law of telling: what an office may not write, and who is told by what it has written."""

from datetime import timedelta

import pytest

from contracts.cases import CaseOpened
from contracts.law.lines import Faulty
from contracts.law.reading import read_law
from contracts.roster import PostStated
from contracts.wiring.table import HEARS
from services.notify.audience.audience import Audience, recipients
from services.notify.audience.rule import TELLING
from tests.cases.county import COUNTY_OFFICE, POSTS
from tests.laws import amended, under
from tests.notify.told import DAY, told_of


def test_every_fact_that_is_told_has_a_rule():
    assert set(TELLING.shipped.newest.facts) == {
        message.name for message in HEARS["notify"] if message is not PostStated
    }


@pytest.mark.parametrize(
    ("fact", "rule", "field"),
    [
        ("cases.opened.v1", {"posts": ["emperor@village"]}, "facts.cases.opened.v1.posts.0"),
        ("cases.opened.v1", {"posts": ["ranger@moon"]}, "facts.cases.opened.v1.posts.0"),
        ("cases.opened.v1", {"posts": ["ranger"]}, "facts.cases.opened.v1.posts.0"),
        ("cases.opened.v1", {"units": ["army"]}, "facts.cases.opened.v1.units.0"),
    ],
)
def test_a_word_that_means_nothing_is_named_by_line_and_field(fact, rule, field):
    stated = {"posts": ["nearest_chief"], "units": ["office"], **rule}
    with pytest.raises(Faulty) as refused:
        read_law(amended(TELLING, {"facts": {fact: stated}}), TELLING.name, TELLING.rules)
    assert [one.field for one in refused.value.faults] == [field]


def test_a_fact_that_nobody_hears_is_refused():
    with pytest.raises(Faulty) as refused:
        read_law(amended(TELLING, {"facts": {"cases.opned.v1": {"posts": ["named"]}}}), TELLING.name, TELLING.rules)
    assert [one.rule.code for one in refused.value.faults] == ["one_of"]


def test_a_fact_that_the_text_of_an_office_does_not_have_is_told_as_shipped():
    told = told_of(CaseOpened)
    shipped = recipients(told, Audience(POSTS), DAY)
    with under(TELLING, DAY, facts={"cases.opened.v1": None}):
        assert recipients(told, Audience(POSTS), DAY) == shipped != ()
    with under(TELLING, DAY, facts={"cases.opened.v1": {"posts": [], "units": []}}):
        assert recipients(told, Audience(POSTS), DAY) == ()


def test_who_is_told_changes_on_the_first_day_of_an_amendment():
    amendment = {"from_on": "2020-06-16", "version": "2020-2", "source": "一项新的规定", "acts_for_its_unit": ["unit"]}
    amendment |= {"facts": {"cases.opened.v1": {"posts": [], "units": ["office"]}}}
    posts, found = Audience(POSTS), []
    for day in (DAY, DAY + timedelta(days=1)):
        with under(TELLING, day, amendments=[amendment]):
            found.append([one.key for one in recipients(told_of(CaseOpened), posts, DAY)])
    assert (len(found[0]) > 1, found[1]) == (True, [(False, COUNTY_OFFICE.id)])

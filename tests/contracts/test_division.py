"""The division code and its five tokens."""

import pytest

from contracts.cases import CaseOpened
from contracts.language.division import UNKNOWN, Division, Level
from contracts.roster import AreaStated


@pytest.mark.parametrize(
    ("code", "level", "parent", "wildcard"),
    [
        ("360222104201", Level.VILLAGE, "360222104000", "36.02.22.104.201"),
        ("360222104000", Level.TOWN, "360222000000", "36.02.22.104.>"),
        ("360222000000", Level.COUNTY, "360200000000", "36.02.22.>"),
        ("360200000000", Level.CITY, "360000000000", "36.02.>"),
        ("360000000000", Level.PROVINCE, None, "36.>"),
        ("000000000000", Level.UNKNOWN, None, ">"),
    ],
)
def test_a_code_knows_its_level_its_parent_and_its_filter(code, level, parent, wildcard):
    division = Division(code)
    assert (division.level, division.parent, division.wildcard) == (level, parent, wildcard)


def test_tokens_and_code_are_one_another():
    assert Division.from_tokens("36.02.22.104.201") == Division("360222104201")
    assert Division("360222104201").tokens == "36.02.22.104.201"


@pytest.mark.parametrize("wrong", ["", "36", "36022210420x", "3602221042011", "３６０２２２１０４２０１"])
def test_anything_but_twelve_digits_is_refused(wrong):
    with pytest.raises(ValueError, match="twelve digits"):
        Division(wrong)


def test_a_division_contains_itself_and_what_lies_under_it():
    county = Division("360222000000")
    assert county.contains(county)
    assert county.contains(Division("360222104201"))
    assert not county.contains(Division("360281104201"))
    assert UNKNOWN.contains(county)


def test_what_is_told_in_a_village_is_matched_with_the_id_of_its_thing():
    village, county = Division("360222104201"), Division("360222000000")
    assert CaseOpened.told_under(village) == "cases.opened.v1.36.02.22.104.201"
    assert AreaStated.told_under(village) == "roster.area.v1.36.02.22.104.201.*"
    assert AreaStated.told_under(county) == "roster.area.v1.36.02.22.>"


@pytest.mark.parametrize(
    ("code", "below"),
    [
        ("000000000000", "*.*.*.*.*"),
        ("360000000000", "36.*.*.*.*"),
        ("360222000000", "36.02.22.*.*"),
        ("360222104201", "36.02.22.104.201"),
    ],
)
def test_a_code_knows_the_filter_of_five_tokens_for_what_lies_below(code, below):
    assert Division(code).below == below

"""A division is understood as people name it, and asked for where the name is that of several."""

from datetime import date

import pytest

from cli.say import say
from cli.sheet.asked import known
from cli.sheet.cell import BadCell
from cli.sheet.place import Gazetteer
from contracts.language.division import UNKNOWN, Division
from contracts.language.values import AreaKind
from contracts.roster import Place
from tests.cli.sheet.samples import NAMES

DIVISIONS = Gazetteer(NAMES)
VILLAGE, TOWN, COUNTY, CITY = "360222105203", "360222105000", "360222000000", "360200000000"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["长明村委会"], VILLAGE),
        (["长明村"], VILLAGE),
        (["长明村民委员会"], VILLAGE),
        (["瑶里镇长明村"], VILLAGE),
        (["浮梁县", "瑶里镇", "长明村委会"], VILLAGE),
        (["浮梁县", "长明村"], VILLAGE),
        (["江西省景德镇市浮梁县瑶里镇长明村"], VILLAGE),
        (["景德镇市浮梁县"], COUNTY),
        (["景德镇市-浮梁县"], COUNTY),
        (["浮梁县　瑶里镇"], TOWN),
        (["浮梁县＞瑶里镇"], TOWN),
        (["浮梁县\n瑶里镇"], TOWN),
        (["360222105203"], VILLAGE),
        (["360222"], COUNTY),
        (["360222105"], TOWN),
        (["3602"], CITY),
        (["360222 105 203"], VILLAGE),
        (["'360222105203"], VILLAGE),
        (["３６０２２２１０５２０３"], VILLAGE),
        ([360222105203.0], VILLAGE),
        (["360222105203 长明村"], VILLAGE),
        (["长明村委会（360222105203）"], VILLAGE),
    ],
)
def test_a_division_is_read_as_it_is_named(cells, expected):
    assert DIVISIONS.find(cells)[0] == expected


@pytest.mark.parametrize(
    ("cells", "candidates"),
    [
        (["官庄村委会"], ["昌江区/吕蒙乡/官庄村委会（360202290200）", "乐平市/高家镇/官庄村委会（360281111206）"]),
        (["官庄村"], ["360202290200", "360281111206"]),
        (["浮梁"], ["360222000000", "360222100000"]),
        (["瑶里"], ["360222105000"]),
        (["360222999000"], ["360222000000"]),
        (["长明村（360222104201）"], ["进坑村委会"]),
        (["36022"], ["36022"]),
        (["3.60222E+11"], ["3.60222E+11"]),
        (["无此县"], []),
    ],
)
def test_what_may_be_several_or_none_is_asked_with_those_it_may_be(cells, candidates):
    with pytest.raises(BadCell) as refused:
        DIVISIONS.find(cells)
    assert all(one in str(refused.value) for one in candidates), str(refused.value)


def test_a_name_that_several_have_is_the_one_of_the_offices_own_county():
    assert Gazetteer(NAMES, Division("360281000000")).find(["官庄村委会"])[0] == "360281111206"
    with pytest.raises(BadCell):
        Gazetteer(NAMES, Division("360222000000")).find(["官庄村委会"])


def test_only_a_whole_code_and_a_whole_name_are_plain():
    plain = (["360222105203"], ["浮梁县", "瑶里镇", "长明村委会"], ["浮梁县/瑶里镇"])
    assert [DIVISIONS.find(one)[1] for one in plain] == [True, True, True]
    assert [DIVISIONS.find(one)[1] for one in (["360222"], ["长明村"], ["360222 105 203"])] == [False, False, False]


PAST, LAST, NEXT = date(2020, 5, 31), date(2020, 6, 1), date(2020, 6, 2)


@pytest.mark.parametrize(("on", "there"), [(PAST, True), (LAST, True), (NEXT, False)])
def test_a_division_is_known_to_its_last_day_and_then_says_when_it_ended(on, there):
    places = [
        Place(id=code, kind=kind, name=name, division=code, in_force_from=date(2018, 1, 1), ended_on=ended)
        for code, kind, name, ended in (
            (COUNTY, AreaKind.DIVISION, "浮梁县", None),
            (TOWN, AreaKind.DIVISION, "瑶里镇", LAST),
            ("360222105203", AreaKind.FOREST_FARM, "林场", None),
        )
    ]
    divisions = known(places, (), UNKNOWN, on).divisions
    if there:
        assert [divisions.find([how])[0] for how in ("瑶里镇", TOWN, TOWN[:9])] == [TOWN, TOWN, TOWN]
    else:
        for how in ("瑶里镇", TOWN, TOWN[:9]):
            with pytest.raises(BadCell):
                divisions.find([how])
        with pytest.raises(BadCell) as refused:
            divisions.find([TOWN])
        told = say("sheet.revoked", name="瑶里镇", last=LAST, became="-")
        assert str(refused.value) == say("sheet.other_days", value=TOWN, told=told)
    with pytest.raises(BadCell):
        divisions.find(["林场"])

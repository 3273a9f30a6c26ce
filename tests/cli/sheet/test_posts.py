"""A sheet of posts says who holds what from which day: what is new is asked for, what stands is left."""

from datetime import UTC, date, datetime

import pytest

from cli.roster.post_sheet import PostSheet, as_entries, description
from cli.rules import stated
from cli.say import say
from cli.sheet.asked import known
from cli.sheet.file.given import given
from cli.sheet.layout import laid_out
from cli.sheet.table import read
from cli.sheet.write import flat_rows, write_sheet
from contracts.language.division import UNKNOWN, Division
from contracts.language.values import AreaKind, PersonRef
from contracts.roster import Place, Post
from services.roster.post.post import appoint
from tests.cli.sheet.samples import NAMES, problems, sheet

NOW = datetime(2020, 6, 15, 2, tzinfo=UTC)
TOWN, VILLAGE = Division("360222105000"), Division("360222105203")
STATION = {"id": "u-360222105000", "name": "瑶里镇林业工作站"}
PLACES = [
    Place(id=code, kind=AreaKind.DIVISION, name=name, division=code, in_force_from=date(2018, 1, 1))
    for code, name in NAMES.items()
]
HEADINGS = ["岗位编号", "岗位类别", "行政区划", "所属单位", "姓名", "账号", "任职起", "任职止"]
LAYOUT = laid_out(description())


def held(person="p-zhang", held_from="2018-01-01", held_to=None, name="张三", recorded_at="2018-01-01T00:00:00Z"):
    about = {"held_from": held_from, "held_to": held_to, "recorded_at": recorded_at}
    return {"person": {"id": person, "name": name}, **about}


def post(role="chief", area=TOWN, *appointments, id=None, division=None, **about):
    said = {"id": id or f"{area}-{role.replace('_', '-')}", "role": role, "title": "瑶里镇林长", "area_id": area}
    said |= {"division": division or area, "unit": STATION, "appointments": appointments}
    return Post.model_validate({**said, **about})


CHIEF = post("chief", TOWN, held())
GRID_RANGER = post("ranger", f"{VILLAGE}-g1", division=VILLAGE, title="长明村护林员")
STANDING = [CHIEF, GRID_RANGER]


def planned(tmp_path, *rows, headings=HEADINGS, standing=STANDING, file=None):
    there = known(PLACES, standing, UNKNOWN, date(2020, 6, 15))
    taken = read(given(file or sheet(tmp_path, *rows, headings=headings)), LAYOUT, there)
    return taken, PostSheet(taken, LAYOUT, there, standing, NOW).plan()


def asked(plan):
    return [
        (one.post_id, one.person_id, str(one.held_from), one.held_to and str(one.held_to)) for _, one in plan.appoint
    ]


def line(
    name="张三", account="p-zhang", first="2018-01-01", last=None, id=None, role="林长", where="浮梁县瑶里镇", unit=None
):
    return [id, role, where, unit, name, account, first, last]


def test_what_stands_already_is_left(tmp_path):
    taken, plan = planned(tmp_path, line())
    assert (asked(plan), plan.enrol, plan.unchanged, taken.refused) == ([], [], 1, [])


def test_a_post_is_known_by_its_role_and_place_and_a_holder_by_name(tmp_path):
    taken, plan = planned(tmp_path, line(account=None, first=None), line("李四", "p-li", "2020.6.1", where="360222105"))
    assert (asked(plan), taken.refused) == ([(CHIEF.id, "p-li", "2020-06-01", None)], [])


def test_a_successor_is_appointed_from_a_day_and_the_one_before_ends_the_day_before(tmp_path):
    _, plan = planned(tmp_path, line(), line("李四", "p-li", "2020年6月1日"))
    assert asked(plan) == [(CHIEF.id, "p-li", "2020-06-01", None)]
    [after] = [one for one in applied(plan, STANDING) if one.id == CHIEF.id]
    live = [one for one in after.appointments if one.superseded_at is None]
    assert [(one.person.id, one.held_to) for one in live] == [("p-zhang", date(2020, 5, 31)), ("p-li", None)]


def applied(plan, standing):
    """The posts after a plan, by roster's own rules."""
    after = {one.id: one for one in standing} | {one.id: one for _, one in plan.enrol}
    for _, one in plan.appoint:
        person = PersonRef(id=one.person_id, name=one.person_name)
        after[one.post_id] = appoint(after[one.post_id], person, one.held_from, one.held_to, NOW)
    return list(after.values())


ROWS = {
    "a successor": [line(), line("李四", "p-li", "2020-06-01")],
    "the successor alone": [line("李四", "p-li", "2020-06-01")],
    "an end": [line(last="2020-05-31")],
    "vacant from a day": [line("空缺", None, "2020-06-01")],
    "three in turn, not in order": [line("王五", "p-wang", "2020-06-10"), line(), line("李四", "p-li", "2020-06-01")],
    "a late record": [line("李四", "p-li", "2019-03-01")],
    "a new post": [line(where="长明村", role="村级林长", unit="瑶里镇林业工作站")],
    "a new post with two holders": [
        line("甲", "p-a", "2018-01-01", role="村级林长", where="长明村", unit="瑶里镇林业工作站"),
        line("乙", "p-b", "2019-01-01", role="村级林长", where="长明村"),
    ],
    "a new vacant post": [line(None, None, None, role="监管员", where="长明村", unit="瑶里镇林业工作站")],
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_the_same_sheet_again_changes_nothing(tmp_path, rows):
    taken, plan = planned(tmp_path, *rows)
    assert (taken.refused, bool(plan.enrol or plan.appoint)) == ([], True)
    again, nothing = planned(tmp_path, *rows, standing=applied(plan, STANDING))
    assert (asked(nothing), nothing.enrol, again.refused) == ([], [], [])


@pytest.mark.parametrize(
    ("rows", "day", "holder"),
    [
        ("a successor", "2020-05-31", "p-zhang"),
        ("a successor", "2020-06-01", "p-li"),
        ("an end", "2020-05-31", "p-zhang"),
        ("an end", "2020-06-01", None),
        ("vacant from a day", "2020-05-31", "p-zhang"),
        ("vacant from a day", "2020-06-01", None),
        ("three in turn, not in order", "2020-06-09", "p-li"),
        ("three in turn, not in order", "2020-06-10", "p-wang"),
        ("a late record", "2019-03-01", "p-li"),
        ("a late record", "2019-02-28", "p-zhang"),
    ],
)
def test_who_holds_a_post_on_a_day_is_as_the_sheet_says(tmp_path, rows, day, holder):
    _, plan = planned(tmp_path, *ROWS[rows])
    [after] = [one for one in applied(plan, STANDING) if one.id == CHIEF.id]
    found = after.holder_on(date.fromisoformat(day))
    assert (found.id if found else None) == holder
    assert after.holder_on(date(2019, 6, 1), datetime(2020, 6, 15, 1, 59, tzinfo=UTC)).id == "p-zhang"


def test_a_ranger_of_a_village_is_the_one_of_its_only_grid(tmp_path):
    _, plan = planned(tmp_path, line("赵六", "p-zhao", "2020-06-01", role="护林员", where="长明村"))
    assert (asked(plan), plan.enrol) == ([(GRID_RANGER.id, "p-zhao", "2020-06-01", None)], [])


@pytest.mark.parametrize(
    ("rows", "cell", "rule"),
    [
        ([line(role="林场长")], "B2", None),
        ([line(where="官庄村委会")], "C2", None),
        ([line("李四", None, "2020-06-01")], "F2", say("posts.account", person="李四", found="-")),
        ([line("李四", "p-li", None)], "G2", say("sheet.blank")),
        ([line("李四", "p-li", "2020年6月")], "G2", say("sheet.only_a_month", value="2020年6月")),
        ([line(last="2017-12-31")], "H2", stated("held_to_before", first=date(2018, 1, 1))),
        ([line("空缺", None, None)], "G2", say("posts.vacant_from", person="张三")),
        ([line("空缺", None, "2018-01-01")], "G2", say("posts.succeeded", person="张三", day=date(2018, 1, 1))),
        ([line("李四", "p-li", "2017-01-01")], "H2", say("posts.succeeded", person="张三", day=date(2018, 1, 1))),
        ([line(), line("李四", "p-li", "2018-01-01")], "G3", say("posts.same_day", row=2)),
        (
            [line(last="2020-06-01"), line("李四", "p-li", "2020-06-01")],
            "H2",
            say("posts.overlap", row=3, day=date(2020, 6, 1)),
        ),
        ([line(role="村级林长", where="长明村")], "D2", say("sheet.blank")),
        (
            [line(role="村级林长", where="长明村", unit="无此站")],
            "D2",
            say("sheet.no_unit", value="无此站"),
        ),
        ([[None, None, None, None, "张三", "p-zhang", "2018-01-01", None]], "A2", say("sheet.blank")),
    ],
)
def test_what_contradicts_or_is_not_known_is_named_by_its_cell(tmp_path, rows, cell, rule):
    taken, plan = planned(tmp_path, *rows, line("赵六", "p-zhao", "2020-06-01", role="护林员", where="长明村"))
    found = dict(problems(taken))
    assert [at.partition("!")[2] for at in found] == [cell]
    assert rule is None or found[f"古树!{cell}"] == rule
    assert asked(plan)[-1:] == [(GRID_RANGER.id, "p-zhao", "2020-06-01", None)]


def test_two_posts_of_a_role_in_one_place_are_asked_by_their_ids(tmp_path):
    standing = [*STANDING, post("chief", TOWN, id="second-chief")]
    taken, plan = planned(tmp_path, line(), line("李四", "p-li", "2020-06-01", id="second-chief"), standing=standing)
    rule = say("posts.several", found=f"{CHIEF.id}、second-chief")
    assert (problems(taken), asked(plan)) == ([("古树!A2", rule)], [("second-chief", "p-li", "2020-06-01", None)])


def test_a_unit_by_its_name_is_the_one_enrolled_and_of_two_both_are_named(tmp_path):
    rows = [line(role="村级林长", where="长明村", unit="瑶里镇林业工作站")]
    _, plan = planned(tmp_path, *rows)
    assert [one.unit.id for _, one in plan.enrol] == ["u-360222105000"]
    other = post("unit", Division("360222000000"), unit={**STATION, "id": "u-other"})
    taken, _ = planned(tmp_path, *rows, standing=[*STANDING, other])
    rule = say("sheet.units", value="瑶里镇林业工作站", found="u-360222105000、u-other")
    assert problems(taken) == [("古树!D2", rule)]


def test_what_a_new_post_is_called_is_its_role_where_nothing_else_is_said(tmp_path):
    _, plan = planned(tmp_path, line(role="村级林长", where="长明村", unit="瑶里镇林业工作站"))
    [(_, enrolled)] = plan.enrol
    assert (enrolled.id, enrolled.title, enrolled.area_id) == (f"{VILLAGE}-village-chief", "村级林长", VILLAGE)
    assert [(one.person.id, one.recorded_at) for one in enrolled.appointments] == [("p-zhang", NOW)]


SUPERSEDED = held("p-old", "2017-01-01", None, "老王") | {"superseded_at": "2018-01-01T00:00:00Z"}


@pytest.mark.parametrize("name", ["posts.xlsx", "posts.csv"])
def test_an_export_is_imported_again_and_changes_nothing(tmp_path, name):
    standing = [
        post("chief", TOWN, SUPERSEDED, held("p-old", "2017-01-01", "2017-12-31", "老王"), held(name="=张三")),
        post("office", TOWN, title="-林长办"),
        post("ranger", f"{VILLAGE}-g1", held(name="𠮷䶮"), division=VILLAGE, ended_on="2020-12-31"),
    ]
    file = tmp_path / name
    rows = [row for one in as_entries(standing) for row in flat_rows(one, LAYOUT)]
    told = write_sheet(file, "岗位", LAYOUT, rows, known(PLACES, standing, UNKNOWN, date(2020, 6, 15)))
    taken, plan = planned(tmp_path, standing=standing, file=file)
    assert (told, taken.refused, asked(plan), plan.enrol, plan.unchanged) == ([], [], [], [], 3)


@pytest.mark.parametrize(("code", "name"), [("u-360222105000", "瑶里镇林业工作站"), ("u-nowhere", None)])
def test_a_unit_by_its_code_alone_is_called_as_it_is_enrolled(tmp_path, code, name):
    headings = ["岗位类别", "行政区划", "单位编码"]
    taken, plan = planned(tmp_path, ["村级林长", "长明村", code], headings=headings)
    if name is not None:
        assert ([one.unit.name for _, one in plan.enrol], taken.refused) == ([name], [])
    else:
        assert (plan.enrol, [one.column for one in taken.refused]) == ([], ["unit.name"])


def test_a_post_is_changed_by_what_the_sheet_says_and_keeps_the_rest(tmp_path):
    headings = ["岗位编号", "岗位名称", "岗位终止日"]
    _, plan = planned(tmp_path, [CHIEF.id, "瑶里镇总河长", "2020年12月31日"], headings=headings)
    [(_, changed)] = plan.enrol
    assert changed == CHIEF.model_copy(update={"title": "瑶里镇总河长", "ended_on": date(2020, 12, 31)})

"""`linzhang target` beside a running system: the plan shown, loaded, broken down by a sheet and moved for a reason."""

import asyncio
import json

from tests.cli.conftest import linzhang

PLAN = {"2020-afforestation": ("11000.0000", None), "2020-hill-closure": ("54800.0000", None)}


async def run(up, *arguments, **more):
    return await asyncio.to_thread(linzhang, up.home, "target", *arguments, **more)


async def plan(up):
    status, out, said = await run(up, "plan", "--year", "2020", "--json")
    assert (status, said) == (0, "")
    return {one["target"]["id"]: one for one in json.loads(out)}


def broken_down(path, *rows):
    path.write_text("\n".join(["上级任务,区划,承担单位,任务编号,任务量（亩）", *rows]), encoding="utf-8")
    return str(path), "--year", "2020"


async def test_the_plan_of_2020_stands_is_loaded_again_and_broken_down_with_what_is_left(up, tmp_path):
    stands = await plan(up)
    assert {name: (stands[name]["target"]["amount"], stands[name]["target"]["parent_id"]) for name in PLAN} == PLAN
    status, _, said = await run(up, "load", LINZHANG_LANG="en")
    assert (status, said) == (0, "24 targets read, 24 of them in the plan as stated\n")

    rows = (
        "2020-tending,浮梁县,,,9000亩",
        "2020-tending,浮梁县,枫树山林场,tending-farm,1000",
        "2020-tending-360222,鹅湖镇,,,400",
    )
    file = broken_down(tmp_path / "parts.csv", *rows)
    status, _, said = await run(up, "break-down", *file, "--preview", LINZHANG_LANG="en")
    assert (status, said.splitlines()[0]) == (
        0,
        "preview: 3 rows read, 3 shares to change, 0 rows refused; nothing was sent",
    )
    assert (await plan(up))["2020-tending"]["unallocated"] == "28000.0000"
    status, out, _ = await run(up, "break-down", *file, "--json")
    assert (status, json.loads(out)["changed"]) == (0, 3)
    now = await plan(up)
    assert {name: now[name]["unallocated"] for name in ("2020-tending", "2020-tending-360222", "tending-farm")} == {
        "2020-tending": "18000.0000",
        "2020-tending-360222": "8600.0000",
        "tending-farm": "1000.0000",
    }
    status, out, _ = await run(up, "break-down", *file, "--json")
    assert (status, json.loads(out)["changed"]) == (0, 0)
    status, out, _ = await run(up, "plan", "--year", "2020", "--region", "360222", LINZHANG_LANG="zh-CN")
    assert (status, "鹅湖镇" in out, "枫树山林场" in out) == (0, True, True)


async def test_each_target_is_moved_whole_or_not_at_all_and_what_is_refused_is_named_by_its_cell(up, tmp_path):
    first = broken_down(tmp_path / "first.csv", "2020-hill-closure,浮梁县,,,50000", "2020-afforestation,乐平市,,,1")
    assert (await run(up, "break-down", *first))[0] == 0
    rows = (
        "2020-hill-closure,浮梁县,,,49999",
        "2020-hill-closure,乐平市,,,4801.1",
        "2020-nothing,乐平市,,,1",
        "2020-afforestation,乐平市,,,2",
    )
    moved = broken_down(tmp_path / "moved.csv", *rows)
    status, _, said = await run(up, "break-down", *moved, LINZHANG_LANG="en")
    refused = [line.split(": ", 2)[1] for line in said.splitlines() if line.startswith("moved.csv")]
    assert (status, refused) == (1, ["moved!E2", "moved!E2", "moved!A4", "moved!E5"])
    assert said.splitlines()[0] == "4 rows read, 0 shares changed, 0 targets broken down, 3 rows refused"
    assert "it is 0.1 over" in said
    assert "--reason" in said
    now = await plan(up)
    assert (now["2020-hill-closure-360222"]["target"]["amount"], now["2020-hill-closure"]["unallocated"]) == (
        "50000.0000",
        "4800.0000",
    )
    status, _, said = await run(up, "break-down", *moved, "--reason", "乐平多认领", LINZHANG_LANG="en")
    assert (status, (await plan(up))["2020-afforestation-360281"]["target"]["amount"]) == (1, "2.0000")


async def test_a_target_that_breaks_a_rule_is_named_by_its_number_and_the_others_are_set(up, tmp_path):
    good = (await plan(up))["2020-afforestation"]["target"]
    file = tmp_path / "targets.json"
    wrong = [
        {**good, "colour": "red"},
        {**good, "id": "under-nothing", "parent_id": "nothing"},
        {**good, "id": "extra"},
    ]
    file.write_text(json.dumps(wrong), encoding="utf-8")
    status, _, said = await run(up, "load", str(file), LINZHANG_LANG="en")
    assert (status, said.splitlines()[0]) == (1, "3 targets read, 1 of them in the plan as stated")
    assert [line.split(": ")[:2] for line in said.splitlines()[1:]] == [
        ["target 1", "colour"],
        ["target 2", "parent_id"],
    ]

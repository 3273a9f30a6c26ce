"""`linzhang roster` beside a running system: enrol from a file, list, show, renew, a breeder's step, what was found."""

import asyncio
import json

import pytest

from tests.cli.conftest import linzhang
from tests.roster.entries import PHOTO, STATED

COUNTY = "360222000000"
VILLAGE = {"division": "360222100001", "area_id": "360222100001"}


async def run(up, *arguments, **more):
    return await asyncio.to_thread(linzhang, up.home, "roster", *arguments, **more)


def written(path, *entries):
    path.write_text(json.dumps(entries, ensure_ascii=False, default=str), encoding="utf-8")
    return str(path)


async def test_good_entries_are_enrolled_and_each_bad_one_is_named_by_number_field_and_rule(up, tmp_path):
    breeder = {**STATED["breeder"], **VILLAGE}
    file = written(
        tmp_path / "breeders.json",
        breeder,
        {**breeder, "id": "no-stock", "stock": []},
        {**breeder, "id": "elsewhere", "area_id": "nowhere"},
        {**breeder, "id": "colourful", "colour": "red"},
        {**breeder, "id": "another"},
    )
    status, out, said = await run(up, "enrol", "breeder", file, "--json")
    shown = json.loads(out)
    assert (status, shown["read"], shown["changed"], said) == (1, 5, 2, "")
    assert [(row, field) for row, field, _ in shown["wrong"]] == [(2, "stock"), (3, "area_id"), (4, "colour")]
    status, out, _ = await run(up, "enrol", "breeder", written(tmp_path / "b.json", breeder), "--json")
    assert (status, json.loads(out)["changed"]) == (0, 0)

    status, out, _ = await run(up, "list", "breeder", "--region", "360222100", "--json")
    assert [one["id"] for one in json.loads(out)["breeders"]] == ["another", "breeder-1"]
    status, out, said = await run(up, "list", "breeder", "--region", "360222100", "--limit", "1", LINZHANG_LANG="en")
    assert (status, "breeder-1" in out, "2 in all, 1 shown" in said, "--after another" in said) == (
        0,
        False,
        True,
        True,
    )
    status, out, _ = await run(up, "show", "breeder", "breeder-1", LINZHANG_LANG="zh-CN")
    assert (status, "三龙竹鼠养殖场" in out, "养殖用途" in out) == (0, True, True)
    status, out, said = await run(up, "show", "breeder", "nobody", LINZHANG_LANG="zh-CN")
    assert (status, out, said) == (1, "", "养殖场所（breeder） 册里没有 nobody\n")

    step = {"number": "1", "kind": "consent", "done_on": "2020-06-14", "evidence": [PHOTO]}
    (tmp_path / "step.json").write_text(json.dumps(step), encoding="utf-8")
    status, out, _ = await run(up, "breeder-step", "breeder-1", str(tmp_path / "step.json"), "--json")
    assert (status, json.loads(out)["status"]) == (0, "closing")
    (tmp_path / "step.json").write_text(json.dumps({**step, "number": "2", "evidence": []}), encoding="utf-8")
    status, _, said = await run(up, "breeder-step", "breeder-1", str(tmp_path / "step.json"), LINZHANG_LANG="zh-CN")
    assert (status, "登记的条目不合规则" in said, "每个步骤都须有证据" in said) == (1, True, True)

    status, out, _ = await run(up, "findings", "--register", "breeder", "--json")
    found = {(one["entry_id"], one["rule"], one["state"]) for one in json.loads(out)["findings"]}
    assert ("breeder-1", "food_breeding", "open") in found
    status, out, _ = await run(up, "findings", "--region", "360222", LINZHANG_LANG="zh-CN")
    assert (status, "食用野生动物养殖未停止（food_breeding）" in out) == (0, True)


async def test_what_is_no_list_of_entries_is_refused_before_anything_is_asked(up, tmp_path):
    (tmp_path / "a.json").write_text('{"id": 1}', encoding="utf-8")
    status, out, said = await run(up, "enrol", "board", str(tmp_path / "a.json"), LINZHANG_LANG="zh-CN")
    assert (status, out, "应为条目的列表" in said) == (2, "", True)
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")
    photo = str(tmp_path / "a.json")
    status, out, said = await run(
        up, "renew-board", "b", "--content", photo, "--photo", photo, "--on", "2020-06-15", LINZHANG_LANG="zh-CN"
    )
    assert (status, out, "应为一个 JSON 对象" in said) == (2, "", True)


async def test_the_columns_of_a_register_are_said_in_the_language_chosen(up):
    status, out, _ = await run(up, "columns", "old_tree", LINZHANG_LANG="en")
    assert (status, "age_years" in out, "age, years" in out) == (0, True, True)
    status, out, _ = await run(up, "columns", "old_tree", "--json")
    assert [one["field"] for one in json.loads(out)][:2] == ["id", "division"]


@pytest.mark.served
def test_a_file_that_is_no_json_is_named_in_a_line_whatever_its_name(tmp_path):
    file = tmp_path / "a\n2 entries enrolled.json"
    file.write_text("{", encoding="utf-8")
    status, out, said = linzhang(tmp_path, "roster", "enrol", "board", str(file), LINZHANG_LANG="en")
    assert (status, out, "a\\n2 entries enrolled.json: " in said, said.count("\n")) == (2, "", True, 2), said

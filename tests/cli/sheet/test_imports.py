"""Sheets go in and out of a running system by its commands, and the same file again changes nothing."""

import asyncio
import json

import pytest
from python_calamine import CalamineWorkbook

from tests.cli.conftest import linzhang
from tests.cli.sheet.samples import sheet, text
from tests.cli.sheet.test_given_files import GIVEN

OFFICE = "p-360222000000-office"
POSTS = ["岗位编号", "岗位类别", "行政区划", "所属单位", "姓名", "账号", "任职起", "任职止"]
NEW = ["test-fire-watch", "其他", "瑶里镇", "瑶里镇林业工作站", "郑七", "p-zheng", "2019.3.1", None]


async def run(up, *arguments, **more):
    return await asyncio.to_thread(linzhang, up.home, *arguments, LINZHANG_LANG="zh-CN", **more)


async def told(up, *arguments):
    status, out, said = await run(up, *arguments, "--json")
    assert status in (0, 1), said
    return json.loads(out)


async def test_posts_go_out_and_in_again_and_nothing_changes(up, tmp_path):
    for name in ("posts.xlsx", "posts.csv"):
        status, _, said = await run(up, "roster", "posts", "export", str(tmp_path / name), "--region", "360222105")
        assert status == 0, said
        again = await told(up, "roster", "posts", "import", str(tmp_path / name))
        assert (again["enrolled"], again["appointed"], again["refused"]) == (0, 0, [])
        assert again["unchanged"] > 10


async def test_a_post_is_enrolled_and_handed_on_and_the_same_sheets_again_change_nothing(up, tmp_path):
    first = sheet(tmp_path, NEW, headings=POSTS)
    done = await told(up, "roster", "posts", "import", str(first))
    assert (done["enrolled"], done["appointed"], done["refused"]) == (1, 0, [])
    assert [one["read_as"] for one in done["read_as"]] == ["瑶里镇林业工作站 u-360222105000"]
    (tmp_path / "later").mkdir()
    later = sheet(tmp_path / "later", ["test-fire-watch", *[None] * 3, "吴八", "p-wu", "2020年6月1号"], headings=POSTS)
    handed = await told(up, "roster", "posts", "import", str(later))
    assert (handed["enrolled"], handed["appointed"], handed["refused"]) == (0, 1, [])
    for file in (later, later):
        again = await told(up, "roster", "posts", "import", str(file))
        assert (again["enrolled"], again["appointed"], again["unchanged"]) == (0, 0, 1)
    file = tmp_path / "out.xlsx"
    await run(up, "roster", "posts", "export", str(file), "--region", "360222105000")
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    heads = {heading: at for at, heading in enumerate(rows[0])}
    assert [
        tuple(row[heads[one]] for one in ("姓名", "任职起", "任职止")) for row in rows if row[0] == "test-fire-watch"
    ] == [("郑七", "2019-03-01", "2020-05-31"), ("吴八", "2020-06-01", "")]
    stale = await told(up, "roster", "posts", "import", str(first))
    assert (stale["appointed"], [one["cell"] for one in stale["refused"]]) == (0, ["古树!H2"])


async def test_good_rows_are_kept_and_what_roster_refuses_is_named_by_its_cell(up, tmp_path):
    good = ["test-kept", *NEW[1:4], "钱九", "p-qian", "2019-03-01", None]
    bad = ["Test Bad", *NEW[1:]]
    nowhere = ["test-nowhere", "其他", "无此镇", *NEW[3:]]
    file = text(tmp_path, *(",".join(cell or "" for cell in line) for line in (POSTS, good, bad, nowhere)))
    status, _, said = await run(up, "roster", "posts", "import", str(file))
    assert status == 1
    assert "trees.csv: trees!A3: 岗位编号: " in said
    assert "trees.csv: trees!C4: 行政区划: " in said
    kept = await told(up, "roster", "posts", "import", str(file))
    assert (kept["enrolled"], kept["unchanged"]) == (0, 1)


async def test_a_preview_sends_nothing(up, tmp_path):
    file = sheet(tmp_path, ["test-preview", *NEW[1:]], headings=POSTS)
    for _ in (1, 2):
        done = await told(up, "roster", "posts", "import", str(file), "--preview")
        assert (done["enrolled"], done["refused"]) == (1, [])


async def test_an_office_may_appoint_but_enrols_no_post(up, tmp_path):
    unknown = await run(up, "roster", "posts", "import", str(sheet(tmp_path, NEW, headings=POSTS)), "--as", "nobody")
    assert unknown[0] == 3
    file = sheet(tmp_path, ["test-refused", *NEW[1:]], headings=POSTS)
    status, _, said = await run(up, "roster", "posts", "import", str(file), "--as", OFFICE)
    assert (status, "trees.xlsx: 古树!A2: 岗位编号: " in said) == (1, True), said


async def test_an_old_ledger_is_read_against_the_divisions_and_units_that_are_enrolled(up):
    arguments = ("ledger", "import", str(GIVEN / "w1-quirks.xlsx"), "--source", "forest-inspection-2018")
    arguments += ("--as", OFFICE, "--region", "360222")
    preview = await told(up, *arguments, "--preview")
    assert (preview["added"], preview["unchanged"]) == (0, 0)
    first = await told(up, *arguments)
    assert first["added"] > 20
    again = await told(up, *arguments)
    assert (again["added"], again["unchanged"]) == (0, first["added"])
    assert [one["cell"] for one in again["refused"]] == [one["cell"] for one in first["refused"]]


@pytest.mark.parametrize("stated", ["[]", '{"columns": {"nothing": ["x"]}}', '{"rows": 1}', "{", '{"header_row": 0}'])
async def test_a_mapping_that_is_none_is_refused_by_name(up, tmp_path, stated):
    mapping = tmp_path / "columns.json"
    mapping.write_text(stated)
    file = sheet(tmp_path, NEW, headings=POSTS)
    status, out, said = await run(up, "roster", "posts", "import", str(file), "--columns", str(mapping))
    assert (status, out, "columns.json" in said) == (2, "", True), said


TREE = {
    "标识": "sheet-tree",
    "区划代码（12 位）": "长明村",
    "责任区 id": "360222105203",
    "生效日": "2020.1.1",
    "依据的文件": "景林长办发〔2020〕12号",
    "古树编号": 36022200017,
    "树种或物种": "香樟",
    "树龄（年）": 520,
    "保护等级": 1,
    "经度（度）": None,
    "纬度（度）": None,
    "坐标系": "CGCS2000",
    "养护责任人": "长明村民委员会",
}


async def test_a_register_is_imported_twice_exported_and_imported_again_and_changes_once(up, tmp_path):
    rows = [{**TREE, "经度（度）": 117.6, "纬度（度）": 29.5}, {**TREE, "标识": "bad tree"}]
    file = sheet(tmp_path, *(list(one.values()) for one in rows), headings=list(TREE))
    first = await told(up, "roster", "old_tree", "import", str(file))
    again = await told(up, "roster", "old_tree", "import", str(file))
    assert [(one["read"], one["changed"]) for one in (first, again)] == [(2, 1), (2, 0)], first
    assert {one["cell"].partition("!")[2] for one in first["refused"]} == {"A3", "J3", "K3"}
    out = tmp_path / "out.csv"
    status, _, said = await run(up, "roster", "old_tree", "export", str(out), "--region", "360222105203")
    assert status == 0, said
    back = await told(up, "roster", "old_tree", "import", str(out))
    assert (back["read"], back["changed"], back["refused"]) == (1, 0, [])

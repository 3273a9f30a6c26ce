"""`linzhang patrol holders` beside a running system: a sheet in, the same again, and back into one."""

import asyncio
import json

from tests.cli.conftest import linzhang

HEADINGS = "来源账号,终端编号,岗位编号,持有人账号,领用时间,交还时间\n"
POST = "360222100001-village-chief"


async def run(up, *arguments, **more):
    return await asyncio.to_thread(linzhang, up.home, "patrol", "holders", *arguments, **more)


async def test_holders_are_imported_once_exported_and_imported_again_without_a_change(up, tmp_path):
    file, out = tmp_path / "holders.csv", tmp_path / "out.xlsx"
    good = f"acme,H-1,{POST},p-zhang,2020-06-01 08:30,2020-07-01\nacme,H-1,{POST},p-li,2020-07-01,\n"
    file.write_text(f"{HEADINGS}{good}acme,H-2,nowhere,p-li,2020-07-01,\n", encoding="utf-8")
    status, told, said = await run(up, "import", str(file), "--preview", "--json")
    assert (status, json.loads(told)["changed"]) == (1, 2), said
    status, told, said = await run(up, "import", str(file), "--json")
    shown = json.loads(told)
    assert (status, shown["changed"], shown["unchanged"]) == (1, 2, 0), said
    assert [(one["row"], one["column"]) for one in shown["refused"]] == [(4, "C 岗位编号")]
    file.write_text(HEADINGS + good, encoding="utf-8")
    status, told, _ = await run(up, "import", str(file), "--json")
    assert (status, json.loads(told)["changed"], json.loads(told)["unchanged"]) == (0, 0, 2)
    status, _, said = await run(up, "export", str(out))
    assert (status, out.exists()) == (0, True), said
    status, told, said = await run(up, "import", str(out), "--json")
    assert (status, json.loads(told)["changed"], json.loads(told)["unchanged"] >= 2) == (0, 0, True), said

"""`linzhang patrol`: duties listed, a patrol recorded, what cannot be said of one refused in a line."""

import asyncio
import json
import re

import pytest

from tests.cli.conftest import linzhang
from tests.waiting import until


async def patrol(up, *arguments, **more):
    return await asyncio.to_thread(linzhang, up.home, "patrol", *arguments, **more)


async def duties(up, *arguments):
    _, out, _ = await patrol(up, "duties", *arguments, "--json")
    return json.loads(out)["duties"]


async def test_duties_of_a_region_are_listed_with_how_they_stand(up):
    async def some():
        return bool(await duties(up, "--region", "360222", "--limit", "1"))

    await until(some, within_s=60)
    status, out, told = await patrol(up, "duties", "--region", "360222", "--limit", "3")
    assert (status, "open" in out, "3 duties" in told) == (0, True, True), told
    status, out, _ = await patrol(up, "duties", "--region", "360222", "--limit", "3", LINZHANG_LANG="zh")
    assert (status, "待完成" in out) == (0, True)
    first = (await duties(up, "--region", "360222", "--limit", "1"))[0]["duty"]
    found = await duties(up, "--post-id", first["post_id"], "--on", first["last"], "--state", "open")
    assert first["id"] in [one["duty"]["id"] for one in found]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("excuse", "--duty-id", "x", "--reason", "r", "--as", "operator"), 2, "must be a UUID"),
        (("record", "--post-id", "t-9", "--started-at", "x", "--ended-at", "x", "--place", "p", "--as", "operator"),
         2, "started_at: "),
        (("plan", "--post-id", "nobody", "--year", "2020"), 1, "must be a post of the roster"),
        (("duties", "--limit", "0"), 2, "limit: must be at least 1"),
        (("order", "--post-id", "nobody", "--number", "1", "--text", "t", "--due-on", "2030-01-01", "--as", "operator"),
         1, "must be a post of the roster"),
    ],
)  # fmt: skip
async def test_a_misuse_is_said_in_a_line(up, arguments, status, said):
    done, out, told = await patrol(up, *arguments)
    assert (done, out, said in re.sub(r"\s+", " ", told), "Traceback" in told) == (status, "", True, False), told


async def test_plots_and_stations_are_enrolled_worked_on_and_listed_by_hand(up, tmp_path):
    office = ("--as", "p-360222000000-office")
    plots, photo = tmp_path / "plots.json", tmp_path / "photo.jpg"
    photo.write_bytes(b"as if a photograph")
    at = {"lon": 117.19, "lat": 29.75, "datum": "cgcs2000"}
    window = {"first": "2099-10-08", "last": "2099-10-20"}
    stated = {"id": "plot-1", "division": "360222000000", "place": "后山", "at": at, **window, "trees": 10}
    plots.write_text(json.dumps([{**stated, "source": "普查"}]), "utf-8")
    status, out, told = await patrol(up, "enrol-plots", "--plots", str(plots), *office)
    assert (status, json.loads(out)["plots"][0]["on_natural_forest"]) == (0, "unknown"), told
    today = json.loads(out)["plots"][0]["due_on"]
    step = ("--plot-id", "plot-1", "--post-id", "360222000000-office", "--on", "2020-06-01", "--trees", "11")
    status, _, told = await patrol(up, "clear", *step, "--step", "found", "--photos-before", str(photo), *office)
    assert (today, status, "no more trees were counted by 2020-06-01" in re.sub(r"\s+", " ", told)) == (
        "2099-10-20", 1, True,
    ), told  # fmt: skip
    status, out, told = await patrol(up, "plots", "--region", "360222", LINZHANG_LANG="zh")
    assert (status, "后山" in out, "未知" in out) == (0, True, True), told
    status, out, told = await patrol(up, "station-reports", "--region", "360222", "--json")
    assert (status, json.loads(out)) == (0, {"reports": [], "more": False}), told

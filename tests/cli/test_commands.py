"""The command line beside a running system: data on stdout, talk on stderr, exit codes that mean something."""

import asyncio
import json
import re
from pathlib import Path

import pytest
import typer

from cli.areas.geojson import read_json
from cli.case.asking import command_of
from contracts.cases import RecordReview
from contracts.wiring.table import SERVICES
from tests.cli.conftest import LINZHANG, environment, linzhang
from tests.cli.maps import collection, feature, ring
from tests.cli.pasted import examples, paste

HERE = ("--lon", "117.19", "--lat", "29.75")
OFFICE, UNIT, COUNTY_CHIEF = "p-360222000000-office", "p-360222100000-unit", "p-360222000000-chief"
README = Path(__file__).parents[2] / "README.md"


async def run(up, *arguments, **more):
    return await asyncio.to_thread(linzhang, up.home, *arguments, **more)


async def test_status_shows_every_service_and_stream(up):
    status, out, _ = await run(up, "status", "--json")
    shown = json.loads(out)
    assert status == 0
    assert {name: one["ready"] for name, one in shown["services"].items()} == dict.fromkeys(SERVICES, True)
    assert shown["streams"]["ROSTER"]["messages"] > 3_000


async def test_a_case_is_walked_from_its_report_to_its_close_by_hand(up, tmp_path):
    status, _, said = await run(up, "report", "--kind", "felling", *HERE, "--text", "砍树")
    number = re.search(r"case (\d{4}-360222-\d{6}) opened", said)
    assert (status, number is not None) == (0, True), said
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"as if a photograph")
    walk = [
        ("verify", OFFICE, (), "verified"),
        ("assign", OFFICE, ("--unit", "u-360222100000", "--due-on", "2099-12-31"), "assigned"),
        ("start", UNIT, (), "rectifying"),
        ("submit", UNIT, ("--measures", "补植", "--evidence", str(photo)), "submitted"),
        ("accept", COUNTY_CHIEF, (), "accepted"),
        ("close", OFFICE, ("--cause", "no_permit"), "closed"),
    ]
    for move, actor, more, state in walk:
        status, out, said = await run(up, "case", move, number[1], "--as", actor, *more, "--json")
        assert (status, said) == (0, "")
        assert json.loads(out)["state"] == state
    status, out, _ = await run(up, "case", "list", "--region", "360222", "--state", "closed", "--json")
    assert number[1] in [case["ref"]["number"] for case in json.loads(out)["cases"]]


async def test_an_unlawful_move_says_the_state_and_what_is_allowed(up):
    _, _, said = await run(up, "report", "--kind", "waste", *HERE)
    number = re.search(r"case (\S+) opened", said)[1]
    status, out, said = await run(up, "case", "close", number, "--as", OFFICE)
    assert (status, out) == (1, "")
    assert "state: registered; moves allowed: verify、dismiss" in said
    _, _, said = await run(up, "case", "close", number, "--as", OFFICE, LINZHANG_LANG="zh-CN")
    assert "销号（close）只能在以下状态办理：已验收（accepted）（lawful_from）" in said
    assert "当前状态：已登记（registered）；允许的办理：核实（verify）、排除（dismiss）" in said
    status, _, said = await run(up, "case", "verify", number, "--as", UNIT)
    assert (status, "refused (403 not-yours-to-move)" in said) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("--kind", "felling", "--lon", "100", "--lat", "29"), 1, "refused: at: must lie in a responsibility area"),
        (("--kind", "ufo", *HERE), 2, "kind: must be one of: fire"),
        (("--kind", "felling", "--lon", "117", "--lat", "95"), 2, "at.lat: must be at most 90"),
        (("--kind", "felling", *HERE, "--as", "nobody"), 3, "the bus has no user nobody"),
    ],
)
async def test_a_bad_report_is_named_by_field_and_rule(up, arguments, status, told):
    done, out, said = await run(up, "report", *arguments)
    assert (done, out) == (status, "")
    assert told in said


async def test_a_file_of_reports_is_posted_and_each_bad_line_is_named(up, tmp_path):
    good = {"external_id": "f-1", "kind": "pests", "at": {"lon": 117.19, "lat": 29.75, "datum": "wgs84"}}
    good |= {"seen_at": "2020-06-01T00:00:00Z", "reporter": "ranger"}
    file = tmp_path / "reports.jsonl"
    file.write_text("\n".join([json.dumps(good), "{", json.dumps({**good, "kind": 1}), "[]"]))
    status, out, _ = await run(up, "report", "--file", str(file), "--json")
    shown = json.loads(out)
    assert (status, shown["posted"]) == (1, 1)
    assert [(one["line"], one["field"]) for one in shown["refused"]] == [(2, "body"), (3, "kind"), (4, "body")]


async def test_areas_are_imported_and_each_bad_one_is_named_by_row(up, tmp_path):
    def village(code, ring):
        return feature({"code": code, "name": "导入的村"}, ring)

    away = ring(117.9, 29.0, 117.91, 29.01)
    features = [
        village("360222100299", away),
        village("36022", away),
        village("360222999999", away),
        village("360222100298", [away[0], away[2], away[1], away[3], away[0]]),
        {"type": "Feature", "properties": {"code": "360222100297"}, "geometry": None},
    ]
    file = tmp_path / "areas.geojson"
    file.write_text(collection(*features))
    status, out, said = await run(up, "areas", "import", str(file), "--json")
    assert status == 1, said
    shown = json.loads(out)
    assert (shown["read"], shown["changed"]) == (5, 0)
    assert sorted({row for row, _, _ in shown["wrong"]}) == [2, 3, 4, 5]
    assert {(row, field) for row, field, _ in shown["asks"]} >= {(1, "division")}
    confirmed = ("areas", "import", str(file), "--confirm", "360222100299", "--json")
    status, out, _ = await run(up, *confirmed, "--preview")
    assert [(one["id"], one["outcome"]) for one in json.loads(out)["changes"]] == [("360222100299", "new")]
    assert json.loads((await run(up, *confirmed))[1])["changed"] == 1
    status, out, _ = await run(up, *confirmed)
    assert (json.loads(out)["changed"], json.loads(out)["changes"][0]["outcome"]) == (0, "unchanged")


async def test_a_repair_is_shown_first_and_made_when_it_is_confirmed(up, tmp_path):
    file = tmp_path / "areas.geojson"
    file.write_text(collection(feature({"code": "360222100296", "name": "村"}, ring(117.92, 29.0, 117.93, 29.01)[:-1])))
    shown = [
        json.loads((await run(up, "areas", "import", str(file), *more, "--json"))[1])
        for more in ((), ("--repair",), ("--repair", "--confirm", "360222100296"), ())
    ]
    assert [(one["changed"], len(one["wrong"]), len(one["repairs"])) for one in shown] == [
        (0, 1, 0),
        (0, 1, 1),
        (1, 0, 1),
        (0, 1, 0),
    ]


async def test_boundaries_of_amap_replace_generated_ones_after_being_told_their_datum(up):
    file = Path(__file__).parent / "maps_given" / "datav-360200.json"
    status, _, said = await run(up, "areas", "import", str(file))
    assert (status, "--datum gcj02" in said) == (2, True), said
    status, out, said = await run(up, "areas", "import", str(file), "--datum", "gcj02", "--preview", "--json")
    shown = json.loads(out)
    assert (status, shown["read"], shown["wrong"], shown["asks"]) == (0, 4, [], []), said
    assert [one["outcome"] for one in shown["changes"]] == ["changed"] * 4
    assert {row for row, _, rule in shown["told"] if "areas below it have" in rule} == {1, 2, 3, 4}


async def test_forest_land_is_enrolled_and_its_gaps_and_who_answers_are_shown(up, tmp_path):
    file = tmp_path / "land.geojson"
    land = ring(117.15, 29.40, 117.16, 29.41)
    file.write_text(collection(feature({"code": "360222104201"}, land), feature({"code": "360222999999"}, land)))
    command = ("areas", "forest-land", str(file), "--year", "2019", "--source", "二类调查", "--json")
    status, out, said = await run(up, *command)
    assert (status, json.loads(out)["changed"], [one[0] for one in json.loads(out)["wrong"]]) == (1, 1, [2]), said
    assert json.loads((await run(up, *command))[1])["changed"] == 0
    status, out, said = await run(up, "areas", "coverage", "--region", "360222104201", "--json")
    (area,) = json.loads(out)["areas"]
    assert (status, area["area_id"], area["grids"]) == (0, "360222104201", 1), said
    assert (await run(up, "areas", "coverage", "--region", "360222104201"))[0] == 0
    status, out, said = await run(up, "areas", "who", "--lon", "117.1582", "--lat", "29.40579", "--json")
    assert (status, json.loads(out)["areas"][-1], json.loads(out)["contradiction"]) == (0, "360200000000", None), said
    assert (await run(up, "areas", "who", "--lon", "117.1582", "--lat", "29.40579"))[0] == 0


@pytest.mark.served
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "it has no list of features"),
        ('{"features": {}}', "it has no list of features"),
        ("\ufeff{", "is no JSON: wrong at line 1, character 2"),
    ],
)
def test_what_is_no_geojson_is_refused(tmp_path, text, told):
    file = tmp_path / "areas.geojson"
    file.write_text(text)
    status, _, said = linzhang(tmp_path, "areas", "import", str(file))
    assert (status, told in re.sub(r"\s+", " ", said)) == (2, True), said


def test_a_feature_that_is_none_is_named_by_the_part_that_is_missing():
    good = feature({"code": "360222100299", "name": "村"}, ring(117.9, 29.0, 117.91, 29.01))
    features = [None, {"properties": None, "geometry": {}}, {**good, "geometry": []}, good]
    found = read_json(json.dumps({"features": features}).encode(), None).features
    assert [[field for field, _ in one.wrong] for one in found] == [["feature"], ["properties"], ["geometry"], []]


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("case", "list", "--limit", "0"), 2, "limit: must be at least 1"),
        (("case", "list", "--region", "36x"), 2, "--region: a division code has 2, 4, 6, 9 or 12 digits"),
        (
            ("case", "dissolve-unit", "--unit", "BAD ID", "--reason", "r", "--as", "operator"),
            2,
            "id: must be 1 to 64 of a-z",
        ),
        (("dead", "list", "forester"), 2, "there is no forester; there are: roster"),
        (("tail", "cases", "--fact", "located"), 2, "there is no located; there are: accepted"),
        (("report", "--file", "/nowhere"), 2, "/nowhere: there is no such file"),
        (
            ("report", "--kind", "waste", *HERE, "--as", "cases"),
            1,
            "the server does not let cases use intake.cases",
        ),
        (("status", "--bus", "nats://127.0.0.1:1"), 3, "cannot reach the bus as operator"),
        (("status", "--bus", "http://127.0.0.1:1"), 2, "--bus: must be an address of nats:// or tls:// with a host"),
    ],
)
async def test_a_misuse_is_said_in_a_line(up, arguments, status, told):
    done, out, said = await run(up, *arguments)
    assert (done, out, "Traceback" in said, told in re.sub(r"\s+", " ", said)) == (status, "", False, True), said


async def test_tail_follows_facts_of_a_region(up):
    tail = await asyncio.create_subprocess_exec(
        *(*LINZHANG, "tail", "cases", "--fact", "opened", "--region", "360222", "--count", "1", "--json"),
        env=environment(up.home),
        stdout=asyncio.subprocess.PIPE,
    )
    reading = asyncio.create_task(tail.stdout.readline())
    for n in range(20):
        await run(
            up, "report", "--kind", "poaching", *HERE, "--seen-at", f"2020-01-{n + 1:02d}T00:00:00Z", "--wait", "0"
        )
        if (await asyncio.wait((reading,), timeout=1.0))[0]:
            break
    assert json.loads(await reading)["body"]["case"]["kind"] == "poaching"
    assert await tail.wait() == 0


async def test_dead_letters_are_listed(up):
    status, out, said = await run(up, "dead", "list")
    assert (status, out, said.strip()) == (0, "", "no dead letters")


async def test_a_second_system_in_the_same_directory_is_refused(up):
    status, _, said = await run(up, "up")
    assert (status, "runs in" in said) == (1, True)


@pytest.mark.served
async def test_without_a_system_it_says_how_to_start_one(tmp_path):
    status, out, said = await asyncio.to_thread(linzhang, tmp_path, "status")
    assert (status, out) == (3, "")
    assert "start one with linzhang up" in said


@pytest.mark.served
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ledger", "sheet", "--campaign", "Bad Name"), "campaign: must be 1 to 64 of a-z"),
        (("ledger", "sheet", "--to", "2200-01-01"), "to: must be at most 2199-12-31"),
        (("case", "list", "--limit", "1000"), "limit: must be at most 200"),
    ],
)
async def test_an_option_that_breaks_a_rule_is_named_in_one_line(tmp_path, arguments, told):
    status, out, said = await asyncio.to_thread(linzhang, tmp_path, *arguments)
    assert (status, out, said.count("\n")) == (2, "", 1)
    assert said.startswith(told)


@pytest.mark.parametrize("content", [None, b"{", b"\xd0\xcf"])
async def test_a_file_of_findings_that_cannot_be_read_is_named(tmp_path, content):
    file = tmp_path / "findings.json"
    if content is not None:
        file.write_bytes(content)
    stated = {"kind": "guidance", "campaign": "daily-2020", "division": "360222000000", "scope": "抽查", "sample": 1}
    with pytest.raises(typer.BadParameter, match=r"findings\.json[:：]"):
        await command_of(RecordReview, {**stated, "findings": file}, None)


@pytest.mark.served
async def test_chinese_comes_first(tmp_path):
    status, _, said = await asyncio.to_thread(linzhang, tmp_path, "status", LC_ALL="C.UTF-8")
    assert (status, "先执行 linzhang up" in said) == (3, True)


async def test_the_readmes_examples_work_when_pasted(up, tmp_path):
    found = examples(README)
    posted = await paste(up, found["integrator"], tmp_path)
    assert (posted.stdout.count("taken as number"), posted.returncode) == (2, 0), posted.stderr
    assert "{'field': 'at.datum', 'rule': 'is required', 'code': 'missing', 'figures': {}}" in posted.stdout
    heard = await paste(up, found["department"], tmp_path)
    assert re.search(r"(?m)^cases\.opened\.v1\.36\.02\.22\.\d{3}\.\d{3} \d{4}-360222-\d{6} 浮梁县", heard.stdout), (
        heard.stderr
    )
    operated = await paste(up, found["operator"], tmp_path)
    assert operated.returncode == 0, operated.stderr


def test_the_table_of_settings_is_whole():
    from services.runtime.settings import Settings

    table = dict(re.findall(r"\| `(LINZHANG_\w+)` \| ([^|]+) \|", README.read_text("utf-8")))
    for name, field in Settings.model_fields.items():
        stated = table[f"LINZHANG_{name.upper()}"].strip().strip("`")
        default = (
            "–"
            if field.is_required() or field.default is None
            else f"{field.default:g}"
            if isinstance(field.default, float)
            else str(field.default)
        )
        assert stated == default, name

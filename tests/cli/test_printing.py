"""Every command that prints, run against a system that holds hostile text: none of it reaches the terminal as it is."""

import asyncio
import json
import re
import subprocess
import unicodedata

import pytest
import typer
from python_calamine import CalamineWorkbook
from typer.core import TyperGroup

from cli.main import app
from contracts.roster import KEPT, Register
from contracts.wiring.table import COMMANDS
from tests.cli.conftest import LINZHANG, environment, linzhang
from tests.cli.hostile import EMBEDDED, HOSTILE, commands_on

NOT_RUN_HERE = {
    ("up",),
    ("demo",),
    ("refill",),
    ("backup",),
    ("restore",),
    ("user", "add", "integrator"),
    ("user", "add", "department"),
    ("user", "add", "official"),
    ("user", "remove"),
    ("user", "show"),
    *(("user", word) for word in ("change", "rotate", "retire")),
    *(("context", word) for word in ("add", "list", "show", "use", "remove")),
}
"""They print what the system says of itself, and change it."""
MOVES = {("case", command.parts()[1].replace("_", "-")) for command in COMMANDS["cases"]} - {
    ("case", name) for name in ("list", "show", "history", "verify", "words", "ages")
}
MOVES |= {("roster", one, way) for one in KEPT if one != Register.OLD_TREE for way in ("import", "export")}
"""Commands made by one function out of contracts; `verify` and the old trees stand for them."""


def leaves(command, *path):
    if isinstance(command, TyperGroup):
        for name, one in command.commands.items():
            yield from leaves(one, *path, name)
    else:
        yield path


async def run(up, *arguments, **more):
    return await asyncio.to_thread(linzhang, up.home, *arguments, **more)


def harmless(text):
    return not {one for one in text if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}


@pytest.fixture(scope="module")
async def case(up):
    """The number of a case that was opened by a report with hostile text."""
    place = ("--kind", "pests", "--lon", "117.19", "--lat", "29.75", "--severity", "minor")
    _, _, said = await run(up, "report", *place, "--text", HOSTILE, "--wait", "20")
    assert harmless(said)
    return re.search(r"case (\S+) opened", said)[1]


@pytest.fixture(scope="module")
def commands(case, tmp_path_factory):
    """For each command the arguments with which it prints what others wrote."""
    return commands_on(case, tmp_path_factory.mktemp("hostile"))


def test_every_command_is_looked_at(commands):
    assert set(leaves(typer.main.get_command(app))) - MOVES - NOT_RUN_HERE == set(commands)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("spoken", ["zh-CN", "en"])
async def test_no_command_lets_text_of_others_move_the_terminal(up, commands, spoken):
    for path, arguments in commands.items():
        status, out, said = await run(up, *path, *arguments, LINZHANG_LANG=spoken)
        assert status in (0, 1, 2), (path, said)
        assert harmless(out + said), path
        assert "Traceback" not in said


@pytest.mark.parametrize("path", [("case", "list"), ("case", "show"), ("case", "history")])
async def test_json_holds_what_was_written_and_nothing_that_moves_the_terminal(up, commands, path):
    status, out, _ = await run(up, *path, *commands[path], "--json")
    assert (status, harmless(out), HOSTILE in json.dumps(json.loads(out), ensure_ascii=False)) == (0, True, False)
    if path == ("case", "show"):
        assert json.loads(out)["text"] == HOSTILE


async def test_tail_shows_a_fact_in_one_line(up):
    tail = await asyncio.create_subprocess_exec(
        *(*LINZHANG, "tail", "patrol", "--fact", "patrol.located.v1", "--count", "1"),
        env=environment(up.home, LINZHANG_LANG="zh-CN"),
        stdout=asyncio.subprocess.PIPE,
    )
    reading = asyncio.create_task(tail.stdout.read())
    for n in range(20):
        place = ("--kind", "dead_pines", "--lon", "117.19", "--lat", "29.75", "--text", HOSTILE)
        await run(up, "report", *place, "--seen-at", f"2020-02-{n + 1:02d}T00:00:00Z", "--wait", "0")
        if (await asyncio.wait((reading,), timeout=1.0))[0]:
            break
    shown = (await reading).decode()
    assert (shown.count("\n"), harmless(shown), await tail.wait()) == (1, True, 0)


async def test_a_reader_who_has_enough_ends_a_command_quietly(up):
    script = f"{' '.join(LINZHANG)} case words --as operator --json | true; exit ${{PIPESTATUS[0]}}"
    done = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-c", script],
        env=environment(up.home, LC_ALL="C.UTF-8"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode in (0, 141), done.stderr) == (True, "")


async def test_a_case_that_is_not_there_always_ends_with_one(up):
    for which in ("2020-360222-999999", "nope", "6f1d1f2e-0000-4000-8000-000000000001", "[" * 5000, "9" * 300):
        status, out, said = await run(up, "case", "show", which)
        assert (status, out) == (1, ""), said


async def test_a_region_that_no_area_has_is_refused_and_never_an_empty_table(up):
    for arguments in (
        ("case", "list"),
        ("ledger", "sheet"),
        ("tail", "--count", "1"),
        ("case", "ages", "--on", "2026-01-01", "--as", "operator"),
    ):
        status, out, said = await run(up, *arguments, "--region", "999999")
        assert (status, out, "there is no division 999999" in said) == (1, "", True), said
    status, _, _ = await run(up, "case", "list", "--region", "36")
    assert status == 0


async def test_a_sheet_says_how_many_are_registered_and_not_in_stock(up, case):
    _, _, said = await run(up, "ledger", "sheet", "--region", "360222", "--kind", "pests")
    _, listed, _ = await run(up, "case", "list", "--kind", "pests", "--state", "registered", "--json")
    waiting = json.loads(listed)["total"]
    assert (f"{waiting} more are registered and wait" in said) == (waiting > 0), said


async def test_in_chinese_tables_no_code_stands_alone(up, case):
    _, out, _ = await run(up, "case", "show", case, LINZHANG_LANG="zh-CN")
    for code, word in {"pests": "林业有害生物", "minor": "一般"}.items():
        assert f"{word}（{code}）" in out
    assert re.search(r"日常20\d\d（daily-20\d\d）", out), out


async def test_what_is_printed_and_exported_with_the_systems_clock_is_whole(up, case, tmp_path):
    pdf, excel = tmp_path / "ledger.pdf", tmp_path / "ledger.xlsx"
    printed = await run(up, "ledger", "print", str(pdf), "--font", EMBEDDED)
    exported = await run(up, "ledger", "export", str(excel))
    assert (printed[0], exported[0]) == (0, 0), printed[2] + exported[2]
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert CalamineWorkbook.from_path(excel).sheet_names == ["平衡表", "台账"]


@pytest.mark.parametrize("what", ["print", "export"])
async def test_a_file_that_cannot_be_written_is_named(up, tmp_path, what):
    font = ("--font", EMBEDDED) if what == "print" else ()
    for file in (tmp_path, tmp_path / "no" / "such", tmp_path / ("x" * 300)):
        status, out, said = await run(up, "ledger", what, str(file), *font)
        assert (status, out, str(file) in said) == (2, "", True), said

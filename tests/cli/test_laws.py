"""`linzhang rules`: what is in force, a file checked line by line without a bus, and taken up once it is confirmed."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from contracts.law.table import LAWS
from tests.cli.conftest import linzhang

ROOT = Path(__file__).parents[2]
NEAR = (ROOT / "services" / "patrol" / "incident" / "near.json").read_text("utf-8")


async def rules(up, *arguments, **more):
    return await asyncio.to_thread(linzhang, up.home, "rules", *arguments, **more)


@pytest.mark.served
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["{file}:5: default.within_m: must be a number", "{file}:6: kinds.fires.[key]: must be one of: fire,"]),
        ("zh", ["{file}:5: default.within_m: 应为数", "{file}:6: kinds.fires.[key]: 应为以下之一：fire"]),
    ],
)
def test_what_is_wrong_with_a_file_is_said_by_file_line_field_and_rule_without_a_bus(tmp_path, language, said):
    file = tmp_path / "near.json"
    wrong = NEAR.replace("200", '"200"').replace('"kinds": {}', '"kinds": {"fires": {"within_m": 9, "within_h": 6}}')
    file.write_text(wrong, encoding="utf-8")
    status, out, told = linzhang(tmp_path, "rules", "check", str(file), LINZHANG_LANG=language)
    assert (status, out) == (1, "")
    assert [line.startswith(one.format(file=file)) for line, one in zip(told.splitlines(), said, strict=True)] == [
        True,
        True,
    ], told


@pytest.mark.served
@pytest.mark.parametrize("name", sorted(LAWS))
def test_every_law_as_it_is_shipped_can_be_taken_up(tmp_path, name):
    shipped = [path for path in (ROOT / "services").rglob("*.json") if f'"law": "{name}"' in path.read_text("utf-8")]
    assert len(shipped) == 1
    status, _, told = linzhang(tmp_path, "rules", "check", str(shipped[0]))
    assert (status, f"can be taken up as {name}" in told) == (0, True), told


@pytest.mark.served
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff{}", "must be UTF-8; byte 1 is not"),
        (b"{}", ":1: law: is required"),
        (b"", ":1: body: must be JSON that can be read"),
        (None, "there is no such file"),
    ],
)
def test_what_is_no_law_is_said_in_a_line(tmp_path, content, said):
    file = tmp_path / "odd.json"
    if content is not None:
        file.write_bytes(content)
    status, _, told = linzhang(tmp_path, "rules", "check", str(file))
    assert (status in (1, 2), said in re.sub(r"\s+", " ", told), "Traceback" in told) == (True, True, False), told


async def test_the_laws_in_force_are_shown_and_one_with_its_text(up):
    status, out, _ = await rules(up, "show", "--json")
    assert (status, [one["law"] for one in json.loads(out)]) == (0, sorted(LAWS, key=list(LAWS).index))
    status, out, _ = await rules(up, "show")
    assert (status, "patrol.near" in out, "as shipped" in out) == (0, True, True)


async def test_a_file_is_taken_up_once_what_it_changes_has_been_seen(up, tmp_path):
    status, text, _ = await rules(up, "show", "patrol.near")
    file = tmp_path / "near.json"
    file.write_text(text.replace('"within_h": 24', '"within_h": 24.5'), encoding="utf-8")
    status, out, told = await rules(up, "take-up", str(file))
    assert (status, "default.within_h" in out, "24.5" in out) == (0, True, True), told
    (digest,) = re.findall(r"--confirm ([0-9a-f]{64})", re.sub(r"\s+", " ", told))
    status, _, told = await rules(up, "take-up", str(file), "--confirm", digest)
    assert (status, "patrol.near is taken up, 1 changes" in told) == (0, True), told
    status, out, _ = await rules(up, "show", "patrol.near")
    assert json.loads(out)["default"]["within_h"] == 24.5
    status, _, told = await rules(up, "take-up", str(file), "--confirm", digest)
    assert (status, "confirm" in told, "Traceback" in told) == (1, True, False), told
    file.write_text(text, encoding="utf-8")
    _, _, told = await rules(up, "take-up", str(file))
    (digest,) = re.findall(r"--confirm ([0-9a-f]{64})", re.sub(r"\s+", " ", told))
    assert (await rules(up, "take-up", str(file), "--confirm", digest))[0] == 0

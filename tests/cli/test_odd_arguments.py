"""Whatever arguments and files a command is given, it ends with a status that means something and says why."""

import json
import unicodedata

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.core import TyperGroup

from cli.main import app, main
from tests.cli.workbooks import book_of, row

RUN_ELSEWHERE = ("up", "demo", "backup", "restore")
"""They start servers, or write wherever they are told to: they are only misused here."""
WAITS = ("tail", "refill")
"""They would wait for facts, or announce everything again: they get a home where nothing runs."""
DEEP = "[" * 200_000
TEXTS = [
    "",
    " ",
    "-",
    "--",
    "*",
    ">",
    "a b",
    "..",
    "\x1b[2J\x9b",
    "\u202e\u200b",
    "\udcff",
    "中",
    "{}",
    "{which}",
    "%s",
    "'; DROP TABLE cases; --",
    "x" * 5000,
    DEEP,
    "0",
    "-1",
    "nan",
    "inf",
    "1e400",
    "0x10",
    "٣",
    str(10**30),
    "9" * 5000,
    "true",
    "2020-02-30",
    "2020-05-21",
    "0001-01-01",
    "9999-12-31T23:59:59+14:00",
    "36",
    "360222",
    "36022",
    "999999",
    "felling",
    "operator",
    "roster",
    "2020-360222-000001",
    "6f1d1f2e-0000-4000-8000-000000000001",
    "green-shield-2018",
    "forest-inspection-2018",
    "../mappings/x",
    "nats://u:secret@[::1",
    "nats://u:secret@127.0.0.1:99999",
    "nats://u:secret@127.0.0.1:1",
    "tls://127.0.0.1:1",
    "nats://",
    "http://127.0.0.1:1",
]
FEATURE = {"type": "Feature", "properties": {"code": "360222100299", "name": "村"}, "geometry": {"type": "Polygon"}}
RING = [[117.9, 29.0], [117.91, 29.0], [117.91, 29.01], [117.9, 29.0]]


def features(*geometries):
    return json.dumps({"features": [{**FEATURE, "geometry": one} for one in geometries]}).encode()


def polygon(coordinates):
    return {"type": "Polygon", "coordinates": coordinates}


FILES = {
    "empty": b"",
    "binary": bytes(range(256)) * 50,
    "deep": DEEP.encode(),
    "deeper": b'{"features":[' + b'{"a":' * 50_000,
    "deep-ring": b'{"features":[{"properties":{"code":"1"},"geometry":{"type":"Polygon","coordinates":'
    + b"[" * 900
    + b"]" * 900
    + b"}}]}",
    "huge-number": b'{"features":[{"n":' + b"9" * 10_000 + b"}]}",
    "nan": b'{"features":[NaN]}',
    "twice": b'{"features":[],"features":[]}',
    "utf-16": "{}".encode("utf-16"),
    "marked": b"\xef\xbb\xbf{}",
    "odd-members": json.dumps({"features": [None, 1, "x", [], {}, {"properties": [], "geometry": 1}]}).encode(),
    "odd-rings": features(None, {}, polygon(None), polygon([[]]), polygon([[["x", None]]]), polygon([RING, 1])),
    "many-corners": features(polygon([[[117.9, 29.0]] * 100_000])),
    "lines": b'{"kind":1}\n[]\n"x"\n\xff\n{"external_id":"\\ud800"}\n' + b"{" * 3000,
    "csv": b"code,name\n36,x\n",
    "long-field.csv": b"code,name\n36," + b"x" * 200_000,
    "cut.xlsx": b"PK\x03\x04 cut off",
    "old.xls": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000),
}


def leaves(command, *path):
    if isinstance(command, TyperGroup):
        for name, one in command.commands.items():
            yield from leaves(one, *path, name)
    else:
        yield path, command


COMMANDS = dict(leaves(typer.main.get_command(app)))


@pytest.fixture(scope="module")
def odd_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    book_of(folder / "book.xlsx", row(3, "图斑编号") + row(4, "x"))
    return [
        "/dev/null/at all",
        "/dev/zero",
        "/dev/stdin",
        "/proc/self/mem",
        str(folder),
        "a\0b",
        *map(str, folder.iterdir()),
    ]


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


def given_to(draw, command, values):
    """Arguments of a command: any of them left out, once or twice, of any value."""
    told = []
    for one in command.params:
        if one.name in ("help", "home", "bus") and draw(st.integers(0, 3)):
            continue
        wanted = one.required or draw(st.booleans())
        if not wanted:
            continue
        option = one.opts[0] if one.param_type_name == "option" else None
        if option and getattr(one, "is_flag", False):
            told.append(option)
            continue
        value = draw(st.sampled_from(values))
        told += [f"{option}={value}"] if option else [value]
    return told


@pytest.mark.timeout(600)
@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
@given(st.data())
def test_any_arguments_end_with_a_status_and_a_reason(up, odd_files, tmp_path_factory, capsys, data):
    path, command = data.draw(st.sampled_from(sorted(COMMANDS.items(), key=lambda item: item[0])))
    values = [*TEXTS, *odd_files] if data.draw(st.booleans()) else odd_files
    arguments = [*path, *given_to(data.draw, command, values)]
    home = str(up.home) if path[0] not in (*WAITS, *RUN_ELSEWHERE) else str(tmp_path_factory.getbasetemp() / "none")
    arguments += ["--home", home] if path[0] != "demo" else []
    arguments += ["--no-such-option"] if path[0] in RUN_ELSEWHERE else []
    with pytest.MonkeyPatch.context() as here:
        here.chdir(tmp_path_factory.mktemp("cwd"))
        status, out, said = run(capsys, *arguments)
    assert status in (0, 1, 2, 3), (arguments, said)
    assert "Traceback" not in out + said
    assert "secret" not in out + said
    assert status == 0 or said.strip(), arguments
    unseen = {one for one in out + said if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert unseen <= {"\n"}, arguments

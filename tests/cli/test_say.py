"""What a person reads in a terminal: nothing in it moves, hides or turns anything, and it is in the language chosen."""

import ast
import io
import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import cli
from cli.main import main
from cli.say import Lines, data, language, say, shown, table, texts, word
from contracts.cases import CaseKind, CaseState
from tests.sources import nodes

CLI = Path(cli.__file__).parent
SERVICES = CLI.parent / "services"
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""General categories of Unicode: controls, formats, surrogates, separators of lines and of paragraphs."""


def is_harmless(text):
    return not any(unicodedata.category(one) in UNSEEN for one in text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("\x1b]8;;http://x\x07click\x1b]8;;\x07", r"\x1b]8;;http://x\x07click\x1b]8;;\x07"),
        ("\x1b]52;c;aGk=\x07", r"\x1b]52;c;aGk=\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\rb\nc\td\x00", r"a\rb\nc\td\x00"),
        ("\u202egpj.exe\u202c", r"\u202egpj.exe\u202c"),
        ("\u2066\u2067\u2068\u2069\u200e\u200f\u061c", r"\u2066\u2067\u2068\u2069\u200e\u200f\u061c"),
        ("T\u200b-\u200d1\ufeff\u00ad\u2060", r"T\u200b-\u200d1\ufeff\xad\u2060"),
        ("T\ufe0f\u3164\u115f\u034f", r"T\ufe0f\u3164\u115f\u034f"),
        ("\u2028\u2029\x85", r"\u2028\u2029\x85"),
        ("\U000e0041\udcff", r"\U000e0041\udcff"),
        ("浮梁县　𠮷 é №1 “图斑” 葛\U000e0100", "浮梁县　𠮷 é №1 “图斑” 葛\U000e0100"),
    ],
)
def test_what_would_move_hide_or_turn_text_is_shown_as_an_escape(text, expected):
    assert shown(text) == expected


@given(st.text())
def test_whatever_the_text_a_terminal_gets_only_what_it_shows(text):
    assert is_harmless(shown(text))
    assert is_harmless(say("case.unknown", which=text))
    assert is_harmless(say("up.failed", reason=Lines(text)).replace("\n", ""))


@given(st.text(), st.text())
def test_json_on_stdout_says_the_same_in_escapes(key, value):
    stdout = io.StringIO()
    with pytest.MonkeyPatch.context() as here:
        here.setattr("sys.stdout", stdout)
        data({key: value})
    assert json.loads(stdout.getvalue()) == {key: value}
    assert is_harmless(stdout.getvalue().removesuffix("\n"))


def drawn(columns, heads, *rows):
    out = io.StringIO()
    table(None, heads, rows, Console(file=out, width=columns))
    return out.getvalue()


NUMBER = "2020-360222-000001"
LINE = (NUMBER, "已登记（registered）", "江西省景德镇市浮梁县浮梁镇后山\x1b[2J", "浮梁县林长办公室", "2020-05-21")
HEADS = ("编号", "状态", "地点\u202e", "当前责任", "期限")


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 160])
def test_a_number_is_never_broken_however_narrow_the_terminal(columns):
    text = drawn(columns, HEADS, LINE, LINE)
    assert (text.count(NUMBER), text.count("2020-05-21")) == (2, 2)
    assert is_harmless(text.replace("\n", ""))


def test_a_terminal_that_is_wide_enough_has_a_table_and_a_narrow_one_a_list():
    assert "│" in drawn(160, HEADS, LINE)
    assert "│" not in drawn(60, HEADS, LINE)


@pytest.mark.slow
def test_nothing_but_one_module_writes_to_the_terminal():
    """A new command is covered by what it must call; tables of the demo go through `table` as well."""
    writers = set()
    for file in CLI.rglob("*.py"):
        for node in nodes(file):
            if isinstance(node, ast.Call) and not any(word.arg == "file" for word in node.keywords):
                name = ast.unparse(node.func)
                if name in ("print", "typer.echo", "click.echo", "typer.secho") or re.search(
                    r"(std(out|err)|console)\.(write|print)$", name
                ):
                    writers.add(file.name)
    # The log of `up` goes through a console of its own, line by line escaped.
    assert writers == {"up.py"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "zh-CN"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "zh-CN"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LINZHANG_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        ({"LINZHANG_LANG": "zh-CN", "LC_ALL": "en_US.UTF-8"}, "zh-CN"),
        ({"LINZHANG_LANG": "zh", "LANG": "de_DE"}, "zh-CN"),
        ({"LINZHANG_LANG": "", "LANG": "de_DE@euro"}, "en"),
    ],
)
def test_the_language_is_chosen_by_a_setting_else_by_the_locale(environment, expected):
    assert language(environment) == expected


def test_both_languages_have_every_text_and_chinese_has_no_blank_of_its_own():
    chinese, english = texts("zh-CN"), texts("en")
    assert list(chinese) == list(english)
    for key, text in chinese.items():
        assert set(re.findall(r"\{(\w+)", text)) <= set(re.findall(r"\{(\w+)", english[key])), key


def test_in_chinese_a_code_never_stands_alone_and_in_english_it_is_the_word(monkeypatch):
    monkeypatch.setenv("LINZHANG_LANG", "zh-CN")
    assert word("kind", "felling") == "违法采伐林木（felling）"
    for of, codes in {"kind": CaseKind, "state": CaseState}.items():
        for code in codes:
            assert re.fullmatch(rf"[\u4e00-\u9fff]+（{code}）", word(of, code))
    monkeypatch.setenv("LINZHANG_LANG", "en")
    assert word("kind", "felling") == "felling"


def test_every_kind_of_problem_that_a_service_answers_with_has_words():
    source = "\n".join(file.read_text("utf-8") for file in SERVICES.rglob("*.py"))
    kinds = set(re.findall(r'Problem\(\s*(?:status=)?\d{3},\s*"([a-z-]+)"', source))
    assert len(kinds) > 12
    assert {kind for kind in kinds if f"problem.{kind}" not in texts("zh-CN")} == set()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("case", "shw"), "没有命令 shw；有：list"),
        (("case", "list", "--lmit", "3"), "没有选项 --lmit；相近的有：--limit"),
        (("case", "list", "--limit", "x"), "--limit: 应为整数"),
        (("case", "list", "--state", "q"), "--state: 应为以下之一：registered"),
        (("case", "list", "a\x1b[2J", "b"), r"多出参数：a\x1b[2J b"),
        (("case", "verify"), "缺少 CASE"),
        (("case", "verify", "1"), "缺少 --as"),
        (("ledger", "sheet", "--to", "x"), "--to: 应为年-月-日，如 2020-05-21"),
        (("ledger", "sheet", "--cutoff", "x"), "--cutoff: 应为 RFC 3339 时间"),
        (("tail", "--count", "-1"), "--count: 应为不小于 0 的数"),
        (("report", "--kind", "waste", "--lon", "117"), "缺少 --lat"),
        (("report", "--kind", "waste", "--lon", "nan", "--lat", "29"), "经度（度）（at.lon）: 应为有限的数"),
        (("case", "list", "--region", "36022"), "--region: 区划代码为 2、4、6、9 或 12 位数字"),
        (("status", "--bus", "nats://u:secret@[::1"), "--bus: 应为 nats:// 或 tls:// 开头的地址"),
        (("areas", "import", "/nowhere"), "/nowhere：没有这个文件"),
        (("evidence", "put", "a\0b"), "files: 应为能读取的文件"),
        (("evidence", "put", "nats://u:secret@127.0.0.1:1"), "nats:/u:***@127.0.0.1:1：没有这个文件"),
    ],
)
def test_a_misuse_is_said_in_the_language_chosen_and_names_the_argument(monkeypatch, capsys, arguments, told):
    monkeypatch.setenv("LINZHANG_LANG", "zh-CN")
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    assert (ended.value.code, said.out, told in said.err) == (2, "", True), said.err
    assert "secret" not in said.err
    assert is_harmless(said.err.replace("\n", ""))

"""The pages of `--help` and what is said of a misuse are in the language chosen, to the last heading."""

import re

import pytest
from typer.core import TyperGroup

from cli.help_page import Page, Speaking
from cli.main import command as linzhang
from cli.main import main

LIBRARYS = re.compile(
    r"Usage|Options|OPTIONS|Arguments|Commands|COMMAND|ARGS|Show this|\brequired\b|\bdefault\b|env var|Missing|No such"
)


def commands(command, path="linzhang"):
    yield path, command
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from commands(below, f"{path} {name}")


EVERY = dict(commands(linzhang()))


@pytest.mark.parametrize("path", EVERY)
def test_a_page_in_chinese_has_no_heading_or_mark_of_the_library(monkeypatch, path):
    monkeypatch.setenv("LINZHANG_LANG", "zh-CN")
    command = EVERY[path]
    page = command.get_help(Speaking(command, info_name=path))
    # What a command is about was said when it was made; what the library adds stands before and behind that.
    own = [one.help for one in command.params if getattr(one, "help", None)] + [command.help or ""]
    for text in sorted(own, key=len, reverse=True):
        page = page.replace(text, "")
    assert page.startswith(f"用法：{path}")
    assert "选项：\n" in page
    assert LIBRARYS.findall(re.sub(r"<[^>]*>", "", page)) == []


def test_every_command_is_walked():
    assert len(EVERY) > 60


def test_a_page_in_english_has_the_usual_headings(monkeypatch):
    monkeypatch.setenv("LINZHANG_LANG", "en")
    command = EVERY["linzhang case assign"]
    page = command.get_help(Speaking(command, info_name="linzhang case assign"))
    assert page.startswith("Usage: linzhang case assign [OPTIONS] {CASE}\n")
    assert re.findall(r"^\w+:$", page, re.MULTILINE) == ["Arguments:", "Options:"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("期限  [required]", "期限  [必填]"),
        ("页数  [default: 50; 1<=x<=200]", "页数  [默认：50；1<=x<=200]"),
        ("目录  [env var: LINZHANG_HOME; required]", "目录  [环境变量：LINZHANG_HOME；必填]"),
        ("[required]", "[必填]"),
        ("清单 [如 a] 一项", "清单 [如 a] 一项"),
        ("Show this message and exit.", "显示本说明"),
    ],
)
def test_the_marks_of_an_option_are_said(monkeypatch, told, said):
    monkeypatch.setenv("LINZHANG_LANG", "zh-CN")
    page = Page(width=80)
    page.write_dl([("--one", told)])
    assert page.getvalue() == f"--one  {said}\n"


@pytest.mark.parametrize("arguments", [(), ("case",), ("user",), ("--help",), ("case", "verify", "--help")])
def test_a_command_that_is_called_without_anything_shows_its_page(monkeypatch, capsys, arguments):
    monkeypatch.setenv("LINZHANG_LANG", "zh-CN")
    with pytest.raises(SystemExit):
        main(arguments)
    said = capsys.readouterr()
    assert (said.out + said.err).startswith("用法：linzhang")


MISUSES = [
    (("--nope",), "没有选项 --nope"),
    (("case", "nope"), "没有命令 nope"),
    (("case", "list", "--limit"), "选项 --limit"),
    (("case", "list", "--json=1"), "选项 --json"),
    (("case", "list", "--limit", "many"), "--limit: 应为整数"),
    (("case", "list", "extra"), "多出参数：extra"),
    (("case", "show"), "缺少 CASE"),
    (("case", "assign", "1", "--as", "a"), "缺少 --unit"),
    (("case", "list", "--state", "odd"), "--state: 应为以下之一"),
    (("case", "assign", "1", "--as", "a", "--unit", "u", "--due-on", "soon"), "--due-on: 应为年-月-日"),
    (("report", "--wait", "-1"), "--wait: 应为 0 至 3600 之间的数"),
]


@pytest.mark.parametrize(("arguments", "told"), MISUSES)
def test_no_misuse_is_said_in_the_librarys_words(monkeypatch, capsys, arguments, told):
    monkeypatch.setenv("LINZHANG_LANG", "zh-CN")
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr().err
    assert (ended.value.code, told in said) == (2, True), said
    assert re.findall(r"Usage|Error|Invalid|Missing|No such|require|does not|Got unexpected|Try ", said) == []

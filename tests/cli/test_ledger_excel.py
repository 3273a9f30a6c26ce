"""The exported ledger, read again from the Excel workbook_path."""

import json
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from cli.ledger import document as ledger_document
from cli.ledger.excel import write_ledger
from contracts.cases import Balance, Case, CaseKind, CaseState, RelapseReason, Route, Vocabulary
from contracts.patrol import Severity
from tests.cli.ledger_samples import SHEET, case


def sheets(workbook_path):
    book = CalamineWorkbook.from_path(workbook_path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.fixture
def workbook_path(tmp_path):
    return tmp_path / "ledger.xlsx"


def test_the_balance_comes_first_then_the_ledger(workbook_path):
    write_ledger(workbook_path, SHEET, [case()])
    assert list(sheets(workbook_path)) == ["平衡表", "台账"]


def test_the_balance_shows_the_equation_and_that_it_holds(workbook_path):
    write_ledger(workbook_path, SHEET, [])
    said = [line[:2] for line in sheets(workbook_path)["平衡表"]]
    equation = [
        ["期初存量", 10],
        ["+ 新增", 5],
        ["+ 反弹", 1],
        ["+ 划入", 2],
        ["− 销号", 4],
        ["− 作废", 1],
        ["− 合并", 1],
        ["− 划出", 3],
        ["= 期末存量", 9],
    ]
    assert said[said.index(["期初存量", 10]) :][: len(equation)] == equation
    assert any("10 + 5 + 1 + 2 − 4 − 1 − 1 − 3 = 9" in line for line in sheets(workbook_path)["平衡表"])


def test_the_balance_shows_reasons_routes_and_the_share_with_the_source_of_its_threshold(workbook_path):
    write_ledger(workbook_path, SHEET, [])
    said = {line[0]: [cell for cell in line[1:] if cell != ""] for line in sheets(workbook_path)["平衡表"]}
    assert (said["再次发生"], said["整改到位"], said["处罚并补办手续"]) == ([1], [3], [1])
    assert (said["整改率"], said["目标"], said["目标来源"]) == (["28.57 %"], ["95 %"], ["《绿盾2018》"])
    assert said["截至"] == ["2020-05-21 00:00 所知"]


def test_the_ledger_keeps_the_offices_order_of_columns(workbook_path):
    write_ledger(
        workbook_path, SHEET, [case(1), case(2, state="closed", closed_on="2020-03-31", route="put_right", owner=None)]
    )
    headings, first, second = sheets(workbook_path)["台账"]
    stated = json.loads((Path(ledger_document.__file__).parent / "ledger_columns.json").read_text("utf-8"))
    assert headings == [column["zh"] for column in stated["columns"]]
    one, two = dict(zip(headings, first, strict=True)), dict(zip(headings, second, strict=True))
    assert (one["序号"], one["问题编号"], one["问题类型"], one["状态"]) == (
        1,
        "2020-360222-000001",
        "违法采伐林木",
        "整改中",
    )
    assert (one["责任人"], one["整改期限"], one["销号日期"]) == ("张三", date(2020, 4, 1), "")
    assert (two["序号"], two["状态"], two["销号途径"], two["现办理单位"]) == (2, "已销号", "整改到位", "")
    assert (two["销号日期"], two["发现时间"]) == (date(2020, 3, 31), date(2020, 3, 1))


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")', "{=1}", "\t=1"])
def test_what_people_typed_never_becomes_a_formula(workbook_path, typed):
    # A name of one line has no tab: the contract refuses it.
    named = {} if "\t" in typed else {"place": typed, "external_id": typed}
    write_ledger(workbook_path, SHEET, [case(text=typed, **named)])
    headings, line = sheets(workbook_path)["台账"]
    assert dict(zip(headings, line, strict=True))["问题描述"] == typed
    with ZipFile(workbook_path) as parts:
        written = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert [b"<f" in part for part in written] == [False, False]
    assert [b"<hyperlink" in part for part in written] == [False, False]


def test_every_column_leads_to_a_field_and_every_word_is_known():
    for column in ledger_document.columns():
        assert column["path"] in ("#", "?") or column["path"].split(".")[0] in Case.model_fields
    words = ledger_document.words()
    for name, of in {"kind": CaseKind, "severity": Severity, "state": CaseState, "route": Route}.items():
        assert set(words[name]) == set(of)
    assert set(words["reason"]) == set(RelapseReason)
    assert set(words["line"]) == set(Balance.model_fields) == set(ledger_document.SIGNS)


WHOLE = {
    "kind": "felling",
    "state": "closed",
    "route": "penalty",
    "owner": None,
    "measured": {
        "illegal_area_mu": "3.2500",
        "volume_m3": "12.0000",
        "trees": 30,
        "compartment": "12",
        "sub_compartment": "3",
    },
    "law": {
        "filed_as": "浮林罚立〔2020〕3号",
        "penalty_document": "浮林罚决〔2020〕3号",
        "fine_yuan": "1200.5000",
        "held_accountable": ["李四诫勉谈话", "王五通报批评"],
    },
    "referrals": [
        {
            "n": 1,
            "kind": "police",
            "to": {"id": "u-police", "name": "浮梁县公安局"},
            "sent_on": "2020-03-01",
            "due_on": "2020-03-10",
            "their_number": "浮公（森）立字〔2020〕8号",
        }
    ],
    "measures": "已补植",
    "rectified_by": "p-360222100000-unit",
    "rectified_by_name": "赵六",
    "accepted_by": "p-360222000000-office",
    "accepted_by_name": "钱七",
    "accepted_on": "2020-03-30",
    "closed_on": "2020-03-31",
}


def lined(workbook_path, **more):
    """The line of one case, by the headings."""
    write_ledger(workbook_path, SHEET, [case(**more)])
    headings, line = sheets(workbook_path)["台账"]
    return dict(zip(headings, line, strict=True))


def test_the_ledger_says_what_a_case_is_measured_by_and_the_laws_side(workbook_path):
    said = lined(workbook_path, **WHOLE)
    assert {name: said[name] for name in ("违法面积（亩）", "蓄积（立方米）", "株数", "林班", "小班")} == {
        "违法面积（亩）": 3.25,
        "蓄积（立方米）": 12,
        "株数": 30,
        "林班": "12",
        "小班": "3",
    }
    law = ("立案文号", "处罚决定书文号", "罚款（元）", "追责问责", "整改措施", "验收日期", "移送单位", "移送受理编号")
    assert [said[name] for name in law] == [
        "浮林罚立〔2020〕3号",
        "浮林罚决〔2020〕3号",
        1200.5,
        "李四诫勉谈话、王五通报批评",
        "已补植",
        date(2020, 3, 30),
        "浮梁县公安局",
        "浮公（森）立字〔2020〕8号",
    ]
    assert said["缺项"] == ""


def test_people_and_units_are_named_as_people_know_them_and_never_by_account(workbook_path):
    said = lined(workbook_path, **WHOLE)
    assert (said["整改人"], said["验收人"], said["责任人"]) == ("赵六", "钱七", "张三")
    nameless = lined(workbook_path, **{**WHOLE, "rectified_by_name": None, "accepted_by_name": None})
    assert (nameless["整改人"], nameless["验收人"], nameless["缺项"]) == ("", "", "整改人、验收人")
    assert [cell for line in (said, nameless) for cell in line.values() if str(cell).startswith(("p-", "u-"))] == []


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({"kind": "felling"}, "蓄积（立方米）、林班、小班"),
        ({"kind": "forest_land_taken"}, "违法面积（亩）、林班、小班"),
        ({"kind": "waste"}, ""),
        ({"kind": "waste", "state": "submitted", "route": "put_right"}, "整改人、整改措施"),
        ({"kind": "waste", "state": "submitted", "route": "no_violation"}, "整改人"),
        ({"kind": "waste", "state": "rectifying", "route": "penalty"}, "立案文号、处罚决定书文号、罚款（元）"),
        ({"kind": "waste", "state": "rectifying", "route": "justice"}, "移送受理编号、立案文号"),
    ],
)
def test_what_is_missing_of_a_case_of_its_kind_state_and_route_is_said(workbook_path, more, missing):
    assert lined(workbook_path, **more)["缺项"] == missing


def test_a_ledger_without_cases_is_written(workbook_path):
    write_ledger(workbook_path, SHEET.model_copy(update={"campaign": None, "kind": CaseKind.FELLING}), [])
    assert len(sheets(workbook_path)["台账"]) == 1
    assert sheets(workbook_path)["平衡表"][1][2] == "全部专项　区划 360200000000　违法采伐林木"


def test_campaigns_and_causes_are_called_by_their_names(workbook_path):
    vocabulary = Vocabulary.model_validate(
        {
            "causes": [{"cause": "no_permit", "words": "未批先占", "words_en": "no permit"}],
            "campaigns": [
                {"campaign": "daily", "words": "日常", "words_en": "everyday"},
                {"campaign": "green-shield-2018", "words": "绿盾2018", "words_en": "Green Shield 2018"},
            ],
        }
    )
    cases = [case(cause="no_permit", campaign=campaign) for campaign in ("daily-2020", "green-shield-2018", "blue-sky")]
    write_ledger(workbook_path, SHEET, cases, vocabulary)
    heads, *rows = sheets(workbook_path)["台账"]
    found = [(row[heads.index("专项行动")], row[heads.index("成因")]) for row in rows]
    assert found == [("日常2020", "未批先占"), ("绿盾2018", "未批先占"), ("blue-sky", "未批先占")]
    assert any(line[2].startswith("绿盾2018　") for line in sheets(workbook_path)["平衡表"] if line[0] == "范围")

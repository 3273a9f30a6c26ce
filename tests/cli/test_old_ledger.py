"""Old ledgers are read from real Excel files: good rows are kept, each bad cell is named."""

from datetime import date, datetime

import pytest
import xlsxwriter

from cli.ledger.form import form_of, sources
from cli.ledger.old_ledger import read_ledger
from cli.ledger.old_ledger_import import batches
from cli.rules import stated
from cli.say import say
from cli.sheet.file.worksheet import SheetUnreadable
from cli.sheet.taken import CellProblem
from contracts.cases import CaseKind, LawSide, Measured, OldCase, Route
from contracts.language.values import UnitRef
from contracts.patrol import Severity
from demo.old_ledgers import write_old_ledgers
from demo.world import jingdezhen

DIVISIONS = jingdezhen()
NAMES = {division.code: division.name for division in DIVISIONS}
FORM = form_of("forest-inspection-2018")
GOOD = {
    "图斑编号": "T-1",
    "行政区划代码": "360222100000",
    "小地名": "后山",
    "违法类型": "毁林开垦",
    "情节": "严重",
    "现地核实情况": "毁林种茶",
    "核实日期": "2018-6-14",
    "责任单位编码": "u-360222100000",
    "责任单位": "浮梁镇林业工作站",
    "整改期限": "2019年1月31日",
}
HEADINGS = [heading for headings in FORM.columns.values() for heading in headings]


def written(tmp_path, *rows, form=FORM, headings=HEADINGS, last=None):
    """An old ledger whose first case stands in row 4."""
    file = tmp_path / "old.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet(form.sheet)
        day = book.add_format({"num_format": "yyyy/m/d"})
        sheet.write_row(form.header_row - 1, 0, headings)
        for down, row in enumerate(rows, form.header_row):
            for at, heading in enumerate(headings):
                value = row.get(heading)
                if isinstance(value, date):
                    sheet.write_datetime(down, at, value, day)
                elif value is not None:
                    sheet.write(down, at, value)
        if last:
            sheet.write_string(form.header_row + len(rows), 0, last)
    return file


def read(tmp_path, *rows, **more):
    return read_ledger(written(tmp_path, *rows, **more), FORM, NAMES)


def problem(row, column, rule):
    return CellProblem(row, column, rule, FORM.sheet)


def test_a_row_becomes_a_case(tmp_path):
    expected = OldCase(
        number="T-1",
        kind=CaseKind.FOREST_LAND_TAKEN,
        severity=Severity.GRAVE,
        division="360222100000",
        place="后山",
        text="毁林种茶",
        found_on=date(2018, 6, 14),
        unit=UnitRef(id="u-360222100000", name="浮梁镇林业工作站"),
        due_on=date(2019, 1, 31),
    )
    found = read(tmp_path, GOOD)
    assert (found.rows, found.refused) == ([(4, expected)], [])


def test_a_closed_row_says_when_and_by_which_route(tmp_path):
    found = read(tmp_path, {**GOOD, "处理方式": "核实无违法", "销号日期": "20181201"})
    assert [(case.closed_on, case.route) for _, case in found.rows] == [(date(2018, 12, 1), Route.NO_VIOLATION)]


MEASURED = {
    "违法面积（亩）": 12.5,
    "蓄积（立方米）": "1,234.5",
    "株数": 40,
    "林班": 12,
    "小班": "3",
    "立案文号": "浮林立〔2018〕7号",
    "处罚决定书文号": "浮林罚决字〔2018〕9号",
    "罚款（元）": 8000,
    "追责问责": "某村民委员会主任：诫勉；某站负责人：通报",
}


def test_what_a_case_is_measured_by_and_the_laws_side_are_read_where_the_workbook_has_them(tmp_path):
    found = read(tmp_path, {**GOOD, **MEASURED}, headings=[*HEADINGS, *MEASURED])
    assert [(case.measured, case.law) for _, case in found.rows] == [
        (
            Measured(illegal_area_mu="12.5", volume_m3="1234.5", trees=40, compartment="12", sub_compartment="3"),
            LawSide(
                filed_as="浮林立〔2018〕7号",
                penalty_document="浮林罚决字〔2018〕9号",
                fine_yuan="8000",
                held_accountable=("某村民委员会主任：诫勉", "某站负责人：通报"),
            ),
        )
    ]


@pytest.mark.parametrize(
    ("heading", "cell"),
    [("违法面积（亩）", "约12亩"), ("株数", 1.5), ("株数", "9" * 5000), ("罚款（元）", -1), ("林班", "长" * 201)],
)
def test_a_measure_that_cannot_be_read_is_named_by_its_column(tmp_path, heading, cell):
    found = read(tmp_path, {**GOOD, heading: cell}, headings=[*HEADINGS, heading])
    assert [(one.row, one.column) for one in found.refused] == [(4, f"N {heading}")]


def test_a_measure_under_two_headings_of_one_name_is_not_guessed(tmp_path):
    with pytest.raises(SheetUnreadable, match="株数"):
        read(tmp_path, GOOD, headings=[*HEADINGS, "株数", "株数"])


@pytest.mark.parametrize(
    "day",
    [date(2018, 6, 14), datetime(2018, 6, 14, 9, 30), "2018-6-14", "2018/6/14", "2018年6月14日", "20180614", 20180614],
)
def test_a_day_is_read_however_it_is_written(tmp_path, day):
    found = read(tmp_path, {**GOOD, "核实日期": day})
    assert [case.found_on for _, case in found.rows] == [date(2018, 6, 14)]


def test_a_code_and_a_number_that_excel_took_for_numbers_are_read(tmp_path):
    found = read(tmp_path, {**GOOD, "行政区划代码": 360222100000, "图斑编号": 17})
    assert [(case.division, case.number) for _, case in found.rows] == [("360222100000", "17")]


@pytest.mark.parametrize(
    ("wrong", "column", "rule"),
    [
        ({"核实日期": "2018年13月1日"}, "H 核实日期", say("sheet.not_a_day", value="2018年13月1日")),
        ({"核实日期": "去年"}, "H 核实日期", say("sheet.not_a_day", value="去年")),
        ({"核实日期": None}, "H 核实日期", say("sheet.blank")),
        ({"小地名": "　 "}, "C 小地名", say("sheet.blank")),
        ({"图斑编号": None}, "A 图斑编号", say("sheet.blank")),
        ({"行政区划代码": "36022"}, "B 行政区划代码", say("sheet.bad_code", value="36022")),
        (
            {"行政区划代码": "360222999000"},
            "B 行政区划代码",
            say("sheet.no_division", value="360222999000", near="景德镇市/浮梁县（360222000000）"),
        ),
        ({"小地名": "#REF!"}, "C 小地名", say("sheet.error_cell", value="#REF!")),
        ({"责任单位": None}, "J 责任单位", say("ledger.both_or_none")),
        ({"销号日期": "2019-1-1"}, "L 处理方式", say("ledger.both_or_none")),
        ({"处理方式": "整改到位"}, "M 销号日期", say("ledger.both_or_none")),
        ({"小地名": "长" * 201}, "C 小地名", stated("line", most=200)),
        ({"责任单位编码": "站 1"}, "I 责任单位编码", stated("token")),
    ],
)
def test_a_bad_cell_is_named_by_row_column_and_rule(tmp_path, wrong, column, rule):
    found = read(tmp_path, {**GOOD, **wrong}, {**GOOD, "图斑编号": "T-2"})
    assert found.refused == [problem(4, column, rule)]
    assert [(row, case.number) for row, case in found.rows] == [(5, "T-2")]


def test_an_unknown_word_is_refused_with_the_words_that_are_known(tmp_path):
    found = read(tmp_path, {**GOOD, "违法类型": "钓鱼"})
    known = "、".join(FORM.words["kind"])
    assert found.refused == [problem(4, "D 违法类型", say("sheet.unknown_word", value="钓鱼", known=known))]


def test_a_case_closed_before_it_was_found_is_refused(tmp_path):
    found = read(tmp_path, {**GOOD, "处理方式": "整改到位", "销号日期": "2018-6-13"})
    rule = say("ledger.closed_early", closed=date(2018, 6, 13), found=date(2018, 6, 14))
    assert found.refused == [problem(4, "M 销号日期", rule)]


def test_every_bad_cell_of_a_row_is_named(tmp_path):
    found = read(tmp_path, {**GOOD, "违法类型": "钓鱼", "核实日期": "x", "小地名": None})
    assert sorted(problem.column[0] for problem in found.refused) == ["C", "D", "H"]


def test_a_number_that_comes_again_is_refused_and_the_first_row_is_named(tmp_path):
    found = read(tmp_path, GOOD, {**GOOD, "图斑编号": "T-2"}, GOOD, GOOD)
    rule = say("sheet.duplicate", value="T-1", row=4)
    assert found.refused == [problem(row, "A 图斑编号", rule) for row in (6, 7)]
    assert [row for row, _ in found.rows] == [4, 5]


def test_blank_rows_sums_and_signatures_are_no_cases(tmp_path):
    found = read(tmp_path, {}, GOOD, {"小地名": " "}, {"小地名": "合  计", "情节": 3}, last="填表人：　审核人：")
    assert ([row for row, _ in found.rows], found.refused) == ([5], [])


def test_headings_may_be_broken_over_lines_and_stand_in_any_order(tmp_path):
    headings = [heading[:2] + "\n" + heading[2:] for heading in reversed(HEADINGS)]
    row = {broken: GOOD.get(broken.replace("\n", "")) for broken in headings}
    found = read(tmp_path, row, headings=headings)
    assert [case.number for _, case in found.rows] == ["T-1"]


def test_missing_columns_are_named_in_one_error(tmp_path):
    with pytest.raises(SheetUnreadable) as refused:
        read(tmp_path, GOOD, headings=[heading for heading in HEADINGS if heading not in ("小地名", "情节")])
    assert str(refused.value) == say("sheet.no_column", row=3, missing="小地名、情节")


def test_a_heading_that_stands_twice_is_an_error(tmp_path):
    with pytest.raises(SheetUnreadable) as refused:
        read(tmp_path, GOOD, headings=[*HEADINGS, "情节"])
    assert str(refused.value) == say("sheet.column_twice", row=3, twice="情节")


def test_an_empty_sheet_lacks_every_column(tmp_path):
    with pytest.raises(SheetUnreadable) as refused:
        read(tmp_path, headings=[])
    assert str(refused.value) == say("sheet.no_column", row=3, missing="、".join(HEADINGS))


def test_a_sheet_that_is_not_there_is_an_error_that_names_those_that_are(tmp_path):
    file = written(tmp_path, GOOD, form=FORM.model_copy(update={"sheet": "封面"}))
    with pytest.raises(SheetUnreadable) as refused:
        read_ledger(file, FORM, NAMES)
    assert str(refused.value) == say("sheet.no_sheet", sheet="图斑台账", found="封面")


@pytest.mark.parametrize("written_as", ["浮梁县/浮梁镇", "景德镇市-浮梁县-浮梁镇", "浮梁县　浮梁镇", "浮梁县＞浮梁镇"])
def test_a_division_is_read_by_its_names(tmp_path, written_as):
    form = form_of("green-shield-2017")
    headings = [heading for spots in form.columns.values() for heading in spots]
    row = {"问题点位序号": "1", "点位名称": "矿", "所在地": written_as, "问题类型": "工矿用地", "发现时间": "2017-8-1"}
    found = read_ledger(written(tmp_path, row, form=form, headings=headings), form, NAMES)
    towns = [code for code, name in NAMES.items() if name == "浮梁镇"]
    assert ([case.division for _, case in found.rows], found.refused) == (towns, [])


def test_every_source_has_a_form_of_its_own_under_its_name():
    forms = [form_of(source) for source in sources()]
    assert [form.source for form in forms] == sources()
    assert len({tuple(form.columns.values()) for form in forms}) == len(forms) == 5
    for form in forms:
        assert set(form.words["kind"].values()) <= set(CaseKind)
        assert set(form.words["route"].values()) <= set(Route)
        assert set(form.words.get("severity", {}).values()) <= set(Severity)


def test_an_old_ledger_of_every_source_is_read_and_its_bad_rows_are_found(tmp_path):
    for ledger in write_old_ledgers(tmp_path, DIVISIONS):
        found = read_ledger(ledger.file, form_of(ledger.source), NAMES)
        bad = {problem.row for problem in found.refused}
        closed = sum(case.closed_on is not None for _, case in found.rows)
        assert (len(found.rows), len(bad), closed) == (ledger.good, ledger.bad, ledger.closed)
        assert len(found.refused) == len(bad)


def test_what_cases_refuses_is_named_by_column_too(tmp_path):
    found = read(tmp_path, GOOD)
    for name in ("unit.id", "found_on", "rows"):
        found.refuse_case("T-1", name, "x")
    assert [problem.column for problem in found.refused] == ["I 责任单位编码", "H 核实日期", "rows"]


def test_rows_are_sent_in_batches_that_fit_a_message(tmp_path):
    [(_, case)] = read(tmp_path, GOOD).rows
    assert [len(batch) for batch in batches([case] * 450)] == [200, 200, 50]
    long = case.model_copy(update={"text": "长" * 4000})
    for batch in batches([long] * 200):
        assert sum(len(row.model_dump_json().encode()) for row in batch) < 1024 * 1024

"""Workbooks as offices have them, kept as files: each row is read, or named by its cell with the reason."""

from datetime import date
from pathlib import Path

import pytest

from cli.ledger.form import form_of
from cli.ledger.old_ledger import read_given, read_ledger
from cli.say import say
from cli.sheet.division_list import in_force, read_list
from cli.sheet.file.given import given
from cli.sheet.reading import Known
from contracts.patrol import Severity
from demo.world import DATA
from tests.cli.sheet.samples import NAMES

GIVEN = Path(__file__).parent / "given"
DIVISIONS = read_list(DATA / "jingdezhen-divisions.csv")


@pytest.fixture(scope="module")
def quirks():
    return read_ledger(GIVEN / "w1-quirks.xlsx", form_of("forest-inspection-2018"), NAMES)


def case(found, number):
    return next(one for _, one in found.rows if one.number == number)


def refused(found, row):
    return [(one.cell.partition("!")[2], one.rule) for one in found.refused if one.row == row]


@pytest.mark.parametrize(
    "number",
    [
        *("T01-control", "T02-date-dot", "T04-date-am", "T05-date-fullwidth", "T06-date-idspace"),
        *("T07-date-serial-unformatted", "T08-date-datetime-text", "T09-date-linebreak", "T10-date-2digit"),
        *("T11-date-hao", "T12-date-chinese"),
    ],
)
def test_every_way_of_writing_one_day_is_that_day(quirks, number):
    assert case(quirks, number).found_on == date(2018, 5, 21)


@pytest.mark.parametrize(
    ("number", "division"),
    [
        *(
            (f"T{n}-code-{how}", "360222104201")
            for n, how in ((14, "number"), (15, "spaces"), (16, "apostrophe"), (20, "fullwidth"))
        ),
        ("T18-code-6", "360222000000"),
        ("T19-code-9", "360222104000"),
        ("T-merged-code-1", "360222104201"),
        ("T-merged-code-2", "360222104201"),
    ],
)
def test_every_way_of_writing_one_code_is_that_division(quirks, number, division):
    assert case(quirks, number).division == division


@pytest.mark.parametrize("number", ["T30-slash-empty", "T31-dash-empty", "T32-wu-empty"])
def test_marks_for_nothing_leave_an_open_case_without_a_day(quirks, number):
    found = case(quirks, number)
    assert (found.due_on, found.closed_on, found.route) == (None, None, None)


def test_rare_letters_words_over_lines_merged_units_and_hidden_rows_are_read(quirks):
    assert case(quirks, "T24-rare-char").place == "𠮷岭䶮村㙟坑"
    assert case(quirks, "T25-newline-text").text == "第一次核实：\n1. 伐桩12个；\n2. 已拍照。"
    assert {case(quirks, f"T{n}").kind for n in ("26-word-space", "28-word-newline")} == {"forest_land_taken"}
    assert {case(quirks, f"T-merged-unit-{n}").unit.id for n in (1, 2, 3)} == {"u-360222104000"}
    assert case(quirks, "T-hidden").place == "后山"
    assert say("sheet.hidden_rows", sheet="图斑台账", rows="54") in quirks.told
    assert say("sheet.no_records", sheet="图斑台账", rows="65-71") in quirks.told


KNOWN_KINDS = "违法占用林地、毁林开垦、无证采伐、超证采伐、毁坏天然林"


@pytest.mark.parametrize(
    ("row", "cell", "rule"),
    [
        (6, "H6", say("sheet.only_a_month", value="2018年5月")),
        (16, "H16", say("sheet.not_a_day", value="2018年5月21日至23日")),
        (20, "B20", say("sheet.rounded", value="3.60222E+11")),
        (30, "D30", say("sheet.unknown_word", value="违法占用林地、无证采伐", known=KNOWN_KINDS)),
        (36, "K36", say("sheet.not_a_day", value="2018年底前")),
        (37, "K37", say("sheet.not_a_day", value="长期")),
        (38, "J38", say("sheet.no_unit", value="某镇林业工作站")),
        (44, "K44", say("ledger.due_early", due=date(2017, 1, 1), found=date(2018, 5, 21))),
        (51, "H51", say("sheet.uncached")),
        (52, "A52", say("sheet.uncached")),
        (53, "H53", say("sheet.not_a_day", value="0")),
        (55, "C55", say("sheet.error_cell", value="#N/A")),
        (56, "C56", say("sheet.error_cell", value="#SPILL!")),
        (63, "A63", say("sheet.duplicate", value="20180001", row="62")),
        (64, "A64", say("sheet.alike", value="20180001.0", row="62")),
    ],
)
def test_what_leaves_a_doubt_is_asked_by_its_cell(quirks, row, cell, rule):
    assert refused(quirks, row) == [(cell, rule)]


def test_every_row_is_taken_or_named_or_told(quirks):
    named = {one.row for one in quirks.refused}
    assert {row for row, _ in quirks.rows} | named | {*range(65, 72)} == {*range(4, 72)}
    assert not {row for row, _ in quirks.rows} & named


def test_an_error_in_a_cell_that_might_be_blank_makes_no_open_case():
    found = read_ledger(GIVEN / "w20-optional-errors.xlsx", form_of("forest-inspection-2018"), NAMES)
    assert [one.number for _, one in found.rows] == ["E-control"]
    assert sorted(one.cell.partition("!")[2] for one in found.refused) == sorted(
        ("K5", "I6", "J6", "L7", "M7", "G8", "F9", "A10", "A11", "A12")
    )


def test_a_sheet_for_each_county_is_read():
    found = read_ledger(GIVEN / "w5b-sheet-per-county.xlsx", form_of("forest-inspection-2019"), NAMES)
    assert [(one.number, one.division, one.severity) for _, one in found.rows] == [
        ("SC-浮梁县", "360222105203", Severity.MINOR),
        ("SC-乐平市", "360281000000", Severity.MINOR),
        ("SC-珠山区", "360203000000", Severity.MINOR),
    ]
    assert (found.refused, found.told) == ([], [say("sheet.sheets_read", sheets="浮梁县、乐平市、珠山区")])


OF_2018 = ["B-jingcheng-hutian", "B-luojia", "B-lvmeng", "B-reused"]


def test_codes_are_read_by_the_list_of_the_ledgers_year():
    form = form_of("forest-inspection-2018")
    found = read_given(given(GIVEN / "w40-2018-codes.xlsx"), form, Known(in_force(DIVISIONS, form.divisions_on)))
    assert (found.refused, [case.number for _, case in found.rows]) == ([], OF_2018)


def test_codes_that_there_are_no_more_are_named_by_their_cells_with_what_became_of_them():
    known = Known(in_force(DIVISIONS, date(2023, 6, 30)))
    found = read_given(given(GIVEN / "w40-2018-codes.xlsx"), form_of("forest-inspection-2018"), known)
    became = ["360203011206", "360222000000", "360202003200"]
    assert [one.cell for one in found.refused] == ["图斑台账!B4", "图斑台账!B5", "图斑台账!B6"]
    assert all(code in one.rule for code, one in zip(became, found.refused, strict=True))

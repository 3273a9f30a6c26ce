"""Workbooks are read within bounds: what is small is read right, what is not said is refused by name."""

import subprocess
import sys
from datetime import date, datetime, timedelta

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from cli.ledger.form import form_of
from cli.ledger.old_ledger import read_ledger
from cli.say import say
from cli.sheet.file.workbook import sheets_of
from cli.sheet.file.workbook_parts import MOST_PARTS, WorkbookRefused
from cli.sheet.file.worksheet import SheetUnreadable, Trouble
from tests.cli.test_old_ledger import FORM, GOOD, HEADINGS, NAMES, problem, written
from tests.cli.workbooks import STRICT, book_of, repeated, row

COLUMN = {heading: chr(ord("A") + at) for at, heading in enumerate(HEADINGS)}
VALUES = [GOOD.get(heading) for heading in HEADINGS]
CLOSED = {**GOOD, "处理方式": "整改到位", "销号日期": "2018-12-1"}


def numbers(read):
    return [case.number for _, case in read.rows]


def ledger(tmp_path, more="", before="<sheetData>", after="</sheetData>", **book):
    """A ledger with one good row in row 4, and what else its sheet may hold."""
    inside = before + row(3, *HEADINGS) + row(4, *VALUES) + more + after
    return read_ledger(book_of(tmp_path / "old.xlsx", inside, **book), FORM, NAMES)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ('<c r="{at}" t="e"><f>NA()</f><v>#N/A</v></c>', say("sheet.error_cell", value="#N/A")),
        ('<c r="{at}" t="e"><v>#REF!</v></c>', say("sheet.error_cell", value="#REF!")),
        ('<c r="{at}"><f>VLOOKUP(A4,B:C,2)</f></c>', say("sheet.uncached")),
        ('<c r="{at}"><f t="shared" si="0"/><v></v></c>', say("sheet.uncached")),
    ],
)
@pytest.mark.parametrize("heading", ["违法主体", "责任单位", "整改期限", "处理方式", "销号日期", "现地核实情况"])
def test_a_cell_that_shows_an_error_or_has_no_result_is_refused_by_name_where_it_might_be_blank(
    tmp_path, heading, cell, rule
):
    values = [None if name == heading else CLOSED.get(name) for name in HEADINGS]
    spoilt = row(5, *values).replace("T-1", "T-2").replace("</row>", "")
    found = ledger(tmp_path, spoilt + cell.format(at=f"{COLUMN[heading]}5") + "</row>")
    assert numbers(found) == ["T-1"]
    assert problem(5, f"{COLUMN[heading]} {heading}", rule) in found.refused


def test_a_formula_whose_result_is_nothing_is_blank_and_one_with_a_result_is_read(tmp_path):
    cells = f'<c r="{COLUMN["违法主体"]}5" t="str"><f>""</f><v></v></c>'
    values = [None if name == "违法主体" else GOOD.get(name) for name in HEADINGS]
    spoilt = row(5, *values).replace("T-1", "T-2").replace("</row>", cells + "</row>")
    assert numbers(ledger(tmp_path, spoilt)) == ["T-1", "T-2"]


def merged_ledger(tmp_path, heading, rows, last_heading=None):
    file = tmp_path / "old.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet(FORM.sheet)
        sheet.write_row(2, 0, HEADINGS)
        for n in range(rows):
            sheet.write_row(3 + n, 0, [{**GOOD, "图斑编号": f"T-{n + 1}"}.get(one, "") for one in HEADINGS])
        at, last = HEADINGS.index(heading), HEADINGS.index(last_heading or heading)
        sheet.merge_range(3, at, 2 + rows, last, GOOD[heading])
    return read_ledger(file, FORM, NAMES)


@pytest.mark.parametrize("heading", ["责任单位", "整改期限", "核实日期", "小地名"])
def test_what_is_merged_downwards_is_said_in_every_row(tmp_path, heading):
    alone = read_ledger(written(tmp_path, *({**GOOD, "图斑编号": f"T-{n}"} for n in (1, 2, 3))), FORM, NAMES)
    found = merged_ledger(tmp_path, heading, 3)
    assert (found.rows, found.refused) == (alone.rows, [])


def test_what_is_merged_sideways_is_refused_where_it_hides_a_column(tmp_path):
    first, second = sorted(("责任单位编码", "责任单位"), key=HEADINGS.index)
    found = merged_ledger(tmp_path, first, 2, second)
    named = [(one.row, one.rule) for one in found.refused if one.column.endswith(second)]
    assert named == [(4, say("sheet.merged_across")), (5, say("sheet.merged_across"))]
    assert found.rows == []


def sheets_by_county(tmp_path, *sheets):
    """A sheet for each county: name, number of its one case, how it is kept from sight."""
    form = form_of("forest-inspection-2019")
    headings = [heading for spots in form.columns.values() for heading in spots]
    good = {
        "县（市、区）": "浮梁县",
        "督查图斑号": "",
        "判读时间": "2019-3-4",
        "问题类别": "采伐林木",
        "具体位置": "后山",
    }
    file = tmp_path / "old.xlsx"
    with xlsxwriter.Workbook(file) as book:
        for name, number, more in sheets:
            sheet = book.add_worksheet(name)
            if "without" not in more:
                sheet.write_row(1, 0, headings)
                line = (
                    {**good, "督查图斑号": number}
                    if "bad" not in more
                    else {**good, "督查图斑号": number, "判读时间": "?"}
                )
                sheet.write_row(2, 0, [line.get(heading, "") for heading in headings])
            if "hidden" in more:
                sheet.hide()
    return read_ledger(file, form, NAMES)


def test_a_sheet_for_each_county_is_read_and_said_and_a_wrong_cell_is_named_with_its_sheet(tmp_path):
    found = sheets_by_county(tmp_path, ("浮梁县", "S-1", ""), ("乐平市", "S-2", ""), ("珠山区", "S-3", "bad"))
    assert numbers(found) == ["S-1", "S-2"]
    assert [(one.sheet, one.row) for one in found.refused] == [("珠山区", 3)]
    assert found.told == [say("sheet.sheets_read", sheets="浮梁县、乐平市、珠山区")]


def test_a_sheet_that_is_not_read_is_named_with_the_reason(tmp_path):
    found = sheets_by_county(tmp_path, ("浮梁县", "S-1", ""), ("封面", "", "without"), ("旧", "S-9", "hidden"))
    assert numbers(found) == ["S-1"]
    [told] = found.told
    assert all(part in told for part in ("封面", "旧", say("sheet.sheet_hidden", sheet="旧"))), told


def test_the_same_number_in_two_sheets_is_refused_and_says_where_the_first_stands(tmp_path):
    found = sheets_by_county(tmp_path, ("浮梁县", "S-1", ""), ("乐平市", "S-1", ""))
    assert [(one.sheet, one.rule) for one in found.refused] == [
        ("乐平市", say("sheet.duplicate", value="S-1", row="浮梁县!3"))
    ]


def test_sheets_beside_the_one_that_a_form_names_are_said_to_be_unread(tmp_path):
    file = tmp_path / "old.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet(FORM.sheet)
        sheet.write_row(2, 0, HEADINGS)
        book.add_worksheet("乐平市")
    [told] = read_ledger(file, FORM, NAMES).told
    assert "乐平市" in told


def test_hidden_rows_and_columns_are_read_and_told(tmp_path):
    hidden = row(5, *VALUES, more=' hidden="1"').replace("T-1", "T-2")
    hidden += row(6, *VALUES, more=' hidden="true"').replace("T-1", "T-3")
    columns = '<cols><col min="2" max="2" hidden="1"/><col min="99" max="120" hidden="1"/></cols><sheetData>'
    found = ledger(tmp_path, hidden, before=columns)
    assert numbers(found) == ["T-1", "T-2", "T-3"]
    assert found.told == [
        say("sheet.hidden_rows", sheet="图斑台账", rows="5-6"),
        say("sheet.hidden_columns", sheet="图斑台账", columns="B"),
    ]


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u2060", "\u200d", "\u00ad"])
def test_what_nobody_sees_makes_no_second_case(tmp_path, unseen):
    found = read_ledger(written(tmp_path, GOOD, {**GOOD, "图斑编号": f"T-{unseen}1{unseen}"}), FORM, NAMES)
    assert found.refused == [problem(5, "A 图斑编号", say("sheet.duplicate", value="T-1", row="4"))]


def test_a_number_that_differs_only_in_width_is_asked_about(tmp_path):
    found = read_ledger(written(tmp_path, GOOD, {**GOOD, "图斑编号": "Ｔ－１"}), FORM, NAMES)
    assert found.refused == [problem(5, "A 图斑编号", say("sheet.alike", value="Ｔ－１", row="4"))]


def test_a_day_due_before_the_day_found_is_refused_and_on_the_same_day_is_not(tmp_path):
    rows = [{**GOOD, "图斑编号": f"T-{n}", "整改期限": f"2018-6-{n}"} for n in (13, 14)]
    found = read_ledger(written(tmp_path, *rows), FORM, NAMES)
    rule = say("ledger.due_early", due=date(2018, 6, 13), found=date(2018, 6, 14))
    assert (found.refused, numbers(found)) == ([problem(4, "K 整改期限", rule)], ["T-14"])


def test_a_number_too_long_for_excel_is_refused_since_its_end_is_lost(tmp_path):
    values = "".join(row(5, *VALUES).partition("</c>")[1:]).removeprefix("</c>")
    found = ledger(tmp_path, '<row r="5"><c r="A5"><v>20180614000000017</v></c>' + values)
    assert found.refused == [problem(5, "A 图斑编号", say("sheet.digits_lost", value="20180614000000017"))]


@pytest.mark.parametrize("stated", ["A1:XFD1048576", "A1", "ZZZ1:B2", ""])
def test_what_a_sheet_states_of_its_size_does_not_matter(tmp_path, stated):
    dimension = f'<dimension ref="{stated}"/>' if stated else ""
    assert numbers(ledger(tmp_path, before=dimension + "<sheetData>")) == ["T-1"]


def test_a_stray_cell_at_the_far_end_is_told_and_the_ledger_is_read(tmp_path):
    stray = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    found = ledger(tmp_path, stray)
    assert (numbers(found), found.refused) == (["T-1"], [])
    assert found.told == [say("sheet.beside", sheet="图斑台账", rows="1048576")]


@pytest.mark.parametrize(
    "reference", ["XFE1", "A1048577", "A0", "1A", "a1", "", "A" * 1_000_000 + "1", "A" + "9" * 100_000]
)
def test_a_cell_where_excel_has_none_is_refused_by_name(tmp_path, reference):
    with pytest.raises(SheetUnreadable) as refused:
        ledger(tmp_path, f'<row r="5"><c r="{reference}"><v>1</v></c></row>')
    assert str(refused.value) in (
        say("sheet.bad_reference", file="old.xlsx", cell=reference[:20]),
        say("sheet.monstrous", file="old.xlsx"),
    )


@pytest.mark.parametrize("at", ["1048577", "9" * 5000, "-1", "x"])
def test_a_row_where_excel_has_none_is_refused(tmp_path, at):
    with pytest.raises(SheetUnreadable, match=r"old\.xlsx"):
        ledger(tmp_path, f'<row r="{at}"><c><v>1</v></c></row>')


SHEET_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
MUCH = 140_000_000
MONSTERS = {
    "blanks in a cell": repeated(SHEET_HEAD + b'<c r="A1" t="inlineStr"><is><t>', b" " * 1000, 1_000),
    "blanks between cells": repeated(SHEET_HEAD, b" " * 1000, MUCH // 1000),
    "cells": repeated(SHEET_HEAD, b"<c><v>1</v></c>", 600_000),
    "blank cells": repeated(SHEET_HEAD, b'<c s="1"/>', 4_100_000),
    "one tag": repeated(SHEET_HEAD + b'<c r="', b"A" * 1000, MUCH // 1000),
    "one comment": repeated(SHEET_HEAD + b"<!--", b"A" * 1000, MUCH // 1000),
    "depth": repeated(SHEET_HEAD, b"<c>", 1_000_000),
    "merged ranges": repeated(
        SHEET_HEAD + b"<c><v>1</v></c></row></sheetData><mergeCells>", b'<mergeCell ref="A1:XFD1048576"/>', 110_000
    ),
}
LIMITED = """
import resource, sys
from cli.main import main
resource.setrlimit(resource.RLIMIT_AS, (1200 * 2**20,) * 2)
for file in sys.argv[1:]:
    try:
        main(["ledger", "import", file, "--source", "forest-inspection-2018", "--as", "operator", "--home", "/nowhere"])
    except SystemExit as ended:
        print(ended.code)
"""


@pytest.mark.served
def test_monsters_are_refused_by_name_with_little_memory(tmp_path):
    files = [book_of(tmp_path / f"{name}.xlsx", monster) for name, monster in MONSTERS.items()]
    parts = ["sharedStrings.xml", "_rels/workbook.xml.rels"]
    for n, part in enumerate(parts):
        monster = repeated(b"<sst>", b"<si><t>A</t></si>", 2_100_000)
        files.append(book_of(tmp_path / f"part-{n}.xlsx", row(1), extra={f"xl/{part}": monster}.items()))
    assert max(file.stat().st_size for file in files) < 2_000_000
    command = (sys.executable, "-c", LIMITED, *map(str, files))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["2"] * len(files), done.stderr
    assert "Traceback" not in done.stderr
    assert [file.name for file in files if file.name not in done.stderr] == []


@pytest.mark.slow
def test_merged_ranges_over_everything_are_refused_before_they_are_filled(tmp_path):
    rows = "".join(f'<row r="{at}"><c r="A{at}"><v>{at}</v></c></row>' for at in range(5, 2000))
    ranges = '<mergeCell ref="A5:XFD1048576"/>' * 90
    with pytest.raises(SheetUnreadable, match=r"old\.xlsx"):
        ledger(tmp_path, rows, after=f"</sheetData><mergeCells>{ranges}</mergeCells>")


def test_entities_are_refused(tmp_path):
    lol = '<!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    sheet = (lol + f'<worksheet xmlns="{STRICT}"><sheetData>{row(1, "&b;")}</sheetData></worksheet>').encode()
    with pytest.raises(WorkbookRefused, match=r"old\.xlsx"):
        sheets_of(book_of(tmp_path / "old.xlsx", sheet))


def zipped(*names, **more):
    def write(file):
        return book_of(file, row(1), extra=dict.fromkeys(names, "x").items(), **more)

    return write


OTHER_FILES = {
    "sheet.not_excel": [b"", b"PK\x03\x04 cut off", b"\xff\xd8\xff\xe0 photo", b"%PDF-1.7\n\0"],
    "sheet.old_excel": [bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000)],
    "sheet.password": [bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le")],
    "sheet.web_page": [b"<html><table>", b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', b"\r\n <HTML>"],
}


@pytest.mark.parametrize(("key", "content"), [(key, one) for key, kinds in OTHER_FILES.items() for one in kinds])
def test_a_file_of_another_kind_is_named_for_what_it_is(tmp_path, key, content):
    file = tmp_path / "old.xlsx"
    file.write_bytes(content)
    with pytest.raises(SheetUnreadable) as refused:
        read_ledger(file, FORM, NAMES)
    assert str(refused.value) == say(key, file="old.xlsx")


@pytest.mark.parametrize(
    ("write", "key"),
    [
        (zipped("xl/workbook.bin"), "sheet.binary"),
        (zipped("mimetype"), "sheet.open_document"),
        (zipped("word/document.xml"), "sheet.not_excel"),
        (zipped(*(f"xl/{n}" for n in range(MOST_PARTS))), "sheet.monstrous"),
    ],
)
def test_an_archive_that_is_no_workbook_is_named_for_what_it_is(tmp_path, write, key):
    with pytest.raises(WorkbookRefused) as refused:
        sheets_of(write(tmp_path / "old.xlsx"))
    assert str(refused.value) == say(key, file="old.xlsx")


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
@pytest.mark.parametrize("content", ["", "<worksheet", "<a></b>", "\0", "<a>&nbsp;</a>"])
def test_a_damaged_part_is_named(tmp_path, part, content):
    with pytest.raises(WorkbookRefused) as refused:
        sheets_of(book_of(tmp_path / "old.xlsx", row(1), extra={part: content}.items()))
    assert str(refused.value) == say("sheet.damaged", file="old.xlsx", part=part)


def cells(tmp_path, inside, **book):
    [sheet] = sheets_of(book_of(tmp_path / "old.xlsx", f"<sheetData>{inside}</sheetData>", **book))
    return sheet.rows


def test_texts_are_read_however_they_are_kept(tmp_path):
    texts = (
        "<si><t>后山</t></si><si><r><t>浮</t></r><r><t>梁</t></r><rPh sb='0' eb='1'><t>fu</t></rPh></si>"
        "<si><t>a_x000D_b</t></si>"
    )
    inside = "".join(f'<c t="s"><v>{n}</v></c>' for n in range(3))
    inside += '<c t="inlineStr"><is><r><t>行</t></r><r><t>内</t></r></is></c><c t="str"><f>A1</f><v>式</v></c>'
    inside += '<c t="b"><v>1</v></c><c t="d"><v>2018-06-14T00:00:00</v></c><c><v>3.5E+2</v></c>'
    expected = ["后山", "浮梁", "a\rb", "行内", "式", True, date(2018, 6, 14), 350.0]
    assert list(cells(tmp_path, f"<row>{inside}</row>", texts=texts)[1].values()) == expected


@pytest.mark.parametrize(
    ("number", "code", "expected"),
    [
        (14, None, date(2018, 6, 14)),
        (31, None, date(2018, 6, 14)),
        (57, None, date(2018, 6, 14)),
        (176, 'yyyy"年"m"月"d"日"', date(2018, 6, 14)),
        (176, "[$-804]yyyy/m/d;@", date(2018, 6, 14)),
        (0, None, 43265.0),
        (176, "0.00E+00", 43265.0),
        (176, '"d"0', 43265.0),
        (176, "General", 43265.0),
        (45, None, 43265.0),
    ],
)
def test_a_number_is_a_day_where_excel_shows_one(tmp_path, number, code, expected):
    formats = f"<numFmts><numFmt numFmtId='{number}' formatCode='{code}'/></numFmts>" if code else ""
    styles = (
        f"{formats}<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf/><xf numFmtId='{number}'/></cellXfs>"
    )
    found = cells(tmp_path, '<row><c s="1"><v>43265</v></c></row>', styles=styles)
    assert found == {1: {0: expected}}


@pytest.mark.parametrize(
    ("number", "code", "count", "expected"),
    [
        (57, None, 43221, Trouble("sheet.only_a_month", "2018-05")),
        (17, None, 43221, Trouble("sheet.only_a_month", "2018-05")),
        (176, 'yyyy"年"m"月"', 43221, Trouble("sheet.only_a_month", "2018-05")),
        (176, 'yyyy"年"m"月"', 43222, date(2018, 5, 2)),
        (176, 'm"月"d"日"', 43221, date(2018, 5, 1)),
        (14, None, 43221, date(2018, 5, 1)),
    ],
)
def test_a_month_that_was_typed_is_kept_by_excel_as_its_first_day_and_is_no_day(
    tmp_path, number, code, count, expected
):
    formats = f"<numFmts><numFmt numFmtId='{number}' formatCode='{code}'/></numFmts>" if code else ""
    styles = f"{formats}<cellXfs><xf/><xf numFmtId='{number}'/></cellXfs>"
    assert cells(tmp_path, f'<row><c s="1"><v>{count}</v></c></row>', styles=styles) == {1: {0: expected}}


@pytest.mark.parametrize(
    ("escaped", "expected"), [("_xD842__xDFB7_岭", "𠮷岭"), ("_xD842_岭", "\ufffd岭"), ("a_x005F_x0041_", "a_x0041_")]
)
def test_a_rare_letter_that_was_escaped_in_two_halves_is_one(tmp_path, escaped, expected):
    inside = f'<c t="inlineStr"><is><t>{escaped}</t></is></c>'
    assert cells(tmp_path, f"<row>{inside}</row>") == {1: {0: expected}}


def test_a_workbook_that_counts_from_1904_has_the_same_days(tmp_path):
    styles = "<cellXfs><xf numFmtId='14'/></cellXfs>"
    found = cells(tmp_path, '<row><c s="0"><v>41803</v></c></row>', styles=styles, book='<workbookPr date1904="1"/>')
    assert found == {1: {0: date(2018, 6, 14)}}


OTHER_PROGRAMS = [
    {"namespace": STRICT},
    {"target": "/xl/worksheets/sheet1.xml"},
    {"target": r"..\xl\worksheets\sheet1.xml"},
]


@pytest.mark.parametrize("book", OTHER_PROGRAMS)
def test_a_workbook_of_another_program_is_read(tmp_path, book):
    assert cells(tmp_path, row(2, "后山", None, "x"), **book) == {2: {0: "后山", 2: "x"}}


DAY = st.datetimes(datetime(1900, 3, 1), datetime(2199, 12, 31)).map(lambda at: at.replace(microsecond=0))
VALUE = (
    st.none()
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20)
    | (st.floats(-1e14, 1e14, allow_nan=False) | DAY | st.booleans())
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(VALUE, max_size=6), min_size=1, max_size=6))
def test_a_workbook_reads_as_another_reader_reads_it(tmp_path, lines):
    file = tmp_path / "any.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for at, line in enumerate(lines):
            for column, value in enumerate(line):
                if isinstance(value, datetime):
                    sheet.write_datetime(at, column, value, day)
                elif isinstance(value, str):
                    sheet.write_string(at, column, value)
                elif value is not None:
                    sheet.write(at, column, value)
    [ours] = sheets_of(file)
    theirs = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python(skip_empty_area=False)
    for at, line in enumerate(theirs, 1):
        for column, value in enumerate(line):
            found = ours.rows.get(at, {}).get(column, "")
            assert _alike(found, value), (at, column, found, value)


def _alike(ours, theirs):
    if isinstance(theirs, datetime | date):
        whole = [datetime(one.year, one.month, one.day) if type(one) is date else one for one in (ours, theirs)]
        return abs(whole[0] - whole[1]) < timedelta(seconds=1)
    return ours == theirs and not isinstance(ours, Trouble)

"""A CSV file is read as an office's program has written it, and the encoding is told."""

import codecs

import pytest

from cli.say import say
from cli.sheet.file.worksheet import SheetUnreadable
from tests.cli.sheet.samples import ids, problems, taken, text

HEADS = "古树编号,树种,区划,养护人姓名,养护人电话"
LINE = "t-1,樟,浮梁县,张三,13912345678"


@pytest.mark.parametrize(
    ("encoding", "mark", "told"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", codecs.BOM_UTF8, "UTF-8"),
        ("gb18030", b"", "GB18030"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "UTF-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "UTF-16"),
    ],
)
@pytest.mark.parametrize("parting", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_encoding_that_programs_write_is_read_and_told(tmp_path, encoding, mark, told, parting, end):
    lines = [one.replace(",", parting) for one in (HEADS, LINE.replace("张三", "𠮷䶮"))]
    found = taken(text(tmp_path, *lines, encoding=encoding, mark=mark, end=end))
    assert [one.stated["keeper_name"] for one in found.good] == ["𠮷䶮"]
    assert found.told == [say("sheet.encoding", encoding=told)]


@pytest.mark.parametrize("content", [b"\x81,\xff\n", "古树编号,树种".encode("utf-16-le") + b",\n"])
def test_what_is_in_no_encoding_of_these_is_refused_by_name(tmp_path, content):
    file = tmp_path / "trees.csv"
    file.write_bytes(content)
    with pytest.raises(SheetUnreadable, match=r"trees\.csv"):
        taken(file)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('="13912345678"', "13912345678"),
        ("'13912345678", "13912345678"),
        ("\t13912345678", "13912345678"),
        ('"139 1234 5678"', "13912345678"),
    ],
)
def test_what_keeps_a_number_a_text_is_no_part_of_it(tmp_path, cell, expected):
    lines = (
        HEADS,
        LINE.replace("13912345678", cell if cell.startswith('"') else f'"{cell.replace(chr(34), chr(34) * 2)}"'),
    )
    assert [one.stated["keeper_phone"] for one in taken(text(tmp_path, *lines)).good] == [expected]


@pytest.mark.parametrize("cell", ["=A1+B1", "=cmd|' /C calc'!A0", "1.39123E+10", "#REF!"])
def test_a_formula_and_what_has_lost_its_end_are_refused_by_their_cell(tmp_path, cell):
    assert [at for at, _ in problems(taken(text(tmp_path, HEADS, LINE.replace("13912345678", cell))))] == ["trees!E2"]


def test_a_line_end_within_quotes_is_no_new_row_and_rows_are_counted_as_excel_does(tmp_path):
    lines = (HEADS, 't-1,樟,"浮梁县\n瑶里镇",张三,', "", "t-2,樟,无此县,张三,")
    found = taken(text(tmp_path, *lines))
    assert [(one.row, one.stated["division"]) for one in found.good] == [(2, "360222105000")]
    assert [at for at, _ in problems(found)] == ["trees!C4"]


def test_quotes_that_are_not_in_pairs_are_refused_and_swallow_nothing(tmp_path):
    with pytest.raises(SheetUnreadable, match=r"trees\.csv"):
        taken(text(tmp_path, HEADS, 't-1,"樟,浮梁县,,', LINE))


def test_what_stands_within_texts_parts_no_cells(tmp_path):
    found = taken(text(tmp_path, HEADS, "t-1,樟,浮梁县,a;b;c;d;e;f;g;h;i;j|k,13912345678"))
    assert [one.stated["keeper_name"] for one in found.good] == ["a;b;c;d;e;f;g;h;i;j|k"]


def test_what_excel_is_told_of_the_parting_is_followed(tmp_path):
    assert ids(taken(text(tmp_path, "sep=;", HEADS.replace(",", ";"), LINE.replace(",", ";")))) == ["t-1"]


def test_headings_over_two_lines_are_read_though_nothing_is_merged_in_a_text(tmp_path):
    found = taken(text(tmp_path, "古树编号,树种,区划,养护人,", ",,,姓名,电话", LINE))
    assert [(one.row, one.stated["keeper_phone"]) for one in found.good] == [(3, "13912345678")]


def test_a_sheet_that_a_mapping_names_is_the_one_of_a_text(tmp_path):
    assert ids(taken(text(tmp_path, HEADS, LINE), columns={"sheet": "古树"})) == ["t-1"]

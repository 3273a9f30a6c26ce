"""What a cell says is read as it is meant, and what leaves a doubt is refused."""

from decimal import Decimal

import pytest

from cli.sheet import cell as cells
from cli.sheet.cell import BadCell, require_said, said
from cli.sheet.file.worksheet import Trouble


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (12.5, "12.5"),
        (0.1 + 0.2, "0.3"),
        ("１２．５", "12.5"),
        ("1,234.5", "1234.5"),
        ("１，２３４", "1234"),
        ("1 234 567", "1234567"),
        ("12.5亩", "12.5"),
        ("12.5 亩", "12.5"),
        ("'12", "12"),
        ("−3", "-3"),
        ("0", "0"),
    ],
)
def test_a_number_is_read_however_it_is_written(cell, expected):
    assert cells.decimal(cell, ("亩",)) == Decimal(expected)


@pytest.mark.parametrize(
    "cell",
    ["约12", "12公顷", "1.2万", "12,5", "1,23", "(12)", "12-15", "", "nan", "1e5", "٣", True, "9" * 99, "1亩亩"],
)
def test_what_is_no_number_alone_is_asked(cell):
    with pytest.raises(BadCell):
        cells.decimal(cell, ("亩",))


@pytest.mark.parametrize("cell", [1.5, "1.5", "十二"])
def test_a_part_of_a_tree_is_refused(cell):
    with pytest.raises(BadCell):
        cells.whole(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (13912345678.0, "13912345678"),
        ("13912345678", "13912345678"),
        ("139-1234-5678", "13912345678"),
        ("139 1234 5678", "13912345678"),
        ("１３９１２３４５６７８", "13912345678"),
        ("+86 139 1234 5678", "13912345678"),
        ("'13912345678", "13912345678"),
        ("0798-8521234", "0798-8521234"),
        ("（0798）8521234", "0798-8521234"),
        ("07988521234", "0798-8521234"),
        ("010-12345678", None),
        ("010-62345678", "010-62345678"),
        ("12119", "12119"),
        ("8521234", "8521234"),
        (7988521234.0, None),
        ("1.39123E+10", None),
        ("13912345678/13987654321", None),
        ("139123456789", None),
        ("1391234567", None),
    ],
)
def test_a_telephone_number_is_one_and_whole(cell, expected):
    if expected is not None:
        assert cells.phone(cell) == expected
    else:
        with pytest.raises(BadCell):
            cells.phone(cell)


@pytest.mark.parametrize(
    ("cell", "as_line", "as_person"),
    [
        ("张\u3000三", "张\u3000三", "张三"),
        ("张  三", "张  三", "张三"),
        ("欧阳\n修", "欧阳修", "欧阳修"),
        ("Anna\r\nLi", "Anna Li", "Anna Li"),
        ("𠮷岭䶮", "𠮷岭䶮", "𠮷岭䶮"),
        ("𠮷\u3000䶮", "𠮷\u3000䶮", "𠮷䶮"),
        ("葛\U000e0100城", "葛\U000e0100城", "葛\U000e0100城"),
        ("李\u200b四\ufeff", "李四", "李四"),
        ("阿·迪力", "阿·迪力", "阿·迪力"),
    ],
)
def test_a_name_is_read_without_what_only_sets_it(cell, as_line, as_person):
    assert (cells.line(cell), cells.person(cell)) == (as_line, as_person)


@pytest.mark.parametrize(
    ("bytes_", "expected"),
    [("fe59", "龴"), ("fe61", "龵"), ("fe67", "龷"), ("a8bc", "ḿ"), ("fe51", "𠂇"), ("fe6c", "𡗗"), ("fe91", "𤇾")],
)
def test_a_letter_that_older_software_kept_as_private_is_the_standards(bytes_, expected):
    assert said(bytes.fromhex(bytes_).decode("gb18030")) == expected


@pytest.mark.parametrize("letter", ["\ue000", "\uf8ff", "\U000f0000", "\ufffd"])
def test_a_letter_that_nobody_else_can_show_is_asked(letter):
    with pytest.raises(BadCell):
        require_said(f"张{letter}")


@pytest.mark.parametrize(
    "cell",
    [
        *("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#####", "Err:502"),
        *(Trouble("sheet.error_cell", "#N/A"), Trouble("sheet.uncached")),
    ],
)
def test_an_error_is_never_read_as_a_text_or_as_blank(cell):
    with pytest.raises(BadCell):
        require_said(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("360222 104 201", "360222104201"),
        ("ｕ－360222", "u-360222"),
        ("'007", "007"),
        (7.0, "7"),
        ("bad tree", "bad tree"),
        (" t-1 ", "t-1"),
    ],
)
def test_what_names_a_thing_is_read_as_it_is_written_but_for_its_width(cell, expected):
    assert cells.token(cell) == expected


@pytest.mark.parametrize("cell", ["3.60222E+11", "1.39123e+10", "2E+7"])
def test_what_has_been_rounded_names_nothing(cell):
    for read in (cells.code, cells.token, cells.line, cells.phone):
        with pytest.raises(BadCell):
            read(cell)


@pytest.mark.parametrize("cell", ["3E12", "2.5", "E10", "1.5E"])
def test_what_only_looks_rounded_is_a_text(cell):
    assert cells.line(cell) == cell


@pytest.mark.parametrize(
    ("expected", "cell"),
    [
        *((True, cell) for cell in ("是", "√", "有", True, 1.0, "YES")),
        *((False, cell) for cell in ("否", "×", "无", False, 0.0, "没有")),
    ],
)
def test_yes_and_no_are_read_as_offices_tick_them(expected, cell):
    assert cells.flag(cell) is expected


@pytest.mark.parametrize("cell", ["？", "是/否", "不详", 2.0])
def test_neither_yes_nor_no_is_asked(cell):
    with pytest.raises(BadCell):
        cells.flag(cell)

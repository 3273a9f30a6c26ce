"""Every register goes out in its columns and comes in again as it was; an office's sheet is read by its headings."""

from datetime import date

import pytest

from cli.roster.enrolling import read_entries
from cli.roster.register_sheet import description, spot, stated
from cli.roster.register_sheets import rows_of
from cli.say import say
from cli.sheet.asked import known
from cli.sheet.entry import entries
from cli.sheet.file.given import given
from cli.sheet.file.worksheet import SheetUnreadable
from cli.sheet.layout import laid_out
from cli.sheet.table import read
from cli.sheet.write import write_sheet
from contracts.language.division import UNKNOWN
from contracts.language.values import AreaKind
from contracts.roster import COLUMNS, KEPT, Place, Register
from tests.cli.sheet.samples import NAMES, problems, sheet, workbook
from tests.roster.entries import STATED

PLACES = [
    Place(id=code, kind=AreaKind.DIVISION, name=name, division=code, in_force_from=date(2018, 1, 1))
    for code, name in NAMES.items()
]
KNOWN = known(PLACES, (), UNKNOWN, date(2020, 6, 15))


def entry_of(register, **other):
    return KEPT[register].entry.model_validate({**STATED[register], **other})


def taken_in(register, file, before=None):
    """What a sheet states: the entries, what is wrong by its cells, and what was put together."""
    layout = laid_out(description(register))
    taken = read(given(file), layout, KNOWN)
    things = entries(taken.records, layout.lists, "id", lambda record: record.stated.get("id"), taken)
    good = []
    for thing in things:
        if thing.is_good:
            found, wrong = read_entries(register, [stated(thing, register, before)])
            good += [one for _, one in found]
            for _, field, rule in wrong:
                taken.refuse(*spot(thing, field), rule)
    return good, taken


@pytest.mark.parametrize("name", ["register.xlsx", "register.csv"])
@pytest.mark.parametrize("register", KEPT, ids=str)
def test_what_is_exported_is_imported_as_it_was(tmp_path, register, name):
    there = [entry_of(register), entry_of(register, id="second", source="=1+1")]
    layout = laid_out(description(register))
    told = write_sheet(tmp_path / name, "册", layout, rows_of(there, layout), KNOWN)
    good, taken = taken_in(register, tmp_path / name)
    assert (told, good, taken.refused) == ([], there, [])


@pytest.mark.parametrize("register", KEPT, ids=str)
def test_every_column_of_a_register_is_a_field_of_its_sheet_and_is_headed_in_both_languages(register):
    def names(columns, above=""):
        for one in columns:
            if one.type == "list":
                yield from names(one.columns, f"{above}{one.field}.")
            else:
                yield f"{above}{one.field}"

    fields = description(register).fields
    assert list(fields) == list(names(COLUMNS[register].columns))
    headings = [heading for one in fields.values() for heading in one.headings]
    assert len({*headings}) == len(headings) == 2 * len(fields)


def test_every_code_of_a_word_has_a_chinese_word_and_an_english_one():
    for register in KEPT:
        for one in description(register).fields.values():
            if one.type == "word":
                words = one.known_words()
                codes = {*words.values()}
                in_chinese = {code for word, code in words.items() if not word.isascii()}
                in_ascii = {code for word, code in words.items() if word.isascii()}
                # GPS and CGCS2000 are what people call them in either language.
                assert codes - in_chinese <= {"wgs84", "gcj02", "cgcs2000"}
                assert in_ascii == codes


TREE = {
    "id": "标识",
    "division": "区划代码（12 位）",
    "area_id": "责任区 id",
    "in_force_from": "生效日",
    "source": "依据的文件",
    "number": "古树编号",
    "species": "树种或物种",
    "age_years": "树龄（年）",
    "grade": "保护等级",
    "at.lon": "经度（度）",
    "at.lat": "纬度（度）",
    "at.datum": "坐标系",
    "keeper": "养护责任人",
    "vigour": "生长势",
    "checked_on": "历次巡查日期",
}
ROW = {
    "id": "tree-1",
    "division": "长明村",
    "area_id": "360222105203",
    "in_force_from": "2020.1.1",
    "source": "景林长办发〔2020〕12号",
    "number": 36022200017,
    "species": "香樟",
    "age_years": "520",
    "grade": "１",
    "at.lon": 117.5,
    "at.lat": "29.5",
    "at.datum": "GCJ-02",
    "keeper": "长明村民委员会",
    "vigour": "衰弱",
    "checked_on": "2020.3.10、2020年6月1号",
}


def trees(tmp_path, *rows):
    return sheet(tmp_path, *([row.get(name) for name in TREE] for row in rows), headings=list(TREE.values()))


def test_an_offices_own_sheet_is_read_by_short_headings_words_and_names(tmp_path):
    [tree], taken = taken_in(Register.OLD_TREE, trees(tmp_path, ROW))
    assert (tree.division, tree.number, tree.grade) == ("360222105203", "36022200017", 1)
    assert (tree.at.lon, tree.at.lat, tree.at.datum, tree.vigour) == (117.5, 29.5, "gcj02", "weak")
    assert (tree.checked_on, taken.refused) == ((date(2020, 3, 10), date(2020, 6, 1)), [])


@pytest.mark.parametrize(
    ("field", "cell", "column"),
    [
        ("age_years", "约五百年", "H"),
        ("grade", 4, "I"),
        ("at.lon", 200, "J"),
        ("at.datum", None, "L"),
        ("at.datum", "北京54", "L"),
        ("checked_on", "2020年3月", "O"),
        ("area_id", None, "C"),
        ("species", "#N/A", "G"),
        ("id", "树 一", "A"),
    ],
)
def test_a_bad_cell_is_named_and_the_other_rows_are_kept(tmp_path, field, cell, column):
    good, taken = taken_in(Register.OLD_TREE, trees(tmp_path, {**ROW, field: cell}, {**ROW, "id": "tree-2"}))
    assert [one.id for one in good] == ["tree-2"]
    assert [at for at, _ in problems(taken)] == [f"古树!{column}2"]


def test_a_tree_that_stands_twice_is_refused_the_second_time(tmp_path):
    good, taken = taken_in(Register.OLD_TREE, trees(tmp_path, ROW, ROW))
    assert problems(taken) == [("古树!A3", say("sheet.duplicate", value="tree-1", row="2"))]
    assert good == []


def test_what_the_sheet_has_no_column_for_stays_and_what_is_blank_is_taken_away(tmp_path):
    before = entry_of(Register.OLD_TREE, id="tree-1")
    file = sheet(tmp_path, ["tree-1", None, "榕"], headings=["标识", "树高（米）", "树种或物种"])
    [tree], taken = taken_in(Register.OLD_TREE, file, before)
    assert (tree, taken.refused) == (before.model_copy(update={"species": "榕", "height_m": None}), [])


def test_a_sheet_without_the_column_that_names_a_thing_is_refused(tmp_path):
    with pytest.raises(SheetUnreadable) as refused:
        taken_in(Register.OLD_TREE, sheet(tmp_path, ["榕", "1"], headings=["树种或物种", "古树编号"]))
    assert str(refused.value) == say("sheet.no_column", row=1, missing="标识")


KIT = ["标识", "姓名", "装备名目", "件数", "发放日期"]


@pytest.mark.parametrize("how", ["merged", "repeated", "blank"])
def test_a_rangers_kit_stands_in_a_row_each_under_one_name(tmp_path, how):
    before = entry_of(Register.RANGER, kit=())
    name = before.person.name
    items = [["uniform", 2, "2020.1.5"], ["knife", 1, "2020.1.6"], ["boots", 1, "2020年2月1号"]]

    def draw(book, page):
        page.write_row(0, 0, KIT)
        for at, item in enumerate(items, 1):
            again = [before.id, name] if how == "repeated" or at == 1 else [None, None]
            page.write_row(at, 0, [*again, *item])
        if how == "merged":
            for column, cell in enumerate((before.id, name)):
                page.merge_range(1, column, 3, column, cell, book.add_format())

    [ranger], taken = taken_in(Register.RANGER, workbook(tmp_path, draw), before)
    assert [(one.item, one.pieces) for one in ranger.kit] == [("uniform", 2), ("knife", 1), ("boots", 1)]
    assert (ranger.training, taken.refused) == (before.training, [])


def test_a_bad_item_is_named_by_its_own_row(tmp_path):
    before = entry_of(Register.RANGER, kit=())
    rows = [[before.id, before.person.name, "uniform", 2, "2020.1.5"], [before.id, None, "knife", None, "2020.1.6"]]
    good, taken = taken_in(Register.RANGER, sheet(tmp_path, *rows, headings=KIT), before)
    assert (good, [at for at, _ in problems(taken)]) == ([], ["古树!D3"])


def test_two_rows_that_say_otherwise_of_one_ranger_are_asked(tmp_path):
    before = entry_of(Register.RANGER, kit=())
    rows = [[before.id, "甲", "uniform", 2, "2020.1.5"], [before.id, "乙", "knife", 1, "2020.1.6"]]
    _, taken = taken_in(Register.RANGER, sheet(tmp_path, *rows, headings=KIT), before)
    assert problems(taken) == [("古树!B3", say("sheet.differs", value="乙", first="甲", row=2))]

"""A small register and sheets of it, as offices, their programs and their habits make them."""

import xlsxwriter

from cli.sheet.file.given import given
from cli.sheet.layout import Columns, Description, laid_out
from cli.sheet.place import Gazetteer
from cli.sheet.reading import Known
from cli.sheet.table import read
from demo.world import jingdezhen

NAMES = {division.code: division.name for division in jingdezhen()}
KNOWN = Known(Gazetteer(NAMES))
REGISTER = Description.model_validate(
    {
        "title": ["古树登记", "old trees"],
        "identity": "id",
        "fields": {
            "id": {"headings": ["古树编号", "tree"], "also": ["编号"], "type": "token", "required": True},
            "species": {"headings": ["树种", "species"], "type": "line", "required": True},
            "division": {
                "headings": ["区划", "division"],
                "also": ["行政区划", "所在地"],
                "spread": [["县（市、区）", "乡镇", "村"]],
                "type": "division",
                "required": True,
            },
            "crown_mu": {"headings": ["冠幅面积（亩）", "crown (mu)"], "type": "decimal", "units": ["亩"]},
            "found_on": {"headings": ["发现日期", "found on"], "type": "day"},
            "grade": {
                "headings": ["等级", "grade"],
                "type": "word",
                "words": {"Ⅰ级": "first", "Ⅱ级": "second", "Ⅲ级": "third"},
            },
            "keeper_name": {"headings": ["养护人姓名", "keeper"], "type": "person"},
            "keeper_phone": {"headings": ["养护人电话", "phone"], "type": "phone"},
            "fenced": {"headings": ["有围栏", "fenced"], "type": "flag"},
            "remark": {"headings": ["备注", "remark"], "type": "text"},
        },
    }
)
HEADINGS = ["古树编号", "树种", "区划", "冠幅面积（亩）", "发现日期", "等级", "养护人姓名", "养护人电话"]
FIELDS = ["id", "species", "division", "crown_mu", "found_on", "grade", "keeper_name", "keeper_phone"]
ROW = ["t-1", "樟", "浮梁县瑶里镇长明村委会", 0.5, "2019-3-12", "Ⅰ级", "张三", "13912345678"]


def row(n, **other):
    """The row of tree `t-n`, with other cells by their fields."""
    return [other.get(name, f"t-{n}" if name == "id" else cell) for name, cell in zip(FIELDS, ROW, strict=True)]


def taken(file, *, columns=None, known=KNOWN, description=REGISTER):
    stated = Columns.model_validate(columns) if columns else None
    return read(given(file), laid_out(description, stated), known)


def ids(found):
    return [record.stated["id"] for record in found.good]


def problems(found):
    return [(one.cell, one.rule) for one in found.refused]


def workbook(folder, draw, name="trees.xlsx"):
    """A workbook whose sheets are drawn by a function, given it and its first sheet."""
    file = folder / name
    with xlsxwriter.Workbook(file) as book:
        draw(book, book.add_worksheet("古树"))
    return file


def sheet(folder, *rows, headings=HEADINGS, at=0):
    """A workbook of one sheet: headings in row `at + 1`, and rows under them."""

    def draw(_, page):
        for down, line in enumerate((headings, *rows), at):
            for across, cell in enumerate(line):
                if isinstance(cell, str):
                    page.write_string(down, across, cell)
                elif cell is not None:
                    page.write(down, across, cell)

    return workbook(folder, draw)


def text(folder, *lines, encoding="utf-8", mark=b"", end="\r\n", name="trees.csv"):
    """A CSV file of these lines."""
    file = folder / name
    file.write_bytes(mark + end.join([*lines, ""]).encode(encoding))
    return file

"""Workbooks as offices, other programs and enemies write them, part by part."""

from zipfile import ZIP_DEFLATED, ZipFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def book_of(file, sheet, *, styles="", texts="", book="", extra=(), namespace=MAIN, name="图斑台账", target=None):
    """A workbook of one sheet, given the XML inside `<worksheet>`; `book` stands inside `<workbook>`."""
    target = target or "worksheets/sheet1.xml"
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{RELATED}">{book}<sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="rId1" Type="{RELATED}/worksheet" Target="{target}"/>'
        f'<Relationship Id="rId2" Type="{RELATED}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{RELATED}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{namespace}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{namespace}">{texts}</sst>',
        "xl/worksheets/sheet1.xml": sheet
        if isinstance(sheet, bytes) or callable(sheet)
        else f'<worksheet xmlns="{namespace}">{sheet}</worksheet>',
    }
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as zipped:
        for path, content in {**parts, **dict(extra)}.items():
            if callable(content):
                with zipped.open(path, "w", force_zip64=True) as part:
                    for piece in content():
                        part.write(piece)
            else:
                zipped.writestr(path, content)
    return file


def row(at, *cells, first="A", more=""):
    """A row of texts, each in its cell."""
    letters = [chr(ord(first) + n) for n in range(len(cells))]
    inside = "".join(
        f'<c r="{letter}{at}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for letter, cell in zip(letters, cells, strict=True)
        if cell is not None
    )
    return f'<row r="{at}"{more}>{inside}</row>'


def repeated(head, piece, times, tail=b""):
    """The same bytes many times, without ever holding them."""

    def pieces():
        yield head
        block = piece * 10_000
        for _ in range(times // 10_000 + 1):
            yield block
        yield tail

    return pieces

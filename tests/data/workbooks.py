"""Workbooks written by hand: formulas as programs without a calculator leave them, merged cells."""

import io
import zipfile

TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType=\
"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType=\
"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
</Types>"""
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
WITHIN = f"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/%s" Target="%s"/>\
</Relationships>"""
BOOK = f"""<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Houses" sheetId="1" r:id="r1"/>\
</sheets></workbook>"""
SHEET = f"""<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="{MAIN}"><sheetData>%s</sheetData>%s</worksheet>"""
MERGED = '<mergeCells count="1"><mergeCell ref="B3:B5"/></mergeCells>'


def workbook(rows: int, *, formulas: bool = False, merged: bool = False) -> bytes:
    """Return houses with their prices.

    Args:
        rows: houses.
        formulas: whether prices are formulas that nobody has computed.
        merged: whether the places of three houses are one cell.
    """
    lines = [line(1, text("A1", "size"), text("B1", "place"), text("C1", "price"))]
    for at in range(2, rows + 2):
        hidden = merged and at in {4, 5}
        place = "" if hidden else text(f"B{at}", ("north", "south", "east")[at * 5 % 7 % 3])
        size = at * 37 % 101
        price = f'<c r="C{at}"><f>A{at}*3</f></c>' if formulas else number(f"C{at}", size * 3 + at)
        lines.append(line(at, number(f"A{at}", size), place, price))
    return zipped_sheet("".join(lines), MERGED if merged else "")


def zipped_sheet(rows: str, behind: str = "") -> bytes:
    """Return a workbook of one sheet: its rows, and what stands behind them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in (
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", WITHIN % ("officeDocument", "xl/workbook.xml")),
            ("xl/workbook.xml", BOOK),
            ("xl/_rels/workbook.xml.rels", WITHIN % ("worksheet", "worksheets/sheet1.xml")),
            ("xl/worksheets/sheet1.xml", SHEET % (rows, behind)),
        ):
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def line(at: int, *cells: str) -> str:
    """Return a row."""
    return f'<row r="{at}">{"".join(cells)}</row>'


def text(place: str, value: str) -> str:
    """Return a cell of text."""
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def number(place: str, value: float) -> str:
    """Return a cell of a number."""
    return f'<c r="{place}"><v>{value}</v></c>'

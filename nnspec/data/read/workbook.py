"""Reads a worksheet of a workbook (.xlsx, .xls, .ods); formulas count by their last value."""

import re
import zipfile

import polars as pl

from nnspec.catalog.sources import Excel
from nnspec.data.columns.refusals import WHOLE, refuse, unreadable
from nnspec.data.read.content import CELL, DAMAGED, Content, first_line
from nnspec.data.read.unpack import missing_library
from nnspec.diagnostics import Path
from nnspec.spec.source import nearest

FORMULA = re.compile(rb"<f\b[^>]*(?:/>|>[^<]*</f>)(?:<v/>|<v></v>)?</c>")
"""A cell of a formula without the value that it had when it was saved."""


def read_workbook(content: Content, said: Excel, place: Path) -> pl.DataFrame:
    """Read the worksheet that the spec names, or the only one.

    Raises:
        Refused: D102 for what is no workbook, D103 for a sheet that is not there, D116 for more
            than a file of its size may unpack to, D118 where the package is missing.
    """
    try:
        import fastexcel  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise missing_library(content, "fastexcel", "excel") from error
    _check_size(content)
    try:
        book = fastexcel.read_excel(content.data)
        name = _sheet(content, book.sheet_names, said, place)
        sheet = book.load_sheet(name, header_row=said.skip, whitespace_as_null=False)
        content.check(sheet.height * sheet.width * CELL)
        frame = pl.DataFrame(sheet)
    except (fastexcel.FastExcelError, *DAMAGED) as error:
        reason = f"it is no workbook, or damaged: {first_line(error)}"
        raise unreadable(content.file, reason, WHOLE) from error
    content.check_width(frame.width)
    empty = [column.name for column in frame if column.null_count() == frame.height]
    unnamed = [name for name in empty if name.startswith("__UNNAMED__")]
    _check_formulas(content, [name for name in empty if name not in unnamed])
    return frame.drop(unnamed)


def _check_formulas(content: Content, empty: list[str]) -> None:
    """Refuse columns without a value in a workbook whose formulas nobody has computed."""
    if not empty or not content.data.startswith(b"PK"):
        return
    with zipfile.ZipFile(content.stream()) as archive:
        sheets = [one for one in archive.namelist() if one.startswith("xl/worksheets/")]
        computed = not any(FORMULA.search(archive.read(one)) for one in sheets)
    if not computed:
        message = f'the formulas of column "{empty[0]}" have no values'
        hint = "open the workbook in a program that computes them, and save it there"
        raise unreadable(content.file, message, hint)


def _check_size(content: Content) -> None:
    """Refuse a workbook that unpacks to more than it may; an .xls is packed in no archive."""
    if not content.data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(content.stream()) as archive:
            content.check(sum(one.file_size for one in archive.infolist()))
    except (zipfile.BadZipFile, ValueError) as error:
        raise unreadable(content.file, f"it is no workbook, or damaged: {error}") from error


def _sheet(content: Content, sheets: list[str], said: Excel, place: Path) -> str:
    """Return the sheet that is named, or the only one."""
    wanted = said.sheet or (sheets[0] if len(sheets) == 1 else None)
    if wanted in sheets:
        return str(wanted)
    held = ", ".join(sheets[:20])
    if wanted:
        message = f'"{content.file}" has no sheet "{wanted}"; it has {held}'
        raise refuse("D103", message, hint=nearest(wanted, tuple(sheets)), path=place)
    hint = f"write source: {{excel: {{path: {content.file.name}, sheet: {sheets[0]}}}}}"
    message = f'"{content.file}" has {len(sheets)} sheets: {held}'
    raise refuse("D103", message, hint=hint, path=place)

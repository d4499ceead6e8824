"""What is called a text table and is none: packed, of another format, a page, bytes of no text."""

import re

from nnspec.data.columns.refusals import unreadable
from nnspec.data.read.content import Content
from nnspec.diagnostics import Refused
from nnspec.document.write import flow

PACKED = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst"}
"""How packed files begin."""
ARCHIVE = b"PK\x03\x04"
FORMATS = {
    b"PAR1": ("a Parquet file", "parquet"),
    b"ARROW1": ("an Arrow file", "feather"),
    b"SQLite format 3\x00": ("an SQLite database", "sqlite"),
    b"\x89HDF": ("an HDF5 file", "hdf5"),
    b"\x93NUMPY": ("an array of NumPy", "npy"),
}
"""How files of other formats begin."""
MEMBERS = {b"xl/workbook.xml": ("a workbook", "excel"), b".npy": ("an archive of arrays", "npz")}
"""What stands in archives of other formats."""
PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
SAMPLED = 2_000
"""Bytes that tell a text of two bytes a sign."""
HALF = 0.3
"""Share of NULs in such a text, where it is mostly of Latin letters."""


def check_text(content: Content) -> None:
    """Refuse (D102) what no text table is."""
    name, data = content.file.name, content.data
    for mark, ending in PACKED.items():
        if data.startswith(mark):
            raise unreadable(content.file, f"it is packed; name it {name}{ending}")
    found = next((kind for mark, kind in FORMATS.items() if data.startswith(mark)), None)
    if data.startswith(ARCHIVE):
        found = next((kind for mark, kind in MEMBERS.items() if mark in data), None)
        if found is None:
            raise unreadable(content.file, f"it is packed; name it {name}.zip")
    if found is not None:
        what, key = found
        hint = f"write source: {flow({key: {'path': name}})}"
        raise unreadable(content.file, f"it is {what}, no text table", hint)
    if PAGE.match(data[:SAMPLED]):
        hint = "fetch the table itself: the page may hold a link to it, or say what went wrong"
        raise unreadable(content.file, "it is a page of the web (HTML), no table", hint)
    if (at := data.find(b"\x00")) >= 0:
        raise _nul(content, at)


def _nul(content: Content, at: int) -> Refused:
    """Return the refusal of a byte that no text has, unless its signs have two."""
    data, name = content.data, content.file.name
    begin = data[:SAMPLED]
    line = data.count(b"\n", 0, at) + 1
    if begin.count(b"\x00") > HALF * len(begin):
        wide = "utf-16-be" if begin[:1] == b"\x00" else "utf-16-le"
        said = flow({"csv": {"path": name, "encoding": wide}})
        reason = "it looks like UTF-16, without the mark that says so"
        return unreadable(content.file, reason, f"write source: {said}")
    hint = "take the byte out, or save the table as text once more"
    return unreadable(content.file, f"it is no text: line {line} holds a NUL byte", hint)

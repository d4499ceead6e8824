"""A document to its text in the preferred style."""

import re
from collections import Counter

from nnspec.diagnostics import Refused
from nnspec.document import Document, parse_document, plain
from nnspec.language.keys import KEYS
from nnspec.style.comments import find_notes
from nnspec.style.lines import LineWriter

FOREIGN_LINES = re.compile("[\r\x85\u2028\u2029]")
"""Line ends other than \\n: columns and lines would be counted apart from the parser's."""


def restyle(document: Document) -> str:
    """Return the text of a document in the preferred style; applied twice, it changes nothing.

    Sections in the order of the reference; two spaces per level; a layer and whatever else fits
    stands on one line of 100 columns; quotes only where they are needed; comments where they
    were. Keras' own form, texts of several lines and lists with comments between their entries
    keep their form. A JSON document is left as it is, and so is one with anchors: an alias is
    another mention of a value, and where it stands is no question of style.
    """
    if document.file.endswith(".json") or FOREIGN_LINES.search(document.text):
        return document.text
    notes = find_notes(document.text)
    if notes.anchors:
        return document.text
    writer = LineWriter(document, notes)
    order = {name: index for index, name in enumerate(KEYS)}
    entries = document.root.entries
    header = writer.above(entries[0].key.start.line, 0, first=True) if entries else []
    parts = [
        (order.get(entry.name, len(order)), writer.entry(entry, 0, (), first=index == 0))
        for index, entry in enumerate(entries)
    ]
    ordered = [line for _, part in sorted(parts, key=lambda part: part[0]) for line in part]
    below = writer.above(len(writer.source) + 1, 0, first=False)
    text = "\n".join([*header, *ordered, *below]).strip("\n") + "\n"
    return text if says_the_same(document, text) else document.text


def says_the_same(document: Document, text: str) -> bool:
    """Return whether a text has the values and the comments of a document."""
    try:
        again = parse_document(text, document.file)
    except Refused:
        return False
    return repr(plain(again.root)) == repr(in_order(document, again)) and comments_of(
        document.text
    ) == comments_of(text)


def in_order(document: Document, again: Document) -> dict[str, object]:
    """Return the values of a document, its sections in the order of another."""
    values = {entry.name: plain(entry.value) for entry in document.root}
    return {entry.name: values.get(entry.name) for entry in again.root}


def comments_of(text: str) -> Counter[str]:
    """Return the comments of a text, without their order."""
    return Counter(one.text for one in find_notes(text).comments if one.text)

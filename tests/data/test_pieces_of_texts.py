"""Where the parts of a large text table end, and how few lines tell how a table is written."""

from pathlib import Path

import pytest

from nnspec.catalog.sources import Csv
from nnspec.data.read import parts
from nnspec.data.read.content import Content
from nnspec.data.read.dialect import Dialect, find_dialect
from nnspec.data.read.folders import _decoded
from nnspec.data.read.parts import OddTableError, Parts
from nnspec.diagnostics import Refused

HEADER = "a,b\n"


def pieces(
    text: str, monkeypatch: pytest.MonkeyPatch, quote: str | None = '"', size: int = 1
) -> list[str]:
    """Return the texts of the parts, each of at least so many bytes."""
    monkeypatch.setattr(parts, "PART", size)
    content = Content(Path("t.csv"), text.encode(), 2**30)
    read = Parts(content, Dialect(",", quote=quote), ["a", "b"])
    return [data.decode() for _, data in read.pieces()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n3,4\n", ["a,b\n", "1,2\n", "3,4\n"]),
        ("a,b\n1,2\n3,4", ["a,b\n", "1,2\n", "3,4"]),
        # An end of a line within quotes is none of a record, however many there are.
        ('a,b\n1,"x\ny"\n3,4\n', ["a,b\n", '1,"x\ny"\n', "3,4\n"]),
        ('a,b\n1,"x\ny\nz\n"\n3,4\n5,6\n', ["a,b\n", '1,"x\ny\nz\n"\n', "3,4\n", "5,6\n"]),
        # A part that began with an empty line, or with a mark, would be read without it.
        ("a,b\n1,2\n\n3,4\n5,6\n", ["a,b\n", "1,2\n\n", "3,4\n", "5,6\n"]),
        ("a,b\n1,2\n \n3,4\n5,6\n", ["a,b\n", "1,2\n \n", "3,4\n", "5,6\n"]),
        ("a,b\n1,2\n\ufeff3,4\n5,6\n", ["a,b\n", "1,2\n\ufeff3,4\n", "5,6\n"]),
    ],
)
def test_a_part_ends_with_a_record_and_the_next_begins_with_one(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: list[str]
) -> None:
    found = pieces(text, monkeypatch, size=2)
    assert "".join(found) == text
    assert found == expected


def test_quotes_that_are_text_end_no_part_later(monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'a,b\n1,5"\n3,4\n'
    assert pieces(text, monkeypatch, quote=None, size=2) == ["a,b\n", '1,5"\n', "3,4\n"]
    with pytest.raises(OddTableError):
        pieces(text, monkeypatch, size=2)


@pytest.mark.parametrize(
    ("text", "blanks"),
    [
        ("a b c\n1 2 3\n4 5 6\n", True),
        # The last line that is looked at may be cut off.
        ("a b c\n1 2 3\n4 5\n", True),
        ("a b c\n1 2\n", False),
        ("a b c\n1 2 3\n4 5\n6 7 8\n", False),
        ("a b c\nx y z\n4 5 6\n7 8 9\n", False),
        ("a\n1\n2\n", False),
        ("a b c\n", False),
    ],
)
def test_blanks_separate_where_all_lines_but_the_last_have_as_many_words(
    text: str, *, blanks: bool
) -> None:
    content = Content(Path("t.txt"), text.encode(), 2**30)
    found = find_dialect(content, Csv(path="t.txt")).separator
    assert (found == " ") is blanks


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        (b"Stra\xdfe", None, "no UTF-8 text: byte 5 is 0xdf"),
        (b"\xff\xfea\x00\x00\xd8", None, "no UTF-16 text: byte 5 is 0x00"),
        (b"\xe9", "ascii", "no ascii text: byte 1 is 0xe9"),
    ],
)
def test_a_text_that_cannot_be_read_names_the_encoding_that_was_tried(
    data: bytes, encoding: str | None, said: str
) -> None:
    with pytest.raises(Refused) as refused:
        _decoded(Path("texts/a.txt"), data, encoding)
    assert said in refused.value.diagnostics[0].message

"""How files are looked at before they are read: separators, remarks, bounds, and what is told."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nnspec.catalog.sources import Csv
from nnspec.data import Dataset
from nnspec.data.new_windows import cut_windows, future_rows
from nnspec.data.read import content as bounds
from nnspec.data.read.content import Content
from nnspec.data.read.dialect import Dialect, decoded, find_dialect, not_utf8
from nnspec.data.read.raw import Raw
from nnspec.data.read.records import find_ragged, written_rows
from nnspec.data.read.signs import Evidence, Signs
from nnspec.data.read.sniffed import settings_of
from nnspec.data.read.source import read_source
from nnspec.data.split.series import Series
from nnspec.data.split.windows import Layout
from nnspec.data.table import Column, Table
from nnspec.data.window_view import Cut, Held
from nnspec.diagnostics import Refused


def text(written: str | bytes, name: str = "t.csv") -> Content:
    data = written.encode() if isinstance(written, str) else written
    return Content(Path(name), data, 2**30)


def dialect_of(written: str, path: str = "t.csv", **said: object) -> Dialect:
    return find_dialect(text(written, path), Csv.model_validate({"path": path, **said}))


@pytest.mark.parametrize(
    ("written", "separator"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b;c\n1,5;2,5;3,5\n", ";"),
        ("a|b\n1|2\n", "|"),
        ("a\tb\n1\t2\n", "\t"),
        ("a;b,c\n1;2,3\n", ","),  # both give two cells: the usual one
        ("a;b;c,d\n1;2;3,4\n", ";"),  # three cells tell more than two
        ("a b\n1 2\n3 4\n", " "),
        ("a b\nx y\n", ","),  # no number in a row: words of a text
        ("a b\n1 2 3\n4 5\n", ","),
        ("a\n1\n2\n", ","),
        ("a;b\n1\n", ";"),  # ragged: the sign that the header holds
        ("a;b;c|d\n1\n", ";"),
    ],
)
def test_the_sign_that_parts_the_first_rows_alike_separates_cells(
    written: str, separator: str
) -> None:
    found = dialect_of(written)
    assert found.separator == separator
    words = {"\t": "tab", " ": "blanks"}
    told = {} if separator == "," else {"separator": words.get(separator, separator)}
    assert found.sniffed == told


def test_only_the_first_fifty_records_are_looked_at() -> None:
    rows = "1;2\n" * 49
    assert dialect_of("a;b\n" + rows + "3;4;5\n").separator == ";"
    assert dialect_of("a;b,c\n" + "1;2,3\n" * 48 + "3;4;5\n").separator == ","


def test_a_separator_of_ones_own_and_a_usual_one_by_the_ending() -> None:
    assert dialect_of("a\tb\n1\t2\n", "t.tsv").sniffed == {}
    assert dialect_of("a,b\n1,2\n", "t.tsv").sniffed == {"separator": ","}
    assert dialect_of("a,b\n1,2\n", separator="tab").separator == "\t"
    assert dialect_of("a,b\n1,2\n", separator="blanks").separator == " "
    assert dialect_of("a,b\n1,2\n", separator=";").sniffed == {}
    assert dialect_of("a,b\n", quote="none").quote is None
    assert dialect_of("a,b\n").quote == '"'
    assert dialect_of("a,b\n", quote="'").quote == "'"


@pytest.mark.parametrize(
    ("written", "skipped"),
    [
        ("# one\n# two\na,b\n1,2\n", 2),
        ("#a,b\n1,2\n3,4\n", 0),  # as many cells as the row below: a header
        ("# made\n#a,b\n1,2\n3,4\n", 1),
        ("# one\na,b\n", 0),  # nothing shows what the line is
        ("# one\na,b\n1,2\n", 1),
        ("a,b\n# late\n1,2\n", 0),
    ],
)
def test_remarks_above_the_header_are_passed_over(written: str, skipped: int) -> None:
    found = dialect_of(written)
    assert found.start == skipped
    assert found.sniffed.get("skip") == (str(skipped) if skipped else None)
    assert settings_of(found.sniffed).get("skip") == (skipped or None)


def test_lines_to_skip_come_before_remarks_and_records_keep_their_lines() -> None:
    found = dialect_of("x\n# one\na,b\n1,2\n", skip=1)
    assert (found.start, found.sniffed["skip"]) == (2, "2")
    said = dialect_of("% one\n% two\na,b\n1,2\n% three\n3,4\n", comment="%")
    assert (said.start, said.sniffed) == (2, {})
    records = list(said.records(text("% one\n% two\na,b\n1,2\n% three\n3,4\n")))
    assert records == [(3, ["a", "b"]), (4, ["1", "2"]), (6, ["3", "4"])]
    quoted = 'a,b\n"1\n2",3\n4,5\n'
    assert [line for line, _ in dialect_of(quoted).records(text(quoted))] == [1, 3, 4]


def test_texts_of_other_systems_become_utf_8_with_lines() -> None:
    assert decoded(text("a,b\r1,2\r"), None).data == b"a,b\n1,2\n"
    assert decoded(text("a,b\r\n1,2\r\n"), None).data == b"a,b\r\n1,2\r\n"
    assert decoded(text(b"a\n1\n\x1a"), None).data == b"a\n1\n"
    for encoding in ("utf-16-le", "utf-16-be"):
        mark = "\ufeff".encode(encoding)
        assert decoded(text(mark + "ä,b\n".encode(encoding)), None).data == "ä,b\n".encode()
    assert decoded(text("ä\n".encode("cp1252")), "cp1252").data == "ä\n".encode()
    with pytest.raises(Refused, match="its text is not ascii"):
        decoded(text("ä\n"), "ascii")


@pytest.mark.parametrize(
    ("before", "after"), [(" ", '"'), (",", "\t"), (";", "\n"), ("\n", ";"), ('"', " ")]
)
def test_the_word_around_a_byte_that_is_no_utf_8_is_shown(before: str, after: str) -> None:
    data = f"a,b\nx y{before}M\u00fcnchen{after}z".encode("cp1252")
    (found,) = not_utf8(text(data)).diagnostics
    line = 2 + (before == "\n")
    assert found.message.endswith(f"its text is not UTF-8; line {line} holds the byte 0xfc")
    assert str(found.hint).startswith('if "München" is right, write source: {csv: {path: t.csv')


def evidence(*columns: list[str]) -> tuple[str | None, str | None]:
    found = Evidence()
    for cells in columns:
        found.look_at(cells)
    return found.decimal, found.grouping


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.5", "2"], (".", None)),
        (["1,5", "2"], (",", None)),
        (["1,25", "-3,1e5"], (",", None)),
        (["1,250"], (None, None)),  # a thousand, or a fraction
        (["1,2500"], (",", None)),
        (["1,250,000"], (None, ",")),
        (["1.250.000"], (None, ".")),
        (["1'250'000"], (None, "'")),
        (["1 250 000"], (None, " ")),
        (["1,250.5"], (".", ",")),
        (["1.250,5"], (",", ".")),
        (["1 250,5"], (",", " ")),
        (["1'250.5"], (".", "'")),
        (["1\u00a0250\u202f000"], (None, " ")),
        (["1,5", "1.5"], (None, None)),  # both signs: neither is said
        (["1,5", "word 2"], (None, None)),
        (["1,5", "none"], (",", None)),  # a word without a digit says nothing
        (["none"], (None, None)),
    ],
)
def test_cells_say_how_numbers_are_written_where_it_can_mean_one_thing(
    cells: list[str], expected: tuple[str | None, str | None]
) -> None:
    assert evidence(cells) == expected


def test_columns_that_contradict_each_other_leave_doubt() -> None:
    assert evidence(["1,5"], ["2.5"]) == (None, None)
    assert evidence(["1,5"], ["2,5"]) == (",", None)
    assert evidence(["1,250,000"], ["1'250'000"]) == (None, None)


@pytest.mark.parametrize(
    ("signs", "cell", "plain"),
    [
        (Signs(",", "."), "1.234,5", "1234.5"),
        (Signs(",", "."), "12.34,5", "12.34,5"),
        (Signs(",", " "), " 1\u202f234,5", "1234.5"),
        (Signs(","), "-,5e3", "-.5e3"),
        (Signs(","), "word,", "word,"),
        (Signs(","), ",", ","),
        (Signs(".", "'"), "1'234'567.25", "1234567.25"),
        (Signs(".", ","), "1,23", "1,23"),
    ],
)
def test_numbers_are_written_plainly_and_other_texts_stay(
    signs: Signs, cell: str, plain: str
) -> None:
    settled = signs.settle(pl.Series([cell, None, "x1"]))
    assert settled.to_list() == [plain, None, "x1"]
    assert not signs.plain
    assert Signs().plain


@pytest.mark.parametrize(
    ("written", "said", "hint"),
    [
        (
            "title\n1,2\n",
            'row 1 of "t.csv" (line 2) has 2 fields; expected 1, as in the header',
            "csv: {skip: 1}",
        ),
        (
            "a,b\n1,2\nnote\n",
            'row 2 of "t.csv" (line 3) has 1 field; expected 2',
            "if line 3 is a note, and no row, take it out",
        ),
        (
            "a,b,c\n1,2\n",
            'row 1 of "t.csv" (line 2) has 2 fields; expected 3',
            "write the cells that line 2 lacks",
        ),
        (
            "a,b\n\n1,2\n1,2,3\n",
            'row 2 of "t.csv" (line 4) has 3 fields; expected 2',
            "correct line 4; a cell that holds the separator",
        ),
    ],
)
def test_a_row_of_another_number_of_fields_is_told_with_what_to_do(
    written: str, said: str, hint: str
) -> None:
    dialect = Dialect(",")
    width = len(written.split("\n", 1)[0].split(","))
    found = find_ragged(text(written), dialect, width)
    assert found is not None
    assert said in found.diagnostics[0].message
    assert hint in str(found.diagnostics[0].hint)
    assert find_ragged(text("a,b\n1,2\n"), dialect, 2) is None
    first = find_ragged(text("1,2\n3\n"), Dialect(",", header=False), 2)
    assert first is not None
    assert 'row 2 of "t.csv" (line 2) has 1 field; expected 2, as in the first row' in str(first)


def test_empty_lines_are_no_rows_and_rows_of_separators_are() -> None:
    content = text("a,b\n1,2\n\n,\n3,4\n")
    frame = pl.DataFrame({"a": [1, None, None, 3], "b": [2, None, None, 4]})
    assert written_rows(frame, content, Dialect(",")) == [0, 2, 3]
    whole = pl.DataFrame({"a": [1, None], "b": [2, 3]})
    assert written_rows(whole, text("a,b\n1,2\n,3\n"), Dialect(",")) is None


def test_a_file_unpacks_to_a_multiple_of_its_size_and_to_no_more_than_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounds, "SMALL", 100)
    file = Content(Path("t.gz"), b"x" * 2, 10_000)
    assert file.allowed() == 512
    assert file.allowed(49) == 100
    assert file.allowed(51) == 102
    assert Content(Path("t.gz"), b"x" * 2, 300).allowed() == 300
    file.check(512)
    with pytest.raises(Refused, match="D116"):
        file.check(513)
    file.check_width(50_000)
    with pytest.raises(Refused, match="has 50,001 columns; expected at most 50,000"):
        file.check_width(50_001)


def test_more_cells_than_a_text_of_its_size_can_hold_are_not_filled_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every cell counts as 16 bytes, and a text may unpack to 16 times its own size."""
    monkeypatch.setattr(bounds, "SMALL", 100)
    names = ",".join("abcdefghij")
    (tmp_path / "t.csv").write_text(f"{names}\n" + "\n" * 40)
    size = 41 * 10 * 16
    with pytest.raises(Refused, match=rf"{size} bytes.*limit is 960 bytes.*D116"):
        read_source("t.csv", tmp_path)
    (tmp_path / "t.csv").write_text(f"{names}\n" + "1\n" * 40)
    with pytest.raises(Refused, match=r"row 1 .* has 1 field; expected 10.*D104"):
        read_source("t.csv", tmp_path)
    row = ",".join("1234567890")
    (tmp_path / "t.csv").write_text(f"{names}\n" + f"{row}\n" * 40)
    assert read_source("t.csv", tmp_path).rows == 40


@pytest.mark.parametrize("known", [True, False])
def test_new_windows_know_their_last_targets_where_these_are_read(
    load: Callable[..., Dataset], *, known: bool
) -> None:
    text = "t,y\n" + "".join(f"{row},{10 * row}\n" for row in range(60))
    fitted = load(text, features=["t"], window={"length": 3, "horizon": 2}).fitted
    cells = {"t": Column("numeric", np.arange(8.0)), "y": Column("numeric", 10 * np.arange(8.0))}
    found = cut_windows(Table(cells, 8), fitted, ("y",) if known else ())
    if not known:
        assert found.latest is None
        assert found.rows.tolist() == [4, 5, 6, 7, 8, 9]
        return
    assert found.latest is not None
    assert found.latest["y"].values.tolist() == [20, 30, 40, 50]
    assert found.targets["y"].values.tolist() == [40, 50, 60, 70]
    assert found.rows.tolist() == [4, 5, 6, 7]


@pytest.mark.parametrize(("length", "shown"), [(24, "c" * 24), (25, "c" * 23 + "…")])
def test_a_cell_is_shown_as_it_is_written(length: int, shown: str) -> None:
    cells = pl.Series("a", [" x ", f" {'c' * length} "])
    raw = Raw({"a": cells, "b": pl.Series("b", [1, 2])}, 2, text=True, source="", fingerprint="")
    assert raw.written("a", 0) == "x"
    assert raw.written("a", 1) == shown
    assert raw.written("b", 0) is None


def test_a_database_whose_last_changes_stand_elsewhere_is_refused(tmp_path: Path) -> None:
    def base(name: str, mode: str) -> Path:
        with sqlite3.connect(tmp_path / name) as made:
            made.execute(f"pragma journal_mode={mode}")
            made.execute("create table t (x int, y int)")
            made.executemany("insert into t values (?, ?)", [(n, 2 * n) for n in range(5)])
        made.close()
        return tmp_path / f"{name}-wal"

    source = {"sqlite": {"path": "t.db", "table": "t"}}
    for mode, size, refused in (("wal", 9, True), ("wal", 0, False), ("delete", 9, False)):
        (tmp_path / "t.db").unlink(missing_ok=True)
        beside = base("t.db", mode)
        beside.write_bytes(b"x" * size)
        if refused:
            with pytest.raises(Refused, match=r'its last changes stand in "t.db-wal"'):
                read_of(source, tmp_path)
        else:
            assert read_of(source, tmp_path).rows == 5
        beside.unlink()
    (tmp_path / "t.db").unlink()
    base("t.db", "wal")
    assert read_of(source, tmp_path).rows == 5


def read_of(source: object, folder: Path) -> Raw:
    from nnspec.spec.data import DataSection  # noqa: PLC0415 - of this alone

    return read_source(DataSection.model_validate({"source": source}).source, folder)


def test_rows_at_the_end_that_hold_only_what_is_known_are_counted_by_stretch() -> None:
    nan = np.nan
    table = Table(
        {
            "x": Column("numeric", np.array([nan, nan, 1, nan, nan, nan, 3, 4, nan])),
            "z": Column("numeric", np.array([nan, nan, nan, nan, nan, nan, nan, 1, nan])),
            "k": Column("numeric", np.arange(9.0)),
        },
        9,
    )
    starts, stops = np.array([0, 2, 5]), np.array([2, 5, 9])
    series = Series(np.arange(9), starts, stops, np.zeros(9, np.int64))
    layout = Layout(("x", "z", "k"), {"k_ahead": "k"})
    assert future_rows(table, series, layout).tolist() == [2, 2, 1]
    # Where nothing but what is known is read, no row is of the future.
    assert future_rows(table, series, Layout(("k",), {"k_ahead": "k"})).tolist() == [0, 0, 0]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_steps_that_windows_hold_are_numbered_and_covered(length: int) -> None:
    cut = Cut(np.array([0, 1, 6, 7, 8]), np.arange(3))
    held = Held.of(cut, 12)
    assert (held.begins.tolist(), held.ends.tolist()) == ([0, 6], [4, 11])
    assert held.count == 9
    steps = np.array([0, 3, 6, 10, 7])
    assert held.numbers(steps).tolist() == [0, 3, 4, 8, 5]
    covering = held.covering(length)
    rows = covering.starts[:, None] + covering.offsets
    assert sorted(set(rows.ravel().tolist())) == [0, 1, 2, 3, 6, 7, 8, 9, 10]
    assert len(covering.starts) == -(-4 // length) + -(-5 // length)

"""Tables as people hold them that are no good, or only look so: each by what it takes to make it.

A new one is a line of `CASES`, and the answer beside the others in tests/golden/tables.
"""

import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from workbooks import workbook

ROWS = 40
HEADER = "size,place,price"
PLACES = ("north", "south", "east", "west")
NUMBERS = "{Dense: 1}"
CLASSES = "{Dense: {units: 2, activation: softmax}}"
SPEC = """\
nnspec: 1
name: table
data: %s
model: [%s]
training: {optimizer: adam, loss: %s, epochs: 1}
"""


@dataclass(frozen=True)
class Case:
    """A table, and the spec that reads it.

    Attributes:
        files: content by name.
        data: the settings of `data`, in flow style.
        model: the layers.
        loss: of the training.
        fine: whether nothing is to be found.
    """

    files: dict[str, bytes]
    data: str
    model: str = NUMBERS
    loss: str = "mse"
    fine: bool = False

    def write(self, folder: Path) -> None:
        """Write table and spec."""
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        text = SPEC % (self.data, self.model, self.loss)
        (folder / "spec.yaml").write_text(text, encoding="utf-8")


def row(number: int) -> str:
    """Return a good row: none equals another, and none gives the price away."""
    size = number * 37 % 101 + 0.5
    return f"{size},{PLACES[number * 7 % 11 % 4]},{size * 3 + number * 13 % 17:g}"


def table(*changed: tuple[int, str], header: str = HEADER, rows: int = ROWS) -> str:
    """Return a good table, some lines of it changed: 1 is the first row."""
    lines = [header, *map(row, range(1, rows + 1))]
    for number, text in changed:
        lines[number] = text
    return "\n".join(lines) + "\n"


def csv(text: str | bytes, *settings: str, fine: bool = False, name: str = "table.csv") -> Case:
    """Return a text table, with further settings of `data`."""
    content = text if isinstance(text, bytes) else text.encode()
    data = ", ".join([f"source: {name}", "target: price", *settings])
    return Case({name: content}, f"{{{data}}}", fine=fine)


def classes(text: str, *settings: str) -> Case:
    """Return a table whose target has classes."""
    data = ", ".join(["source: table.csv", "target: kind", *settings])
    loss = "sparse_categorical_crossentropy"
    return Case({"table.csv": text.encode()}, f"{{{data}}}", CLASSES, loss)


def series(days: Iterable[str], window: str, *, fine: bool = False) -> Case:
    """Return a series with these times."""
    lines = [f"{day},{number * 7 % 13}.5" for number, day in enumerate(days)]
    text = "\n".join(["day,price", *lines]) + "\n"
    data = f"{{source: table.csv, target: price, window: {window}}}"
    return Case({"table.csv": text.encode()}, data, f"{{LSTM: 4}}, {NUMBERS}", fine=fine)


def days(count: int) -> list[str]:
    """Return days one after another."""
    return [str(np.datetime64("2024-01-01") + number) for number in range(count)]


def frame(rows: int = ROWS) -> pl.DataFrame:
    """Return the good table with its types."""
    return pl.read_csv(table(rows=rows).encode())


def packed(write: Callable[[io.BytesIO], Any]) -> bytes:
    """Return what is written into a stream."""
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def zipped(**files: str) -> bytes:
    """Return an archive."""

    def write(stream: io.BytesIO) -> None:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(zipfile.ZipInfo(f"{name}.csv"), text)

    return packed(write)


def database() -> bytes:
    """Return the good table in a database."""
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table houses (size real, place text, price real)")
        connection.executemany("insert into houses values (?, ?, ?)", frame().rows())
        connection.commit()
        return connection.serialize()


def jsonl(*changed: tuple[int, str]) -> bytes:
    """Return the good table as JSON lines, some of them changed: 1 is the first row."""
    lines = [json.dumps(one) for one in frame().to_dicts()]
    for number, text in changed:
        lines[number - 1] = text
    return ("\n".join(lines) + "\n").encode()


def arrays(**columns: object) -> bytes:
    """Return arrays in an archive."""
    held: dict[str, Any] = {name: np.asarray(one) for name, one in columns.items()}
    return packed(lambda stream: np.savez(stream, **held))


def other(name: str, content: bytes, source: str | None = None, *, fine: bool = False) -> Case:
    """Return a table of another format."""
    return Case({name: content}, f"{{source: {source or name}, target: price}}", fine=fine)


def kinds(*changed: tuple[int, str]) -> str:
    """Return a table of two classes."""
    lines = ["size,kind", *(f"{i * 37 % 101}.5,{'ab'[i * 7 % 11 % 2]}" for i in range(1, ROWS + 1))]
    for number, text in changed:
        lines[number] = text
    return "\n".join(lines) + "\n"


def wide(count: int) -> str:
    """Return a table of many columns."""
    draw = np.random.default_rng(0).integers(0, 1000, (12, count + 1))
    header = ",".join([*(f"c{number}" for number in range(count)), "price"])
    return "\n".join([header, *(",".join(map(str, one)) for one in draw.tolist())]) + "\n"


def keyed(column: str, value: Callable[[int], str]) -> str:
    """Return the good table with one more column in front."""
    lines = [f"{value(number)},{row(number)}" for number in range(1, ROWS + 1)]
    return "\n".join([f"{column},{HEADER}", *lines]) + "\n"


CASES: dict[str, Callable[[], Case]] = {
    # The text as a whole.
    "byte-order-mark": lambda: csv("\ufeff" + table(), fine=True),
    "utf-16-with-mark": lambda: csv(table().encode("utf-16"), fine=True),
    "utf-16-without-mark": lambda: csv(table().encode("utf-16-le")),
    "latin-1": lambda: csv(table((3, "5.5,K\xf6ln,17")).encode("latin-1")),
    "nul-bytes": lambda: csv(table((3, "5.5,no\x00rth,17"))),
    "control-characters": lambda: csv(table((3, "5.5,no\x07rth,17")), fine=True),
    "carriage-returns-alone": lambda: csv(table().replace("\n", "\r"), fine=True),
    "end-of-file-of-dos": lambda: csv(table() + "\x1a", fine=True),
    "empty": lambda: csv(""),
    "blanks-alone": lambda: csv("\n\n \n"),
    "no-file": lambda: Case({}, "{source: table.csv, target: price}"),
    "name-misspelt": lambda: Case(
        {"tabel.csv": table().encode()}, "{source: table.csv, target: price}"
    ),
    "page-of-the-web": lambda: csv(
        "<!DOCTYPE html>\n<html>\n<head><title>404, not found</title></head>\n</html>\n"
    ),
    "parquet-called-csv": lambda: csv(packed(frame().write_parquet)),
    "gz-called-csv": lambda: csv(gzip.compress(table().encode(), mtime=0)),
    # Header and rows.
    "header-only": lambda: csv(HEADER + "\n"),
    "no-header": lambda: csv("\n".join(table().splitlines()[1:]) + "\n"),
    "no-header-of-numbers": lambda: csv(
        "\n".join(f"{i * 37 % 101}.5,{i * 13 % 17}.25" for i in range(ROWS)) + "\n"
    ),
    "duplicate-columns": lambda: csv(table(header="size,size,price")),
    "column-without-name": lambda: csv(table(header="size,,price")),
    "repeated-header": lambda: csv(table((20, HEADER))),
    "title-above": lambda: csv("Houses of 2024\n" + table()),
    "short-row": lambda: csv(table((7, "5.5,north"))),
    "long-row": lambda: csv(table((7, "5.5,north,17,9"))),
    "footer-total": lambda: csv(table() + "Total,,4711\n"),
    "footer-note": lambda: csv(table() + "\nSource: the land registry\n"),
    "open-quote": lambda: csv(table((7, '5.5,"north,17'))),
    "wrong-separator": lambda: Case(
        {"table.csv": table().encode()},
        '{source: {csv: {path: table.csv, separator: ";"}}, target: price}',
    ),
    "too-few-names": lambda: Case(
        {"table.csv": table().encode()},
        "{source: {csv: {path: table.csv, names: [size, price]}}, target: price}",
    ),
    "ten-thousand-columns": lambda: csv(wide(10_000), fine=True),
    "one-row": lambda: csv(table(rows=1)),
    "ten-megabytes-in-a-cell": lambda: csv(table((3, f"5.5,{'n' * 10_000_000},17")), fine=True),
    # Cells.
    "mixed-types": lambda: csv(table((9, "unknown,north,17"))),
    "comma-for-point": lambda: csv(table((9, '"5,5",north,17'))),
    "thousands": lambda: csv(table((9, '"1,234",north,17'))),
    "money": lambda: csv(table((9, "$12,north,17"))),
    "unit": lambda: csv(table((9, "12 kg,north,17"))),
    "infinity": lambda: csv(table((9, "inf,north,17"))),
    "1e400": lambda: csv(table((9, "1e400,north,17"))),
    "beyond-single-precision": lambda: csv(table((9, "1e39,north,17"))),
    "missing-cell": lambda: csv(table((9, ",north,17"))),
    "missing-target": lambda: csv(table((9, "5.5,north,"))),
    "column-without-cells": lambda: csv(
        table(header="size,place,price,note").replace("\n", ",\n").replace("note,", "note"),
        "missing: median",
    ),
    "dates-as-text": lambda: csv(keyed("sold", lambda i: days(ROWS)[i - 1])),
    "dates-in-doubt": lambda: csv(keyed("sold", lambda i: f"{i % 9 + 1:02}/0{i % 7 + 1}/2024")),
    "no-such-day": lambda: csv(
        keyed("sold", lambda i: "2024-02-30" if i == 9 else days(ROWS)[i - 1]),
        "columns: {sold: date}",
    ),
    "mixed-time-zones": lambda: csv(
        keyed("sold", lambda i: f"{days(ROWS)[i - 1]}T12:00:00+0{i % 3}:00"),
        "columns: {sold: date}",
    ),
    "identifiers": lambda: csv(keyed("name", lambda i: f"house {i * 31 % 97}")),
    "target-among-features": lambda: csv(
        "\n".join(f"{line},{line.split(',')[2]}" for line in table().splitlines()).replace(
            "price,price", "price,worth"
        )
        + "\n"
    ),
    "rows-in-two-splits": lambda: csv(table() + table().split("\n", 1)[1]),
    "negative-weight": lambda: csv(
        keyed("weight", lambda i: "-1" if i == 9 else "2"), "sample_weight: weight"
    ),
    # Targets.
    "constant-target": lambda: csv("\n".join(["size,price", *(f"{i},5" for i in range(ROWS))])),
    "one-class": lambda: classes(kinds().replace(",b", ",a")),
    "class-of-one-row": lambda: classes(kinds((ROWS - 1, "7.5,c")), "split: {method: time}"),
    "unknown-target": lambda: csv(table(header="size,place,prize")),
    # Splits and series.
    "one-group": lambda: csv(keyed("owner", lambda _: "a"), "split: {group: owner}"),
    "fold-of-no-name": lambda: csv(keyed("fold", lambda i: str(i % 5)), "split: {column: fold}"),
    "fold-without-rows": lambda: csv(keyed("fold", lambda _: "test"), "split: {column: fold}"),
    "split-column-of-one-split": lambda: csv(
        keyed("fold", lambda _: "train"), "split: {column: fold}", fine=True
    ),
    "duplicate-times": lambda: series([*days(30), *days(30)[-1:]], "{length: 4, time: day}"),
    "unordered-times": lambda: series(days(60)[::-1], "{length: 4, time: day}", fine=True),
    "gaps": lambda: series([*days(60)[:20], *days(60)[30:]], "{length: 4, time: day}"),
    "times-that-are-none": lambda: series(["soon"] * 30, "{length: 4, time: day}"),
    "shorter-than-the-window": lambda: series(days(10), "{length: 24, time: day}"),
    # Packed and of other formats.
    "gz-that-ends-early": lambda: csv(
        gzip.compress(table().encode(), mtime=0)[:-200], name="table.csv.gz"
    ),
    "zip-that-ends-early": lambda: csv(zipped(table=table())[:-40], name="table.zip"),
    "zip-of-two": lambda: csv(zipped(one=table(), two=table()), name="table.zip"),
    "parquet-that-ends-early": lambda: other("table.parquet", packed(frame().write_parquet)[:-300]),
    "no-sqlite": lambda: other("table.sqlite", b"not a database"),
    "query-that-writes": lambda: other(
        "table.db", database(), "{sqlite: {path: table.db, query: delete from houses}}"
    ),
    "table-that-is-not-there": lambda: other(
        "table.db", database(), "{sqlite: {path: table.db, table: house}}"
    ),
    "query-without-rows": lambda: other(
        "table.db",
        database(),
        "{sqlite: {path: table.db, query: select * from houses where size < 0}}",
    ),
    "formulas": lambda: other("table.xlsx", workbook(ROWS, formulas=True)),
    "merged-cells": lambda: other("table.xlsx", workbook(ROWS, merged=True)),
    "lines-of-other-keys": lambda: other(
        "table.jsonl", jsonl((9, '{"size": 4.5, "plce": "north", "price": 17}'))
    ),
    "line-that-is-no-json": lambda: other("table.jsonl", jsonl((9, '{"size": 4.5, '))),
    "numbers-and-texts-in-json": lambda: other(
        "table.jsonl", jsonl((9, '{"size": "big", "place": "north", "price": 17}'))
    ),
    "json-that-is-no-table": lambda: other("table.json", b'{"title": "houses", "count": 3}'),
    "arrays-of-other-lengths": lambda: other(
        "table.npz", arrays(size=np.arange(30.0), price=np.arange(29.0))
    ),
    "pickled-array": lambda: other(
        "table.npz", arrays(size=np.array([{}] * 30, dtype=object), price=np.arange(30.0))
    ),
    # Several files.
    "pattern-without-files": lambda: Case({}, '{source: "parts/*.csv", target: price}'),
    "files-of-other-columns": lambda: Case(
        {"a.csv": table().encode(), "b.csv": table(header="size,plaice,price").encode()},
        '{source: "*.csv", target: price}',
    ),
    "files-of-other-kinds": lambda: Case(
        {"a.csv": table().encode(), "b.csv": table((4, "small,north,17")).encode()},
        '{source: "*.csv", target: price}',
    ),
}
"""What is wrong -> the table. `fine`: nothing is, though it may look so."""

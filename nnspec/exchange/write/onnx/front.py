"""The front as operators: raw columns to the network's inputs, and which rows can be answered.

It says what `nnspec.build.front` computes in TensorFlow, cell by cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from nnspec.data.columns.cells import LARGEST_INTEGER, SMALLEST_INTEGER
from nnspec.data.fit.fitted import (
    BooleanFit,
    CategoryFit,
    ColumnFit,
    DateFit,
    IntegerFit,
    NumericFit,
    Preprocessing,
    TextFit,
    fills_gaps,
)
from nnspec.data.fit.image import ImageFit
from nnspec.exchange.write.onnx import dates, numbers, texts, words
from nnspec.exchange.write.onnx.forms import KINDS
from nnspec.exchange.write.onnx.graph import (
    DOUBLE,
    FLOAT,
    INT32,
    INT64,
    STRING,
    UINT8,
    Unwritable,
    Writer,
)
from nnspec.exchange.write.onnx.preprocessing import one_hot


class UnwrittenColumn(Exception):
    """Says which column cannot be read in ONNX, and why."""

    def __init__(self, column: str, cause: Unwritable) -> None:
        super().__init__(cause.reason)
        self.column = column
        self.reason = cause.reason
        self.hint = cause.hint


@dataclass(frozen=True, slots=True)
class Cells:
    """A column as a table holds it.

    Attributes:
        name: of the tensor, (batch, ...).
        taken: which cells can be answered, in the same shape.
    """

    name: str
    taken: str


def raw_kind(fit: ColumnFit) -> int:
    """Return the type of a raw column."""
    kinds: dict[str, int] = {
        "category": STRING,
        "date": STRING,
        "text": STRING,
        "integer": INT64,
        "boolean": FLOAT,
        "image": UINT8,
        "numeric": FLOAT,
    }
    double = isinstance(fit, NumericFit) and fit.precision == "double"
    return int(DOUBLE) if double else kinds[fit.kind]


def raw_shape(fitted: Preprocessing, column: str) -> tuple[int | str, ...]:
    """Return the shape of a raw column; the batch has a name."""
    return ("batch", *fitted.steps(column), *fitted.columns[column].shape)


def write_front(
    writer: Writer, fitted: Preprocessing, columns: Mapping[str, str]
) -> tuple[dict[str, str], str]:
    """Write the front; return the network's inputs by name, and which rows, (batch,), are taken.

    Args:
        writer: takes the operators.
        fitted: the preprocessing.
        columns: column -> name of the graph's input.

    Raises:
        UnwrittenColumn: a column whose cells no operator reads.
    """
    front = Front(writer, fitted)
    return front.write(columns)


@dataclass(frozen=True, slots=True)
class Front:
    """Writes the columns of one preprocessing."""

    writer: Writer
    fitted: Preprocessing

    def write(self, columns: Mapping[str, str]) -> tuple[dict[str, str], str]:
        """Return inputs and rows that are taken."""
        held: dict[str, str] = {}
        taken: list[str] = []
        encoded: dict[str, str] = {}
        raw = {**columns, **self._bare(columns)}
        for name, fit in self.fitted.columns.items():
            try:
                cells = self._read(fit, raw[name])
                if name in self.fitted.forward:
                    cells = self._carry(fit, name, cells)
                held[name] = cells.name
                taken.append(self._rows(cells.taken, 1 + len(self._inner(name, fit))))
                encoded[name] = self._encode(fit, cells.name)
            except Unwritable as cause:
                raise UnwrittenColumn(name, cause) from cause
        rows = taken[0]
        for one in taken[1:]:
            rows = self.writer.op("And", rows, one)
        inputs = {name: self._input(many, encoded) for name, many in self.fitted.inputs.items()}
        return inputs, rows

    def _bare(self, columns: Mapping[str, str]) -> dict[str, str]:
        """Return the columns of which blanks around a text would count, without these."""
        names = [
            name
            for name, fit in self.fitted.columns.items()
            if isinstance(fit, CategoryFit | DateFit)
            or (isinstance(fit, TextFit) and fit.split == "character")
        ]
        found = texts.bare_columns(self.writer, [columns[name] for name in names])
        return dict(zip(names, found, strict=True))

    def _inner(self, name: str, fit: ColumnFit) -> tuple[int, ...]:
        """Return the axes of a raw column behind the batch; those of a picture are one."""
        return (*self.fitted.steps(name), *(() if isinstance(fit, ImageFit) else fit.shape))

    def _rows(self, cells: str, rank: int) -> str:
        """Return in which rows all cells are true."""
        if rank == 1:
            return cells
        least = self.writer.reduce("Min", self.writer.cast(cells, INT32), tuple(range(1, rank)))
        return self.writer.op("Equal", least, self.writer.constant(1, np.int32))

    def _read(self, fit: ColumnFit, raw: str) -> Cells:
        """Return a raw column's cells as a table holds them, and which are taken."""
        writer = self.writer
        match fit:
            case CategoryFit():
                return self._read_category(fit, raw)
            case NumericFit():
                return Cells(raw, self._or_filled(fit, raw, numbers.taken(writer, fit, raw)))
            case BooleanFit():
                found = [writer.op("Equal", raw, writer.floats(one)) for one in (0, 1)]
                return Cells(raw, self._or_filled(fit, raw, writer.op("Or", *found)))
            case IntegerFit():
                low = writer.op("GreaterOrEqual", raw, writer.constant(SMALLEST_INTEGER, np.int64))
                high = writer.op("LessOrEqual", raw, writer.constant(LARGEST_INTEGER, np.int64))
                taken = writer.op("And", low, high)
                cells = writer.op("Where", taken, raw, writer.constant(0, np.int64))
                return Cells(cells, taken)
            case ImageFit():
                flat = writer.op("Shape", raw, start=0, end=1)
                return Cells(raw, writer.op("Expand", writer.constant(values=True), flat))
            case DateFit():
                read, missing = dates.read_dates(writer, fit, raw, self.fitted.null_values)
                taken = writer.op("Not", dates.is_missing(writer, read))
                return Cells(read, writer.op("Or", taken, missing) if fit.fill else taken)
            case TextFit():
                read = texts.present(writer, raw, self.fitted.null_values)
                taken = self._or_missing(fit, texts.is_empty(writer, read))
                # Runtimes end a text at this sign, or take it for one like others.
                odd = writer.op("RegexFullMatch", raw, pattern=r"(?s).*\x00.*")
                return Cells(read, writer.op("And", taken, writer.op("Not", odd)))
            case _:
                assert_never(fit)

    def _read_category(self, fit: CategoryFit, raw: str) -> Cells:
        writer = self.writer
        if fit.hash:
            raise Unwritable(
                "its classes are hashed by a function that no operator of ONNX computes",
                "export to savedmodel, or give the column a vocabulary: leave num_bins out",
            )
        read = texts.categories(writer, raw, self.fitted.null_values)
        missing = texts.is_empty(writer, read)
        taken = self._or_missing(fit, missing)
        if fit.unknown == "error":
            places = texts.find_places(writer, read, fit.vocabulary)
            known = writer.op("GreaterOrEqual", places, writer.constant(0, np.int64))
            taken = writer.op("And", taken, writer.op("Or", known, missing))
        return Cells(read, taken)

    def _or_missing(self, fit: CategoryFit | TextFit, missing: str) -> str:
        """Return which texts are taken, missing ones too where they are something."""
        there = self.writer.op("Not", missing)
        return self.writer.op("Or", there, missing) if fills_gaps(fit) else there

    def _or_filled(self, fit: NumericFit | BooleanFit, raw: str, taken: str) -> str:
        """Return which cells are taken, missing ones too where something fills them."""
        if fit.fill is None:
            return taken
        return self.writer.op("Or", taken, self.writer.op("IsNaN", raw))

    def _missing(self, fit: ColumnFit, cells: str) -> str:
        """Return which cells of a table are missing."""
        if isinstance(fit, CategoryFit | TextFit):
            return texts.is_empty(self.writer, cells)
        if isinstance(fit, DateFit):
            return dates.is_missing(self.writer, cells)
        if isinstance(fit, NumericFit | BooleanFit):
            return self.writer.op("IsNaN", cells)
        return self.writer.cast(self.writer.op("Sub", cells, cells), KINDS["boolean"])

    def _carry(self, fit: ColumnFit, name: str, cells: Cells) -> Cells:
        """Return cells, (batch, steps, ...), with the last known one in place of missing ones."""
        writer, missing = self.writer, self._missing(fit, cells.name)
        (steps,) = self.fitted.steps(name)
        rank = 2 + len(fit.shape)
        absent = writer.cast(missing, INT32)
        if rank > 2:  # noqa: PLR2004 - cells that are arrays
            absent = writer.reduce("Max", absent, tuple(range(2, rank)))
        places = writer.constant(np.arange(steps), np.int32)
        gone = writer.cast(absent, KINDS["boolean"])
        latest = writer.op("Where", gone, writer.constant(-1, np.int32), places)
        parts = [writer.slice(latest, 1, one, one + 1) for one in range(steps)]
        for place in range(1, steps):
            parts[place] = writer.op("Max", parts[place], parts[place - 1])
        latest = writer.concat(parts, 1)
        known = writer.op("GreaterOrEqual", latest, writer.constant(0, np.int32))
        source = writer.cast(writer.op("Max", latest, writer.constant(0, np.int32)), INT64)
        held = writer.op("GatherND", cells.name, writer.expand_dims(source, -1), batch_dims=1)
        wide = writer.expand_dims(known, *range(2, rank)) if rank > 2 else known  # noqa: PLR2004
        found = writer.op("Where", wide, held, cells.name)
        taken = writer.op("Or", cells.taken, writer.op("And", missing, wide))
        return Cells(found, taken)

    def _encode(self, fit: ColumnFit, cells: str) -> str:
        """Return a column as numbers with a last axis of the column's width."""
        codes = self._codes(fit, cells)
        if not fit.indicator:
            return codes
        kind = INT32 if isinstance(fit, CategoryFit) and fit.encoding == "index" else FLOAT
        missing = self.writer.cast(self._missing(fit, cells), kind)
        return self.writer.concat([codes, self.writer.expand_dims(missing, -1)], -1)

    def _codes(self, fit: ColumnFit, cells: str) -> str:
        """Return a column as numbers, but for the one that says which cells were missing."""
        writer = self.writer
        match fit:
            case NumericFit():
                return numbers.encode(writer, fit, cells)
            case BooleanFit():
                return writer.expand_dims(numbers.filled(writer, cells, fit.fill, FLOAT), -1)
            case IntegerFit():
                return writer.expand_dims(writer.cast(cells, INT32), -1)
            case CategoryFit():
                return self._encode_category(fit, cells)
            case ImageFit():
                dark, bright = fit.value_range
                scaled = writer.op(
                    "Mul", writer.cast(cells, FLOAT), writer.floats((bright - dark) / 255)
                )
                return writer.expand_dims(writer.op("Add", scaled, writer.floats(dark)), -1)
            case DateFit():
                return dates.encode_dates(writer, fit, cells)
            case TextFit():
                return self._encode_text(fit, cells)
            case _:
                assert_never(fit)

    def _encode_text(self, fit: TextFit, cells: str) -> str:
        """Return the numbers of words, at least one, or a number for each of the vocabulary."""
        writer = self.writer
        letters = fit.split == "character"
        parting = words.Parting(fit.vocabulary, fit.lowered, fit.stripped, letters, fit.sizes)
        row = texts.flat(writer, texts.filled(writer, cells, fit.fill))
        places = words.places_of(writer, parting, row)
        if fit.numbered:
            codes = words.numbered(writer, places, fit.length)
            first = writer.constant([1] + [0] * (fit.length - 1), np.int64)
            codes = writer.cast(writer.op("Max", codes, first), INT32)
        else:
            codes = words.counted(writer, places, fit.codes, often=fit.mode != "multi_hot")
            codes = writer.op("Mul", codes, writer.floats(fit.weights)) if fit.weights else codes
        width = writer.ints(fit.width)
        shape = writer.concat([writer.op("Shape", cells), width], 0)
        return writer.op("Reshape", codes, shape)

    def _encode_category(self, fit: CategoryFit, cells: str) -> str:
        """Return categories by position, counted from 1 with 0 for unknown ones, or one-hot."""
        writer = self.writer
        places = texts.find_places(writer, texts.filled(writer, cells, fit.fill), fit.vocabulary)
        places = writer.cast(places, INT32)
        if fit.encoding == "index":
            return writer.expand_dims(writer.op("Add", places, writer.constant(1, np.int32)), -1)
        if fit.unknown == "own":
            unknown = writer.op("Less", places, writer.constant(0, np.int32))
            last = writer.constant(len(fit.vocabulary), np.int32)
            places = writer.op("Where", unknown, last, places)
        return one_hot(writer, places, fit.codes)

    def _input(self, names: tuple[str, ...], encoded: Mapping[str, str]) -> str:
        """Return one input: its columns side by side along the last axis."""
        parts = [encoded[name] for name in names]
        first = self.fitted.columns[names[0]]
        if first.shape:
            return parts[0] if first.width > 1 else self.writer.squeeze(parts[0], -1)
        return self.writer.concat(parts, -1)

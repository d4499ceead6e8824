"""Types the columns of a source: numbers, categories, booleans, integers.

Texts are looked at cell by cell; columns that come with a type keep it unless another is declared.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np
import polars as pl

from nnspec.catalog.columns import Vector
from nnspec.catalog.pictured import ImageColumn, MaskColumn, Pictured
from nnspec.data.columns.cells import name_categories, read_texts
from nnspec.data.columns.dates import CANONICAL, ISO, Form, find_forms, read_dates
from nnspec.data.columns.distinct import Distinct, find_distinct
from nnspec.data.columns.figures import FIGURE, advise, advise_date
from nnspec.data.columns.listed import in_a_row, part_tags
from nnspec.data.columns.pictures import read_column
from nnspec.data.columns.plain import CODE, Declared, find_plain_numbers
from nnspec.data.columns.vectors import read_vectors
from nnspec.data.read.held import HeldColumns
from nnspec.data.read.raw import Raw
from nnspec.data.read.signs import Signs
from nnspec.data.table import Column, Table, Values
from nnspec.diagnostics import Diagnostic, Path, Refused
from nnspec.document.write import flow
from nnspec.spec.data import Kind

TEXTUAL = ("category", "identifier", "date", "text", "tags")
"""Kinds whose cells stay texts."""
NAMES = ("category", "identifier", "text", "tags")
"""Kinds that cells of any type may have, as they are written."""
LISTED = ("text", "tags")
"""Kinds that lists of words may have."""
NUMERIC_SHARE = 0.95
SHOWN_CELLS = 1000
"""Cells that are none of the column's kind which a hint looks at."""
"""A column of this share of numbers, and not all, is a numeric column with slips."""

TRUE = ("true", "1", "yes", "1.0")
FALSE = ("false", "0", "no", "0.0")


def type_columns(
    raw: Raw,
    names: Iterable[str],
    kinds: Mapping[str, Declared],
    null_values: tuple[str, ...] = (),
) -> Table:
    """Return the named columns of a source, typed.

    Args:
        raw: the source.
        names: columns to type; the others are not looked at.
        kinds: types of columns that are not to be inferred, of dates also their form.
        null_values: texts that count as missing, beside empty ones.

    Raises:
        Refused: D106 with the first cell that is not of the column's type, D119 for a type that
            has no meaning here, what `read_column` says of pictures; of all columns at once.
    """
    columns: dict[str, Column] = {}
    refused: list[Diagnostic] = []
    names = tuple(dict.fromkeys(names))
    said = {**raw.kinds, **kinds}
    plain = find_plain_numbers(raw, names, said, null_values)
    for name in names:
        try:
            if name in plain:
                columns[name] = Column("numeric", plain[name])
            else:
                columns[name] = _read(raw, name, said.get(name), null_values)
        except Refused as error:
            refused.extend(error.diagnostics)
    if refused:
        raise Refused(refused)
    return Table(columns, raw.rows)


def _read(raw: Raw, name: str, declared: Declared | None, null_values: tuple[str, ...]) -> Column:
    """Return one column, typed, with the files that its cells were read from."""
    declared = {"image": ImageColumn(), "mask": MaskColumn()}.get(str(declared), declared)
    if isinstance(declared, Pictured):
        return read_column(raw, name, declared, null_values)
    if isinstance(declared, Vector):
        return read_vectors(raw, name, declared, null_values)
    if isinstance(raw.columns, HeldColumns) and (found := raw.columns.distinct(name)):
        texts = Texts(raw.signs, declared, null_values)
        if (typed := texts.type_distinct(name, found)) is not None:
            return typed
    cells = raw.columns[name]
    if not isinstance(cells, pl.Series):
        return _from_array(name, cells, declared, null_values)
    column = _from_series(raw, cells, declared, null_values)
    return replace(column, files=raw.behind[name]) if name in raw.behind else column


def _from_series(
    raw: Raw, cells: pl.Series, declared: Declared | None, null_values: tuple[str, ...]
) -> Column:
    """Return a column of a table, typed by declaration, by its own type, or by its cells."""
    kind, text = cells.dtype, raw.text and isinstance(cells.dtype, pl.String)
    if isinstance(kind, pl.List | pl.Array) and declared in LISTED:
        return _typed(in_a_row(cells), declared)
    if isinstance(kind, pl.List | pl.Array):
        return _from_array(cells.name, _stacked(cells), declared, null_values)
    if isinstance(kind, pl.String | pl.Categorical | pl.Enum):
        texts = Texts(raw.signs if text else None, declared, null_values)
        return texts.type_all(cells.cast(pl.String))
    if kind == pl.Boolean:
        return _typed(cells.cast(pl.String), declared or "boolean")
    if kind.is_numeric():
        return _typed(_whole_as_integers(cells), declared or "numeric")
    if isinstance(kind, pl.Date | pl.Datetime) and declared not in NAMES:
        return Column("date", as_texts(_instants(cells)), CANONICAL)
    if declared in NAMES and kind != pl.Object:
        return _typed(cells.cast(pl.String, strict=False), declared)
    raise _unsupported(cells.name, str(kind))


@dataclass(frozen=True, slots=True)
class Texts:
    """How the texts of a column are read.

    Attributes:
        signs: how numbers are written in them; None where texts are never numbers.
        declared: what the column is said to be.
        null_values: texts that count as missing.
    """

    signs: Signs | None
    declared: Declared | None
    null_values: tuple[str, ...]

    def type_all(self, cells: pl.Series) -> Column:
        """Return texts typed, each of those that come again looked at once."""
        found = find_distinct(cells)
        column = None if found is None else self.type_distinct(cells.name, found)
        return self.type(cells) if column is None else column

    def type_distinct(self, name: str, found: Distinct) -> Column | None:
        """Return texts that come again typed; None where it takes all rows to do so."""
        if not found.few or self._in_doubt(found.texts):
            return None
        try:
            column = self.type(found.texts.alias(name))
        except Refused:
            # Said once more, of all rows.
            return None
        return Column(column.kind, column.values[found.codes], column.form)

    def type(self, cells: pl.Series) -> Column:
        """Return texts typed."""
        cells = read_texts(cells, self.null_values)
        settled = cells if self.signs is None else self.signs.settle(cells)
        own = self.declared or (_infer_text(cells) if self.signs is None else _infer(settled))
        return _typed(cells if own in TEXTUAL else settled, own)

    def _in_doubt(self, texts: pl.Series) -> bool:
        """Tell whether some texts alone are numbers: what the column is takes all its rows."""
        if self.declared is not None:
            return False
        settled = read_texts(texts, self.null_values)
        present = (settled if self.signs is None else self.signs.settle(settled)).drop_nulls()
        numbers = len(present) - present.cast(pl.Float64, strict=False).null_count()
        return 0 < numbers < len(present) or bool(present.str.contains(FIGURE).any())


def _from_array(
    name: str, values: Values, declared: Declared | None, null_values: tuple[str, ...]
) -> Column:
    """Return a column from an array (rows, ...)."""
    own: Kind
    match values.dtype.kind:
        case "U" | "O":
            flat = pl.Series(name, values.reshape(-1).astype(object), pl.String)
            flat, own = read_texts(flat, null_values), "category"
        case "b":
            flat, own = pl.Series(name, values.reshape(-1)).cast(pl.String), "boolean"
        case "i" | "u" | "f":
            if declared in {None, "numeric"}:
                return Column("numeric", values)
            flat, own = _whole_as_integers(pl.Series(name, values.reshape(-1))), "numeric"
        case _:
            raise _unsupported(name, str(values.dtype))
    column = _typed(flat, declared or own)
    return Column(column.kind, column.values.reshape(values.shape), column.form)


def _instants(cells: pl.Series) -> pl.Series:
    """Return days and times of a typed column as texts in the one form; of a zone, in UTC."""
    if isinstance(cells.dtype, pl.Datetime) and cells.dtype.time_zone:
        cells = cells.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return cells.cast(pl.Datetime("us")).dt.strftime(CANONICAL)


def _stacked(cells: pl.Series) -> Values:
    """Return a column of lists as an array (rows, *shape)."""
    if cells.null_count():
        raise _unsupported(cells.name, "a column of lists, some of them missing")
    shape, flat = [len(cells)], cells
    while isinstance(flat.dtype, pl.List | pl.Array):
        lists = flat.arr.to_list() if isinstance(flat.dtype, pl.Array) else flat
        lengths = lists.list.len()
        if lengths.n_unique() > 1:
            raise _unsupported(cells.name, "a column of lists of different lengths")
        shape.append(int(lengths[0]))
        flat = lists.explode()
    if flat.null_count() or 0 in shape:
        raise _unsupported(cells.name, "a column of lists, some values of them missing")
    if flat.dtype == pl.String:  # as objects: NumPy's own texts all take as much as the longest
        return np.asarray(flat.to_list(), dtype=object).reshape(shape)
    if not (flat.dtype.is_numeric() or flat.dtype == pl.Boolean):
        raise _unsupported(cells.name, f"lists of {flat.dtype}")
    return _as_array(flat).reshape(shape)


def _whole_as_integers(cells: pl.Series) -> pl.Series:
    """Return numbers with NaN as null, as integers where all of them are whole."""
    if not cells.dtype.is_float():
        return cells.cast(pl.Float64) if cells.dtype.is_decimal() else cells
    clean = cells.fill_nan(None)
    whole = clean.cast(pl.Int64, strict=False)
    same = (whole.cast(pl.Float64) == clean.cast(pl.Float64)).fill_null(value=False)
    return whole if bool((same | clean.is_null()).all()) else clean


def _infer(cells: pl.Series) -> Kind:
    """Return the kind that a column of texts has by its cells.

    Raises:
        Refused: D106 where most cells are numbers, or numbers as people write them, and some
            are none.
    """
    present = cells.drop_nulls()
    if present.is_empty():
        return "numeric"
    numbers = cells.cast(pl.Float64, strict=False)
    share = (len(cells) - numbers.null_count()) / len(present)
    if share == 1:
        return "category" if bool(present.str.contains(CODE).any()) else "numeric"
    if share >= NUMERIC_SHARE:
        raise _mixed(cells, numbers, "a number")
    figures = present.str.strip_chars().str.contains(FIGURE).sum()
    if figures and share + figures / len(present) >= NUMERIC_SHARE:
        raise _mixed(cells, numbers, "a number")
    truths = present.str.to_lowercase().is_in(["true", "false"])
    return "boolean" if bool(truths.all()) else infer_text(cells)


def _infer_text(cells: pl.Series) -> Kind:
    """Return the kind of texts that are never numbers where they stand.

    Raises:
        Refused: D106 for numbers among which some texts have made texts of all.
    """
    numbers = cells.cast(pl.Float64, strict=False)
    found, present = len(cells) - numbers.null_count(), len(cells) - cells.null_count()
    if NUMERIC_SHARE * present <= found < present:
        hint = f"correct the cell, or say what it is: columns: {flow({cells.name: 'category'})}"
        raise _mixed(cells, numbers, "a number", hint)
    return infer_text(cells)


def infer_text(cells: pl.Series) -> Kind:
    """Return the kind of a column of texts that are neither numbers nor true and false."""
    return "date" if find_forms(cells) else "category"


def _typed(cells: pl.Series, kind: Declared) -> Column:
    """Return a column of a kind, or refuse the first cell that is not of it."""
    match kind:
        case Form():
            return _dates(cells, kind)
        case "date":
            forms = find_forms(cells.cast(pl.String))
            found = _dates(cells, Form(forms[0] if forms else ISO[-1]))
            return found if len(forms) == 1 else Column("date", found.values)
        case "identifier" | "text":
            return Column(kind, as_texts(cells.cast(pl.String)))
        case "tags":
            return Column(kind, part_tags(cells.cast(pl.String)))
        case "category":
            return Column(kind, np.asarray(name_categories(cells).to_list(), dtype=object))
        case "boolean":
            texts = cells.cast(pl.String).str.to_lowercase()
            known = {**dict.fromkeys(TRUE, 1.0), **dict.fromkeys(FALSE, 0.0)}
            truth = texts.replace_strict(known, default=None, return_dtype=pl.Float64)
            return Column(kind, _checked(cells, truth, "true or false"))
        case "integer":
            numbers = cells.cast(pl.Float64, strict=False)
            whole = numbers.set(numbers != numbers.floor(), None).cast(pl.Int64, strict=False)
            return Column(kind, _checked(cells, whole, "a whole number"))
        case "numeric":
            return Column(kind, _numbers(cells))
        case "image" | "mask" | Pictured() | Vector():
            raise AssertionError("pictures and vectors are read by modules of their own")
        case _:
            assert_never(kind)


def _dates(cells: pl.Series, form: Form) -> Column:
    """Return dates in the one form."""
    texts = cells.cast(pl.String)
    found = read_dates(texts, form.written)
    if found.null_count() > texts.null_count():
        raise _mixed(texts, found, f"a date of the form {form.written}")
    return Column("date", as_texts(found), form.written)


def as_texts(cells: pl.Series) -> Values:
    """Return texts, "" for a missing one."""
    return np.asarray(cells.fill_null("").to_list(), dtype=object)


def _numbers(cells: pl.Series) -> Values:
    """Return numbers as integers where all are whole and present, otherwise as floats."""
    if cells.dtype == pl.String:
        whole = cells.cast(pl.Int64, strict=False)
        if not whole.null_count():
            return _as_array(whole)
        return _checked(cells, cells.cast(pl.Float64, strict=False), "a number")
    if cells.null_count():
        return _as_array(cells.cast(pl.Float64).fill_null(np.nan))
    return _as_array(cells)


def _checked(cells: pl.Series, values: pl.Series, expected: str) -> Values:
    """Return converted cells as an array, NaN for missing ones; refuse what did not convert."""
    if values.null_count() > cells.null_count():
        raise _mixed(cells, values, expected)
    if values.null_count() or values.dtype.is_float():
        return _as_array(values.cast(pl.Float64).fill_null(np.nan))
    return _as_array(values)


def _as_array(cells: pl.Series) -> Values:
    """Return a series without nulls as an array, not copied where the types agree."""
    array: Values = cells.to_numpy()
    return array


def _mixed(cells: pl.Series, values: pl.Series, expected: str, hint: str | None = None) -> Refused:
    """Return the refusal that shows the first cell that is not of the column's kind."""
    wrong = values.is_null() & cells.is_not_null()
    row, count = int(wrong.arg_true()[0]), int(wrong.sum())
    share = f"{count} of {len(cells) - cells.null_count()} cells"
    message = (
        f'column "{cells.name}", row {row + 1}: "{cells[row]}" is not {expected} ({share} are not)'
    )
    texts = [str(one) for one in cells.filter(wrong).head(SHOWN_CELLS)]
    hint = hint or (advise_date(texts) if "date" in expected else advise(cells.name, texts))
    if count == 1 and row == len(cells) - 1 > 0:
        hint = f"if the last row is a sum or a note, take it out; else {hint}"
    return Refused([_at(cells.name, "D106", message, hint)])


def _unsupported(name: str, found: str) -> Refused:
    """Return the refusal of a column of a type that has no meaning for a network."""
    message = f'column "{name}" is of type {found}; expected numbers, texts, booleans, or arrays'
    return Refused([_at(name, "D119", f"{message} of them with one shape")])


def _at(column: str, code: str, message: str, hint: str | None = None) -> Diagnostic:
    """Return a finding about a column, placed where its type would be declared."""
    path: Path = ("data", "columns", column)
    return Diagnostic(code, message, hint=hint, path=path)

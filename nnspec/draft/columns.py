"""What a table's columns are good for: the target's task, and the features that tell anything."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nnspec.catalog.pictured import ImageColumn
from nnspec.data.columns.checks import (
    GLANCE,
    LABELS_PER_ROW,
    MANY_TEXTS,
    leak,
    repeats_by_nature,
    what_texts_are,
)
from nnspec.data.columns.copies import number_rows
from nnspec.data.columns.distinct import different
from nnspec.data.columns.plain import is_whole
from nnspec.data.fit.dates import seconds
from nnspec.data.fit.labels import labels_of
from nnspec.data.read.raw import Raw
from nnspec.data.table import Column, Table, Values
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import Plain
from nnspec.draft.mixed import read_columns
from nnspec.draft.pictures import settings_of
from nnspec.spec.source import nearest

Task = Literal["regression", "binary", "multiclass"]

FEW_CLASSES = 10
"""Whole numbers of at most so many values are taken for classes ..."""
ROWS_PER_CLASS = 10
"""... where each has so many rows on average."""
MOST_CATEGORIES = 50
"""A text column of more values is no category but a name or a remark."""
MOST_WORDS = 1000
"""Words of a text, the most frequent ones, that become a number each."""
FEW_OTHERS = 5
"""Rows below which those that differ from all others say nothing ..."""
FEW_SHARE = 0.03
"""... where they are no larger share of the rows: they may all lie in one split."""
TRAINING = 0.7
"""Share of the rows that a drafted spec trains on."""
NEAR = 0.8
"""Share of the training rows by which the draft counts copies."""
MANY_MOMENTS = 20
"""Different dates from which on the latest ones make a test."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a table is taken for.

    Attributes:
        task: what is predicted.
        classes: labels as text; none for numbers.
        features: columns that the network reads, with what they are.
        left_out: column -> why the network does not read it.
        declared: columns whose kind the spec says, with what is done with them.
        missing: whether a feature has missing cells.
        target_missing: whether the target has.
        arrays: whether the one feature is an array column.
        null_values: texts that count as missing.
        copies: whether rows come again that are no likely chance.
        moments: column of dates in whose order the rows lie, as those of a log do.
        pixels: rows, columns and channels of the pictures that the one feature holds.
    """

    task: Task
    classes: tuple[str, ...]
    features: tuple[str, ...]
    left_out: dict[str, str]
    declared: dict[str, Plain]
    missing: bool
    target_missing: bool
    arrays: bool
    rows: int
    null_values: tuple[str, ...]
    moments: str | None = None
    copies: bool = False
    pixels: tuple[int, ...] = ()


def judge(raw: Raw, target: str, *, series: bool) -> Judged:
    """Return what a table is taken for.

    Args:
        raw: the table.
        target: the column to predict.
        series: whether rows are steps of a series, whose own past is a feature.

    Raises:
        Refused: D103 for an unknown target, D106 and D119 for columns that cannot be typed, D113
            where no feature is left, D115 for a target that is neither numbers nor classes.
    """
    if target not in raw.names or not target.strip():
        raise unknown(target, raw)
    whole, null_values = read_columns(raw, target)
    absent = whole[target].missing()
    # Rows without a target are left out, and what is the same in all others tells nothing.
    table = whole.take(np.flatnonzero(~absent)) if absent.any() and not series else whole
    kinds = judge_target(table, target, series=series)
    left_out = dict(useless(table, target, series=series))
    features = tuple(name for name in table.columns if name not in left_out)
    arrays = tuple(name for name in features if table[name].shape)
    if arrays:
        left_out |= {name: "the images are read alone" for name in features if name != arrays[0]}
        features = arrays[:1]
    if not features:
        raise nothing_left(left_out, table[target])
    declared = dict(said_kinds(table.select(features), raw))
    pictures = [name for name in features if table[name].kind == "image"]
    task, classes, own = kinds
    return Judged(
        task,
        classes,
        features,
        {name: reason for name, reason in left_out.items() if name != target},
        {**declared, **own},
        # Also in rows without a target, which are predicted one day.
        missing=any(whole[name].missing().any() for name in features),
        target_missing=bool(absent.any()),
        arrays=bool(arrays),
        rows=table.rows,
        null_values=null_values,
        copies=has_copies([*table.select((*features, target)).columns.values()]),
        pixels=table[pictures[0]].shape if pictures else (),
        moments=next((name for name in features if in_order(table[name])), None),
    )


def unknown(target: str, raw: Raw) -> Refused:
    """Return the refusal of a target that is no column, or one without a name (D103)."""
    if target in raw.names:
        message = "a column without a name cannot be the target"
        named = "write a name into the first line of the table"
        return Refused([Diagnostic("D103", message, hint=named)])
    message = f'the data has no column "{target}"; it has {", ".join(raw.names)}'
    flat = target == "label" and "image" in raw.kinds
    how = "put the pictures of each class into a folder: photos/cat/1.jpg" if flat else None
    return Refused([Diagnostic("D103", message, hint=how or nearest(target, raw.names))])


def said_kinds(table: Table, raw: Raw) -> Iterator[tuple[str, Plain]]:
    """Yield the columns whose kind a spec says: free texts beside others count their words."""
    for name, column in table.columns.items():
        described = raw.kinds.get(name)
        if isinstance(described, ImageColumn):
            yield name, settings_of(described)
        elif column.kind == "text" or free_text(column):
            yield name, {"text": {"output_mode": "multi_hot", "max_tokens": MOST_WORDS}}
        elif column.kind != "numeric":
            yield name, column.kind


def has_copies(columns: list[Column]) -> bool:
    """Return whether rows come again, more of them than their values explain."""
    numbers = number_rows(columns)
    if bool((numbers == np.arange(len(numbers))).all()):
        return False
    # Fewer rows than will train: what is near the bound is taken for copies here and there.
    # From the whole table, which may lie in an order of its values.
    count = max(1, round(TRAINING * NEAR * len(numbers)))
    training = np.linspace(0, len(numbers) - 1, count).astype(np.int64)
    by_nature = repeats_by_nature([column.take(training) for column in columns])
    return not by_nature


def in_order(column: Column) -> bool:
    """Return whether a column holds the dates, many different ones, in whose order rows lie."""
    if column.kind != "date" or not column.form:
        return False
    return all(map(rises, (column.take(slice(0, GLANCE)), column))) and (
        int((np.diff(seconds(column.values)) > 0).sum()) >= MANY_MOMENTS
    )


def rises(column: Column) -> bool:
    """Return whether no date is missing or earlier than the one before it."""
    return not column.missing().any() and bool((np.diff(seconds(column.values)) >= 0).all())


def nothing_left(left_out: Mapping[str, str], target: Column) -> Refused:
    """Return the refusal of a table that leaves no feature, with the reason of each column."""
    named = {name.strip() or "a column without name": why for name, why in left_out.items()}
    reasons = "; ".join(f"{name}: {why}" for name, why in named.items())
    message = f"no column is left to predict from ({reasons})"
    series = "if its rows are steps of a series, say so: --window 12"
    hint = series if target.kind == "numeric" else None
    return Refused([Diagnostic("D113", message, hint=hint)])


def judge_target(
    table: Table, target: str, *, series: bool
) -> tuple[Task, tuple[str, ...], dict[str, str]]:
    """Return the task, the classes, and the target's kind where the spec must say it."""
    column = table[target]
    present = Column(column.kind, filled(column), column.form)
    if not len(present.values):
        message = f'the target "{target}" is missing in every row'
        raise Refused([Diagnostic("D115", message)])
    if column.shape:
        message = f'the target "{target}" must hold one number or class per row'
        raise Refused([Diagnostic("D115", message)])
    if column.kind == "numeric" and (series or not are_classes(present.values)):
        return "regression", (), {}
    distinct = len(different(present.values))
    if column.textual and no_class(distinct, len(present.values)):
        message = f'the target "{target}" holds {distinct} different texts; expected classes'
        raise Refused([Diagnostic("D115", message)])
    labels = tuple(str(label) for label in np.unique(labels_of(present)).tolist())
    if len(labels) == 1:
        raise Refused([Diagnostic("D107", f'the target "{target}" is {labels[0]} in every row')])
    counted = labels == tuple(str(number) for number in range(len(labels)))
    own = {} if counted and column.kind == "numeric" else {target: "category"}
    own = {} if column.kind == "boolean" else own
    return "binary" if len(labels) == 2 else "multiclass", labels, own  # noqa: PLR2004 - two classes


def are_classes(numbers: Values) -> bool:
    """Return whether numbers are the names of classes: few, whole, each often."""
    most = min(FEW_CLASSES, max(2, len(numbers) // ROWS_PER_CLASS))
    return is_whole(numbers) and len(different(numbers)) <= most


def useless(table: Table, target: str, *, series: bool) -> Iterator[tuple[str, str]]:
    """Yield the columns that are no features, with the reason."""
    ordered = series or any(map(in_order, table.columns.values()))
    for name, column in table.columns.items():
        if name == target:
            if not series:
                yield name, "the target"
        elif not name.strip():
            yield name, "nothing to call it by"
        elif reason := why_useless(column, series=series):
            yield name, reason
        elif ordered and begins_late(column):
            yield name, f"missing in the first {TRAINING:.0%} of the rows, which are trained on"
        elif not series and (said := leak(column, table[target], "the target")):
            yield name, f"it {said}"


def why_useless(column: Column, *, series: bool) -> str | None:
    """Return why a column by itself is no feature."""
    present = filled(column)
    counts = [1, 1] if column.shape else counts_of(column, present)
    gaps = len(column.values) - len(present)
    if gaps and len(present) < FEW_OTHERS:
        return f"missing in all but {len(present)} of {len(column.values)} rows"
    if len(counts) < 2:  # noqa: PLR2004 - one value tells nothing
        return "the same in every row"
    if column.kind == "category":
        distinct = len(different(present)) if column.shape else len(counts)
        if no_class(distinct, len(present)) and not free_text(column):
            return f"{distinct} different texts"
    if column.kind == "date" and not column.form:
        return "dates whose day and month cannot be told apart"
    rows, others = sum(counts), sum(counts) - max(counts)
    if not column.shape and others < FEW_OTHERS and others <= FEW_SHARE * rows:
        return f"the same in all but {others} of {rows} rows"
    if column.kind == "numeric" and not column.shape and counts_rows(column.values):
        return "it counts the rows"
    return "not a number" if series and column.kind != "numeric" else None


def begins_late(column: Column) -> bool:
    """Return whether all values of a column stand behind the rows that a series is trained on."""
    return bool(column.take(slice(0, int(TRAINING * len(column.values)))).missing().all())


def filled(column: Column) -> Values:
    """Return the cells that are not missing; a large column is copied only where some are."""
    absent = column.missing()
    return column.values[~absent] if absent.any() else column.values


def counts_of(column: Column, present: Values) -> list[int]:
    """Return how often each value comes, of measures so many of them as tell them from constants.

    Where some of the first rows differ from all others, so they do in the whole table.
    """
    if column.textual:
        return list(Counter(present.tolist()).values())
    first: list[int] = np.unique(present[:GLANCE], return_counts=True)[1].tolist()
    if first and sum(first) - max(first) >= FEW_OTHERS:
        return first
    every: list[int] = np.unique(present, return_counts=True)[1].tolist()
    return every


def no_class(distinct: int, rows: int) -> bool:
    """Return whether texts are too many, or come again too seldom, for each to be a class."""
    return distinct > MOST_CATEGORIES or hardly_again(distinct, rows)


def hardly_again(distinct: int, rows: int) -> bool:
    """Return whether texts are names or remarks, as `validate --data` takes them (D131)."""
    return distinct >= MANY_TEXTS and distinct >= LABELS_PER_ROW * rows


def free_text(column: Column) -> bool:
    """Return whether a column holds texts of several words that hardly come again."""
    if column.kind != "category" or column.shape:
        return False
    present = column.values[column.values != ""]
    if not hardly_again(len(different(present)), len(present)):
        return False
    return what_texts_are(present) == "free text"


def counts_rows(values: Values) -> bool:
    """Return whether numbers go up by one step from row to row."""
    return all(map(goes_up, (values[:GLANCE], values)))


def goes_up(values: Values) -> bool:
    """Return whether all steps from number to number are the same one."""
    with np.errstate(invalid="ignore"):  # between infinities
        steps = np.diff(values.astype(np.float64))
    return bool(len(steps) and steps[0] != 0 and (steps == steps[0]).all())

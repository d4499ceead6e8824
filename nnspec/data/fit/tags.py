"""Targets that are a class for each word of a text: as many steps as the text has."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.words import part_texts
from nnspec.data.fit.fitted import ColumnFit, Preprocessing, TextFit
from nnspec.data.table import Column, Rows, Table
from nnspec.diagnostics import Path
from nnspec.document.write import flow

TARGET: Path = ("data", "target")
KINDS = ("tags",)
"""Kinds of the columns of a target of tags."""


def in_steps(column: Column, steps: int | None) -> Column:
    """Return classes of words cut, or filled up with "", to so many steps; others as they are."""
    if column.kind != "tags" or steps is None or column.shape == (steps,):
        return column
    found = np.full((len(column.values), steps), "", dtype=object)
    kept = min(steps, column.shape[0])
    found[:, :kept] = column.values[:, :kept]
    return Column("tags", found)


def steps_of(columns: tuple[Column, ...], features: Mapping[str, ColumnFit]) -> int | None:
    """Return the steps of a target of tags, those of the text; None for another target.

    Raises:
        Refused: D115 where there is no text, or several.
    """
    if not any(column.kind == "tags" for column in columns):
        return None
    if len(columns) > 1:
        raise refuse("D115", "classes of words are one column; got several", path=TARGET)
    _, fit = _text_of(features)
    return fit.length


def check_words(fitted: Preprocessing, features: Table, targets: Table, rows: Rows) -> None:
    """Refuse rows whose text has another number of words than there are classes (D110).

    Args:
        fitted: what was fitted on the training rows.
        features: the feature columns of some rows.
        targets: the target columns of the same rows.
        rows: their numbers in the source, from 0.
    """
    names = [one.columns[0] for one in fitted.targets.values() if one.kinds == KINDS]
    for name in names:
        text, fit = _text_of(fitted.columns)
        words = _count_words(features[text], fit)
        tags = (targets[name].values != "").sum(axis=1)
        wrong = np.flatnonzero(words != tags)
        if not len(wrong):
            continue
        first = int(wrong[0])
        more = f" (and {len(wrong) - 1:,} more rows)" if len(wrong) > 1 else ""
        given = _several(tags[first], "class", "es")
        wanted = _several(words[first], "word", "s")
        row = int(rows[first]) + 1
        message = f'row {row}: "{name}" has {given} for the {wanted} of "{text}"{more}'
        hint = "correct the row: a class for each word, parted by blanks"
        if fit.stripped and tags[first] > words[first]:
            said = flow({text: {"text": {"standardize": "lower"}}})
            hint = f"write columns: {said} where signs such as . and , are words of their own"
        raise refuse("D110", message, hint=hint, path=TARGET)


def find_words(fitted: Preprocessing, features: Table) -> NDArray[np.bool_]:
    """Return which steps of some rows are words, (rows, steps); the others fill texts up."""
    text, fit = _text_of(fitted.columns)
    words: NDArray[np.bool_] = np.arange(fit.length) < _count_words(features[text], fit)[:, None]
    return words


def _count_words(column: Column, fit: TextFit) -> NDArray[np.int64]:
    """Return how many words each text has, (rows,)."""
    cells = np.where(column.values == "", fit.fill or "", column.values)
    words = part_texts(pl.Series(cells.tolist(), dtype=pl.String), fit)
    return np.asarray(words.list.len(), dtype=np.int64)


def _several(count: int, noun: str, ending: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else ending}"


def _text_of(features: Mapping[str, ColumnFit]) -> tuple[str, TextFit]:
    """Return the text whose words have the classes."""
    found = {
        name: fit for name, fit in features.items() if isinstance(fit, TextFit) and fit.numbered
    }
    if len(found) == 1:
        return next(iter(found.items()))
    listed = f"the network reads the words of {', '.join(found)}" if found else "there is none"
    hint = "declare one feature: columns: {COLUMN: text}"
    if found:
        hint = "let one alone be the numbers of its words; others with output_mode: multi_hot"
    raise refuse("D115", f"classes of words belong to one text; {listed}", hint=hint, path=TARGET)

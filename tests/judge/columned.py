"""Runs with columns beside them, for checks that look at columns."""

import numpy as np
from planted import PRICE, SICK, course, in_rows

from nnspec.judge.answers import Floats, Truth, class_answers
from nnspec.judge.checks.evidence import ColumnCells, Evidence, OutputEvidence

ROWS = 120
RANDOM = np.random.default_rng(5)
NOISE = RANDOM.normal(size=ROWS)
FIFTH = np.repeat(np.arange(5), ROWS // 5)
"""Which fifth each row is in: rows are in the order of the column."""


def column(cells: object, kind: str = "number", split: str = "test") -> ColumnCells:
    return ColumnCells("class" if kind == "class" else "number", {split: np.asarray(cells)})


def run(output: OutputEvidence, step: int | None = None, /, **columns: ColumnCells) -> Evidence:
    return Evidence(course(), (output,), columns, step=step)


def of_numbers(residual: Floats, split: str = "test", *, by_row: bool = True) -> OutputEvidence:
    """Return an output of numbers whose target is as far above the answer as `residual` says."""
    answer = np.linspace(0, 50, len(residual))
    answers = in_rows({split: answer}, {split: answer + residual})
    return OutputEvidence(PRICE, answers, {split: np.abs(residual)}, by_row=by_row)


def of_classes(chance: Floats, there: Floats, split: str = "test") -> OutputEvidence:
    labels = np.where(there > 0, "yes", "no")
    rows = np.arange(len(chance))
    answers = {split: class_answers(rows, chance, SICK.classes, Truth(labels))}
    return OutputEvidence(SICK, answers, {split: np.ones(len(chance))})


def both(train: object, test: object, kind: str = "number") -> ColumnCells:
    cells = {"train": np.asarray(train), "test": np.asarray(test)}
    return ColumnCells("class" if kind == "class" else "number", cells)

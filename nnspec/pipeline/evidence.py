"""What the checks of a trained run look at: its history, answers, columns and network."""

import contextlib
import csv
from collections.abc import Mapping
from typing import Literal

import numpy as np
import tensorflow as tf

from nnspec.catalog.callbacks import EarlyStopping
from nnspec.data.fit.dates import seconds
from nnspec.data.fit.fitted import BooleanFit, CategoryFit, ColumnFit, DateFit, NumericFit
from nnspec.data.table import Column, Values
from nnspec.diagnostics import RunFailed
from nnspec.engine import probe as look_into
from nnspec.judge.answers import Answers, Array
from nnspec.judge.checks.evidence import (
    ColumnCells,
    Course,
    Evidence,
    LayerGradient,
    OutputEvidence,
    Probe,
    UnitTrace,
)
from nnspec.judge.checks.losses import ABSOLUTE, constant_losses, row_losses, unit_of
from nnspec.judge.heads import Clusters, Head, Unjudged
from nnspec.judge.program import Judged
from nnspec.pipeline.opened import trainable_sections
from nnspec.pipeline.trained import Trained
from nnspec.run.layout import HISTORY
from nnspec.spec.training import TrainingSection

MOST_COLUMNS = 100
"""Columns that are looked at: a hundred tests of ten thousand rows take a second."""


def gather(trained: Trained, judged: Judged) -> Evidence:
    """Return what is known of a run whose figures are known."""
    window = trained.dataset.fitted.window
    outputs = (head for head in judged.heads if not isinstance(head, Clusters | Unjudged))
    weights = trained.program.core.trainable_weights
    return Evidence(
        course_of(trained),
        tuple(output_of(trained, judged, head) for head in outputs),
        columns_of(trained),
        sum(int(one.shape.num_elements()) for one in weights),
        None if window is None else window.horizons[0],
        probe_of(trained),
    )


def course_of(trained: Trained) -> Course:
    """Return how the training went, by the history that the run keeps."""
    section = trainable_sections(trained.spec).training
    kept = HISTORY in trained.folder.manifest.artefacts
    text = trained.folder.read(HISTORY).decode() if kept else ""
    lines = list(csv.DictReader(text.splitlines()))
    names = [name for name in (lines[0] if lines else ()) if name != "epoch"]
    figures = {name: np.array([plain(one[name]) for one in lines]) for name in names}
    restored = any(
        isinstance(one, EarlyStopping) and one.restore_best_weights for one in section.callbacks
    )
    return Course(figures, section.epochs, restored, descends=section.rule is None)


def plain(cell: str | None) -> float:
    """Return a cell of the history as a number; NaN for an empty one, and for one of several."""
    try:
        return float(cell or "nan")
    except ValueError:
        return float("nan")


def output_of(trained: Trained, judged: Judged, head: Head) -> OutputEvidence:
    """Return the answers of one output, and what rows cost it and simple models."""
    answers = {split: one for split, one in judged.answers[head.name].items() if len(one.rows)}
    absolute = loss_named(trainable_sections(trained.spec).training, head.name) in ABSOLUTE
    beside = judged.baselines.get(head.name)
    several = {} if beside is None else beside.answers
    return OutputEvidence(
        head,
        answers,
        row_losses(head, answers, answers, absolute=absolute),
        {
            name: row_losses(head, with_rows(one), answers, absolute=absolute)
            for name, one in several.items()
        },
        constant_losses(head, answers, absolute=absolute),
        by_row=trained.dataset.fitted.window is None,
        absolute=absolute,
        unit=unit_of(head, answers),
    )


def with_rows(answers: Mapping[str, Answers]) -> dict[str, Answers]:
    """Return the answers of splits that have rows."""
    return {split: one for split, one in answers.items() if len(one.rows)}


def loss_named(section: TrainingSection, output: str) -> str:
    """Return the name of an output's loss."""
    loss = section.loss.get(output) if isinstance(section.loss, dict) else section.loss
    return "" if loss is None else loss.keras_name


def columns_of(trained: Trained) -> dict[str, ColumnCells]:
    """Return the first plain feature columns, split by split; of windows each one's last step."""
    dataset = trained.dataset
    targets = {name for one in dataset.fitted.targets.values() for name in one.columns}
    found: dict[str, ColumnCells] = {}
    for name, fit in dataset.fitted.columns.items():
        if fit.shape or not isinstance(fit, NumericFit | BooleanFit | CategoryFit | DateFit):
            continue
        if len(found) == MOST_COLUMNS:
            break
        cells: dict[str, Array] = {
            split: cells_of(one.features[name], fit)
            for split, one in dataset.splits.items()
            if len(one)
        }
        kind: Literal["number", "class"] = "class" if isinstance(fit, CategoryFit) else "number"
        found[name] = ColumnCells(kind, cells, past=name in targets)
    return found


def cells_of(column: Column, fit: ColumnFit) -> Array:
    """Return (rows,) cells: texts of classes, else numbers with NaN for a missing one."""
    last = last_step(column.values)
    if isinstance(fit, CategoryFit):
        return last
    if not isinstance(fit, DateFit):
        return last.astype(np.float64)
    there = last != ""
    numbers = np.full(len(last), np.nan)
    numbers[there] = seconds(last[there].astype(str))
    return numbers


def last_step(values: Values) -> Values:
    """Return (rows,) the last of the steps of windows, or the cells themselves."""
    return values if values.ndim == 1 else values.reshape(len(values), -1)[:, -1]


def probe_of(trained: Trained) -> Probe | None:
    """Return a look into the network, None where no gradient trained it or none can be had."""
    if trainable_sections(trained.spec).training.rule is not None:
        return None
    seen = None
    # A training that has ended must not fail for a look that a layer or the memory refuses.
    with contextlib.suppress(RunFailed, MemoryError, ValueError, TypeError, tf.errors.OpError):
        seen = look_into(trained.program.core, trained.splits["train"])
    if seen is None:
        return None
    return Probe(
        seen.rows,
        seen.loss,
        tuple(UnitTrace(one.layer, one.function, one.idle) for one in seen.units),
        tuple(
            LayerGradient(one.layer, one.gradient, one.weights, one.leads_to) for one in seen.norms
        ),
    )

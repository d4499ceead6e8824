"""The text of a first spec for a table: data, network and training that fit it."""

import re
from collections.abc import Iterator
from pathlib import Path

from nnspec.catalog.sources import Texts
from nnspec.data.read.raw import Raw
from nnspec.data.read.sniffed import settings_of
from nnspec.data.read.source import read_source
from nnspec.document import Plain, parse_document
from nnspec.document.write import flow
from nnspec.draft.columns import Judged, judge
from nnspec.draft.networks import LARGE, SMALL, describe_network
from nnspec.draft.pictures import find_pictures
from nnspec.draft.series import SeriesDraft, draft_series
from nnspec.spec.data import NULL_VALUES
from nnspec.spec.formats import FOLDER, PICTURES
from nnspec.style import restyle


def draft_spec(source: str, target: str, folder: Path, window: int | None = None) -> str:
    """Return a spec for a table that validates and trains as it is.

    Args:
        source: path of the table, relative to the folder, or a bundled set's name.
        target: the column to predict.
        folder: where the spec will be.
        window: for a series: rows that the network sees at once.

    Raises:
        Refused: the table cannot be read, or holds nothing that a network could learn.
    """
    # The table was named on the command line: it may lie anywhere.
    given = folder_of_texts(source, folder) or source
    raw = find_pictures(read_source(given, folder, allow_outside=True))
    judged = judge(raw, target, series=window is not None)
    series = None
    if window is not None:
        judged, series = draft_series(raw, judged, target, window)
    stem = re.sub(r"[^A-Za-z0-9_.-]", "-", Path(source.rpartition(":")[2]).stem).lstrip(".")
    lines = [
        "nnspec: 1",
        f"name: {flow(stem[:64] or 'run')}",
        "data:",
        f"  source: {flow(said_source(given, raw))}",
        f"  target: {flow(target)}",
        *describe_columns(judged, series),
        "model:",
        *describe_network(judged, series),
        "training:",
        *describe_training(judged),
    ]
    return restyle(parse_document("\n".join(lines) + "\n"))


def folder_of_texts(source: str, folder: Path) -> Texts | None:
    """Return how a folder is read that holds no pictures; None for any other source."""
    path = folder / source
    if not source.endswith(FOLDER) or not path.is_dir():
        return None
    files = (file for file in path.rglob("*") if file.is_file())
    pictures = any(file.suffix.lower() in PICTURES for file in files)
    return None if pictures else Texts(path=source)


def said_source(source: str | Texts, raw: Raw) -> Plain:
    """Return the source, with what was found out about how its file is written."""
    if isinstance(source, Texts):
        return {"texts": {"path": source.path}}
    found = settings_of(raw.files[0].sniffed) if raw.files else {}
    return {"csv": {"path": source, **found}} if found else source


def describe_columns(judged: Judged, series: SeriesDraft | None) -> list[str]:
    """Return the settings of the columns."""
    lines: list[str] = []
    for name, reason in judged.left_out.items():
        lines.append(
            f"  # left out: {' '.join(name.split()) or 'a column without name'} ({reason})"
        )
    moments = judged.moments if judged.task == "regression" and not series else None
    lines.extend(describe_inputs(judged, series, said=bool(moments)))
    if judged.declared:
        lines.append(f"  columns: {flow(dict(judged.declared))}")
    if judged.null_values != NULL_VALUES:
        lines.append(f"  null_values: {flow(list(judged.null_values))}")
    if judged.missing:
        lines.append(f"  missing: {series.missing if series else 'median'}")
    if judged.target_missing:
        lines.append("  target_missing: drop")
    if series:
        lines.append(f"  window: {flow(series.window)}")
    how = "" if series else ", seed: 0"
    if judged.copies and not series and not moments:
        how += ", duplicates: together"
    if moments:
        # Of classes some may be there at the end alone, and could not be learned.
        how = f", by: {flow(moments)}"
    return [*lines, f"  split: {{validation: 0.15, test: 0.15{how}}}"]


def describe_inputs(judged: Judged, series: SeriesDraft | None, *, said: bool) -> Iterator[str]:
    """Yield the columns that the network reads, where that are not all, or they must be said."""
    if series and series.inputs:
        yield f"  inputs: {flow(series.inputs)}"
    elif said or judged.left_out or series or judged.arrays:
        yield f"  features: {flow(list(judged.features))}"


def describe_training(judged: Judged) -> list[str]:
    """Return the settings of the training."""
    # Of few rows an epoch is few steps, and what it reaches on fewer still goes up and down.
    few, some = judged.rows < SMALL, judged.rows < LARGE
    epochs, patience = (1000, 60) if few else (500, 30) if some else (200, 20)
    if judged.pixels:
        epochs, patience = 60, 10
    match judged.task:
        case "regression":
            loss, metrics = "mse", "[rmse, r2, mae]"
        case "binary":
            loss, metrics = "binary_crossentropy", "[accuracy, AUC]"
        case "multiclass":
            loss, metrics = "sparse_categorical_crossentropy", "[accuracy]"
    return [
        "  optimizer: {Adam: {learning_rate: 2e-3}}",
        f"  loss: {loss}",
        f"  metrics: {metrics}",
        f"  batch_size: {16 if judged.rows < SMALL else 32 if judged.rows < LARGE else 128}",
        f"  epochs: {epochs}",
        "  callbacks:",
        f"    - EarlyStopping: {{patience: {patience}, restore_best_weights: true}}",
    ]

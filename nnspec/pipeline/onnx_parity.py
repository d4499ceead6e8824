"""A written ONNX file's answers beside those that the run itself kept of its test rows."""

import csv
import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nnspec.build.answer_keys import CLUSTER, DISTANCE, MAP_COLUMN, MAP_ROW, PREDICTION
from nnspec.build.answer_keys import PROBABILITIES as SHARES
from nnspec.data import Dataset, SplitName, check_unchanged
from nnspec.diagnostics import Refused
from nnspec.exchange.write.onnx import reload
from nnspec.exchange.write.onnx.program import columns_of
from nnspec.judge import heads
from nnspec.pipeline.opened import read_data
from nnspec.pipeline.raw_cells import raw_arrays
from nnspec.pipeline.reopened import Reopened, read_thresholds
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREDICTIONS

MOST_ROWS = 1024
"""Rows that answers are compared on, at most."""
LEAD = 2e-5
"""Lead of a probability over the next below which two labels are equally right."""
Array = npt.NDArray[Any]
Answers = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Parity:
    """How the answers of a file compare with those of the run.

    Attributes:
        worst: largest difference, relative to the largest magnitude of an answer; None: no answer
            could be compared.
        mean: the mean difference, relative likewise.
        labels: labels that differ though one class leads.
        rows: rows that were compared.
        column: the answer that differs most.
        milliseconds: what a row takes in the file.
        reason: why nothing was compared.
    """

    worst: float | None = None
    mean: float = 0.0
    labels: int = 0
    rows: int = 0
    column: str = ""
    milliseconds: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer as the run kept it, and as the file gives it, of as many cells."""

    key: str
    kept: list[str]
    given: Array
    lead: Array | None = None


def hold_to_run(content: bytes, folder: RunFolder, found: Reopened) -> Parity:
    """Return how the answers of an ONNX file compare with the run's predictions of its test rows.

    Where the run kept none, its program answers, if TensorFlow is there.
    """
    try:
        dataset = read_data(found.spec, found.network, allow_outside=True)
        check_unchanged(dataset, str(folder.manifest.data))
    except Refused as refused:
        return Parity(reason=f"its data cannot be read again: {refused.diagnostics[0].message}")
    except ModuleNotFoundError as error:
        return Parity(reason=f"{error.name} is not installed, and its data is read with it")
    kept = _kept_answers(folder)
    split = next(_splits(dataset))
    rows = dataset.splits[split].features.take(slice(0, MOST_ROWS))
    cells = raw_arrays(rows, found.fitted)
    answers, milliseconds = answer_apart(content, cells)
    pairs = list(_pairs(folder, found, kept, answers)) if kept else []
    if not pairs:
        return _hold_to_program(folder, cells, answers, milliseconds)
    return compare(pairs, milliseconds)


def _splits(dataset: Dataset) -> Iterator[SplitName]:
    """Yield the splits that have rows, those that were held out first."""
    held_out: tuple[SplitName, ...] = ("test", "validation", "train")
    return (one for one in held_out if len(dataset.splits[one]))


def _kept_answers(folder: RunFolder) -> dict[str, list[str]]:
    """Return the columns of the run's predictions; none where it kept none."""
    if PREDICTIONS not in folder.manifest.artefacts:
        return {}
    text = folder.read(PREDICTIONS).decode()
    names, *rows = csv.reader(io.StringIO(text, newline=""))
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def answer_apart(content: bytes, cells: Mapping[str, Array]) -> tuple[dict[str, Array], float]:
    """Return a file's answers, from a process of its own, and the milliseconds that a row takes."""
    names = columns_of(content)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "model.onnx").write_bytes(content)
        given = {f"column_{number}": one for number, one in enumerate(cells.values())}
        order = np.asarray([names[name] for name in cells])
        np.savez(folder / "cells.npz", names=order, **given)  # type: ignore[arg-type]
        files = [str(folder / one) for one in ("model.onnx", "cells.npz", "answers.npz")]
        subprocess.run(  # noqa: S603 - Python itself, on files of ours
            [sys.executable, "-m", reload.__name__, *files], check=True
        )
        with np.load(folder / "answers.npz", allow_pickle=False) as held:
            listed = held["names"].tolist()
            answers = {name: held[f"answer_{number}"] for number, name in enumerate(listed)}
            seconds = float(held["seconds"])
    count = len(next(iter(cells.values())))
    return answers, 1000 * seconds / max(1, count)


def _pairs(
    folder: RunFolder, found: Reopened, kept: Mapping[str, list[str]], answers: Answers
) -> Iterator[Kept]:
    """Yield each answer that both the run and the file have."""
    several = len(found.fitted.targets) > 1
    thresholds = read_thresholds(folder)
    for name in found.fitted.targets:
        head = heads.describe_head(found.fitted, name)
        suffix, prefix = (f"_{name}", f"{name}.") if several else ("", "")
        own = {
            key.removesuffix(suffix) if suffix else key: one
            for key, one in answers.items()
            if key.endswith(suffix)
        }
        leads = _leads(own, thresholds.get(name))
        for key, column, given, lead in _columns(head, own, (suffix, prefix), leads):
            cells = _column(kept, column)
            if cells is not None:
                yield Kept(key, cells[: len(given)], given, lead)


def _column(kept: Mapping[str, list[str]], name: str) -> list[str] | None:
    """Return a column of the run's predictions; underscores stand behind a name that was taken."""
    found = kept.get(name)
    while f"{name}_" in kept:
        name += "_"
        found = kept[name]
    return found


def _leads(own: Answers, thresholds: tuple[float, ...] | None) -> Array | None:
    """Return by how much each label's probability leads, in the labels' shape."""
    shares = own.get(SHARES)
    if shares is None:
        return None
    if shares.shape != own[PREDICTION].shape:
        if thresholds is not None:
            return np.abs(2 * (shares[..., 1] - thresholds[0]))
        ordered = np.sort(shares, axis=-1)
        return np.asarray(ordered[..., -1] - ordered[..., -2])
    return np.asarray(np.abs(2 * (shares - np.asarray(thresholds or (0.5,)))))


def _columns(
    head: heads.Head, own: Answers, named: tuple[str, str], leads: Array | None
) -> Iterator[tuple[str, str, Array, Array | None]]:
    """Yield key, column of the table, cells and leads of one output, as `tabulate` names them."""
    suffix, prefix = named
    if isinstance(head, heads.Clusters):
        for key in (CLUSTER, DISTANCE, MAP_ROW, MAP_COLUMN):
            yield key, f"{key}{suffix}", own[key], None
        return
    elements = _elements(head)
    for key, values in own.items():
        if key == SHARES:
            yield from _shares(head, values, named)
            continue
        flat = values.reshape(len(values), -1)
        lead = leads.reshape(len(values), -1) if leads is not None else None
        for place in range(flat.shape[1]):
            one = f"{key}{suffix}"
            if elements and (len(elements) > 1 or isinstance(head, heads.SeveralLabels)):
                one = f"{key}_{prefix}{elements[place]}"
            elif not elements:
                one = f"{key}_{prefix}{place}"
            yield key, one, flat[:, place], None if lead is None else lead[:, place]


def _elements(head: heads.Head) -> tuple[str, ...]:
    """Return a name for each number or label of a row; none where places are numbered."""
    match head:
        case heads.Unjudged():
            return ()
        case heads.OneClass():
            return ("",)
        case heads.Clusters():
            return ()
        case _:
            return head.elements


def _shares(
    head: heads.Head, values: Array, named: tuple[str, str]
) -> Iterator[tuple[str, str, Array, None]]:
    """Yield probabilities, as `tabulate` names them."""
    suffix, prefix = named
    match head:
        case heads.OneClass():
            for place, label in enumerate(head.classes):
                yield SHARES, f"probability{suffix}_{label}", values[:, place], None
        case heads.ClassPerPosition():
            flat = values.reshape(len(values), -1, len(head.classes))
            for place, label in enumerate(head.classes):
                for number, one in enumerate(head.elements):
                    cells = flat[:, number, place]
                    yield SHARES, f"probability_{prefix}{one}_{label}", cells, None
        case heads.SeveralLabels():
            for number, one in enumerate(head.elements):
                cells = values.reshape(len(values), -1)[:, number]
                yield SHARES, f"probability_{prefix}{one}", cells, None
        case _:
            return


def compare(pairs: list[Kept], milliseconds: float = 0.0) -> Parity:
    """Return the largest and the mean difference of all answers."""
    scales: dict[str, float] = {}
    for one in (one for one in pairs if one.given.dtype.kind == "f"):
        largest = max((abs(float(cell)) for cell in one.kept if cell), default=0.0)
        scales[one.key] = max(scales.get(one.key, 0.0), largest)
    worst, total, count, labels, column = -1.0, 0.0, 0, 0, ""
    for one in pairs:
        if one.given.dtype.kind == "f":
            found = _differences(one, scales[one.key] or 1.0)
            total, count = total + float(found.sum()), count + found.size
            if found.size and found.max() > worst and not labels:
                worst, column = float(found.max()), one.key
        elif differing := _differing(one):
            labels, column = labels + differing, one.key
    rows = len(pairs[0].given)
    mean = total / count if count else 0.0
    return Parity(max(worst, 0.0), mean, labels, rows, column, milliseconds)


def _differences(one: Kept, scale: float) -> npt.NDArray[np.float64]:
    """Return how far each number that the run kept lies from the file's."""
    pairs = [(float(cell), value) for cell, value in zip(one.kept, one.given, strict=True) if cell]
    table = np.asarray(pairs, np.float64).reshape(-1, 2)
    found = np.abs(table[:, 0] - table[:, 1]) / scale
    return np.where(np.isfinite(found), found, np.inf)


def _differing(one: Kept) -> int:
    """Return how many labels differ where one of them leads."""
    count = 0
    for place, (cell, value) in enumerate(zip(one.kept, one.given.tolist(), strict=True)):
        if not cell or cell in {str(value), f"'{value}"}:
            continue
        count += one.lead is None or one.lead[place] > LEAD
    return count


def _hold_to_program(
    folder: RunFolder, cells: Mapping[str, Array], answers: Answers, milliseconds: float
) -> Parity:
    """Return how a file's answers compare with those of the run's program, in TensorFlow."""
    if find_spec("tensorflow") is None:
        reason = "the run kept no predictions of test rows, and TensorFlow is not installed"
        return Parity(reason=reason)
    reference = import_module("nnspec.pipeline.onnx_reference")
    expected: dict[str, Array] = reference.answer(folder.path, cells)
    pairs = [
        Kept(key, [_text(cell) for cell in one.reshape(-1).tolist()], answers[key].reshape(-1))
        for key, one in expected.items()
    ]
    return compare(pairs, milliseconds)


def _text(cell: object) -> str:
    return cell.decode() if isinstance(cell, bytes) else repr(cell) if cell == cell else ""  # noqa: PLR0124

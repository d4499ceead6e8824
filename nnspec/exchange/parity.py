"""How the answers of a written file compare with those of the run that it was written from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from nnspec.build.back import PREDICTION, PROBABILITIES, Back
from nnspec.build.keras_graph import inner_layers
from nnspec.build.program import Program
from nnspec.diagnostics import Diagnostic, RunFailed

Array = npt.NDArray[Any]
TOLERANCE = 1e-5
"""Largest difference, relative to the largest magnitude of an answer."""
ROUNDINGS = {"float16": 2**-10, "bfloat16": 2**-7}
"""Distance between neighbouring numbers around 1, in the types of mixed precision."""


@dataclass(frozen=True, slots=True)
class Parity:
    """How two programs answer the same rows.

    Attributes:
        rows: rows that were compared.
        largest: largest difference of a number, relative to the largest magnitude of its answer;
            infinite where shapes differ or one is NaN alone.
        mean: the mean difference, relative likewise.
        labels: labels that differ though one class leads.
        answer: the answer that differs most.
    """

    rows: int
    largest: float = 0.0
    mean: float = 0.0
    labels: int = 0
    answer: str = ""

    def says(self) -> str:
        """Return the comparison as a part of a sentence."""
        labels = f", and {self.labels:,} labels" if self.labels else ""
        return (
            f"on {self.rows:,} rows its answers differ by at most {self.largest:.1e} "
            f"(mean {self.mean:.1e}, relative){labels}"
        )

    def differs(self, tolerance: float = TOLERANCE) -> str | None:
        """Return how the answers differ beyond a tolerance; None where they do not."""
        if self.labels:
            return f"{self.labels} labels differ"
        if self.largest <= tolerance:
            return None
        return f"relative difference {self.largest:.2g}, at most {tolerance:g} allowed"


def compare(
    program: Program,
    expected: Mapping[str, Array],
    found: Mapping[str, Array],
    tolerance: float = TOLERANCE,
) -> Parity:
    """Return how answers compare with those of the run.

    Labels may differ where their lead is none: the two largest probabilities are as good as equal,
    or the one that decides is the threshold.

    Args:
        program: which gave the expected answers.
        expected: the run's answers by name, (rows, ...) each.
        found: the others.
        tolerance: probabilities that differ by no more are as good as equal.
    """
    rows = len(next(iter(expected.values())))
    worst, answer, total, cells, labels = 0.0, next(iter(expected)), 0.0, 0, 0
    for key, one in expected.items():
        other = found.get(key)
        if other is None or other.shape != one.shape:
            return Parity(rows, float("inf"), float("inf"), 0, key)
        if one.dtype.kind == "f":
            apart = distances(one, other)
            total, cells = total + float(apart.sum()), cells + apart.size
            if apart.size and not apart.max() <= worst:
                worst, answer = float(apart.max()), key
            continue
        wrong = as_texts(other) != as_texts(one)
        shares = expected.get(key.replace(PREDICTION, PROBABILITIES, 1))
        if shares is not None and shares is not one:
            wrong &= lead_of(shares, deciding(program, key)) > 2 * tolerance
        if wrong.any():
            labels, answer = labels + int(wrong.sum()), key
    return Parity(rows, worst, total / max(1, cells), labels, answer)


def distances(expected: Array, found: Array) -> npt.NDArray[np.float64]:
    """Return how far numbers lie apart, as shares of the largest magnitude that is expected."""
    ours, theirs = expected.astype(np.float64), found.astype(np.float64)
    scale = float(np.max(np.abs(ours), initial=0.0, where=np.isfinite(ours))) or 1.0
    apart = np.abs(ours - theirs) / scale
    both = np.isnan(ours) & np.isnan(theirs)
    return np.where(both, 0.0, np.where(np.isnan(apart), np.inf, apart))


def as_texts(labels: Array) -> Array:
    """Return labels in one form: TensorFlow keeps texts as bytes, and truth values as texts."""
    if labels.dtype == object:
        texts = [one.decode() if isinstance(one, bytes) else one for one in labels.reshape(-1)]
        labels = np.asarray(texts).reshape(labels.shape)
    return labels.astype(str)


def checked(parity: Parity, name: str, *, file: str, tolerance: float = TOLERANCE) -> Parity:
    """Return a comparison that holds.

    Args:
        parity: the comparison.
        name: what was written, in words.
        file: where it was to lie.
        tolerance: the largest difference that is allowed.

    Raises:
        RunFailed: A107 beyond it.
    """
    differing = parity.differs(tolerance)
    if differing is None:
        return parity
    message = (
        f'the written {name} answers "{parity.answer}" otherwise than the trained program on '
        f"{parity.rows} rows: {differing}; the export was not kept"
    )
    raise RunFailed([Diagnostic("A107", message, file=file)])


def tolerance_of(core: keras.Model) -> float:
    """Return the largest difference between a graph and its layers called one by one.

    TensorFlow joins the steps of a graph and rounds their result once, where the program rounds
    each: in half precision by a few of its coarse roundings.
    """
    kinds = {one.compute_dtype for one in inner_layers(core)}
    return max([TOLERANCE, *(4 * ROUNDINGS.get(one, 0.0) for one in kinds)])


def deciding(program: Program, key: str) -> Back | None:
    """Return the back that answers under a key where a threshold decides; else None."""
    several = len(program.backs) > 1
    backs = {
        f"{PREDICTION}_{name}" if several else PREDICTION: one
        for name, one in program.backs.items()
    }
    back = backs[key]
    return back if back.target.need == "binary" else None


def lead_of(probabilities: Array, back: Back | None) -> Array:
    """Return by how much each label's probability leads over the next, in the labels' shape.

    Args:
        probabilities: as they are answered.
        back: says above which probability second classes are answered; None: the largest leads.
    """
    if back is not None:
        single = back.target.shape[-1:] == (1,)
        second = probabilities[..., 1] if single else probabilities
        return np.asarray(np.abs(2 * (second - np.asarray(back.thresholds))))
    largest = np.sort(probabilities, axis=-1)
    return np.asarray(largest[..., -1] - largest[..., -2])

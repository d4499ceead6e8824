"""A network as a LiteRT file: single or half precision, or integers of 8 bits; floor 8.

Inputs and outputs are called input_0, input_1 ... and output_0, output_1 ..., in the network's
order. Recurrent layers are unrolled where their steps are known and not too many, so that no loop
is left; else the batch is of one row, for which the converter can write loops. Nothing is written
that needs more than LiteRT's own operators.

Source: TensorFlow 2.21, lite/python/lite.py.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from nnspec.build.batches import answers, batch_of
from nnspec.build.keras_graph import first_input_shape, inner_layers
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.exchange.fresh import converter

Array = npt.NDArray[Any]
Precision = Literal["float32", "float16", "int8"]
CALIBRATED = 200
"""Rows that the ranges of 8-bit numbers are taken from, at most."""
MOST_STEPS = 128
"""Steps of a recurrent layer that are written one after the other, at most."""
SIGNATURE = "serving_default"
ELSEWHERE = "export to onnx or savedmodel instead, which hold it"
FOREIGN = ("TF Select ops:", "Flex ops:", "Custom ops:")
"""What a converter's lines on operators begin with that LiteRT does not have."""
LISTS = "Lowering tensor list ops"
"""What it says of a loop over steps."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to convert a network.

    Attributes:
        size: rows of a batch; None: any number.
        unrolled: whether the steps of recurrent layers are written one after the other.
    """

    size: int | None
    unrolled: bool


class Unconverted(Exception):
    """A way to convert a network that does not work, and why."""


def encode_litert(core: keras.Model, precision: Precision, rows: Mapping[str, Array]) -> bytes:
    """Return a network as the bytes of a LiteRT file.

    Args:
        core: with its weights.
        precision: of what weights are kept in; with `int8` sums are of integers too.
        rows: of the training, by the inputs' names: ranges of 8-bit numbers are taken from them.

    Raises:
        Refused: A113 where it needs operators that LiteRT itself does not have.
    """
    reasons: list[str] = []
    for attempt in attempts(core):
        try:
            return convert(core, attempt, precision, rows)
        except Unconverted as reason:
            reasons.append(str(reason))
    message = f"LiteRT's own operators cannot hold this network: {reasons[-1]}"
    raise Refused([Diagnostic("A113", message, hint=ELSEWHERE)])


def attempts(core: keras.Model) -> Iterator[Attempt]:
    """Give the ways to convert a network, the best first."""
    size = batch_of(core)
    lengths = [first_input_shape(one) for one in recurrent(core)]
    if all(shape and shape[1] and shape[1] <= MOST_STEPS for shape in lengths):
        yield Attempt(size, unrolled=True)
    if size is None:
        yield Attempt(1, unrolled=False)


def recurrent(core: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers that go step by step."""
    return [one for one in inner_layers(core) if hasattr(one, "unroll")]


@contextmanager
def stepping(core: keras.Model, *, unrolled: bool) -> Iterator[None]:
    """Have recurrent layers traced step after step, or as loops."""
    before = {one: one.unroll for one in recurrent(core)}
    for one in before:
        one.unroll = unrolled
    try:
        yield
    finally:
        for one, was in before.items():
            one.unroll = was


def convert(
    core: keras.Model, attempt: Attempt, precision: Precision, rows: Mapping[str, Array]
) -> bytes:
    """Return the file, converted in one way.

    Raises:
        Unconverted: that way does not work.
    """
    with tempfile.TemporaryDirectory(prefix="nnspec-") as place:
        folder = Path(place)
        with stepping(core, unrolled=attempt.unrolled):
            save(core, attempt.size, folder / "model")
        given = {
            f"input_{number}": np.ascontiguousarray(rows[one.name][:CALIBRATED])
            for number, one in enumerate(core.inputs)
        }
        np.savez(folder / "rows.npz", **given)  # type: ignore[arg-type]
        files = [str(folder / one) for one in ("rows.npz", "model.tflite")]
        program = [sys.executable, "-I", str(converter.__file__), str(folder / "model")]
        done = subprocess.run(  # noqa: S603 - Python itself, on files of ours
            [*program, precision, *files], check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise Unconverted(reason_of(done))
        return (folder / "model.tflite").read_bytes()


def save(core: keras.Model, size: int | None, folder: Path) -> None:
    """Write a network alone as a SavedModel, from which the converter reads it."""
    specs = {
        f"input_{place}": tf.TensorSpec([size, *one.shape[1:]], one.dtype, name=f"input_{place}")
        for place, one in enumerate(core.inputs)
    }

    def answer(**given: tf.Tensor) -> dict[str, tf.Tensor]:
        left = answers(core, [given[f"input_{place}"] for place in range(len(core.inputs))])
        return {f"output_{place}": one for place, one in enumerate(left)}

    module = tf.Module()
    module.state = [variable.value for variable in core.variables]
    module.serve = tf.function(answer, autograph=False)
    concrete = module.serve.get_concrete_function(**specs)
    tf.saved_model.save(module, str(folder), signatures={SIGNATURE: concrete})


def reason_of(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a converter met: the operators that LiteRT lacks, or its last words."""
    lines = [one.strip() for one in done.stderr.splitlines() if one.strip()]
    needed = [one for one in lines if one.startswith(FOREIGN)]
    if needed:
        return f"it would need {'; '.join(dict.fromkeys(needed))}"
    if any(LISTS in one for one in lines):
        return "a recurrent layer's loop would need operators of TensorFlow's own"
    if done.returncode < 0:
        return f"TensorFlow's converter broke down (signal {-done.returncode})"
    return lines[-1][:200] if lines else "TensorFlow's converter gave no reason"

"""A SavedModel made a LiteRT file: `python converter.py MODEL PRECISION ROWS OUTPUT`.

In a process of its own, since TensorFlow's converter ends the process where it meets some loops,
and prints what it does past Python.
"""

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

SIGNATURE = "serving_default"
Batches = Callable[[], Iterator[tuple[str, dict[str, Any]]]]


def main(model: str, precision: str, rows: str, output: str) -> None:
    """Convert a SavedModel; sums of integers take their ranges from rows."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    tensorflow = import_module("tensorflow")
    lite = tensorflow.lite
    converter = lite.TFLiteConverter.from_saved_model(model, signature_keys=[SIGNATURE])
    converter.target_spec.supported_ops = [lite.OpsSet.TFLITE_BUILTINS]
    if precision != "float32":
        converter.optimizations = [lite.Optimize.DEFAULT]
    if precision == "float16":
        converter.target_spec.supported_types = [tensorflow.float16]
    if precision == "int8":
        integers = lite.OpsSet.TFLITE_BUILTINS_INT8
        converter.target_spec.supported_ops = [integers, lite.OpsSet.TFLITE_BUILTINS]
        converter.representative_dataset = batches(rows)
    Path(output).write_bytes(converter.convert())


def batches(rows: str) -> Batches:
    """Return what gives rows by the names of their inputs, one at a time."""
    with np.load(rows, allow_pickle=False) as held:
        arrays = {name: held[name] for name in held.files}
    count = min(map(len, arrays.values()))

    def given() -> Iterator[tuple[str, dict[str, Any]]]:
        for place in range(count):
            yield SIGNATURE, {name: one[place : place + 1] for name, one in arrays.items()}

    return given


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A network as a LiteRT file: single or half precision, or integers of 8 bits; floor 8.

Inputs and outputs are called input_0, input_1 ... and output_0, output_1 ..., in the network's
order. The batch is open where the converter can leave it so, else rows are answered one by one:
recurrent layers are unrolled or fused only then. Nothing is written that needs more than LiteRT's
own operators.

Source: TensorFlow 2.21, lite/python/lite.py.
"""

import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from nnspec.build.batches import answers, batch_of
from nnspec.diagnostics import Diagnostic, Refused

Array = npt.NDArray[Any]
Rows = Callable[[], Iterator[tuple[str, Mapping[str, Array]]]]
"""Gives batches of inputs by their names, beside the name of the signature."""
Precision = Literal["float32", "float16", "int8"]
CALIBRATED = 200
"""Rows that the ranges of 8-bit numbers are taken from, at most."""
ELSEWHERE = "export to onnx or savedmodel instead, which hold it"
SIGNATURE = "serving_default"
FOREIGN = ("TF Select ops:", "Flex ops:", "Custom ops:")
"""What a converter's lines on operators begin with that LiteRT does not have."""


def encode_litert(core: keras.Model, precision: Precision, rows: Mapping[str, Array]) -> bytes:
    """Return a network as the bytes of a LiteRT file.

    Args:
        core: with its weights.
        precision: of what weights are kept in; with `int8` sums are of integers too.
        rows: of the training, by the inputs' names: ranges of 8-bit numbers are taken from them.

    Raises:
        Refused: A113 where the converter needs operators that LiteRT itself does not have.
    """
    sizes = [batch_of(core)] if batch_of(core) else [None, 1]
    reasons: list[str] = []
    for size in sizes:
        try:
            return convert(core, size, precision, rows)
        except Exception as error:  # noqa: BLE001 - the converter raises whatever it meets
            reasons.append(reason_of(error))
    message = f"LiteRT's own operators cannot hold this network: {reasons[-1]}"
    raise Refused([Diagnostic("A113", message, hint=ELSEWHERE)])


def convert(
    core: keras.Model, size: int | None, precision: Precision, rows: Mapping[str, Array]
) -> bytes:
    """Return the file for batches of one size, None: of any."""
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
    with tempfile.TemporaryDirectory(prefix="nnspec-") as folder:
        tf.saved_model.save(module, folder, signatures={SIGNATURE: concrete})
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[SIGNATURE])
        prepare(converter, precision, calibration(core, rows, size or 1))
        with warnings.catch_warnings():
            # Ranges are taken with an interpreter that TensorFlow tells to be replaced.
            warnings.simplefilter("ignore")
            content: bytes = converter.convert()
    return content


def prepare(
    converter: Any,  # noqa: ANN401 - TensorFlow is untyped
    precision: Precision,
    rows: Rows,
) -> None:
    """Tell a converter what weights and sums are kept in."""
    lite = tf.lite
    converter.target_spec.supported_ops = [lite.OpsSet.TFLITE_BUILTINS]
    if precision == "float32":
        return
    converter.optimizations = [lite.Optimize.DEFAULT]
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
        return
    converter.target_spec.supported_ops = [
        lite.OpsSet.TFLITE_BUILTINS_INT8,
        lite.OpsSet.TFLITE_BUILTINS,
    ]
    converter.representative_dataset = rows


def calibration(core: keras.Model, rows: Mapping[str, Array], size: int) -> Rows:
    """Return what gives the rows that ranges are taken from, batch after batch."""
    many: Sequence[Array] = [rows[one.name] for one in core.inputs]
    count = min(CALIBRATED, len(many[0]) // size * size)

    def given() -> Iterator[tuple[str, Mapping[str, Array]]]:
        for begin in range(0, count, size):
            end = begin + size
            named = {
                f"input_{place}": np.ascontiguousarray(one[begin:end])
                for place, one in enumerate(many)
            }
            yield SIGNATURE, named

    return given


def reason_of(error: Exception) -> str:
    """Return what a converter met: the operators that LiteRT lacks, or its last words."""
    lines = [one.strip() for one in str(error).splitlines() if one.strip()]
    needed = [one for one in lines if one.startswith(FOREIGN)]
    if needed:
        return f"it would need {'; '.join(dict.fromkeys(needed))}"
    return lines[-1][:200] if lines else type(error).__name__

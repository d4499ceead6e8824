"""Holds a drawn layer's ONNX form, run by onnxruntime, against Keras on the same numbers."""

import io
import warnings
from dataclasses import dataclass, replace
from typing import Any, Literal

import keras
import numpy as np
import onnx
import onnxruntime
import tensorflow as tf
from answers import Outcome, keras_layer, ours
from drawing import DTYPES, Case
from onnx import helper

from nnspec.catalog.layers.convolutional_recurrent import ConvLSTM
from nnspec.catalog.layers.lookup import TextVectorization
from nnspec.catalog.layers.merging import Elementwise
from nnspec.catalog.layers.pooling import MaxPooling3D
from nnspec.exchange.write.onnx.forms import KINDS, Call
from nnspec.exchange.write.onnx.graph import (
    BOOL,
    IR_VERSION,
    ML,
    ML_OPSET,
    OPSET,
    Unwritable,
    Writer,
    described,
)
from nnspec.exchange.write.onnx.network import apply_layer
from nnspec.exchange.write.onnx.weights import Weights, read_weights
from nnspec.shapes import Tensor

ROWS, MANY_ROWS = 3, 11
LENGTH = 9
"""Length of an axis that only the run tells."""
WORDS = ("a", "b", "c", "d", "e", "", "zz")
SENTENCES = (*WORDS, "A, b!", " c\td  E a", "a-b É c.", "ab\u00a0c", "zz a b a b c", "- ,", "東c")
WIDEST, NARROW = 0.4, 0.1
"""Largest weight: wider ones let the states of linear recurrent layers grow beyond all bounds; each
number of those that are convolutions as well is made of many."""
TOLERANCE = 1e-5
"""Largest difference, relative to the largest number that leaves, or to 1."""
Verdict = Literal["equal", "differs", "listed", "passed over"]
"""What a configuration comes to; listed: refused with a reason; passed over: no such layer."""


@dataclass(frozen=True)
class Found:
    """What one configuration comes to, and why."""

    verdict: Verdict
    reason: str = ""
    difference: float = 0.0


class File(io.BytesIO):
    """A weights file in memory, which Keras takes where its text ends like a name of one."""

    def __str__(self) -> str:
        return ".weights.h5"


class Marked(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """Gives its first input with the second one as its mask."""

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return inputs[0] + 0 if inputs[0].dtype != "bool" else inputs[0]

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:  # noqa: ARG002
        return inputs[1]


def hold(case: Case, number: int = 0) -> Found:
    """Return what a drawn layer comes to, its numbers and weights drawn from a seed."""
    case = in_single(case)
    said = ours(case)
    if not isinstance(said, Outcome):
        return Found("passed over", said.reason)
    random = np.random.default_rng(number)
    try:
        model, names = keras_model(case, random)
        arrays = [drawn(random, case, one) for one in case.inputs]
        masks = [random.random(one.shape[:2]) < 0.7 for one in arrays if one.ndim > 1]
        fed = dict(zip(names, [*arrays, *masks[: len(names) - len(arrays)]], strict=True))
        # TensorFlow's own kernel begins elsewhere than XLA's and oneDNN's where strides are wide.
        wide = issubclass(case.layer, MaxPooling3D)
        called = tf.function(model, jit_compile=True) if wide else model
        expected = [np.asarray(one) for one in keras.tree.flatten(called(fed, training=False))]
    except Exception as error:  # noqa: BLE001 - Keras refuses with whatever comes to hand
        return Found("passed over", f"{type(error).__name__}: {error}")
    if any(one.size == 0 for one in expected):
        return Found("passed over", "nothing leaves the layer")
    file = File()
    model.save_weights(file)
    weights = read_weights(file.getvalue()).of_layer("held")
    try:
        content = written(case, weights, names)
    except Unwritable as cause:
        return Found("listed", cause.reason)
    try:
        return compared(content, fed, expected)
    except Exception as error:  # noqa: BLE001 - onnxruntime refuses with errors of its own
        return Found("differs", f"{type(error).__name__}: {str(error)[:300]}")


def in_single(case: Case) -> Case:
    """Return a configuration in single precision: no other is written."""
    fields = {name: one for name, one in case.fields.items() if name != "dtype"}
    if fields.get("epsilon") == 0:
        fields["epsilon"] = 1e-3  # nothing is left of equal numbers, which would be divided by 0
    return replace(case, fields=fields)


def keras_model(case: Case, random: np.random.Generator) -> tuple[Any, list[str]]:
    """Return a model of the layer alone, its weights drawn anew, and the names of its inputs."""
    inputs, fed = [], []
    for place, one in enumerate(case.inputs):
        shape = (None, *one.shape[1:])
        inputs.append(keras.Input(batch_shape=shape, dtype=DTYPES[one.element], name=f"x{place}"))
        fed.append(inputs[-1])
    for place, one in enumerate(case.inputs):
        if one.masked:
            mask = keras.Input(batch_shape=(None, one.shape[1]), dtype="bool", name=f"m{place}")
            inputs.append(mask)
            fed[place] = Marked()([fed[place], mask])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layer = keras_layer(case)
        layer.name = "held"
        declared = case.layer.model_construct(**case.fields)
        positional, named = declared.call_arguments(fed)
        model = keras.Model(inputs, layer(*positional, **named))
    for weight in model.weights:
        most = NARROW if issubclass(case.layer, ConvLSTM) else WIDEST
        low = 0.2 if "variance" in weight.name else -most
        if str(weight.dtype) == "float32":
            weight.assign(random.uniform(low, most, tuple(weight.shape)))
    for one in (layer, *getattr(layer, "layers", ()), getattr(layer, "layer", None)):
        if isinstance(one, keras.layers.Normalization) and one.input_mean is None:
            one.finalize_state()  # as loaded weights do
    return model, [one.name for one in inputs]


def drawn(random: np.random.Generator, case: Case, tensor: Tensor) -> Any:
    """Return numbers, truth values or texts for what enters."""
    # Keras adds as many numbers as there are channels to these, also where each is of a row.
    alone = issubclass(case.layer, Elementwise) and any(one.rank == 1 for one in case.inputs)
    shape = (
        MANY_ROWS if alone else ROWS,
        *(LENGTH if one is None else one for one in tensor.shape[1:]),
    )
    match tensor.element:
        case "float":
            return random.normal(size=shape).astype(np.float32)
        case "integer":
            most = case.fields.get("input_dim") or case.fields.get("num_tokens") or 5
            return random.integers(0, min(int(most), 5), shape).astype(np.int32)
        case "boolean":
            return random.random(shape) < 0.5
        case "text":
            texts = SENTENCES if issubclass(case.layer, TextVectorization) else WORDS
            return random.choice(texts, shape).astype(object)


def written(case: Case, weights: Weights, names: list[str]) -> bytes:
    """Return the layer as an ONNX file that takes what the model takes."""
    writer = Writer(frozenset({*names, *(f"y{one}" for one in range(9))}))
    layer = case.layer(**case.fields)
    inputs = tuple(replace(one, shape=(None, *one.shape[1:])) for one in case.inputs)
    marks = tuple(f"m{place}" if one.masked else None for place, one in enumerate(inputs))
    values = tuple(f"x{place}" for place in range(len(inputs)))
    outputs = layer.infer_tensors(inputs)
    call = Call(writer, values, marks, inputs, outputs, weights)
    left = apply_layer(layer, call)
    for place, one in enumerate(left):
        writer.nodes.append(helper.make_node("Identity", [one.name], [f"y{place}"]))
    entering = [
        described(name, KINDS[one.element], ("b", *one.shape[1:]))
        for name, one in zip(values, inputs, strict=True)
    ]
    entering += [
        described(mark, BOOL, ("b", one.shape[1]))
        for mark, one in zip(marks, inputs, strict=True)
        if mark
    ]
    leaving = [
        described(f"y{place}", KINDS[one.element], [None] * one.rank)
        for place, one in enumerate(outputs)
    ]
    graph = helper.make_graph(writer.nodes, "layer", entering, leaving, writer.constants)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def compared(content: bytes, fed: dict[str, Any], expected: list[Any]) -> Found:
    """Return whether onnxruntime gives what Keras gave."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])
    given = {one.name: fed[one.name] for one in session.get_inputs()}
    found = session.run(None, given)
    worst = 0.0
    for mine, theirs in zip(found, expected, strict=True):
        if mine.shape != theirs.shape:
            return Found("differs", f"shape {mine.shape}, Keras' {theirs.shape}")
        if mine.dtype == object:
            texts = [one.decode() if isinstance(one, bytes) else one for one in theirs.ravel()]
            if mine.ravel().tolist() != texts:
                return Found("differs", "texts differ")
            continue
        ours_, keras_ = mine.astype(np.float64), theirs.astype(np.float64)
        if (np.isfinite(ours_) != np.isfinite(keras_)).any():
            return Found("differs", "one is no number where the other is")
        whole = np.isfinite(keras_)
        scale = max(1.0, float(np.abs(keras_[whole]).max(initial=0.0)))
        worst = max(worst, float(np.abs(ours_ - keras_)[whole].max(initial=0.0)) / scale)
    return Found("equal" if worst <= TOLERANCE else "differs", f"{worst:.2g}", worst)

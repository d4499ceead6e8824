"""ONNX's own LSTM, GRU and RNN, where they say what a recurrent layer does.

They know no mask but the length of a sequence, and few activations.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnspec.catalog import activations as functions
from nnspec.catalog.layers.recurrent import GRU, LSTM, SimpleRNN, UnitLayer
from nnspec.exchange.write.onnx.forms import Names
from nnspec.exchange.write.onnx.graph import Array, Writer
from nnspec.exchange.write.onnx.sequences import Run, Task

NATIVE: dict[type[functions.Activation], str] = {
    functions.Sigmoid: "Sigmoid",
    functions.Tanh: "Tanh",
    functions.Softsign: "Softsign",
    functions.Softplus: "Softplus",
}
"""Activations that ONNX's recurrent operators know, without arguments."""
KINDS: dict[type[UnitLayer], str] = {LSTM: "LSTM", GRU: "GRU", SimpleRNN: "RNN"}
GATES = {"LSTM": (0, 3, 1, 2), "GRU": (0, 1, 2), "RNN": (0,)}
"""Operator -> in which order it takes the gates that Keras lists."""


def native_operator(task: Task) -> str | None:
    """Return the operator of ONNX that says what a layer does; None where none does."""
    layer = task.layer
    if not isinstance(layer, UnitLayer) or task.mask is not None:
        return None
    return KINDS[type(layer)] if _activations(layer) else None


def _activations(layer: UnitLayer) -> list[str]:
    """Return the operator's names of a layer's activations; none where it does not know one."""
    own, gate = layer.activation, getattr(layer, "recurrent_activation", None)
    asked = {SimpleRNN: (own,), GRU: (gate, own), LSTM: (gate, own, own)}[type(layer)]
    found = [_known(one) for one in asked]
    return found if all(found) else []


def _known(function: functions.Activation | None) -> str:
    """Return the operator's name of an activation; none where it has none."""
    if function == functions.Relu():
        return "Relu"
    return NATIVE.get(type(function), "") if function is not None else ""


def write_operator(writer: Writer, tasks: Sequence[Task], kind: str) -> list[Run]:
    """Write one operator: of one layer, or of two that run in both directions."""
    value = writer.transpose(tasks[0].value, (1, 0, 2))
    parts = [_in_order(one, kind) for one in tasks]
    kernels = [writer.floats(np.stack(arrays)) for arrays in zip(*parts, strict=True)]
    layer = tasks[0].layer
    assert isinstance(layer, UnitLayer)
    starts: list[str] = []
    for place in range(len(tasks[0].states)):
        both = [writer.expand_dims(one.states[place], 0) for one in tasks]
        starts.append(writer.concat(both, 0))
    more: dict[str, Any] = {}
    if isinstance(layer, GRU):
        more["linear_before_reset"] = int(layer.reset_after)
    backwards = "reverse" if layer.go_backwards else "forward"
    found = writer.several(
        kind,
        [value, *kernels, *(["", *starts] if starts else [])],
        1 + layer.states,
        hidden_size=layer.units,
        direction="bidirectional" if len(tasks) > 1 else backwards,
        activations=[name for one in tasks for name in _activations_of(one)],
        **more,
    )
    return [_taken(writer, found, place) for place in range(len(tasks))]


def _activations_of(task: Task) -> list[str]:
    assert isinstance(task.layer, UnitLayer)
    return _activations(task.layer)


def _taken(writer: Writer, found: Names, direction: int) -> Run:
    """Return one direction of what an operator gives: (steps, directions, batch, units)."""

    def take(value: str, axis: int) -> str:
        return writer.op("Gather", value, writer.constant(direction, np.int64), axis=axis)

    steps = writer.transpose(take(found[0], 1), (1, 0, 2))
    states = tuple(take(one, 0) for one in found[1:])
    return Run(steps, states[0], states)


def _in_order(task: Task, kind: str) -> tuple[Array, Array, Array]:
    """Return kernels and bias of a layer as the operator takes them."""
    kernel, recurrent, *bias = task.weights.part("cell").own
    order = GATES[kind]

    def arrange(array: Array) -> Array:
        parts = np.split(array, len(order), axis=-1)
        return np.concatenate([parts[one] for one in order], axis=-1)

    width = kernel.shape[-1]
    both = np.zeros((2, width))
    if bias and bias[0].ndim > 1:
        both = bias[0]
    elif bias:
        both = np.stack([bias[0], np.zeros(width)])
    return arrange(kernel).T, arrange(recurrent).T, arrange(both).reshape(-1)

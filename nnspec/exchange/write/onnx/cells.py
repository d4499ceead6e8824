"""One time step of a recurrent layer as operators: what enters and the states to what leaves.

Source: Keras 3.15, keras/src/layers/rnn/*_cell.py and conv_lstm.py, call.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.cells import (
    GatedRecurrent,
    LongShortTerm,
    StackedRNNCells,
    Unit,
)
from nnspec.catalog.layers.convolutional_recurrent import ConvLSTM
from nnspec.exchange.write.onnx.activations import activate
from nnspec.exchange.write.onnx.convolution import borders, filters_first, spans_of
from nnspec.exchange.write.onnx.graph import Array, Unwritable, Writer
from nnspec.exchange.write.onnx.weights import Weights
from nnspec.shapes import Shape

Stepped = tuple[str, tuple[str, ...]]
"""What leaves a step, and the states after it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a layer or cell.

    Attributes:
        layer: the recurrent layer itself, or a cell.
        weights: its own.
        shape: of what enters the whole sequence, batch first.
    """

    layer: Layer
    weights: Weights
    shape: Shape

    def apply(self, writer: Writer, value: str, states: Sequence[str]) -> Stepped:
        """Write the step."""
        layer = self.layer
        match layer:
            case StackedRNNCells():
                return self._stacked(layer, writer, value, states)
            case ConvLSTM():
                return self._convolved(layer, writer, value, states)
            case LongShortTerm():
                return self._long_short_term(layer, writer, value, states)
            case GatedRecurrent():
                return self._gated(layer, writer, value, states)
            case Unit():
                return self._plain(layer, writer, value, states)
            case _:
                raise Unwritable(f"its cell {layer.keras_name} has no form in ONNX")

    def _stacked(
        self, layer: StackedRNNCells, writer: Writer, value: str, states: Sequence[str]
    ) -> Stepped:
        left = list(states)
        after: list[str] = []
        held = self.weights.listed([one.keras_name for one in layer.cells], "cells")
        for cell, weights in zip(layer.cells, held, strict=True):
            own = [left.pop(0) for _ in cell.state_sizes]
            value, new = Step(cell, weights, self.shape).apply(writer, value, own)
            after.extend(new)
        return value, tuple(after)

    def _plain(self, layer: Unit, writer: Writer, value: str, states: Sequence[str]) -> Stepped:
        kernel, recurrent, *bias = self.weights.own
        entering = _product(writer, value, kernel, bias[0] if bias else None)
        total = writer.op("Add", entering, _product(writer, states[0], recurrent))
        new = activate(layer.activation, writer, total)
        return new, (new,)

    def _long_short_term(
        self, layer: LongShortTerm, writer: Writer, value: str, states: Sequence[str]
    ) -> Stepped:
        kernel, recurrent, *bias = self.weights.own
        entering = _product(writer, value, kernel, bias[0] if bias else None)
        total = writer.op("Add", entering, _product(writer, states[0], recurrent))
        gates = writer.several("Split", (total,), 4, axis=-1, num_outputs=4)
        return _remembered(layer, writer, gates, states[1])

    def _gated(
        self, layer: GatedRecurrent, writer: Writer, value: str, states: Sequence[str]
    ) -> Stepped:
        kernel, recurrent, *held = self.weights.own
        units, state = layer.units, states[0]
        biases = _gate_biases(layer, held, units)
        entering = _product(writer, value, kernel, biases[0])
        update, reset, new = writer.several("Split", (entering,), 3, axis=-1, num_outputs=3)
        if layer.reset_after:
            inner = _product(writer, state, recurrent, biases[1])
            parts = writer.several("Split", (inner,), 3, axis=-1, num_outputs=3)
        else:
            inner = _product(writer, state, recurrent[:, : 2 * units])
            parts = writer.several("Split", (inner,), 2, axis=-1, num_outputs=2)
        gate = layer.recurrent_activation
        update = activate(gate, writer, writer.op("Add", update, parts[0]))
        reset = activate(gate, writer, writer.op("Add", reset, parts[1]))
        if layer.reset_after:
            kept = writer.op("Mul", reset, parts[2])
        else:
            kept = _product(writer, writer.op("Mul", reset, state), recurrent[:, 2 * units :])
        new = activate(layer.activation, writer, writer.op("Add", new, kept))
        old = writer.op("Mul", update, state)
        rest = writer.op("Mul", writer.op("Sub", writer.floats(1), update), new)
        found = writer.op("Add", old, rest)
        return found, (found,)

    def _convolved(
        self, layer: ConvLSTM, writer: Writer, value: str, states: Sequence[str]
    ) -> Stepped:
        """Write a step on arrays that have their channels behind the batch."""
        kernel, recurrent, *bias = self.weights.own
        inner = layer.inner((self.shape[0], *self.shape[2:]))
        entering = writer.op(
            "Conv",
            value,
            writer.floats(filters_first(kernel)),
            *([writer.floats(bias[0])] if bias else []),
            strides=list(layer.strides),
            dilations=list(layer.dilation_rate),
            **borders(inner, spans_of(layer), layer.strides, layer.padding),
        )
        ones = (1,) * layer.dimensions
        held = layer.slide((self.shape[0], *self.shape[2:]), layer.padding)
        state = writer.op(
            "Conv",
            states[0],
            writer.floats(filters_first(recurrent)),
            **borders(held, layer.kernel_size, ones, "same"),
        )
        total = writer.op("Add", entering, state)
        gates = writer.several("Split", (total,), 4, axis=1, num_outputs=4)
        return _remembered(layer, writer, gates, states[1])


def _remembered(
    layer: LongShortTerm | ConvLSTM, writer: Writer, gates: Sequence[str], state: str
) -> Stepped:
    """Return hidden and cell state after the gates: input, forget, new, output."""
    gate = layer.recurrent_activation
    entry, forget, output = (activate(gate, writer, gates[one]) for one in (0, 1, 3))
    new = activate(layer.activation, writer, gates[2])
    kept = writer.op("Mul", forget, state)
    cell = writer.op("Add", kept, writer.op("Mul", entry, new))
    hidden = writer.op("Mul", output, activate(layer.activation, writer, cell))
    return hidden, (hidden, cell)


def _gate_biases(layer: GatedRecurrent, held: Sequence[Array], units: int) -> tuple[Array, Array]:
    """Return the biases of input and state."""
    if not held:
        return np.zeros(3 * units), np.zeros(3 * units)
    if layer.reset_after:
        return held[0][0], held[0][1]
    return held[0], np.zeros(3 * units)


def _product(writer: Writer, value: str, kernel: Array, bias: Array | None = None) -> str:
    found = writer.op("MatMul", value, writer.floats(kernel))
    return found if bias is None else writer.op("Add", found, writer.floats(bias))

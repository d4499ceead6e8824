"""A recurrent layer as a loop over the steps: masks, and any activation or cell."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.convolutional_recurrent import ConvLSTM
from nnspec.catalog.layers.recurrent import RNN, Recurrent
from nnspec.exchange.write.onnx.cells import Step
from nnspec.exchange.write.onnx.forms import Names
from nnspec.exchange.write.onnx.graph import BOOL, FLOAT, Unwritable, Writer, described, subgraph
from nnspec.exchange.write.onnx.sequences import Run, Task
from nnspec.shapes import Shape

HIGHEST = 2**62


def write_loop(writer: Writer, task: Task) -> Run:
    """Write a loop over the steps; a masked step repeats what the one before gave.

    Source: Keras 3.15, keras/src/backend/tensorflow/rnn.py, rnn.
    """
    layer = task.layer
    value = task.value
    sizes = layer.state_shapes(task.shape)
    output = layer.step_output(task.shape)
    if isinstance(layer, ConvLSTM):
        value = _channels_first(writer, layer, value)
        sizes, output = tuple(map(_moved(layer), sizes)), _moved(layer)(output)
    begun = _beginnings(writer, task, sizes, value)
    masked = task.mask is not None
    if masked:
        begun = [*begun, _zeros(writer, value, output)]
    shapes = [*sizes, *([output] if masked else [])]
    inner = _loop_body(writer, task, shapes)
    scanned = [_in_turn(writer, layer, value, len(task.shape))]
    if task.mask is not None:
        scanned.append(_in_turn(writer, layer, task.mask, 2))
    found = writer.several(
        "Scan", [*begun, *scanned], len(begun) + 1, body=inner, num_scan_inputs=len(scanned)
    )
    return _finished(writer, task, found, len(sizes))


def reversed_steps(writer: Writer, value: str) -> str:
    """Return a sequence, (batch, steps, ...), with its steps from last to first."""
    bounds = writer.ints(-1), writer.ints(-HIGHEST), writer.ints(1), writer.ints(-1)
    return writer.op("Slice", value, *bounds)


def _in_turn(writer: Writer, layer: Recurrent, value: str, rank: int) -> str:
    """Return what a loop takes, (steps, batch, ...), in the order in which it takes them.

    Scan has axes and directions for that, which not every runtime knows.
    """
    value = reversed_steps(writer, value) if layer.go_backwards else value
    return writer.transpose(value, (1, 0, *range(2, rank)))


def _finished(writer: Writer, task: Task, found: Names, states: int) -> Run:
    """Return what a loop gives: its states, then the outputs of all steps."""
    last = writer.op("Gather", found[-1], writer.constant(-1, np.int64), axis=0)
    rank = 2 + len(task.layer.step_output(task.shape))
    steps = writer.transpose(found[-1], (1, 0, *range(2, rank)))
    steps = reversed_steps(writer, steps) if task.layer.go_backwards else steps
    kept = found[:states]
    if isinstance(task.layer, ConvLSTM):
        layer = task.layer
        steps = _channels_back(writer, layer, steps, time=True)
        last, *others = (_channels_back(writer, layer, one, time=False) for one in (last, *kept))
        kept = tuple(others)
    return Run(steps, last, kept)


def _loop_body(writer: Writer, task: Task, shapes: Sequence[Shape]) -> Any:  # noqa: ANN401 - a graph
    """Return the graph of one step: states, what enters, whether it counts."""
    layer = task.layer
    carried = [writer.name("state") for _ in shapes]
    entering, counts = writer.name("step"), writer.name("counts")
    masked = task.mask is not None
    states = carried[:-1] if masked else carried
    step = Step(_stepping(layer), task.weights.part("cell"), task.shape)
    with writer.body() as nodes:
        output, after = step.apply(writer, entering, states)
        new = list(after)
        if masked:
            new, output = _masked(writer, task, (counts, carried, shapes), (new, output))
        leaving = [writer.op("Identity", one) for one in (*new, output)]
    if isinstance(layer, ConvLSTM):
        cell: Shape = _moved(layer)(task.shape[2:])
    else:
        cell = task.shape[2:]
    inputs = [
        described(name, FLOAT, (None, *shape)) for name, shape in zip(carried, shapes, strict=True)
    ]
    inputs.append(described(entering, FLOAT, (None, *cell)))
    if masked:
        inputs.append(described(counts, BOOL, (None,)))
    last = shapes[-1] if masked else layer.step_output(task.shape)
    if isinstance(layer, ConvLSTM) and not masked:
        last = _moved(layer)(last)
    outputs = [
        described(name, FLOAT, (None, *shape))
        for name, shape in zip(leaving, (*shapes, last), strict=True)
    ]
    return subgraph(writer.name("loop"), nodes, inputs, outputs)


def _masked(
    writer: Writer,
    task: Task,
    before: tuple[str, Sequence[str], Sequence[Shape]],
    after: tuple[list[str], str],
) -> tuple[list[str], str]:
    """Return states and output of a step that may not count: then states are those before it."""
    counts, carried, shapes = before
    new, output = after

    def chosen(value: str, old: str, shape: Shape) -> str:
        held = writer.reshape(counts, (-1, *[1] * len(shape)))
        return writer.op("Where", held, value, old)

    pairs = zip(new, carried, shapes, strict=False)
    states = [chosen(*one) for one in pairs]
    old = writer.op("Mul", output, writer.floats(0)) if task.zeroed else carried[-1]
    held = chosen(output, old, shapes[-1])
    return [*states, held], held


def _stepping(layer: Recurrent) -> Layer:
    return layer.step if isinstance(layer, RNN) else layer


def _beginnings(writer: Writer, task: Task, sizes: Sequence[Shape], value: str) -> list[str]:
    """Return the states that a loop begins with: those given, or zeros."""
    if not task.states:
        return [_zeros(writer, value, one) for one in sizes]
    if isinstance(task.layer, ConvLSTM):
        return [_state_first(writer, task.layer, one) for one in task.states]
    return list(task.states)


def _zeros(writer: Writer, like: str, shape: Shape) -> str:
    """Return zeros, (batch, ...), for as many rows as a tensor has."""
    if None in shape:
        raise Unwritable(
            "it needs the lengths of its state, which only the run tells",
            "give rows and columns in the input's shape",
        )
    known = [one for one in shape if one is not None]
    whole = writer.concat([writer.extent(like, 0), writer.ints(*known)], 0)
    return writer.op("Expand", writer.floats(0), whole)


def _moved(layer: ConvLSTM) -> Any:  # noqa: ANN401 - a function of shapes
    """Return what moves the channels of a shape without batch to the front."""
    return lambda shape: shape if layer.channel_axis == 1 else (shape[-1], *shape[:-1])


def _channels_first(writer: Writer, layer: ConvLSTM, value: str) -> str:
    if layer.channel_axis == 1:
        return value
    last = layer.dimensions + 2
    return writer.transpose(value, (0, 1, last, *range(2, last)))


def _state_first(writer: Writer, layer: ConvLSTM, value: str) -> str:
    if layer.channel_axis == 1:
        return value
    last = layer.dimensions + 1
    return writer.transpose(value, (0, last, *range(1, last)))


def _channels_back(writer: Writer, layer: ConvLSTM, value: str, *, time: bool) -> str:
    if layer.channel_axis == 1:
        return value
    front = (0, 1) if time else (0,)
    start = len(front)
    return writer.transpose(value, (*front, *range(start + 1, start + 1 + layer.dimensions), start))

"""Recurrent layers as operators: ONNX's own where they say the same, else a loop over the steps.

ONNX's LSTM, GRU and RNN know no mask but the length of a sequence, and few activations: what they
cannot say is written as a Scan, step by step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnspec.catalog import activations as functions
from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.convolutional_recurrent import ConvLSTM
from nnspec.catalog.layers.recurrent import GRU, LSTM, RNN, Recurrent, SimpleRNN, UnitLayer
from nnspec.catalog.layers.wrappers import Bidirectional
from nnspec.exchange.write.onnx.cells import Step
from nnspec.exchange.write.onnx.forms import Call, Names, writes
from nnspec.exchange.write.onnx.graph import (
    BOOL,
    FLOAT,
    Array,
    Unwritable,
    Writer,
    described,
    subgraph,
)
from nnspec.exchange.write.onnx.weights import Weights
from nnspec.shapes import Shape

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
HIGHEST = 2**62


@dataclass(frozen=True, slots=True)
class Run:
    """What a recurrent layer gives.

    Attributes:
        steps: the output of every step, (batch, steps, ...), in the order of the time.
        last: the output of the step that came last.
        states: after it.
    """

    steps: str
    last: str
    states: Names


@dataclass(frozen=True, slots=True)
class Task:
    """A recurrent layer that is to be run once over a sequence.

    Attributes:
        value: the sequence, floats, (batch, steps, ...).
        mask: which steps count, (batch, steps); None: all.
        shape: of the sequence.
        states: that it begins with; none: zeros.
    """

    layer: Recurrent
    weights: Weights
    value: str
    mask: str | None
    shape: Shape
    states: Names = ()


def run(writer: Writer, task: Task) -> Run:
    """Write one recurrent layer.

    Raises:
        Unwritable: it carries a state from batch to batch.
    """
    if task.layer.stateful:
        raise Unwritable(
            "it carries a state from batch to batch, and a graph has none",
            "leave stateful out, and feed whole sequences",
        )
    kind = _native(task)
    return _scan(writer, task) if kind is None else _operator(writer, (task,), kind)[0]


def _native(task: Task) -> str | None:
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


def _operator(writer: Writer, tasks: Sequence[Task], kind: str) -> list[Run]:
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


def _scan(writer: Writer, task: Task) -> Run:
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
    backwards = int(layer.go_backwards)
    scanned = [value, *([task.mask] if task.mask else [])]
    found = writer.several(
        "Scan",
        [*begun, *scanned],
        len(begun) + 1,
        body=inner,
        num_scan_inputs=len(scanned),
        scan_input_axes=[1] * len(scanned),
        scan_input_directions=[backwards] * len(scanned),
        scan_output_axes=[1],
        scan_output_directions=[backwards],
    )
    return _finished(writer, task, found, len(sizes))


def _finished(writer: Writer, task: Task, found: Names, states: int) -> Run:
    """Return what a loop gives: its states, then the outputs of all steps."""
    steps = found[-1]
    place = 0 if task.layer.go_backwards else -1
    last = writer.op("Gather", steps, writer.constant(place, np.int64), axis=1)
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
            new, output = _masked(writer, layer, (counts, carried, shapes), (new, output))
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
    layer: Recurrent,
    before: tuple[str, Sequence[str], Sequence[Shape]],
    after: tuple[list[str], str],
) -> tuple[list[str], str]:
    """Return states and output of a step that may not count: then they are those before it."""
    counts, carried, shapes = before
    new, output = after

    def chosen(value: str, old: str, shape: Shape) -> str:
        held = writer.reshape(counts, (-1, *[1] * len(shape)))
        return writer.op("Where", held, value, old)

    pairs = zip(new, carried, shapes, strict=False)
    states = [chosen(*one) for one in pairs]
    zero = isinstance(layer, RNN) and layer.zero_output_for_mask
    old = writer.op("Mul", output, writer.floats(0)) if zero else carried[-1]
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


def reversed_steps(writer: Writer, value: str) -> str:
    """Return a sequence with its steps from last to first."""
    bounds = writer.ints(-1), writer.ints(-HIGHEST), writer.ints(1), writer.ints(-1)
    return writer.op("Slice", value, *bounds)


@writes(Recurrent)
def write_recurrent(layer: Recurrent, call: Call) -> Names:
    """Write the output of the last step or of all, then the states where they are wanted.

    Steps that were taken from last to first leave in that order.
    """
    writer, states = call.writer, call.floats[1:]
    value, mask = call.floats[0], call.masks[0]
    found = run(writer, Task(layer, call.weights, value, mask, call.shape, states))
    output = found.last
    if layer.return_sequences:
        output = reversed_steps(writer, found.steps) if layer.go_backwards else found.steps
    return (output, *found.states) if layer.return_state else (output,)


@writes(Bidirectional)
def write_bidirectional(layer: Bidirectional, call: Call) -> Names:
    """Write both directions, as one operator where ONNX has it, and merge them.

    Source: Keras 3.15, keras/src/layers/rnn/bidirectional.py, call.
    """
    forward, backward = layer.directions()
    writer, floats = call.writer, call.floats
    states = floats[1:]
    half = len(states) // 2
    held = call.weights.part("forward_layer"), call.weights.part("backward_layer")
    common = (floats[0], call.masks[0], call.shape)
    ahead = Task(forward, held[0], *common, states[:half])
    back = Task(backward, held[1], *common, states[half:])
    found = _both(writer, ahead, back)
    outputs = [one.steps if forward.return_sequences else one.last for one in found]
    merged = _merge(writer, layer, outputs)
    if not forward.return_state:
        return merged
    return (*merged, *found[0].states, *found[1].states)


def _both(writer: Writer, ahead: Task, back: Task) -> list[Run]:
    """Return both directions; one operator's where it says the same of both."""
    kinds = {_native(ahead), _native(back)}
    kind = kinds.pop()
    forward, backward = ahead.layer, back.layer
    alike = (
        kind is not None
        and not kinds
        and isinstance(forward, UnitLayer)
        and isinstance(backward, UnitLayer)
        and not forward.stateful
        and not forward.go_backwards
        and getattr(forward, "reset_after", None) == getattr(backward, "reset_after", None)
    )
    if not alike:
        return [run(writer, ahead), run(writer, back)]
    assert kind is not None
    return _operator(writer, (ahead, back), kind)


def _merge(writer: Writer, layer: Bidirectional, outputs: list[str]) -> Names:
    """Return both outputs as one, or both."""
    match layer.merge_mode:
        case "concat":
            return (writer.concat(outputs, -1),)
        case "sum":
            return (writer.op("Add", *outputs),)
        case "ave":
            total = writer.op("Add", *outputs)
            return (writer.op("Div", total, writer.floats(2)),)
        case "mul":
            return (writer.op("Mul", *outputs),)
        case None:
            return tuple(outputs)

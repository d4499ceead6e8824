"""Recurrent layers as operators: ONNX's own where they say the same, else a loop over the steps."""

from nnspec.catalog.layers.recurrent import RNN, Recurrent, UnitLayer
from nnspec.catalog.layers.wrappers import Bidirectional
from nnspec.exchange.write.onnx.forms import Call, Names, writes
from nnspec.exchange.write.onnx.graph import Unwritable, Writer
from nnspec.exchange.write.onnx.loops import reversed_steps, write_loop
from nnspec.exchange.write.onnx.recurrent_operators import native_operator, write_operator
from nnspec.exchange.write.onnx.sequences import Run, Task


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
    kind = native_operator(task)
    return write_loop(writer, task) if kind is None else write_operator(writer, (task,), kind)[0]


def _mask(call: Call) -> str | None:
    """Return which steps count, as far as the layer is told.

    Source: Keras 3.15, keras/src/layers/layer.py, __call__: where first states are given, it looks
    for a parameter sequences_mask, which no recurrent layer has.
    """
    return call.masks[0] if len(call.values) == 1 else None


@writes(Recurrent)
def write_recurrent(layer: Recurrent, call: Call) -> Names:
    """Write the output of the last step or of all, then the states where they are wanted.

    Steps that were taken from last to first leave in that order.
    """
    writer, states = call.writer, call.floats[1:]
    value, mask = call.floats[0], _mask(call)
    zeroed = isinstance(layer, RNN) and layer.zero_output_for_mask
    found = run(writer, Task(layer, call.weights, value, mask, call.shape, states, zeroed))
    output = found.last
    if layer.return_sequences:
        output = reversed_steps(writer, found.steps) if layer.go_backwards else found.steps
    return (output, *found.states) if layer.return_state else (output,)


@writes(Bidirectional)
def write_bidirectional(layer: Bidirectional, call: Call) -> Names:
    """Write both directions, as one operator where ONNX has it, and merge them.

    Where all steps are given, masked ones give zeros, whatever the layers say for themselves.

    Source: Keras 3.15, keras/src/layers/rnn/bidirectional.py, force_zero_output_for_mask, call.
    """
    forward, backward = layer.directions()
    writer, floats = call.writer, call.floats
    states = floats[1:]
    half = len(states) // 2
    held = call.weights.part("forward_layer"), call.weights.part("backward_layer")
    common = (floats[0], _mask(call), call.shape)
    ahead = Task(forward, held[0], *common, states[:half], forward.return_sequences)
    back = Task(backward, held[1], *common, states[half:], backward.return_sequences)
    found = _both(writer, ahead, back)
    outputs = [one.steps if forward.return_sequences else one.last for one in found]
    merged = _merge(writer, layer, outputs)
    if not forward.return_state:
        return merged
    return (*merged, *found[0].states, *found[1].states)


def _both(writer: Writer, ahead: Task, back: Task) -> list[Run]:
    """Return both directions; one operator's where it says the same of both."""
    kinds = {native_operator(ahead), native_operator(back)}
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
    return write_operator(writer, (ahead, back), kind)


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

"""Floor 8, the probe: one look into a trained network on some rows, forward and back.

Layers within models of their own, and layers that are applied more than once, have no single
output and are left out of the units; their weights are in the gradients.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from nnspec.build.batches import batch_of
from nnspec.build.keras_graph import (
    Neighbours,
    applications,
    as_outputs,
    first_input_shape,
    inner_layers,
    neighbours,
)
from nnspec.data.arrays import Arrays
from nnspec.engine.tensorflow.feed import Array, feed
from nnspec.engine.tensorflow.prediction import LEAST_ROWS, block_rows

MOST_ROWS = 256
"""Rows that are looked at, fewer where a layer is so wide that its block takes fewer."""
EASED = 4
"""What the block of a prediction is divided by: going back keeps what every layer gave."""
MOST_STEPS = 64
"""Steps of a series that recurrent layers take one by one."""
MARGIN = 0.01
"""Part of the range of sigmoid or tanh that counts as its end."""
Function = Literal["relu", "sigmoid", "tanh"]
EXTENTS: Mapping[str, tuple[float, float]] = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}


@dataclass(frozen=True, slots=True, eq=False)
class LayerUnits:
    """A hidden layer whose activation has an end.

    Attributes:
        idle: (units,) share of rows, and of their steps or pixels, at an end of the function.
    """

    layer: str
    function: Function
    idle: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LayerNorms:
    """A layer with trained weights: norms of these and of their gradient, and what it leads to."""

    layer: str
    gradient: float
    weights: float
    leads_to: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Probed:
    """What the look showed: rows, their loss, units and gradients."""

    rows: int
    loss: float
    units: tuple[LayerUnits, ...]
    norms: tuple[LayerNorms, ...]


def probe_network(model: keras.Model, arrays: Arrays) -> Probed:
    """Return what units and gradients of a compiled functional model are on some rows.

    Args:
        model: compiled; nothing in it is changed.
        arrays: rows with targets; `MOST_ROWS` of them are taken, evenly.
    """
    known = neighbours(model)
    rows = arrays.take(sampled(model, arrays.rows))
    given = feed(model, rows)
    x, y, weights = given.unpack(list(given.lying(laid_out=True, xla=False).tensors()))
    hidden = [one for one in model.layers if is_hidden(model, one, known)]

    several = with_outputs_of(model, hidden)

    def forward() -> tuple[Any, list[Any], list[Any]]:
        with tf.GradientTape() as tape:
            left = keras.tree.flatten(several(x, training=False))
            own = as_outputs(model, left[: len(model.outputs)])
            loss = model.compute_loss(x, y, own, weights)
        behind = len(model.outputs)
        return loss, tape.gradient(loss, trained(model)), left[behind : behind + len(hidden)]

    computed = tf.function(forward, autograph=False)() if has_long_series(model) else forward()
    loss, gradients, given_by = computed
    units = tuple(
        LayerUnits(layer.name, function, idle_share(np.asarray(values), function))
        for layer, values in zip(hidden, given_by, strict=True)
        if (function := function_of(layer))
    )
    norms = norms_of(model, known, dict(zip(map(id, trained(model)), gradients, strict=True)))
    return Probed(given.rows, float(loss), units, norms)


def has_long_series(model: keras.Model) -> bool:
    """Tell whether recurrent layers take so many steps that a graph is made sooner than they pass.

    Eagerly they take them one by one in Python, each for about as long as a hundredth of a graph
    is made in.
    """
    kinds = keras.layers.RNN | keras.layers.Bidirectional
    recurrent = [one for one in inner_layers(model) if isinstance(one, kinds)]
    shapes = [shape for one in recurrent if (shape := first_input_shape(one))]
    return any(shape[1] is None or shape[1] > MOST_STEPS for shape in shapes)


def sampled(model: keras.Model, rows: int) -> npt.NDArray[np.int64]:
    """Return which rows are looked at, evenly over all; the first batch where its size is fixed."""
    if size := batch_of(model):
        return np.arange(min(size, rows), dtype=np.int64)
    count = min(rows, MOST_ROWS, max(LEAST_ROWS, block_rows(model) // EASED))
    return np.unique(np.linspace(0, rows - 1, count).astype(np.int64))


def trained(model: keras.Model) -> list[Any]:
    """Return the variables that training changes, as the tape knows them."""
    return [one.value for one in model.trainable_weights]


def with_outputs_of(model: keras.Model, layers: list[keras.layers.Layer]) -> Callable[..., Any]:
    """Return a model as one that gives its outputs and behind them those of layers.

    They come as a list, a single one as itself.
    """
    further = [applications(one)[0].outputs[0] for one in layers]
    whole: Callable[..., Any] = keras.Model(model.input, [*model.outputs, *further])
    return whole


def is_hidden(model: keras.Model, layer: keras.layers.Layer, known: Neighbours) -> bool:
    """Tell whether a layer has an activation with an end, and trained layers read it."""
    if function_of(layer) is None or known.only_node(layer) is None:
        return False
    leads = downstream(layer, known)
    return any(one.name in leads and one.weights for one in model.layers)


def function_of(layer: keras.layers.Layer) -> Function | None:
    """Return the activation of a layer, None where it has no end or is that of a state."""
    if isinstance(layer, keras.layers.RNN):
        return None
    if isinstance(layer, keras.layers.ReLU):
        return "relu" if layer.max_value is None and not layer.negative_slope else None
    names: dict[Any, Function] = {
        keras.activations.relu: "relu",
        keras.activations.sigmoid: "sigmoid",
        keras.activations.tanh: "tanh",
    }
    function = getattr(layer, "activation", None)
    return names.get(function) if callable(function) else None


def downstream(layer: keras.layers.Layer, known: Neighbours) -> frozenset[str]:
    """Return the names of all layers that read a layer's output, directly or through others."""
    found: set[str] = set()
    waiting = list(known.nodes.get(id(layer), ()))
    while waiting:
        node = waiting.pop()
        for tensor in node.outputs:
            for reader in known.readers.get(id(tensor), ()):
                if reader.operation.name not in found:
                    found.add(reader.operation.name)
                    waiting.append(reader)
    return frozenset(found - {layer.name})


def idle_share(values: Array, function: Function) -> npt.NDArray[np.float64]:
    """Return (units,) the share of rows and places at an end of a function."""
    flat = values.reshape(-1, values.shape[-1])
    if function == "relu":
        idle = flat <= 0
    else:
        low, high = EXTENTS[function]
        margin = MARGIN * (high - low)
        idle = (flat < low + margin) | (flat > high - margin)
    share: npt.NDArray[np.float64] = idle.mean(axis=0)
    return share


def norms_of(
    model: keras.Model, known: Neighbours, gradients: Mapping[int, Any]
) -> tuple[LayerNorms, ...]:
    """Return the norms of each layer of a model that has trained weights."""
    found: list[LayerNorms] = []
    for layer in model.layers:
        own = [one.value for one in layer.trainable_weights]
        if own:
            slopes = [gradients.get(id(one)) for one in own]
            sizes = [0.0 if one is None else norm(one) for one in slopes]
            size, weights = np.linalg.norm(sizes), np.linalg.norm([norm(one) for one in own])
            leads = downstream(layer, known)
            found.append(LayerNorms(layer.name, float(size), float(weights), leads))
    return tuple(found)


def norm(value: Any) -> float:  # noqa: ANN401 - a tensor, or some rows of one
    """Return the norm of a tensor in double precision, which does not overflow."""
    return float(np.linalg.norm(np.asarray(tf.convert_to_tensor(value), np.float64).reshape(-1)))

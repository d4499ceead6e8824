"""What an optimizer held when its model was saved, put into the optimizer that goes on.

Source: the layouts of Keras 3.15 (keras/src/saving/saving_lib.py, keras/src/legacy/saving/
legacy_h5_format.py), of tf_keras 2.21 (its optimizers and legacy ones) and of Keras 2.3.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from nnspec.diagnostics import Refused
from nnspec.exchange.read.hdf5 import Array, Budget, array_of, child, group_of, names_of
from nnspec.exchange.read.packed import as_mapping, read_packed
from nnspec.exchange.read.weights import as_major, opened_weights

STATES = "optimizer_weights"
"""The group of .h5 files that holds them."""
SPARE = 1_000
SLOTS: dict[str, tuple[str, ...]] = {
    "_momentums": ("momentum", "m"),
    "momentums": ("momentum", "m"),
    "_velocities": ("velocity", "v", "rms"),
    "_velocity_hats": ("velocity_hat", "vhat"),
    "_average_gradients": ("average_gradient", "mg"),
    "_accumulators": ("accumulator",),
}
"""Lists of an optimizer, one array for each weight that learns -> what files call them."""
COUNTS = ("iter", "iteration", "iterations")
RATE = "learning_rate"
ALONE = ".weights.h5"
"""Ending of files that do not say which optimizer theirs is."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file holds of an optimizer.

    Attributes:
        kind: class of the optimizer.
        major: version of the Keras that wrote the file.
        arrays: in the order of the optimizer's variables.
        names: what the file calls them; empty where it does not.
        layers: names of the layers in the order of the file's model; empty where it has none.
    """

    kind: str
    major: int
    arrays: list[Array]
    names: list[str]
    layers: list[str]


def put_optimizer(model: keras.Model, path: Path) -> int:
    """Put what a file holds of an optimizer into that of a compiled model.

    It is taken where the optimizer is of the same class, and the weights that learn are the same
    ones; the learning rate stays as it is.

    Args:
        model: the compiled model, which has the file's weights.
        path: .keras, .h5 or .hdf5.

    Returns:
        How many steps the optimizer had made; 0 where nothing was taken.

    Raises:
        Refused: D102 for a file that cannot be read.
    """
    optimizer = model.optimizer
    if path.name.endswith(ALONE) or not isinstance(optimizer, keras.optimizers.Optimizer):
        return 0
    kept = read_state(path, model)
    if kept is None or kept.kind != type(optimizer).__name__:
        return 0
    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    order = order_of(model, kept.layers)
    values = None if order is None else values_of(optimizer, kept, order)
    if values is None:
        return 0
    for variable, value in values:
        variable.assign(np.asarray(value).astype(variable.dtype))
    return int(optimizer.iterations)


def read_state(path: Path, model: keras.Model) -> Kept | None:
    """Return what a file holds of an optimizer; None where it holds nothing that can be known."""
    try:
        packed = read_packed(path)
    except Refused:  # weights without a model, whose optimizer nobody knows
        return None
    said = packed.training if isinstance(packed.training, dict) else {}
    optimizer = said.get("optimizer_config") or said.get("optimizer")
    kind = optimizer.get("class_name") if isinstance(optimizer, dict) else None
    budget = Budget(SPARE + 5 * model.count_params())
    with opened_weights(path, model.count_params()) as (root, told):
        names = []
        if (group := group_of(root, "optimizer")) is not None:
            arrays = list(numbered(group, budget))
        elif (group := group_of(root, STATES)) is not None:
            names = names_of(group, "weight_names")
            arrays = [array_of(group, one, budget) for one in names]
        else:
            return None
    version = str(told.get("keras_version") or packed.version or "2")
    layers = list(leaves_of(as_document(packed.model)))
    return Kept(str(kind).rpartition(">")[2], as_major(version), arrays, names, layers)


def numbered(group: h5py.Group, budget: Budget) -> Iterator[Array]:
    """Give the arrays of a group that counts them."""
    inner = group_of(group, "vars")
    for place in range(len(inner) if inner is not None else 0):
        if inner is not None and child(inner, str(place)) is not None:
            yield array_of(inner, str(place), budget)


def as_document(text: str) -> Any:  # noqa: ANN401 - a document
    """Return the layers of a document."""
    config = as_mapping(text).get("config")
    return config.get("layers") if isinstance(config, dict) else config


def leaves_of(layers: Any) -> Iterator[str]:  # noqa: ANN401 - a document's own list
    """Give the names of the layers of a document, those of models within it in their places."""
    for one in layers if isinstance(layers, list) else ():
        config = one.get("config") if isinstance(one, dict) else None
        inner = config.get("layers") if isinstance(config, dict) else config
        if isinstance(inner, list):
            yield from leaves_of(inner)
        elif isinstance(config, dict):
            yield str(one.get("name") or config.get("name"))


def order_of(model: keras.Model, layers: Sequence[str]) -> list[int] | None:
    """Return, for each weight that learns, its place among those of the file's model.

    None where the file's model has other layers.
    """
    own = [name for one in learning(model) for name in [one.name] * len(one.trainable_weights)]
    if len(own) != len(model.trainable_variables):
        return None
    known = [one for one in layers if one in set(own)]
    if set(known) != set(own) or len(known) != len(set(known)):
        return None
    theirs = [name for one in known for name in [one] * own.count(one)]
    first = {name: theirs.index(name) for name in known}
    return [first[name] + place - own.index(name) for place, name in enumerate(own)]


def learning(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Give the layers whose weights learn, those of models within the model in their places."""
    for one in model.layers:
        if isinstance(one, keras.Model):
            yield from learning(one)
        elif one.trainable_weights:
            yield one


def values_of(
    optimizer: keras.optimizers.Optimizer, kept: Kept, order: Sequence[int]
) -> list[tuple[Any, Array]] | None:
    """Return each variable of an optimizer with its value; None where the file's are others."""
    lists = lists_of(optimizer, len(order))
    newer = kept.major > 2  # noqa: PLR2004 - Keras 3 is the present
    taken = of_today(optimizer, kept, order, lists) if newer else of_former(kept, order, lists)
    if taken is None:
        return None
    fits = all(tuple(one.shape) == value.shape for one, value in taken)
    count = next((one for one in kept.arrays if one.size == 1 and one.dtype.kind in "iu"), None)
    if not fits or count is None:
        return None
    return [*taken, (optimizer.iterations, count.reshape(()))]


def lists_of(optimizer: keras.optimizers.Optimizer, count: int) -> dict[str, list[Any]]:
    """Return the lists of an optimizer that hold an array for each weight that learns."""
    found = ((name, getattr(optimizer, name, None)) for name in SLOTS)
    return {name: list(one) for name, one in found if one and len(one) == count}


def of_today(
    optimizer: keras.optimizers.Optimizer,
    kept: Kept,
    order: Sequence[int],
    lists: dict[str, list[Any]],
) -> list[tuple[Any, Array]] | None:
    """Return the values of a file of Keras 3, which has every variable in its place."""
    places = {id(one): place for place, one in enumerate(optimizer.variables)}
    skipped = {id(optimizer.iterations), id(getattr(optimizer, f"_{RATE}", None))}
    if len(kept.arrays) != len(places):
        return None
    source = dict(places)
    for held in lists.values():
        for one, place in zip(held, order, strict=True):
            source[id(one)] = places[id(held[place])]
    return [
        (one, kept.arrays[source[id(one)]]) for one in optimizer.variables if id(one) not in skipped
    ]


def of_former(
    kept: Kept, order: Sequence[int], lists: dict[str, list[Any]]
) -> list[tuple[Any, Array]] | None:
    """Return the values of a file of Keras 2: by the names of arrays, or list after list."""
    if not lists or len(kept.names) != len(kept.arrays):
        return None
    named = list(zip(kept.names, kept.arrays, strict=True))
    states = [(name, one) for name, one in named if not is_setting(name, one)]
    found: list[tuple[Any, Array]] = []
    for number, (attribute, held) in enumerate(lists.items()):
        arrays = [one for name, one in states if called(name) in SLOTS[attribute]]
        if not any(called(name) for name, _ in states):
            arrays = [one for _, one in states[number * len(order) : (number + 1) * len(order)]]
        if len(arrays) != len(order):
            return None
        found += [(one, arrays[place]) for one, place in zip(held, order, strict=True)]
    return found


def is_setting(name: str, array: Array) -> bool:
    """Return whether an array is the count of steps or a rate, and no state of a weight."""
    last = name.removesuffix(":0").rpartition("/")[2]
    return array.ndim == 0 and (last in COUNTS or RATE in last or array.dtype.kind in "iu")


def called(name: str) -> str | None:
    """Return what a file calls an array of an optimizer: a part of its name; None for numbers."""
    parts = re.split(r"[/:]", name)
    known = [one for names in SLOTS.values() for one in names]
    return next((one for one in parts[1:] if one in known), None)

"""Measures the networks of keras.applications for the catalogue's table of them: with Keras, slow.

Each network is built without numbers in its weights, with and without its head. Run it after an
update of Keras, from the repository's folder, and format what it wrote.
"""
# ruff: noqa: INP001, T201, ANN401 (a script, no package; it says what it did; Keras is untyped)

import re
import sys
import warnings
from dataclasses import astuple
from inspect import getmodule, getsource
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any

import keras

from nnspec.catalog.layers.figures import Figures

TARGET = Path(__file__).parents[1] / "nnspec" / "catalog" / "layers" / "application_table.py"
HEADER = '''"""The networks of keras.applications as figures; generated, not edited; floor 2.

Source: tools/generate_applications.py, Keras {version}.
"""

from nnspec.catalog.layers.figures import Figures

TABLE: dict[str, Figures] = {{
'''
DEFAULT_SIZE = 224
"""Rows and columns of images where Keras leaves them open."""
START = (0, 1, 1, False)
HALVING = 2
SIZE = 256
"""Rows and columns that the paths are measured at: enough for every network."""


def public_names() -> list[str]:
    """Return the names of all networks."""
    return sorted(name for name in dir(keras.applications) if name[0].isupper())


def render(names: list[str]) -> str:
    """Return the text of the table's module."""
    entries = [f'    "{name}": {write(measure(name))},\n' for name in names]
    return HEADER.format(version=keras.__version__) + "".join(entries) + "}\n"


def build(name: str, **options: Any) -> Any:
    """Return a network of random weights that were never drawn."""
    with warnings.catch_warnings(), keras.StatelessScope(initialize_variables=False):
        warnings.simplefilter("ignore")
        return getattr(keras.applications, name)(weights=None, **options)


def write(figures: Figures) -> str:
    """Return figures as their source."""
    *values, fixed = astuple(figures)
    return f"Figures({', '.join(map(repr, values))}{', fixed=True' if fixed else ''})"


def measure(name: str) -> Figures:
    """Return the figures of one network."""
    keras.backend.clear_session()
    body = build(name, include_top=False, input_shape=(SIZE, SIZE, 3))
    narrow = build(name, include_top=False, input_shape=(SIZE, SIZE, 1))
    free = build(name, include_top=False, input_shape=(None, None, 3))
    whole = build(name, classifier_activation=None)
    trainable, frozen = counts(body)
    per_channel = [
        (now - before) // 2 for now, before in zip(counts(body), counts(narrow), strict=True)
    ]
    assert counts(whole)[1] == frozen
    return Figures(
        whole.input_shape[1] or DEFAULT_SIZE,
        least_size(name),
        body.output_shape[-1],
        trainable,
        frozen,
        (per_channel[0], per_channel[1]),
        head(whole, trainable),
        path(name, body),
        fixed=counts(free) != counts(body),
    )


def counts(model: Any) -> tuple[int, int]:
    """Return the numbers of trainable and of other parameters."""
    sizes = [(prod(one.shape), one.trainable) for one in model.weights]
    trainable = sum(size for size, kind in sizes if kind)
    return trainable, sum(size for size, _ in sizes) - trainable


def head(whole: Any, trainable: int) -> tuple[int, int, int]:
    """Return the head's figures.

    Returns:
        Parameters before the last layer; of these, how many per feature; what enters the last.
    """
    weighted = [layer for layer in whole.layers if layer.weights]
    kernel = weighted[-1].kernel.shape
    width, classes = kernel[-2], kernel[-1]
    hidden = counts(whole)[0] - trainable - classes * (width + 1)
    flatten = next((layer for layer in whole.layers if type(layer).__name__ == "Flatten"), None)
    dense = next((layer for layer in whole.layers if type(layer).__name__ == "Dense"), None)
    if flatten is None or dense is None:
        return hidden, 0, width
    return hidden - dense.units * flatten.output.shape[-1], dense.units, width


def least_size(name: str) -> int:
    """Return the fewest rows and columns, as Keras says on refusing an image of 8 x 8."""
    try:
        build(name, include_top=False, input_shape=(8, 8, 3))
    except ValueError as error:
        return int(re.findall(r"at least (\d+)", str(error))[0])
    return 1


def path(name: str, model: Any) -> str:
    """Return what changes the number of rows, in order, as Figures has it."""
    steps = [step for layer in walk(model) if (step := describe(layer))]
    # Padding that Keras chooses by an axis' parity makes a step of two what 'same' is.
    by_parity = "correct_pad" in getsource(getmodule(getattr(keras.applications, name)) or keras)
    joined: list[tuple[int, int, int, bool]] = []
    for (added, before, _, _), (padding, window, step, same) in pairwise([START, *steps]):
        padded = added if added and before == 1 else 0
        if padded:
            joined.pop()
        odd = by_parity and step == HALVING and padded % 2 == 1
        joined.append((0, window, step, True) if odd else (padding + padded, window, step, same))
    return " ".join(
        ("=" if same else "") + (f"{padding}+" if padding else "") + f"{window}/{step}"
        for padding, window, step, same in joined
    )


def walk(model: Any) -> list[Any]:
    """Return the layers on one way from the image to the features."""
    layers: list[Any] = []
    tensor = model.outputs[0]
    while True:
        operation, node, _ = tensor._keras_history  # noqa: SLF001 - Keras' only record of the way
        layers += getattr(operation, "layers", [operation])[::-1]
        arguments = operation._inbound_nodes[node].input_tensors  # noqa: SLF001 - as above
        if not arguments:
            return layers[::-1]
        tensor = max(arguments, key=lambda one: (one.shape[1] or 0) if len(one.shape) > 1 else 0)


def describe(layer: Any) -> tuple[int, int, int, bool] | None:
    """Return how a layer changes the rows; None if it leaves them."""
    match type(layer).__name__:
        case "ZeroPadding2D":
            return sum(layer.padding[0]), 1, 1, False
        case "Cropping2D":
            return -sum(layer.cropping[0]), 1, 1, False
        case "Conv2D" | "DepthwiseConv2D" | "SeparableConv2D":
            window, step = layer.kernel_size[0], layer.strides[0]
        case "MaxPooling2D" | "AveragePooling2D":
            window, step = layer.pool_size[0], layer.strides[0]
        case _:
            return None
    same = layer.padding == "same"
    if step == 1 and (same or window == 1):
        return None
    return 0, window, step, same


if __name__ == "__main__":
    TARGET.write_text(render(public_names()), encoding="utf-8")
    print(f"written: {TARGET}")
    sys.exit()

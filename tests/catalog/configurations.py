"""The strategy of every catalogued layer's configurations; one that is new needs no line here."""

from collections.abc import Iterable
from typing import Any

import pytest
from drawing import Case, cases
from drawn_alone import narrowed, products
from drawn_several import drawn_several
from hypothesis import strategies as st

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.application import Application
from nnspec.catalog.layers.cells import Cell
from nnspec.catalog.layers.einsum import EinsumDense
from nnspec.catalog.registry import load_all

APART: dict[str, str] = {"Input": "takes nothing in"}
"""Layers that are no function of tensors, and so not drawn."""
COSTLY = frozenset({"RandAugment", "AugMix"})
"""Layers of dozens of layers, which take Keras seconds to build."""


def layers() -> list[type[Layer]]:
    """Return the layers of the catalogue, by name; cells are drawn inside RNN."""
    found = [one for one in set(load_all()["layers"].values()) if issubclass(one, Layer)]
    return sorted(
        (
            one
            for one in found
            if not issubclass(one, (Cell, Application)) and one.keras_name not in APART
            if not one.beyond_keras
        ),
        key=lambda one: one.keras_name,
    )


def quick_first(layers: Iterable[type[Layer]]) -> list[Any]:
    """Return layers as a test's parameters, the costly ones marked slow."""
    return [
        pytest.param(
            layer,
            id=layer.keras_name,
            marks=pytest.mark.slow if layer.keras_name in COSTLY else (),
        )
        for layer in layers
    ]


def configurations(layer: type[Layer]) -> st.SearchStrategy[Case]:
    """Return the strategy of a layer's fields and of what comes in."""
    if layer is EinsumDense:
        return products()
    several = drawn_several(layer)
    return cases(layer, **narrowed(layer)) if several is None else several

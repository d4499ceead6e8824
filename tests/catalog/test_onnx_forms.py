"""Every layer is written to ONNX as Keras computes it, or stands in a list with the reason."""

from typing import Any

import pytest
from configurations import configurations, layers
from drawing import Case
from onnx_oracle import hold
from survey import draw_each

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.application import Application
from nnspec.catalog.layers.cells import Cell
from nnspec.catalog.layers.core import Input
from nnspec.catalog.registry import load_all
from nnspec.exchange.write.onnx.families import core
from nnspec.exchange.write.onnx.forms import form_of
from nnspec.exchange.write.onnx.listed import LISTED

pytestmark = pytest.mark.keras

SAMPLE = ("LSTM", "Conv2D", "MultiHeadAttention", "Maximum")
"""Layers that the plain round compares, one of each kind of form."""
FEW, MANY, MOST = 10, 12, 100


def assert_equal(layer: type[Layer], examples: int) -> None:
    compared, unlike = 0, []

    def take(case: Case) -> None:
        nonlocal compared
        found = hold(case, compared)
        compared += found.verdict == "equal"
        if found.verdict == "differs":
            unlike.append(f"{case}: {found.reason}")

    # Of some layers most draws do not fit their input, and are passed over.
    for seed, many in enumerate((examples, MOST), start=1):
        if not compared:
            draw_each(configurations(layer), many, seed, take)
    assert not unlike
    assert compared


def test_a_layer_has_a_form_or_a_reason_never_both() -> None:
    assert core.__name__.endswith("core")
    every = [one for one in set(load_all()["layers"].values()) if issubclass(one, Layer)]
    found = [one for one in every if not issubclass(one, (Application, Cell, Input))]
    for layer in found:
        assert (form_of(layer) is None) == (layer.keras_name in LISTED), layer.keras_name
    assert set(LISTED) <= {layer.keras_name for layer in found}


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_of_layers_is_computed_as_keras_does(name: str) -> None:
    (layer,) = (one for one in layers() if one.keras_name == name)
    assert_equal(layer, FEW)


def test_a_loop_that_begins_at_the_end_is_computed_as_keras_does() -> None:
    """Some draws of a layer may all begin at its beginning."""
    (layer,) = (one for one in layers() if one.keras_name == "ConvLSTM1D")
    found: list[str] = []

    def take(case: Case) -> None:
        if case.fields.get("go_backwards"):
            found.append(hold(case, len(found)).verdict)

    draw_each(configurations(layer), MOST, 1, take)
    assert "equal" in found
    assert "differs" not in found


def written() -> list[Any]:
    found = [one for one in layers() if one.keras_name not in LISTED]
    return [pytest.param(one, id=one.keras_name) for one in found]


@pytest.mark.slow
@pytest.mark.parametrize("layer", written())
def test_every_layer_is_computed_as_keras_does(layer: type[Layer]) -> None:
    assert_equal(layer, MANY)

"""The networks of keras.applications: arguments, figures and shapes against Keras' own."""

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any

import keras
import pytest

from nnspec.build.model import build_model
from nnspec.catalog.layers.application import Application
from nnspec.catalog.layers.application_table import TABLE
from nnspec.catalog.registry import find
from nnspec.diagnostics import Refused
from nnspec.pipeline.check import Checked
from nnspec.shapes import Tensor

pytestmark = pytest.mark.keras

Read = Callable[..., Checked]
TOOLS = str(Path(__file__).parents[2] / "tools")
QUICK = {"MobileNetV2", "MobileNet", "VGG16", "EfficientNetB0", "MobileNetV3Small", "ConvNeXtTiny"}
EVERY = sorted(TABLE if "NNSPEC_EXAMPLES" in os.environ else QUICK)
"""All forty where NNSPEC_EXAMPLES asks for the full run, which takes minutes."""
SIZES = (0, 1, 62, 123)
"""Rows and columns beyond the least that are tried, the first with the second and so on."""


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    monkeypatch.syspath_prepend(TOOLS)
    yield import_module("generate_applications").measure
    del sys.modules["generate_applications"]


def kind_of(name: str) -> Any:
    kind = find("layers", name)
    assert kind is not None
    assert issubclass(kind, Application)
    return kind


def test_every_network_of_keras_is_catalogued() -> None:
    public = {name for name in dir(keras.applications) if name[0].isupper()}
    assert set(TABLE) == public


@pytest.mark.parametrize("name", sorted(TABLE))
def test_fields_are_the_parameters_of_the_function(name: str) -> None:
    kind = kind_of(name)
    taken = inspect.signature(getattr(keras.applications, name)).parameters
    fields = set(kind.model_fields) - set(kind.additions)
    assert fields | set(kind.omitted) == set(taken) - {"name"}
    assert fields.isdisjoint(kind.omitted)
    for field in fields - {"classifier_activation"}:
        assert kind.model_fields[field].default == taken[field].default
    assert taken["classifier_activation"].default == "softmax"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_figures_are_those_that_keras_gives(name: str, measure: Callable[[str], Any]) -> None:
    assert measure(name) == TABLE[name]


@pytest.mark.parametrize(
    "name",
    [one if one == "MobileNet" else pytest.param(one, marks=pytest.mark.slow) for one in EVERY],
)
def test_shapes_and_parameters_are_those_of_the_built_network(name: str) -> None:
    least = TABLE[name].least
    for rows, columns in pairwise(SIZES):
        compare(name, (least + rows, least + columns, 3), weights=None, include_top=False)
    sized = (least + SIZES[2], least, 1)
    compare(name, sized, weights=None, include_top=False, pooling="max")
    compare(name, sized, weights=None, classes=7)


def compare(name: str, image: tuple[int, int, int], **fields: Any) -> None:
    """Hold output shape and parameters of one configuration against Keras' own."""
    made = kind_of(name)(**fields)
    given = (Tensor((None, *image)),)
    keras.backend.clear_session()
    with keras.StatelessScope(initialize_variables=False):
        built = getattr(keras.applications, name)(**fields, input_shape=image)
    (out,) = made.infer_tensors(given)
    assert out.shape == built.output_shape
    found = [0, 0]
    for weight in made.infer_weights(given):
        found[weight.trainable] += weight.size or 0
    expected = [0, 0]
    for variable in built.weights:
        expected[variable.trainable] += prod(variable.shape)
    assert found == expected


def built(read: Read, layer: str) -> Any:
    checked = read(f"nnspec: 1\nmodel:\n  - Input: [32, 32, 3]\n  - {layer}\n  - Flatten\n")
    assert not checked.refused
    assert checked.network
    return checked.network, build_model(checked.network, name="whole", seed=1)


def test_a_frozen_network_is_built_and_not_trained(read: Read) -> None:
    layer = (
        "MobileNetV2: {weights: null, include_top: false, trainable: false, dtype: mixed_float16}"
    )
    _, model = built(read, layer)
    network = model.get_layer("mobile_net_v2")
    assert isinstance(network, keras.Model)
    assert model.trainable_weights == []
    assert model.count_params() == 2_257_984
    assert network.layers[1].dtype_policy.name == "mixed_float16"
    assert keras.config.dtype_policy().name == "float32"


def test_weights_that_cannot_be_fetched_are_refused_with_a_code(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    from urllib.error import URLError  # noqa: PLC0415 - beside what takes its place

    def unreachable(*_: object, **__: object) -> None:
        raise URLError("no network")

    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", unreachable)
    with pytest.raises(Refused) as caught:
        built(read, "MobileNetV2: {include_top: false}")
    assert [one.code for one in caught.value.diagnostics] == ["A112"]
    assert "the network does not answer" in caught.value.diagnostics[0].message

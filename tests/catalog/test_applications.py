"""The networks of keras.applications as layers: shapes and parameters, before Keras is imported."""

from collections.abc import Callable
from typing import Any

import pytest

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.application import Application
from nnspec.catalog.layers.application_table import TABLE
from nnspec.catalog.registry import find
from nnspec.network.summary import summarize
from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]
SPEC = """\
nnspec: 1
model:
  - Input: [160, 160, 3]
  - MobileNetV2: {weights: null, include_top: false, trainable: false}
  - GlobalAveragePooling
  - Dense: 5
"""


def test_each_of_the_forty_is_a_layer() -> None:
    assert len(TABLE) == 40
    for name in TABLE:
        kind = find("layers", name)
        assert kind is not None
        assert issubclass(kind, Application)
        assert kind.keras_name == name


def test_a_frozen_network_is_a_layer_like_others(read: Read) -> None:
    checked = read(SPEC)
    assert checked.diagnostics == ()
    assert checked.network
    node = checked.network.by_name["mobile_net_v2"]
    assert node.outputs
    assert node.outputs[0].shape == (None, 5, 5, 1280)
    found = summarize(checked.network)
    assert (found.trainable, found.frozen) == (1280 * 5 + 5, 2_257_984)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        ("{weights: null, include_top: false, pooling: avg}", (None, 1280)),
        ("{weights: null, classes: 7}", (None, 7)),
        ("{include_top: false}", (None, 5, 5, 1280)),
    ],
)
def test_what_leaves_depends_on_the_top(
    read: Read, layer: str, shape: tuple[int | None, ...]
) -> None:
    text = SPEC.replace("{weights: null, include_top: false, trainable: false}", layer)
    checked = read(text.replace("  - GlobalAveragePooling\n  - Dense: 5\n", ""))
    assert not checked.refused
    assert checked.network
    outputs = checked.network.by_name["mobile_net_v2"].outputs
    assert outputs
    assert outputs[0].shape == shape


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (("[160, 160, 3]", "[31, 160, 3]"), "G303", "images of at least 32 rows and columns"),
        (("[160, 160, 3]", "[160, 160]"), "G301", "rank 4"),
        (("[160, 160, 3]", "[160, 160, null]"), "G306", "to build its layers"),
        (("weights: null", "weights: images"), "S105", "imagenet"),
        (("weights: null", "alpha: 0.5"), "S101", "figures are known for the published width"),
        (("weights: null", "input_shape: [3]"), "S101", "follows from what feeds the network"),
        (("include_top: false", "pooling: avg"), "S115", "no effect with include_top: true"),
        (("weights: null, include_top: false", "classes: 5"), "S115", "tell 1000 classes apart"),
        (
            ("weights: null, include_top: false", "classifier_activation: relu"),
            "S115",
            "end with softmax or linear; got relu",
        ),
        (
            ("3]\n  - MobileNetV2: {weights: null", "4]\n  - MobileNetV2: {weights: imagenet"),
            "G304",
            "need images of 3 channels",
        ),
        (("weights: null, include_top: false", "trainable: true"), "G304", "of (224, 224, 3)"),
        (
            (
                "MobileNetV2: {weights: null",
                "TimeDistributed: {layer: {MobileNetV2: {weights: null",
            ),
            "S",
            "",
        ),
    ],
)
def test_what_keras_would_refuse_is_refused(
    read: Read, change: tuple[str, str], code: str, words: str
) -> None:
    text = SPEC.replace(*change)
    if "TimeDistributed" in text:
        text = text.replace("trainable: false}", "trainable: false}}}").replace("[160,", "[9, 160,")
        code, words = "G310", "takes a layer of one input"
    checked = read(text.replace("trainable: true, trainable: false", "trainable: true"))
    found = [one for one in checked.diagnostics if one.severity == "error"]
    assert [one.code for one in found] == [code]
    assert words in found[0].message


def test_a_network_whose_layers_follow_the_size_needs_to_know_it(read: Read) -> None:
    sized = SPEC.replace("[160, 160, 3]", "[null, null, 3]")
    assert not read(sized).refused
    checked = read(sized.replace("MobileNetV2", "NASNetMobile"))
    assert [one.code for one in checked.diagnostics] == ["G306"]


def test_arguments_are_those_of_the_function_in_keras() -> None:
    made: Any = find("layers", "MobileNetV3Small")
    assert isinstance(made(weights=None), Layer)
    assert set(made(weights=None).arguments()) == {
        "include_top",
        "weights",
        "pooling",
        "classes",
        "classifier_activation",
        "include_preprocessing",
        "dropout_rate",
    }

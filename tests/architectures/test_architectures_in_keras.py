"""The shipped architectures against Keras: the same weights and, with these, the same outputs."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import yaml

import nnspec
from nnspec.pipeline.check import check

pytestmark = pytest.mark.keras

ARCHITECTURES = Path(__file__).parents[2] / "specs" / "architectures"
OWN = {
    "vgg16": ("VGG16", 32),
    "resnet50": ("ResNet50", 64),
    "inception_v3": ("InceptionV3", 139),
    "densenet121": ("DenseNet121", 64),
    "mobilenet_v2": ("MobileNetV2", 64),
    "xception": ("Xception", 96),
}
"""Spec -> the network in keras.applications, and an image's rows and columns that are enough."""
ALONE = sorted(file.stem for file in ARCHITECTURES.glob("*.yaml") if file.stem not in OWN)
SMALL = {"siamese": ["blocks.encoder.layers.8.Dense.units=64"], "unet": ["model.0.Input=[32,32,1]"]}
TOLERANCE = 1e-5


def described(network: str, size: int) -> keras.Model:
    """Return Keras' own network without numbers in its weights."""
    with keras.StatelessScope(initialize_variables=False):
        return getattr(keras.applications, network)(weights=None, input_shape=(size, size, 3))


@pytest.mark.parametrize("name", OWN)
def test_the_weights_are_those_of_the_network_in_keras(name: str) -> None:
    network, size = OWN[name]
    theirs = described(network, size)
    _, ours = check(
        ARCHITECTURES / f"{name}.yaml", overrides=[f"model.0.Input=[{size},{size},3]"]
    ).accept()
    expected = [(tuple(one.shape), one.trainable) for one in theirs.weights]
    found = [(one.shape, one.trainable) for node in ours.nodes for one in node.weights]
    assert sorted(found) == sorted(expected)
    assert sum(node.parameters or 0 for node in ours.nodes) == theirs.count_params()


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN)
def test_with_the_weights_of_the_network_in_keras_the_outputs_are_equal(name: str) -> None:
    network, size = OWN[name]
    file = ARCHITECTURES / f"{name}.yaml"
    last = len(yaml.safe_load(file.read_text(encoding="utf-8"))["model"]) - 1
    linear = f"model.{last}.Dense.activation=linear"
    ours = nnspec.compile(file, overrides=[f"model.0.Input=[{size},{size},3]", linear])
    theirs = getattr(keras.applications, network)(
        weights=None, input_shape=(size, size, 3), classifier_activation=None
    )
    draw = np.random.default_rng(1)
    weights = [like(one, draw) for one in theirs.get_weights()]
    theirs.set_weights(weights)
    ours.set_weights(weights)
    images = draw.normal(size=(2, size, size, 3)).astype("float32")
    expected, found = theirs.predict(images, verbose=0), ours.predict(images, verbose=0)
    assert expected.std() > TOLERANCE * 100
    assert np.abs(expected - found).max() < TOLERANCE * max(1, np.abs(expected).max())


def like(weight: Any, draw: np.random.Generator) -> Any:
    """Return a weight moved a little, so that no offset is 0 and no variance 1."""
    moved = weight * draw.uniform(0.9, 1.1, weight.shape)
    return moved + draw.uniform(0, 0.01, weight.shape) * (weight.ndim == 1)


@pytest.mark.parametrize("name", ALONE)
def test_keras_finds_the_shapes_and_weights_that_were_predicted(name: str) -> None:
    file, overrides = ARCHITECTURES / f"{name}.yaml", SMALL.get(name, [])
    _, network = check(file, overrides=overrides).accept()
    model = nnspec.compile(file, overrides=overrides)
    assert sum(node.parameters or 0 for node in network.nodes) == model.count_params()
    for node in network.nodes:
        if node.node.shares:
            continue
        made = keras.tree.flatten(model.get_layer(node.name).output)
        assert [tuple(one.shape) for one in made] == [one.shape for one in node.outputs or ()]

"""A training goes on from a model file as Keras' own `fit` does, the optimizer's state kept."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import nnspec
from nnspec.pipeline.imported import import_model

pytestmark = pytest.mark.keras

DRAWN = np.random.default_rng(3)
ROWS = DRAWN.normal(size=(40, 5)).astype("float32")
WANTED = (ROWS[:, :1] - ROWS[:, 1:2] ** 2).astype("float32")
OPTIMIZERS = {
    "adam": lambda library: library.optimizers.Adam(0.02, beta_1=0.8),
    "momentum": lambda library: library.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
    "rmsprop": lambda library: library.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
    "adamw": lambda library: library.optimizers.AdamW(0.01, weight_decay=0.1),
    "amsgrad": lambda library: library.optimizers.Adam(0.02, amsgrad=True),
    "nadam": lambda library: library.optimizers.Nadam(0.01),
    "adagrad": lambda library: library.optimizers.Adagrad(0.1),
}
BOTH = ("adam", "momentum", "rmsprop", "adamw", "adagrad")
"""Those whose state Keras 2 keeps in the same lists."""


def small(library: Any) -> Any:
    """Return a graph whose two branches have weights of the same shapes, and a model within it."""
    layers = library.layers
    given = library.Input((5,), name="rows")
    # No weight before it, since it takes away what a bias adds, and rounding alone would move that.
    normal = layers.BatchNormalization(name="normal")(given)
    inner = library.Sequential([library.Input((4,)), layers.Dense(4, name="deep")], name="inner")
    left = layers.Dense(4, activation="tanh", name="left")(normal)
    right = inner(layers.Dense(4, activation="tanh", name="right")(normal))
    return library.Model(given, layers.Dense(1, name="out")(layers.Add(name="sum")([left, right])))


def trained(library: Any, optimizer: str) -> Any:
    library.utils.set_random_seed(1)
    model = small(library)
    model.compile(OPTIMIZERS[optimizer](library), "mse")
    fit(model, 2)
    return model


def fit(model: Any, epochs: int) -> None:
    model.fit(ROWS, WANTED, batch_size=8, epochs=epochs, shuffle=False, verbose=0)


def assert_goes_on_as(model: Any, file: Path) -> None:
    """Let the spec of a file and its own library train on; weights by layer are the same."""
    import_model(file, file.with_name("spec.yaml"))
    own = nnspec.compile(file.with_name("spec.yaml"))
    assert int(own.optimizer.iterations) == 10
    fit(own, 2)
    fit(model, 2)
    for name in ("left", "right", "normal", "out"):
        for one, other in zip(
            own.get_layer(name).get_weights(), model.get_layer(name).get_weights(), strict=True
        ):
            np.testing.assert_allclose(one, other, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize(
    "optimizer",
    [one if one == "adam" else pytest.param(one, marks=pytest.mark.slow) for one in OPTIMIZERS],
)
def test_the_steps_are_those_of_keras_that_goes_on(
    optimizer: str, ending: str, tmp_path: Path
) -> None:
    model = trained(keras, optimizer)
    file = tmp_path / f"model{ending}"
    model.save(file)
    assert_goes_on_as(model, file)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("era", "optimizer"),
    [
        *(("tf_keras", one) for one in BOTH),
        *(("its legacy optimizers", one) for one in BOTH if one != "adamw"),
    ],
)
def test_the_steps_are_those_of_keras_2_that_goes_on(
    optimizer: str, era: str, tmp_path: Path
) -> None:
    tf_keras = pytest.importorskip("tf_keras")
    model = trained(tf_keras if era == "tf_keras" else Former(tf_keras), optimizer)
    file = tmp_path / "model.h5"
    model.save(file)
    assert_goes_on_as(model, file)


class Former:
    """tf_keras with the optimizers that it had before 2.11."""

    def __init__(self, library: Any) -> None:
        self.library = library
        self.optimizers = library.optimizers.legacy

    def __getattr__(self, name: str) -> Any:
        return getattr(self.library, name)


def test_an_optimizer_of_another_class_begins_anew(tmp_path: Path) -> None:
    trained(keras, "adam").save(tmp_path / "model.keras")
    spec = tmp_path / "spec.yaml"
    text = "nnspec: 1\nmodel: {file: model.keras}\ntraining: {optimizer: RMSprop, loss: mse}\n"
    spec.write_text(text, encoding="utf-8")
    own = nnspec.compile(spec)
    assert int(own.optimizer.iterations) == 0
    fit(own, 1)


def test_a_network_with_a_layer_of_its_own_begins_with_an_optimizer_anew(tmp_path: Path) -> None:
    trained(keras, "adam").save(tmp_path / "model.keras")
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "nnspec: 1\nmodel:\n  layers:\n    - Input: [5]\n    - Dense: 4\n      name: left\n"
        "    - Dense: 1\n      name: head\n  weights: model.keras\n"
        "training: {optimizer: Adam, loss: mse}\n",
        encoding="utf-8",
    )
    assert int(nnspec.compile(spec).optimizer.iterations) == 0

"""Takes every network of `keras.applications` into a spec and back, and compares the answers.

    python bench/applications.py [NAME ...] [--minutes N] [--save]

Each is made by Keras for small pictures, ten classes and random weights, with the answers of its
last layer left as they are (no softmax). Then, each time from the files alone:

- its `.keras` is imported as a readable spec, the spec built, the weights taken from the file;
- its JSON and its `.h5` are read as the models of specs, which are the same network layer by layer;
  the weights are copied from Keras, and taken from the file;
- the spec's network is written as Keras' JSON, read by Keras, and given the weights.

A figure is the largest difference of the answers to two pictures from Keras' own, divided by the
largest answer. Exit code 1 if one is above 1e-5, or if Keras' parameters are not as many.
"""

import argparse
import inspect
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from results import record

from nnspec.exchange.read.weights import put_weights
from nnspec.exchange.write.keras_json import encode_keras_json
from nnspec.pipeline.check import check
from nnspec.pipeline.compile import compile_model
from nnspec.pipeline.imported import import_model

SIZES = (32, 75, 96, 224)
"""Rows and columns of the pictures, of which the smallest that the network takes are used."""
CLASSES = 10
PICTURES = 2
TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a network; differences are shares of the largest answer."""

    name: str
    pixels: int
    layers: int
    parameters: int
    json: float
    keras: float
    h5: float
    back: float
    seconds: float

    @property
    def fine(self) -> bool:
        """Return whether every answer is Keras' own."""
        return max(self.json, self.keras, self.h5, self.back) <= TOLERANCE


def networks() -> list[str]:
    """Return the names of the networks."""
    made = vars(keras.applications).items()
    return sorted(name for name, one in made if inspect.isfunction(one) and name[0].isupper())


def made_by_keras(name: str) -> tuple[keras.Model, int]:
    """Return a network with random weights, and the size of its pictures."""
    maker = getattr(keras.applications, name)
    for size in SIZES:
        shape = (size, size, 3)
        try:
            model = maker(
                weights=None, input_shape=shape, classes=CLASSES, classifier_activation=None
            )
        except ValueError:
            continue
        scatter(model)
        return model, size
    raise ValueError(f"{name} takes no pictures of {SIZES} pixels")


def scatter(model: keras.Model) -> None:
    """Move all vectors of weights from where they begin, which is 0 or 1 for most of them."""
    draw = np.random.default_rng(0)
    for one in model.weights:
        if len(one.shape) == 1 and "normalization" not in one.path.partition("/")[0]:
            one.assign(np.asarray(one) + draw.uniform(0.0, 0.1, one.shape))


def copy(model: keras.Model, other: keras.Model) -> None:
    """Give a network the weights of another, layer by layer, by the layers' names."""
    for layer in model.layers:
        if layer.weights:
            other.get_layer(layer.name).set_weights(layer.get_weights())


def answers(model: keras.Model, size: int) -> Any:  # noqa: ANN401 - an array
    """Return the answers to some pictures of noise."""
    pictures = np.random.default_rng(1).uniform(0, 255, (PICTURES, size, size, 3))
    return np.asarray(model(pictures.astype("float32"), training=False))


def apart(one: Any, other: Any) -> float:  # noqa: ANN401 - arrays
    """Return the largest difference as a share of the largest answer."""
    return float(np.max(np.abs(one - other)) / np.max(np.abs(one)))


def look(name: str, folder: Path) -> Row:
    """Return what becomes of one network."""
    began = time.monotonic()
    model, size = made_by_keras(name)
    expected = answers(model, size)
    (folder / "m.json").write_text(model.to_json(), encoding="utf-8")
    model.save(folder / "m.keras")
    model.save(folder / "m.h5")
    import_model(folder / "m.keras", folder / "spec.yaml")
    own = compile_model(folder / "spec.yaml")
    assert own.count_params() == model.count_params(), (own.count_params(), model.count_params())
    found = {"keras": apart(expected, answers(own, size))}
    for name_of_file, kind in (("m.json", "json"), ("m.h5", "h5")):
        named = folder / f"{kind}.yaml"
        named.write_text(f"nnspec: 1\nmodel: {{file: {name_of_file}}}\n", encoding="utf-8")
        assert layers_of(named) == layers_of(folder / "spec.yaml"), kind
        own.set_weights([np.zeros(one.shape, one.dtype) for one in own.weights])
        if kind == "h5":
            put_weights(own, folder / name_of_file)
        else:
            copy(model, own)
        found[kind] = apart(expected, answers(own, size))
    (folder / "back.json").write_text(encode_keras_json(own), encoding="utf-8")
    back = keras.models.model_from_json((folder / "back.json").read_text(encoding="utf-8"))
    copy(model, back)
    found["back"] = apart(expected, answers(back, size))
    count, parameters = len(model.layers), model.count_params()
    seconds = round(time.monotonic() - began, 1)
    return Row(name, size, count, parameters, **found, seconds=seconds)


def layers_of(spec: Path) -> list[str]:
    """Return what each layer of a spec's network gives, in any order and without its name."""
    _, network = check(spec).accept()
    kinds = ((one.node.layer, one.outputs, one.parameters) for one in network.nodes)
    return sorted(f"{type(layer).__name__} {given} {count}" for layer, given, count in kinds)


def main() -> int:
    """Print the table, and keep it where it is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="networks, in this order; all where none is named")
    parser.add_argument("--minutes", type=float, default=1e9, help="after which none is begun")
    parser.add_argument("--save", action="store_true", help="keep the figures")
    said = parser.parse_args()
    rows: list[Row] = []
    failed: list[str] = []
    until = time.monotonic() + 60 * said.minutes
    for name in said.names or networks():
        if time.monotonic() > until:
            break
        keras.utils.clear_session()
        try:
            with tempfile.TemporaryDirectory() as folder:
                row = look(name, Path(folder))
        except Exception as error:  # noqa: BLE001 - a row of its own is what this is for
            failed.append(name)
            print(f"{name}\tFAILED\t{type(error).__name__}: {error}"[:300], flush=True)
            continue
        rows.append(row)
        print("\t".join(map(str, asdict(row).values())), "" if row.fine else "APART", flush=True)
    if said.save:
        record("applications", [asdict(one) for one in rows])
    return 1 if failed or not all(one.fine for one in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

"""Reads every Keras file of a folder, builds and trains it for a step, and holds it against Keras.

    python bench/eras.py FOLDER [--only TEXT] [--alone]

Each file (.json, .yaml, .keras, .h5, .hdf5) stands in one row: refused, with the reason; read;
built, with the number of its parameters beside that of tf-keras or Keras, where one loads it;
trained for a step; and the largest difference of its answers from those that the writer of the file
kept (NAME_inputs_and_outputs.h5 beside NAME_model.h5), or else from those of that library.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import keras
import numpy as np

import nnspec
from nnspec.diagnostics import Refused

ENDINGS = (".json", ".yaml", ".yml", ".keras", ".h5", ".hdf5")
MODEL, KEPT = "_model.h5", "_inputs_and_outputs.h5"
TOLERANCE = 1e-5
MOST_PARAMETERS = 60_000_000
"""Larger networks are built, but not trained, for want of memory."""


@dataclass
class Row:
    """What became of a file."""

    file: str
    state: str = "read"
    says: str = ""
    counted: str = ""
    difference: str = ""


def spec_of(file: Path, folder: Path) -> Path:
    """Return a spec whose model is the file."""
    shutil.copy(file, folder / file.name)
    target = folder / "spec.yaml"
    target.write_text(f"nnspec: 1\nmodel: {{file: {json.dumps(file.name)}}}\n", encoding="utf-8")
    return target


def loaded_elsewhere(file: Path) -> Any:  # noqa: ANN401 - a model of tf-keras or Keras
    """Return the model as a library loads it; None where none does."""
    import tf_keras  # noqa: PLC0415 - an oracle, seconds to import

    if file.suffix == ".json":
        text = file.read_text(encoding="utf-8")
        loaders: Any = (
            lambda: tf_keras.models.model_from_json(text),
            lambda: keras.models.model_from_json(text),
        )
    elif file.suffix in (".h5", ".hdf5", ".keras"):
        loaders = (
            lambda: tf_keras.models.load_model(file, compile=False),
            lambda: keras.models.load_model(file, compile=False),
        )
    else:
        return None
    for loader in loaders:
        try:
            return loader()
        except Exception:  # noqa: BLE001, S112 - whatever a library raises, it does not load it
            continue
    return None


def train_a_step(model: keras.Model) -> None:
    """Train a network for one step on noise."""
    if model.count_params() > MOST_PARAMETERS:
        return
    given = [noise(one.shape, one.dtype) for one in model.inputs]
    wanted = [np.asarray(one) for one in flat(model.predict(given, verbose=0))]
    model.compile("sgd", "mse" if len(wanted) == 1 else ["mse"] * len(wanted))
    model.train_on_batch(given, wanted if len(wanted) > 1 else wanted[0])


def noise(shape: Any, dtype: str) -> Any:  # noqa: ANN401 - an array
    """Return one row of noise; axes of unknown length have 32."""
    extents = [1 if place == 0 else one or 32 for place, one in enumerate(shape)]
    if shape[0]:
        extents[0] = shape[0]
    if "int" in dtype or "bool" in dtype:
        return np.zeros(extents, dtype)
    return np.random.default_rng(0).normal(size=extents).astype("float32") * 0.1


def flat(value: Any) -> list[Any]:  # noqa: ANN401 - arrays
    """Return the arrays of a prediction."""
    return list(value) if isinstance(value, list | tuple) else [value]


def difference_of(model: keras.Model, file: Path) -> float | None:
    """Return the largest difference from what the writer of the file computed; None without it."""
    kept = file.with_name(file.name.removesuffix(MODEL) + KEPT)
    if not file.name.endswith(MODEL) or not kept.exists():
        return None
    with h5py.File(kept, "r") as stored:
        given = [stored["inputs"][name][()] for name in inputs_of(model, stored["inputs"])]
        wanted = {name: one[()] for name, one in stored["predictions"].items()}
        layers = {name: one[()] for name, one in stored.get("activations", {}).items()}
    made = flat(model.predict(given if len(given) > 1 else given[0], verbose=0))
    worst = max(apart(one, two) for one, two in zip(made, wanted.values(), strict=True))
    known = {one.name: one for one in model.layers}
    inner = {name: known[name].output for name in layers if name in known}
    if inner:
        told = keras.Model(model.inputs, inner).predict(
            given if len(given) > 1 else given[0], verbose=0
        )
        worst = max(worst, *(apart(told[name], layers[name]) for name in inner))
    return worst


def compared(model: keras.Model, other: Any) -> float:  # noqa: ANN401 - of tf-keras or Keras
    """Return the largest difference between the answers of two models to one row of noise."""
    given = [noise(one.shape, one.dtype) for one in model.inputs]
    rows = given if len(given) > 1 else given[0]
    made, wanted = (flat(one.predict(rows, verbose=0)) for one in (model, other))
    return max(apart(one, two) for one, two in zip(made, wanted, strict=True))


def inputs_of(model: keras.Model, stored: Any) -> list[str]:  # noqa: ANN401 - a group
    """Return the names of the kept inputs in the order of the model's own."""
    names = list(stored)
    by_name = [one.name for one in model.inputs if one.name in names]
    return by_name if len(by_name) == len(names) else names


def apart(one: Any, two: Any) -> float:  # noqa: ANN401 - arrays
    """Return the largest difference of two arrays, relative where they are large."""
    if one.shape != two.shape:
        return float("inf")
    scale = np.maximum(1.0, np.abs(two))
    return float(np.max(np.abs(one - two) / scale)) if one.size else 0.0


def look(file: Path, *, alone: bool) -> Row:
    """Return what becomes of one file.

    Args:
        file: the file.
        alone: whether no other library counts its parameters.
    """
    row = Row(file.name)
    keras.utils.clear_session()
    with tempfile.TemporaryDirectory() as folder:
        try:
            spec = spec_of(file, Path(folder))
            model = nnspec.compile(spec)
            row.state = "built"
        except Refused as refused:
            first = next(one for one in refused.diagnostics if one.severity == "error")
            return Row(file.name, "refused", f"{first.code} {first.message}")
        other = None if alone else loaded_elsewhere(file)
        elsewhere = other and int(other.count_params())
        own = model.count_params()
        row.counted = f"{own:,}" if elsewhere in (None, own) else f"{own:,} for {elsewhere:,}"
        if elsewhere not in (None, own):
            row.state = "other parameters"
        found = difference_of(model, file)
        if found is None and other is not None and file.suffix != ".json":
            found = compared(model, other)
        if found is not None:
            row.difference = f"{found:.1e}"
            row.state = "equal" if found <= TOLERANCE else "other answers"
        train_a_step(model)
    return row


def main() -> int:
    """Print the table, and how many files ended how."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="files whose names hold this")
    parser.add_argument("--every", type=int, default=1, help="one file of so many")
    parser.add_argument("--alone", action="store_true", help="compare with no other library")
    said = parser.parse_args()
    states: Counter[str] = Counter()
    for place, file in enumerate(sorted(said.folder.iterdir())):
        kept = file.name.endswith((KEPT, "_weights.h5", ".weights.h5"))
        if not file.name.endswith(ENDINGS) or kept or said.only not in file.name:
            continue
        if place % said.every:
            continue
        try:
            row = look(file, alone=said.alone)
        except Exception as error:  # noqa: BLE001 - a row of its own is what this is for
            row = Row(file.name, "FAILED", f"{type(error).__name__}: {error}"[:200])
        states[row.state] += 1
        print(f"{row.file}\t{row.state}\t{row.counted}\t{row.difference}\t{row.says}", flush=True)
    print(json.dumps(dict(states.most_common())))
    return 1 if states["FAILED"] + states["other answers"] + states["other parameters"] else 0


if __name__ == "__main__":
    sys.exit(main())

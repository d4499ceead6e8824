"""A file of another form loaded in a fresh process without this package, and compared; floor 8."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from nnspec.data.table import Values
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.exchange.write.archive import Kind
from nnspec.exchange.write.keras_json import encode_keras_json

TOLERANCE = 1e-5
"""Largest difference of a prediction, as a share of the largest number predicted, at least of 1."""
PROGRAM = """\
import sys
import keras
import numpy as np

kind, path, folder = sys.argv[1:]
if kind == "keras":
    model = keras.models.load_model(path, compile=False)
else:
    with open(f"{folder}/model.json", encoding="utf-8") as file:
        model = keras.models.model_from_json(file.read())
    if kind == "weights.h5":
        model.load_weights(path)
    else:
        from safetensors.numpy import load_file

        arrays = load_file(path)
        assert {one.path for one in model.weights} == arrays.keys()
        for one in model.weights:
            one.assign(arrays[one.path])
with np.load(f"{folder}/inputs.npz", allow_pickle=False) as given:
    inputs = [given[str(place)] for place in range(len(model.inputs))]
outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
outputs = outputs if isinstance(outputs, list) else [outputs]
np.savez(f"{folder}/outputs.npz", **{str(place): one for place, one in enumerate(outputs)})
"""
"""What the fresh process runs: Keras alone."""


@dataclass(frozen=True, slots=True)
class Parity:
    """How a reloaded model's predictions differ from the trained one's, in the network's units."""

    rows: int
    largest: float
    mean: float

    def says(self) -> str:
        """Return the comparison as a sentence."""
        return (
            f"compared in a fresh process on {self.rows:,} rows: "
            f"largest difference {self.largest:.3g}, mean {self.mean:.3g}"
        )


def compare_reloaded(
    model: keras.Model, content: bytes, kind: Kind, inputs: Mapping[str, Values]
) -> Parity:
    """Return how a file's predictions differ from a model's once Keras alone has loaded it.

    Args:
        model: the trained model.
        content: bytes of the file.
        kind: what the file holds.
        inputs: some rows for each input, by its name.

    Raises:
        Refused: A107 where they differ by more than rounding, A113 where Keras alone cannot make
            the layers.
    """
    given = [inputs[one.name] for one in model.inputs]
    with tempfile.TemporaryDirectory(prefix="nnspec-") as folder:
        path = Path(folder) / f"model.{kind}"
        path.write_bytes(content)
        (Path(folder) / "model.json").write_text(encode_keras_json(model), encoding="utf-8")
        named = {str(place): one for place, one in enumerate(given)}
        np.savez(Path(folder) / "inputs.npz", **named)  # type: ignore[arg-type]
        run_fresh(kind, path, Path(folder))
        with np.load(Path(folder) / "outputs.npz", allow_pickle=False) as found:
            theirs = [found[str(place)] for place in range(len(model.outputs))]
    ours = model.predict(given if len(given) > 1 else given[0], verbose=0)
    ours = ours if isinstance(ours, list) else [ours]
    return check_parity(ours, theirs, rows=len(given[0]))


def run_fresh(kind: Kind, path: Path, folder: Path) -> None:
    """Let a fresh process load the file and predict.

    Raises:
        Refused: A107 with what it ended in.
    """
    command = [sys.executable, "-I", "-c", PROGRAM, kind, str(path), str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - ours
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2][:300]
        message = f"Keras alone could not load what was written: {json.dumps(reason)}"
        raise Refused([Diagnostic("A107", message)])


def check_parity(ours: list[Values], theirs: list[Values], *, rows: int) -> Parity:
    """Return the largest and the mean difference over all outputs.

    Raises:
        Refused: A107 beyond the tolerance.
    """
    apart = [
        np.abs(one.astype(np.float64) - other.astype(np.float64))
        for one, other in zip(ours, theirs, strict=True)
    ]
    scale = max(1.0, *(float(np.abs(one).max(initial=0)) for one in ours))
    parity = Parity(
        rows,
        max(float(one.max(initial=0)) for one in apart),
        float(np.mean([one.mean() for one in apart])),
    )
    if not parity.largest <= TOLERANCE * scale:
        message = f"what was written predicts otherwise than the run: {parity.says()}"
        raise Refused([Diagnostic("A107", message)])
    return parity

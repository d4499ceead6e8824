"""Numbers as sines and cosines: by a period, or at drawn frequencies; in tables and SavedModel."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

import nnspec
from nnspec.build.front import build_front, prepare_arrays
from nnspec.commands import main
from nnspec.data import Dataset
from nnspec.data.columns.described import describe_columns
from nnspec.data.read.source import read_source
from nnspec.pipeline.check import Checked
from nnspec.spec.data import DataSection

pytestmark = pytest.mark.keras
Load = Callable[..., Dataset]
WHOLE = {"validation": 0, "test": 0, "method": "time"}
CELLS = np.array([0.0, 6.0, 12.0, 23.5, 24.0, -6.0, 24e9 + 6, 1.25] * 5)
TABLE = "x,y\n" + "".join(f"{cell!r},{at}\n" for at, cell in enumerate(CELLS.tolist()))


def read(load: Load, **said: object) -> NDArray[np.float32]:
    data = load(TABLE, columns={"x": {"numeric": said}}, split=WHOLE)
    found = prepare_arrays(build_front(data.fitted), data, "train").inputs["input"]
    return found.astype(np.float32)


def test_a_period_comes_again(load: Load) -> None:
    found = read(load, period=24)
    angles = 2 * np.pi * (CELLS % 24) / 24
    expected = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(found[6], found[1], atol=1e-6)


def test_a_period_has_its_multiples_beside_it(load: Load) -> None:
    found = read(load, period=24, num_frequencies=3)
    angles = 2 * np.pi * np.outer(CELLS % 24, [1, 2, 3]) / 24
    expected = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_drawn_frequencies_are_of_the_scaled_number_and_of_their_seed(load: Load) -> None:
    one = read(load, num_frequencies=500, clip=[0, 30])
    again = read(load, num_frequencies=500, clip=[0, 30])
    other = read(load, num_frequencies=500, clip=[0, 30], seed=1)
    finer = read(load, num_frequencies=500, clip=[0, 30], frequency_scale=0.6)
    assert one.shape == (40, 1000)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    np.testing.assert_allclose(one[:, :500] ** 2 + one[:, 500:] ** 2, 1, atol=1e-6)
    clipped = np.clip(CELLS, 0, 30)
    draws = [np.random.Generator(np.random.Philox(0)).normal(0, 0.3, 500) for _ in (1, 2)]
    scaled = (clipped - clipped.mean()) / clipped.std()
    np.testing.assert_allclose(one[3, :500], np.sin(2 * np.pi * scaled[3] * draws[0]), atol=1e-5)
    np.testing.assert_allclose(
        finer[3, :500], np.sin(2 * np.pi * scaled[3] * 2 * draws[1]), atol=1e-5
    )


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("{period: 24, num_bins: 4}", "a number is read by bins or by waves"),
        ("{period: 24, scaling: log}", "a period is the scale of its column"),
        ("{period: 24, num_frequencies: 2, seed: 3}", "seed is for drawn frequencies"),
        ("{frequency_scale: 2}", "frequency_scale is for drawn frequencies"),
        ("{period: 0}", "period"),
    ],
)
def test_waves_that_contradict_are_refused(
    read: Callable[..., Checked], said: str, problem: str
) -> None:
    checked = read(
        f"nnspec: 1\ndata: {{source: d.csv, target: y, columns: {{x: {{numeric: {said}}}}}}}\n"
        "model: [Dense: 1]\ntraining: {optimizer: adam, loss: mse, epochs: 1}\n"
    )
    (found,) = checked.diagnostics
    assert problem in found.message
    assert found.span is not None
    assert found.span.start.line == 2


def test_the_data_command_says_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(TABLE)
    for said, told in (
        ({"period": 24}, "sine and cosine of 1 frequency with period 24"),
        ({"num_frequencies": 6}, "sine and cosine of 6 frequencies drawn"),
    ):
        section = DataSection.model_validate(
            {"source": "d.csv", "target": "y", "columns": {"x": {"numeric": said}}}
        )
        raw = read_source("d.csv", tmp_path)
        (facts,) = (one for one in describe_columns(raw, section) if one.name == "x")
        assert facts.front.startswith(told)
        assert facts.numbers == str(2 * (said.get("num_frequencies") or 1))


SPEC = """
nnspec: 1
name: hours
data:
  source: d.csv
  target: y
  columns: {x: {numeric: {period: 24, num_frequencies: 2}}, z: {numeric: {num_frequencies: 5}}}
  missing: median
model: [Dense: {units: 4, activation: tanh}, Dense: 1]
training: {optimizer: adam, loss: mse, epochs: 2}
evaluation: {baselines: false}
"""


@pytest.mark.slow
def test_savedmodel_and_onnx_answer_as_predict(tmp_path: Path) -> None:
    lines = [f"{'' if at % 9 == 4 else at * 7 % 31},{at * 11 % 17}.5,{at % 5}" for at in range(60)]
    (tmp_path / "d.csv").write_text("\n".join(["x,z,y", *lines, ""]))
    (tmp_path / "spec.yaml").write_text(SPEC)
    run = nnspec.train(tmp_path / "spec.yaml", runs=tmp_path / "runs").folder
    told = csv.DictReader(io.StringIO(nnspec.predict(run, tmp_path / "d.csv")))
    answers = [float(row["prediction"]) for row in told]
    types = json.loads((run / "model/assets.extra/columns.json").read_text())["columns"]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "d.csv").read_text())))
    cells = {name: np.array([float(row[name] or "nan") for row in rows]) for name in types}
    given = {name: tf.constant(cells[name], types[name]["dtype"]) for name in types}
    loaded = tf.saved_model.load(str(run / "model"))
    served = np.ravel(loaded.serve(given)["prediction"])
    np.testing.assert_allclose(served, answers, rtol=1e-6, atol=1e-6)
    runtime = pytest.importorskip("onnxruntime", reason="an extra of its own")
    file = tmp_path / "hours.onnx"
    with pytest.raises(SystemExit, match="0"):
        main(["export", str(run), "--format", "onnx", "-o", str(file)])
    session = runtime.InferenceSession(file.read_bytes())
    kinds = {one.name: {"tensor(float)": "f4"}.get(one.type, "f8") for one in session.get_inputs()}
    fed = {name: cells[name].astype(kind) for name, kind in kinds.items()}
    (found,) = session.run(["prediction"], fed)
    np.testing.assert_allclose(np.ravel(found), answers, rtol=1e-5, atol=1e-5)

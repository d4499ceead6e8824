"""Runs over an enlarged sample: both executors alike, rows to predict as they are."""

from pathlib import Path

import numpy as np
import pytest

from nnspec.engine import train
from nnspec.engine.plan import Outcome
from nnspec.pipeline.opened import open_spec
from nnspec.pipeline.prepare import Prepared, augmented, filled_splits, plan_of, prepare
from nnspec.pipeline.run import Place, run

pytestmark = pytest.mark.keras
SPEC = """
nnspec: 1
name: larger
data: {source: table.csv, target: kind, split: {validation: 0.2, test: 0.2}}
model: [{Dense: {units: 8, activation: relu}}, {Dense: {units: 3, activation: softmax}}]
training:
  optimizer: {Adam: {learning_rate: {CosineDecay: {
    initial_learning_rate: 0.01, decay_steps: 3, unit: epochs}}}}
  loss: categorical_crossentropy
  metrics: [accuracy]
  epochs: 3
  batch_size: 16
  augmentation: [Oversampling, GaussianNoise: 0.1, MixUp]
evaluation: {baselines: false}
export: {formats: []}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    random = np.random.default_rng(5)
    kinds = np.repeat(["common", "seldom", "rare"], [80, 30, 10])
    cells = random.normal(size=(120, 2)).round(3) + (kinds == "rare")[:, None]
    lines = [f"{a},{b},{kind}" for (a, b), kind in zip(cells, kinds, strict=True)]
    (tmp_path / "table.csv").write_text("\n".join(["A,b,kind", *lines, ""]))
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    return path


def learnt(spec: Path, engine: str) -> tuple[Prepared, Outcome]:
    """Train with an executor."""
    prepared = prepare(open_spec(spec, overrides=[f"runtime.engine={engine}"]))
    splits = filled_splits(prepared.program, prepared.dataset)
    rows = augmented(prepared.spec, prepared.network, prepared.program, splits["train"])
    core = prepared.program.core
    return prepared, train(core, rows, splits["validation"], plan_of(prepared.spec))


def assert_same_weights(ours: Prepared, theirs: Prepared) -> None:
    pairs = (one.program.core.get_weights() for one in (ours, theirs))
    for mine, yours in zip(*pairs, strict=True):
        np.testing.assert_allclose(mine, yours, rtol=1e-5, atol=1e-6)


def test_both_executors_learn_the_same_of_rows_that_each_epoch_draws_anew(spec: Path) -> None:
    (keras, slow), (fused, fast) = (learnt(spec, one) for one in ("keras", "fused"))
    assert fast.history["loss"] == pytest.approx(slow.history["loss"], rel=1e-5)
    assert_same_weights(fused, keras)
    # 48 of 72 training rows are common: 3 epochs of 3 * 48 rows, in batches of 16.
    assert int(keras.program.core.optimizer.iterations) == 3 * 9
    assert keras.program.core.optimizer._learning_rate.decay_steps == 3 * 9


@pytest.mark.slow
def test_rows_too_large_for_the_device_are_drawn_alike(
    spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident, _ = learnt(spec, "fused")
    monkeypatch.setattr("nnspec.engine.tensorflow.fused.fits", lambda *_: False)
    monkeypatch.setattr("nnspec.engine.tensorflow.fused.BLOCK_BYTES", 1000)
    streamed, outcome = learnt(spec, "fused")
    assert any("blocks of rows" in one for one in outcome.execution.reasons)
    assert_same_weights(streamed, resident)


@pytest.mark.slow
def test_a_run_says_what_was_done_and_measures_rows_as_they_are(spec: Path) -> None:
    result = run(spec, place=Place(spec.parent / "runs"))
    page = (result.folder / "report.md").read_text()
    assert (
        "training rows: Oversampling (ratio 1), drawn anew in every epoch: 144 rows of 72" in page
    )
    assert "training rows: MixUp (alpha 0.2), drawn anew in every epoch" in page
    assert dict(result.report.rows) == {"train": 72, "validation": 24, "test": 24}

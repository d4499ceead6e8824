"""Runs over windows of several series are to the bit those of windows that were copied out."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from resumed import differing

import nnspec
from nnspec.build import front
from nnspec.data.table import Values
from nnspec.data.window_view import Cut, WindowView
from nnspec.engine.tensorflow import source

pytestmark = pytest.mark.keras

SPEC = """nnspec: 1
name: shops
data:
  source: shops.csv
  target: Sold (t)
  features: [Sold (t), Größe, Kind]
  missing: forward
  target_missing: drop
  sample_weight: Weight
  window: {length: 6, horizon: [1, 3], key: Shop, time: Day, known: [Fair]}
  split: {validation: 0.2, test: 0.2}
model:
  - {Flatten: {}, inputs: input, name: past}
  - {Flatten: {}, inputs: known, name: fair}
  - {Concatenate: {}, inputs: [past, fair]}
  - Dense: {units: 4, activation: tanh}
  - Dense: 2
training: {optimizer: adam, loss: mse, metrics: [rmse], batch_size: 32, epochs: 2}
evaluation: {importance: 1, slices: [Kind, Größe]}
export: {formats: []}
"""
RUNS: Mapping[str, tuple[str, ...]] = {
    "gathered": (),
    "laid out": (),
    "by Keras": ("runtime.engine=keras",),
    "in order, without XLA": ("training.shuffle=false", "runtime.xla=off"),
}


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a spec of shops whose days are shuffled, with gaps and missing cells."""
    folder = tmp_path_factory.mktemp("shops")
    draw = np.random.default_rng(0)
    count, days = 4, 50
    day = np.concatenate(
        [np.arange(days) + 5 * (np.arange(days) > 20 + one) for one in range(count)]
    )
    sold = draw.normal(size=count * days).cumsum().round(2)
    table = pl.DataFrame(
        {
            "Shop": np.repeat(np.array(["Graz", "Linz", "Wien", "Öd"]), days),
            "Day": day,
            "Sold (t)": [None if at % 19 == 7 else one for at, one in enumerate(sold)],
            "Größe": draw.normal(size=count * days).round(3),
            "Kind": np.array(["a", "b", "c"])[draw.integers(0, 3, count * days)],
            "Fair": np.array(["yes", "no"])[(day % 7 > 0).astype(int)],
            "Weight": draw.integers(1, 4, count * days),
        }
    )
    table.sample(fraction=1, shuffle=True, seed=0).write_csv(folder / "shops.csv")
    (folder / "shops.yaml").write_text(SPEC, encoding="utf-8")
    return folder / "shops.yaml"


@pytest.mark.parametrize(
    "kind", [pytest.param(one, marks=() if one == "gathered" else pytest.mark.slow) for one in RUNS]
)
def test_runs_are_those_of_windows_copied_out(
    spec: Path, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind != "laid out":
        monkeypatch.setattr(source, "FEW_BYTES", 0)
    ours = nnspec.train(spec, runs=tmp_path / "ours", overrides=RUNS[kind])
    shared = list[tuple[int, ...]]()

    def copied_out(series: Values, cut: Cut) -> Values:
        shared.append(series.shape)
        return WindowView(series, cut)[:]

    monkeypatch.setattr(front, "windows_over", copied_out)
    theirs = nnspec.train(spec, runs=tmp_path / "theirs", overrides=RUNS[kind])
    assert shared
    assert differing(ours.folder, theirs.folder) == []

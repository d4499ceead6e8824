"""A run judged on a table that it has never seen: figures of its rows, nothing written."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

import nnspec
from nnspec.commands import main
from nnspec.diagnostics import Refused

pytestmark = pytest.mark.keras

CLASSES = """
nnspec: 1
data: {source: t.csv, target: "Wine Kind", split: {method: time, validation: 0, test: 0.25}}
model:
  - Dense: {units: 3, activation: softmax}
training:
  optimizer: {Adam: {learning_rate: 0.05}}
  loss: sparse_categorical_crossentropy
  metrics: [{SparseTopKCategoricalAccuracy: 2}]
  epochs: 3
export: {formats: []}
"""
SERIES = """
nnspec: 1
data: {source: t.csv, target: level, window: {length: 4, horizon: 2}}
model: [Flatten, Dense: 1]
training: {optimizer: Adam, loss: mse, epochs: 2}
export: {formats: []}
"""


def write(path: Path, head: str, rows: list[str]) -> Path:
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("kinds")
    draw = np.random.default_rng(3)
    rows = [
        f"{draw.normal() + place:.3f},{draw.normal() - place:.3f},{['Süß', 'Dry', 'Brut'][place]}"
        for place in draw.integers(0, 3, 120)
    ]
    write(folder / "t.csv", "Sugar (g),Acid,Wine Kind", rows)
    (folder / "s.yaml").write_text(CLASSES)
    return nnspec.train(folder / "s.yaml", runs=folder).folder, rows


def test_the_run_s_own_test_rows_give_the_figures_of_its_report(
    kinds: tuple[Path, list[str]], tmp_path: Path
) -> None:
    run, rows = kinds
    data = write(tmp_path / "new.csv", "Sugar (g),Acid,Wine Kind", rows[90:])
    before = sorted((one.name, one.stat().st_mtime_ns) for one in run.iterdir())
    (found,) = nnspec.evaluate(run, data)
    (own,) = nnspec.evaluate(run)
    assert set(found.metrics) == {"test"}
    assert found.metrics["test"] == pytest.approx(own.metrics["test"], rel=1e-6)
    assert "sparse_top_k_categorical_accuracy" in found.metrics["test"]
    assert sorted((one.name, one.stat().st_mtime_ns) for one in run.iterdir()) == before


def test_the_program_shows_them(
    kinds: tuple[Path, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, rows = kinds
    data = write(
        tmp_path / "new.csv",
        "Wine Kind,Acid,Sugar (g)",
        [",".join(one.split(",")[::-1]) for one in rows[:40]],
    )
    with pytest.raises(SystemExit, match="0"):
        main(["evaluate", str(run), "--data", str(data)])
    shown = capsys.readouterr().out
    assert "test (40)" in shown
    assert "train" not in shown


def test_a_class_that_was_never_trained_and_a_table_without_targets_are_refused(
    kinds: tuple[Path, list[str]], tmp_path: Path
) -> None:
    run, rows = kinds
    data = write(tmp_path / "new.csv", "Sugar (g),Acid,Wine Kind", [*rows[:3], "1,2,Port"])
    with pytest.raises(Refused) as caught:
        nnspec.evaluate(run, data)
    assert [one.code for one in caught.value.diagnostics] == ["D108"]
    data = write(tmp_path / "bare.csv", "Sugar (g),Acid", ["1,2"])
    with pytest.raises(Refused) as caught:
        nnspec.evaluate(run, data)
    assert [one.code for one in caught.value.diagnostics] == ["D103"]


def test_every_window_whose_target_is_known_is_judged(tmp_path: Path) -> None:
    level = [3 * np.sin(k / 5) + k % 3 for k in range(80)]
    write(tmp_path / "t.csv", "level", [f"{one:.4f}" for one in level])
    (tmp_path / "s.yaml").write_text(SERIES)
    run = nnspec.train(tmp_path / "s.yaml", runs=tmp_path).folder
    data = write(tmp_path / "new.csv", "level", [f"{one + 0.5:.4f}" for one in level[:30]])
    (found,) = nnspec.evaluate(run, data)
    predicted = csv.DictReader(io.StringIO(nnspec.predict(run, data)))
    errors = [
        abs(float(row["prediction"]) - level[int(row["row"])] - 0.5)
        for row in predicted
        if int(row["row"]) < 30
    ]
    assert len(errors) == 30 - 4 - 2 + 1
    assert found.metrics["test"]["mae"] == pytest.approx(np.mean(errors), rel=1e-3)

"""A run judges itself: figures of its own predictions, doubt, baselines, parts, columns, gates."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

import nnspec
from nnspec.commands import main

pytestmark = pytest.mark.keras
Array = np.ndarray[Any, Any]

SPEC = """
nnspec: 1
data:
  source: t.csv
  target: {price: Price (€), kind: kind}
  split: {validation: 0.1, test: 0.3, group: house}
model:
  layers:
    - {Dense: {units: 16, activation: relu}, name: hidden}
    - {Dense: 1, name: price, inputs: hidden}
    - {Dense: {units: 1, activation: sigmoid}, name: kind, inputs: hidden}
  outputs: [price, kind]
training:
  optimizer: {Adam: {learning_rate: 0.02}}
  loss: {price: mse, kind: binary_crossentropy}
  epochs: 30
evaluation:
  importance: 3
  slices: [town, "floor area"]
  gates: {validation.kind.accuracy: {min: 0.1}}
export: {formats: []}
"""


def table(rows: int, seed: int) -> str:
    draw = np.random.default_rng(seed)
    area, other = draw.normal(100, 20, rows), draw.normal(size=rows)
    towns = np.array(["Århus", "<b>", "=1+1"])[draw.integers(0, 3, rows)]
    noise = draw.normal(size=rows) * np.where(towns == "<b>", 40, 4)
    price = 3 * (area - 100) + noise + 500
    kind = np.where(area + draw.normal(0, 8, rows) > 100, "big", "a small one")
    cells = zip(area.round(3), other.round(3), towns, draw.integers(0, 90, rows), strict=True)
    lines = [
        ",".join(map(str, (*one, round(float(much), 4), what)))
        for one, much, what in zip(cells, price, kind, strict=True)
    ]
    return "\n".join(["floor area,other,town,house,Price (€),kind", *lines, ""])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judged")
    (folder / "t.csv").write_text(table(900, 1), encoding="utf-8")
    (folder / "s.yaml").write_text(SPEC, encoding="utf-8")
    return nnspec.train(folder / "s.yaml", runs=folder / "runs").folder


@pytest.fixture(scope="module")
def report(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "report.json").read_text(encoding="utf-8"))
    return found


def column(run: Path, name: str) -> list[str]:
    rows = csv.DictReader((run / "predictions.csv").read_text(encoding="utf-8").splitlines())
    return [row[name] for row in rows]


def test_figures_are_those_of_the_written_predictions(run: Path, report: dict[str, Any]) -> None:
    target, guess = (
        np.array(column(run, name), float) for name in ("target_price", "prediction_price")
    )
    found = report["further"]["test"] | report["metrics"]["test"]
    for name, oracle in (
        ("rmse", sk.root_mean_squared_error),
        ("mae", sk.mean_absolute_error),
        ("r2", sk.r2_score),
        ("median_ae", sk.median_absolute_error),
        ("mape", sk.mean_absolute_percentage_error),
        ("explained_variance", sk.explained_variance_score),
        ("max_error", sk.max_error),
    ):
        assert found[name] == pytest.approx(oracle(target, guess), rel=1e-9), name
    held = np.array(column(run, "target_kind")) == "big"
    said = np.array(column(run, "prediction_kind")) == "big"
    share = np.array(column(run, "probability_kind_big"), float)
    kind = report["outputs"]["kind"]
    of_kind = kind["further"]["test"] | kind["metrics"]["test"]
    for name, value in {
        "accuracy": sk.accuracy_score(held, said),
        "balanced_accuracy": sk.balanced_accuracy_score(held, said),
        "precision": sk.precision_score(held, said),
        "recall": sk.recall_score(held, said),
        "f1": sk.f1_score(held, said),
        "roc_auc": sk.roc_auc_score(held, share),
        "pr_auc": sk.average_precision_score(held, share),
        "log_loss": sk.log_loss(held, share),
        "brier": sk.brier_score_loss(held, share),
    }.items():
        assert of_kind[name] == pytest.approx(value, abs=1e-9), name


def test_doubt_is_told_by_groups_beside_the_best_baseline(
    run: Path, report: dict[str, Any]
) -> None:
    found = report["intervals"]["test"]
    assert list(found) == ["rmse", "r2", "mae"]
    for name, one in found.items():
        assert one["low"] < one["value"] == report["metrics"]["test"][name] < one["high"]
    assert "bootstrap draws of 28 groups" in report["notes"][0]
    apart = report["differences"]["test"]["rmse"]
    assert apart["baseline"] in report["baselines"]
    best = min(one["test"]["rmse"] for one in report["baselines"].values())
    assert apart["value"] == pytest.approx(report["metrics"]["test"]["rmse"] - best)
    assert report["verdict"] == apart["verdict"]
    assert "gradient_boosting" in report["baselines"]
    assert list(report["outputs"]["kind"]["intervals"]["test"]) == [
        *("accuracy", "macro_f1", "roc_auc")
    ]
    page = (run / "report.md").read_text(encoding="utf-8")
    shown = found["rmse"]
    assert f"({shown['low']:.2f} to {shown['high']:.2f})" in page
    assert "within noise" in page or "the network is" in page


def test_the_part_on_which_it_errs_is_named_and_its_name_is_no_markup(
    run: Path, report: dict[str, Any]
) -> None:
    parts = {(one["column"], one["value"]): one for one in report["slices"]}
    assert [one for one in parts if parts[one]["worse"]] == [("town", "<b>")]
    assert parts["town", "Århus"]["metrics"]["rmse"] < parts["town", "<b>"]["metrics"]["rmse"] / 2
    assert sum(name == "floor area" for name, _ in parts) == 4
    assert "<b>" not in (run / "report.md").read_text(encoding="utf-8")


def test_the_column_that_says_it_is_found_important_and_noise_is_not(
    report: dict[str, Any],
) -> None:
    for output, figure in ((report, "rmse"), (report["outputs"]["kind"], "accuracy")):
        assert output["importance_of"] == figure
        ranked = output["importance"]
        assert ranked[0]["column"] == "floor area"
        assert {one["column"] for one in ranked} == {"floor area", "other", "town"}
        assert all(abs(one["value"]) < ranked[0]["value"] / 4 for one in ranked[1:])
        assert ranked[0]["spread"] < ranked[0]["value"] / 4


def evaluated(run: Path, *options: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", str(run), *options])
    return int(stopped.value.code or 0)


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--fail-under", "r2=0.2", "--fail-over", "kind.log_loss=9"], 0, ""),
        (["--fail-under", "r2=2"], 4, "r2 is "),
        (["--fail-over", "validation.kind.brier=0"], 4, "kind.brier is "),
        (["--fail-over", "Price (€).max_error=0"], 4, "Price (€).max_error is "),
        (["--fail-over", "kind_ece=-1"], 4, "its gate asks for at most -1"),
        (["--fail-under", "rsme=2"], 1, "did you mean rmse?"),
        (["--fail-under", "kind.acuracy=2"], 1, "did you mean kind.accuracy?"),
        (["--fail-under", "r2"], 2, "expected a figure and a number"),
    ],
)
def test_gates_of_the_command_line_bound_any_figure(
    run: Path, options: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluated(run, *options) == code
    assert told in capsys.readouterr().err


def test_new_rows_are_judged_with_their_doubt_and_their_gates(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new.csv").write_text(table(200, 2), encoding="utf-8")
    data = ["--data", str(tmp_path / "new.csv")]
    assert evaluated(run, *data, "--format", "json", "--fail-over", "rmse=0.001") == 4
    streams = capsys.readouterr()
    assert "rmse is " in streams.err
    found = json.loads(streams.out)
    assert found["intervals"]["test"]["rmse"]["low"] < found["metrics"]["test"]["rmse"]
    assert found["importance"][0]["column"] == "floor area"
    assert any(one["worse"] for one in found["slices"])
    assert found["differences"] == {}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--fail-under", "test.medan_ae=3"], "did you mean test.median_ae?"),
        (["--set", "evaluation.gates={validation.acuracy: {min: 0}}"], "T109"),
        (["--set", "evaluation.slices=[twon]"], "did you mean town?"),
        (["--fail-under", "r2=3"], "the largest is 1"),
    ],
)
def test_what_cannot_be_judged_is_refused_before_the_training(
    run: Path, options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["train", str(run.parent.parent / "s.yaml"), "--runs", str(run.parent), *options])
    assert stopped.value.code == 1
    assert told in capsys.readouterr().err
    assert [one.name for one in run.parent.iterdir() if one.is_dir()] == [run.name]


SERIES = """
nnspec: 1
data: {source: s.csv, target: level, window: {length: 3, horizon: 2}}
model: [Flatten, Dense: 1]
training: {optimizer: Adam, loss: mse, epochs: 1}
runtime: {engine: keras}
export: {formats: []}
"""


def test_a_series_is_judged_in_blocks_and_in_steps_of_its_last_value(tmp_path: Path) -> None:
    level = np.random.default_rng(0).normal(size=240).cumsum().round(3)
    (tmp_path / "s.csv").write_text("\n".join(["level", *map(str, level), ""]))
    (tmp_path / "s.yaml").write_text(SERIES)
    found = nnspec.train(tmp_path / "s.yaml", runs=tmp_path).report.first
    naive = found.baselines["last_value"]["train"]["mae"]
    figures = found.metrics["test"]["mae"], found.further["test"]["mase"]
    assert naive is not None
    assert figures[0] is not None
    assert figures[1] == pytest.approx(figures[0] / naive, rel=1e-12)
    assert "consecutive rows" in found.notes[0]

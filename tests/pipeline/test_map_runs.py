"""A map from its spec to report, pictures, predictions and SavedModel."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import polars as pl
import pytest
import tensorflow as tf
from sklearn import datasets
from sklearn import metrics as oracle

import nnspec
from nnspec.pipeline.run import RunResult

pytestmark = pytest.mark.keras
PETALS = ("petal length (cm)", "petal width (cm)")
Trained = Callable[[str], RunResult]


@pytest.fixture(scope="module")
def iris(trained: Trained) -> RunResult:
    return trained("iris_map")


def columns_of(text: str) -> dict[str, list[str]]:
    rows = list(csv.DictReader(io.StringIO(text)))
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_figures_follow_from_the_saved_predictions(iris: RunResult) -> None:
    found = columns_of((iris.folder / "predictions.csv").read_text())
    figures = iris.report.first.metrics["test"]
    agreement = oracle.adjusted_rand_score(found["label"], found["cluster"])
    assert figures["adjusted_rand"] == pytest.approx(agreement)
    assert agreement >= 0.6
    distance = np.mean([float(one) for one in found["distance"]])
    assert figures["quantization_error"] == pytest.approx(distance, rel=1e-6)
    assert found["map_row"] == ["0"] * len(found["cluster"])
    assert found["map_column"] == found["cluster"]


def test_the_report_names_the_rule_and_has_kmeans_beside_the_map(iris: RunResult) -> None:
    text = (iris.folder / "report.md").read_text()
    assert "Clustering compared with target" in text
    assert "| kmeans |" in text
    assert "rule kohonen" in text
    assert "map/distances.svg" in text


def test_the_history_has_the_quantization_error_of_each_epoch(iris: RunResult) -> None:
    history = columns_of((iris.folder / "history.csv").read_text())
    errors = [float(one) for one in history["quantization_error"]]
    assert len(errors) == 30
    assert errors[-1] < 0.6 * errors[0]


def test_pictures_have_a_cell_for_each_unit(iris: RunResult) -> None:
    for name, cells in (("distances", 3), ("hits", 3), ("components", 6)):
        drawn = ET.fromstring((iris.folder / "map" / f"{name}.svg").read_text())  # noqa: S314 - our own
        assert sum(one.tag.endswith("polygon") for one in drawn.iter()) == cells
    hits = (iris.folder / "map" / "hits.svg").read_text()
    written = [one.text for one in ET.fromstring(hits).iter() if one.tag.endswith("text")]  # noqa: S314 - our own
    assert sum(int(str(one)) for one in written[1:]) == 105
    assert '<rect width="100%" height="100%" fill="#fff"/>' in hits, "dark ink on a dark page"


def test_the_savedmodel_gives_the_clusters_of_predict(iris: RunResult, tmp_path: Path) -> None:
    bunch = datasets.load_iris()
    rows = dict(zip(bunch.feature_names, bunch.data.T, strict=True))
    pl.DataFrame(rows).write_csv(tmp_path / "rows.csv")
    predicted = columns_of(nnspec.predict(iris.folder, tmp_path / "rows.csv"))
    loaded = tf.saved_model.load(str(iris.folder / "model"))
    cells = {name: tf.constant(rows[name].astype(np.float32)) for name in PETALS}
    answers: dict[str, Any] = loaded.serve(cells)
    assert set(answers) == {"cluster", "distance", "map_row", "map_column"}
    for name in ("cluster", "map_row", "map_column"):
        assert answers[name].numpy().tolist() == [int(one) for one in predicted[name]]
    expected = [float(one) for one in predicted["distance"]]
    np.testing.assert_allclose(answers["distance"].numpy(), expected, atol=1e-5)


def test_a_run_is_judged_again_to_the_same_figures(iris: RunResult) -> None:
    (again,) = nnspec.evaluate(iris.folder)
    assert again.metrics == iris.report.first.metrics
    assert again.baselines == iris.report.first.baselines
    assert json.loads((iris.folder / "report.json").read_text())["task"] == "clustering"


@pytest.mark.parametrize("labels", ["kind", "number"])
def test_rows_without_a_label_are_learned_from_and_compared_with_nothing(
    tmp_path: Path, labels: str
) -> None:
    bunch = datasets.load_iris()
    rows = [
        f"{a},{b},{'' if at % 3 == 1 else bunch.target_names[kind]},{'' if at % 3 == 1 else kind}"
        for at, (a, b, kind) in enumerate(zip(*bunch.data.T[2:], bunch.target, strict=True))
    ]
    (tmp_path / "flowers.csv").write_text("\n".join(["long,wide,kind,number", *rows, ""]))
    (tmp_path / "spec.yaml").write_text(
        f"""
nnspec: 1
name: flowers
data: {{source: flowers.csv, labels: {labels}, features: [long, wide], missing: drop,
       split: {{validation: 0, test: 0.3}}}}
model: [SelfOrganizingMap: 3]
training: {{rule: kohonen, epochs: 10}}
export: {{formats: []}}
"""
    )
    run = nnspec.train(tmp_path / "spec.yaml", runs=tmp_path / "runs")
    found = columns_of((run.folder / "predictions.csv").read_text())
    assert len(found["row"]) == 45
    known = [(a, b) for a, b in zip(found["label"], found["cluster"], strict=True) if a]
    assert {a for a, _ in known} == (
        {"0", "1", "2"} if labels == "number" else {*bunch.target_names}
    )
    assert 20 < len(known) < 40
    (agreement,) = {oracle.adjusted_rand_score(*zip(*known, strict=True))}
    assert run.report.first.metrics["test"]["adjusted_rand"] == pytest.approx(agreement)


@pytest.mark.slow
def test_a_map_of_digits_parts_them_as_kmeans_does(trained: Trained) -> None:
    report = trained("digits_map").report.first
    found, beside = report.metrics["test"], report.baselines["kmeans"]["test"]
    assert found["silhouette"] is not None
    assert beside["silhouette"] is not None
    assert found["silhouette"] >= beside["silhouette"] - 0.02


@pytest.mark.slow
def test_k_means_as_a_map_is_as_good_as_the_baseline(trained: Trained) -> None:
    report = trained("wine_kmeans").report.first
    found, beside = report.metrics["train"], report.baselines["kmeans"]["train"]
    assert found["quantization_error"] == pytest.approx(beside["quantization_error"], rel=0.01)

"""A positive class and a threshold of its own: the same in report, predictions and SavedModel."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from sklearn import metrics as sk

import nnspec
from nnspec.diagnostics import Refused

pytestmark = [pytest.mark.keras, pytest.mark.slow]

SPEC = """
nnspec: 1
name: paid
data:
  source: t.csv
  target: Income
  positive: ">50K"
  sample_weight: w
  split: {validation: 0.3, test: 0.2}
model: [Dense: {units: 4, activation: tanh}, Dense: {units: 1, activation: sigmoid}]
training:
  optimizer: {Adam: {learning_rate: 0.02}}
  loss: binary_crossentropy
  metrics: [precision, recall, auc]
  epochs: 6
evaluation: {threshold: {recall: 0.8}, weighted: true, gates: {f1: {min: 0.01}}}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paid")
    draw = np.random.default_rng(2)
    lines = ["age,hours,Income,w"]
    for _ in range(400):
        rich = draw.random() < 0.15
        age, hours = draw.normal(40 + 6 * rich, 8), draw.normal(38 + 4 * rich, 6)
        lines.append(
            f"{age:.2f},{hours:.2f},{'>50K' if rich else '<=50K'},{draw.random() + 0.5:.3f}"
        )
    (folder / "t.csv").write_text("\n".join([*lines, ""]))
    (folder / "s.yaml").write_text(SPEC)
    return nnspec.train(folder / "s.yaml", runs=folder).folder


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def threshold(run: Path) -> float:
    report = json.loads((run / "report.json").read_text())
    (found,) = report["thresholds"]
    return float(found)


def test_the_positive_class_is_the_second_and_the_report_says_why_it_is_answered(
    run: Path,
) -> None:
    report = json.loads((run / "report.json").read_text())
    assert report["confusion_matrix"]["test"]["labels"] == ["<=50K", ">50K"]
    assert any(">50K: answered above a probability of" in one for one in report["baseline_notes"])
    assert report["metrics"]["validation"]["recall"] >= 0.8
    assert threshold(run) < 0.5
    page = (run / "report.md").read_text()
    assert "answered above a probability of" in page
    assert "precision_declared" not in report["metrics"]["test"]
    told = rows((run / "predictions.csv").read_text())
    assert list(told[0])[-2:] == ["probability_<=50K", "probability_>50K"]
    weights = [float(one["w"]) for one in rows((run.parent / "t.csv").read_text())]
    own = [weights[int(one["row"])] for one in told]
    held, said = ([one[key] == ">50K" for one in told] for key in ("target", "prediction"))
    assert report["metrics"]["test"]["f1"] == pytest.approx(
        sk.f1_score(held, said, sample_weight=own)
    )
    assert [float(one["probability_>50K"]) > threshold(run) for one in told] == said


def test_predict_the_saved_model_and_an_evaluation_answer_by_it(run: Path) -> None:
    data = run.parent / "t.csv"
    told = rows(nnspec.predict(run, data))
    said = [one["prediction"] for one in told]
    probable = [float(one["probability_>50K"]) > 0.5 for one in told]
    assert said != [">50K" if one else "<=50K" for one in probable]
    loaded = tf.saved_model.load(str(run / "model"))
    cells = rows(data.read_text())
    given = {
        name: tf.constant([float(one[name]) for one in cells], tf.float32)
        for name in ("age", "hours")
    }
    served = loaded.serve(given)["prediction"].numpy()
    assert [one.decode() for one in served] == said
    before = nnspec.evaluate(run)[0]
    report = json.loads((run / "report.json").read_text())
    assert before.thresholds == (threshold(run),)
    assert before.metrics["test"]["f1"] == pytest.approx(report["metrics"]["test"]["f1"])


def test_new_rows_count_by_their_weights_where_they_have_any(run: Path, tmp_path: Path) -> None:
    lines = (run.parent / "t.csv").read_text().splitlines()
    (tmp_path / "new.csv").write_text("\n".join([lines[0], *lines[1:150]]))
    (found,) = nnspec.evaluate(run, tmp_path / "new.csv")
    cells = rows((tmp_path / "new.csv").read_text())
    said = [one["prediction"] for one in rows(nnspec.predict(run, tmp_path / "new.csv"))]
    held = [one["Income"] for one in cells]
    weights = [float(one["w"]) for one in cells]
    score = sk.accuracy_score(held, said, sample_weight=weights)
    assert found.metrics["test"]["accuracy"] == pytest.approx(score)
    assert found.weighted
    plain = "\n".join(line.rpartition(",")[0] for line in [lines[0], *lines[1:150]])
    (tmp_path / "plain.csv").write_text(plain)
    (found,) = nnspec.evaluate(run, tmp_path / "plain.csv")
    assert found.metrics["test"]["accuracy"] == pytest.approx(sk.accuracy_score(held, said))
    assert not found.weighted
    assert any('no weights in the column "w"' in one for one in found.baseline_notes)
    negative = (tmp_path / "new.csv").read_text().replace(lines[3], f"{lines[3][:-5]}-1")
    (tmp_path / "new.csv").write_text(negative)
    with pytest.raises(Refused, match=r"D115"):
        nnspec.evaluate(run, tmp_path / "new.csv")

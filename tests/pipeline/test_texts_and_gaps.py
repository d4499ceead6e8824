"""A table as people write it: texts of several scripts, gaps, times; trained and exported."""

import csv
import io
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import nnspec

pytestmark = pytest.mark.keras

SPEC = """
    nnspec: 1
    name: drinks
    data:
      source: drinks.csv
      target: напиток
      columns: {Klasse: category}
      missing: drop
      split: {validation: 0.2, test: 0.2}
    model: [Dense: {units: 3, activation: softmax}]
    training: {optimizer: {Adam: 0.1}, loss: sparse_categorical_crossentropy, epochs: 2}
"""
LABELS = ("café ☕", "чай", "💧")
PLACES = ("Zürich", "東京", "القاهرة")
START = 1_700_000_000


def rows(count: int) -> list[list[object]]:
    return [
        [START + k % 50, PLACES[k % 3], 1 + k % 2, "" if k % 10 == 7 else k % 7, LABELS[k % 3]]
        for k in range(count)
    ]


def write(path: Path, lines: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Zeit (s)", "Ort", "Klasse", "größe", "напиток"])
        writer.writerows(lines)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drinks")
    write(folder / "drinks.csv", rows(90))
    (folder / "drinks.yaml").write_text(dedent(SPEC), encoding="utf-8")
    return nnspec.train(folder / "drinks.yaml", runs=folder).folder


def predicted(run: Path, lines: list[list[object]]) -> list[dict[str, str]]:
    write(run / "new.csv", lines)
    return list(csv.DictReader(io.StringIO(nnspec.predict(run, run / "new.csv"))))


def served(run: Path, lines: list[list[object]]) -> dict[str, Any]:
    time, place, kind, size, _ = zip(*lines, strict=True)
    gaps = [np.nan if cell == "" else float(str(cell)) for cell in size]
    columns = {
        "Zeit (s)": tf.constant(time, tf.float64),
        "Ort": tf.constant(place),
        "Klasse": tf.constant([str(cell) for cell in kind]),
        "größe": tf.constant(gaps, tf.float32),
    }
    loaded = tf.saved_model.load(str(run / "model"))
    return {name: answer.numpy() for name, answer in loaded.serve(columns).items()}


def test_rows_without_a_cell_are_empty_in_predict_and_in_the_savedmodel(run: Path) -> None:
    new = rows(20)
    with pytest.warns(UserWarning, match=r"2 of 20 rows have no prediction.*größe.*: 8, 18 \[D126"):
        told = predicted(run, new)
    answers = served(run, new)
    assert [line["row"] for line in told] == [str(row) for row in range(20)]
    labels = [label.decode() for label in answers["prediction"].tolist()]
    assert labels == [line["prediction"] for line in told]
    assert [label == "" for label in labels] == [k % 10 == 7 for k in range(20)]
    assert set(labels) - {""} <= set(LABELS)
    for place, label in enumerate(sorted(LABELS)):
        shares = [float(line[f"probability_{label}"] or "nan") for line in told]
        assert answers["probabilities"][:, place] == pytest.approx(shares, rel=1e-5, nan_ok=True)


def test_a_category_is_the_same_with_a_point_and_blanks_and_unknown_ones_are_told(
    run: Path,
) -> None:
    plain = [line for line in rows(20) if line[3] != ""]
    written = [[a, f"\u00a0{b} ", f"{c}.0", d, e] for a, b, c, d, e in plain]
    expected = predicted(run, plain)
    assert predicted(run, written) == expected
    labels = [label.decode() for label in served(run, written)["prediction"].tolist()]
    assert labels == [line["prediction"] for line in expected]
    with pytest.warns(UserWarning, match=r'"Klasse": each of 18 cells .*row 1, "3"\).*1, 2 \[D125'):
        predicted(run, [[a, b, 3, d, e] for a, b, _, d, e in plain])


def test_the_run_keeps_every_text_as_it_was_written(run: Path) -> None:
    report = (run / "report.md").read_text(encoding="utf-8")
    predictions = (run / "predictions.csv").read_text(encoding="utf-8")
    table = list(csv.DictReader(io.StringIO(predictions)))
    assert {line["target"] for line in table} == set(LABELS)
    assert all(label in report for label in LABELS)

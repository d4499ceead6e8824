"""Classes of words from spec to SavedModel: what fills texts up neither trains nor is judged."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import tensorflow as tf

import nnspec
from nnspec.diagnostics import Refused

pytestmark = pytest.mark.keras

SPEC = """
nnspec: 1
name: tags
data:
  source: table.csv
  target: Wortart
  columns: {"Satz [de]": text, Wortart: tags}
  split: {validation: 0.2, test: 0.2}
model:
- Embedding: {input_dim: auto, output_dim: 8, mask_zero: true}
- Bidirectional: {layer: {LSTM: {units: 8, return_sequences: true}}}
- Dense: {units: 4, activation: softmax}
training:
  optimizer: {adam: {learning_rate: 0.02}}
  loss: sparse_categorical_crossentropy
  batch_size: 16
  epochs: 12
"""
NOUNS, VERBS = ("Bär", "Hund", "Schöffe", "Kuckuck"), ("bellt", "schläft", "geht")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tags")
    draw = np.random.default_rng(0)
    lines = ["Satz [de],Wortart"]
    for _ in range(150):
        words, tags = (
            ["Der", str(draw.choice(NOUNS)), str(draw.choice(VERBS))],
            ["DET", "NOUN", "VERB"],
        )
        if draw.random() < 0.5:
            words, tags = [*words, "sehr", "laut"], [*tags, "ADV", "ADV"]
        start = int(draw.integers(2))
        lines.append(f"{' '.join(words[start:])},{' '.join(tags[start:])}")
    (folder / "table.csv").write_text("\n".join([*lines, ""]))
    (folder / "spec.yaml").write_text(SPEC)
    return nnspec.train(folder / "spec.yaml", runs=folder / "runs").folder


def told(run: Path) -> list[dict[str, str]]:
    with (run / "predictions.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_word_of_the_test_rows_is_told(run: Path) -> None:
    rows = told(run)
    assert len(rows) == 30
    assert all(one["prediction_Wortart"] == one["Wortart"] for one in rows)
    assert {len(one["Wortart"].split()) for one in rows} == {2, 3, 4, 5}


def test_figures_are_of_words_and_not_of_what_fills_texts_up(run: Path) -> None:
    figures = json.loads((run / "report.json").read_text())
    words = [word for one in told(run) for word in one["Wortart"].split()]
    most = max(words.count(one) for one in set(words)) / len(words)
    assert figures["metrics"]["test"]["accuracy"] == 1
    majority = figures["baselines"]["majority"]["test"]["accuracy"]
    assert majority == pytest.approx(most)


def test_new_texts_are_answered_by_the_saved_model_as_by_predict(run: Path) -> None:
    texts = ["Der Hund bellt", "Kuckuck geht sehr laut", "der Otter schläft"]
    new = run.parent / "new.csv"
    new.write_text("\n".join(["Satz [de]", *texts, ""]))
    answers = [
        one["prediction_Wortart"].split()
        for one in csv.DictReader(io.StringIO(nnspec.predict(run, new)))
    ]
    assert [len(one) for one in answers] == [3, 4, 3]
    loaded = tf.saved_model.load(str(run / "model"))
    given = {"Satz [de]": tf.constant(texts)}
    found = loaded.signatures["serving_default"](**given)["prediction"].numpy()
    kept = [
        [one.decode() for one in row[:count]] for row, count in zip(found, (3, 4, 3), strict=True)
    ]
    assert kept == answers


def test_an_onnx_file_gives_the_zeros_of_masked_steps_that_keras_gives(
    run: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "nnspec", "export", str(run), "--format", "onnx"]
    done = subprocess.run(
        [*command, "-o", str(tmp_path / "tags.onnx")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    session = onnxruntime.InferenceSession(tmp_path / "tags.onnx")
    texts = ["Der Hund bellt", "Kuckuck geht sehr laut"]
    (found,) = session.run(["probabilities"], {"Satz [de]": np.asarray(texts, dtype=object)})
    loaded = tf.saved_model.load(str(run / "model"))
    expected = loaded.serve({"Satz [de]": tf.constant(texts)})["probabilities"]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_new_rows_with_other_than_a_class_for_each_word_are_not_judged(
    run: Path, tmp_path: Path
) -> None:
    (tmp_path / "new.csv").write_text(
        "Satz [de],Wortart\nDer Hund bellt,DET NOUN VERB\nKuckuck geht,NOUN\n"
    )
    with pytest.raises(Refused, match=r"row 2: .Wortart. has 1 class for the 2 words"):
        nnspec.evaluate(run, tmp_path / "new.csv")


@pytest.mark.slow
def test_a_network_without_a_mask_answers_words_and_not_what_fills_texts_up(
    run: Path, tmp_path: Path
) -> None:
    loss = "{sparse_categorical_crossentropy: {ignore_class: -1}}"
    spec = SPEC.replace(", mask_zero: true", "").replace("sparse_categorical_crossentropy", loss)
    (tmp_path / "table.csv").write_bytes((run.parents[1] / "table.csv").read_bytes())
    (tmp_path / "spec.yaml").write_text(spec)
    bare = nnspec.train(tmp_path / "spec.yaml", runs=tmp_path / "runs").folder
    (tmp_path / "new.csv").write_text("Satz [de]\nDer Hund bellt\nKuckuck geht sehr laut\n")
    found = list(csv.DictReader(io.StringIO(nnspec.predict(bare, tmp_path / "new.csv"))))
    assert [len(one["prediction_Wortart"].split()) for one in found] == [3, 4]

"""Dates and texts of a finished run as an ONNX file: read as the SavedModel reads them."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import tensorflow as tf
from onnx.reference import ReferenceEvaluator

from nnspec.commands import main

pytestmark = pytest.mark.keras

SPEC = """nnspec: 1
name: letters
data:
  source: letters.csv
  target: Weight (g)
  inputs: {words: [Subject], rest: [Sent on, Body, Kind, seen]}
  split: {validation: 0.2, test: 0.2, seed: 1}
  columns:
    Sent on:
      date: {parts: [elapsed, year, month, day, dayofyear, weekday, hour, second], missing: median}
    Body: {text: {output_mode: tf_idf, ngrams: 2, max_tokens: 40, missing: empty}}
    Subject:
      text: {split: SPLIT, standardize: lower_and_strip_punctuation, output_sequence_length: 9,
        max_tokens: 30, missing: empty, ngrams: NGRAMS}
    Kind: {category: {missing: own, encoding: one_hot}}
    seen: {date: {parts: [weekday, month]}}
model:
  - Embedding: {input_dim: auto, output_dim: 4}
    inputs: words
  - GlobalAveragePooling1D:
    name: mean
  - Concatenate:
    inputs: [mean, rest]
  - Dense: {units: 6, activation: tanh}
  - Dense: 1
training: {optimizer: Adam, loss: mse, epochs: 1, batch_size: 16}
runtime: {seed: 3}
"""
NGRAMS = {"whitespace": "1", "character": "[1, 3]"}
BODIES = (
    "The quick brown fox",
    "don't   jump, over-the DOG!",
    "ÜBER Straße naïve",
    "Жизнь и СУДЬБА",
    "",
)
SUBJECTS = ("Hello again", "İstanbul\t\u212belvin", "A\u3000b", "--", "hello HELLO a")
COLUMNS = ("Sent on", "Body", "Subject", "Kind", "seen")
FINE = ("31.1.2024 13:05", "the quick FOX", "hello", "x", "Jan 5, 2024")
ODD: list[dict[str, str]] = [
    {},
    {"Sent on": "29.02.2023 1:00"},
    {"Sent on": "29.02.2024T1:00Z"},
    {"Sent on": "2024-02-29 13:05:59"},
    {"Sent on": "0000-01-01"},
    {"Sent on": "31.04.2024 1:00"},
    {"Sent on": "1.1.2024 24:00"},
    {"Sent on": "\u3000 1.12.1969  T 3:4\n"},
    {"Sent on": ""},
    {"Sent on": "soon"},
    {"Body": ""},
    {"Body": "  "},
    {"Body": "Über, STRASSE! quick\u2003brown\u00a0quick brown"},
    {"Body": "судьба ... и"},
    {"Body": "fox " * 40},
    {"Subject": "ISTANBUL İ\u0307 \u212a k"},
    {"Subject": "  hello  "},
    {"Subject": "東京 😀 hello" * 3},
    {"Subject": "a-b A.B"},
    {"Kind": " x\t"},
    {"Kind": "y  z"},
    {"Kind": "\u2003y z"},
    {"Kind": "y\u3000z"},
    {"seen": "SEPT. 31, 2020"},
    {"seen": "october 30,  2020"},
    {"seen": "Jan 5 2024"},
]


def write_table(folder: Path) -> None:
    with (folder / "letters.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, "Weight (g)"])
        for number in range(60):
            sent = (
                f"{number % 28 + 1}.{number % 12 + 1}.{1990 + number} {number % 24}:{number % 60}"
            )
            kind = ("x", "y z", "")[number % 3]
            seen = f"{('Jan', 'march', 'Sep.')[number % 3]} {number % 30 + 1}, 2021"
            body, subject = BODIES[number % 5], SUBJECTS[number // 2 % 5]
            writer.writerow([sent, body, subject, kind, seen, number / 3])


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


@pytest.mark.parametrize("split", ["whitespace", pytest.param("character", marks=pytest.mark.slow)])
def test_dates_and_texts_are_read_as_the_saved_model_reads_them(
    split: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_table(tmp_path)
    Path("spec.yaml").write_text(
        SPEC.replace("SPLIT", split).replace("NGRAMS", NGRAMS[split]), encoding="utf-8"
    )
    assert run("train", "spec.yaml", "--name", "letters") == 0
    assert run("export", "runs/letters", "--format", "onnx", "-o", "letters.onnx") == 0
    rows = [dict(zip(COLUMNS, FINE, strict=True)) | one for one in ODD]
    cells = {name: np.asarray([row[name] for row in rows], object) for name in COLUMNS}
    model = onnx.load("letters.onnx")
    found = answered(onnxruntime.InferenceSession("letters.onnx"), cells)
    again = answered(ReferenceEvaluator(model), cells)
    loaded = tf.saved_model.load("runs/letters/model")
    expected = loaded.serve({name: tf.constant(one) for name, one in cells.items()})
    wanted = expected["prediction"].numpy()
    assert np.isnan(wanted).any()
    assert not np.isnan(wanted).all()
    for one in (found, again):
        assert np.isnan(one).tolist() == np.isnan(wanted).tolist()
        assert np.nanmax(np.abs(one - wanted)) <= 1e-5 * np.nanmax(np.abs(wanted))
    alone = {name: one[:1] for name, one in cells.items()}
    assert answered(onnxruntime.InferenceSession("letters.onnx"), alone) == found[:1]


def answered(session: Any, cells: dict[str, Any]) -> Any:
    return session.run(["prediction"], cells)[0]


GREEK = """nnspec: 1
data: {source: words.csv, target: y, columns: {text: {text: {output_mode: count}}}}
model:
  - Dense: 1
training: {loss: mse, optimizer: adam, epochs: 1}
"""


@pytest.mark.slow
def test_a_column_that_no_operator_reads_is_named_at_its_place_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [f"{('λόγος', 'ΛΟΓΟΣ και', 'mythos')[n % 3]},{n}.25" for n in range(60)]
    Path("words.csv").write_text("\n".join(["text,y", *lines, ""]), encoding="utf-8")
    Path("words.yaml").write_text(GREEK, encoding="utf-8")
    assert run("train", "words.yaml", "--name", "words") == 0
    capsys.readouterr()
    assert run("export", "runs/words", "--format", "onnx", "-o", "words.onnx") == 1
    shown = capsys.readouterr().err
    assert 'ONNX cannot hold the column "text"' in shown
    assert "A113" in shown
    assert "export to savedmodel" in shown
    assert not Path("words.onnx").exists()

"""Columns of texts, from the spec to `predict` on files of several formats and the SavedModel."""

import csv
import io
import json
from pathlib import Path
from textwrap import dedent

import numpy as np
import polars as pl
import pytest
import tensorflow as tf

import nnspec
from nnspec.diagnostics import Refused

pytestmark = pytest.mark.keras

SPEC = """
    nnspec: 1
    name: reviews
    data:
      source: reviews.csv
      target: Liked it
      columns:
        Review Text: {text: {missing: empty, output_sequence_length: 6}}
        title: {text: {output_mode: tf_idf, max_tokens: 6, missing: {constant: none}}}
      inputs: {words: [Review Text], rest: [title, Age]}
      split: {validation: 0.2, test: 0.2, seed: 1}
    model:
      - Input: {shape: [6], dtype: int32}
        name: words
      - Input: [7]
        name: rest
      - Embedding: {input_dim: ROWS, output_dim: 4, mask_zero: true}
        inputs: words
      - GlobalAveragePooling1D:
        name: mean
      - Concatenate:
        inputs: [mean, rest]
      - Dense: {units: 1, activation: sigmoid}
    training:
      {optimizer: {Adam: 0.05}, loss: binary_crossentropy, epochs: 4, batch_size: 16}
"""
WORDS = ("Great", "awful!", "Straße", "été", "the", "crêpe", "\u96e8", "C++")


def reviews(count: int) -> pl.DataFrame:
    draw = np.random.default_rng(5)
    texts = [" ".join(draw.choice(WORDS, draw.integers(1, 9))) for _ in range(count)]
    return pl.DataFrame(
        {
            "Review Text": [None if row % 11 == 3 else text for row, text in enumerate(texts)],
            "title": [None if row % 7 == 2 else text[:9] for row, text in enumerate(texts)],
            "Age": draw.integers(18, 90, count),
            "Liked it": [int("great" in text.lower()) for text in texts],
        }
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reviews")
    reviews(200).write_csv(folder / "reviews.csv")
    (folder / "reviews.yaml").write_text(dedent(SPEC).replace("ROWS", "10"), encoding="utf-8")
    return nnspec.train(folder / "reviews.yaml", runs=folder).folder


def test_files_of_every_format_and_the_savedmodel_give_the_same_answers(run: Path) -> None:
    new = reviews(30).with_columns(pl.lit("Unseen wörds, great").alias("title")).head(20)
    new = pl.concat([new, reviews(40).tail(20).with_columns(pl.col("Age").cast(pl.Int64))])
    new.write_csv(run / "new.csv")
    new.write_parquet(run / "new.parquet")
    new.write_ndjson(run / "new.jsonl")
    told = {one: nnspec.predict(run, run / f"new.{one}") for one in ("csv", "parquet", "jsonl")}
    assert len(set(told.values())) == 1
    rows = list(csv.DictReader(io.StringIO(told["csv"])))
    loaded = tf.saved_model.load(str(run / "model"))
    columns = {
        "Review Text": tf.constant(new["Review Text"].fill_null("").to_list()),
        "title": tf.constant(new["title"].fill_null("").to_list()),
        "Age": tf.constant(new["Age"].to_numpy().astype(np.float32)),
    }
    answers = loaded.serve(columns)
    found = [float(row["probability_1"]) for row in rows]
    assert found == pytest.approx(answers["probabilities"].numpy()[:, 1], abs=1e-6)
    assert len({round(one, 6) for one in found}) > 20


def test_the_linear_baseline_knows_which_words_a_text_has(run: Path) -> None:
    (output,) = json.loads((run / "report.json").read_text(encoding="utf-8"))["outputs"].values()
    # The class is whether one word stands in the text: that is on a line.
    assert output["baselines"]["logistic_regression"]["train"]["accuracy"] > 0.9


def test_a_table_with_fewer_rows_than_words_is_refused_before_the_training(tmp_path: Path) -> None:
    reviews(200).write_csv(tmp_path / "reviews.csv")
    (tmp_path / "small.yaml").write_text(dedent(SPEC).replace("ROWS", "9"), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        nnspec.train(tmp_path / "small.yaml", runs=tmp_path)
    assert "9" in caught.value.diagnostics[0].message
    assert not list(tmp_path.glob("*/run.json"))

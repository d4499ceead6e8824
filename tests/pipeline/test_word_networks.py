"""Networks over the words of raw texts: every merge of two directions, convolution, attention."""

import csv
import io
from pathlib import Path
from textwrap import dedent

import keras
import numpy as np
import polars as pl
import pytest
import tensorflow as tf

import nnspec

pytestmark = [pytest.mark.keras, pytest.mark.slow]

SPEC = """
    nnspec: 1
    name: messages
    data:
      source: messages.csv
      target: spam
      columns:
        text: {text: {max_tokens: 40, output_sequence_length: 4}}
      split: {validation: 0.2, test: 0.2}
    model:
      - Input: {shape: [4], dtype: int32}
        name: numbers
      - Embedding: {input_dim: auto, output_dim: 6}
      - SpatialDropout1D: 0.2
        name: padded
      - Embedding: {input_dim: auto, output_dim: 6, mask_zero: true}
        inputs: numbers
      - SpatialDropout1D: 0.2
        name: words
      - GRU: {units: 5, unroll: true}
        name: forward
      - Bidirectional: {layer: {GRU: {units: 3, unroll: true}}, merge_mode: concat}
        name: concat
        inputs: words
      - Bidirectional: {layer: {GRU: {units: 4, unroll: true}}, merge_mode: sum}
        name: sum
        inputs: words
      - Bidirectional: {layer: {GRU: {units: 4, unroll: true}}, merge_mode: ave}
        name: ave
        inputs: words
      - Bidirectional: {layer: {GRU: {units: 4, unroll: true}}, merge_mode: mul}
        name: mul
        inputs: words
      - Bidirectional: {layer: {GRU: {units: 4, unroll: true}}, merge_mode: null}
        name: apart
        inputs: words
      - Concatenate:
        name: none
        inputs: [apart.0, apart.1]
      - Conv1D: {filters: 4, kernel_size: 3, activation: relu}
        inputs: padded
      - GlobalMaxPooling1D:
        name: convolved
      - MultiHeadAttention: {num_heads: 2, key_dim: 3}
        inputs: words
      - GlobalAveragePooling1D:
        name: attended
      - Concatenate:
        inputs: [forward, concat, sum, ave, mul, none, convolved, attended]
      - Dense: {units: 1, activation: sigmoid}
    training:
      {optimizer: {Adam: 0.01}, loss: binary_crossentropy, epochs: 2, batch_size: 32}
    evaluation: {baselines: false}
    runtime: {xla: "off"}
"""
WIDTHS = {"concat": 6, "sum": 4, "ave": 4, "mul": 4, "none": 8, "convolved": 4, "attended": 6}
"""Numbers that each branch gives of a text."""
SAID = ("free entry", "WIN a prize!", "ok lar", "see you at home", "call now", "crazy..", "naïve")


def messages(count: int) -> pl.DataFrame:
    draw = np.random.default_rng(2)
    texts = [" ".join(draw.choice(SAID, draw.integers(1, 4))) for _ in range(count)]
    return pl.DataFrame({"text": texts, "spam": [int("prize" in one) for one in texts]})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("messages")
    messages(160).write_csv(folder / "messages.csv")
    (folder / "messages.yaml").write_text(dedent(SPEC), encoding="utf-8")
    return nnspec.train(folder / "messages.yaml", runs=folder).folder


def test_every_merge_reads_the_words_and_has_its_own_width(run: Path) -> None:
    model = nnspec.compile(run / "spec.yaml")
    assert {one: model.get_layer(one).output.shape[-1] for one in WIDTHS} == WIDTHS
    for name in ("concat", "sum", "ave", "mul", "apart"):
        layer = model.get_layer(name)
        assert isinstance(layer, keras.layers.Bidirectional)
        assert layer.merge_mode == (None if name == "apart" else name)


def test_the_savedmodel_holds_the_vocabulary_and_answers_raw_texts_as_predict(run: Path) -> None:
    new = messages(60).with_columns(pl.col("text").str.replace("home", "the zebra's"))
    new.write_csv(run / "new.csv")
    told = list(csv.DictReader(io.StringIO(nnspec.predict(run, run / "new.csv"))))
    (run / "new.csv").unlink()
    loaded = tf.saved_model.load(str(run / "model"))
    answers = loaded.serve({"text": tf.constant(new["text"].to_list())})
    probabilities = np.asarray(answers["probabilities"])[:, 1]
    assert probabilities == pytest.approx([float(one["probability_1"]) for one in told], abs=1e-5)
    assert len({round(float(one), 5) for one in probabilities}) > 10

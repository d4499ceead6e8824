"""Columns of texts: their words, as Keras' TextVectorization gives them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import polars as pl
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nnspec.build.front import build_front, prepare_arrays, prepare_inputs
from nnspec.build.texts import part_texts as part_in_graph
from nnspec.data import Dataset, read_for_prediction
from nnspec.data.columns.checks import check_columns
from nnspec.data.columns.words import part_texts
from nnspec.data.fit.fitted import TextFit
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection

pytestmark = pytest.mark.keras
Load = Callable[..., Dataset]

SAID = [
    "Go until jurong point, crazy..",
    "Free entry in 2 a wkly comp to win FA Cup tkts",
    "the  the\tthe dog's C++",
    "U dun say so early hor... U c already then say...",
    "No!! Don't -- say 3.5",
]
NEW = ["say the zebra, DOG'S", "until", "c++ C++ early", "--"]


def table(texts: list[str], names: str = "message,y") -> str:
    rows = [f'"{one.replace(chr(34), chr(34) * 2)}",{row % 2}' for row, one in enumerate(texts)]
    return "\n".join([names, *rows]) + "\n"


def learned(load: Load, texts: list[str], *, missing: str = "error", **text: object) -> Dataset:
    whole = {"validation": 0, "test": 0, "method": "time"}
    columns = {"message": {"text": text} if text else "text"}
    return load(table(texts), columns=columns, split=whole, missing=missing)


def fit_of(dataset: Dataset) -> TextFit:
    fit = dataset.fitted.columns["message"]
    assert isinstance(fit, TextFit)
    return fit


MODES = ("int", "multi_hot", "count", "tf_idf")
STANDARDS = ("lower_and_strip_punctuation", "lower", "strip_punctuation", None)
PARTS = (
    ("whitespace", 1, 6),
    ("whitespace", 3, 1000),
    ("whitespace", (1, 3), 1000),
    ("character", 1, 1000),
    ("character", 3, 6),
    ("character", (2,), 1000),
)
WAYS = [
    {
        "output_mode": mode,
        "standardize": STANDARDS[(number + place) % len(STANDARDS)],
        "split": split,
        "ngrams": ngrams,
        "max_tokens": most,
    }
    for number, mode in enumerate(MODES)
    for place, (split, ngrams, most) in enumerate(PARTS)
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(map(str, way.values())))
def test_words_are_numbered_and_counted_as_by_keras(
    load: Load, tmp_path: Path, way: dict[str, Any]
) -> None:
    dataset = learned(load, SAID, **way)
    ngrams = None if way["ngrams"] == 1 else way["ngrams"]
    length = fit_of(dataset).length or None
    layer = keras.layers.TextVectorization(
        **{**way, "ngrams": ngrams}, output_sequence_length=length
    )
    layer.adapt(SAID)
    front = build_front(dataset.fitted)
    found = prepare_arrays(front, dataset, "train").inputs["input"]
    assert found == pytest.approx(layer(tf.constant(SAID)).numpy(), rel=1e-6, abs=1e-6)
    asked = NEW[:-1]  # a text without words is another one here than in Keras
    (tmp_path / "new.csv").write_text(table(asked))
    rows = read_for_prediction("new.csv", dataset.fitted, folder=tmp_path)
    found = prepare_inputs(front, rows.features)["input"]
    assert found == pytest.approx(layer(tf.constant(asked)).numpy(), rel=1e-6, abs=1e-6)


# Capitals that Unicode took in of late are small letters to one library and none to another.
LETTERS = st.characters(codec="utf-8", max_codepoint=0x1C88) | st.sampled_from(
    "東ｶÅẞ☕💧\U0001d538\u2003\u3000"
)


@given(st.lists(st.text(LETTERS, max_size=20), min_size=1, max_size=5))
@example(["a\x00B \x00", "\x00"])
@settings(max_examples=60, deadline=None)
def test_texts_of_every_script_are_parted_alike_in_the_table_and_in_the_graph(
    texts: list[str],
) -> None:
    for standardize, split in (
        ("lower_and_strip_punctuation", "whitespace"),
        (None, "character"),
        ("lower", "whitespace"),
    ):
        fit = TextFit.model_validate(
            {
                "vocabulary": (),
                "mode": "int",
                "standardize": standardize,
                "split": split,
                "ngrams": 2,
            }
        )
        graph = part_in_graph(fit, tf.constant(texts)).to_list()
        words = [[word.decode() for word in row] for row in graph]
        assert part_texts(pl.Series(texts, dtype=pl.String), fit).to_list() == words


def test_capitals_and_blanks_of_other_scripts_are_lowered_and_part_words(load: Load) -> None:
    dataset = learned(load, ["ÄRGER\u00a0über", "ärger\u2003ÜBER", "Ωmega ärger"])
    assert fit_of(dataset).vocabulary == ("ärger", "über", "ωmega")


def test_a_text_without_words_is_one_unknown_word(load: Load) -> None:
    dataset = learned(load, [*SAID, "--"], output_sequence_length=3)
    found = prepare_arrays(build_front(dataset.fitted), dataset, "train").inputs["input"]
    assert found[-1].tolist() == [1, 0, 0]
    assert found.dtype == np.int32


def test_as_many_words_are_read_as_the_longest_training_text_has(load: Load) -> None:
    assert fit_of(learned(load, SAID)).length == 12
    assert fit_of(learned(load, ["word " * 2000, "word"])).length == 1000
    assert (
        fit_of(learned(load, ["word " * 2000, "word"], output_sequence_length=1500)).length == 1500
    )


def test_missing_texts_are_refused_left_out_or_filled(load: Load) -> None:
    gaps = [*SAID, ""]
    with pytest.raises(Refused) as caught:
        learned(load, gaps)
    assert caught.value.diagnostics[0].code == "D105"
    assert len(learned(load, gaps, missing="drop").splits["train"]) == len(SAID)
    for dataset in (learned(load, gaps, missing="mean"), own(load, gaps, "empty")):
        found = prepare_arrays(build_front(dataset.fitted), dataset, "train").inputs["input"]
        assert found[-1].tolist() == [1] + [0] * 11
    dataset = own(load, gaps, {"constant": "say zebra"})
    fit = fit_of(dataset)
    assert "zebra" in fit.vocabulary
    found = prepare_arrays(build_front(dataset.fitted), dataset, "train").inputs["input"]
    numbers = [2 + fit.vocabulary.index(word) for word in ("say", "zebra")]
    assert found[-1][:3].tolist() == [*numbers, 0]


def own(load: Load, texts: list[str], missing: object) -> Dataset:
    columns = {"message": {"text": {"missing": missing}}}
    whole = {"validation": 0, "test": 0, "method": "time"}
    return load(table(texts), columns=columns, split=whole)


def test_words_in_their_order_take_an_input_of_their_own(load: Load) -> None:
    text = "message,x,y\n" + "".join(f"say {row},{row},{row % 3}\n" for row in range(30))
    with pytest.raises(Refused) as caught:
        load(text, columns={"message": "text"})
    (found,) = caught.value.diagnostics
    assert found.code == "S115"
    assert "output_mode: multi_hot" in str(found.hint)
    inputs = {"words": ["message"], "rest": ["x"]}
    apart = load(text, columns={"message": "text"}, inputs=inputs)
    assert apart.fitted.tensors["words"].shape == (None, 2)
    assert apart.fitted.tensors["words"].element == "integer"
    counted = {"text": {"output_mode": "multi_hot", "max_tokens": 4}}
    beside = load(text, columns={"message": counted})
    assert beside.fitted.tensors["input"].shape == (None, 5)


def test_a_column_without_any_word_is_refused(load: Load) -> None:
    columns: dict[str, object] = {"message": {"text": {}}}
    with pytest.raises(Refused) as caught:
        load(table(["--", "..", "!?"] * 5), columns=columns)
    assert caught.value.diagnostics[0].code == "D105"


def test_texts_in_a_series_are_read_step_by_step(load: Load) -> None:
    text = "m,y\n" + "".join(f"day {row},{row}\n" for row in range(40))
    said = {"m": {"text": {"output_sequence_length": 2}}}
    dataset = load(text, columns=said, features=["m"], window={"length": 3})
    found = prepare_arrays(build_front(dataset.fitted), dataset, "train").inputs["input"]
    fit = dataset.fitted.columns["m"]
    assert isinstance(fit, TextFit)
    number = {word: 2 + place for place, word in enumerate(fit.vocabulary)}
    steps = [[number["day"], number[str(row)]] for row in range(3)]
    assert found[0].tolist() == steps


def test_free_text_is_asked_about_and_text_is_offered(load: Load) -> None:
    rows = "".join(f"this is what I say {row},{row}\n" for row in range(40))
    dataset = load("message,y\n" + rows)
    section = DataSection.model_validate({"source": "data.csv", "target": "y"})
    (found,) = check_columns(dataset, section)
    assert found.code == "D131"
    assert "columns: {message: text} to learn from its words" in str(found.hint)

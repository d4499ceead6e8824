"""Raw cells as the program reads them, cell by cell, beside NumPy, polars, Keras and formulas."""

import itertools
import math

import keras
import numpy as np
import polars as pl
import pytest
import tensorflow as tf

from nnspec.build.bins import beyond_bins, encode_bins, hash_texts
from nnspec.build.carried import carry
from nnspec.build.distributions import GaussianNegativeLogLikelihood, Pinball, deviation
from nnspec.build.texts import encode_texts, part_texts
from nnspec.build.waves import encode_waves
from nnspec.build.withheld import all_cells, withhold
from nnspec.data.fit.fitted import NumericFit, TextFit
from nnspec.data.fit.frozen import Bins, Hash

pytestmark = pytest.mark.keras


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5, 8, 9, 13])
@pytest.mark.parametrize("shape", [(), (2,), (2, 3)])
def test_a_missing_cell_takes_the_last_known_one_of_its_own_window(
    steps: int, shape: tuple[int, ...]
) -> None:
    draw = np.random.default_rng(steps)
    cells = draw.normal(size=(30, steps, *shape))
    cells[draw.uniform(size=(30, steps)) < 0.6] = math.nan
    lines = cells.reshape(30, steps, -1).transpose(0, 2, 1)
    filled = [[pl.Series(one, nan_to_null=True).forward_fill() for one in rows] for rows in lines]
    expected = np.array([[one.fill_null(math.nan).to_numpy() for one in row] for row in filled])
    known = np.isfinite(cells)
    found, taken = carry(tf.constant(cells), tf.constant(known))
    expected = expected.transpose(0, 2, 1).reshape(cells.shape)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(taken, np.isfinite(expected))


def test_a_step_of_which_any_number_is_missing_is_that_of_the_last_whole_one() -> None:
    cells = tf.constant([[[1.0, 2.0], [3.0, math.nan], [math.nan, 5.0], [6.0, 7.0]]])
    found, _ = carry(cells, tf.fill(cells.shape, value=False))
    np.testing.assert_array_equal(found[0, 0], [1, 2])
    np.testing.assert_array_equal(found[0, 1], [1, 2])
    np.testing.assert_array_equal(found[0, 2], [1, 2])
    np.testing.assert_array_equal(found[0, 3], [6, 7])


def test_missing_texts_are_carried_too_and_whole_numbers_are_never_missing() -> None:
    texts, taken = carry(
        tf.constant([["", "a", "", "", "b"]]), tf.constant([[False, True, False, False, True]])
    )
    assert texts.numpy().tolist() == [[b"", b"a", b"a", b"a", b"b"]]
    assert taken.numpy().tolist() == [[False, True, True, True, True]]
    numbers, _ = carry(tf.constant([[3, 0, -1]]), tf.constant([[True] * 3]))
    assert numbers.numpy().tolist() == [[3, 0, -1]]


EDGES = (-2.0, -0.5, 0.0, 3.0)
CELLS = np.array([-9.0, -2.0, -1.25, -0.5, -0.25, 0.0, 1.5, 2.999, 3.0, 12.0])


def test_bins_are_those_of_numpy() -> None:
    codes = np.digitize(CELLS, EDGES)
    found = encode_bins(Bins(encoding="index", edges=EDGES), tf.constant(CELLS[:, None]))
    np.testing.assert_array_equal(found, codes[:, None, None])
    one_hot = encode_bins(Bins(encoding="one_hot", edges=EDGES), tf.constant(CELLS))
    np.testing.assert_array_equal(one_hot, np.eye(len(EDGES) + 1)[codes])


@pytest.mark.parametrize("edges", [EDGES, EDGES[:2]])
def test_a_number_fills_the_bins_below_it_and_the_outer_ones_go_on(
    edges: tuple[float, ...],
) -> None:
    expected = np.empty((len(CELLS), len(edges) - 1))
    for row, cell in enumerate(CELLS):
        for place, (low, high) in enumerate(itertools.pairwise(edges)):
            share = (cell - low) / (high - low)
            least = -math.inf if place == 0 else 0.0
            most = math.inf if place == len(edges) - 2 else 1.0
            expected[row, place] = min(max(share, least), most)
    bins = Bins(encoding="piecewise_linear", edges=edges)
    np.testing.assert_allclose(encode_bins(bins, tf.constant(CELLS)), expected, rtol=1e-6)


@pytest.mark.parametrize("edges", [EDGES, EDGES[:2]])
def test_beyond_the_outer_bins_is_measured_in_their_widths(edges: tuple[float, ...]) -> None:
    bins = Bins(encoding="piecewise_linear", edges=edges)
    below = (edges[0] - CELLS) / (edges[1] - edges[0])
    above = (CELLS - edges[-1]) / (edges[-1] - edges[-2])
    found = beyond_bins(bins, tf.constant(CELLS))
    np.testing.assert_allclose(found, np.maximum(0, np.maximum(below, above)), rtol=1e-12)


def test_nothing_lies_beyond_bins_that_have_no_width_or_no_outer_ones() -> None:
    constant = Bins(encoding="piecewise_linear", edges=(4.0,))
    numbers = tf.constant(CELLS)
    np.testing.assert_array_equal(encode_bins(constant, numbers), np.zeros((len(CELLS), 1)))
    for bins in (constant, Bins(encoding="index", edges=EDGES)):
        np.testing.assert_array_equal(beyond_bins(bins, numbers), np.zeros(len(CELLS)))


@pytest.mark.parametrize("salt", [None, (3, 8)])
@pytest.mark.parametrize("masked", [False, True])
def test_hashes_are_those_of_keras(salt: tuple[int, int] | None, *, masked: bool) -> None:
    texts = ["", "a", "b", "Zürich", "東京", "a b", *map(str, range(50))]
    layer = keras.layers.Hashing(7, mask_value="" if masked else None, salt=salt)
    own = hash_texts(Hash(num_bins=7, masked=masked, salt=salt), tf.constant(texts))
    np.testing.assert_array_equal(own, layer(tf.constant(texts)))


def test_waves_are_the_sines_and_then_the_cosines_of_whole_turns() -> None:
    fit = NumericFit(shift=3.0, scale=4.0, waves=(0.25, 1.0, 2.5))
    numbers = np.array([[-1e6, -7.0, 0.0], [3.0, 4.5, 1e6]])
    angles = 2 * np.pi * ((numbers - 3) / 4)[..., None] * np.array(fit.waves)
    expected = np.concatenate([np.sin(angles), np.cos(angles)], axis=-1)
    np.testing.assert_allclose(encode_waves(fit, tf.constant(numbers)), expected, atol=1e-6)


def text_fit(**settings: object) -> TextFit:
    """Return how texts of the words a, b and c are read."""
    usual = {"mode": "int", "standardize": "lower", "split": "whitespace", "ngrams": 1, "length": 4}
    return TextFit.model_validate({"vocabulary": ("a", "b", "c"), **usual, **settings})


def table_of(fit: TextFit) -> tf.lookup.StaticHashTable:
    """Return the places of the vocabulary's words, -1 for others."""
    places = tf.lookup.KeyValueTensorInitializer(
        list(fit.vocabulary), list(range(len(fit.vocabulary))), tf.string, tf.int64
    )
    return tf.lookup.StaticHashTable(places, -1)


TEXTS = ["b a B x", "", "c", "a b c a b c", "zz"]


def test_words_are_numbered_as_keras_does_and_a_text_without_any_is_one_unknown_word() -> None:
    fit = text_fit()
    layer = keras.layers.TextVectorization(
        standardize="lower", output_sequence_length=4, vocabulary=["a", "b", "c"]
    )
    expected = layer(tf.constant(TEXTS)).numpy()
    expected[1, 0] = 1
    np.testing.assert_array_equal(encode_texts(fit, table_of(fit), tf.constant(TEXTS)), expected)


@pytest.mark.parametrize("mode", ["multi_hot", "count", "tf_idf"])
def test_words_are_counted_as_keras_does(mode: str) -> None:
    weights = (0.5, 1.0, 2.0, 3.0) if mode == "tf_idf" else ()
    fit = text_fit(mode=mode, weights=weights, length=0)
    layer = keras.layers.TextVectorization(
        standardize="lower",
        output_mode=mode,
        vocabulary=["a", "b", "c"],
        idf_weights=[1.0, 2.0, 3.0] if weights else None,
    )
    expected = layer(tf.constant(TEXTS)).numpy()
    found = encode_texts(fit, table_of(fit), tf.constant(TEXTS)).numpy()
    # Keras gives unknown words the mean of the weights, which is fitted here.
    known = slice(1, None) if weights else slice(None)
    np.testing.assert_allclose(found[:, known], expected[:, known])
    unknown = np.array([1, 0, 0, 0, 1]) * (0.5 if weights else 1)
    np.testing.assert_allclose(found[:, 0], unknown)


@pytest.mark.parametrize("ngrams", [1, 2, 3, (3,), (1, 4), (3, 2)])
def test_words_that_follow_one_another_are_words_too(ngrams: int | tuple[int, ...]) -> None:
    words = ["a", "b", "c", "d"]
    expected = [
        " ".join(words[start : start + length])
        for length in (range(1, ngrams + 1) if isinstance(ngrams, int) else ngrams)
        for start in range(len(words) - length + 1)
    ]
    found = part_texts(text_fit(ngrams=ngrams), tf.constant(["A b  c d"]))
    assert [one.decode() for one in found[0].numpy()] == expected


def test_the_quantile_loss_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import mean_pinball_loss  # noqa: PLC0415 - not before Keras

    draw = np.random.default_rng(0)
    shares = (0.1, 0.5, 0.8)
    target, units = draw.normal(size=(20, 2)), draw.normal(size=(20, 6))
    each = [
        mean_pinball_loss(target[:, place], units[:, 3 * place + at], alpha=share)
        for place in range(2)
        for at, share in enumerate(shares)
    ]
    assert float(Pinball(shares)(target, units)) == pytest.approx(np.mean(each), rel=1e-5)
    rows = Pinball(shares, reduction=None)(target, units)
    assert rows.shape == (20,)
    steps = Pinball(shares, reduction=None)(target.reshape(4, 5, 2), units.reshape(4, 5, 6))
    np.testing.assert_allclose(np.reshape(steps, -1), rows, rtol=1e-6)


def test_the_gaussian_loss_is_that_of_scipy() -> None:
    from scipy.stats import norm  # noqa: PLC0415 - as above

    draw = np.random.default_rng(1)
    target, units = draw.normal(size=(20, 2)), draw.normal(size=(20, 4))
    width = np.log1p(np.exp(units[:, 1::2])) + 0.25
    np.testing.assert_allclose(deviation(tf.constant(units[:, 1::2]), 0.25), width, rtol=1e-6)
    expected = -norm.logpdf(target, units[:, 0::2], width).mean(axis=1)
    loss = GaussianNegativeLogLikelihood(0.25, reduction=None)
    np.testing.assert_allclose(loss(target, units), expected, rtol=1e-5)
    steps = loss(target.reshape(4, 5, 2), units.reshape(4, 5, 4))
    np.testing.assert_allclose(np.reshape(steps, -1), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("answer", "nothing"),
    [
        (np.array([True, False, True]), b""),
        (np.array(["x", "y", "z"]), b""),
        (np.arange(3, dtype=np.int32), np.iinfo(np.int32).min),
        (np.arange(3.0, dtype=np.float32), math.nan),
        (np.arange(6.0).reshape(3, 2), math.nan),
        (np.arange(24, dtype=np.int64).reshape(3, 2, 4), np.iinfo(np.int64).min),
    ],
)
def test_rows_that_are_not_taken_have_no_answer(answer: np.ndarray, nothing: object) -> None:
    taken = tf.constant([True, False, True])
    found = withhold({"answer": tf.constant(answer)}, taken)["answer"].numpy()
    expected = answer.astype(bytes) if answer.dtype.kind in "bU" else answer
    np.testing.assert_array_equal(found[[0, 2]], expected[[0, 2]])
    np.testing.assert_array_equal(found[1], np.full(answer.shape[1:], nothing))


def test_a_row_with_an_answer_that_is_no_number_has_none_at_all() -> None:
    answers = {
        "prediction": tf.constant([[1.0, 2.0], [3.0, math.inf], [math.nan, 4.0], [5.0, 6.0]]),
        "label": tf.constant(["a", "b", "c", "d"]),
    }
    found = withhold(answers, tf.constant([True] * 4))
    assert found["label"].numpy().tolist() == [b"a", b"", b"", b"d"]
    assert np.isnan(found["prediction"]).tolist() == [
        [False] * 2,
        [True] * 2,
        [True] * 2,
        [False] * 2,
    ]


@pytest.mark.parametrize("shape", [(), (3,), (3, 2)])
def test_a_row_is_taken_where_all_its_cells_are(shape: tuple[int, ...]) -> None:
    cells = np.random.default_rng(2).uniform(size=(40, *shape)) > 0.2
    expected = cells.reshape(40, -1).all(axis=1)
    np.testing.assert_array_equal(all_cells(tf.constant(cells)), expected)
    assert 0 < expected.sum() < 40

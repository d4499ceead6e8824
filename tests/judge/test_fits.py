"""What baselines are fitted to, and boosted trees held against scikit-learn's own."""

from collections.abc import Iterator

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from nnspec.judge import boosting
from nnspec.judge.answers import Array, Truth
from nnspec.judge.boosting import boosted_classes, boosted_labels, boosted_numbers
from nnspec.judge.fitting import Fit, drawn, flattened, table_of, words_of
from nnspec.judge.heads import Numbers, OneClass, SeveralLabels
from nnspec.judge.known import Known

RANDOM = np.random.default_rng(1)
ROWS = 130


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Let scikit-learn's own trees be fitted by one thread too, as several wait for each other."""
    with threadpool_limits(1):
        yield


X = RANDOM.normal(size=(ROWS, 3))
Y = X[:, 0] * X[:, 1] + 0.1 * RANDOM.normal(size=ROWS)


def fit_of(target: Array, inputs: Array = X, seed: int = 5, weights: Array | None = None) -> Fit:
    return Fit(Known({"x": inputs}, target, truth=Truth(weights=weights)), seed, [])


def settings(rounds: int, rate: float, seed: int = 5, *, early: bool = True) -> dict[str, object]:
    return {
        "max_iter": rounds,
        "learning_rate": rate,
        "early_stopping": early,
        "validation_fraction": 0.1,
        "n_iter_no_change": 10,
        "random_state": seed,
    }


@pytest.mark.parametrize(
    ("columns", "rounds", "rate"), [(1, 100, 0.1), (4, 75, 0.4 / 3), (10, 30, 0.3)]
)
def test_trees_of_numbers_share_the_rounds_and_take_larger_steps(
    columns: int, rounds: int, rate: float
) -> None:
    target = np.stack([Y + place * X[:, 2] for place in range(columns)], axis=1)
    fit = fit_of(target, weights=RANDOM.uniform(0.5, 2, ROWS))
    model = boosted_numbers(Numbers("n", tuple("abcdefghij"[:columns])), fit)
    assert model is not None
    last = HistGradientBoostingRegressor(**settings(rounds, rate))
    last.fit(X, target[:, -1], sample_weight=fit.train.weights)
    assert model(fit.train).prediction[:, -1] == pytest.approx(last.predict(X))
    assert fit.notes == []


@pytest.mark.parametrize(
    ("classes", "rounds", "rate", "early"),
    [(3, 100, 0.1, True), (6, 50, 0.2, True), (14, 21, 0.3, False)],
)
def test_trees_of_classes_share_the_rounds_and_hold_rows_back_where_each_class_has_some(
    classes: int, rounds: int, rate: float, *, early: bool
) -> None:
    labels = tuple(f"k{place:02}" for place in range(classes))
    numbers = np.argsort(np.argsort(Y)) * classes // ROWS
    fit = fit_of(np.array(labels)[numbers], seed=2**32 + 5)
    model = boosted_classes(OneClass("c", ("c",), labels), fit)
    assert model is not None
    one = HistGradientBoostingClassifier(**settings(rounds, rate, early=early)).fit(X, numbers)
    assert model(fit.train).probabilities == pytest.approx(one.predict_proba(X))


@pytest.mark.parametrize(("classes", "fits"), [(30, True), (31, False)])
def test_trees_of_more_than_thirty_classes_or_ten_columns_are_too_many(
    classes: int, *, fits: bool
) -> None:
    labels = tuple(range(classes))
    fit = fit_of(np.arange(ROWS) % classes)
    assert (boosted_classes(OneClass("c", ("c",), labels), fit) is not None) is fits
    notes = [] if fits else [
        "gradient boosting: left out, 31 columns, labels or classes are too many for it"
    ]  # fmt: skip
    assert fit.notes == notes
    wide = fit_of(np.ones((ROWS, 11)))
    assert boosted_numbers(Numbers("n", tuple("abcdefghijk")), wide) is None
    assert wide.notes[0].endswith("11 columns, labels or classes are too many for it")


def test_a_class_of_one_row_and_labels_that_are_all_the_same() -> None:
    labels = np.where(np.arange(ROWS) == 7, "rare", np.where(Y > 0, "high", "low"))
    fit = fit_of(labels)
    model = boosted_classes(OneClass("c", ("c",), ("high", "low", "rare")), fit)
    assert model is not None
    numbers = np.array([("high", "low", "rare").index(one) for one in labels])
    one = HistGradientBoostingClassifier(**settings(100, 0.1, early=False)).fit(X, numbers)
    assert model(fit.train).probabilities == pytest.approx(one.predict_proba(X))
    unseen = boosted_classes(OneClass("c", ("c",), ("high", "low", "none", "rare")), fit)
    assert unseen is not None
    shares = unseen(fit.train).probabilities
    assert shares is not None
    assert (shares[:, 2] == 0).all()
    same = fit_of(np.full(ROWS, "high"))
    assert boosted_classes(OneClass("c", ("c",), ("high", "low")), same) is None
    assert same.notes == ["gradient boosting: left out, the training rows hold a single class"]
    held = np.stack([Y > 0, np.ones(ROWS)], axis=1).astype(int)
    flat = fit_of(held)
    assert boosted_labels(SeveralLabels("l", ("a", "b"), (0, 1)), flat) is None
    assert flat.notes == ["gradient boosting: left out, a label is the same in all training rows"]


def test_trees_of_labels_are_those_of_each() -> None:
    held = np.stack([Y > 0, X[:, 2] > 0.3], axis=1).astype(int)
    fit = fit_of(held)
    model = boosted_labels(SeveralLabels("l", ("a", "b"), (0, 1)), fit)
    assert model is not None
    second = HistGradientBoostingClassifier(**settings(100, 0.1)).fit(X, held[:, 1])
    shares = model(fit.train).probabilities
    assert shares is not None
    assert shares[:, 1] == pytest.approx(second.predict_proba(X)[:, 1])


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (np.zeros((99, 3)), "99 training rows are too few for it"),
        (np.zeros((100, 1, 501)), "long windows are no table"),
        (np.zeros((100, 1, 4, 4)), "pictures are no table"),
    ],
)
def test_what_is_no_table_is_told(inputs: Array, said: str) -> None:
    fit = fit_of(np.arange(1.0 * len(inputs)), inputs)
    assert boosted_numbers(Numbers("n", ("a",)), fit) is None
    assert fit.notes == [f"gradient boosting: left out, {said}"]


def test_a_window_of_500_numbers_and_a_wide_row_are_tables() -> None:
    for shape in ((100, 5, 100), (100, 501)):
        fit = fit_of(np.arange(100.0), np.zeros(shape))
        assert boosted_numbers(Numbers("n", ("a",)), fit) is not None
        assert fit.notes == []


@pytest.mark.parametrize(
    ("rows", "cells", "columns", "most"),
    [(120, 2_000_000, 1, 120), (50_000, 330, 1, 110), (50_000, 990, 10, 110), (121, 330, 1, 110)],
)
def test_rows_are_drawn_above_a_bound_on_rows_or_on_cells_times_trees(
    monkeypatch: pytest.MonkeyPatch, rows: int, cells: int, columns: int, most: int
) -> None:
    monkeypatch.setattr(boosting, "ROWS", rows)
    monkeypatch.setattr(boosting, "CELLS", cells)
    fit = fit_of(np.tile(Y[:, None], columns))
    assert boosted_numbers(Numbers("n", tuple("abcdefghij"[:columns])), fit) is not None
    assert fit.notes == [
        f"gradient boosting: fitted to {most} of 130 training rows, drawn at random"
    ]


def test_as_many_rows_are_drawn_as_the_cells_allow() -> None:
    fit = fit_of(Y)
    assert drawn("ridge", fit, 390) is not None
    assert fit.notes == []
    for cells, count in ((389, 129), (300, 100), (302, 100)):
        fit = fit_of(Y)
        rows = drawn("ridge", fit, cells)
        assert rows is not None
        assert len(set(rows.tolist())) == count
        assert (np.diff(rows) > 0).all()
        assert fit.notes == [f"ridge: fitted to {count} of 130 training rows, drawn at random"]
    fit = fit_of(Y)
    assert drawn("ridge", fit, 299) is None
    assert fit.notes == ["ridge: left out, 3 columns are too many for it"]


def test_a_text_is_which_words_it_has_and_0_is_none() -> None:
    table = words_of(np.array([[1, 2, 2, 0], [0, 0, 0, 0], [4, 1, 4, 4]]), 5)
    assert table.toarray().tolist() == [[0, 1, 1, 0, 0], [0, 0, 0, 0, 0], [0, 1, 0, 0, 1]]
    known = Known(
        {"text": np.array([[1, 3], [2, 0]]), "size": np.array([[0.5], [7.0]])},
        np.zeros(2),
        words={"text": 4},
    )
    beside = table_of(known, np.array([1, 0])).toarray().tolist()
    assert beside == [[0, 0, 1, 0, 7.0], [0, 1, 0, 1, 0.5]]
    assert flattened(np.arange(12).reshape(2, 3, 2)).tolist() == [
        [0, 1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10, 11],
    ]

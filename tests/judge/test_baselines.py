"""Baselines are fitted on the training rows and judged on the rows of each split."""

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.datasets import load_diabetes, load_wine
from sklearn.linear_model import LogisticRegression, Ridge

from nnspec.judge import baselines, fitting
from nnspec.judge.answers import Array, Truth
from nnspec.judge.baselines import fit_baselines
from nnspec.judge.heads import ClassPerPosition, Numbers, OneClass, Reconstruction, SeveralLabels
from nnspec.judge.known import Known

PRICE = Numbers("price", ("price",))


def known(inputs: Array, target: Array, cut: slice, last: Array | None = None) -> Known:
    halves = {"left": inputs[cut, :3], "right": inputs[cut, 3:]}
    return Known(halves, target[cut], None if last is None else last[cut])


def test_ridge_and_mean_equal_scikit_learn_on_the_same_rows() -> None:
    inputs, target = load_diabetes(return_X_y=True)
    train, test = slice(0, 300), slice(300, None)
    splits = {"train": known(inputs, target, train), "test": known(inputs, target, test)}
    found = fit_baselines(PRICE, splits, seed=0)
    model = Ridge().fit(inputs[train], target[train])
    r2 = sk.r2_score(target[test], model.predict(inputs[test]))
    assert found.figures["ridge"]["test"]["r2"] == pytest.approx(r2)
    deviation = np.abs(target[test] - target[train].mean()).mean()
    assert found.figures["mean"]["test"]["mae"] == pytest.approx(deviation)
    assert list(found.figures) == ["mean", "ridge", "gradient_boosting"]
    assert found.notes == ()


def test_logistic_regression_and_majority_equal_scikit_learn_on_the_same_rows() -> None:
    inputs, codes = load_wine(return_X_y=True)
    inputs = (inputs - inputs.mean(axis=0)) / inputs.std(axis=0)
    labels = np.array(["red", "white", "rose"], dtype=object)
    order = np.random.default_rng(0).permutation(len(codes))
    inputs, target = inputs[order], labels[codes[order]]
    train, test = slice(0, 120), slice(120, None)
    head = OneClass("kind", ("kind",), ("red", "rose", "white"))
    splits = {"train": known(inputs, target, train), "test": known(inputs, target, test)}
    found = fit_baselines(head, splits, seed=0).figures
    model = LogisticRegression().fit(inputs[train], target[train].astype(str))
    accuracy = sk.accuracy_score(target[test].astype(str), model.predict(inputs[test]))
    assert found["logistic_regression"]["test"]["accuracy"] == accuracy
    most = max(set(target[train]), key=target[train].tolist().count)
    assert found["majority"]["test"]["accuracy"] == np.mean(target[test] == most)
    assert found["majority"]["test"]["roc_auc"] == 0.5


def test_numbers_of_words_are_taken_as_which_words_a_text_has() -> None:
    draw = np.random.default_rng(2)
    words, size = draw.integers(0, 12, (300, 6)) // 3 * 3 + 1, draw.normal(size=(300, 2))
    labels = np.array(["no", "yes"], dtype=object)[
        ((words == 7).any(axis=1) ^ (draw.random(300) < 0.2)).astype(int)
    ]
    train, test = slice(0, 200), slice(200, None)
    cuts = {"train": train, "test": test}
    splits = {
        name: Known({"size": size[cut], "words": words[cut]}, labels[cut], words={"words": 12})
        for name, cut in cuts.items()
    }
    head = OneClass("kind", ("kind",), ("no", "yes"))
    found = fit_baselines(head, splits, seed=0).figures["logistic_regression"]["test"]
    has = (words[:, :, None] == np.arange(12)).any(axis=1) & (np.arange(12) > 0)
    table = np.column_stack([size, has])
    model = LogisticRegression().fit(table[train], labels[train].astype(str))
    shares = model.predict_proba(table[test])
    area = sk.roc_auc_score(labels[test] == "yes", shares[:, 1])
    assert found["roc_auc"] == pytest.approx(area, abs=1e-4)
    assert found["accuracy"] == (shares.argmax(axis=1) == (labels[test] == "yes")).mean()


def test_a_series_is_compared_with_its_last_value() -> None:
    series = np.arange(30.0) ** 2
    target, last = series[1:], series[:-1]
    splits = {"train": known(last[:, None], target, slice(0, 20), last)}
    found = fit_baselines(PRICE, splits, seed=0).figures
    rmse = sk.root_mean_squared_error(target[:20], last[:20])
    assert found["last_value"]["train"]["rmse"] == pytest.approx(rmse)


def test_a_reconstruction_is_compared_with_the_mean_alone() -> None:
    pixels = np.random.default_rng(0).normal(size=(20, 4, 4))
    head = Reconstruction("picture", ("pixel",), (4, 4), of_pictures=True)
    found = fit_baselines(head, {"train": Known({"input": pixels}, pixels)}, seed=0).figures
    assert list(found) == ["mean"]
    deviation = np.sqrt(((pixels - pixels.mean(axis=0)) ** 2).mean(axis=(1, 2))).mean()
    assert found["mean"]["train"]["rmse"] == pytest.approx(deviation)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("away", [0.0, 1e7])
def test_ridge_out_of_blocks_of_rows_equals_scikit_learn(
    monkeypatch: pytest.MonkeyPatch, away: float, *, weighted: bool
) -> None:
    inputs, target = load_diabetes(return_X_y=True)
    inputs = inputs + away
    weights = np.random.default_rng(0).uniform(0.1, 3, len(target)) if weighted else None
    truth = Truth(weights=weights)
    whole = Known({"left": inputs[:, :3], "right": inputs[:, 3:]}, target, truth=truth)
    monkeypatch.setattr("nnspec.judge.ridge.BLOCK", 470)
    found = fit_baselines(PRICE, {"train": whole}, seed=0).answers["ridge"]["train"]
    model = Ridge().fit(inputs, target, sample_weight=weights)
    np.testing.assert_allclose(found.prediction.ravel(), model.predict(inputs), rtol=1e-7)


def test_a_large_table_is_fitted_on_drawn_rows_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "RIDGE_CELLS", 1000)
    inputs, target = load_diabetes(return_X_y=True)
    splits = {"train": known(inputs, target, slice(None))}
    first, second = (fit_baselines(PRICE, splits, seed=0) for _ in range(2))
    assert first.notes == ("ridge: fitted to 100 of 442 training rows, drawn at random",)
    assert first == second
    full = Ridge().fit(inputs, target)
    assert first.figures["ridge"]["train"]["r2"] != pytest.approx(full.score(inputs, target))


def test_a_table_too_wide_for_a_linear_model_leaves_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "RIDGE_CELLS", 99 * 10)
    inputs, target = load_diabetes(return_X_y=True)
    found = fit_baselines(PRICE, {"train": known(inputs, target, slice(None))}, seed=0)
    assert list(found.figures) == ["mean", "gradient_boosting"]
    assert found.notes == ("ridge: left out, 10 columns are too many for it",)


def test_prediction_in_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs, target = load_diabetes(return_X_y=True)
    splits = {"train": known(inputs, target, slice(None))}
    whole = fit_baselines(PRICE, splits, seed=0).figures["ridge"]["train"]["rmse"]
    monkeypatch.setattr(fitting, "BLOCK", 70)
    parts = fit_baselines(PRICE, splits, seed=0).figures["ridge"]["train"]["rmse"]
    assert parts == pytest.approx(whole, rel=1e-12)


def test_each_label_has_a_logistic_regression_and_its_own_majority() -> None:
    random = np.random.default_rng(3)
    inputs = random.normal(size=(120, 4))
    held = (inputs @ random.normal(size=(4, 2)) + random.normal(size=(120, 2)) > [0.3, 1.2]) * 1
    head = SeveralLabels("out", ("loud", "late"), (0, 1))
    train, test = slice(0, 80), slice(80, None)
    splits = {"train": Known({"input": inputs[train]}, held[train]),
              "test": Known({"input": inputs[test]}, held[test])}  # fmt: skip
    found = fit_baselines(head, splits, seed=0).figures
    models = [LogisticRegression().fit(inputs[train], held[train, one]) for one in (0, 1)]
    said = np.stack([model.predict(inputs[test]) for model in models], axis=1)
    assert found["logistic_regression"]["test"]["macro_f1"] == pytest.approx(
        sk.f1_score(held[test], said, average="macro"), abs=1e-12
    )
    most = held[train].mean(axis=0) > 0.5
    assert found["majority"]["test"]["accuracy"] == pytest.approx((held[test] == most).mean())


def test_the_majority_of_steps_is_counted_where_they_count() -> None:
    labels = np.array([[1, 0, 0], [1, 0, 0], [1, 1, 0]])
    counted = np.array([[True, False, False], [True, False, False], [True, True, True]])
    head = ClassPerPosition("tag", ("tag",), (0, 1), (3,))
    known = Known({"input": np.zeros((3, 3))}, labels, truth=Truth(counted=counted))
    found = fit_baselines(head, {"train": known}, seed=0).figures
    assert found["majority"]["train"]["accuracy"] == pytest.approx(4 / 5)


def test_weighted_baselines_are_fitted_and_judged_with_the_weights() -> None:
    inputs, target = load_diabetes(return_X_y=True)
    weights = np.random.default_rng(1).random(len(target)) ** 3
    known = Known({"input": inputs}, target, truth=Truth(weights=weights))
    found = fit_baselines(PRICE, {"train": known}, seed=0).figures
    model = Ridge().fit(inputs, target, sample_weight=weights)
    expected = sk.r2_score(target, model.predict(inputs), sample_weight=weights)
    assert found["ridge"]["train"]["r2"] == pytest.approx(expected, rel=1e-9)
    assert found["mean"]["train"]["r2"] == pytest.approx(0.0, abs=1e-12)
    held = (target > 140).astype(int)
    kind = OneClass("kind", ("kind",), (0, 1))
    known = Known({"input": inputs}, held, truth=Truth(weights=weights))
    found = fit_baselines(kind, {"train": known}, seed=0).figures
    boundary = LogisticRegression().fit(inputs, held, sample_weight=weights)
    share = boundary.score(inputs, held, sample_weight=weights)
    assert found["logistic_regression"]["train"]["accuracy"] == pytest.approx(share, rel=1e-9)


def test_boosted_trees_see_what_a_line_cannot_and_rank_rows() -> None:
    draw = np.random.default_rng(5)
    inputs = draw.normal(size=(900, 6))
    target = np.sign(inputs[:, 0] * inputs[:, 1]) * 20 + draw.normal(size=900)
    cuts = {"train": slice(0, 600), "test": slice(600, None)}
    splits = {name: known(inputs, target, cut) for name, cut in cuts.items()}
    found = fit_baselines(PRICE, splits, seed=3).figures
    assert (found["ridge"]["test"]["r2"] or 0) < 0.1
    assert (found["gradient_boosting"]["test"]["r2"] or 0) > 0.9
    labels = np.where(target > 0, "yes", "no").astype(object)
    head = OneClass("kind", ("kind",), ("no", "yes"))
    splits = {name: known(inputs, labels, cut) for name, cut in cuts.items()}
    by_class = fit_baselines(head, splits, seed=3).figures
    assert (by_class["logistic_regression"]["test"]["roc_auc"] or 0) < 0.7
    assert (by_class["gradient_boosting"]["test"]["roc_auc"] or 0) > 0.95


def test_boosted_trees_of_several_columns_and_labels_are_one_for_each() -> None:
    draw = np.random.default_rng(6)
    inputs = draw.normal(size=(500, 6))
    both = np.stack([np.abs(inputs[:, 0]), np.abs(inputs[:, 1]) * 1000], axis=1)
    cuts = {"train": slice(0, 400), "test": slice(400, None)}
    splits = {name: known(inputs, both, cut) for name, cut in cuts.items()}
    found = fit_baselines(Numbers("out", ("a", "b")), splits, seed=0)
    assert all(
        (one["r2"] or 0) > 0.8 for one in found.by_column["gradient_boosting"]["test"].values()
    )
    held = (both > np.median(both, axis=0)).astype(int)
    splits = {name: known(inputs, held, cut) for name, cut in cuts.items()}
    several = fit_baselines(SeveralLabels("out", ("a", "b"), (0, 1)), splits, seed=0).figures
    assert (several["gradient_boosting"]["test"]["accuracy"] or 0) > 0.9


@pytest.mark.parametrize(
    ("shape", "words", "told"),
    [
        ((120, 4, 4, 1), {}, "pictures are no table"),
        ((120, 300, 2), {}, "long windows are no table"),
        ((120, 6), {"input": 9}, "texts are no table"),
        ((60, 6), {}, "60 training rows are too few for it"),
    ],
)
def test_what_is_no_table_has_no_boosted_trees_and_says_so(
    shape: tuple[int, ...], words: dict[str, int], told: str
) -> None:
    draw = np.random.default_rng(7)
    inputs = draw.integers(1, 9, shape) if words else draw.normal(size=shape)
    found = fit_baselines(
        PRICE, {"train": Known({"input": inputs}, draw.normal(size=shape[0]), words=words)}, seed=0
    )
    assert "gradient_boosting" not in found.figures
    assert found.notes[-1] == f"gradient boosting: left out, {told}"


def test_many_columns_have_no_boosted_trees_and_say_so() -> None:
    draw = np.random.default_rng(7)
    head = Numbers("out", tuple(f"y{at}" for at in range(11)))
    train = Known({"input": draw.normal(size=(120, 3))}, draw.normal(size=(120, 11)))
    found = fit_baselines(head, {"train": train}, seed=0)
    assert list(found.figures) == ["mean", "ridge"]
    said = "gradient boosting: left out, 11 columns, labels or classes are too many for it"
    assert said in found.notes


def test_boosted_trees_take_a_class_of_a_single_row() -> None:
    draw = np.random.default_rng(8)
    inputs = draw.normal(size=(150, 6))
    labels = np.array(["a"] * 80 + ["b"] * 69 + ["c"], dtype=object)
    head = OneClass("kind", ("kind",), ("a", "b", "c"))
    found = fit_baselines(head, {"train": known(inputs, labels, slice(None))}, seed=0).figures
    assert found["gradient_boosting"]["train"]["accuracy"] is not None

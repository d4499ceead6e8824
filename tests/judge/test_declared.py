"""Metrics that a spec names, against Keras' own on numbers in the target's units."""

import keras
import numpy as np
import pytest
from sklearn import metrics as sk

from nnspec.build.objects import build_object
from nnspec.catalog.metrics import Metric
from nnspec.catalog.metrics.classification import SparseCategoricalAccuracy, TaskAccuracy
from nnspec.catalog.metrics.confusion import AUC, F1Score, Precision
from nnspec.catalog.metrics.regression import (
    ConcordanceCorrelation,
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    PearsonCorrelation,
    Poisson,
    R2Score,
    RootMeanSquaredError,
)
from nnspec.data import Preprocessing, TargetFit
from nnspec.data.fit.fitted import NumericFit
from nnspec.judge.declared import Left, build_metric, find_figure, measure_declared, report_names
from nnspec.judge.heads import OneClass, describe_head
from nnspec.judge.units import Multiplied, ScaledBack
from nnspec.spec.training import named_metrics

pytestmark = pytest.mark.keras
RANDOM = np.random.default_rng(11)
ROWS = 50
ALL: list[Metric] = [
    ConcordanceCorrelation(), CosineSimilarity(), LogCoshError(), MeanAbsoluteError(),
    MeanAbsolutePercentageError(), MeanSquaredError(), MeanSquaredLogarithmicError(),
    PearsonCorrelation(), Poisson(), R2Score(), RootMeanSquaredError(),
    R2Score(class_aggregation="variance_weighted_average"), R2Score(num_regressors=2),
]  # fmt: skip


def fitted(target: TargetFit) -> Preprocessing:
    return Preprocessing(columns={}, inputs={}, targets={"out": target})


def numbers(*columns: tuple[float, float]) -> Preprocessing:
    names = tuple(f"y{place}" for place in range(len(columns)))
    shift, scale = zip(*columns, strict=True)
    shape = (len(columns),)
    return fitted(
        TargetFit(need="regression", columns=names, shape=shape, shift=shift, scale=scale)
    )


def measured(
    metric: Metric,
    fit: Preprocessing,
    target: np.ndarray,
    said: np.ndarray,
    weights: np.ndarray | None = None,
) -> float:
    made = build_metric(metric, fit, "out")
    for part in (slice(0, 20), slice(20, None)):
        made.update_state(target[part], said[part], None if weights is None else weights[part])
    return float(made.result())


@pytest.mark.parametrize("columns", [[(40.0, 7.0)], [(900.0, 200.0), (5.0, 0.5)]], ids=len)
@pytest.mark.parametrize("metric", ALL, ids=lambda one: one.keras_name)
def test_a_metric_is_keras_own_in_the_target_s_units(
    metric: Metric, columns: list[tuple[float, float]]
) -> None:
    shift, scale = np.array(columns).T
    scaled = RANDOM.normal(size=(ROWS, len(columns))).astype(np.float32)
    said = (scaled + RANDOM.normal(size=scaled.shape) / 4).astype(np.float32)
    truth, answer = scaled * scale + shift, said * scale + shift
    found = measured(metric, numbers(*columns), scaled, said)
    if metric.keras_name == "RootMeanSquaredError":
        expected = sk.root_mean_squared_error(truth, answer)
    else:
        oracle = build_object(metric)
        oracle.update_state(truth, answer)
        expected = float(oracle.result())
    assert found == pytest.approx(expected, rel=2e-4, abs=1e-6, nan_ok=True)


def test_a_factor_is_used_where_it_is_exact_and_nothing_where_it_is_one() -> None:
    assert isinstance(build_metric(MeanSquaredError(), numbers((3.0, 2.0)), "out"), Multiplied)
    assert build_metric(MeanSquaredError(), numbers((3.0, 2.0)), "out").factor == 4.0
    back = build_metric(MeanAbsolutePercentageError(), numbers((3.0, 2.0)), "out")
    assert isinstance(back, ScaledBack)
    plain = build_metric(R2Score(), numbers((3.0, 2.0)), "out")
    assert type(plain) is keras.metrics.R2Score
    assert type(build_metric(MeanAbsoluteError(), numbers((0.0, 1.0)), "out")) is (
        keras.metrics.MeanAbsoluteError
    )


def test_large_numbers_keep_their_differences() -> None:
    scaled = RANDOM.normal(size=(ROWS, 2)).astype(np.float32)
    said = scaled + np.float32(0.01)
    fit = numbers((1.6e9, 3.0), (5.0, 1.0))
    assert measured(MeanAbsoluteError(), fit, scaled, said) == pytest.approx(0.02, rel=1e-4)


def test_a_mask_goes_with_the_numbers_that_are_scaled_back() -> None:
    fit = fitted(TargetFit(need="regression", columns=("y",), shape=(4, 1),
                           shift=(10.0,), scale=(2.0,)))  # fmt: skip
    target = RANDOM.random((ROWS, 4, 1)).astype(np.float32)
    said, mask = target + np.float32(0.5), RANDOM.random((ROWS, 4)) < 0.5
    said[~mask] = 100
    head = describe_head(fit, "out")
    metrics = [MeanAbsolutePercentageError(name="mape"), RootMeanSquaredError(name="e")]
    found = measure_declared(metrics, fit, head, Left(said, target, mask))
    truth = (target * 2 + 10)[mask]
    assert found["mape"] == pytest.approx(
        100 * sk.mean_absolute_percentage_error(truth, truth + 1), rel=1e-4
    )
    assert found["e"] == pytest.approx(1.0, rel=1e-4)


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_figures_over_steps_leave_masked_steps_out(units: int, *, weighted: bool) -> None:
    names = tuple(f"y{place}" for place in range(units))
    fit = fitted(TargetFit(need="regression", columns=names, shape=(4, units),
                           shift=(10.0,), scale=(2.0,)))  # fmt: skip
    target = RANDOM.normal(size=(ROWS, 4, units)).astype(np.float32)
    said, mask = target + RANDOM.normal(size=target.shape) / 4, RANDOM.random((ROWS, 4)) < 0.5
    said[~mask] = 100
    rows = RANDOM.random(ROWS) if weighted else None
    lines = None if rows is None else np.repeat(rows, 4)[mask.ravel()]
    metrics = [RootMeanSquaredError(name="e"), R2Score(name="r"),
               R2Score(name="v", class_aggregation="variance_weighted_average")]  # fmt: skip
    left = Left(said.astype(np.float32), target, mask, rows)
    found = measure_declared(metrics, fit, describe_head(fit, "out"), left)
    truth, answer = (target * 2 + 10)[mask], (said * 2 + 10)[mask]
    error = sk.root_mean_squared_error(truth, answer, sample_weight=lines)
    assert found["e"] == pytest.approx(error, rel=1e-4)
    for name, average in (("r", "uniform_average"), ("v", "variance_weighted")):
        r2 = sk.r2_score(truth, answer, sample_weight=lines, multioutput=average)
        assert found[name] == pytest.approx(r2, rel=1e-4)


def test_figures_of_classes_leave_masked_steps_out() -> None:
    two = fitted(TargetFit(need="binary", columns=("t",), labels=(0, 1), shape=(4, 1)))
    mask, target = RANDOM.random((ROWS, 4)) < 0.5, RANDOM.integers(0, 2, (ROWS, 4))
    said = RANDOM.random((ROWS, 4, 1)).astype(np.float32)
    left = Left(said, target.astype(np.float32), mask)
    found = measure_declared([Precision()], two, describe_head(two, "out"), left)
    expected = sk.precision_score(target[mask], said[mask].ravel() > 0.5)
    assert found["precision"] == pytest.approx(expected, rel=1e-5)
    three = fitted(TargetFit(need="multiclass", columns=("t",), labels=(0, 1, 2), shape=(4,),
                             one_hot=True))  # fmt: skip
    codes = RANDOM.integers(0, 3, (ROWS, 4))
    shares = RANDOM.dirichlet(np.ones(3), (ROWS, 4)).astype(np.float32)
    left = Left(shares, np.eye(3, dtype=np.float32)[codes], mask)
    found = measure_declared([F1Score(average="macro")], three, describe_head(three, "out"), left)
    expected = sk.f1_score(codes[mask], shares.argmax(axis=-1)[mask], average="macro")
    assert found["f1_score"] == pytest.approx(expected, rel=1e-5)


def test_means_over_masked_steps_are_those_of_keras_evaluate() -> None:
    network = keras.Sequential([keras.layers.Masking(), keras.layers.Dense(1)])
    inputs = RANDOM.normal(size=(ROWS, 4, 2)).astype(np.float32)
    inputs[RANDOM.random((ROWS, 4)) < 0.5] = 0
    mask, target = (
        np.asarray(inputs.any(axis=-1)),
        RANDOM.normal(size=(ROWS, 4, 1)).astype(np.float32),
    )
    network.compile(loss="mse", metrics=[keras.metrics.MeanAbsoluteError()])
    expected = network.evaluate(inputs, target, batch_size=ROWS, verbose=0, return_dict=True)
    fit = fitted(TargetFit(need="regression", columns=("y",), shape=(4, 1)))
    left = Left(network.predict(inputs, verbose=0), target, mask)
    figures = measure_declared([MeanAbsoluteError(name="a")], fit, describe_head(fit, "out"), left)
    assert figures["a"] == pytest.approx(expected["mean_absolute_error"], rel=1e-5)


def test_pictures_have_a_figure_each() -> None:
    fit = Preprocessing(
        columns={"p": NumericFit(shape=(3, 3), shift=5.0, scale=4.0)},
        inputs={"in": ("p",)},
        targets={"out": TargetFit(need="reconstruction", reconstructs="in",
                                  shift=(5.0,), scale=(4.0,))},
    )  # fmt: skip
    target = RANDOM.normal(size=(ROWS, 3, 3)).astype(np.float32)
    target[:, 0, 0] = -1.25
    said = (target + RANDOM.normal(size=target.shape) / 5).astype(np.float32)
    pairs = [(4 * target[row].ravel(), 4 * said[row].ravel()) for row in range(ROWS)]
    r2 = measured(R2Score(), fit, target, said)
    assert r2 == pytest.approx(np.mean([sk.r2_score(*pair) for pair in pairs]), rel=1e-4)
    root = measured(RootMeanSquaredError(), fit, target, said)
    expected = np.mean([sk.root_mean_squared_error(*pair) for pair in pairs])
    assert root == pytest.approx(expected, rel=1e-4)


def test_classes_that_the_loss_ignores_count_for_no_metric() -> None:
    fit = fitted(TargetFit(need="multiclass", columns=("t",), labels=(0, 1, 2), shape=(4,),
                           ignored=-1))  # fmt: skip
    shares = RANDOM.dirichlet(np.ones(3), (ROWS, 4)).astype(np.float32)
    target = RANDOM.integers(-1, 3, (ROWS, 4)).astype(np.int32)
    kept = target >= 0
    expected = (shares.argmax(axis=-1) == target)[kept].mean()
    for metric in (TaskAccuracy(), SparseCategoricalAccuracy()):
        assert measured(metric, fit, target, shares) == pytest.approx(expected, rel=1e-6)


def test_the_f1_score_takes_the_pixels_of_a_picture_as_lines() -> None:
    fit = fitted(TargetFit(need="multiclass", columns=("t",), labels=(0, 1, 2), shape=(2, 2),
                           one_hot=True))  # fmt: skip
    shares = RANDOM.dirichlet(np.ones(3), (ROWS, 2, 2)).astype(np.float32)
    codes = RANDOM.integers(0, 3, (ROWS, 2, 2))
    found = measured(F1Score(average="macro"), fit, np.eye(3, dtype=np.float32)[codes], shares)
    expected = sk.f1_score(codes.ravel(), shares.argmax(axis=-1).ravel(), average="macro")
    assert found == pytest.approx(expected, rel=1e-5)


def test_a_row_s_weight_goes_with_all_of_its_columns() -> None:
    weights = RANDOM.random(ROWS).astype(np.float32) * 3
    scaled = RANDOM.normal(size=(ROWS, 2)).astype(np.float32)
    said = scaled + RANDOM.normal(size=scaled.shape).astype(np.float32) / 4
    truth, answer = (one * [200.0, 0.5] + [900.0, 5.0] for one in (scaled, said))
    fit = numbers((900.0, 200.0), (5.0, 0.5))
    for metric, oracle in (
        (RootMeanSquaredError(), sk.root_mean_squared_error),
        (MeanAbsoluteError(), sk.mean_absolute_error),
        (R2Score(), sk.r2_score),
    ):
        expected = oracle(truth, answer, sample_weight=weights)
        assert measured(metric, fit, scaled, said, weights) == pytest.approx(expected, rel=2e-4)


def test_a_row_s_weight_goes_with_all_of_its_steps() -> None:
    fit = fitted(TargetFit(need="regression", columns=("y",), shape=(4, 1),
                           shift=(10.0,), scale=(2.0,)))  # fmt: skip
    weights = RANDOM.random(ROWS).astype(np.float32) * 3
    target = RANDOM.normal(size=(ROWS, 4, 1)).astype(np.float32)
    said = target + RANDOM.normal(size=target.shape).astype(np.float32)
    expected = sk.root_mean_squared_error(2 * target[..., 0], 2 * said[..., 0],
                                          sample_weight=weights)  # fmt: skip
    found = measured(RootMeanSquaredError(), fit, target, said, weights)
    assert found == pytest.approx(expected, rel=1e-4)


def test_pictures_are_averaged_by_their_weights_and_equal_pixels_have_a_figure() -> None:
    fit = fitted(TargetFit(need="regression", columns=("p",), shape=(3, 3),
                           shift=(5.0,), scale=(4.0,)))  # fmt: skip
    weights = RANDOM.random(ROWS).astype(np.float32) * 3
    target = RANDOM.normal(size=(ROWS, 3, 3)).astype(np.float32)
    target[:2] = 0.5
    said = target + RANDOM.normal(size=target.shape).astype(np.float32) / 5
    said[0] = 0.5
    pairs = [(target[row].ravel(), said[row].ravel()) for row in range(ROWS)]
    assert [sk.r2_score(*pair) for pair in pairs[:2]] == [1.0, 0.0]
    for metric, oracle, factor in (
        (R2Score(), sk.r2_score, 1.0),
        (RootMeanSquaredError(), sk.root_mean_squared_error, 4.0),
    ):
        expected = factor * np.average([oracle(*pair) for pair in pairs], weights=weights)
        found = measured(metric, fit, target, said, weights)
        assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)], ids=str)
def test_a_row_s_weight_counts_where_the_loss_ignores_nothing(shape: tuple[int, ...]) -> None:
    fit = fitted(TargetFit(need="multiclass", columns=("t",), labels=(0, 1, 2), shape=shape,
                           ignored=-1))  # fmt: skip
    weights = RANDOM.random(ROWS).astype(np.float32) * 3
    shares = RANDOM.dirichlet(np.ones(3), (ROWS, *shape)).astype(np.float32)
    target = RANDOM.integers(-1, 3, (ROWS, *shape)).astype(np.int32)
    kept = target >= 0
    each = np.broadcast_to(weights.reshape(-1, *(1 for _ in shape)), kept.shape)[kept]
    expected = sk.accuracy_score(target[kept], shares.argmax(axis=-1)[kept], sample_weight=each)
    found = measured(SparseCategoricalAccuracy(), fit, target, shares, weights)
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("shape", [(1, 1), (4, 1), (2, 3)], ids=str)
def test_the_f1_score_weighs_each_pixel_as_its_picture(shape: tuple[int, ...]) -> None:
    fit = fitted(TargetFit(need="multiclass", columns=("t",), labels=(0, 1, 2), shape=shape,
                           one_hot=True))  # fmt: skip
    weights = RANDOM.random(ROWS).astype(np.float32) * 3
    shares = RANDOM.dirichlet(np.ones(3), (ROWS, *shape)).astype(np.float32)
    codes = RANDOM.integers(0, 3, (ROWS, *shape))
    said, each = shares.argmax(axis=-1).ravel(), np.repeat(weights, int(np.prod(shape)))
    expected = sk.f1_score(codes.ravel(), said, average="macro", sample_weight=each)
    truth = np.eye(3, dtype=np.float32)[codes]
    found = measured(F1Score(average="macro"), fit, truth, shares, weights)
    assert found == pytest.approx(expected, rel=1e-5)


def test_a_report_names_a_metric_as_the_logs_do_and_says_nothing_twice() -> None:
    head = OneClass("out", ("kind",), (0, 1))
    named = named_metrics(
        [TaskAccuracy(), AUC(), AUC(curve="PR"), Precision(), Precision(name="accuracy")]
    )
    assert isinstance(named, list)
    assert list(report_names(head, named)) == ["auc", "auc_1", "precision", "accuracy_declared"]
    figures = {"accuracy": 0.9, "auc": 0.7, "precision": 0.5}
    for name in ("Precision", "precision"):
        assert find_figure(name, [Precision()], figures) == 0.5
    assert find_figure("Recall", [Precision()], figures) is None

"""Figures of quantiles and normal distributions are scikit-learn's and SciPy's, in own units."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import norm
from sklearn.metrics import mean_absolute_error, mean_pinball_loss

from nnspec.build.back import Back
from nnspec.build.distributions import GaussianNegativeLogLikelihood, Pinball
from nnspec.data import TargetFit
from nnspec.judge.answers import Answers, Truth, number_answers
from nnspec.judge.baselines import fit_baselines
from nnspec.judge.heads import Numbers
from nnspec.judge.known import Known
from nnspec.judge.metrics import measure, measure_columns
from nnspec.judge.units import OfAnswer, RootOfEachColumn
from nnspec.spec.intervals import middle_of, quantile_name, symmetric_pairs

pytestmark = pytest.mark.keras
RANDOM = np.random.default_rng(3)
ROWS = 120
QUANTILES = (0.05, 0.5, 0.95)
NAMES = ("q05", "q50", "q95")
SHIFT, SCALE = np.array([10.0, -4.0]), np.array([3.0, 0.5])
UNITS = RANDOM.normal(size=(ROWS, 6)).astype(np.float32)
TARGET = RANDOM.normal(size=(ROWS, 2)).astype(np.float32)
WEIGHTS = RANDOM.random(ROWS) + 0.1


def answers(weighted: str = "", **about: object) -> Answers:
    fit = TargetFit(
        need="regression",
        columns=("a", "b"),
        shape=(2,),
        shift=tuple(SHIFT),
        scale=tuple(SCALE),
        **about,
    )
    units = UNITS if about.get("quantiles") else UNITS[:, :4]
    found = {key: one.numpy() for key, one in Back(fit)(tf.constant(units)).items()}
    truth = Truth(TARGET * SCALE + SHIFT, weights=WEIGHTS if weighted else None)
    return number_answers(range(ROWS), found.pop("prediction"), truth, found)


@pytest.mark.parametrize("weighted", ["", "weighted"])
def test_the_pinball_loss_is_that_of_each_quantile_averaged(weighted: str) -> None:
    head = Numbers("out", ("a", "b"), (2,), QUANTILES)
    given = answers(weighted, quantiles=QUANTILES)
    weights = WEIGHTS if weighted else None
    found = measure(head, given)
    expected = [
        mean_pinball_loss(given.target, given.around[name], alpha=one, sample_weight=weights)
        for name, one in zip(NAMES, QUANTILES, strict=True)
    ]
    assert found["pinball"] == pytest.approx(np.mean(expected))
    assert found["mae"] == pytest.approx(
        mean_absolute_error(given.target, given.around["q50"], sample_weight=weights)
    )
    assert set(found) == {"rmse", "r2", "mae", "pinball", "coverage_90", "width_90"}
    each = measure_columns(head, given)
    assert found["pinball"] == pytest.approx(np.mean([each[name]["pinball"] for name in "ab"]))


def test_units_that_cross_are_put_in_order_and_the_pair_is_an_interval() -> None:
    given = answers(quantiles=QUANTILES)
    low, middle, high = (given.around[name] for name in NAMES)
    assert (np.diff(UNITS.reshape(ROWS, 2, 3), axis=2) < 0).any()
    assert ((low <= middle) & (middle <= high)).all()
    assert (given.prediction == middle).all()
    ordered = np.sort(UNITS.reshape(ROWS, 2, 3), axis=2) * SCALE[:, None] + SHIFT[:, None]
    assert np.stack([low, middle, high], axis=2) == pytest.approx(ordered, rel=1e-6)
    target = np.asarray(given.target)
    inside = (low <= target) & (target <= high)
    figures = measure(Numbers("out", ("a", "b"), (2,), QUANTILES), given)
    assert figures["coverage_90"] == pytest.approx(inside.mean())


@pytest.mark.parametrize("weighted", ["", "weighted"])
def test_the_likelihood_is_that_of_scipy_in_the_target_s_units(weighted: str) -> None:
    given = answers(weighted, floor=0.01)
    deviation = given.around["std"]
    raw = UNITS[:, 1:4:2].astype(np.float64)
    assert deviation == pytest.approx((np.log1p(np.exp(raw)) + 0.01) * SCALE, rel=1e-5)
    found = measure(Numbers("out", ("a", "b"), (2,), normal=True), given)
    each = -norm.logpdf(given.target, given.prediction, deviation).mean(axis=1)
    expected = np.average(each, weights=WEIGHTS if weighted else None)
    assert found["nll"] == pytest.approx(expected)
    low, high = norm.interval(0.9, given.prediction, deviation)
    inside = ((low <= given.target) & (given.target <= high)).mean(axis=1)
    covered = np.average(inside, weights=WEIGHTS if weighted else None)
    assert found["coverage_90"] == pytest.approx(covered)


def test_losses_of_the_training_are_the_same_figures_of_scaled_targets() -> None:
    loss = Pinball(QUANTILES)(TARGET, UNITS).numpy()
    units = UNITS.reshape(ROWS, 2, 3)
    each = [
        mean_pinball_loss(TARGET, units[..., place], alpha=one)
        for place, one in enumerate(QUANTILES)
    ]
    assert loss == pytest.approx(np.mean(each), rel=1e-5)
    loss = GaussianNegativeLogLikelihood(0.02)(TARGET, UNITS[:, :4]).numpy()
    deviation = np.log1p(np.exp(UNITS[:, 1:4:2])) + 0.02
    expected = -norm.logpdf(TARGET, UNITS[:, 0:4:2], deviation).mean()
    assert loss == pytest.approx(expected, rel=1e-5)


def test_a_metric_of_the_training_is_that_of_the_answer() -> None:
    head = Numbers("out", ("a", "b"), (2,), QUANTILES)
    metric = OfAnswer(RootOfEachColumn("rmse", None, tuple(SCALE)), QUANTILES)
    metric.update_state(tf.constant(TARGET), tf.constant(UNITS))
    rmse = measure(head, answers(quantiles=QUANTILES))["rmse"]
    assert float(metric.result()) == pytest.approx(rmse, rel=1e-5)
    metric = OfAnswer(RootOfEachColumn("rmse", None, tuple(SCALE)), ())
    metric.update_state(tf.constant(TARGET), tf.constant(UNITS[:, :4]))
    rmse = measure(Numbers("out", ("a", "b"), (2,)), answers(floor=0.01))["rmse"]
    assert float(metric.result()) == pytest.approx(rmse, rel=1e-5)


def test_baselines_answer_with_the_training_rows_quantiles_and_deviation() -> None:
    target = RANDOM.gamma(2.0, size=(300, 1))
    splits = {
        name: Known({"input": RANDOM.normal(size=(300, 1))}, one)
        for name, one in {"train": target, "validation": target[::-1], "test": target + 1}.items()
    }
    head = Numbers("out", ("y",), (1,), QUANTILES, interval=0.8)
    found = fit_baselines(head, splits, seed=0).figures
    expected = [
        mean_pinball_loss(
            target,
            np.full_like(target, np.quantile(target, one, method="inverted_cdf")),
            alpha=one,
        )
        for one in QUANTILES
    ]
    quantiles = found["training_quantiles"]
    assert quantiles["train"]["pinball"] == pytest.approx(np.mean(expected))
    assert (quantiles["train"]["coverage_90"] or 0) == pytest.approx(0.9, abs=0.02)
    assert (quantiles["train"]["coverage_80"] or 0) == pytest.approx(0.8, abs=0.02)
    assert (found["ridge"]["validation"]["coverage_80"] or 0) >= 0.8
    assert "pinball" not in found["ridge"]["test"] or found["ridge"]["test"]["pinball"] is None
    normal = fit_baselines(Numbers("out", ("y",), (1,), normal=True), splits, seed=0).figures
    own = -norm.logpdf(target, target.mean(), target.std()).mean()
    assert normal["normal"]["train"]["nll"] == pytest.approx(own)


def test_quantiles_are_called_by_their_digits_and_paired_by_what_they_leave_out() -> None:
    given = (0.025, 0.05, 0.1, 0.5, 0.9, 0.95, 0.975)
    assert [quantile_name(one) for one in given] == [
        *("q025", "q05", "q10", "q50", "q90", "q95", "q975"),
    ]
    assert symmetric_pairs(given) == {0.95: (0, 6), 0.9: (1, 5), 0.8: (2, 4)}
    assert symmetric_pairs((0.1, 0.7)) == {}
    assert middle_of((0.1, 0.45, 0.9)) == 1

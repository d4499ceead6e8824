"""Figures of numbers: per column, over counted steps, per picture; scikit-learn is the oracle."""

import numpy as np
import numpy.typing as npt
import pytest
from sklearn import metrics

from nnspec.judge.answers import Answers
from nnspec.judge.heads import Numbers, Reconstruction
from nnspec.judge.number_figures import MOST_LISTED, measure_each, measure_numbers

RANDOM = np.random.default_rng(5)
Floats = npt.NDArray[np.float64]


def answers(shape: tuple[int, ...], **known: npt.NDArray[np.generic]) -> Answers:
    target = RANDOM.normal(size=shape) * np.arange(1, shape[-1] + 1)
    prediction = target + RANDOM.normal(size=shape) * 0.3
    return Answers(np.arange(shape[0]), prediction, target, None, **known)  # type: ignore[arg-type]


def both(found: Answers) -> tuple[Floats, Floats]:
    return np.asarray(found.target, np.float64), np.asarray(found.prediction, np.float64)


def expected(target: Floats, prediction: Floats, weights: Floats | None) -> dict[str, float]:
    given = {"sample_weight": weights}
    return {
        "rmse": metrics.root_mean_squared_error(target, prediction, **given),
        "r2": metrics.r2_score(target, prediction, **given),
        "mae": metrics.mean_absolute_error(target, prediction, **given),
    }


def test_a_row_s_weight_counts_for_each_step_of_its_window() -> None:
    head = Reconstruction("out", ("a", "b"), (5, 2), ("a", "b"))
    weights = RANDOM.uniform(0.5, 3, 7)
    found = answers((7, 5, 2), weights=weights)
    target, prediction = (one.reshape(-1, 2) for one in both(found))
    lines = np.repeat(weights, 5)
    assert measure_numbers(head, found) == pytest.approx(expected(target, prediction, lines))
    each = measure_each(head, found)
    assert list(each) == ["a", "b"]
    for place, name in enumerate(each):
        one = expected(target[:, place], prediction[:, place], lines)
        assert each[name] == pytest.approx(one)


@pytest.mark.parametrize("weighted", [True, False])
def test_steps_left_out_have_no_part_in_the_figures_of_any_column(*, weighted: bool) -> None:
    counted = RANDOM.random((9, 4)) > 0.4
    weights = RANDOM.uniform(0.5, 3, 9) if weighted else None
    known = {"counted": counted} | ({"weights": weights} if weights is not None else {})
    found = answers((9, 4, 2), **known)
    rows = np.repeat(weights, counted.sum(axis=1)) if weights is not None else None
    target, prediction = both(found)
    right = expected(target[counted], prediction[counted], rows)
    head = Numbers("out", ("a", "b"), (4, 2))
    assert measure_numbers(head, found) == pytest.approx(right)
    assert measure_each(head, found) == {}


def test_a_picture_is_judged_by_itself_and_pictures_are_averaged() -> None:
    head = Numbers("out", ("a",), (6, 6))
    weights = RANDOM.uniform(0.5, 3, 3)
    found = answers((3, 6, 6), weights=weights)
    each = [
        expected(one.ravel(), other.ravel(), None) for one, other in zip(*both(found), strict=True)
    ]
    right = {
        name: np.average([one[name] for one in each], weights=weights)
        for name in ("rmse", "r2", "mae")
    }
    assert measure_numbers(head, found) == pytest.approx(right)
    assert measure_each(head, found) == {}
    alone = answers((1, 6, 6))
    target, prediction = both(alone)
    r2 = metrics.r2_score(target.ravel(), prediction.ravel())
    assert measure_numbers(head, alone)["r2"] == pytest.approx(r2)


def test_the_steps_of_a_picture_that_are_left_out_make_it_lines() -> None:
    head = Numbers("out", ("a",), (6, 6))
    counted = RANDOM.random((3, 6, 6)) > 0.5
    found = answers((3, 6, 6), counted=counted)
    target, prediction = both(found)
    right = expected(target[counted], prediction[counted], None)
    assert measure_numbers(head, found) == pytest.approx(right)


def test_one_row_has_no_r2_and_none_has_no_figures() -> None:
    head = Numbers("out", ("a", "b"))
    assert measure_numbers(head, answers((1, 2)))["r2"] is None
    assert measure_numbers(head, answers((2, 2)))["r2"] is not None
    nothing = answers((0, 2), weights=np.zeros(0))
    assert measure_numbers(head, nothing) == {"rmse": None, "r2": None, "mae": None}


@pytest.mark.parametrize(("count", "listed"), [(MOST_LISTED, MOST_LISTED), (MOST_LISTED + 1, 0)])
def test_steps_are_listed_up_to_a_bound_and_declared_columns_always(
    count: int, listed: int
) -> None:
    found = answers((3, count))
    assert len(measure_each(Numbers("out", ("a",), (count,)), found)) == listed
    names = tuple(f"column {place}" for place in range(count))
    assert len(measure_each(Numbers("out", names), found)) == count
    assert MOST_LISTED == 100

"""Figures equal scikit-learn's, also on the numbers that predictions.csv holds."""

import csv
import io
from collections.abc import Sequence

import numpy as np
import pytest
from sklearn import metrics as sk

from nnspec.diagnostics import RunFailed
from nnspec.judge.answers import Answers, Head, Label, class_answers, regression_answers
from nnspec.judge.metrics import confusion, measure, measure_columns
from nnspec.report.predictions import encode_predictions

RANDOM = np.random.default_rng(4)


def table(outputs: Sequence[tuple[Head, Answers]]) -> dict[str, list[str]]:
    rows = list(csv.DictReader(io.StringIO(encode_predictions(outputs).decode())))
    return {name: [row[name] for row in rows] for name in rows[0]}


def numbers(cells: list[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([float(one) for one in cells])


def regression(columns: tuple[str, ...], rows: int = 40) -> tuple[Head, Answers]:
    target = RANDOM.normal(150, 80, (rows, len(columns)))
    prediction = (target + RANDOM.normal(0, 30, target.shape)).astype(np.float32)
    head = Head("out", "regression", columns)
    return head, regression_answers(range(rows), prediction, target)


def classes(labels: tuple[Label, ...], rows: int = 60) -> tuple[Head, Answers]:
    shares = RANDOM.dirichlet(np.ones(len(labels)), rows).astype(np.float32)
    target = np.asarray(labels)[RANDOM.integers(0, len(labels), rows)]
    head = Head("out", "classification", ("kind",), labels)
    return head, class_answers(range(rows), shares, labels, target)


def test_regression_figures_are_those_of_the_written_table() -> None:
    head, answers = regression(("y",))
    written = table([(head, answers)])
    assert list(written) == ["row", "target", "prediction"]
    target, prediction = numbers(written["target"]), numbers(written["prediction"])
    assert measure(head, answers) == {
        "rmse": sk.root_mean_squared_error(target, prediction),
        "r2": sk.r2_score(target, prediction),
        "mae": sk.mean_absolute_error(target, prediction),
    }


def test_several_columns_are_measured_together_and_each() -> None:
    head, answers = regression(("height", "weight", "age"))
    written = table([(head, answers)])
    target = np.stack([numbers(written[one]) for one in head.columns], axis=1)
    guess = np.stack([numbers(written[f"prediction_{one}"]) for one in head.columns], axis=1)
    found = measure(head, answers)
    assert found["rmse"] == pytest.approx(sk.root_mean_squared_error(target, guess), rel=1e-12)
    assert found["r2"] == pytest.approx(sk.r2_score(target, guess), rel=1e-12)
    by_column = measure_columns(head, answers)
    assert list(by_column) == ["height", "weight", "age"]
    assert by_column["age"]["mae"] == pytest.approx(
        sk.mean_absolute_error(target[:, 2], guess[:, 2]), rel=1e-12
    )


@pytest.mark.parametrize("labels", [("cat", "dog"), (0, 1), (-1, 1), (False, True)])
def test_two_classes_are_judged_by_the_second_one(labels: tuple[Label, Label]) -> None:
    head, answers = classes(labels)
    written = table([(head, answers)])
    target = np.array(written["target"])
    score = numbers(written[f"probability_{labels[1]}"])
    found = measure(head, answers)
    assert found["roc_auc"] == pytest.approx(sk.roc_auc_score(target == str(labels[1]), score))
    assert found["accuracy"] == sk.accuracy_score(target, written["prediction"])


def test_several_classes_are_judged_one_against_the_rest() -> None:
    head, answers = classes(("a", "b", "c", "d"))
    written = table([(head, answers)])
    shares = np.stack([numbers(written[f"probability_{one}"]) for one in "abcd"], axis=1)
    target, prediction = written["target"], written["prediction"]
    found = measure(head, answers)
    expected = sk.roc_auc_score(target, shares, multi_class="ovr", average="macro")
    assert found["roc_auc"] == pytest.approx(expected, rel=1e-12)
    assert found["macro_f1"] == pytest.approx(sk.f1_score(target, prediction, average="macro"))
    counts = sk.confusion_matrix(target, prediction, labels=list("abcd"))
    assert confusion(head, answers).counts == tuple(map(tuple, counts.tolist()))


def test_the_area_under_the_curve_is_undefined_without_rows_of_a_class() -> None:
    shares = [[0.7, 0.2, 0.1], [0.2, 0.7, 0.1]]
    answers = class_answers([0, 1], shares, ("a", "b", "c"), np.array(["a", "b"]))
    found = measure(Head("k", "classification", ("k",), ("a", "b", "c")), answers)
    assert found == {"accuracy": 1.0, "macro_f1": 1.0, "roc_auc": None}


def test_one_unit_stands_for_two_classes() -> None:
    answers = class_answers([0, 1, 2], [[0.2], [0.5], [0.8]], ("no", "yes"))
    assert answers.prediction.tolist() == ["no", "no", "yes"]
    assert answers.probabilities is not None
    assert answers.probabilities[2].tolist() == pytest.approx([0.2, 0.8])


def test_a_label_the_network_does_not_know_counts_as_an_error() -> None:
    answers = class_answers([0, 1], [[0.9, 0.1], [0.9, 0.1]], ("a", "b"), np.array(["a", "z"]))
    head = Head("k", "classification", ("k",), ("a", "b"))
    assert measure(head, answers)["accuracy"] == 0.5
    assert confusion(head, answers).labels == ("a", "b", "z")


def test_r2_of_a_single_row_is_undefined() -> None:
    found = measure(Head("y", "regression", ("y",)), regression_answers([0], [2.0], [5.0]))
    assert found == {"rmse": 3.0, "r2": None, "mae": 3.0}


def test_a_reconstruction_is_measured_over_all_its_elements() -> None:
    target = RANDOM.normal(size=(6, 4, 4))
    guess = target + RANDOM.normal(size=target.shape)
    head = Head("picture", "reconstruction", ("pixel",))
    found = measure(head, regression_answers(range(6), guess, target))
    assert found["rmse"] == pytest.approx(
        sk.root_mean_squared_error(target.ravel(), guess.ravel()), rel=1e-12
    )
    assert found["r2"] == pytest.approx(sk.r2_score(target.ravel(), guess.ravel()), rel=1e-12)


def test_a_wide_reconstruction_is_written_as_one_error_per_row() -> None:
    target = RANDOM.normal(size=(3, 1001))
    head = Head("picture", "reconstruction", ("pixel",))
    written = table([(head, regression_answers([5, 6, 7], target + 2.0, target))])
    assert list(written) == ["row", "rmse", "mae"]
    assert numbers(written["rmse"]) == pytest.approx([2.0] * 3)


def test_answers_that_are_no_numbers_are_refused_with_their_row() -> None:
    with pytest.raises(RunFailed, match=r"2 of 4 rows, first for row 11; .*R104"):
        regression_answers([10, 11, 12, 13], [1.0, float("nan"), 2.0, float("inf")])


def test_rows_without_targets_have_no_target_columns() -> None:
    answers = class_answers([3, 4], [[0.25, 0.75], [1.0, 0.0]], ("a", "b"))
    written = table([(Head("k", "classification", ("k",), ("a", "b")), answers)])
    assert written == {
        "row": ["3", "4"],
        "prediction": ["b", "a"],
        "probability_a": ["0.25", "1.0"],
        "probability_b": ["0.75", "0.0"],
    }


def test_several_outputs_share_one_table() -> None:
    head, price = regression(("y",), 2)
    written = table([(head, price), (Head("other", "regression", ("row",)), price)])
    assert list(written) == [
        "row", "target_out", "prediction_out", "target_other", "prediction_other"
    ]  # fmt: skip


def test_columns_of_equal_names_are_told_apart() -> None:
    head, answers = regression(("row", "y"), 2)
    assert list(table([(head, answers)])) == ["row", "row_", "y", "prediction_row", "prediction_y"]

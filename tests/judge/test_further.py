"""Further figures are scikit-learn's, on the numbers that predictions.csv holds."""

import csv
import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from nnspec.judge.answers import Answers, Truth, class_answers, label_answers, number_answers
from nnspec.judge.further import measure_further, measure_further_each, told_of_zeros
from nnspec.judge.further_numbers import count_zeros
from nnspec.judge.heads import (
    ClassPerPosition,
    Head,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
)
from nnspec.judge.metrics import measure_columns
from nnspec.report.predictions import tabulate
from nnspec.report.written import encode_table

RANDOM = np.random.default_rng(9)
Array = np.ndarray[Any, Any]


def written(head: Head, answers: Answers) -> dict[str, list[str]]:
    text = encode_table(tabulate([(head, answers)])).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    return {name: [row[name] for row in rows] for name in rows[0]}


def floats(cells: list[str]) -> Array:
    return np.array([float(one) for one in cells])


def numbers(columns: int, weights: Array | None = None) -> tuple[Numbers, Answers]:
    target = RANDOM.normal(150, 80, (40, columns))
    guess = (target + RANDOM.normal(0, 30, target.shape)).astype(np.float32)
    names = tuple("abc"[:columns])
    return Numbers("out", names), number_answers(range(40), guess, Truth(target, weights=weights))


@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
@pytest.mark.parametrize("columns", [1, 3])
def test_further_figures_of_numbers_are_scikit_learn_s(columns: int, weighted: bool) -> None:  # noqa: FBT001 - a test's parameter
    weights = RANDOM.random(40) * 3 if weighted else None
    head, answers = numbers(columns, weights)
    table = written(head, answers)
    one = columns == 1
    names = head.columns
    target = np.stack([floats(table["target" if one else name]) for name in names], axis=1)
    guess = np.stack(
        [floats(table["prediction" if one else f"prediction_{name}"]) for name in names], axis=1
    )
    found = measure_further(head, answers)
    for name, oracle in (
        ("median_ae", sk.median_absolute_error),
        ("mape", sk.mean_absolute_percentage_error),
        ("explained_variance", sk.explained_variance_score),
    ):
        assert found[name] == pytest.approx(oracle(target, guess, sample_weight=weights), rel=1e-9)
    each = [sk.max_error(target[:, place], guess[:, place]) for place in range(columns)]
    assert found["max_error"] == pytest.approx(np.mean(each), rel=1e-9)
    both = 2 * np.abs(target - guess) / (np.abs(target) + np.abs(guess))
    assert found["smape"] == pytest.approx(
        np.average(both, axis=0, weights=weights).mean(), rel=1e-9
    )
    by_column = measure_further_each(head, answers, measure_columns(head, answers))
    assert list(by_column) == ([] if one else list(names))
    if not one:
        assert by_column["b"]["max_error"] == pytest.approx(each[1], rel=1e-9)


def test_errors_of_a_series_are_told_in_steps_of_its_last_value() -> None:
    head, answers = numbers(2)
    found = measure_further(head, answers, np.array([4.0, 8.0]))
    each = np.abs(answers.prediction - np.asarray(answers.target)).mean(axis=0)
    assert found["mase"] == pytest.approx((each[0] / 4 + each[1] / 8) / 2, rel=1e-12)
    by_column = measure_further_each(
        head, answers, measure_columns(head, answers), np.array([4.0, 8.0])
    )
    assert by_column["b"]["mase"] == pytest.approx(each[1] / 8, rel=1e-12)
    assert measure_further(head, answers, np.array([0.0, 8.0]))["mase"] is None
    assert "mase" not in measure_further(head, answers)


def test_no_error_is_divided_by_a_target_of_0_and_a_note_says_so() -> None:
    head = Numbers("out", ("a",))
    answers = number_answers(range(3), [[1.0], [0.0], [3.0]], Truth(np.array([2.0, 0.0, 0.0])))
    found = measure_further(head, answers)
    assert found["mape"] is None
    assert found["smape"] == pytest.approx((2 / 3 + 0 + 2) / 3)
    told = told_of_zeros(head, {"test": answers, "train": numbers(1)[1]})
    assert told == ("MAPE is not defined where targets are 0: 2 (test)",)
    assert told_of_zeros(head, {"train": numbers(1)[1]}) == ()


def test_further_figures_of_pictures_are_those_of_each_averaged() -> None:
    target = RANDOM.normal(3, 1, (6, 4, 4))
    guess = target + RANDOM.normal(size=target.shape) / 10
    weights = RANDOM.random(6)
    head = Reconstruction("picture", ("pixel",), (4, 4), of_pictures=True)
    found = measure_further(head, number_answers(range(6), guess, Truth(target, weights=weights)))
    pairs = [(target[row].ravel(), guess[row].ravel()) for row in range(6)]
    for name, oracle in (
        ("median_ae", sk.median_absolute_error),
        ("explained_variance", sk.explained_variance_score),
        ("max_error", sk.max_error),
    ):
        each = [oracle(*pair) for pair in pairs]
        assert found[name] == pytest.approx(np.average(each, weights=weights), rel=1e-9)


def test_figures_that_nothing_defines_are_left_undefined() -> None:
    alone = number_answers([0], [2.0], Truth(np.array([5.0])))
    assert measure_further(Numbers("y", ("y",)), alone)["explained_variance"] is None
    counted = np.zeros((3, 4), bool)
    none = number_answers(range(3), np.ones((3, 4, 1)), Truth(np.ones((3, 4, 1)), counted))
    assert measure_further(Numbers("out", ("y",), (4, 1)), none) == {}


def classes(
    labels: tuple[str, ...], weights: Array | None = None, *, sought: bool = False
) -> tuple[OneClass, Answers, Array]:
    shares = RANDOM.dirichlet(np.ones(len(labels)), 80).astype(np.float32)
    target = np.asarray(labels)[RANDOM.integers(0, len(labels), 80)]
    head = OneClass("out", ("kind",), labels, sought)
    answers = class_answers(range(80), shares, labels, Truth(target, weights=weights))
    table = written(head, answers)
    kept = np.stack([floats(table[f"probability_{one}"]) for one in labels], axis=1)
    return head, answers, kept


@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
@pytest.mark.parametrize("labels", [("no", "yes"), ("a", "b", "c", "d")])
def test_further_figures_of_classes_are_scikit_learn_s(
    labels: tuple[str, ...],
    weighted: bool,  # noqa: FBT001 - a test's parameter
) -> None:
    weights = RANDOM.random(80) * 3 if weighted else None
    head, answers, shares = classes(labels, weights)
    target, said = np.asarray(answers.target), answers.prediction
    found = measure_further(head, answers)
    each = {"sample_weight": weights}
    assert found["balanced_accuracy"] == pytest.approx(
        sk.balanced_accuracy_score(target, said, **each), abs=1e-9
    )
    assert found["macro_precision"] == pytest.approx(
        sk.precision_score(target, said, average="macro", **each), abs=1e-9
    )
    assert found["macro_recall"] == pytest.approx(
        sk.recall_score(target, said, average="macro", **each), abs=1e-9
    )
    normal = shares / shares.sum(axis=1, keepdims=True)
    assert found["log_loss"] == pytest.approx(
        sk.log_loss(target, normal, labels=list(labels), **each), abs=1e-6
    )
    true = shares[np.arange(80), [labels.index(one) for one in target]]
    if len(labels) == 2:
        true = np.where(target == "yes", shares[:, 1], 1 - shares[:, 1])
    assert found["log_loss"] == pytest.approx(np.average(-np.log(true), weights=weights), rel=1e-9)
    if len(labels) == 2:
        held = target == "yes"
        area = sk.average_precision_score(held, shares[:, 1], **each)
        assert found["brier"] == pytest.approx(
            sk.brier_score_loss(held, shares[:, 1], **each), abs=1e-9
        )
        assert found["f1"] == pytest.approx(sk.f1_score(held, said == "yes", **each), abs=1e-9)
    else:
        area = np.mean(
            [
                sk.average_precision_score(target == one, shares[:, place], **each)
                for place, one in enumerate(labels)
            ]
        )
        one_hot = np.eye(4)[[labels.index(one) for one in target]]
        squares = ((shares - one_hot) ** 2).sum(axis=1)
        assert found["brier"] == pytest.approx(np.average(squares, weights=weights), abs=1e-9)
        assert "f1" not in found
    assert found["pr_auc"] == pytest.approx(area, abs=1e-9)


def test_what_a_sought_class_has_among_its_main_figures_is_not_said_twice() -> None:
    head, answers, _ = classes(("no", "yes"), sought=True)
    assert not {"precision", "recall", "f1"} & set(measure_further(head, answers))


def test_answers_by_a_step_have_no_figures_of_probabilities() -> None:
    head = OneClass("out", ("kind",), ("no", "yes"), graded=False)
    answers = class_answers(range(2), [[0.0], [1.0]], head.classes, Truth(np.array(["no", "no"])))
    found = measure_further(head, answers)
    assert found["balanced_accuracy"] == 0.5
    assert not {"log_loss", "brier", "pr_auc"} & set(found)


def test_a_label_that_the_network_does_not_know_has_no_log_loss() -> None:
    head = OneClass("out", ("kind",), ("a", "b"))
    answers = class_answers(range(2), [[0.4], [0.8]], head.classes, Truth(np.array(["a", "z"])))
    found = measure_further(head, answers)
    assert (found["log_loss"], found["brier"], found["pr_auc"]) == (None, None, None)
    assert found["macro_recall"] is not None


def test_further_figures_of_steps_are_of_those_that_count() -> None:
    labels = np.array(["noun", "verb"], dtype=object)
    target, shares = labels[RANDOM.integers(0, 2, (20, 4))], RANDOM.dirichlet(np.ones(2), (20, 4))
    counted = RANDOM.random((20, 4)) < 0.6
    head = ClassPerPosition("tag", ("tag",), ("noun", "verb"), (4,))
    found = measure_further(
        head, class_answers(range(20), shares, head.classes, Truth(target, counted))
    )
    held = (target == "verb")[counted]
    assert found["brier"] == pytest.approx(
        sk.brier_score_loss(held, shares[counted][:, 1]), abs=1e-9
    )
    assert found["pr_auc"] == pytest.approx(
        sk.average_precision_score(held, shares[counted][:, 1]), abs=1e-9
    )


def test_further_figures_of_labels_are_means_of_each() -> None:
    held = RANDOM.integers(0, 2, (50, 3))
    shares = np.clip(held * 0.4 + RANDOM.random((50, 3)) * 0.6, 0, 1)
    head = SeveralLabels("out", ("red", "green", "blue"), (0, 1))
    answers = label_answers(range(50), shares, (0, 1), Truth(held))
    found, each = measure_further(head, answers), measure_further_each(head, answers, {})
    losses = [sk.log_loss(held[:, one], shares[:, one]) for one in range(3)]
    assert [each[name]["log_loss"] for name in head.columns] == pytest.approx(losses, abs=1e-9)
    assert found["log_loss"] == pytest.approx(np.mean(losses), abs=1e-9)
    assert found["pr_auc"] == pytest.approx(sk.average_precision_score(held, shares), abs=1e-9)
    assert each["green"]["balanced_accuracy"] == pytest.approx(
        sk.balanced_accuracy_score(held[:, 1], shares[:, 1] > 0.5), abs=1e-9
    )
    assert found["precision"] == pytest.approx(
        sk.precision_score(held, shares > 0.5, average="macro"), abs=1e-9
    )


def test_zeros_are_counted_where_they_count() -> None:
    target = np.array([[0.0, 1.0], [0.0, 0.0], [2.0, 0.0]])
    found = Answers(np.arange(3), target, target)
    assert count_zeros(found) == 4
    counted = np.array([[True, True], [False, True], [True, False]])
    assert count_zeros(replace(found, counted=counted)) == 2

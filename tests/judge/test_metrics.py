"""Figures equal scikit-learn's, also on the numbers that predictions.csv holds."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sk

from nnspec.diagnostics import RunFailed
from nnspec.judge.answers import Answers, Truth, class_answers, label_answers, number_answers
from nnspec.judge.heads import (
    ClassPerPosition,
    Head,
    Label,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
)
from nnspec.judge.metrics import confusion, measure, measure_columns
from nnspec.judge.reliability import calibration_error, error_of_label
from nnspec.report.predictions import tabulate
from nnspec.report.written import encode_table

RANDOM = np.random.default_rng(4)


def table(outputs: Sequence[tuple[Head, Answers]]) -> dict[str, list[str]]:
    rows = list(csv.DictReader(io.StringIO(encode_table(tabulate(outputs)).decode())))
    return {name: [row[name] for row in rows] for name in rows[0]}


def numbers(cells: list[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([float(one) for one in cells])


def regression(columns: tuple[str, ...], rows: int = 40) -> tuple[Numbers, Answers]:
    target = RANDOM.normal(150, 80, (rows, len(columns)))
    prediction = (target + RANDOM.normal(0, 30, target.shape)).astype(np.float32)
    return Numbers("out", columns), number_answers(range(rows), prediction, Truth(target))


def classes(labels: tuple[Label, ...], rows: int = 60) -> tuple[OneClass, Answers]:
    shares = RANDOM.dirichlet(np.ones(len(labels)), rows).astype(np.float32)
    target = np.asarray(labels)[RANDOM.integers(0, len(labels), rows)]
    head = OneClass("out", ("kind",), labels)
    return head, class_answers(range(rows), shares, labels, Truth(target))


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
    counted = confusion(head, answers)
    assert counted is not None
    assert counted.counts == tuple(map(tuple, counts.tolist()))


def test_the_area_under_the_curve_is_undefined_without_rows_of_a_class() -> None:
    shares = [[0.7, 0.2, 0.1], [0.2, 0.7, 0.1]]
    answers = class_answers([0, 1], shares, ("a", "b", "c"), Truth(np.array(["a", "b"])))
    found = measure(OneClass("k", ("k",), ("a", "b", "c")), answers)
    assert found == pytest.approx(
        {"accuracy": 1.0, "macro_f1": 1.0, "roc_auc": None, "ece": 0.3}, abs=1e-12
    )


def test_one_unit_stands_for_two_classes() -> None:
    answers = class_answers([0, 1, 2], [[0.2], [0.5], [0.8]], ("no", "yes"))
    assert answers.prediction.tolist() == ["no", "no", "yes"]
    assert answers.probabilities is not None
    assert answers.probabilities[2].tolist() == pytest.approx([0.2, 0.8])


def test_a_label_the_network_does_not_know_counts_as_an_error() -> None:
    answers = class_answers(
        [0, 1], [[0.9, 0.1], [0.9, 0.1]], ("a", "b"), Truth(np.array(["a", "z"]))
    )
    head = OneClass("k", ("k",), ("a", "b"))
    assert measure(head, answers)["accuracy"] == 0.5
    counted = confusion(head, answers)
    assert counted is not None
    assert counted.labels == ("a", "b", "z")


def test_r2_of_a_single_row_is_undefined() -> None:
    found = measure(Numbers("y", ("y",)), number_answers([0], [2.0], Truth(np.array([5.0]))))
    assert found == {"rmse": 3.0, "r2": None, "mae": 3.0}


def test_a_reconstruction_of_columns_is_measured_in_each_one_s_units() -> None:
    target = RANDOM.normal(size=(40, 2)) * [10.0, 30_000.0] + [40.0, 50_000.0]
    guess = target + RANDOM.normal(size=target.shape) * [9.0, 100.0]
    head = Reconstruction("out", ("age", "salary"))
    answers = number_answers(range(40), guess, Truth(target))
    found = measure(head, answers)
    assert found["r2"] == pytest.approx(sk.r2_score(target, guess), abs=1e-12)
    assert found["r2"] != pytest.approx(sk.r2_score(target.ravel(), guess.ravel()), abs=0.1)
    assert found["rmse"] == pytest.approx(sk.root_mean_squared_error(target, guess))
    each = measure_columns(head, answers)
    assert each["age"]["r2"] == pytest.approx(sk.r2_score(target[:, 0], guess[:, 0]), abs=1e-12)
    assert each["salary"]["mae"] == pytest.approx(sk.mean_absolute_error(target[:, 1], guess[:, 1]))


def test_a_window_s_steps_belong_to_their_column() -> None:
    target = RANDOM.normal(size=(30, 5, 2)) * [1.0, 50.0]
    guess = target + RANDOM.normal(size=target.shape)
    head = Reconstruction("out", ("a", "b"), (5, 2), ("a", "b"))
    found = measure(head, number_answers(range(30), guess, Truth(target)))
    lines = target.reshape(-1, 2), guess.reshape(-1, 2)
    assert found["r2"] == pytest.approx(sk.r2_score(*lines), abs=1e-12)
    written = table([(head, number_answers(range(30), guess, Truth(target)))])
    assert list(written)[1:4] == ["a_0", "b_0", "a_1"]


def test_pictures_are_measured_each_so_that_a_constant_pixel_counts_for_nothing() -> None:
    target = RANDOM.normal(size=(6, 4, 4))
    target[:, 0, 0] = 0.0
    guess = target + RANDOM.normal(size=target.shape) / 10
    head = Reconstruction("picture", ("pixel",), (4, 4), of_pictures=True)
    found = measure(head, number_answers(range(6), guess, Truth(target)))
    pairs = [(target[row].ravel(), guess[row].ravel()) for row in range(6)]
    assert found["r2"] == pytest.approx(np.mean([sk.r2_score(*pair) for pair in pairs]))
    assert found["rmse"] == pytest.approx(
        np.mean([sk.root_mean_squared_error(*pair) for pair in pairs])
    )


def test_a_wide_reconstruction_is_written_as_one_error_per_row() -> None:
    target = RANDOM.normal(size=(3, 1001))
    head = Reconstruction("picture", ("pixel",), (1001,), of_pictures=True)
    written = table([(head, number_answers([5, 6, 7], target + 2.0, Truth(target)))])
    assert list(written) == ["row", "rmse", "mae"]
    assert numbers(written["rmse"]) == pytest.approx([2.0] * 3)


def several_labels(
    rows: int = 50, weights: np.ndarray | None = None
) -> tuple[SeveralLabels, Answers]:
    held = RANDOM.integers(0, 2, (rows, 3))
    shares = np.clip(held * 0.4 + RANDOM.random((rows, 3)) * 0.6, 0, 1)
    head = SeveralLabels("out", ("red", "green", "blue"), (0, 1))
    return head, label_answers(range(rows), shares, (0, 1), Truth(held, weights=weights))


def label_table(
    written: dict[str, list[str]], head: SeveralLabels
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kinds = ("", "prediction_", "probability_")
    found = [
        np.stack([numbers(written[f"{kind}{one}"]) for one in head.columns], axis=1)
        for kind in kinds
    ]
    return found[0], found[1], found[2]


def test_several_labels_are_measured_each_and_averaged() -> None:
    head, answers = several_labels()
    held, said, shares = label_table(table([(head, answers)]), head)
    found, each = measure(head, answers), measure_columns(head, answers)
    assert found["accuracy"] == pytest.approx((held == said).mean(), abs=1e-12)
    assert found["macro_f1"] == pytest.approx(sk.f1_score(held, said, average="macro"), abs=1e-12)
    assert found["roc_auc"] == pytest.approx(sk.roc_auc_score(held, shares), abs=1e-12)
    assert found["subset_accuracy"] == pytest.approx(sk.accuracy_score(held, said), abs=1e-12)
    assert each["green"] == pytest.approx(
        {
            "accuracy": sk.accuracy_score(held[:, 1], said[:, 1]),
            "f1": sk.f1_score(held[:, 1], said[:, 1]),
            "roc_auc": sk.roc_auc_score(held[:, 1], shares[:, 1]),
            "ece": error_of_label(shares[:, 1], held[:, 1] == 1, None),
        },
        abs=1e-12,
    )


def test_steps_that_do_not_count_are_left_out_and_their_cells_are_empty() -> None:
    labels = np.array(["noun", "verb"], dtype=object)
    target = labels[RANDOM.integers(0, 2, (20, 4))]
    shares = RANDOM.dirichlet(np.ones(2), (20, 4))
    counted = RANDOM.random((20, 4)) < 0.6
    head = ClassPerPosition("tag", ("tag",), ("noun", "verb"), (4,))
    answers = class_answers(range(20), shares, head.classes, Truth(target, counted))
    said = labels[shares.argmax(axis=-1)]
    found = measure(head, answers)
    truth, guess = target[counted].astype(str), said[counted].astype(str)
    assert found["accuracy"] == pytest.approx(sk.accuracy_score(truth, guess), abs=1e-12)
    assert found["macro_f1"] == pytest.approx(sk.f1_score(truth, guess, average="macro"), abs=1e-12)
    area = sk.roc_auc_score(truth == "verb", shares[counted][:, 1])
    assert found["roc_auc"] == pytest.approx(area, abs=1e-12)
    written = table([(head, answers)])
    assert [one == "" for one in written["prediction_tag_2"]] == (~counted[:, 2]).tolist()
    counts = confusion(head, answers)
    assert counts is not None
    assert np.sum(counts.counts) == counted.sum()


@pytest.mark.parametrize("kind", ["numbers", "classes", "labels", "pictures"])
def test_weighted_figures_are_scikit_learn_s_with_sample_weight(kind: str) -> None:
    weights = RANDOM.random(50) * 3
    if kind == "labels":
        head, answers = several_labels(weights=weights)
        held, said, _ = label_table(table([(head, answers)]), head)
        assert measure(head, answers)["macro_f1"] == pytest.approx(
            sk.f1_score(held, said, average="macro", sample_weight=weights), abs=1e-12
        )
        assert measure(head, answers)["subset_accuracy"] == pytest.approx(
            sk.accuracy_score(held, said, sample_weight=weights), abs=1e-12
        )
        return
    if kind == "classes":
        one_class, answers = classes(("a", "b"), 50)
        answers = replace(answers, weights=weights)
        true, each = answers.target, answers.probabilities
        assert true is not None
        assert each is not None
        found = measure(one_class, answers)
        assert found["accuracy"] == pytest.approx(
            sk.accuracy_score(true, answers.prediction, sample_weight=weights), abs=1e-12
        )
        assert found["roc_auc"] == pytest.approx(
            sk.roc_auc_score(true == "b", each[:, 1], sample_weight=weights), abs=1e-12
        )
        return
    numeric, answers = regression(("y", "z"), 50)
    answers = replace(answers, weights=weights)
    pictures = Reconstruction("out", ("x",), (2,), of_pictures=True)
    target, guess = np.asarray(answers.target), answers.prediction
    if kind == "pictures":
        found, target, guess = measure(pictures, answers), target.T, guess.T
        sizes = sk.mean_absolute_error(target, guess, multioutput="raw_values")
        assert found["mae"] == pytest.approx(np.average(sizes, weights=weights), rel=1e-12)
        return
    found = measure(numeric, answers)
    for name, oracle in (
        ("rmse", sk.root_mean_squared_error),
        ("r2", sk.r2_score),
        ("mae", sk.mean_absolute_error),
    ):
        assert found[name] == pytest.approx(oracle(target, guess, sample_weight=weights), rel=1e-12)


def test_where_no_step_counts_there_are_no_figures() -> None:
    target, counted = np.ones((3, 4, 2)), np.zeros((3, 4), bool)
    answers = number_answers(range(3), target, Truth(target, counted, np.ones(3)))
    found = measure(Numbers("out", ("y",), (4, 2)), answers)
    assert found == {"rmse": None, "r2": None, "mae": None}


def test_r2_needs_two_elements_of_a_picture_and_one_picture_is_enough() -> None:
    target, weights = np.array([[2.0], [5.0], [9.0]]), np.array([1.0, 1.0, 2.0])
    head = Reconstruction("dot", ("dot",), (1,), of_pictures=True)
    found = measure(head, number_answers(range(3), target + 2, Truth(target, weights=weights)))
    assert found == {"rmse": 2.0, "r2": None, "mae": 2.0}
    target = RANDOM.normal(size=(1, 1, 2))
    guess = target + RANDOM.normal(size=target.shape) / 3
    head = Reconstruction("picture", ("pixel",), (1, 2), of_pictures=True)
    found = measure(head, number_answers([0], guess, Truth(target)))
    assert found["r2"] == pytest.approx(sk.r2_score(target.ravel(), guess.ravel()), rel=1e-9)


def test_a_single_column_has_no_figures_beside_those_of_all() -> None:
    assert measure_columns(*regression(("y",))) == {}
    assert list(measure_columns(*regression(("y", "z")))) == ["y", "z"]


@pytest.mark.parametrize("masked", [False, True], ids=["all", "masked"])
def test_a_row_s_weight_is_that_of_each_of_its_steps(masked: bool) -> None:  # noqa: FBT001 - a test's parameter
    labels, weights = np.array(["noun", "verb"], dtype=object), RANDOM.random(20) * 3
    target, shares = (
        labels[RANDOM.integers(0, 2, (20, 2, 3))],
        RANDOM.dirichlet(np.ones(2), (20, 2, 3)),
    )
    counted = RANDOM.random((20, 2, 3)) < 0.6 if masked else None
    head = ClassPerPosition("tag", ("tag",), ("noun", "verb"), (2, 3))
    answers = class_answers(range(20), shares, head.classes, Truth(target, counted, weights))
    kept = np.ones(target.shape, bool) if counted is None else counted
    each = np.broadcast_to(weights[:, None, None], kept.shape)[kept]
    truth, held = target[kept].astype(str), shares[kept]
    said = labels[held.argmax(axis=1)].astype(str)
    assert measure(head, answers) == pytest.approx(
        {
            "accuracy": sk.accuracy_score(truth, said, sample_weight=each),
            "macro_f1": sk.f1_score(truth, said, average="macro", sample_weight=each),
            "roc_auc": sk.roc_auc_score(truth == "verb", held[:, 1], sample_weight=each),
            "ece": calibration_error(held.max(axis=1), truth == said, each),
        },
        abs=1e-9,
    )


def test_a_row_s_weight_is_that_of_the_labels_of_each_step() -> None:
    held, weights = RANDOM.integers(0, 2, (20, 4, 3)), RANDOM.random(20) * 3
    shares = np.clip(held * 0.4 + RANDOM.random(held.shape) * 0.6, 0, 1)
    head = SeveralLabels("out", ("mood",), (0, 1), (4, 3))
    answers = label_answers(range(20), shares, (0, 1), Truth(held, weights=weights))
    truth, said, each = held.reshape(-1, 3), shares.reshape(-1, 3) > 0.5, np.repeat(weights, 4)
    found = measure(head, answers)
    assert found["subset_accuracy"] == pytest.approx(
        sk.accuracy_score(truth, said, sample_weight=each), abs=1e-9
    )
    assert found["macro_f1"] == pytest.approx(
        sk.f1_score(truth, said, average="macro", sample_weight=each), abs=1e-9
    )


def test_answers_that_are_no_numbers_are_refused_with_their_row() -> None:
    with pytest.raises(RunFailed, match=r"2 of 4 rows, first for row 11; .*R104"):
        number_answers([10, 11, 12, 13], [1.0, float("nan"), 2.0, float("inf")])


def test_rows_without_targets_have_no_target_columns() -> None:
    answers = class_answers([3, 4], [[0.25, 0.75], [1.0, 0.0]], ("a", "b"))
    written = table([(OneClass("k", ("k",), ("a", "b")), answers)])
    assert written == {
        "row": ["3", "4"],
        "prediction": ["b", "a"],
        "probability_a": ["0.25", "1.0"],
        "probability_b": ["0.75", "0.0"],
    }


def test_several_outputs_share_one_table() -> None:
    head, price = regression(("y",), 2)
    written = table([(head, price), (Numbers("other", ("row",)), price)])
    assert list(written) == [
        "row", "target_out", "prediction_out", "target_other", "prediction_other"
    ]  # fmt: skip


def test_columns_of_equal_names_are_told_apart() -> None:
    head, answers = regression(("row", "y"), 2)
    assert list(table([(head, answers)])) == ["row", "row_", "y", "prediction_row", "prediction_y"]


def test_a_label_holds_above_one_half_and_not_at_it() -> None:
    shares = np.array([[0.5, 0.500001], [0.499999, 1.0]])
    found = label_answers(range(2), shares, ("no", "yes"), Truth(np.full((2, 2), "no")))
    assert found.prediction.tolist() == [["no", "yes"], ["no", "yes"]]

"""Thresholds chosen on validation rows are those of scikit-learn; baselines choose alike."""

import numpy as np
import pytest
from sklearn import metrics as sk

from nnspec.diagnostics import Refused
from nnspec.judge.answers import Answers, Truth, class_answers, label_answers
from nnspec.judge.baselines import fit_baselines
from nnspec.judge.decision import (
    DECISIONS_OF_RUN,
    Decision,
    decide,
    decided,
)
from nnspec.judge.heads import OneClass, SeveralLabels
from nnspec.judge.known import Known
from nnspec.judge.metrics import measure
from nnspec.spec.training import Reached, Threshold

HEAD = OneClass("out", ("y",), ("no", "yes"), sought=True)
LABELS = SeveralLabels("out", ("a", "b"), (0, 1))
RANDOM = np.random.default_rng(11)
CLASSES = np.asarray(HEAD.classes)

Bits = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def drawn(rows: int = 300, share: float = 0.2, digits: int = 9) -> tuple[Bits, Numbers]:
    """Return which rows are of the second class, and probabilities, with equals among them."""
    held = RANDOM.random(rows) < share
    scores = RANDOM.normal(held * 1.0 - 1.5).astype(np.float32)
    shares = (1 / (1 + np.exp(-scores))).round(digits).astype(np.float64)
    return held, shares


def answers(held: Bits, shares: Numbers, weights: Numbers | None = None) -> Answers:
    truth = Truth(CLASSES[held.astype(int)], weights=weights)
    return class_answers(np.arange(len(held)), shares, HEAD.classes, truth)


def chosen(asked: Threshold, given: Answers) -> Decision:
    found = decide(asked, HEAD, given)
    assert found is not None
    return found


@pytest.mark.parametrize("digits", [9, 1])
@pytest.mark.parametrize("weighted", ["", "weighted"])
def test_f1_and_youden_are_the_largest_of_scikit_learn_s_curves(digits: int, weighted: str) -> None:
    for _ in range(8):
        held, shares = drawn(60, 0.3, digits)
        weights = RANDOM.random(60) + 0.1 if weighted else None
        given = answers(held, shares, weights)
        precision, recall, _ = sk.precision_recall_curve(held, shares, sample_weight=weights)
        best = np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12))
        answered = decided(HEAD, given, chosen("f1", given)).prediction == "yes"
        assert sk.f1_score(held, answered, sample_weight=weights) == pytest.approx(best)
        false, true, _ = sk.roc_curve(held, shares, sample_weight=weights)
        answered = decided(HEAD, given, chosen("youden", given)).prediction == "yes"
        reached = sk.balanced_accuracy_score(held, answered, sample_weight=weights) * 2 - 1
        assert reached == pytest.approx(np.max(true - false))


@pytest.mark.parametrize("least", [0.3, 0.9, 0.999])
def test_a_recall_is_reached_with_the_largest_precision_and_the_other_way_round(
    least: float,
) -> None:
    for _ in range(8):
        held, shares = drawn()
        given = answers(held, shares)
        precision, recall, _ = sk.precision_recall_curve(held, shares)
        found = measure(HEAD, decided(HEAD, given, chosen(Reached(recall=least), given)))
        assert (found["recall"] or 0) >= least
        assert found["precision"] == pytest.approx(precision[recall >= least].max())
        if (precision[:-1] >= least).any():
            found = measure(HEAD, decided(HEAD, given, chosen(Reached(precision=least), given)))
            assert (found["precision"] or 0) >= least
            assert found["recall"] == pytest.approx(recall[:-1][precision[:-1] >= least].max())


def test_a_precision_that_no_threshold_reaches_is_told() -> None:
    held = np.array([False, True, False, True, False])
    given = answers(held, np.array([0.1, 0.2, 0.3, 0.4, 0.9]))
    found = chosen(Reached(precision=0.9), given)
    assert "no threshold reaches a precision of 0.9" in found.notes[0]
    assert "0.5000, the largest" in found.notes[0]
    assert (decided(HEAD, given, found).prediction == "yes").sum() in {2, 4}


def test_of_equal_thresholds_the_one_nearest_to_one_half_is_taken() -> None:
    held = np.array([False, False, True, True])
    given = answers(held, np.array([0.1, 0.2, 0.7, 0.9]))
    (threshold,) = chosen("f1", given).thresholds
    assert threshold == pytest.approx(0.45)
    flat = answers(held, np.full(4, 0.25))
    assert chosen("youden", flat).thresholds[0] == pytest.approx(0.625)


def test_neighbouring_probabilities_of_single_precision_are_still_parted() -> None:
    low = np.float32(0.3)
    shares = np.array([low, np.nextafter(low, np.float32(1))], np.float32)
    given = answers(np.array([False, True]), shares.astype(np.float64))
    found = chosen("f1", given)
    assert decided(HEAD, given, found).prediction.tolist() == ["no", "yes"]
    assert np.float32(found.thresholds[0]) == found.thresholds[0]
    sure = answers(np.array([False, True]), np.array([0.0, 1.0]))
    assert decided(HEAD, sure, chosen("f1", sure)).prediction.tolist() == ["no", "yes"]


def test_a_number_is_taken_as_it_is_and_one_half_decides_nothing_anew() -> None:
    held, shares = drawn()
    given = answers(held, shares)
    assert decide(0.5, HEAD, given) is None
    found = decided(HEAD, given, chosen(0.2, None or given)).prediction == "yes"
    assert found.tolist() == (shares > 0.2).tolist()


def test_each_of_several_labels_has_a_threshold_of_its_own() -> None:
    target = RANDOM.integers(0, 2, (200, 2))
    shares = np.clip(target * 0.3 + RANDOM.random((200, 2)) * 0.5, 0, 1) * [1.0, 0.4]
    given = label_answers(np.arange(200), shares, LABELS.classes, Truth(target))
    found = decide("f1", LABELS, given)
    assert found is not None
    assert found.thresholds[0] > 0.25 > found.thresholds[1]
    after = measure(LABELS, decided(LABELS, given, found))
    assert (after["macro_f1"] or 0) > (measure(LABELS, given)["macro_f1"] or 0)
    best = []
    for place in range(2):
        precision, recall, _ = sk.precision_recall_curve(target[:, place], shares[:, place])
        best.append(np.max(2 * precision * recall / (precision + recall)))
    assert after["macro_f1"] == pytest.approx(np.mean(best))


def test_rows_of_a_single_class_leave_one_half_and_say_so() -> None:
    given = answers(np.zeros(5, np.bool_), np.linspace(0, 1, 5))
    found = chosen("f1", given)
    assert found.thresholds == (0.5,)
    assert "a single class" in found.notes[0]


def test_decisions_survive_their_file_and_a_damaged_one_is_refused() -> None:
    known = {"out": Decision((0.25, 0.5), "f1", ("a: 0.25",))}
    assert DECISIONS_OF_RUN.decode(DECISIONS_OF_RUN.encode(known)) == known
    with pytest.raises(Refused, match="A102"):
        DECISIONS_OF_RUN.decode(b'{"out": {"thresholds": "many"}}')


def test_the_class_that_is_looked_for_has_figures_as_scikit_learn_s() -> None:
    held, shares = drawn()
    given = answers(held, shares)
    found = measure(HEAD, given)
    said = shares > 0.5
    assert found["precision"] == pytest.approx(sk.precision_score(held, said))
    assert found["recall"] == pytest.approx(sk.recall_score(held, said))
    assert found["f1"] == pytest.approx(sk.f1_score(held, said))
    assert "precision" not in measure(OneClass("out", ("y",), ("no", "yes")), given)


def test_baselines_choose_their_threshold_by_the_same_rule_on_the_same_rows() -> None:
    splits = {}
    for name in ("train", "validation", "test"):
        held, shares = drawn(400, 0.1)
        splits[name] = Known({"input": shares.reshape(-1, 1)}, CLASSES[held.astype(int)])
    plain = fit_baselines(HEAD, splits, seed=0).figures["logistic_regression"]
    own = fit_baselines(HEAD, splits, seed=0, threshold=Reached(recall=0.8))
    assert (plain["validation"]["recall"] or 0) < 0.5
    found = own.figures["logistic_regression"]
    assert 0.8 <= (found["validation"]["recall"] or 0) < 1
    assert (found["test"]["recall"] or 0) > 0.5
    assert found["test"]["roc_auc"] == plain["test"]["roc_auc"]


def test_what_a_threshold_reaches_is_told_with_its_figures() -> None:
    held = np.array([False, False, True, False, True, True, False, True])
    shares = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.9])
    given = answers(held, shares)
    first, rest = "of those with a", "or more on the validation rows the one with the"
    cases: dict[str, tuple[Threshold, float, str]] = {
        "f1": ("f1", 0.15, "F1 is largest there on the validation rows: 0.8000 (at 0.5: 0.5714)"),
        "youden": (
            "youden",
            0.35,
            "Youden's J is largest there on the validation rows: 0.5000 (at 0.5: 0.2500)",
        ),
        "recall 0.75": (
            Reached(recall=0.75),
            0.35,
            f"{first} recall of 0.75 {rest} largest precision: 0.7500, precision 0.7500",
        ),
        "precision 0.7": (
            Reached(precision=0.7),
            0.35,
            f"{first} precision of 0.7 {rest} largest recall: 0.7500, recall 0.7500",
        ),
    }
    for rule, (asked, threshold, told) in cases.items():
        found = chosen(asked, given)
        assert found.rule == rule
        assert list(found.thresholds) == pytest.approx([threshold])
        assert found.notes == (f"yes: answered above a probability of {threshold:g}; {told}",)
    # Six of eight: what is written as 0.75 is reached by 3 of 4.
    assert list(chosen(Reached(precision=0.75), given).thresholds) == pytest.approx([0.35])


def test_a_number_and_a_lack_of_rows_are_told() -> None:
    held, shares = drawn()
    given = answers(held, shares)
    note = "answers are yes above a probability of 0.2, as the spec says"
    assert chosen(0.2, given) == Decision((0.2,), "0.2", (note,))
    several = decide(0.2, LABELS, given)
    note = "a label holds above a probability of 0.2, as the spec says"
    assert several == Decision((0.2, 0.2), "0.2", (note,))
    lack = ("threshold: no validation rows to choose by",)
    assert decide("f1", LABELS, None) == Decision((0.5, 0.5), "f1", lack)
    assert decided(HEAD, given, None) is given


@pytest.mark.parametrize("side", [False, True])
def test_rows_of_either_class_alone_leave_nothing_to_choose_by(*, side: bool) -> None:
    given = answers(np.full(5, side), np.linspace(0, 1, 5))
    found = chosen("youden", given)
    assert found.thresholds == (0.5,)
    assert found.notes[0].endswith(
        "the validation rows hold a single class, which leaves nothing to choose by"
    )

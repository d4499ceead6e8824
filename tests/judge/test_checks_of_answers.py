"""Checks of answers and units, on one side of each bound and on the other."""

from dataclasses import replace

import numpy as np
import pytest
from planted import PRICE, SICK, course

from nnspec.judge.answers import (
    Answers,
    Floats,
    Truth,
    class_answers,
    label_answers,
    number_answers,
)
from nnspec.judge.checks.check import Check, Verdict
from nnspec.judge.checks.evidence import (
    Evidence,
    LayerGradient,
    OutputEvidence,
    Probe,
    UnitTrace,
)
from nnspec.judge.checks.replies import BadCalibration, ClassIgnored, ConstantAnswers
from nnspec.judge.checks.units import DeadUnits, Exploding, SaturatedUnits, Vanishing
from nnspec.judge.heads import ClassPerPosition, Head, Numbers, OneClass, SeveralLabels

RANDOM = np.random.default_rng(7)
NOISE = RANDOM.normal(size=40)


def told(check: type[Check], head: Head, **answers: Answers) -> Verdict:
    losses = {name: np.ones(len(one.rows)) for name, one in answers.items()}
    return check().verdict(Evidence(course(), (OutputEvidence(head, answers, losses),)))


def numbers(answer: Floats, target: Floats) -> Answers:
    return number_answers(np.arange(len(answer)), answer, Truth(target))


@pytest.mark.parametrize(("share", "status"), [(0.0099, "found"), (0.0101, "passed"), (0, "found")])
def test_answers_are_constant_below_a_hundredth_of_the_targets_deviation(
    share: float, status: str
) -> None:
    target = 5 * NOISE
    answer = 3 + share * target
    found = told(ConstantAnswers, PRICE, train=numbers(answer, target))
    assert found.status == status
    if status == "found":
        assert found.says == f"answers deviate by {share:.2%} of what targets deviate by"
        assert found.figures == {"share": pytest.approx(share)}


def test_one_target_that_is_told_apart_is_enough_and_constant_ones_do_not_count() -> None:
    head = Numbers("two", ("a", "b", "c"))
    target = np.stack([NOISE, 9 * NOISE, np.ones(40)], axis=1)
    for own, status in ((0.5, "passed"), (0.005, "found")):
        answer = np.stack([own * NOISE, 0.001 * NOISE, 7 * NOISE], axis=1)
        found = told(ConstantAnswers, head, train=numbers(answer, target))
        assert found.status == status
    assert found.figures == {"share": pytest.approx(0.005)}


def test_of_steps_each_column_deviates_over_all_rows_and_steps() -> None:
    head = Numbers("steps", ("a",), (5, 2))
    target = RANDOM.normal(size=(40, 5, 2))
    answer = target * [0.001, 0.02]
    assert told(ConstantAnswers, head, train=numbers(answer, target)).status == "passed"
    found = told(ConstantAnswers, head, train=numbers(answer / [1, 4], target))
    assert found.figures == {"share": pytest.approx(0.005)}


@pytest.mark.parametrize(("spread", "status"), [(0.0049, "found"), (0.0051, "passed")])
def test_probabilities_are_constant_below_a_deviation_of_0_005(spread: float, status: str) -> None:
    chance = 0.3 + spread * np.tile([1.0, -1.0], 20)
    labels = np.where(NOISE > 0, "yes", "no")
    answers = class_answers(np.arange(40), chance, SICK.classes, Truth(labels))
    found = told(ConstantAnswers, SICK, train=answers)
    assert found.status == status
    if status == "found":
        assert found.says == f"probabilities deviate by {spread:.2g} at most from row to row"
        assert found.figures == {"deviation": pytest.approx(spread)}
    flat = replace(SICK, graded=False)
    assert told(ConstantAnswers, flat, train=answers).status == "passed"


def test_constant_answers_are_looked_for_where_most_rows_are() -> None:
    varied, flat = numbers(NOISE, NOISE), numbers(np.ones(30), NOISE[:30])
    assert told(ConstantAnswers, PRICE, train=flat, test=varied).status == "passed"
    assert told(ConstantAnswers, PRICE, train=varied, test=flat).status == "passed"
    twenty, fewer = numbers(np.ones(20), NOISE[:20]), numbers(np.ones(19), NOISE[:19])
    assert told(ConstantAnswers, PRICE, train=twenty).status == "found"
    assert told(ConstantAnswers, PRICE, train=fewer).says == "19 rows are too few to tell"
    same = numbers(NOISE, np.ones(40))
    assert told(ConstantAnswers, PRICE, train=same).says == "all rows have the same target"
    none = "there are no answers with targets"
    assert told(ConstantAnswers, PRICE).says == none
    unjudged = OutputEvidence(PRICE, {"train": varied})
    assert ConstantAnswers().verdict(Evidence(course(), (unjudged,))).says == none


def classed(said: list[str], there: list[str], counted: list[int] | None = None) -> Answers:
    names = ("a", "b", "c", "d", "e", "f", "g", "h")
    shares = np.array([[one == name for name in names] for one in said], float)
    which = None if counted is None else np.array(counted, np.bool_)
    return class_answers(np.arange(len(said)), shares, names, Truth(np.array(there), which))


HEAD = OneClass("kind", ("kind",), ("a", "b", "c", "d", "e", "f", "g", "h"))


@pytest.mark.parametrize(("rows", "status"), [(9, "passed"), (10, "found")])
def test_a_class_of_ten_rows_over_all_splits_is_answered_once(rows: int, status: str) -> None:
    first = classed(["a"] * 20, ["a"] * 14 + ["b"] * 6)
    second = classed(["a"] * rows, ["a"] * 6 + ["b"] * (rows - 6))
    assert told(ClassIgnored, HEAD, train=first, test=second).status == status
    third = classed(["a"] * 20, ["b"] * rows + ["c"] * 9 + ["a"] * (11 - rows))
    found = told(ClassIgnored, HEAD, train=third)
    assert found.status == status
    if status == "found":
        assert found.says == "no row is answered with b (10 rows are)"
        assert found.figures == {"b": 10}
    once = classed(["a"] * 20 + ["b"], ["b"] * 21)
    assert told(ClassIgnored, HEAD, train=third, test=once).status == "passed"
    assert told(ClassIgnored, HEAD, train=third, test=third).figures == {"b": 2 * rows, "c": 18}


def test_of_many_ignored_classes_five_are_named() -> None:
    every = [name for name in "bcdefgh" for _ in range(12)]
    found = told(ClassIgnored, HEAD, train=classed(["a"] * 84, every))
    listed = ", ".join(f"{name} (12 rows are)" for name in "bcdef")
    assert found.says == f"no row is answered with {listed} and 2 more"
    assert len(found.figures) == 7
    five = told(ClassIgnored, HEAD, train=classed(["a"] * 60, every[:60]))
    assert five.says == f"no row is answered with {listed}"
    assert told(ClassIgnored, PRICE, train=numbers(NOISE, NOISE)).says == "no classes are answered"


def test_labels_and_positions_that_count_are_counted_each_for_itself() -> None:
    held = np.zeros((12, 3), np.intp)
    held[:, 1] = 1
    held[:10, 2] = 1
    labels = SeveralLabels("s", ("x", "y", "z"), (0, 1))
    silent = label_answers(np.arange(12), np.full((12, 3), 0.2), (0, 1), Truth(held))
    assert told(ClassIgnored, labels, train=silent).figures == {"y": 12, "z": 10}
    one = np.full((12, 3), 0.2)
    one[0, 1] = 0.9
    spoken = label_answers(np.arange(12), one, (0, 1), Truth(held))
    assert told(ClassIgnored, labels, train=spoken).figures == {"z": 10}

    counted = np.ones((12, 3), np.bool_)
    counted[2:, 2] = False
    steps = ClassPerPosition("p", ("a",), (0, 1), (3,))
    never = replace(silent, counted=counted)
    assert told(ClassIgnored, steps, train=silent).figures == {"1": 22}
    assert told(ClassIgnored, steps, train=never).figures == {"1": 14}


@pytest.mark.parametrize("rows", [43, 407])
def test_calibration_is_bad_beyond_0_05_and_three_errors(rows: int) -> None:
    seen = set()
    for surplus in np.linspace(0, 0.5, 51):
        chance = np.full(rows, 0.95)
        right = np.arange(rows) >= round((0.05 + surplus) * rows)
        labels = np.where(right, "yes", "no")
        answers = class_answers(np.arange(rows), chance, SICK.classes, Truth(labels))
        found = told(BadCalibration, SICK, test=answers)
        apart = 0.95 - right.mean()
        expected = abs(apart) > 0.05 and apart > 3 * np.sqrt(0.95 * 0.05 / rows)
        assert (found.status == "found") is bool(expected)
        if expected:
            assert found.figures == {
                "stated": pytest.approx(0.95),
                "right": pytest.approx(right.mean()),
                "ece": pytest.approx(apart),
            }
            assert found.says == (
                f"on the test rows the answer is given 95.0% on average and is right in "
                f"{right.mean():.1%}; the calibration error is {apart:.3f}"
            )
        seen.add(found.status)
    assert seen == {"found", "passed"}


def test_calibration_of_the_more_probable_class_whichever_it_is() -> None:
    chance = np.tile([0.9, 0.1], 30)
    labels = np.tile(["no", "yes"], 30)
    answers = class_answers(np.arange(60), chance, SICK.classes, Truth(labels))
    assert told(BadCalibration, SICK, test=answers).figures["right"] == 0.0
    turned = replace(answers, target=labels[::-1])
    assert told(BadCalibration, SICK, test=turned).status == "passed"
    few = class_answers(np.arange(19), chance[:19], SICK.classes, Truth(labels[:19]))
    assert told(BadCalibration, SICK, test=few).says == "fewer than 20 rows were kept back"
    assert told(BadCalibration, SICK, test=few, validation=answers).status == "found"
    twenty = class_answers(np.arange(20), chance[:20], SICK.classes, Truth(labels[:20]))
    assert told(BadCalibration, SICK, test=twenty).status == "found"
    flat = replace(SICK, graded=False)
    assert told(BadCalibration, flat, test=answers).status == "not applicable"
    assert told(BadCalibration, PRICE, test=numbers(NOISE, NOISE)).status == "not applicable"


def seen(check: type[Check], probe: Probe | None) -> Verdict:
    return check().verdict(Evidence(course(), probe=probe))


@pytest.mark.parametrize(
    ("check", "function", "share", "word"),
    [
        (DeadUnits, "relu", 1.0, "dead"),
        (SaturatedUnits, "tanh", 0.9, "saturated"),
        (SaturatedUnits, "sigmoid", 0.9, "saturated"),
    ],
)
def test_half_of_a_layer_s_units_at_an_end_are_found(
    check: type[Check], function: str, share: float, word: str
) -> None:
    def layer(idle: list[float], name: str = "first") -> UnitTrace:
        return UnitTrace(name, function, np.array(idle))  # type: ignore[arg-type]

    half, less = layer([share, share, 0.1, 0.1]), layer([share, share - 0.01, 0.1, 0.1])
    found = seen(check, Probe(1500, units=(half,)))
    assert found.says == f"2 of 4 units of first are {word} on 1,500 training rows"
    assert found.figures == {"first": 0.5}
    assert seen(check, Probe(1500, units=(less,))).status == "passed"
    assert seen(check, Probe(1500, units=(layer([share, share, 0.1, 0, 0]),))).status == "passed"
    # A single unit is an output of its own kind, and no layer that is too narrow.
    assert seen(check, Probe(1500, units=(layer([share]),))).status == "passed"
    assert seen(check, Probe(1500, units=(layer([share, 0.0]),))).figures == {"first": 0.5}
    assert seen(check, Probe(30, units=(half,))).status == "found"
    assert seen(check, Probe(29, units=(half,))).says == "29 training rows are too few to tell"
    assert seen(check, Probe(1500)).says.startswith("no hidden layer has")
    assert seen(check, None).status == "not applicable"
    several = tuple(replace(half, layer=name) for name in "abcde")
    listed = ", ".join(f"2 of 4 units of {name}" for name in "abc")
    assert seen(check, Probe(1500, units=several)).says == (
        f"{listed} and 2 layers more are {word} on 1,500 training rows"
    )
    assert seen(check, Probe(1500, units=several[:3])).says == (
        f"{listed} are {word} on 1,500 training rows"
    )
    other = UnitTrace("x", "relu" if function != "relu" else "tanh", np.ones(4))
    assert seen(check, Probe(1500, units=(other,))).status == "not applicable"


def gradients(first: float, loss: float = 0.5, **changes: float) -> Probe:
    weights = changes.get("weights", 2.0)
    layers = (
        LayerGradient("first", first, weights, frozenset({"second", "last", "pool"})),
        LayerGradient("second", changes.get("second", 0.5), 2.0, frozenset({"last"})),
        LayerGradient("last", 1.0, 0.5),
    )
    return Probe(64, loss, gradients=layers)


@pytest.mark.parametrize(("part", "status"), [(0.99e-4, "found"), (1.01e-4, "passed")])
def test_a_gradient_vanishes_below_a_ten_thousandth_of_the_largest_behind(
    part: float, status: str
) -> None:
    # Weights times gradient over loss: 2 * 0.5 / 0.5 of the second, 1 * 0.5 / 0.5 of the last.
    found = seen(Vanishing, gradients(0.5 * part))
    assert found.status == status
    if status == "found":
        assert found.figures == {"first": pytest.approx(2 * part), "second": pytest.approx(2.0)}
        assert found.says == (
            "changing all weights of first by their own size would change the loss by "
            f"{2 * part:.1e} of itself, all of second by 2.0e+00"
        )
    assert seen(Vanishing, gradients(0.5 * part, weights=0.0)).status == "passed"
    assert seen(Vanishing, gradients(0.5 * part, loss=-0.5)).status == status


def test_gradients_of_nothing_do_not_vanish() -> None:
    for size, status in ((0.9e-6, "passed"), (1.1e-6, "found")):
        layers = (
            LayerGradient("first", 0.0, 2.0, frozenset({"last"})),
            LayerGradient("last", size, 1.0),
            LayerGradient("aside", 1.0, 1.0),
        )
        assert seen(Vanishing, Probe(64, 1.0, gradients=layers)).status == status


@pytest.mark.parametrize(("size", "status"), [(999.0, "passed"), (1001.0, "found")])
def test_a_gradient_explodes_beyond_a_thousand_times_the_loss(size: float, status: str) -> None:
    found = seen(Exploding, gradients(size / 4, 0.5))
    assert found.status == status
    if status == "found":
        assert found.figures == {"layer": "first", "gradient": size / 4, "weights": 2.0}
        assert found.says == (
            "the gradient of first has a norm of 250 at weights of norm 2 and a loss of 0.5: "
            "1,001 times the loss"
        )
    assert seen(Exploding, gradients(np.nan)).status == "found"


def test_gradients_need_layers_and_a_loss() -> None:
    assert seen(Vanishing, None).says == "no gradient is followed"
    assert seen(Vanishing, Probe(64, 1.0)).says == "no gradient is followed"
    two = replace(gradients(1.0), gradients=gradients(1.0).gradients[1:])
    assert seen(Vanishing, two).says == "2 layers have trained weights; 3 can be compared"
    one = replace(two, gradients=two.gradients[1:])
    assert seen(Exploding, one).status == "passed"
    for loss, says in ((1e-6, "the loss of the training rows is 1.0e-06"), (1.1e-6, "")):
        assert seen(Exploding, gradients(1e-9, loss)).says.startswith(says)
        status = seen(Vanishing, gradients(1e-9, loss)).status
        assert (status == "not applicable") is bool(says)
    assert "nan" in seen(Exploding, gradients(1.0, np.nan)).says

"""Checks of what was won, held against numpy: found beyond each bound and passed before it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from planted import PRICE, SICK, course

from nnspec.judge.answers import Answers, Floats, Truth, label_answers, number_answers
from nnspec.judge.checks.check import OutputCheck, Verdict
from nnspec.judge.checks.evidence import Evidence, OutputEvidence
from nnspec.judge.checks.gains import (
    FewRows,
    Overfit,
    SeedSized,
    SplitsDisagree,
    Underfit,
    WithinNoise,
    WorseThanBaseline,
)
from nnspec.judge.checks.losses import constant_losses, row_losses, unit_of
from nnspec.judge.checks.rivals import rival_on
from nnspec.judge.heads import ClassPerPosition, Numbers, OneClass, Reconstruction, SeveralLabels

RANDOM = np.random.default_rng(2)
SPREAD = RANDOM.uniform(0.5, 1.5, 100)
OTHER = RANDOM.uniform(-0.5, 0.5, 100)
Losses = Mapping[str, Floats]


def output(losses: Losses, baselines: Mapping[str, Losses] | None = None) -> OutputEvidence:
    """Return an output of numbers whose rows cost so much; a constant answer costs 2 a row."""
    answers = {
        split: number_answers(np.arange(len(one)), np.zeros(len(one)), Truth(np.ones(len(one))))
        for split, one in losses.items()
    }
    constant = {split: np.full(len(one), 2.0) for split, one in losses.items()}
    return OutputEvidence(PRICE, answers, losses, baselines or {}, constant, unit=3.0)


def told(check: type[OutputCheck], one: OutputEvidence, *, parameters: int = 0) -> Verdict:
    return check().verdict(Evidence(course(), (one,), parameters=parameters))


def error_of(values: Floats) -> float:
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


@pytest.mark.parametrize(("check", "least", "times"), [(Overfit, 0.2, 3.0), (FewRows, 0.1, 1.96)])
@pytest.mark.parametrize("noise", [0.1, 3.0])
@pytest.mark.parametrize("linear", [0.0, 0.2])
def test_a_gap_is_found_beyond_its_bound_and_its_errors(
    check: type[OutputCheck], least: float, times: float, noise: float, linear: float
) -> None:
    seen = set()
    for size in np.linspace(0, 3, 101):
        train, test = 0.4 * SPREAD, 0.5 + noise * OTHER + size
        lost = {"train": np.ones(100), "test": 1 + np.full(100, 2 * linear)}
        more = {"ridge": lost, "trees": {"train": np.zeros(100), "test": np.full(100, 9.0)}}
        one = output({"train": train, "test": test}, more)
        explained = 1 - train.mean() / 2, 1 - test.mean() / 2
        excess = explained[0] - explained[1] - linear
        error = np.hypot(error_of(train), error_of(test)) / 2
        expected = excess > least and excess > times * error
        found = told(check, one, parameters=250)
        assert (found.status == "found") is bool(expected)
        if expected:
            gap = {
                "explained_train": pytest.approx(explained[0]),
                "explained_test": pytest.approx(explained[1]),
                "excess": pytest.approx(excess),
                "standard_error": pytest.approx(error),
            }
            each = {"parameters_per_target": 2.5} if check is FewRows else {}
            assert found.figures == each | gap
            said = "250 parameters, 2.5 for each target; " if check is FewRows else ""
            assert found.says == (
                f"{said}{explained[0]:.1%} of the training rows' variation is explained and "
                f"{explained[1]:.1%} of the test rows', {excess:.2f} more than a linear model "
                "loses between them"
            )
        seen.add(found.status)
    assert seen == {"found", "passed"}


def test_of_linear_models_the_one_that_loses_most_is_taken_off_and_a_gain_counts_nothing() -> None:
    one = output({"train": 0.1 * SPREAD, "test": 1.5 * SPREAD})
    alone = float(str(told(Overfit, one).figures["excess"]))

    def of(lost: float) -> Losses:
        return {"train": np.ones(100), "test": np.full(100, 1 + 2 * lost)}

    for lost, name, taken in (
        ((0.1, 0.3), "logistic_regression", 0.3),
        ((0.3, 0.1), "logistic_regression", 0.3),
        ((0.1, 0.3), "mean", 0.1),
        ((-0.2, -0.1), "logistic_regression", 0.0),
    ):
        beside = replace(one, baselines={"ridge": of(lost[0]), name: of(lost[1])})
        found = told(Overfit, beside).figures["excess"]
        assert found == pytest.approx(alone - taken)
    half = replace(one, baselines={"ridge": {"test": np.full(100, 9.0)}})
    assert told(Overfit, half).figures["excess"] == pytest.approx(alone)


@pytest.mark.parametrize(("parameters", "status"), [(100, "not applicable"), (101, "found")])
def test_few_rows_are_fewer_targets_than_parameters(parameters: int, status: str) -> None:
    one = output({"train": 0.1 * SPREAD, "test": 1.9 * SPREAD})
    found = told(FewRows, one, parameters=parameters)
    assert found.status == status
    if status != "found":
        assert found.says == "100 parameters learn from 100 targets"
    counted = np.arange(100) < 40
    answers = {**one.answers, "train": replace(one.answers["train"], counted=counted)}
    some = replace(one, answers=answers)
    assert told(FewRows, some, parameters=41).status == "found"
    assert told(FewRows, some, parameters=40).says == "40 parameters learn from 40 targets"
    none = replace(one, answers={})
    assert told(FewRows, none, parameters=0).says == "0 parameters learn from 0 targets"
    assert told(FewRows, none, parameters=7).figures["parameters_per_target"] == 7.0


@pytest.mark.parametrize("noise", [0.01, 2.0])
def test_an_underfit_is_a_twentieth_and_three_errors(noise: float) -> None:
    seen = set()
    for size in np.linspace(0, 1, 101):
        best = SPREAD
        own = SPREAD + noise * OTHER + size
        one = output({"train": own}, {"trees": {"train": 0 * best}, "ridge": {"train": best}})
        behind = own - best
        expected = behind.mean() > 0.05 * best.mean() and behind.mean() > 3 * error_of(behind)
        found = told(Underfit, one)
        assert (found.status == "found") is bool(expected)
        if expected:
            assert found.figures == {
                "baseline": "ridge",
                "network_loss": pytest.approx(own.mean()),
                "baseline_loss": pytest.approx(best.mean()),
                "standard_error": pytest.approx(error_of(behind)),
            }
        seen.add(found.status)
    assert seen == {"found", "passed"}


def test_worse_and_within_noise_are_parted_by_errors_of_the_difference() -> None:
    seen = set()
    for size in np.linspace(-0.2, 0.2, 101):
        own, best = SPREAD + OTHER + size, SPREAD
        one = output({"test": own}, {"poor": {"test": best + 9}, "good_one": {"test": best}})
        behind = own - best
        error = error_of(behind)
        sure = behind.mean() / error
        worse, within = told(WorseThanBaseline, one), told(WithinNoise, one)
        assert (worse.status == "found") is bool(sure > 2.58)
        assert (within.status == "found") is bool(abs(sure) < 1.96)
        seen |= {worse.status, within.status}
        rmse = f"{own.mean() ** 0.5 * 3:.3f}", f"{best.mean() ** 0.5 * 3:.3f}"
        compared = f"on the test rows RMSE is {rmse[0]}, and {rmse[1]} of good one"
        if worse.status == "found":
            assert worse.says == compared
        if within.status == "found":
            low, high = -behind.mean() - 1.96 * error, -behind.mean() + 1.96 * error
            assert within.says == (
                f"{compared}; the 95 % interval of what the network does better is "
                f"{low:+.1%} to {high:+.1%} of the target's variance"
            )
    assert seen == {"found", "passed"}


def test_rivals_that_err_alike_and_that_never_err() -> None:
    same = output({"test": SPREAD}, {"ridge": {"test": SPREAD}})
    assert told(WithinNoise, same).says.endswith("of ridge: every row alike")
    assert told(WorseThanBaseline, same).status == "passed"
    nothing = output({"test": 0 * SPREAD}, {"ridge": {"test": 0 * SPREAD}})
    assert told(WithinNoise, nothing).status == "passed"
    late = output({"test": 0 * SPREAD}, {"ridge": {"test": 0 * SPREAD}})
    assert told(SeedSized, late).status == "passed"
    better = output({"test": SPREAD}, {"ridge": {"test": SPREAD + 1}})
    assert told(WithinNoise, better).status == "passed"


@pytest.mark.parametrize("noise", [0.2, 2.0])
def test_splits_disagree_beyond_three_errors(noise: float) -> None:
    seen = set()
    for size in np.linspace(-1.5, 1.5, 101):
        first, second = 2 + noise * OTHER[:40], 2 + noise * OTHER[40:] + size
        error = np.hypot(error_of(first), error_of(second))
        apart = (second.mean() - first.mean()) / error
        found = told(SplitsDisagree, output({"validation": first, "test": second}))
        assert (found.status == "found") is bool(abs(apart) > 3)
        if found.status == "found":
            assert found.figures == {
                "validation": pytest.approx(first.mean()),
                "test": pytest.approx(second.mean()),
                "standard_errors": pytest.approx(apart),
            }
            assert found.says == (
                f"RMSE is {show(first)} on the validation rows and {show(second)} on the test "
                f"rows, {abs(apart):.1f} standard errors apart"
            )
        seen.add((found.status, size > 0))
    assert len(seen) == 4


def show(losses: Floats) -> str:
    return f"{losses.mean() ** 0.5 * 3:.4g}".ljust(5, "0")


def test_rows_of_a_series_widen_the_errors_of_gains() -> None:
    walk = np.convolve(RANDOM.normal(size=102), np.ones(3), "valid") / 10
    one = output({"validation": SPREAD, "test": SPREAD + walk}, {"ridge": {"test": SPREAD}})
    apart = walk - walk.mean()
    follows = float((apart[1:] * apart[:-1]).sum() / (apart**2).sum())
    wide = np.std(walk, ddof=1) / np.sqrt(100 * (1 - follows) / (1 + follows))
    assert rival_on(one, "test").error == pytest.approx(error_of(walk))
    assert rival_on(replace(one, by_row=False), "test").error == pytest.approx(wide)


@pytest.mark.parametrize("epochs", [8, 24, 60])
def test_a_lead_is_seed_sized_below_what_epochs_differ_by(epochs: int) -> None:
    seen = set()
    shaken = RANDOM.normal(size=epochs)
    curve = 0.5 + 0.004 * np.arange(epochs) / epochs + 0.02 * shaken
    last = curve[-max(8, epochs // 3) :]
    line = np.polyval(np.polyfit(np.arange(len(last)), last, 1), np.arange(len(last)))
    epoch = np.std(last - line, ddof=1) / np.median(last)
    for size in np.linspace(0, 0.3, 101):
        best = 1 + SPREAD
        own = best * (1 - size) + 0.01 * OTHER
        behind = own - best
        lead = -behind.mean() / best.mean()
        share = (1 - lead) * epoch
        bound = 2 * np.sqrt(2) * share
        expected = behind.mean() / error_of(behind) <= -1.96 and lead < bound
        one = output({"test": own}, {"ridge": {"test": best}})
        run = Evidence(replace(course(), figures={"val_loss": curve}), (one,))
        found = SeedSized().verdict(run)
        assert (found.status == "found") is bool(expected)
        if expected:
            assert found.figures == {
                "lead": pytest.approx(lead),
                "epochs_differ": pytest.approx(share),
            }
            assert found.says == (
                f"the network saves {lead:.1%} of the loss of ridge; epochs at the end of the "
                f"training differ by {share:.1%} of it, so that two trainings may differ by "
                f"{bound:.1%}"
            )
        seen.add(found.status)
    assert seen == {"found", "passed"}
    short = replace(course(), figures={"val_loss": curve[:7]})
    assert SeedSized().verdict(replace(run, course=short)).status == "not applicable"
    still = replace(course(), figures={"val_loss": np.zeros(9)})
    assert SeedSized().verdict(replace(run, course=still)).status == "passed"
    several = replace(run, outputs=(one, one))
    assert SeedSized().verdict(several).status == "not applicable"
    labels = replace(run, outputs=(replace(one, head=SICK),))
    assert SeedSized().verdict(labels).status == "not applicable"


def test_twenty_rows_are_compared_and_nineteen_are_not() -> None:
    def of(train: int, unseen: int) -> OutputEvidence:
        losses = {"train": SPREAD[:train], "validation": SPREAD[:20], "test": SPREAD[:unseen]}
        return output(losses, {"ridge": {name: one + 1 for name, one in losses.items()}})

    few = "fewer than 20 rows were kept back"
    assert told(Overfit, of(20, 20)).status == "passed"
    assert told(Overfit, of(19, 20)).says == few
    assert told(Underfit, of(20, 20)).status == "passed"
    assert told(Underfit, of(19, 20)).says == "there are fewer than 20 train rows"
    assert told(SplitsDisagree, of(20, 20)).status == "passed"
    assert told(SplitsDisagree, of(20, 19)).says == "19 test rows are too few to compare"
    one = output({"test": SPREAD[:3]})
    assert told(SplitsDisagree, one).says == (
        "0 validation rows and 3 test rows are too few to compare"
    )
    for check in (WorseThanBaseline, WithinNoise):
        assert told(check, one).says == few
        assert told(check, of(20, 20)).status == "passed"
        assert told(check, replace(of(20, 20), baselines={})).says == (
            "there is no baseline on the same rows"
        )
        assert told(check, output({})).says == "no target is compared with row by row"
    assert told(Underfit, output({})).says == "no target is compared with row by row"
    assert told(Overfit, output({"test": SPREAD})).says == "no target is compared with row by row"
    same = replace(of(20, 20), constant={"train": np.zeros(20), "test": np.ones(20)})
    assert told(Overfit, same).says == "all rows have the same target"
    tiny = replace(of(20, 20), constant={"train": np.full(20, 0.5), "test": np.full(20, 0.5)})
    assert told(Overfit, tiny).status == "passed"


def test_rows_are_compared_by_the_head_s_own_figure() -> None:
    losses = {"test": np.full(40, 0.25)}
    one = output(losses, {"ridge": losses})
    cases = {
        "RMSE is 1.500, and 1.500 of": one,
        "MAE is 0.7500, and 0.7500 of": replace(one, absolute=True),
        "RMSE is 0.500 of the targets' deviation, and 0.500": replace(one, unit=None),
        "the share of wrong answers is 25.00%, and 25.00% of": replace(one, head=SICK),
    }
    for words, case in cases.items():
        assert words in rival_on(case, "test").told
    wide = output(
        {"test": 0.25 + (OTHER - OTHER.mean()) / 10}, {"ridge": {"test": SPREAD * 0 + 0.25}}
    )
    for whole, case in {
        "of the target's variance": wide,
        "of the target's deviation": replace(wide, absolute=True),
        "of the rows": replace(wide, head=SICK),
    }.items():
        assert told(WithinNoise, case).says.endswith(whole)


TARGET = RANDOM.normal(3, 2, (40, 3, 2))
GUESS = TARGET + RANDOM.normal(size=TARGET.shape)
STEPS = RANDOM.random((40, 3)) < 0.6
STEPS[0] = False
WEIGHTS = RANDOM.random(40)


def numbers_of(counted: object = None, weights: object = None) -> dict[str, Answers]:
    truth = Truth(TARGET, counted, weights)  # type: ignore[arg-type]
    return {"train": number_answers(np.arange(40), GUESS, truth)}


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("head", [Numbers("n", ("a", "b"), (3, 2)), Reconstruction("r", ("a",))])
def test_a_row_costs_its_errors_in_deviations_of_the_target(
    head: Numbers | Reconstruction, *, absolute: bool
) -> None:
    unit = TARGET.reshape(120, 2).std(axis=0)
    away = np.abs((GUESS - TARGET) / unit) ** (1 if absolute else 2)
    middle = (np.median if absolute else np.mean)(TARGET, axis=0)
    alike = np.abs((TARGET - middle) / unit) ** (1 if absolute else 2)
    for counted in (None, STEPS):
        for weights in (None, WEIGHTS, np.zeros(40)):
            known = numbers_of(counted, weights)
            for each, found in (
                (away, row_losses(head, known, known, absolute=absolute)),
                (alike, constant_losses(head, known, absolute=absolute)),
            ):
                expected = each.mean(axis=(1, 2))
                if counted is not None:
                    kept = [
                        one[there].mean() if there.any() else 0
                        for one, there in zip(each, STEPS, strict=True)
                    ]
                    expected = np.array(kept)
                if weights is WEIGHTS:
                    expected = expected * WEIGHTS / WEIGHTS.mean()
                assert found["train"] == pytest.approx(expected)


def test_a_constant_target_has_a_deviation_of_one_and_one_alone_is_a_unit() -> None:
    flat = {"train": number_answers(np.arange(4), np.full(4, 5.0), Truth(np.full(4, 2.0)))}
    assert row_losses(PRICE, flat, flat, absolute=False)["train"].tolist() == [9.0] * 4
    assert unit_of(PRICE, flat) == 1.0
    known = {"train": number_answers(np.arange(4), np.zeros(4), Truth(np.array([1, 2, 4, 9])))}
    assert unit_of(PRICE, known) == pytest.approx(np.std([1, 2, 4, 9]))
    assert unit_of(Numbers("n", ("a", "b"), (3, 2)), numbers_of()) is None
    assert unit_of(SICK, known) is None
    assert unit_of(PRICE, {"test": known["train"]}) == 1.0
    assert constant_losses(PRICE, {"test": known["train"]}, absolute=False) == {}


def test_a_row_costs_the_share_of_its_labels_that_are_wrong() -> None:
    held = np.array([[0, 1, 1], [0, 1, 0], [0, 0, 1], [1, 1, 1]])
    shares = np.array([[0.1, 0.9, 0.9], [0.9, 0.9, 0.1], [0.9, 0.9, 0.1], [0.9, 0.1, 0.9]])
    head = SeveralLabels("s", ("a", "b", "c"), (0, 1))
    known = {"train": label_answers(np.arange(4), shares, (0, 1), Truth(held))}
    own = row_losses(head, known, known, absolute=False)["train"]
    assert own == pytest.approx([0, 1 / 3, 1, 1 / 3])
    # Of each label the most frequent: 0, 1, 1.
    alike = constant_losses(head, known, absolute=False)["train"]
    assert alike == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])
    steps = ClassPerPosition("p", ("a",), (0, 1), (3,))
    # Of positions the most frequent of all: 1.
    assert constant_losses(steps, known, absolute=False)["train"] == pytest.approx(
        [1 / 3, 2 / 3, 2 / 3, 0]
    )
    one = OneClass("o", ("a",), (0, 1))
    assert row_losses(one, known, known, absolute=False)["train"] == pytest.approx(own)

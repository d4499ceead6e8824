"""Checks of the loss by epoch: found on one side of each bound and passed on the other."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from planted import course, sound

from nnspec.judge.answers import Floats
from nnspec.judge.checks.chance import (
    autocorrelation,
    deviations,
    effective,
    ranks,
    standard_error,
)
from nnspec.judge.checks.check import Check, Verdict
from nnspec.judge.checks.course import (
    FirstBest,
    PastBest,
    RateTooHigh,
    RateTooLow,
    StillFalling,
    detrended,
    roughness,
    wiggle,
)

NOISE = np.random.default_rng(4).normal(size=60)
EPOCHS = np.arange(60.0)


def told(check: type[Check], **curves: Floats) -> Verdict:
    run = sound()
    seen = replace(run, course=replace(course(), figures=curves, planned=0))
    return check().verdict(seen)


def line_of(values: Floats) -> Floats:
    """Return what a straight line leaves of values."""
    places = np.arange(len(values))
    found: Floats = values - np.polyval(np.polyfit(places, values, 1), places)
    return found


def swept(
    check: type[Check],
    name: str,
    curves: Callable[[float], Floats],
    expected: Callable[[Floats], bool],
) -> None:
    """Hold a check against a rule over many curves, some of them found and some passed."""
    seen = set()
    for size in np.linspace(0, 1, 101):
        curve = curves(float(size))
        found = told(check, **{name: curve}).status
        assert found == ("found" if expected(curve) else "passed"), size
        seen.add(found)
    assert seen == {"found", "passed"}


@pytest.mark.parametrize("epochs", [12, 29, 40, 60])
@pytest.mark.parametrize("noise", [0.0005, 0.02])
def test_a_rise_is_a_tenth_and_three_deviations_of_the_last_epochs(
    epochs: int, noise: float
) -> None:
    def expected(curve: Floats) -> bool:
        last = max(3, epochs // 10)
        end, best = curve[-last:], curve.argmin()
        rise = end.mean() - curve.min()
        sure = rise > 3 * np.std(end, ddof=1)
        return bool(best < epochs - last and rise > 0.1 * curve.min() and sure)

    fall = 0.5 + np.exp(-EPOCHS[:epochs] / 2) + noise * NOISE[:epochs]
    rise = np.maximum(0, EPOCHS[:epochs] - epochs // 3) / epochs
    swept(PastBest, "val_loss", lambda size: fall + 0.6 * size * rise, expected)


def test_a_curve_whose_best_epoch_is_among_the_last_did_not_rise() -> None:
    for best, status in ((116, "found"), (117, "passed")):
        curve = np.full(130, 2.0)
        curve[best] = 1.0
        assert told(PastBest, val_loss=curve).status == status


def test_an_epoch_below_the_first_makes_it_not_the_best() -> None:
    curve = np.full(41, 1.2)
    curve[0], curve[20] = 1.0, 0.99
    assert told(FirstBest, val_loss=curve).status == "passed"


def test_a_rise_is_told_with_its_epochs() -> None:
    curve = np.array([3.0, 2.0, 1.0, 1.5, 2.0, 2.0, 2.5, 2.5, 2.5, 2.5])
    found = told(PastBest, val_loss=curve)
    assert found.says == (
        "the validation loss was lowest after epoch 3 of 10 (1); over the last 3 it is 2.5"
    )
    assert found.figures == {"best_epoch": 3, "best": 1.0, "end": 2.5}


@pytest.mark.parametrize("epochs", [10, 20, 50, 60])
@pytest.mark.parametrize("noise", [1e-5, 0.002])
def test_a_fall_goes_on_where_the_last_halves_differ(epochs: int, noise: float) -> None:
    def expected(curve: Floats) -> bool:
        window = max(8, epochs // 5)
        last = curve[-window:]
        first, second = last[: -(window // 2)], last[-(window // 2) :]
        drop = first.mean() - second.mean()
        errors = [np.std(line_of(one), ddof=1) / len(one) ** 0.5 for one in (first, second)]
        won = curve[0] - curve.min()
        return bool(
            drop > won / 50
            and drop > second.mean() / 1000
            and drop >= 3 * np.hypot(*errors)
            and curve.argmin() >= epochs - window // 2
        )

    fall = 0.2 + np.exp(-3 * EPOCHS[:epochs]) + noise * NOISE[:epochs]
    swept(
        StillFalling,
        "val_loss",
        lambda size: fall - 0.3 * size**2 * EPOCHS[:epochs] / epochs,
        expected,
    )


def test_a_fall_of_less_than_a_thousandth_of_the_loss_shows_in_no_figure() -> None:
    line = np.linspace(0, 1, 60)
    drop = float(line[-6:].mean() - line[-12:-6].mean())
    for size, status in ((0.9, "passed"), (1.1, "found")):
        curve = 10 - size * 0.01 / drop * line
        assert told(StillFalling, loss=curve).status == status


def test_a_fall_is_told_with_its_means() -> None:
    curve = np.linspace(1, 0.01, 100)
    found = told(StillFalling, loss=curve)
    before, after = curve[80:90].mean(), curve[90:].mean()
    assert found.says == (
        f"the training loss fell from {before:.4g} to {after:.4g} within the last 20 of 100 "
        "epochs, and the last planned epoch ended it"
    )
    assert found.figures == {"before": pytest.approx(before), "after": pytest.approx(after)}


@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_the_first_epoch_is_best_where_four_of_five_lie_clearly_above(noise: float) -> None:
    def expected(curve: Floats) -> bool:
        rest = curve[1:]
        spread = np.sqrt(np.mean((rest[1:] - rest[:-1]) ** 2) / 2)
        above = rest - curve[0] > max(0.05 * curve[0], 2 * spread)
        return bool(curve.argmin() == 0 and above.mean() >= 0.8)

    def curves(size: float) -> Floats:
        curve = 1 + 0.2 * size + np.where(60 * (1 - size) > EPOCHS, 0, 0.03) + noise * NOISE
        curve[0] = 0.85 if noise else 1.0
        return curve

    swept(FirstBest, "val_loss", curves, expected)


@pytest.mark.parametrize(("low", "status"), [(8, "found"), (9, "passed")])
def test_one_of_five_epochs_may_lie_near_the_first(low: int, status: str) -> None:
    curve = np.full(41, 1.2)
    curve[0] = 1.0
    curve[1 : 1 + low] = 1.01
    found = told(FirstBest, val_loss=curve)
    assert found.status == status
    if status == "found":
        assert found.says == (
            "the validation loss was lowest after the first of 41 epochs (1); the median of the "
            "others is 1.2"
        )
        assert found.figures == {"first": 1.0, "others": 1.2}


@pytest.mark.parametrize("level", [0.05, 3.0])
@pytest.mark.parametrize("epochs", [9, 60])
def test_a_loss_jumps_by_a_tenth_of_what_was_won_and_of_itself(level: float, epochs: int) -> None:
    def expected(curve: Floats) -> bool:
        half = curve[epochs // 2 :]
        jump = np.std(line_of(half), ddof=1)
        rose = np.median(half) > 1.1 * curve[0] and curve.argmin() < epochs // 2
        won = curve[0] - curve.min()
        return bool(rose or (jump > 0.1 * won and jump > 0.1 * abs(np.median(half))))

    fall = level + np.exp(-EPOCHS[:epochs] / 3) + 0.001 * EPOCHS[:epochs]
    swept(
        RateTooHigh, "loss", lambda size: fall + max(level, 1) * size * NOISE[:epochs] / 3, expected
    )


def test_a_loss_that_rose_by_a_tenth_is_told() -> None:
    for end, status in ((1.09, "passed"), (1.11, "found")):
        curve = np.where(EPOCHS < 29, 1 - 0.1 * (EPOCHS > 20), end)
        curve[0] = 1.0
        found = told(RateTooHigh, loss=curve)
        assert found.status == status
    assert found.says == "the training loss rose from 1 to 1.11"
    assert found.figures == {"first": 1.0, "level": 1.11}
    late = np.full(60, 1.2)
    late[0], late[30] = 1.0, 0.9
    assert told(RateTooHigh, loss=late).status == "passed"


def test_a_jump_is_told_with_its_size() -> None:
    curve = np.tile([1.0, 2.0], 30)
    found = told(RateTooHigh, loss=curve)
    jump = np.std(line_of(curve[30:]), ddof=1)
    assert found.says == (
        f"the training loss jumps by {jump:.3g} from epoch to epoch about 1.5 in the second half "
        "of the 60 epochs; all it won is 0"
    )
    assert found.figures == {"jump": pytest.approx(jump), "level": 1.5, "won": 0.0}


@pytest.mark.parametrize("epochs", [9, 60])
def test_a_loss_does_not_bend_where_the_second_half_wins_six_tenths_of_the_first(
    epochs: int,
) -> None:
    def expected(curve: Floats) -> bool:
        before = curve[0] - curve[epochs // 2]
        after = curve[epochs // 2] - curve[-1]
        return bool(before > 0 and after >= 0.6 * before)

    swept(
        RateTooLow,
        "loss",
        lambda size: np.exp(-(0.02 + 3 * size) * np.arange(epochs) / epochs),
        expected,
    )


def test_a_line_is_told_with_both_halves_and_nine_of_ten_epochs_fall() -> None:
    found = told(RateTooLow, loss=np.linspace(11, 1, 11))
    assert found.says == (
        "the training loss fell by 5 in the first half of the 11 epochs and by 5 in the second, "
        "to 1: it does not bend yet"
    )
    assert found.figures == {"first_half": 5.0, "second_half": 5.0, "loss": 1.0}
    for rises, status in ((1, "found"), (2, "passed")):
        curve = np.linspace(11, 1, 11)
        curve[[3, 8][:rises]] += 1.5
        assert told(RateTooLow, loss=curve).status == status
    assert told(RateTooLow, loss=np.ones(11)).status == "passed"


@pytest.mark.parametrize("check", [PastBest, StillFalling, FirstBest, RateTooHigh, RateTooLow])
def test_eight_epochs_are_a_curve(check: type[Check]) -> None:
    curves = {"loss": np.linspace(2, 1, 8), "val_loss": np.linspace(2, 1, 8)}
    assert told(check, **curves).status != "not applicable"
    short = {name: np.append(one[1:], np.nan) for name, one in curves.items()}
    assert told(check, **short).says == "7 epochs are no curve; 8 would be"
    none = {name: np.full(8, np.nan) for name in curves}
    assert told(check, **none).says in {"there is no validation loss", "there is no training loss"}


@pytest.mark.parametrize("check", [StillFalling, RateTooLow])
def test_a_training_that_ended_early_shows_no_end(check: type[Check]) -> None:
    run = sound()
    curves = {"loss": np.linspace(2, 1, 8)}
    for planned, early in ((8, False), (9, True)):
        seen = replace(run, course=replace(course(), figures=curves, planned=planned))
        says = check().verdict(seen).says
        assert ("ended before its last planned epoch" in says) is early


@pytest.mark.parametrize("check", [StillFalling, RateTooHigh, RateTooLow])
def test_a_rule_of_its_own_has_no_rate(check: type[Check]) -> None:
    curves = {"loss": np.linspace(2, 1, 8)}
    still = replace(course(), figures=curves, planned=8, descends=False)
    assert check().verdict(replace(sound(), course=still)).status == "not applicable"


def test_figures_of_chance_are_those_of_numpy() -> None:
    values = np.cumsum(NOISE)
    assert standard_error(values) == pytest.approx(np.std(values, ddof=1) / 60**0.5)
    apart = values - values.mean()
    for lag in (1, 2, 7):
        expected = np.dot(apart[lag:], apart[:-lag]) / np.dot(apart, apart)
        assert autocorrelation(values, lag) == pytest.approx(expected)
    first = autocorrelation(values, 1)
    assert effective(values, by_row=False) == pytest.approx(60 * (1 - first) / (1 + first))
    assert effective(values) == 60.0
    line = np.arange(2000.0)
    assert effective(line, by_row=False) == pytest.approx(2000 * 0.05 / 1.95)
    assert effective(np.arange(30.0), by_row=False) > 1
    assert effective(np.tile([1.0, -1.0], 10), by_row=False) == 20.0
    assert effective(np.array([3.0]), by_row=False) == 1.0
    assert autocorrelation(np.ones(5), 1) == 0.0
    assert ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]


def test_a_difference_is_counted_in_its_errors() -> None:
    assert deviations(10.0, 3.0, 4.0) == 2.0
    assert deviations(-10.0, 3.0, 4.0) == -2.0
    assert deviations(0.0, 0.0) == 0.0
    assert deviations(1.0, 0.0) == np.inf
    assert deviations(-1.0, 0.0) == -np.inf


def test_figures_of_curves_are_those_of_polyfit() -> None:
    curve = np.cumsum(NOISE)
    assert detrended(curve) == pytest.approx(line_of(curve))
    assert roughness(curve) == pytest.approx(np.sqrt(np.mean(np.diff(curve) ** 2) / 2))
    assert roughness(np.array([1.0])) == 0.0
    assert wiggle(curve) == pytest.approx(np.std(line_of(curve[-20:]), ddof=1))
    assert wiggle(curve[:12]) == pytest.approx(np.std(line_of(curve[4:12]), ddof=1))

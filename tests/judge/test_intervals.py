"""Intervals hold what they promise, and differences from baselines are told with their doubt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from sklearn import metrics as sk

from nnspec.judge import resampling
from nnspec.judge.answers import (
    Answers,
    Truth,
    class_answers,
    label_answers,
    number_answers,
    taken,
)
from nnspec.judge.heads import (
    ClassPerPosition,
    Head,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
)
from nnspec.judge.intervals import make_sure
from nnspec.judge.metrics import measure
from nnspec.judge.resampling import Sampling, block_length, draw
from nnspec.judge.totals import totals_of

PRICE = Numbers("price", ("price",))
KIND = OneClass("kind", ("kind",), ("a", "b"))
Random = np.random.Generator
ROWS = Sampling(0)


def priced(random: Random, rows: int, noise: float = 1.0) -> Answers:
    """Return answers whose RMSE is the noise, R² 4 / (4 + noise²) and MAE noise √(2 / π)."""
    expected = random.normal(0, 2, rows)
    return number_answers(range(rows), expected, Truth(expected + random.normal(0, noise, rows)))


def every_head(random: Random) -> dict[str, tuple[Head, Answers]]:
    """Return answers of every head with figures that follow from sums, some of them weighted."""
    weights = random.random(60) * 2
    target = random.normal(size=(60, 5, 2))
    guess = target + random.normal(size=target.shape) / 2
    counted = random.random((60, 5)) < 0.7
    labels = np.array(["a", "b", "c"], dtype=object)
    shares = random.dirichlet(np.ones(3), (60, 5))
    tags = labels[random.integers(0, 3, (60, 5))]
    held = random.integers(0, 2, (60, 3))
    ten = np.clip(held * 0.3 + random.random((60, 3)) * 0.7, 0, 1)
    kinds = OneClass("out", ("kind",), ("a", "b", "c"))
    two = OneClass("out", ("kind",), ("a", "b"), sought=True)
    pair = labels[random.integers(0, 2, 60)]
    numbers = Numbers("out", ("x", "y"), (5, 2))
    steps = ClassPerPosition("out", ("tag",), ("a", "b", "c"), (5,))
    given = Truth(target, None, weights)
    return {
        "steps of numbers": (numbers, number_answers(range(60), guess, given)),
        "steps that count": (
            numbers,
            number_answers(range(60), guess, Truth(target, counted, weights)),
        ),
        "pictures": (
            Reconstruction("out", ("p",), (5, 2), of_pictures=True),
            number_answers(range(60), guess, given),
        ),
        "classes": (
            kinds,
            class_answers(range(60), shares[:, 0], kinds.classes, Truth(tags[:, 0], None, weights)),
        ),
        "a sought class": (
            two,
            class_answers(
                range(60), shares[:, 0, :1].round(1), two.classes, Truth(pair, None, weights)
            ),
        ),
        "classes of steps": (
            steps,
            class_answers(range(60), shares, steps.classes, Truth(tags, counted, weights)),
        ),
        "labels": (
            SeveralLabels("out", ("x", "y", "z"), (0, 1)),
            label_answers(range(60), ten, (0, 1), Truth(held, None, weights)),
        ),
    }


@pytest.mark.parametrize("name", every_head(np.random.default_rng(0)))
def test_a_draw_that_takes_each_row_once_gives_the_report_s_own_figures(name: str) -> None:
    head, answers = every_head(np.random.default_rng(1))[name]
    totals = totals_of(head, answers)
    assert totals is not None
    once = replace(draw(ROWS, totals.errors), counts=np.ones((3, 60), np.float32))
    found = totals.drawn(once)
    figures = measure(head, answers)
    assert set(found) == set(figures)
    for figure, value in figures.items():
        assert found[figure] == pytest.approx([value] * 3, abs=1e-9), figure


@pytest.mark.parametrize("name", every_head(np.random.default_rng(0)))
def test_a_draw_counts_rows_as_if_they_were_there_so_often(name: str) -> None:
    head, answers = every_head(np.random.default_rng(2))[name]
    totals = totals_of(head, answers)
    assert totals is not None
    draws = draw(ROWS, totals.errors)
    counts = draws.counts[0].astype(int)
    assert counts.sum() == 60
    often = np.repeat(np.arange(60), counts)
    figures = measure(head, taken(answers, often))
    found = totals.drawn(draws)
    for figure, value in figures.items():
        assert found[figure][0] == pytest.approx(value, abs=1e-9), figure


def test_intervals_hold_their_figure_and_narrow_with_the_rows() -> None:
    random = np.random.default_rng(3)
    widths = []
    for rows in (100, 1600):
        sure = make_sure(PRICE, priced(random, rows), {}, ROWS)
        assert list(sure.intervals) == ["rmse", "r2", "mae"]
        for one in sure.intervals.values():
            assert one.low < one.value < one.high
        widths.append(sure.intervals["mae"].high - sure.intervals["mae"].low)
    assert widths[0] / widths[1] == pytest.approx(4, rel=0.35)


def test_the_same_seed_gives_the_same_intervals_and_another_seed_others() -> None:
    answers = priced(np.random.default_rng(4), 80)
    first, second, other = (
        make_sure(PRICE, answers, {}, Sampling(seed)).intervals for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other


def test_the_network_is_better_worse_or_within_noise_of_the_best_baseline() -> None:
    random = np.random.default_rng(5)
    answers = priced(random, 150)
    target = np.asarray(answers.target).ravel()
    noise = answers.prediction.ravel() - target

    def off(size: float, beside: float = 0.0) -> Answers:
        guess = target + size * noise + beside * random.normal(size=150)
        return number_answers(range(150), guess, Truth(target))

    found = {
        name: make_sure(PRICE, answers, {"bad": off(9), "best": one}, ROWS).differences["rmse"]
        for name, one in {"better": off(2), "worse": off(0.5), "within noise": off(1, 0.1)}.items()
    }
    for verdict, one in found.items():
        assert (one.baseline, one.verdict) == ("best", verdict)
        assert one.low < one.value < one.high
    # Both err on the same rows, so the difference is surer than either figure.
    assert found["within noise"].high - found["within noise"].low < 0.1


def test_the_best_baseline_of_a_figure_that_should_be_large_is_the_largest() -> None:
    random = np.random.default_rng(6)
    shares = random.random(200)
    labels = np.array(["a", "b"], dtype=object)[(random.random(200) < shares).astype(int)]
    good = class_answers(range(200), shares[:, None], KIND.classes, Truth(labels))
    poor = class_answers(range(200), random.random((200, 1)), KIND.classes, Truth(labels))
    found = make_sure(KIND, good, {"poor": poor, "same": good}, ROWS).differences
    assert {one.baseline for one in found.values()} == {"same"}
    alone = make_sure(KIND, good, {"poor": poor}, ROWS).differences
    assert alone["roc_auc"].verdict == "better"
    assert alone["roc_auc"].value == pytest.approx(
        sk.roc_auc_score(labels == "b", shares) - (measure(KIND, poor)["roc_auc"] or 0)
    )


def test_blocks_and_groups_tell_of_doubt_that_single_rows_hide() -> None:
    random = np.random.default_rng(7)
    groups = np.repeat(np.arange(30), 10)
    shared = random.normal(size=30)[groups]
    target = random.normal(0, 2, 300)
    answers = number_answers(range(300), target + shared, Truth(target))
    widths = {}
    for order, given in (("rows", None), ("time", None), ("groups", groups)):
        sure = make_sure(PRICE, answers, {}, Sampling(0, order, given))  # type: ignore[arg-type]
        widths[order] = sure.intervals["mae"].high - sure.intervals["mae"].low
        assert {"rows": "of rows", "time": "consecutive rows", "groups": "of 30 groups"}[
            order
        ] in sure.told[0]
    assert widths["time"] > 1.5 * widths["rows"]
    assert widths["groups"] > 1.5 * widths["rows"]


def test_a_block_is_as_long_as_errors_are_alike() -> None:
    random = np.random.default_rng(8)
    alone = random.normal(size=1000)
    slow = np.convolve(random.normal(size=1029), np.ones(30), "valid")
    assert block_length(alone) == 10
    assert 30 <= block_length(slow) <= 120
    assert block_length(np.zeros(100)) == 5
    assert block_length(np.zeros(1)) == 1


def test_few_rows_have_no_interval_and_many_are_stood_for_by_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = np.random.default_rng(9)
    few = make_sure(PRICE, priced(random, 7), {}, ROWS)
    assert few.intervals == {}
    assert few.told[0].startswith("no intervals: fewer than 8 rows")
    series = make_sure(PRICE, priced(random, 20), {}, Sampling(0, "time"))
    assert list(series.intervals) == ["rmse", "r2", "mae"]
    answers = priced(random, 4000)
    whole = make_sure(PRICE, answers, {}, ROWS).intervals["rmse"]
    monkeypatch.setattr(resampling, "MOST_ROWS", 1000)
    sure = make_sure(PRICE, answers, {}, ROWS)
    part = sure.intervals["rmse"]
    assert sure.told[0].endswith("1,000 of 4,000 rows standing for all")
    assert part.value == whole.value
    assert (part.high - part.low) == pytest.approx(whole.high - whole.low, rel=0.25)


def test_a_class_of_a_single_row_leaves_the_area_without_an_interval() -> None:
    labels = np.array(["a"] * 40 + ["b"], dtype=object)
    shares = np.linspace(0.1, 0.9, 41)[:, None]
    found = make_sure(KIND, class_answers(range(41), shares, KIND.classes, Truth(labels)), {}, ROWS)
    assert "roc_auc" not in found.intervals
    assert "accuracy" in found.intervals


def test_an_answer_without_a_mistake_has_no_interval_of_no_width() -> None:
    labels = np.array(["a", "b"] * 20, dtype=object)
    shares = np.where(labels == "b", 0.9, 0.2)[:, None]
    right = class_answers(range(40), shares, KIND.classes, Truth(labels))
    found = make_sure(KIND, right, {"same": right}, ROWS)
    assert found.intervals == {}
    assert found.differences["accuracy"].verdict == "within noise"


def classed(random: Random, rows: int) -> Answers:
    shares = 1 / (1 + np.exp(-2 * random.normal(size=rows)))
    labels = np.array(["a", "b"], dtype=object)[(random.random(rows) < shares).astype(int)]
    return class_answers(range(rows), shares[:, None], KIND.classes, Truth(labels))


def few_groups(random: Random, rows: int) -> Answers:
    """Give as many rows in 60 groups, whose errors have half of their variance in common."""
    groups = np.arange(rows) * 60 // rows
    noise = (random.normal(size=60)[groups] + random.normal(size=rows)) / np.sqrt(2)
    target = random.normal(0, 2, rows)
    return number_answers(range(rows), target + noise, Truth(target))


def grouped(random: Random, rows: int) -> Answers:
    shared = random.normal(size=rows // 3)[np.arange(rows) // 3]
    noise = (shared + random.normal(size=rows)) / np.sqrt(2)
    target = random.normal(0, 2, rows)
    return number_answers(range(rows), target + noise, Truth(target))


def followed(random: Random, rows: int, *, share: float = 0.4) -> Answers:
    noise = random.normal(size=rows + 50)
    for place in range(1, rows + 50):
        noise[place] = share * noise[place - 1] + noise[place] * np.sqrt(1 - share**2)
    target = random.normal(0, 2, rows)
    return number_answers(range(rows), target + noise[50:], Truth(target))


SIZE = float(np.sqrt(2 / np.pi))
TRUE: dict[str, float] = {"rmse": 1.0, "mae": SIZE}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("head", "make", "true", "sampling"),
    [
        (PRICE, priced, {**TRUE, "r2": 0.8}, ROWS),
        (KIND, classed, None, ROWS),
        (PRICE, grouped, TRUE, Sampling(0, "groups", np.arange(900) // 3)),
        (PRICE, followed, TRUE, Sampling(0, "time")),
        (PRICE, few_groups, TRUE, Sampling(0, "groups", np.arange(180) // 3)),
        (PRICE, few_groups, TRUE, Sampling(0, "groups", np.arange(600) // 10)),
        (PRICE, partial(followed, share=0.6), {**TRUE, "r2": 0.75}, Sampling(0, "time")),
    ],
    ids=["numbers", "classes", "groups", "series", "few-small", "few-large", "slow-series"],
)
def test_intervals_of_95_percent_hold_the_true_figure_in_93_to_97_of_100_draws(
    head: Head,
    make: Callable[[Random, int], Answers],
    true: dict[str, float] | None,
    sampling: Sampling,
) -> None:
    random = np.random.default_rng(11)
    if true is None:
        whole = measure(head, make(np.random.default_rng(0), 1_000_000))
        true = {name: whole[name] or 0.0 for name in ("accuracy", "macro_f1", "roc_auc")}
    held = dict.fromkeys(true, 0)
    rows = 200 if isinstance(make, partial) else 300
    rows = rows if sampling.groups is None else len(sampling.groups)
    for seed in range(500):
        found = make_sure(head, make(random, rows), {}, replace(sampling, seed=seed)).intervals
        for name, value in true.items():
            held[name] += bool(found[name].low <= value <= found[name].high)
    shares = {name: count / 500 for name, count in held.items()}
    assert all(0.93 <= share <= 0.97 for share in shares.values()), shares

"""Checks of leaks and drift held against scipy: found beyond each bound, passed before it."""

import numpy as np
import pytest
from columned import NOISE, ROWS, both, column, of_classes, of_numbers, run
from scipy import stats

from nnspec.judge.answers import Floats, Truth, number_answers
from nnspec.judge.checks.columns import (
    Drift,
    Leak,
)
from nnspec.judge.checks.evidence import ColumnCells, OutputEvidence
from nnspec.judge.heads import Numbers


def test_a_column_leaks_from_a_rank_correlation_of_0_99_on() -> None:
    rows = 200
    target = np.random.default_rng(1).normal(size=rows)
    noise = np.random.default_rng(2).normal(size=rows)
    seen = set()
    for size in np.linspace(0.02, 0.4, 39):
        cells = -(target + size * noise)
        cells[:5] = np.nan
        share = abs(stats.spearmanr(cells[5:], target[5:]).statistic)
        output = of_numbers(target - np.linspace(0, 50, rows), "train")
        told = Leak().verdict(
            run(output, invoice=column(cells, split="train"), age=column(noise, split="train"))
        )
        assert (told.status == "found") is bool(share >= 0.99)
        if share >= 0.99:
            assert told.figures == {"invoice": pytest.approx(share)}
            assert told.says == (
                f"the ranks of invoice and of the target correlate by {share:.4f} in training"
            )
        seen.add(bool(share >= 0.99))
    assert seen == {True, False}


def leak_of(labels: Floats, **columns: ColumnCells) -> tuple[str, float]:
    """Return what comes of the check of leaks, and the largest share."""
    output = of_classes(np.full(len(labels), 0.5), labels, "train")
    told = Leak().verdict(run(output, **columns))
    return told.status, float(next(iter(told.figures.values()), 0))


def test_a_column_leaks_where_99_percent_have_their_groups_most_frequent_class() -> None:
    rows = 400
    labels = (np.arange(rows) % 40 < 20).astype(float)
    town = np.where(labels > 0, "a", "b")
    other = column(np.arange(rows) % 7 * 1.0, split="train")
    for wrong, status in ((3, "found"), (4, "found"), (5, "passed")):
        mixed = labels.copy()
        mixed[:wrong] = 1 - mixed[:wrong]
        for cells in (column(town, "class", "train"), column(np.arange(rows), split="train")):
            told = leak_of(mixed, town=cells, other=other)
            assert told == (status, pytest.approx(1 - wrong / rows) if status == "found" else 0)


@pytest.mark.parametrize(("frequent", "status"), [(180, "found"), (181, "passed")])
def test_a_target_that_nine_of_ten_rows_share_is_told_by_any_column(
    frequent: int, status: str
) -> None:
    labels = (np.arange(200) < frequent).astype(float)
    town = column(np.where(labels > 0, "a", "b"), "class", "train")
    other = column(np.ones(200), split="train")
    assert leak_of(labels, town=town, other=other)[0] == status


@pytest.mark.parametrize(
    ("names", "each", "status"),
    [(50, 5, "found"), (51, 5, "passed"), (50, 4, "passed"), (2, 10, "found"), (1, 20, "passed")],
)
def test_classes_that_name_rows_tell_no_target(names: int, each: int, status: str) -> None:
    key = np.repeat(np.arange(names), each)
    labels = (key % 2).astype(float) if names > 1 else (np.arange(each) % 2).astype(float)
    town = column([f"t{one:02}" for one in key], "class", "train")
    other = column(np.ones(len(key)), split="train")
    assert leak_of(labels, town=town, other=other)[0] == status


def test_what_the_check_of_leaks_does_not_apply_to_says_why() -> None:
    cells = {"a": column(NOISE, split="train"), "b": column(NOISE, split="train")}
    output = of_numbers(NOISE, "train")
    assert Leak().verdict(run(output, **cells)).status == "passed"
    assert "its own past" in Leak().verdict(run(output, 1, **cells)).says
    one = {"a": cells["a"]}
    assert Leak().verdict(run(output, **one)).says == "there are no several plain columns"
    few = "there is no plain target in training rows enough"
    assert Leak().verdict(run(of_numbers(NOISE[:19], "train"), **cells)).says == few
    assert Leak().verdict(run(of_numbers(NOISE, "test"), **cells)).says == few
    twenty = {name: column(NOISE[:20], split="train") for name in "ab"}
    assert Leak().verdict(run(of_numbers(NOISE[:20], "train"), **twenty)).status == "passed"
    pairs = number_answers(np.arange(ROWS), np.ones((ROWS, 2)), Truth(np.ones((ROWS, 2))))
    several = OutputEvidence(Numbers("two", ("a", "b")), {"train": pairs})
    assert Leak().verdict(run(several, **cells)).says == few


def test_a_column_with_fewer_than_twenty_cells_and_classes_tell_no_numbers() -> None:
    target = np.linspace(0, 50, ROWS) + NOISE
    for there, status in ((19, "passed"), (20, "found")):
        cells = np.where(np.arange(ROWS) < there, target, np.nan)
        columns = {
            "known": column(cells, split="train"),
            "town": column([f"{one:09.4f}" for one in target], "class", "train"),
        }
        assert Leak().verdict(run(of_numbers(NOISE, "train"), **columns)).status == status


@pytest.mark.parametrize("columns", [1, 5])
def test_numbers_drift_where_kolmogorov_and_smirnov_say_so(columns: int) -> None:
    train = np.random.default_rng(1).normal(size=150)
    test = np.random.default_rng(2).normal(size=90)
    test[:3] = np.nan
    others = {f"other{n}": both(np.ones(150), np.ones(90)) for n in range(columns - 1)}
    seen = set()
    for shift in np.linspace(0, 1.5, 61):
        apart = stats.ks_2samp(train, test[3:] + shift).statistic
        chance = stats.kstwobign.sf(apart * np.sqrt(150 * 87 / 237))
        expected = apart > 0.15 and chance < 0.01 / columns
        told = Drift().verdict(run(of_numbers(NOISE), day=both(train, test + shift), **others))
        assert told.figures == ({"day": pytest.approx(apart)} if expected else {})
        if expected:
            assert told.says == (
                f"1 of {columns} columns differ between training and test rows, by the largest "
                f"difference of shares: day ({apart:.2f})"
            )
        seen.add(bool(expected))
    assert seen == {True, False}


def test_of_many_rows_shares_must_differ_by_0_15() -> None:
    train, test = np.arange(3000.0), np.arange(3000.0)
    for moved, status in ((430, "passed"), (449, "passed"), (451, "found"), (480, "found")):
        above = np.where(np.arange(3000) < moved, test + 10_000, test)
        told = Drift().verdict(run(of_numbers(NOISE), day=both(train, above)))
        assert told.status == status


@pytest.mark.parametrize("moved", range(0, 60, 3))
def test_classes_drift_where_chi_squared_says_so(moved: int) -> None:
    train = np.repeat(["a", "b", "c"], [90, 60, 50])
    test = np.concatenate([np.repeat(["a", "b", "c"], [60 - moved, 30, 30]), ["b"] * moved])
    counts = np.array([[(one == name).sum() for name in "abc"] for one in (train, test)])
    shares = counts / counts.sum(axis=1, keepdims=True)
    apart = np.abs(shares[0] - shares[1]).max()
    chance = stats.chi2_contingency(counts, correction=False).pvalue
    expected = apart > 0.15 and chance < 0.01
    told = Drift().verdict(run(of_numbers(NOISE), town=both(train, test, "class")))
    assert told.figures == ({"town": pytest.approx(apart)} if expected else {})


@pytest.mark.parametrize("moved", range(0, 45, 4))
def test_two_classes_drift_without_a_correction_for_few_rows(moved: int) -> None:
    train, test = np.repeat(["a", "b"], [30, 25]), np.repeat(["a", "b"], [10 + moved, 50 - moved])
    counts = np.array([[30, 25], [10 + moved, 50 - moved]])
    apart = abs(30 / 55 - (10 + moved) / 60)
    expected = apart > 0.15 and stats.chi2_contingency(counts, correction=False).pvalue < 0.01
    told = Drift().verdict(run(of_numbers(NOISE), town=both(train, test, "class")))
    assert told.figures == ({"town": pytest.approx(apart)} if expected else {})


@pytest.mark.parametrize(("names", "status"), [(50, "found"), (51, "passed"), (1, "passed")])
def test_classes_that_name_rows_do_not_drift(names: int, status: str) -> None:
    train = [f"t{one % names:02}" for one in range(500)]
    test = ["t00"] * 500
    told = Drift().verdict(run(of_numbers(NOISE), town=both(train, test, "class")))
    assert told.status == status


def test_drift_over_a_series_counts_rows_by_what_they_are_worth() -> None:
    seen = set()
    for shift in np.linspace(0.2, 4, 39):
        walks = []
        for seed in (3, 4):
            walk = np.random.default_rng(seed).normal(size=150)
            for place in range(1, 150):
                walk[place] += 0.8 * walk[place - 1]
            walks.append(walk)
        train, test = walks[0], walks[1] + shift
        worth = []
        for one in (train, test):
            apart = one - one.mean()
            follows = (apart[1:] * apart[:-1]).sum() / (apart**2).sum()
            worth.append(150 * (1 - follows) / (1 + follows))
        apart = stats.ks_2samp(train, test).statistic
        chance = stats.kstwobign.sf(apart / np.sqrt(1 / worth[0] + 1 / worth[1]))
        told = Drift().verdict(run(of_numbers(NOISE), 1, day=both(train, test)))
        assert (told.status == "found") is bool(apart > 0.15 and chance < 0.01)
        seen.add(told.status)
    assert seen == {"found", "passed"}


@pytest.mark.parametrize(
    ("train", "test", "status"),
    [(20, 20, "found"), (19, 40, "not applicable"), (40, 19, "not applicable"), (90, 80, "found")],
)
def test_twenty_rows_of_each_split_are_needed_for_drift(train: int, test: int, status: str) -> None:
    day = both(np.arange(1.0 * train), np.arange(1.0 * test) + 1000)
    told = Drift().verdict(run(of_numbers(NOISE), day=day))
    assert told.status == status
    if status != "found":
        assert told.says == "there are fewer than 20 training or test rows"
        return
    # Nor are fewer compared where the rest of the cells is missing.
    cells = np.where(np.arange(train) < 19, np.arange(1.0 * train), np.nan)
    sparse = both(cells, np.arange(1.0 * test) + 1000)
    assert Drift().verdict(run(of_numbers(NOISE), day=sparse)).status == "passed"

"""Checks of columns held against scipy: found on one side of each bound, passed on the other."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from planted import PRICE, SICK, course, in_rows
from scipy import stats

from nnspec.judge.answers import Floats, Truth, class_answers, number_answers
from nnspec.judge.checks.columns import (
    Drift,
    Leak,
    ResidualsByColumn,
    ResidualsByTime,
    dependence,
    difference,
    misstated,
)
from nnspec.judge.checks.evidence import ColumnCells, Evidence, OutputEvidence
from nnspec.judge.heads import Numbers, OneClass

ROWS = 120
RANDOM = np.random.default_rng(5)
NOISE = RANDOM.normal(size=ROWS)
FIFTH = np.repeat(np.arange(5), ROWS // 5)
"""Which fifth each row is in: rows are in the order of the column."""


def column(cells: object, kind: str = "number", split: str = "test") -> ColumnCells:
    return ColumnCells("class" if kind == "class" else "number", {split: np.asarray(cells)})


def run(output: OutputEvidence, step: int | None = None, /, **columns: ColumnCells) -> Evidence:
    return Evidence(course(), (output,), columns, step=step)


def of_numbers(residual: Floats, split: str = "test", *, by_row: bool = True) -> OutputEvidence:
    """Return an output of numbers whose target is as far above the answer as `residual` says."""
    answer = np.linspace(0, 50, len(residual))
    answers = in_rows({split: answer}, {split: answer + residual})
    return OutputEvidence(PRICE, answers, {split: np.abs(residual)}, by_row=by_row)


def of_classes(chance: Floats, there: Floats, split: str = "test") -> OutputEvidence:
    labels = np.where(there > 0, "yes", "no")
    rows = np.arange(len(chance))
    answers = {split: class_answers(rows, chance, SICK.classes, Truth(labels))}
    return OutputEvidence(SICK, answers, {split: np.ones(len(chance))})


def found(check: type[ResidualsByColumn], evidence: Evidence) -> Mapping[str, object]:
    told = check().verdict(evidence)
    assert told.status in {"found", "passed"}
    return told.figures


def share_and_chance(parts: list[Floats]) -> tuple[float, float]:
    """Return Kruskal and Wallis' share of variance, and its chance."""
    of = stats.kruskal(*parts)
    return float(of.statistic) / (sum(map(len, parts)) - 1), float(of.pvalue)


@pytest.mark.parametrize("columns", [1, 4])
@pytest.mark.parametrize("classes", [False, True])
def test_residuals_are_found_where_kruskal_and_wallis_part_the_groups(
    columns: int, *, classes: bool
) -> None:
    cells = np.array(list("abcde"))[FIFTH] if classes else 2.0 * np.arange(ROWS) - 30
    kind = "class" if classes else "number"
    beside = {f"other{n}": column(np.zeros(ROWS)) for n in range(columns - 1)}
    seen = set()
    for effect in np.linspace(0, 1.2, 61):
        residual = NOISE + effect * (FIFTH == 3)
        share, chance = share_and_chance([residual[one == FIFTH] for one in range(5)])
        expected = share > 0.06 and chance < 0.01 / columns
        told = found(
            ResidualsByColumn, run(of_numbers(residual), size=column(cells, kind), **beside)
        )
        assert told == ({"size": pytest.approx(share)} if expected else {}), effect
        seen.add(expected)
    assert seen == {True, False}


def test_a_difference_that_is_sure_and_small_is_passed() -> None:
    rows = 4000
    noise = np.random.default_rng(0).normal(size=rows)
    fifth = np.repeat(np.arange(5), rows // 5)
    seen = set()
    for effect in np.linspace(0.3, 0.9, 31):
        residual = noise + effect * (fifth == 0)
        share, chance = share_and_chance([residual[fifth == one] for one in range(5)])
        assert chance < 1e-6
        told = found(
            ResidualsByColumn, run(of_numbers(residual), size=column(np.arange(1.0 * rows)))
        )
        assert bool(told) == (share > 0.06)
        seen.add(bool(told))
    assert seen == {True, False}


def test_groups_of_fewer_than_five_rows_and_missing_cells_are_left_out() -> None:
    residual = NOISE + 3 * (FIFTH == 1)
    town = np.array(list("abcde"), "U4")[FIFTH]
    town[:4], town[4:9] = "few", "five"
    parts = [residual[town == one] for one in ("a", "b", "c", "d", "e", "five")]
    statistic = stats.kruskal(*parts).statistic
    told = found(ResidualsByColumn, run(of_numbers(residual), town=column(town, "class")))
    assert told == {"town": pytest.approx(statistic / (ROWS - 4 - 1))}

    size = np.arange(1.0 * ROWS)
    size[[0, 30, 31, 119]] = np.nan
    there = np.isfinite(size)
    fifth = np.digitize(size[there], np.quantile(size[there], [0.2, 0.4, 0.6, 0.8]), right=True)
    share, _ = share_and_chance([residual[there][fifth == one] for one in range(5)])
    told = found(ResidualsByColumn, run(of_numbers(residual), size=column(size)))
    assert told == {"size": pytest.approx(share)}


@pytest.mark.parametrize(("names", "expected"), [(50, True), (51, False)])
def test_a_column_of_more_than_fifty_classes_names_rows(names: int, *, expected: bool) -> None:
    key = np.repeat(np.arange(names), 6)
    residual = RANDOM.normal(size=len(key)) + 2.0 * key
    town = np.array([f"t{one:02}" for one in key])
    evidence = run(of_numbers(residual), town=column(town, "class"))
    assert bool(found(ResidualsByColumn, evidence)) is expected


def test_one_group_and_residuals_of_nothing_have_no_share() -> None:
    one = column(["a"] * ROWS, "class")
    assert not found(ResidualsByColumn, run(of_numbers(NOISE + 3 * (FIFTH == 1)), town=one))
    size = column(np.arange(1.0 * ROWS))
    assert not found(ResidualsByColumn, run(of_numbers(np.zeros(ROWS)), size=size))
    nothing = column(np.full(ROWS, np.nan))
    assert not found(ResidualsByColumn, run(of_numbers(NOISE), size=nothing))


@pytest.mark.parametrize("effect", [0.25, 0.3, 0.35, 0.5, 1.0])
def test_rows_of_a_series_count_by_what_they_are_worth(effect: float) -> None:
    walk = NOISE.copy()
    for place in range(1, ROWS):
        walk[place] += 0.4 * walk[place - 1]
    residual = walk + 3 * effect * (FIFTH == 2)
    apart = residual - residual.mean()
    follows = float((apart[1:] * apart[:-1]).sum() / (apart**2).sum())
    worth = (1 - follows) / (1 + follows)
    statistic = stats.kruskal(*[residual[one == FIFTH] for one in range(5)]).statistic
    chance = stats.chi2.sf(statistic * worth, 4)
    share = statistic / (ROWS - 1)
    evidence = run(of_numbers(residual, by_row=False), size=column(np.arange(1.0 * ROWS)))
    expected = {"size": pytest.approx(share)} if share > 0.06 and chance < 0.01 else {}
    assert found(ResidualsByColumn, evidence) == expected


@pytest.mark.parametrize("columns", [1, 3])
def test_probabilities_are_held_against_what_is_there_as_hosmer_and_lemeshow_do(
    columns: int,
) -> None:
    chance = np.linspace(0.2, 0.8, ROWS)[np.random.default_rng(1).permutation(ROWS)]
    order = np.random.default_rng(2).uniform(size=ROWS)
    beside = {f"other{n}": column(np.zeros(ROWS)) for n in range(columns - 1)}
    seen = set()
    for effect in np.linspace(0, 0.6, 41):
        there = (order < chance + effect * (FIFTH == 4)).astype(float)
        sums = np.array([(there - chance)[one == FIFTH].sum() for one in range(5)])
        spread = np.array([(chance * (1 - chance))[one == FIFTH].sum() for one in range(5)])
        off = np.abs(sums).sum() / ROWS
        by_chance = stats.chi2.sf((sums**2 / spread).sum(), 5)
        expected = off > 0.06 and by_chance < 0.01 / columns
        told = found(
            ResidualsByColumn,
            run(of_classes(chance, there), size=column(np.arange(1.0 * ROWS)), **beside),
        )
        assert told == ({"size": pytest.approx(off)} if expected else {}), effect
        seen.add(expected)
    assert seen == {True, False}


@pytest.mark.parametrize("wrong", [2, 3, 4, 5, 6, 8])
def test_one_sure_row_that_is_wrong_does_not_decide_alone(wrong: int) -> None:
    """Probabilities nearer than 0.01 to 0 or 1 count as 0.01 away."""
    chance, there = np.full(ROWS, 1e-6), np.zeros(ROWS)
    there[:wrong] = 1
    sums = np.array([wrong, 0, 0, 0, 0])
    spread = 24 * 0.01 * 0.99
    expected = stats.chi2.sf((sums**2 / spread).sum(), 5) < 0.01 and wrong / ROWS > 0.06
    evidence = run(of_classes(chance, there), size=column(np.arange(1.0 * ROWS)))
    assert bool(found(ResidualsByColumn, evidence)) is bool(expected)


def test_of_two_targets_the_larger_share_of_a_column_is_told_and_bounds_are_divided() -> None:
    head = Numbers("both", ("rent", "price"))
    seen = set()
    for effect in np.linspace(0.2, 1.2, 51):
        first, second = NOISE + effect * (FIFTH == 3), NOISE[::-1] + 0.8 * effect * (FIFTH == 2)
        answers = {
            "test": number_answers(
                np.arange(ROWS), np.zeros((ROWS, 2)), Truth(np.stack([first, second], axis=1))
            )
        }
        output = OutputEvidence(head, answers, {"test": np.ones(ROWS)})
        pairs = [
            share_and_chance([one[part == FIFTH] for part in range(5)]) for one in (first, second)
        ]
        shares = [share for share, chance in pairs if share > 0.06 and chance < 0.01 / 4]
        told = found(
            ResidualsByColumn,
            run(output, size=column(np.arange(1.0 * ROWS)), other=column(np.zeros(ROWS))),
        )
        assert told == ({"size": pytest.approx(max(shares))} if shares else {})
        seen.add(len(shares))
    assert seen == {0, 1, 2}


def test_only_the_first_five_targets_are_looked_at() -> None:
    size = column(np.arange(1.0 * ROWS))
    for place, expected in ((4, True), (5, False)):
        residual = np.tile(NOISE[:, None], (1, 7))
        residual[:, place] += 3 * (FIFTH == 0)
        head = Numbers("many", tuple("abcdefg"))
        answers = number_answers(np.arange(ROWS), np.zeros((ROWS, 7)), Truth(residual))
        output = OutputEvidence(head, {"test": answers}, {"test": np.ones(ROWS)})
        assert bool(found(ResidualsByColumn, run(output, size=size))) is expected


def test_a_sentence_names_the_three_columns_with_the_largest_figures() -> None:
    residual = NOISE + 3 * (FIFTH == 1)
    cells = np.arange(1.0 * ROWS)
    columns = {}
    for name, moved in (("e", 60), ("b", 4), ("a", 0), ("c", 8), ("d", 12)):
        columns[name] = column(np.concatenate([cells[moved:], cells[:moved]]))
    told = ResidualsByColumn().verdict(run(of_numbers(residual), **columns))
    order = sorted(told.figures, key=lambda name: -float(told.figures[name]))
    assert len(order) == 5
    listed = ", ".join(f"{name} ({told.figures[name]:.2f})" for name in order[:3])
    assert told.says.endswith(
        f"on the test rows residuals differ by the share in brackets between groups of {listed} "
        "and 2 more"
    )
    three = {name: columns[name] for name in order[:3]}
    told = ResidualsByColumn().verdict(run(of_numbers(residual), **three))
    assert told.says.endswith(listed)


@pytest.mark.parametrize(("rows", "status"), [(49, "not applicable"), (50, "found")])
def test_fifty_rows_are_needed_for_residuals_by_column(rows: int, status: str) -> None:
    residual = np.arange(1.0 * rows) ** 3
    evidence = run(of_numbers(residual), size=column(np.arange(1.0 * rows)))
    told = ResidualsByColumn().verdict(evidence)
    assert told.status == status
    assert "50 rows were kept back" in told.says or status == "found"


def test_too_few_test_rows_leave_the_word_to_the_validation_rows() -> None:
    residual = NOISE + 3 * (FIFTH == 1)
    output = of_numbers(residual, "validation")
    few = in_rows({"test": NOISE[:49]}, {"test": NOISE[:49]})
    size = ColumnCells("number", {"validation": np.arange(1.0 * ROWS), "test": NOISE[:49]})
    both = replace(
        output,
        answers={**output.answers, **few},
        losses={**output.losses, "test": NOISE[:49]},
    )
    told = ResidualsByColumn().verdict(run(both, size=size))
    assert told.says.startswith("on the validation rows")


@pytest.mark.parametrize("seed", range(3))
def test_groups_differ_below_the_chance_that_scipy_gives_them(seed: int) -> None:
    random = np.random.default_rng(seed)
    groups = tuple(random.normal(size=size) for size in (7, 9, 12))
    of = stats.kruskal(*groups)
    share = pytest.approx(of.statistic / 27)
    assert dependence(groups, of.pvalue * 1.001, by_row=True) == share
    assert dependence(groups, of.pvalue * 0.999, by_row=True) == 0.0

    chances = [random.uniform(size=size) ** 6 for size in (7, 9, 12)]
    there = [random.uniform(size=len(one)) < 0.5 for one in chances]
    residual = tuple(held - one for held, one in zip(there, chances, strict=True))
    # Some are within 0.01 of 0, and the residuals of those that are there within 0.01 of 1.
    size = [np.clip(np.abs(one), 0.01, 0.99) for one in residual]
    spread = [(one * (1 - one)).sum() for one in size]
    sums = np.array([one.sum() for one in residual])
    chance = float(stats.chi2.sf((sums**2 / spread).sum(), 3))
    off = pytest.approx(np.abs(sums).sum() / 28)
    assert misstated(residual, chance * 1.001) == off
    assert misstated(residual, chance * 0.999) == 0.0


def test_what_cannot_be_compared_differs_by_nothing() -> None:
    assert dependence((), 1.0, by_row=True) == 0.0
    assert dependence((np.ones(9), np.ones(9)), 1.0, by_row=True) == 0.0
    assert misstated((), 1.0) == 0.0
    assert difference(both(["a"] * 30, ["a"] * 30, "class"), by_row=True) == (0.0, 1.0)
    empty = np.full(30, np.nan)
    assert difference(both(empty, empty), by_row=True) == (0.0, 1.0)


def test_what_residuals_by_column_does_not_apply_to_says_why() -> None:
    assert "no feature" in ResidualsByColumn().verdict(run(of_numbers(NOISE))).says
    three = OneClass("one", ("one",), ("a", "b", "c"))
    told = ResidualsByColumn().verdict(
        run(replace(of_classes(NOISE, NOISE), head=three), size=column(NOISE))
    )
    assert (told.status, "no residuals" in told.says) == ("not applicable", True)
    flat = replace(SICK, graded=False)
    told = ResidualsByColumn().verdict(
        run(replace(of_classes(NOISE, NOISE), head=flat), size=column(NOISE))
    )
    assert told.status == "not applicable"


def test_of_many_rows_as_many_are_looked_at_evenly_over_all() -> None:
    rows = 25_000
    residual = np.zeros(rows)
    residual[::3] = np.random.default_rng(3).normal(size=len(residual[::3]))
    residual[: rows // 4 : 3] += 2
    told = found(ResidualsByColumn, run(of_numbers(residual), size=column(np.arange(1.0 * rows))))
    fifth = np.array_split(residual[::3], 5)
    assert float(str(told["size"])) == pytest.approx(share_and_chance(fifth)[0], rel=0.01)


@pytest.mark.parametrize("step", [1, 3])
def test_residuals_of_a_series_are_correlated_over_the_rows_that_follow_one_another(
    step: int,
) -> None:
    seen = set()
    for effect in np.linspace(0, 0.9, 46):
        residual = np.random.default_rng(8).normal(size=ROWS) + 0.5
        for place in range(step, ROWS):
            residual[place] += effect * residual[place - step]
        keep = np.ones(ROWS, np.bool_)
        keep[50:53] = False  # a gap
        output = of_numbers(residual[keep])
        rows = np.arange(ROWS)[keep]
        answers = {"test": replace(output.answers["test"], rows=rows)}
        apart = np.full(ROWS, np.nan)
        apart[keep] = residual[keep] - residual[keep].mean()
        both = np.isfinite(apart[step:]) & np.isfinite(apart[:-step])
        early, late = apart[:-step][both], apart[step:][both]
        share = (early * late).sum() / np.sqrt((early**2).sum() * (late**2).sum())
        expected = share > 0.3 and share * both.sum() ** 0.5 > 3
        told = ResidualsByTime().verdict(run(replace(output, answers=answers), step))
        assert (told.status == "found") is bool(expected)
        if expected:
            assert told.figures == {"correlation": pytest.approx(share), "pairs": both.sum()}
            steps = "1 step before" if step == 1 else "3 steps before"
            assert told.says == (
                f"residuals of price on the test rows correlate by {share:.2f} with those {steps}"
            )
        seen.add(bool(expected))
    assert seen == {True, False}


@pytest.mark.parametrize("rows", [21, 45, 80, 101])
def test_few_pairs_must_correlate_by_more_than_three_errors(rows: int) -> None:
    for effect in np.linspace(0.1, 0.9, 17):
        residual = np.random.default_rng(rows).normal(size=rows)
        for place in range(1, rows):
            residual[place] += effect * residual[place - 1]
        apart = residual - residual.mean()
        early, late = apart[:-1], apart[1:]
        share = (early * late).sum() / np.sqrt((early**2).sum() * (late**2).sum())
        told = ResidualsByTime().verdict(run(of_numbers(residual), 1))
        assert (told.status == "found") is bool(share > 0.3 and share * (rows - 1) ** 0.5 > 3)


def test_a_series_needs_twenty_pairs_of_rows_that_follow_one_another() -> None:
    told = ResidualsByTime().verdict(run(of_numbers(NOISE[:21]), 2))
    assert told.says == "19 pairs of rows follow one another; 20 would tell"
    assert ResidualsByTime().verdict(run(of_numbers(NOISE[:21]), 1)).status != "not applicable"
    assert (
        "20 rows were kept back" in ResidualsByTime().verdict(run(of_numbers(NOISE[:19]), 1)).says
    )
    assert ResidualsByTime().verdict(run(of_numbers(NOISE))).says == "rows are no series"
    assert ResidualsByTime().verdict(run(of_numbers(np.zeros(30)), 1)).status == "passed"


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


def both(train: object, test: object, kind: str = "number") -> ColumnCells:
    cells = {"train": np.asarray(train), "test": np.asarray(test)}
    return ColumnCells("class" if kind == "class" else "number", cells)


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

"""Checks of columns held against scipy: found on one side of each bound, passed on the other."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from columned import FIFTH, NOISE, RANDOM, ROWS, both, column, of_classes, of_numbers, run
from planted import SICK, in_rows
from scipy import stats

from nnspec.judge.answers import Floats, Truth, number_answers
from nnspec.judge.checks.columns import (
    ResidualsByColumn,
    ResidualsByTime,
    dependence,
    difference,
    misstated,
)
from nnspec.judge.checks.evidence import ColumnCells, Evidence, OutputEvidence
from nnspec.judge.heads import Numbers, OneClass


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

"""Draws of rows, blocks and groups, and ends of intervals, held against scipy's distributions."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from nnspec.judge import resampling
from nnspec.judge.answers import Floats
from nnspec.judge.resampling import Drawing, Draws, Sampling, block_length, draw

RANDOM = np.random.default_rng(3)


def units_of(count: int, **changes: object) -> Draws:
    made = Draws(np.ones((1, count), np.float32), np.arange(count), None, count, 1.0, "")
    return replace(made, **changes)  # type: ignore[arg-type]


def ends_by_scipy(drawing: Drawing, center: float, units: int) -> tuple[float, float]:
    """Return bias-corrected and accelerated percentiles that reach as far as Student's do."""
    known = drawing.drawn[np.isfinite(drawing.drawn)]
    left = drawing.without_each[np.isfinite(drawing.without_each)]
    influence = left.mean() - left
    beyond = stats.kurtosis(influence, fisher=True) if np.ptp(left) else 0.0
    # That influences have a mean of 0 makes their moments central ones.
    kurtosis = 3 + beyond * units / len(influence)
    freedom = min(units - 1, max(4, 2 * units / max(kurtosis - 1, 1)))
    wide = np.sqrt(units / (units - 1)) * units / (units - 2)
    reach = wide * stats.t.ppf(0.975, freedom)
    skewed = (influence**3).sum() / (6 * (influence**2).sum() ** 1.5) if np.ptp(left) else 0.0
    below = ((known < center).mean() + (known <= center).mean()) / 2
    bias = stats.norm.ppf(np.clip(below, 0.05, 0.95))
    levels = [
        stats.norm.cdf(bias + (bias + side) / max(1 - skewed * (bias + side), 0.2))
        for side in (-reach, reach)
    ]
    low, high = np.quantile(known, levels)
    return float(low), float(high)


def skew(values: Floats) -> Floats:
    found: Floats = np.exp(values)
    return found


@pytest.mark.parametrize("units", [8, 12, 60, 500])
@pytest.mark.parametrize("kind", ["plain", "skewed", "heavy", "two", "flat", "steep"])
@pytest.mark.parametrize("off", [-5.0, -0.6, 0.0, 0.4, 5.0])
def test_ends_are_bias_corrected_accelerated_and_as_far_out_as_student_s(
    units: int, kind: str, off: float
) -> None:
    random = np.random.default_rng(units)
    drawn = random.normal(10, 2, 400).round(1)
    left: Floats = random.normal(size=min(units, 200))
    if kind == "skewed":
        left = skew(left)
    if kind == "heavy":
        left = left * left * left * np.abs(left)
    if kind == "two":
        left = np.resize(np.array([0.0, 1.0]), len(left))
    if kind == "flat":
        left = np.ones(len(left), np.float64)
    if kind == "steep":
        left = -skew(3 * left)
        drawn[:9] = np.nan
    drawing = Drawing(drawn, np.append(left, np.nan))
    center = 10 + off
    found = units_of(units).ends(3.0, drawing, center)
    low, high = ends_by_scipy(drawing, center, units)
    assert found is not None
    assert found == pytest.approx((3 + low - center, 3 + high - center))
    narrow = units_of(units, shrink=0.5).ends(3.0, drawing, center)
    assert narrow is not None
    assert narrow == pytest.approx((3 + (low - center) / 2, 3 + (high - center) / 2))


@pytest.mark.parametrize(
    ("half", "factor"), [(1.0, 1.0), (0.5, 1.5), (0.1, 1.9), (2.0, 1.0), (1e-9, 2.0)]
)
def test_blocks_that_see_too_little_widen_the_interval(half: float, factor: float) -> None:
    """Twice the variance of whole blocks, less that of halves, is that of endless ones."""
    drawn, left = RANDOM.normal(size=900), RANDOM.normal(size=60)
    spread = drawn - drawn.mean()
    halved = np.append(spread * np.sqrt(half), np.nan)
    plain = units_of(60).ends(0.0, Drawing(drawn, left), 0.0)
    wide = units_of(60).ends(0.0, Drawing(drawn, left, halved), 0.0)
    assert plain is not None
    assert wide is not None
    assert wide == pytest.approx(np.array(plain) * np.sqrt(factor))


def test_draws_without_spread_are_not_widened() -> None:
    flat, left = np.full(300, 2.0), RANDOM.normal(size=60)
    assert units_of(60).ends(2.0, Drawing(flat, left, RANDOM.normal(size=300)), 2.0) == (2.0, 2.0)


@pytest.mark.parametrize(("lost", "told"), [(50, True), (51, False)])
def test_an_interval_needs_95_percent_of_the_draws(lost: int, *, told: bool) -> None:
    drawn = RANDOM.normal(size=1000)
    drawn[:lost] = np.nan
    found = units_of(60).ends(0.0, Drawing(drawn, RANDOM.normal(size=60)), 0.0)
    assert (found is not None) is told
    nothing = Drawing(RANDOM.normal(size=1000), np.full(60, np.nan))
    assert units_of(60).ends(0.0, nothing, 0.0) is not None


@pytest.mark.parametrize(("units", "told"), [(7, False), (8, True)])
def test_an_interval_needs_eight_units(units: int, *, told: bool) -> None:
    drawing = Drawing(RANDOM.normal(size=100), RANDOM.normal(size=units))
    assert (units_of(units).ends(0.0, drawing, 0.0) is not None) is told


def test_a_difference_is_that_of_the_same_draws() -> None:
    one = Drawing(np.arange(5.0), np.arange(3.0), np.arange(4.0))
    other = Drawing(np.ones(3), np.full(3, 2.0), np.full(6, 3.0))
    found = one.less(other)
    assert found.drawn.tolist() == [-1.0, 0.0, 1.0]
    assert found.without_each.tolist() == [-2.0, -1.0, 0.0]
    assert found.halved is not None
    assert found.halved.tolist() == [-3.0, -2.0, -1.0]
    assert other.less(one).drawn.tolist() == [1.0, 0.0, -1.0]
    assert one.less(replace(other, halved=None)).halved is None
    assert replace(one, halved=None).less(other).halved is None


def test_sums_over_draws_are_counts_times_values(monkeypatch: pytest.MonkeyPatch) -> None:
    values = RANDOM.normal(size=(30, 2))
    groups = RANDOM.permutation(np.repeat(np.arange(10), 3))
    by_group = draw(Sampling(1, "groups", groups), values[:, 0])
    assert by_group.counts.shape == (1000, 10)
    assert by_group.effective == 10
    of_rows = by_group.counts[:, groups].astype(float)
    plain = draw(Sampling(1), values[:, 0])
    for chunk in (4_000_000, 95):
        monkeypatch.setattr(resampling, "CHUNK", chunk)
        assert by_group.add_up(values) == pytest.approx(of_rows @ values)
        assert plain.add_up(values) == pytest.approx(plain.counts.astype(float) @ values)
        again = draw(Sampling(1), values[:, 0])
        assert (again.counts == plain.counts).all()
        some = np.array([0, 7, 29])
        given = np.concatenate(list(by_group.of_rows(some, 77)))
        assert (given == of_rows[:77, some]).all()
        parts = list(by_group.of_rows(some, 77))
        assert [len(one) for one in parts[:-1]] == ([] if chunk > 95 else [31, 31])


def test_units_are_left_out_in_turn_one_or_many_at_once() -> None:
    few = draw(Sampling(0), RANDOM.normal(size=20)).without_each()
    assert (few.counts == 1 - np.eye(20)).all()
    many = draw(Sampling(0), RANDOM.normal(size=1000)).without_each()
    assert many.counts.shape == (200, 1000)
    assert ((1 - many.counts).sum(axis=1) == 5).all()
    assert ((1 - many.counts).sum(axis=0) == 1).all()
    assert np.flatnonzero(many.counts[1] == 0).tolist() == [5, 6, 7, 8, 9]
    blocks = draw(Sampling(0, "time"), RANDOM.normal(size=100))
    apart = blocks.without_each()
    assert blocks.effective == 20
    assert apart.counts.shape == (20, 100)
    assert apart.halved is None
    assert units_of(1).without_each().counts.shape == (2, 1)


def test_rows_are_drawn_one_by_one_and_over_time_in_blocks() -> None:
    errors = RANDOM.normal(size=64)
    plain = draw(Sampling(4), errors)
    assert (plain.counts.sum(axis=1) == 64).all()
    assert plain.counts.mean(axis=0) == pytest.approx(np.ones(64), abs=0.2)
    assert plain.counts.var() == pytest.approx(63 / 64, abs=0.03)
    assert (plain.halved, plain.rows, plain.shrink, plain.effective) == (None, None, 1.0, 64)
    assert plain.told == "95 % intervals by 1,000 bootstrap draws of rows"
    assert plain.in_halves() is None
    blocks = draw(Sampling(4, "time"), errors)
    assert blocks.told == (
        "95 % intervals by 1,000 bootstrap draws of blocks of 4 consecutive rows"
    )
    assert (blocks.counts.sum(axis=1) == 64).all()
    assert blocks.effective == 16
    halves = blocks.in_halves()
    assert halves is not None
    assert halves.halved is None
    for one, length in ((blocks, 4), (halves, 2)):
        # Rows of a block come together: what a row has in common with the next ones falls off.
        apart = one.counts - 1
        shared = [
            float((apart[:, lag:] * apart[:, : 64 - lag]).mean()) for lag in range(length + 2)
        ]
        expected = [max(0.0, 1 - lag / length) for lag in range(length + 2)]
        assert shared == pytest.approx(expected, abs=0.08)
    ends = blocks.counts[:, [0, -1]].mean(axis=0)
    assert ends == pytest.approx([16 / 61, 16 / 61], abs=0.06)


def test_a_block_longer_than_what_is_left_is_cut() -> None:
    errors = RANDOM.normal(size=27)
    found = draw(Sampling(0, "time"), errors)
    assert block_length(errors) == 3
    assert (found.counts.sum(axis=1) == 27).all()
    odd = draw(Sampling(0, "time"), RANDOM.normal(size=29))
    assert (odd.counts.sum(axis=1) == 29).all()
    assert odd.effective == 9


def test_no_rows_and_one_row_can_be_drawn() -> None:
    nothing = draw(Sampling(0), np.zeros(0))
    assert nothing.counts.shape == (1000, 0)
    assert nothing.shrink == 1.0
    one = draw(Sampling(0, "time"), np.zeros(1))
    assert (one.counts == 1).all()
    assert one.counts.shape == (1000, 1)


@pytest.mark.parametrize(
    ("rows", "draws"), [(20_000, 1000), (40_000, 500), (100_000, 200), (130_000, 200)]
)
def test_of_many_rows_fewer_draws_are_made_and_some_rows_stand_for_all(
    monkeypatch: pytest.MonkeyPatch, rows: int, draws: int
) -> None:
    monkeypatch.setattr(resampling, "CELLS", 20_000)
    monkeypatch.setattr(resampling, "MOST_ROWS", 110)
    size = rows // 1000
    found = draw(Sampling(0), np.zeros(size))
    assert len(found.counts) == draws
    if size <= 110:
        assert found.rows is None
        return
    assert found.rows is not None
    assert len(found.rows) == 110
    assert (np.diff(found.rows) > 0).all()
    assert found.shrink == pytest.approx((110 / size) ** 0.5)
    assert found.told.endswith("of rows, 110 of 130 rows standing for all")
    late = draw(Sampling(0, "time"), np.arange(1.0 * size))
    assert late.rows is not None
    assert late.rows.tolist() == list(range(20, 130))
    groups = np.arange(size) // 10
    some = draw(Sampling(0, "groups", groups), np.zeros(size))
    assert some.rows is not None
    assert (groups[some.rows] == some.unit).all()


def test_blocks_of_very_many_rows_need_no_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampling, "MOST_HALVED", 50)
    assert draw(Sampling(0, "time"), RANDOM.normal(size=50)).halved is not None
    assert draw(Sampling(0, "time"), RANDOM.normal(size=51)).halved is None


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rows", [9, 10, 11, 24, 40, 100, 343, 1000])
def test_a_block_is_twice_the_lag_behind_which_nothing_is_correlated(rows: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    errors = np.convolve(random.normal(size=rows + 3 * seed), np.ones(3 * seed + 1), "valid")
    apart = errors - errors.mean()
    least, most = int(np.ceil(rows ** (1 / 3) - 1e-9)), rows // 8
    if rows < 10:
        expected = min(least, most)
    else:
        longest = min(rows - 1, max(5, int(np.ceil(rows**0.5))) + 5)
        loud = [
            abs(np.dot(apart[lag:], apart[:-lag])) / np.dot(apart, apart)
            > 2 * np.sqrt(np.log10(rows) / rows)
            for lag in range(1, longest + 1)
        ]
        quiet = [lag for lag in range(longest - 4) if not any(loud[lag : lag + 5])]
        expected = min(max(least, 2 * (quiet[0] if quiet else longest)), most)
    assert block_length(errors) == max(1, expected)


def test_a_block_of_errors_that_are_all_alike_is_the_third_root_of_the_rows() -> None:
    assert [block_length(np.ones(rows)) for rows in (0, 1, 7, 8, 9, 64, 1000)] == [
        1, 1, 1, 1, 1, 4, 10,
    ]  # fmt: skip

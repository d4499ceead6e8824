"""Floor 3, intervals and quantiles: how many rows they take, and what their figures are called."""

import math

NORMAL_LEVEL = 0.9
"""Share of a normal distribution that its reported interval holds."""
NORMAL_REACH = 1.6448536269514722
"""How many deviations such an interval reaches on each side: the quantile 0.95 of the normal."""


def fewest_rows(level: float) -> int:
    """Return how many validation rows an interval takes that holds a share of all rows.

    Of fewer rows even the largest distance is exceeded too often: ceil((n + 1) * level) > n.
    """
    return max(1, math.ceil(level / (1 - level) - 1e-9))


def percent(level: float) -> str:
    """Return a share in percent, without an end of rounding: 90, 97.5."""
    return f"{round(100 * level, 6):g}"


def coverage_name(level: float) -> str:
    """Return the name of the figure that says which share of targets intervals hold."""
    return f"coverage_{percent(level)}"


def width_name(level: float) -> str:
    """Return the name of the figure that says how wide intervals are."""
    return f"width_{percent(level)}"


def quantile_name(quantile: float) -> str:
    """Return a quantile's name as a column of answers: the digits of its share, q05, q50, q975."""
    digits = f"{quantile:.12f}".partition(".")[2].rstrip("0")
    return f"q{digits.ljust(2, '0')}"


def symmetric_pairs(quantiles: tuple[float, ...]) -> dict[float, tuple[int, int]]:
    """Return the places of quantiles that leave out as much below as above, the widest pair first.

    Args:
        quantiles: ascending.

    Returns:
        Share between both -> places of the lower and of the upper one.
    """
    found: dict[float, tuple[int, int]] = {}
    for place, low in enumerate(quantiles):
        for other, high in enumerate(quantiles[place + 1 :], place + 1):
            if math.isclose(low, 1 - high, abs_tol=1e-9):
                found[round(high - low, 9)] = (place, other)
    return found


def middle_of(quantiles: tuple[float, ...]) -> int:
    """Return the place of the quantile that is the answer: the median, or the one nearest to it."""
    return min(range(len(quantiles)), key=lambda place: abs(quantiles[place] - 0.5))


def spread_names(
    quantiles: tuple[float, ...], *, normal: bool, level: float | None
) -> tuple[str, ...]:
    """Return the names of the figures that an output of numbers has beyond those of a number.

    Args:
        quantiles: that it answers with, if any.
        normal: whether it answers with a normal distribution.
        level: share that intervals fitted on validation rows are to hold, None without any.
    """
    levels = [*([] if level is None else [level]), *symmetric_pairs(quantiles)]
    levels += [NORMAL_LEVEL] if normal else []
    ends = (name(one) for one in levels for name in (coverage_name, width_name))
    losses = (*(("pinball",) if quantiles else ()), *(("nll",) if normal else ()))
    return tuple(dict.fromkeys((*losses, *ends)))

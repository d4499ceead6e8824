"""Floor 8, axes: numbers to places on a picture, with ticks at round numbers."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from nnspec.report.page.svg import cut, joined, line, picture, tag, text

Floats = NDArray[np.float64]
WIDTH, HEIGHT = 440.0, 290.0
"""Size of a picture, in its own units; a page stretches it."""
LEFT, RIGHT, TOP, BOTTOM = 58.0, 12.0, 26.0, 40.0
ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Steps between ticks, times a power of ten."""
DECADES = 2.0
"""Powers of ten that a positive quantity spans before its axis is logarithmic."""
UNITS = {1e6: "M", 1e3: "k"}
"""Large units of ticks: millions and thousands."""
UNIT_FROM = 10.0
"""Units from which on ticks are written in them."""
DECIMALS_FROM, DECIMALS_TO = 1e-3, 1e10
"""Sizes between which ticks are written without an exponent."""


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis: where the numbers from `low` to `high` lie between two places."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False
    whole: bool = False
    """Whether only whole numbers mean something."""

    def __call__(self, values: Floats) -> Floats:
        """Return the places of numbers."""
        low, high, found = self.low, self.high, np.asarray(values, np.float64)
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                found = np.log10(found)
            low, high = math.log10(low), math.log10(high)
        return self.start + (found - low) / ((high - low) or 1.0) * (self.end - self.start)

    def at(self, value: float) -> float:
        """Return the place of one number."""
        return float(self(np.array([value]))[0])

    @property
    def ticks(self) -> tuple[float, ...]:
        """Return round numbers along the axis."""
        found = _decades(self.low, self.high) if self.log else round_numbers(self.low, self.high)
        return tuple(one for one in found if one.is_integer()) if self.whole else found


def round_numbers(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Return at most so many round numbers between two, evenly spaced."""
    if not high > low:
        return (low,)
    rough = (high - low) / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((one * power for one in ROUND if one * power >= rough), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(one * step for one in range(first, last + 1))


def _decades(low: float, high: float) -> tuple[float, ...]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, -(-(last - first) // 6))
    return tuple(10.0**one for one in range(first, last + 1, step)) or (low, high)


def tick_texts(ticks: Sequence[float]) -> tuple[str, ...]:
    """Return ticks as texts with the decimals that tell them apart."""
    largest = max((abs(one) for one in ticks), default=0.0)
    steps = [abs(b - a) for a, b in itertools.pairwise(ticks) if b != a]
    step = min(steps, default=largest or 1.0)
    if largest >= DECIMALS_TO or step < DECIMALS_FROM:
        return tuple(f"{one + 0.0:.3g}" for one in ticks)
    for unit, name in UNITS.items():
        if largest >= UNIT_FROM * unit and step >= unit / 10:
            return tuple(f"{one / unit:,.4g}{name}" if one else "0" for one in ticks)
    decimals = next((n for n in range(5) if math.isclose(step, round(step, n), rel_tol=1e-6)), 5)
    return tuple(f"{one + 0.0:,.{decimals}f}" for one in ticks)


def span(*several: Iterable[float], around: float = 0.04) -> tuple[float, float]:
    """Return the smallest and largest finite number, with some room around them."""
    values = np.concatenate([np.asarray(list(one), np.float64) for one in several])
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    room = (high - low) * around
    if not np.isfinite(room) or high - low <= abs(high) * 1e-12:
        room = abs(high) * 0.1 or 1.0
    return low - room, high + room


def wants_log(values: Floats) -> bool:
    """Return whether positive numbers span so much that only their logarithms can be compared."""
    finite = values[np.isfinite(values)]
    if not len(finite) or finite.min() <= 0:
        return False
    return bool(np.log10(finite.max() / finite.min()) > DECADES)


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture with two axes.

    Attributes:
        label: what the picture shows, in words.
        across: smallest and largest number of the axis across.
        up: those of the axis upwards.
        names: of both axes.
        log: whether the axis upwards is logarithmic.
    """

    label: str
    across: tuple[float, float]
    up: tuple[float, float]
    names: tuple[str, str] = ("", "")
    log: bool = False
    size: tuple[float, float] = (WIDTH, HEIGHT)
    whole: bool = False
    """Whether the axis across counts something."""

    @property
    def x(self) -> Scale:
        """Return the axis across."""
        return Scale(*self.across, LEFT, self.size[0] - RIGHT, whole=self.whole)

    @property
    def y(self) -> Scale:
        """Return the axis upwards."""
        return Scale(*self.up, self.size[1] - BOTTOM, TOP, self.log)

    def drawn(self, parts: Iterable[Markup], keys: Sequence[tuple[str, str]] = ()) -> Markup:
        """Return the picture: axes behind, its parts, and above them a key of names by style."""
        return picture(self.size, self.label, [*self._axes(), *parts, *self._key(keys)])

    def path(self, across: Floats, up: Floats, style: str) -> Markup:
        """Return a line through points, broken where one is no number."""
        x, y = self.x(across), self._inside(self.y(up))
        words: list[str] = []
        pen = "M"
        for a, b in zip(x.tolist(), y.tolist(), strict=True):
            if not (math.isfinite(a) and math.isfinite(b)):
                pen = "M"
                continue
            words.append(f"{pen}{a:.1f} {b:.1f}")
            pen = "L"
        return tag("path", d="".join(words), class_=style)

    def points(self, across: Floats, up: Floats, style: str) -> Markup:
        """Return points; together they are one element, which keeps a page small."""
        pairs = zip(self.x(across).tolist(), self._inside(self.y(up)).tolist(), strict=True)
        drawn = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in pairs if math.isfinite(a + b))
        return tag("path", d=drawn, class_=f"points {style}")

    def band(self, across: Floats, ends: tuple[Floats, Floats], style: str) -> Markup:
        """Return the area between two lines."""
        lower, upper = (self._inside(self.y(one)) for one in ends)
        good = np.isfinite(lower) & np.isfinite(upper)
        x = self.x(across)[good].tolist()
        there = [f"{a:.1f} {b:.1f}" for a, b in zip(x, upper[good].tolist(), strict=True)]
        back = [f"{a:.1f} {b:.1f}" for a, b in zip(x, lower[good].tolist(), strict=True)]
        return tag("path", d="M" + "L".join([*there, *reversed(back)]) + "Z", class_=style)

    def bars(self, edges: Floats, heights: Floats, style: str) -> Markup:
        """Return bars between edges, from the lower end of the axis to their heights."""
        x, y = self.x(edges).tolist(), self.y(heights).tolist()
        ground = self.y.start
        return joined(
            tag(
                "rect",
                x=left,
                y=top,
                width=max(0.5, right - left - 1),
                height=max(0.0, ground - top),
                class_=style,
            )
            for left, right, top in zip(x, x[1:], y, strict=False)
        )

    def _inside(self, places: Floats) -> Floats:
        """Keep places a little beyond the frame at most: an infinite line is drawn nowhere."""
        return np.clip(places, -1_000.0, self.size[1] + 1_000.0)

    def _axes(self) -> list[Markup]:
        x, y, (width, height) = self.x, self.y, self.size
        found = [
            tag("line", x1=x.start, x2=x.end, y1=y.at(one), y2=y.at(one), class_="grid")
            for one in y.ticks
        ]
        for one, said in zip(y.ticks, tick_texts(y.ticks), strict=True):
            found.append(text(LEFT - 6, y.at(one) + 4, said, "tick", "end"))
        for one, said in zip(x.ticks, tick_texts(x.ticks), strict=True):
            found.append(text(x.at(one), y.start + 15, said, "tick", "middle"))
        found.append(line((x.start, y.start), (x.end, y.start), "axis"))
        across, up = self.names
        place = (LEFT + width - RIGHT) / 2
        found.append(_named(across, place, height - 6, "middle", 60))
        found.append(_named(up, 4.0, 13.0, "start", 34))
        return found

    def _key(self, keys: Sequence[tuple[str, str]]) -> list[Markup]:
        """Return names with a piece of their lines, from the right upper corner to the left."""
        found: list[Markup] = []
        end = self.size[0] - RIGHT
        for name, style in reversed(keys):
            start = end - 6.8 * min(len(name), 26)
            found.append(_named(name, end, 13.0, "end", 26))
            found.append(line((start - 20, 9.0), (start - 5, 9.0), style))
            end = start - 32
        return found


def _named(name: str, x: float, y: float, anchor: str, signs: int) -> Markup:
    return tag("text", cut(name, signs), x=x, y=y, text_anchor=anchor, class_="name")

"""The `window:` of the data section: how windows lie over a series, and what they predict.

Over several horizons a unit of the output is a target so many steps ahead: `price+7`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from nnspec.catalog.types import PositiveNumber, Said, Text
from nnspec.spec.section import Section

MOST_HORIZONS = 1000
"""Horizons that a network may have."""

Columns = Annotated[tuple[Text, ...], Field(min_length=1)]
Steps = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Listed = Annotated[tuple[Steps, ...], Field(min_length=1, max_length=MOST_HORIZONS)]

KNOWN = "known"
"""Name of the input of columns known in advance, and what their names begin with there."""
HORIZONS = "a number of steps, a list of them, or the first and the last of a range"


class HorizonRange(Section):
    """Every horizon from the first to the last."""

    first: Steps = 1
    """Smallest distance, in time steps."""
    last: Steps = Field(examples=[24])
    """Largest distance, in time steps."""


class WindowSection(Section):
    """Windows over a series: each row of the table is a time step."""

    length: Steps = Field(examples=[12])
    """Rows that the network sees at once, in time steps."""
    horizon: Annotated[Steps | Listed | HorizonRange, Said(HORIZONS)] = 1
    """Distance from the window's last row to the target's row, in time steps. Several, as a list
    ([1, 2, 7]) or a range ({first: 1, last: 24}), take a unit of the output each: all targets at
    the first horizon, then all at the next, called `price+1`, `price+2`, `price+7`."""
    stride: Steps = 1
    """Distance between the starts of consecutive windows, in time steps."""
    key: Text | Columns | None = Field(default=None, examples=["symbol"])
    """Column, or several, that tell the series of one table apart: no window holds rows of two."""
    time: Text | None = Field(default=None, examples=["day"])
    """Column of numbers or dates by which rows are ordered within a series. With it all series are
    split at the same moments, and no window runs across a gap."""
    gap: PositiveNumber | None = Field(default=None, examples=[7.0])
    """Largest distance of two neighbouring rows within a window: in days where `time` holds dates,
    else in its own units. If absent the largest that a twentieth of the neighbours have."""
    season: Steps | None = Field(default=None, examples=[12])
    """Time steps after which a series comes again, for the baseline `seasonal`: the value so many
    steps before the target's. If absent, and `time` holds dates, as many as make a day (of rows
    hours or less apart), a week (of days) or a year (of weeks, months and quarters)."""

    known: Columns | Annotated[dict[Text, Columns], Field(min_length=1)] | None = Field(
        default=None, examples=[["holiday", "weekday"]]
    )
    """Columns that are known in advance, such as a calendar or a price: the network reads what they
    hold at the moments of the targets, as an input of its own of (horizons, numbers) called
    `known`; a mapping names several such inputs ({calendar: [day], offer: [price]}). Windows hold
    them too, unless `features`, `inputs` or `exclude` say otherwise. A table to predict has rows up
    to the last moment that is predicted, in which only key, time and these columns need be filled;
    the SavedModel takes them as `known_holiday`, (batch, horizons)."""

    @property
    def known_inputs(self) -> dict[str, tuple[str, ...]]:
        """Return the columns of each input that is known in advance, by its name."""
        match self.known:
            case None:
                return {}
            case dict():
                return dict(self.known)
            case _:
                return {KNOWN: self.known}

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that order the rows."""
        return (*as_columns(self.key or ()), *((self.time,) if self.time else ()))

    @property
    def horizons(self) -> tuple[int, ...]:
        """Return the distances from a window's last row to the rows of its targets."""
        match self.horizon:
            case int():
                return (self.horizon,)
            case HorizonRange():
                return tuple(range(self.horizon.first, self.horizon.last + 1))
            case _:
                return self.horizon

    @property
    def several(self) -> bool:
        """Tell whether a window has targets at several moments."""
        return len(self.horizons) > 1

    @property
    def farthest(self) -> int:
        """Return the largest horizon."""
        return self.horizons[-1]


@dataclass(frozen=True, slots=True)
class Aim:
    """What one unit of an output predicts: a column, so many steps ahead."""

    name: str
    column: str
    steps: int


def aims(columns: Iterable[str], window: WindowSection) -> tuple[Aim, ...]:
    """Return what an output's units predict: all columns at the first horizon, then at the next.

    At a single horizon a unit has the column's own name.
    """
    targets = tuple(columns)
    return tuple(
        Aim(f"{column}+{steps}" if window.several else column, column, steps)
        for steps in window.horizons
        for column in targets
    )


def names_ahead(columns: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return the columns known in advance by the names that they have as inputs.

    Args:
        columns: the columns.
        taken: names of other features.
    """
    held, found = set(taken), dict[str, str]()
    for column in dict.fromkeys(columns):
        name = f"{KNOWN}_{column}"
        while name in held:
            name += "_"
        held.add(name)
        found[name] = column
    return found


def unit_names(columns: tuple[str, ...], window: WindowSection | None) -> tuple[str, ...]:
    """Return the names of an output's units: those of its columns, at each of several horizons."""
    return columns if window is None else tuple(one.name for one in aims(columns, window))


def as_columns(columns: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return one column or several as a tuple."""
    return (columns,) if isinstance(columns, str) else columns

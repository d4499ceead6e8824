"""Floor 8, the one small interface behind which all training runs: arrays in, arrays out.

An executor is made for the rows of a training; an order of rows and a stretch of steps are the
work, figures and named arrays what it gives. Whatever runs steps (a fused loop, Keras' own
functions, another library) offers this and nothing more, and raises the errors of
`engine.errors`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from nnspec.engine.order import Rows
from nnspec.engine.plan import Execution
from nnspec.engine.snapshot import State


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which steps of an epoch one call runs."""

    first: int
    """The first step, counted from 0."""
    steps: int
    """How many steps to run, a partial last batch counted."""
    fresh: bool
    """Whether the metrics start anew."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a stretch of steps came to."""

    broken: int | None
    """The first step whose loss was not a number, or None."""
    logs: dict[str, Any]
    """Figures since the metrics started anew, by name."""


class Executor(Protocol):
    """Runs steps over the rows it was made for."""

    @property
    def execution(self) -> Execution:
        """Return what runs compiled, what not, and why."""

    @property
    def timings(self) -> Mapping[str, float]:
        """Return the seconds spent on preparation, by part."""

    def begin(self, order: Rows) -> None:
        """Take in the order in which the epoch at hand visits the rows."""

    def run(self, stretch: Stretch) -> Report:
        """Run a stretch of the epoch at hand."""

    def validate(self) -> dict[str, Any]:
        """Return the figures of the validation rows, by name; empty where there are none."""

    def state(self) -> State:
        """Return the training as it stands between two stretches."""

    def restore(self, state: State) -> None:
        """Go on from a state: `run` then gives the bits of the training that it was taken from.

        Raises:
            WrongState: it belongs to another network; nothing was changed.
        """

    def finish(self) -> None:
        """Do what is left to do with the weights after the last step."""

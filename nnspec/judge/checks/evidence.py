"""Floor 8, the evidence that all checks look at, gathered once; arrays alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from nnspec.judge.answers import Answers, Array, Floats
from nnspec.judge.heads import Head

TRAIN, VALIDATION, TEST = "train", "validation", "test"
LOSS, VALIDATED = "loss", "val_loss"


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """How the training went, epoch by epoch.

    Attributes:
        figures: column of the history -> (epochs,), NaN where an epoch lacks it.
        planned: epochs that were asked for.
        restored: whether the weights of the best epoch are put back at the end.
        descends: whether an optimizer follows a gradient; a rule of its own has no learning rate
            that a curve tells of.
    """

    figures: Mapping[str, Floats]
    planned: int
    restored: bool = False
    descends: bool = True

    @property
    def epochs(self) -> int:
        """Return the epochs that the history holds."""
        return len(next(iter(self.figures.values()), ()))

    @property
    def watched(self) -> str:
        """Return the figure that tells best how training went on."""
        return VALIDATED if VALIDATED in self.figures else LOSS

    def curve(self, name: str) -> Floats:
        """Return a figure by epoch, those without it left out; empty where there is none."""
        found = self.figures.get(name, np.zeros(0))
        return found[np.isfinite(found)]


@dataclass(frozen=True, slots=True, eq=False)
class UnitTrace:
    """What the units of a hidden layer give for a sample of training rows.

    Attributes:
        layer: its name.
        function: its activation.
        idle: (units,) share of rows, and of their steps or pixels, at an end of the function where
            its slope is nearly 0: not above 0 for relu; for the others within a hundredth of their
            range of an end.
    """

    layer: str
    function: Literal["relu", "sigmoid", "tanh"]
    idle: Floats


@dataclass(frozen=True, slots=True)
class LayerGradient:
    """The gradient of the loss by the weights of one layer, over a sample of training rows.

    Attributes:
        layer: its name.
        gradient: norm of the gradient.
        weights: norm of the weights.
        leads_to: layers that read it, directly or through others.
    """

    layer: str
    gradient: float
    weights: float
    leads_to: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """The trained network, looked at once on a sample of training rows.

    Attributes:
        rows: rows of the sample.
        loss: their loss, penalties included.
        units: hidden layers whose activation has an end.
        gradients: layers with trained weights, from the inputs on.
    """

    rows: int
    loss: float = float("nan")
    units: tuple[UnitTrace, ...] = ()
    gradients: tuple[LayerGradient, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ColumnCells:
    """A feature column as the table has it; of a window the cells of its last step.

    Attributes:
        kind: whether cells are numbers (dates in seconds), or classes.
        cells: split -> (rows,) floats with NaN for a missing cell, or texts.
        past: whether the column is the target's own past.
    """

    kind: Literal["number", "class"]
    cells: Mapping[str, Array]
    past: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class OutputEvidence:
    """One output: its answers, and what each row costs the network and simple models.

    A row's loss is the squared error in deviations of the training target (the absolute one where
    the training makes that small), or the share of its classes that are answered wrongly.

    Attributes:
        answers: split -> answers with targets.
        losses: split -> (rows,).
        baselines: baseline -> split -> (rows,).
        constant: split -> (rows,), of the best answer that is the same for all rows.
        by_row: whether rows are independent; over a series they are not.
        absolute: whether errors of numbers count by their size rather than by their square.
        unit: deviation of the training target, by which errors are told in its own unit; None
            where there are several targets.
    """

    head: Head
    answers: Mapping[str, Answers]
    losses: Mapping[str, Floats] = field(default_factory=dict)
    baselines: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)
    constant: Mapping[str, Floats] = field(default_factory=dict)
    by_row: bool = True
    absolute: bool = False
    unit: float | None = None

    def unseen(self, least: int) -> str | None:
        """Return the split that speaks for new rows: test, else validation; None if too small."""
        for split in (TEST, VALIDATION):
            if len(self.losses.get(split, ())) >= least:
                return split
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All that is known of a trained run.

    Attributes:
        outputs: those that are judged.
        columns: plain feature columns by name.
        parameters: weights that were trained.
        step: steps between a window's last row and its target; None where rows are no series.
        probe: None where nothing could be measured in the network.
    """

    course: Course
    outputs: tuple[OutputEvidence, ...] = ()
    columns: Mapping[str, ColumnCells] = field(default_factory=dict)
    parameters: int = 0
    step: int | None = None
    probe: Probe | None = None

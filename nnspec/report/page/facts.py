"""Floor 8, the facts of a page: what a run's folder holds, read without the libraries that train.

`report.json` is read loosely: sections that this module does not know are left alone, and ones
that a report lacks are empty.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from nnspec.data import Preprocessing
from nnspec.data.profile import Profile
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.judge.heads import Head
from nnspec.judge.interval import Difference, Interval
from nnspec.network.summary import Summary
from nnspec.report.origins import Origins, TrainingFacts
from nnspec.report.page.answered import Answered
from nnspec.report.page.cases import CasesOfOutput
from nnspec.run.epochs import read_epochs
from nnspec.run.layout import REPORT
from nnspec.run.manifest import Manifest

Label = str | int | float | bool
Figures = Mapping[str, float | None]
Floats = NDArray[np.float64]
SPLITS = ("test", "validation", "train")
"""Splits in the order of their weight."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows counted by label (down) and answer (across)."""

    labels: tuple[Label, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """The figures of the test rows with one value of a column."""

    column: str
    value: str
    rows: int
    metrics: Figures
    worse: bool = False


@dataclass(frozen=True, slots=True)
class Importance:
    """How much worse a figure becomes without one column: mean and spread over the draws."""

    column: str
    value: float
    spread: float


@dataclass(frozen=True, slots=True)
class Output:
    """What one output reached."""

    name: str
    task: str
    columns: tuple[str, ...] = ()
    metrics: Mapping[str, Figures] = field(default_factory=dict)
    """Split -> figures of the network."""
    baselines: Mapping[str, Mapping[str, Figures]] = field(default_factory=dict)
    """Baseline -> split -> figures."""
    baseline_notes: tuple[str, ...] = ()
    metrics_by_column: Mapping[str, Mapping[str, Figures]] = field(default_factory=dict)
    """Split -> target column or label -> figures."""
    confusion_matrix: Mapping[str, Confusion] = field(default_factory=dict)
    figures_of: str | None = None
    weighted: bool = False
    thresholds: tuple[float, ...] = ()
    pictures: tuple[str, ...] = ()
    temperature: float | None = None
    further: Mapping[str, Figures] = field(default_factory=dict)
    """Split -> figures behind the main ones."""
    intervals: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    differences: Mapping[str, Mapping[str, Difference]] = field(default_factory=dict)
    verdict: str | None = None
    slices: tuple[Slice, ...] = ()
    importance_of: str | None = None
    importance: tuple[Importance, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def split(self) -> str:
        """Return the split that says most: the test rows where there are any."""
        return next((one for one in SPLITS if one in self.metrics), "test")


@dataclass(frozen=True, slots=True)
class Check:
    """What one check of the run found."""

    code: str
    title: str
    status: Literal["found", "passed", "not applicable"]
    says: str = ""
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What `report.json` tells."""

    name: str
    outputs: Mapping[str, Output]
    rows: Mapping[str, int]
    parameters: int
    trainable_parameters: int
    training: TrainingFacts
    origins: Origins
    checks: tuple[Check, ...] = ()

    @property
    def first(self) -> Output:
        """Return the output whose figures stand at the top."""
        return next(iter(self.outputs.values()))


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Everything that a page shows.

    Attributes:
        history: figure -> its value after each epoch, NaN where an epoch lacks it.
        spec: the filled spec, as text.
        answers: test rows with their answers; None where no row was kept.
        heads: what each output predicts, by its name.
        network: None where it cannot be resolved without the data.
        fitted: the preprocessing; None where it cannot be read.
        profile: what the training columns held.
        maps: file -> a map's picture, as SVG.
        cases: output -> its worst rows as pictures.
        ordered: whether rows follow one another in time.
    """

    told: Told
    manifest: Manifest
    history: Mapping[str, Floats]
    spec: str
    answers: Answered | None = None
    heads: Mapping[str, Head] = field(default_factory=dict)
    network: Summary | None = None
    fitted: Preprocessing | None = None
    profile: Profile | None = None
    maps: Mapping[str, str] = field(default_factory=dict)
    cases: Mapping[str, CasesOfOutput] = field(default_factory=dict)
    ordered: bool = False


_READER = TypeAdapter(Told)


def read_report(content: bytes) -> Told:
    """Return what a report tells.

    Raises:
        Refused: A102 where the bytes are no report.
    """
    try:
        document = json.loads(content)
        told = _READER.validate_python(document)
        next(iter(told.outputs))
    except (ValueError, StopIteration, TypeError, RecursionError) as error:
        detail = next(iter(f"{error}".splitlines()), type(error).__name__)
        message = f"the run's {REPORT} is no report that this nnspec reads: {detail}"
        raise Refused([Diagnostic("A102", message)]) from error
    return told


def read_history(content: bytes) -> dict[str, Floats]:
    """Return the columns of a history, by figure; a cut last line is left out."""
    found = read_epochs(content)
    cells = np.array(found.rows, np.float64).reshape(len(found.rows), len(found.names))
    return {name: cells[:, place] for place, name in enumerate(found.names)}

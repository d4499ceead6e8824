"""Floor 8, the report: what a run reached, beside its baselines, as data.

`report.json` is this class; `report.md` and the terminal's table are views of it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from pydantic import TypeAdapter, ValidationError

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.run.answers import Answers, Head
from nnspec.run.baselines import Baselines
from nnspec.run.metrics import Confusion, Metrics, confusion, measure, measure_columns

FORMAT = 1
"""Version of the report's layout."""
REPORT = "report.json"


@dataclass(frozen=True, slots=True)
class OutputReport:
    """What one output reached."""

    name: str
    task: str
    columns: tuple[str, ...]
    """Target columns."""
    metrics: Mapping[str, Metrics]
    """Split -> metrics, in the target's units."""
    baselines: Mapping[str, Mapping[str, Metrics]] = field(default_factory=dict)
    """Baseline -> split -> metrics, of the same rows."""
    baseline_notes: tuple[str, ...] = ()
    metrics_by_column: Mapping[str, Mapping[str, Metrics]] = field(default_factory=dict)
    """Split -> target column -> metrics; where there are several columns."""
    confusion_matrix: Mapping[str, Confusion] = field(default_factory=dict)
    """Split -> rows counted by label and answer; classification only."""


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """How the network was trained."""

    optimizer: str
    loss: str
    batch_size: int
    epochs: int
    """Epochs that were completed."""
    epochs_planned: int
    seconds: float
    """Duration of the training."""
    stopped: str | None = None
    """Why it ended before its last epoch."""
    execution: tuple[str, ...] = ()
    """What ran, what was compiled, and why."""


@dataclass(frozen=True, slots=True)
class Origins:
    """What the run can be repeated from."""

    seed: int
    spec_sha256: str
    data: str
    """Fingerprint of the data."""
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run reached and how."""

    name: str
    """Name of the spec."""
    outputs: tuple[OutputReport, ...]
    rows: Mapping[str, int]
    """Split -> rows."""
    parameters: int
    trainable_parameters: int
    training: TrainingFacts
    origins: Origins

    @property
    def first(self) -> OutputReport:
        """Return the first output, whose figures stand at the top of the report."""
        return self.outputs[0]

    def encoded(self) -> bytes:
        """Return the report as JSON.

        The first output's figures stand at the top: `metrics.<split>.<metric>`,
        `baselines.<name>.<split>.<metric>`; every output's under `outputs.<name>`.
        """
        document = asdict(self)
        outputs = {one["name"]: one for one in document.pop("outputs")}
        top = {key: value for key, value in asdict(self.first).items() if key != "name"}
        head = {"format": FORMAT, "name": document.pop("name")}
        whole = head | top | document | {"outputs": outputs}
        text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
        return (text + "\n").encode()


_READER = TypeAdapter(Report)
_OWN = ("name", "rows", "parameters", "trainable_parameters", "training", "origins")


def decode_report(content: bytes) -> Report:
    """Return the report that `encoded` wrote.

    Raises:
        Refused: A102 where the bytes are no report.
    """
    try:
        document = json.loads(content)
        own = {key: document[key] for key in _OWN}
        return _READER.validate_python(own | {"outputs": tuple(document["outputs"].values())})
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
        detail = f"{error}".splitlines()[0]
        message = f"the run's {REPORT} is no report that this nnspec reads: {detail}"
        raise Refused([Diagnostic("A102", message)]) from error


def judge(
    head: Head, answers: Mapping[str, Answers], baselines: Baselines | None = None
) -> OutputReport:
    """Return what one output reached.

    Args:
        head: what the output predicts.
        answers: split (train, validation, test) -> its rows with targets; splits without rows
            are left out.
        baselines: the figures of simple models on the same rows.
    """
    splits = {split: one for split, one in answers.items() if len(one.rows)}
    by_column = {split: measure_columns(head, one) for split, one in splits.items()}
    classes = head.task == "classification"
    return OutputReport(
        name=head.name,
        task=head.task,
        columns=head.columns,
        metrics={split: measure(head, one) for split, one in splits.items()},
        baselines=baselines.figures if baselines else {},
        baseline_notes=baselines.notes if baselines else (),
        metrics_by_column={split: found for split, found in by_column.items() if found},
        confusion_matrix={s: confusion(head, one) for s, one in splits.items()} if classes else {},
    )

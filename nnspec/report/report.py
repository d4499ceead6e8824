"""Floor 8, the report: what a run reached, beside its baselines, as data.

`report.json` is this class; `report.md` and the terminal's table are views of it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.judge.checks.check import Verdict
from nnspec.judge.output import OutputReport
from nnspec.report.notebook import html_outputs
from nnspec.report.origins import Origins, TrainingFacts
from nnspec.run.layout import REPORT

FORMAT = 1
"""Version of the report's layout."""


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
    checks: tuple[Verdict, ...] = ()
    """What came of every check of the run; none before it is complete."""

    @property
    def first(self) -> OutputReport:
        """Return the first output, whose figures stand at the top of the report."""
        return self.outputs[0]

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the figures, beside those of the baselines."""
        return html_outputs(self.name, self.rows, self.outputs)

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
        own["checks"] = tuple(document.get("checks", ()))
        return _READER.validate_python(own | {"outputs": tuple(document["outputs"].values())})
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        detail = next(iter(f"{error}".splitlines()), type(error).__name__)
        message = f"the run's {REPORT} is no report that this nnspec reads: {detail}"
        raise Refused([Diagnostic("A102", message)]) from error

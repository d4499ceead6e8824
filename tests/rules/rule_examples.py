"""What the tests of the rules share: an example of a rule, and the way a text is checked."""

from dataclasses import dataclass
from pathlib import Path

from nnspec.diagnostics import Diagnostic
from nnspec.document import parse_document
from nnspec.pipeline.check import check_document

DIABETES = 'data: {source: "sklearn:diabetes", target: target}'
IRIS = 'data: {source: "sklearn:iris", target: target}'
CANCER = 'data: {source: "sklearn:breast_cancer", target: target}'
DIGITS = 'data: {source: "sklearn:digits", target: target, scaling: minmax}'
TABLE = "data: {source: table.csv, target: target}"
PAIR = "data: {source: table.csv, features: [x], target: {price: p, kind: k}}"

CLASSES = "loss: sparse_categorical_crossentropy"
BINARY = "loss: binary_crossentropy"
ONE_HOT = "loss: categorical_crossentropy"

SOFTMAX_3 = "- Dense: {units: 3, activation: softmax}"
SOFTMAX_10 = "- Dense: {units: 10, activation: softmax}"
SIGMOID = "- Dense: {units: 1, activation: sigmoid}"

TWO_OUTPUTS = """  layers:
  - Dense: {units: 8, activation: relu}
    name: base
  - Dense: 1
    name: price
    inputs: base
  - Dense: {units: 1, activation: sigmoid}
    name: kind
    inputs: base
  outputs: [price, kind]"""

TWO_LOSSES = "loss: {price: mse, kind: binary_crossentropy}"


@dataclass(frozen=True)
class Example:
    """A rule's code, and a spec that violates it with one value and keeps it with another.

    `@` stands for the value. The finding is due on its line, or on that of the comment `#!`.
    """

    code: str
    bad: str
    good: str
    model: str = "- Dense: 1"
    training: str = "loss: mse"
    data: str = DIABETES
    rest: str = ""

    def text(self, value: str) -> str:
        """Return the spec with a value."""
        training = self.training
        if training and "optimizer" not in training and "rule:" not in training:
            training = f"optimizer: adam\n{training}"
        lines = ["nnspec: 1", self.data, "model:", self.model]
        if training:
            lines += ["training:", *(f"  {line}" for line in training.splitlines())]
        return "\n".join([*lines, self.rest, ""]).replace("@", value)

    @property
    def line(self) -> int:
        """Return the line on which the finding is due."""
        lines = self.text("@").splitlines()
        marked = [number for number, line in enumerate(lines, start=1) if "#!" in line]
        return (marked or [number for number, line in enumerate(lines, start=1) if "@" in line])[0]


def check_text(text: str) -> tuple[Diagnostic, ...]:
    """Return everything that is found in a spec, in the order of its text."""
    document = parse_document(text, "spec.yaml")
    return check_document(document, folder=Path()).diagnostics


def serious(findings: tuple[Diagnostic, ...]) -> list[str]:
    """Return the errors and warnings, readable."""
    return [
        f"{one.span.start.line if one.span else '?'}: {one.message} [{one.code}]"
        for one in findings
        if one.severity != "note"
    ]

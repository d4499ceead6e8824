"""The back as operators: what leaves the network to figures and labels.

It says what `nnspec.build.back` and `nnspec.build.withheld` compute in TensorFlow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nnspec.build.answer_keys import (
    CLUSTER,
    DISTANCE,
    LOWER,
    MAP_COLUMN,
    MAP_ROW,
    PREDICTION,
    PROBABILITIES,
    STD,
    UPPER,
)
from nnspec.build.calibrated import SMALLEST, Calibration, rounding_of
from nnspec.data.fit.fitted import TargetFit
from nnspec.data.fit.targets import label_array
from nnspec.exchange.write.onnx.graph import (
    BOOL,
    DOUBLE,
    FLOAT,
    INT32,
    INT64,
    STRING,
    Array,
    Writer,
)
from nnspec.exchange.write.onnx.numbers import double
from nnspec.shapes import Shape
from nnspec.spec.intervals import middle_of, quantile_name
from nnspec.spec.training import HALF


@dataclass(frozen=True, slots=True)
class Answer:
    """One tensor that leaves the graph.

    Attributes:
        name: of the tensor.
        kind: type of its elements.
        shape: batch first.
    """

    name: str
    kind: int
    shape: Shape


@dataclass(frozen=True, slots=True)
class Back:
    """How one output answers.

    Attributes:
        target: what was fitted of its target.
        from_logits: whether sigmoid or softmax is still to come.
        thresholds: probability above which second classes are answered.
        calibration: what was fitted on validation rows.
        columns: of the map that a cluster lies on; 0 without a map.
    """

    target: TargetFit
    from_logits: bool = False
    thresholds: tuple[float, ...] = (HALF,)
    calibration: Calibration = field(default_factory=Calibration)
    columns: int = 0

    def write(self, writer: Writer, output: str, shape: Shape) -> dict[str, Answer]:
        """Return the answers, by their keys, for what left the network.

        Args:
            writer: takes the operators.
            output: the network's, floats.
            shape: of it.
        """
        written = Written(writer, self, shape)
        if self.columns:
            return written.clusters(output)
        match self.target.need:
            case "regression" | "reconstruction":
                return written.numbers(writer.op("Sigmoid", output) if self.from_logits else output)
            case "none" | "cluster":
                return {PREDICTION: Answer(output, FLOAT, shape)}
            case "binary":
                return written.binary(writer.op("Sigmoid", output) if self.from_logits else output)
            case "multiclass":
                shares = writer.op("Softmax", output, axis=-1) if self.from_logits else output
                return written.multiclass(shares)


@dataclass(frozen=True, slots=True)
class Written:
    """Writes the answers of one back."""

    writer: Writer
    back: Back
    shape: Shape

    @property
    def target(self) -> TargetFit:
        """Return what was fitted of the target."""
        return self.back.target

    def numbers(self, output: str) -> dict[str, Answer]:
        """Return numbers in the target's units and what stands around them."""
        writer, target, calibration = self.writer, self.target, self.back.calibration
        output = writer.cast(output, DOUBLE)
        low = high = width = ""
        if target.quantiles:
            found, low, high = self._quantiles(output)
        elif target.floor is not None:
            found, width = self._normal(output, target.floor)
            low = high = found[PREDICTION]
        else:
            found = {PREDICTION: self._in_units(output)}
            low = high = found[PREDICTION]
        if calibration.level is not None:
            reach = double(writer, calibration.margins_of(target.shape))
            reach = writer.op("Mul", reach, width) if width else reach
            middle = writer.op("Mul", writer.op("Add", low, high), double(writer, 0.5))
            sizes = [writer.op("Abs", one) for one in (low, high, reach)]
            size = writer.op("Add", writer.op("Add", *sizes[:2]), sizes[2])
            spare = writer.op("Mul", size, double(writer, rounding_of(target.precision)))
            reach = writer.op("Add", reach, spare)
            found[LOWER] = writer.op("Min", writer.op("Sub", low, reach), middle)
            found[UPPER] = writer.op("Max", writer.op("Add", high, reach), middle)
        kind = DOUBLE if target.precision == "double" else FLOAT
        shape = self._units_shape()
        return {key: Answer(writer.cast(one, kind), kind, shape) for key, one in found.items()}

    def _units_shape(self) -> Shape:
        """Return the shape of numbers: the output's, one for each target."""
        each = len(self.target.quantiles) or (1 if self.target.floor is None else 2)
        last = self.shape[-1]
        return (*self.shape[:-1], None if last is None else last // each)

    def _by_target(self, output: str, each: int) -> str:
        """Return units, (..., targets * each), as (..., targets, each)."""
        last = self.shape[-1] or each
        keep = [0] * (len(self.shape) - 1)
        return self.writer.reshape(output, (*keep, last // each, each))

    def _unit(self, units: str, place: int) -> str:
        return self.writer.op("Gather", units, self.writer.constant(place, np.int64), axis=-1)

    def _quantiles(self, output: str) -> tuple[dict[str, str], str, str]:
        """Return the quantiles of each number, in order, and the outermost two."""
        writer, quantiles = self.writer, self.target.quantiles
        units = self._by_target(output, len(quantiles))
        ordered, _ = writer.several(
            "TopK", (units, writer.ints(len(quantiles))), 2, axis=-1, largest=0
        )
        each = [self._in_units(self._unit(ordered, one)) for one in range(len(quantiles))]
        named = dict(zip(map(quantile_name, quantiles), each, strict=True))
        return {PREDICTION: each[middle_of(quantiles)], **named}, each[0], each[-1]

    def _normal(self, output: str, floor: float) -> tuple[dict[str, str], str]:
        """Return mean and deviation of each number, and the deviation."""
        writer = self.writer
        units = self._by_target(output, 2)
        mean = self._in_units(self._unit(units, 0))
        raw = writer.op("Softplus", writer.cast(self._unit(units, 1), FLOAT))
        wide = writer.op("Add", writer.cast(raw, DOUBLE), double(writer, floor))
        width = writer.op("Mul", wide, double(writer, self.target.scale))
        return {PREDICTION: mean, STD: width}, width

    def _in_units(self, scaled: str) -> str:
        """Return numbers in the target's units, in double precision."""
        writer = self.writer
        larger = writer.op("Mul", scaled, double(writer, self.target.scale))
        numbers = writer.op("Add", larger, double(writer, self.target.shift))
        if not self.target.log:
            return numbers
        return writer.op("Sub", writer.op("Exp", numbers), double(writer, 1.0))

    def binary(self, positive: str) -> dict[str, Answer]:
        """Return labels for the probability of the second class."""
        writer, temperature = self.writer, self.back.calibration.temperature
        if temperature is not None:
            shares = self._within(positive)
            rest = writer.op("Sub", double(writer, 1.0), shares)
            logits = writer.op("Sub", writer.op("Log", shares), writer.op("Log", rest))
            cooled = writer.op("Div", logits, double(writer, temperature))
            positive = writer.cast(writer.op("Sigmoid", cooled), FLOAT)
        above = writer.op("Greater", positive, writer.floats(self.back.thresholds))
        codes = writer.cast(above, INT64)
        if self.target.shape[-1:] != (1,):
            labels = self._labels(codes, self.shape)
            return {PREDICTION: labels, PROBABILITIES: Answer(positive, FLOAT, self.shape)}
        rest = writer.op("Sub", writer.floats(1), positive)
        both = writer.concat([rest, positive], -1)
        shape = (*self.shape[:-1], 2)
        labels = self._labels(writer.squeeze(codes, -1), self.shape[:-1])
        return {PREDICTION: labels, PROBABILITIES: Answer(both, FLOAT, shape)}

    def multiclass(self, shares: str) -> dict[str, Answer]:
        """Return the most probable class's label."""
        writer, temperature = self.writer, self.back.calibration.temperature
        if temperature is not None:
            logits = writer.op("Log", self._within(shares))
            cooled = writer.op("Div", logits, double(writer, temperature))
            shares = writer.cast(writer.op("Softmax", cooled, axis=-1), FLOAT)
        codes = writer.op("ArgMax", shares, axis=-1, keepdims=0)
        labels = self._labels(codes, self.shape[:-1])
        return {PREDICTION: labels, PROBABILITIES: Answer(shares, FLOAT, self.shape)}

    def _within(self, shares: str) -> str:
        """Return probabilities in double precision, away from 0 and 1."""
        writer = self.writer
        bounds = double(writer, SMALLEST), double(writer, 1 - SMALLEST)
        return writer.op("Clip", writer.cast(shares, DOUBLE), *bounds)

    def _labels(self, codes: str, shape: Shape) -> Answer:
        """Return labels by their numbers: integers or texts; truth values as texts."""
        labels: Array = label_array(self.target)
        if labels.dtype == np.bool_:
            labels = np.asarray([str(one) for one in labels.tolist()], dtype=object)
        kind = STRING if labels.dtype == object else INT64
        held = self.writer.constant(labels, object if kind == STRING else np.int64)
        return Answer(self.writer.op("Gather", held, codes), kind, shape)

    def clusters(self, output: str) -> dict[str, Answer]:
        """Return the nearest unit of each row, its distance and its place on the map."""
        writer = self.writer
        nearest = writer.op("ArgMin", output, axis=-1, keepdims=0)
        columns = writer.constant(self.back.columns, np.int64)
        row = writer.op("Div", nearest, columns)
        column = writer.op("Sub", nearest, writer.op("Mul", row, columns))
        batch = self.shape[:1]
        return {
            CLUSTER: Answer(nearest, INT64, batch),
            DISTANCE: Answer(writer.reduce("Min", output, (-1,)), FLOAT, batch),
            MAP_ROW: Answer(row, INT64, batch),
            MAP_COLUMN: Answer(column, INT64, batch),
        }


def withhold(writer: Writer, answers: Mapping[str, Answer], taken: str) -> dict[str, Answer]:
    """Return one output's answers, with NaN or an empty label in the rows that have none.

    Args:
        writer: takes the operators.
        answers: by their keys.
        taken: (batch,) rows whose raw cells can all be answered.
    """
    for one in answers.values():
        if one.kind in {FLOAT, DOUBLE}:
            taken = writer.op("And", taken, _finite_rows(writer, one))
    return {key: _masked(writer, one, taken) for key, one in answers.items()}


def _finite_rows(writer: Writer, answer: Answer) -> str:
    """Return the rows, (batch,), in which all numbers are finite."""
    strange = writer.op("Or", writer.op("IsNaN", answer.name), writer.op("IsInf", answer.name))
    rank = len(answer.shape)
    if rank > 1:
        whole = writer.reduce("Max", writer.cast(strange, INT32), tuple(range(1, rank)))
        strange = writer.cast(whole, BOOL)
    return writer.op("Not", strange)


def _masked(writer: Writer, answer: Answer, taken: str) -> Answer:
    """Return the answer, and in rows that are not taken what stands for none."""
    match answer.kind:
        case kind if kind == STRING:
            nothing = writer.constant("", object)
        case kind if kind == INT64:
            nothing = writer.constant(np.iinfo(np.int64).min, np.int64)
        case kind:
            nothing = writer.constant(np.nan, np.float64 if kind == DOUBLE else np.float32)
    rows = writer.reshape(taken, (-1, *[1] * (len(answer.shape) - 1)))
    return Answer(writer.op("Where", rows, answer.name, nothing), answer.kind, answer.shape)

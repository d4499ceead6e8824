"""Floor 8, the executor of the perceptron rule: one threshold unit, row after row.

Neither the fused loop nor `Model.fit` has a gradient to follow here. The unit learns in double
precision beside the network, whose weights are set to what it has learned after every stretch;
whatever measures or keeps the network works as in every other training.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from nnspec.build.keras_graph import loss_tracker
from nnspec.catalog.learning_rules import Perceptron
from nnspec.data.arrays import Arrays
from nnspec.engine.errors import WrongState
from nnspec.engine.executor import Report, Stretch
from nnspec.engine.order import Rows as Order
from nnspec.engine.pace import Pace
from nnspec.engine.plan import TOLD_BY_RULE, Execution, Outcome
from nnspec.engine.separation import separability
from nnspec.engine.snapshot import State
from nnspec.engine.tensorflow.device import current_device
from nnspec.engine.tensorflow.failures import translated
from nnspec.engine.tensorflow.feed import Feed, feed
from nnspec.engine.tensorflow.fused import core, source
from nnspec.engine.tensorflow.prediction import predict_fused, reaching
from nnspec.engine.tensorflow.source import Source, run_all
from nnspec.engine.tensorflow.state import ModelState
from nnspec.engine.threshold_unit import Rows, ThresholdUnit

MISTAKES, LOSS = "mistakes", "loss"
"""Figures of an epoch: rows on the wrong side, and their share."""
TOGETHER = 1024
"""Rows that are measured in one step."""
KERNEL, BIAS, COUNTED = "rule/kernel", "rule/bias", "rule/mistakes"
"""Names in a state of the unit's own weights, and of the mistakes of the epoch at hand."""
DIGITS = 3
"""Digits behind the point of a count that comes from a share in single precision."""
HALF = 0.5
HOW = "weights change row by row, in double precision; the network holds them rounded"
VERDICTS = {
    "not separable": "the training rows are not linearly separable{}: no such unit has them all "
    "right, however long it learns",
    "separable": "the training rows are linearly separable{}: more epochs would find how",
    "not decided": "whether the training rows are linearly separable{} was not decided",
}
"""What a linear program found, in words."""


class PerceptronLearner(ModelState):
    """Teaches the one threshold unit of a network by the perceptron rule."""

    def __init__(
        self, model: keras.Model, training: Arrays, validation: Feed | None, rule: Perceptron
    ) -> None:
        super().__init__(model)
        self.timings: Mapping[str, float] = {}
        self._layer = threshold_layer(model)
        self._arrays = training
        self._rows = rows_of(model, self._layer, training, rule.learning_rate)
        self._unit = unit_of(self._layer)
        self._ordered = self._rows
        self._mistakes = 0
        self._pace = Pace()
        network = core(model, xla=False)
        self._measured = self._source(network, feed(model, training)) if self._measures else None
        self._checks = None if validation is None else self._source(network, validation)
        self._checked = 0 if validation is None else validation.rows

    @property
    def execution(self) -> Execution:
        """Return that the rule ran, and how."""
        return Execution("perceptron", current_device(), reasons=(f"{TOLD_BY_RULE}{HOW}",))

    def begin(self, order: Order) -> None:
        """Take in the order in which the epoch at hand visits the rows."""
        self._ordered = self._rows.take(order)

    @translated()
    def run(self, stretch: Stretch) -> Report:
        """Visit the rows of a stretch; with an epoch's last one its metrics are measured."""
        end = stretch.first + stretch.steps
        learned = self._unit.learn(self._ordered.take(np.arange(stretch.first, end)))
        self._mistakes = learned + (0 if stretch.fresh else self._mistakes)
        self._hand_over()
        logs: dict[str, Any] = {LOSS: self._mistakes / end, MISTAKES: self._mistakes}
        if self._measured is not None and end == self._arrays.rows:
            logs = {**run_all(self._measured, self._pace).logs, **logs}
        return Report(None, logs)

    @translated()
    def validate(self) -> dict[str, Any]:
        """Return the figures of the validation rows; weighted rows count by their weights."""
        if self._checks is None:
            return {}
        logs = run_all(self._checks, self._pace).logs
        return {**logs, MISTAKES: round(logs[LOSS] * self._checked, DIGITS)}

    def state(self) -> State:
        """Return the training as it stands, the unit's own weights beside the network's."""
        own = {
            KERNEL: self._unit.kernel.copy(),
            BIAS: np.array(self._unit.bias),
            COUNTED: np.array(self._mistakes),
        }
        return {**super().state(), **own}

    def restore(self, state: State) -> None:
        """Go on from a state.

        Raises:
            WrongState: it belongs to another network; nothing was changed.
        """
        if KERNEL not in state or state[KERNEL].shape != self._unit.kernel.shape:
            message = "the state belongs to another network: it has no threshold unit of this width"
            raise WrongState(message)
        own = {KERNEL, BIAS, COUNTED}
        super().restore({name: one for name, one in state.items() if name not in own})
        self._unit.kernel = state[KERNEL].astype(np.float64)
        self._unit.bias, self._mistakes = float(state[BIAS]), int(state[COUNTED])

    def finish(self) -> None:
        """Leave the weights as they are: there is no optimizer that averages them."""

    def conclude(self, outcome: Outcome) -> Outcome:
        """Return an outcome that says whether mistakes are left, and why."""
        told = f"{TOLD_BY_RULE}{self._said(outcome)}"
        execution = outcome.execution
        return replace(outcome, execution=replace(execution, reasons=(told, *execution.reasons)))

    def _said(self, outcome: Outcome) -> str:
        """Return in words what is left of the mistakes, with the weights that the network has."""
        answers = predict_fused(self.model, self._arrays.inputs)
        (answer,) = (np.asarray(one, np.float64).reshape(-1) for one in answers.values())
        told = self._rows.amounts > 0
        left = int(((np.where(answer > HALF, 1.0, -1.0) != self._rows.sides) & told).sum())
        clean = outcome.history.get(MISTAKES, [])[-1:] == [0]
        epochs = outcome.epochs - clean
        since = f"after epoch {epochs}" if epochs else "from the first weights on"
        if left == 0:
            return f"no mistakes were left {since}"
        count = f"{left:,} mistake{'s' * (left != 1)} of {int(told.sum()):,} training rows"
        if clean:
            return f"no mistakes were left {since}; its weights rounded, the network makes {count}"
        features, sides = self._rows.features[told], self._rows.sides[told]
        verdict = separability(features, sides, biased=self._unit.biased)
        whose = "" if self._unit.biased else " by a line through the origin (use_bias: false)"
        told_of_it = VERDICTS[verdict].format(whose)
        return f"after {epochs:,} epochs {count} were left; {told_of_it}"

    def _hand_over(self) -> None:
        """Set the network's weights to the unit's."""
        self._layer.kernel.assign(self._unit.kernel.reshape(-1, 1))
        if self._unit.biased:
            self._layer.bias.assign([self._unit.bias])

    def _source(self, network: Any, rows: Feed) -> Source:  # noqa: ANN401 - as `core` gives it
        return source(network, rows, min(TOGETHER, rows.rows), training=False)

    @property
    def _measures(self) -> bool:
        """Return whether the spec names metrics."""
        return any(one is not loss_tracker(self.model) for one in self.model.metrics)


class Separated(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Ends the training after an epoch without a mistake, since nothing changes any more."""

    def __init__(self) -> None:
        super().__init__()
        self.reason = ""
        """Why the training ends, once it does."""

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Stop where the epoch had no mistake."""
        del epoch
        if (logs or {}).get(MISTAKES) == 0:
            self.reason = "by the perceptron rule: it had no mistakes, so nothing changes any more"
            self.model.stop_training = True


def threshold_layer(model: keras.Model) -> keras.layers.Dense:
    """Return the layer that learns: the only one with weights to train."""
    (layer,) = [one for one in model.layers if one.trainable_weights]
    return layer


def unit_of(layer: keras.layers.Dense) -> ThresholdUnit:
    """Return the unit as the network's first weights have it."""
    kernel = np.asarray(keras.ops.convert_to_numpy(layer.kernel), np.float64).reshape(-1)
    bias = float(keras.ops.convert_to_numpy(layer.bias)[0]) if layer.use_bias else 0.0
    return ThresholdUnit(kernel, bias, bool(layer.use_bias))


def rows_of(model: keras.Model, layer: keras.layers.Dense, arrays: Arrays, rate: float) -> Rows:
    """Return what reaches the unit for some rows, and the side on which each belongs."""
    (target,) = (np.asarray(one, np.float64).reshape(-1) for one in arrays.targets.values())
    weights = 1.0 if arrays.weights is None else arrays.weights.astype(np.float64)
    amounts = np.full(arrays.rows, rate) * weights
    features = reaching(model, layer, arrays.inputs)
    return Rows(features.astype(np.float64), np.where(target > HALF, 1.0, -1.0), amounts)

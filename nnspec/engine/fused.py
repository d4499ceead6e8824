"""Floor 8, the fused executor: data resident on the device, many steps in one call."""

import time
from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from nnspec.engine.choice import Choice, without_xla
from nnspec.engine.device import current_device
from nnspec.engine.executor import Report, Stretch
from nnspec.engine.feed import Feed
from nnspec.engine.order import Rows
from nnspec.engine.passes import PASSES, Setting, plan_rewrites
from nnspec.engine.passes.base import summary
from nnspec.engine.plan import Execution
from nnspec.engine.steps import Steps

UNSUPPORTED = (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError)
"""What XLA raises for an operation it has no kernel for, before a step has run."""


class Fused:
    """Runs chunks of steps, and the whole of a validation, each in one compiled call."""

    def __init__(
        self,
        model: keras.Model,
        training: Feed,
        validation: Feed | None,
        batch: int,
        choice: Choice,
    ) -> None:
        self.choice = choice
        self.model = model
        self.timings: dict[str, float] = {}
        self._feeds = (training, validation)
        self._batch = batch
        self._order: Any = None
        self._begun = False
        self._prepare()

    @property
    def execution(self) -> Execution:
        """Return what runs compiled, what not, and why."""
        parts = ("training steps", "validation") if self._validation else ("training steps",)
        return Execution(
            "fused",
            current_device(),
            compiled=parts if self.choice.xla else (),
            uncompiled=() if self.choice.xla else parts,
            reasons=self.choice.reasons,
            passes=summary(self._rewrites),
        )

    def begin(self, order: Rows) -> None:
        """Bring the epoch's order to the device."""
        self._order = tf.constant(order)

    def run(self, stretch: Stretch) -> Report:
        """Run a stretch of the epoch at hand in one call.

        Raises:
            Refused: `xla: required`, and XLA has no kernel for an operation of the training.
        """
        try:
            report = self._training.run(self._order, stretch)
        except UNSUPPORTED as error:
            if self._begun or not self.choice.xla:
                raise
            self.choice = without_xla(self.choice, error)
            self._prepare()
            report = self._training.run(self._order, stretch)
        self._begun = True
        return report

    def validate(self) -> dict[str, Any]:
        """Return the figures of the validation rows, computed in one call."""
        if self._validation is None:
            return {}
        return self._validation.run_all().logs

    def _prepare(self) -> None:
        """Trace the steps; nothing has run when XLA refuses them, so this may come twice."""
        begun = time.perf_counter()
        xla = self.choice.xla
        setting = Setting(xla=xla, gpu=current_device() == "GPU")
        self._rewrites = plan_rewrites(self.model, PASSES, setting)
        training, validation = self._feeds
        self._training = Steps(self.model, training, self._batch, training=True, xla=xla)
        self._training.prepare(self._rewrites)
        self._validation: Steps | None = None
        if validation is not None:
            self._validation = Steps(self.model, validation, self._batch, training=False, xla=xla)
            self._validation.prepare(self._rewrites)
        self.timings["trace"] = time.perf_counter() - begun


def evaluate_fused(model: keras.Model, rows: Feed, batch: int, *, xla: bool) -> Mapping[str, Any]:
    """Return the figures of these rows, computed in one call.

    Args:
        model: a compiled model.
        rows: the rows and their targets.
        batch: rows per step.
        xla: whether XLA compiles it.
    """
    steps = Steps(model, rows, batch, training=False, xla=xla)
    steps.prepare(plan_rewrites(model, PASSES, Setting(xla=xla)))
    return steps.run_all().logs

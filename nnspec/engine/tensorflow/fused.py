"""Floor 8, the fused executor: data resident on the device, many steps in one call."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nnspec.build.keras_graph import drawing_layers
from nnspec.engine.choice import Choice, without_xla
from nnspec.engine.executor import Report, Stretch
from nnspec.engine.order import Rows
from nnspec.engine.pace import Pace
from nnspec.engine.plan import Execution
from nnspec.engine.tensorflow.device import current_device, join_loops
from nnspec.engine.tensorflow.examination import examine
from nnspec.engine.tensorflow.failures import translated
from nnspec.engine.tensorflow.feed import Feed
from nnspec.engine.tensorflow.passes import PASSES, Setting, plan_rewrites
from nnspec.engine.tensorflow.passes.base import summary
from nnspec.engine.tensorflow.passes.updates import has_long_update
from nnspec.engine.tensorflow.shares import shared_step
from nnspec.engine.tensorflow.source import (
    BLOCK_BYTES,
    Resident,
    Source,
    Streamed,
    block_of,
    fits,
    run_all,
)
from nnspec.engine.tensorflow.state import ModelState
from nnspec.engine.tensorflow.steps import Core, Steps

UNSUPPORTED = (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError)
"""What XLA raises for an operation it has no kernel for, before a step has run."""


class Fused(ModelState):
    """Runs chunks of steps, of training and of validation, each in one compiled call."""

    def __init__(
        self,
        model: keras.Model,
        training: Feed,
        validation: Feed | None,
        batch: int,
        choice: Choice,
    ) -> None:
        super().__init__(model)
        self.choice = choice
        self.timings: dict[str, float] = {}
        self._feeds = (training, validation)
        self._batch = batch
        self._order = np.arange(training.rows, dtype=np.int32)
        self._begun = False
        self._pace = Pace()
        self._prepare()

    @property
    def execution(self) -> Execution:
        """Return what runs compiled, what not, and why."""
        parts = ("training steps", "validation") if self._validation else ("training steps",)
        return Execution(
            "fused",
            current_device(),
            compiled=parts if self.choice.xla else (),
            uncompiled=self._uncompiled(parts),
            reasons=(*self.choice.reasons, self._where(), *self._draws()),
            passes=summary(self._trained.rewrites),
        )

    def renew(self, training: Feed) -> None:
        """Take in other training rows, as many as those before."""
        self._feeds = (training, self._feeds[1])
        self._training.renew(training)

    def begin(self, order: Rows) -> None:
        """Take in the epoch's order."""
        self._order = order
        self._training.begin(order)

    @translated()
    def run(self, stretch: Stretch) -> Report:
        """Run a stretch of the epoch at hand in one call.

        Raises:
            Refused: `xla: required`, and XLA has no kernel for an operation of the training.
        """
        try:
            report = self._training.run(stretch)
        except UNSUPPORTED as error:
            if self._begun or not self.choice.xla:
                raise
            self.choice = without_xla(self.choice, error)
            self._prepare()
            self._training.begin(self._order)
            report = self._training.run(stretch)
        self._begun = True
        return report

    @translated()
    def validate(self) -> dict[str, Any]:
        """Return the figures of the validation rows."""
        if self._validation is None:
            return {}
        return run_all(self._validation, self._pace).logs

    def examine(self, rows: Rows) -> str:
        """Return in words what of the step over these rows is the first that is no number."""
        return examine(self.model, self._feeds[0], rows)

    def _uncompiled(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        if not self.choice.xla:
            return parts
        return ("the optimizer's update",) if self.choice.shares > 1 else ()

    def _where(self) -> str:
        if isinstance(self._training, Resident):
            return "data: all rows lie on the device"
        return "data: too large for the device, so blocks of rows are gathered while steps run"

    def _draws(self) -> tuple[str, ...]:
        """Return for which layers a compiled step draws otherwise; Dropout's rewrite says it."""
        drawing = drawing_layers(self.model) if self.choice.xla else []
        names = [f'"{one.name}"' for one in drawing if not isinstance(one, keras.layers.Dropout)]
        said = "draws: XLA draws other numbers of the same distribution for "
        return (said + ", ".join(names),) if names else ()

    def _training_core(self) -> Core:
        """Return the network whose training steps are traced: in shares, if they are to be."""
        if self.choice.shares == 1:
            return self._core
        compiled = core(self.model, xla=True, compiled_update=False)
        step = shared_step(self.model, self.choice.shares)
        return Core(self.model, (*compiled.rewrites, step), xla=False, any_length=False)

    def _prepare(self) -> None:
        """Trace the steps; nothing has run when XLA refuses them, so this may come twice."""
        begun = time.perf_counter()
        self._core = core(self.model, xla=self.choice.xla)
        training, validation = self._feeds
        self._trained = self._training_core()
        self._training = source(self._trained, training, self._batch, training=True)
        self._validation: Source | None = None
        if validation is not None:
            self._validation = source(self._core, validation, self._batch, training=False)
        self.timings["trace"] = time.perf_counter() - begun


@translated()
def evaluate_fused(model: keras.Model, rows: Feed, batch: int, *, xla: bool) -> Mapping[str, Any]:
    """Return the figures of these rows.

    Args:
        model: a compiled model.
        rows: the rows and their targets.
        batch: rows per step.
        xla: whether XLA compiles it.
    """
    return run_all(source(core(model, xla=xla), rows, batch, training=False), Pace()).logs


def core(model: keras.Model, *, xla: bool, compiled_update: bool = True) -> Core:
    """Return the network with the rewrites that fit it.

    Args:
        model: a compiled model.
        xla: whether XLA compiles the network.
        compiled_update: whether it compiles the optimizer's update too, if so.
    """
    gpu = current_device() == "GPU"
    update = xla and compiled_update
    joined = update and not gpu and has_long_update(model) and join_loops()
    setting = Setting(xla=xla, update=update, gpu=gpu, joined=joined)
    any_length = not xla and all(one.shape[0] is None for one in model.inputs)
    return Core(model, plan_rewrites(model, PASSES, setting), xla, any_length)


def source(network: Core, rows: Feed, batch: int, *, training: bool) -> Resident | Streamed:
    """Return the rows with the compiled steps over them: on the device, or in blocks."""
    resident = fits(rows, current_device())
    block = block_of(rows, batch, most_bytes=None if resident else BLOCK_BYTES)
    if not training and not rows.windowed:
        block = replace(block, in_order=True)
    steps = Steps(network, block, rows, training=training)
    return Resident(steps) if resident else Streamed(steps)

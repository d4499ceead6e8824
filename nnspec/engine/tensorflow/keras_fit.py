"""Floor 8, the executor that is Keras' own: the loop inside `Model.fit`, step by step.

It is the oracle for the fused executor, and what runs where that one cannot.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nnspec.build.batches import batch_of
from nnspec.build.keras_graph import figures_of_step
from nnspec.engine.executor import Report, Stretch
from nnspec.engine.order import Rows
from nnspec.engine.plan import Execution
from nnspec.engine.snapshot import State
from nnspec.engine.tensorflow.device import current_device
from nnspec.engine.tensorflow.examination import examine
from nnspec.engine.tensorflow.failures import translated
from nnspec.engine.tensorflow.feed import Feed
from nnspec.engine.tensorflow.state import ModelState
from nnspec.engine.tensorflow.values import first_broken, python_values

CHUNK_STEPS = 1
"""Steps between two looks at callbacks: as in `Model.fit`, every one."""


class KerasFit(ModelState):
    """Calls the functions that `Model.fit` calls, on batches in the order it is given."""

    def __init__(
        self,
        model: keras.Model,
        training: Feed,
        validation: Feed | None,
        batch: int,
        *,
        reasons: tuple[str, ...] = (),
    ) -> None:
        super().__init__(model)
        self.training = training
        self.validation = validation
        self.batch = batch
        self.reasons = reasons
        self.timings: dict[str, float] = {}
        self._batches: Any = None
        self._order: Rows | None = None
        model.make_train_function()
        model.make_test_function()

    @property
    def execution(self) -> Execution:
        """Return that Keras ran its own functions."""
        compiled = bool(self.model.jit_compile)
        part = ("training step",)
        return Execution(
            "keras",
            current_device(),
            compiled=part if compiled else (),
            uncompiled=() if compiled else part,
            reasons=self.reasons,
        )

    def renew(self, training: Feed) -> None:
        """Take in other training rows, as many as those before."""
        self.training = training

    def begin(self, order: Rows) -> None:
        """Take in the epoch's order; its batches are read from the next step on."""
        self._order = order
        self._batches = None

    @translated()
    def run(self, stretch: Stretch) -> Report:
        """Run a stretch of steps, one call each."""
        if stretch.fresh:
            self.model.reset_metrics()
        if self._batches is None:
            assert self._order is not None, "begin comes before run"
            rows = self._order[stretch.first * self.batch :]
            # A network that takes batches of one size is to know it; all of its batches are whole.
            whole = batch_of(self.model) is not None
            self._batches = iter(self._dataset(self.training, rows, whole=whole))
        logs: dict[str, Any] = {}
        broken = None
        for step in range(stretch.first, stretch.first + stretch.steps):
            logs = self.model.train_function(self._batches)
            broken = first_broken(broken, step, self.model)
            if broken is not None:
                break
        return Report(broken, python_values(figures_of_step(self.model, logs)))

    @translated()
    def validate(self) -> dict[str, Any]:
        """Return the figures of the validation rows."""
        checks = self.validation
        if checks is None:
            return {}
        if checks.windowed:
            whole = checks.rows % self.batch == 0  # as of arrays, whose batches Keras cuts itself
            rows = self._dataset(checks, np.arange(checks.rows, dtype=np.int32), whole=whole)
            return dict(self.model.evaluate(rows, verbose=0, return_dict=True))
        x, y, weights = checks.unpack(list(checks.arrays))
        figures = self.model.evaluate(
            x, y, sample_weight=weights, batch_size=self.batch, verbose=0, return_dict=True
        )
        return dict(figures)

    def examine(self, rows: Rows) -> str:
        """Return in words what of the step over these rows is the first that is no number."""
        return examine(self.model, self.training, rows)

    def restore(self, state: State) -> None:
        """Take up the training from a state; the batches to come are read anew."""
        super().restore(state)
        self._batches = None

    def _dataset(self, feed: Feed, order: Rows, *, whole: bool) -> tf.data.Dataset:
        """Return batches of some rows; all are of one length that is known, if they are whole."""
        lying = feed.lying(laid_out=False, xla=False)
        tensors = lying.tensors()

        def batch(rows: tf.Tensor) -> tuple[Any, ...]:
            given = feed.unpack(lying.gather(tensors, rows))
            # tf.data takes a list for one tensor, a tuple for several.
            parts = (keras.tree.lists_to_tuples(one) for one in given if one is not None)
            return tuple(parts)

        rows = tf.data.Dataset.from_tensor_slices(order).batch(self.batch, drop_remainder=whole)
        return rows.map(batch).prefetch(tf.data.AUTOTUNE)

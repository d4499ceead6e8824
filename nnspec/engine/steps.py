"""Floor 8, the compiled steps: many steps of training or evaluation in one call.

The step itself is Keras' own (`Model.train_step`, `Model.test_step`), so losses, loss scaling,
clipping, accumulation, moving averages and metrics are Keras' too; only the loop around it, the
gathering of rows and the reading of metrics are written here.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

from nnspec.engine.executor import Report, Stretch
from nnspec.engine.feed import Feed
from nnspec.engine.passes import Rewrite, rewritten
from nnspec.engine.values import loss_sum, python_values


class Steps:
    """The compiled loop over one split's batches, for training or for evaluation."""

    def __init__(
        self, model: keras.Model, feed: Feed, batch: int, *, training: bool, xla: bool
    ) -> None:
        self.model = model
        self.feed = feed
        self.batch = min(batch, feed.rows)
        self.full, self.left = divmod(feed.rows, self.batch)
        self.training = training
        self.xla = xla
        self._traced: Any = None
        self._tensors: tuple[Any, ...] = ()
        self._natural: Any = None

    def prepare(self, rewrites: Sequence[Rewrite]) -> None:
        """Trace the loop with the rewrites in place; the first call compiles it."""
        self._tensors = self.feed.tensors()
        loop = tf.function(self._loop, jit_compile=self.xla, autograph=False)
        scalars = [tf.TensorSpec([], kind) for kind in ("int32", "int32", "bool", "bool")]
        order = tf.TensorSpec([self.feed.rows], "int32")
        with rewritten(rewrites), _results_left_out(self.model):
            self._traced = loop.get_concrete_function(self._tensors, order, *scalars)

    def run(self, order: tf.Tensor, stretch: Stretch) -> Report:
        """Run a stretch of the epoch that visits the rows in this order, (rows,)."""
        full = min(stretch.steps, self.full - stretch.first)
        scalars = (
            tf.constant(stretch.first),
            tf.constant(full),
            tf.constant(stretch.fresh),
            tf.constant(full < stretch.steps),
        )
        broken, results = self._traced(self._tensors, order, *scalars)
        first = int(broken)
        return Report(None if first < 0 else first, python_values(results))

    def run_all(self) -> Report:
        """Run every step over the rows as they lie."""
        if self._natural is None:
            self._natural = tf.range(self.feed.rows)
        steps = self.full + bool(self.left)
        return self.run(self._natural, Stretch(0, steps, fresh=True))

    def _loop(self, *given: tf.Tensor) -> tuple[tf.Tensor, dict[str, Any]]:
        tensors, order, first, steps, fresh, partial = given
        tf.cond(fresh, _doing(self.model.reset_metrics), _nothing)

        def step(index: tf.Tensor, broken: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            rows = tf.slice(order, [index * self.batch], [self.batch])
            return index + 1, self._step(tensors, rows, index, broken)

        _, broken = tf.while_loop(
            lambda index, _: index < first + steps,
            step,
            [first, tf.constant(-1)],
            parallel_iterations=1,
        )
        if self.left:
            rows = order[self.full * self.batch :]
            broken = tf.cond(
                partial,
                lambda: self._step(tensors, rows, tf.constant(self.full), broken),
                lambda: broken,
            )
        return broken, _results(self.model)

    def _step(
        self, tensors: Sequence[tf.Tensor], rows: tf.Tensor, index: tf.Tensor, broken: tf.Tensor
    ) -> tf.Tensor:
        """Run one step; return the first step whose loss was not a number, -1 before that."""
        batch = [tf.gather(tensor, rows) for tensor in tensors]
        data = self.feed.unpack(batch)
        if not self.training:
            self.model.test_step(data)
            return broken
        self.model.train_step(data)
        fine = tf.math.is_finite(loss_sum(self.model).value)
        return tf.where((broken < 0) & ~fine, index, broken)


def _doing(action: Callable[[], None]) -> Callable[[], tf.Tensor]:
    def branch() -> tf.Tensor:
        action()
        return tf.constant(0)

    return branch


def _nothing() -> tf.Tensor:
    return tf.constant(0)


def _results(model: keras.Model) -> dict[str, Any]:
    """Return the figures of all metrics, read once after the last step."""
    return dict(type(model).get_metrics_result(model))


@contextmanager
def _results_left_out(model: keras.Model) -> Iterator[None]:
    """Keep a step from computing the figures that only the end of a chunk needs."""
    vars(model)["get_metrics_result"] = dict
    try:
        yield
    finally:
        del vars(model)["get_metrics_result"]

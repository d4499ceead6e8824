"""Floor 8, the compiled steps: many steps of training or evaluation in one call.

The step itself is Keras' own (`Model.train_step`, `Model.test_step`), so losses, loss scaling,
clipping, accumulation, moving averages and metrics are Keras' too; only the loop around it, the
gathering of rows and the reading of metrics are written here.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from nnspec.build.keras_graph import output_loss_trackers
from nnspec.engine.executor import Report, Stretch
from nnspec.engine.tensorflow.feed import Feed, Lain, Lying
from nnspec.engine.tensorflow.passes import Rewrite, rewritten
from nnspec.engine.tensorflow.values import loss_sum, python_values

Traced = Callable[..., tuple[tf.Tensor, dict[str, tf.Tensor]]]


@dataclass(frozen=True, slots=True)
class Block:
    """The rows that are on the device at one time: full batches, then the partial one."""

    batch: int
    full: int
    """Full batches."""
    left: int
    """Rows of the partial last batch."""
    in_order: bool = True
    """Whether the rows lie in the order in which the steps take them."""

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return self.batch * self.full + self.left


@dataclass(frozen=True, slots=True)
class Core:
    """The network whose steps are traced, and how."""

    model: keras.Model
    rewrites: tuple[Rewrite, ...]
    xla: bool
    """Whether XLA compiles the steps."""
    any_length: bool
    """Whether the steps are traced for batches of any length, as those of `fit` are.

    TensorFlow folds a length that it knows into the arithmetic (a quotient becomes a product), and
    then rounds otherwise than `fit` does.
    """


class Steps:
    """The compiled loop over a block's batches, for training or for evaluation."""

    def __init__(self, core: Core, block: Block, feed: Feed, *, training: bool) -> None:
        self.model = core.model
        self.block = block
        self.feed = feed
        self.training = training
        self._xla = core.xla
        self.lying = self.lie(feed)
        self._any_length = core.any_length
        self._traced = self._trace(core)

    def lie(self, feed: Feed) -> Lying:
        """Return how rows lie on the device, these or those of another epoch."""
        return feed.lying(laid_out=self.block.in_order, xla=self._xla)

    def _trace(self, core: Core) -> Traced:
        """Trace the loop with the rewrites in place; the first call compiles it."""
        loop = tf.function(self._loop, jit_compile=core.xla, autograph=False)
        rows = self.block.rows
        tensors = self.lying.specs(rows)
        kinds = ("int32", "int32", "bool", "bool", "int32", "int32")
        scalars = [tf.TensorSpec([], kind) for kind in kinds]
        order = tf.TensorSpec([rows], "int32")
        with rewritten(core.rewrites), _results_left_out(self.model), _losses_by_step(self.model):
            traced: Traced = loop.get_concrete_function(tensors, order, *scalars)
        return traced

    def run(self, tensors: tuple[Lain, ...], order: tf.Tensor, stretch: Stretch) -> Report:
        """Run a stretch of the block's steps.

        Args:
            tensors: the block's rows, (rows, ...) each, as the feed has them on the device.
            order: where in the block each step's rows lie, (rows,); read only where they do not
                lie in order.
            stretch: which steps to run; the one after the last full one is the partial batch.
        """
        full = min(stretch.steps, self.block.full - stretch.first)
        scalars = (
            tf.constant(stretch.first),
            tf.constant(full),
            tf.constant(stretch.fresh),
            tf.constant(full < stretch.steps),
            tf.constant(self.block.batch),
            tf.constant(self.block.left),
        )
        broken, results = self._traced(tensors, order, *scalars)
        first = int(broken)
        return Report(None if first < 0 else first, python_values(results))

    def _loop(self, *given: tf.Tensor) -> tuple[tf.Tensor, dict[str, Any]]:
        tensors, order, first, steps, fresh, partial, whole, left = given
        if not self._any_length:
            whole, left = self.block.batch, self.block.left
        tf.cond(fresh, _doing(self.model.reset_metrics), _nothing)

        def step(index: tf.Tensor, broken: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            batch = self._batch(tensors, order, index * self.block.batch, whole)
            return index + 1, self._step(batch, index, broken)

        _, broken = tf.while_loop(
            lambda index, _: index < first + steps,
            step,
            [first, tf.constant(-1)],
            parallel_iterations=1,
        )
        if self.block.left:
            begin = tf.constant(self.block.full * self.block.batch)
            batch = self._batch(tensors, order, begin, left)
            broken = tf.cond(
                partial,
                lambda: self._step(batch, tf.constant(self.block.full), broken),
                lambda: broken,
            )
        return broken, _results(self.model)

    def _batch(
        self,
        tensors: Sequence[Lain],
        order: tf.Tensor,
        begin: tf.Tensor,
        length: tf.Tensor | int,
    ) -> list[tf.Tensor]:
        """Return the rows of one step; where they lie in order, they need no gathering."""
        if self.block.in_order:
            return [
                tf.slice(one, [begin] + [0] * (len(one.shape) - 1), [length, *one.shape[1:]])
                for one in tensors
            ]
        return self.lying.gather(tensors, tf.slice(order, [begin], [length]))

    def _step(self, batch: list[tf.Tensor], index: tf.Tensor, broken: tf.Tensor) -> tf.Tensor:
        """Run one step; return the first step whose loss was not a number, -1 before that."""
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


@contextmanager
def _losses_by_step(model: keras.Model) -> Iterator[None]:
    """Let an output's loss be averaged over steps, the partial one counted in full, as in `fit`.

    Keras weighs it by the rows of a step where they are known while the step is traced. In `fit`
    they are not, as soon as the last step has fewer rows than the others; here they may be.

    Source: Keras 3.15, keras/src/trainers/compile_utils.py, CompileLoss.call.
    """
    trackers = output_loss_trackers(model)
    for tracker in trackers:
        vars(tracker)["update_state"] = _unweighted(tracker)
    try:
        yield
    finally:
        for tracker in trackers:
            del vars(tracker)["update_state"]


def _unweighted(tracker: keras.metrics.Mean) -> Callable[..., None]:
    update = tracker.update_state

    def update_state(values: tf.Tensor, sample_weight: int | None = None) -> None:
        del sample_weight
        update(values)

    return update_state

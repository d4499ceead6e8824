"""Floor 8, the executor of maps: Kohonen's rule over the rows of a training, in compiled loops."""

import time
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from nnspec.build.competitive import map_of
from nnspec.catalog.kohonen import Kohonen
from nnspec.engine.errors import WrongState
from nnspec.engine.executor import Report, Stretch
from nnspec.engine.order import Rows
from nnspec.engine.plan import Execution, Plan
from nnspec.engine.prototypes import first_prototypes
from nnspec.engine.snapshot import State
from nnspec.engine.tensorflow.competition import (
    BLOCK,
    Contest,
    Decay,
    batch_loop,
    online_loop,
    strength,
)
from nnspec.engine.tensorflow.device import current_device
from nnspec.engine.tensorflow.failures import translated
from nnspec.engine.tensorflow.feed import Feed
from nnspec.engine.tensorflow.prediction import reaching

Floats = npt.NDArray[np.float64]
Counted = tuple[Floats, Floats, Floats]
FAINTEST = 1e-200
"""Weight of all rows around a unit below which it stays where it is."""


class KohonenMap:
    """Trains the map that a network ends with; what is before it has no weights.

    Rows are put through that part once. The batch rule counts, over an epoch, what each unit wins,
    and moves the units at its end; the online rule moves them after each row.
    """

    def __init__(
        self, model: keras.Model, training: Feed, validation: Feed | None, plan: Plan
    ) -> None:
        layer = map_of(model)
        assert layer is not None and isinstance(plan.rule, Kohonen), "the checker saw to both"  # noqa: PT018
        begun = time.perf_counter()
        self.layer, self.plan, self.rule = layer, plan, plan.rule
        rows = rows_of(model, training)
        self._count = len(rows)
        if not plan.first_epoch:
            self._begin_with(rows)
        self._center = rows.mean(axis=0)
        self._contest = contest_of(rows, training, self._center)
        self._checks: Contest | None = None
        if validation is not None:
            self._checks = contest_of(rows_of(model, validation), validation, self._center)
            self._checked = validation.rows
        self._squares = layer.lattice.squares()
        self._prepare()
        self._epoch, self._order = plan.first_epoch - 1, np.arange(self._count, dtype=np.int32)
        self._clear()
        self._place()
        self.timings = {"trace": time.perf_counter() - begun}

    def _begin_with(self, rows: Floats) -> None:
        layer = self.layer
        seed = self.plan.seed if layer.seed is None else layer.seed
        layer.prototypes.assign(first_prototypes(layer.initialization, layer.lattice, rows, seed))

    def _prepare(self) -> None:
        """Choose radius, rate and loops."""
        lattice, rule = self.layer.lattice, self.rule
        radii = rule.radii(max(lattice.rows, lattice.columns))
        self._decay = Decay(radii, rule.rates, rule.decay == "exponential")
        online, gpu = rule.method == "online", current_device() == "GPU"
        self._xla = self.plan.xla == "required" or (self.plan.xla == "auto" and gpu)
        self._gather = batch_loop(xla=self._xla)
        bubble = rule.neighbourhood == "bubble"
        self._learn = None
        if online:
            xla = self.plan.xla != "off"
            self._learn = online_loop(self._squares, self._decay, bubble=bubble, xla=xla)

    @property
    def execution(self) -> Execution:
        """Return what runs compiled, what not, and why."""
        online = self._learn is not None
        compiled = self.plan.xla != "off" if online else self._xla
        part = ("the rule, row by row",) if online else ("the rule, a block of rows at a time",)
        why = (
            "XLA: a loop of small steps runs faster compiled"
            if compiled and online
            else "XLA: what each unit wins is counted faster uncompiled on a CPU"
            if not compiled and self.plan.xla == "auto"
            else f"XLA: {self.plan.xla} was asked for"
            if self.plan.xla != "auto"
            else "XLA: on a GPU it compiles the rule"
        )
        return Execution(
            "fused",
            current_device(),
            compiled=part if compiled else (),
            uncompiled=() if compiled else part,
            reasons=(f"rule: {self.rule.keras_name}, {self.rule.method}", why),
        )

    def _clear(self) -> None:
        self._sums = np.zeros(self.layer.prototypes.shape, np.float64)
        self._counts = np.zeros(self.layer.lattice.units, np.float64)
        self._figures = np.zeros(3, np.float64)

    def begin(self, order: Rows) -> None:
        """Take in the order in which the epoch at hand visits the rows."""
        self._epoch += 1
        self._order = order

    @translated()
    def run(self, stretch: Stretch) -> Report:
        """Run a stretch of the epoch at hand."""
        if stretch.fresh:
            self._clear()
        batch = self.plan.batch_size
        first = stretch.first * batch
        end = min((stretch.first + stretch.steps) * batch, self._count)
        if self._learn is None:
            # What fills no block waits for the rows that do: where chunks end decides no bit.
            first = first // BLOCK * BLOCK
            until = end if end == self._count else end // BLOCK * BLOCK
            if until == 0:
                return Report(None, {})
            self._sums, self._counts, self._figures = self._won(
                self._contest, (first, until), self._counted
            )
            if end == self._count:
                self._move()
        else:
            self._follow(first, end)
        logs = logs_of(self._figures)
        broken = None if np.isfinite(logs["loss"]) else stretch.first
        return Report(broken, logs)

    @property
    def _counted(self) -> Counted:
        """Return what the epoch at hand has counted so far: sums, weights and figures."""
        return self._sums, self._counts, self._figures

    def _won(self, contest: Contest, rows: tuple[int, int], before: Counted) -> Counted:
        """Return what was counted before and what units win of some rows."""
        first, end = (tf.constant(one) for one in rows)
        given = map(tf.constant, before)
        points = tf.constant(self._points)
        found = self._gather(contest.rows, contest.weights, points, first, end, *given)
        sums, counts, figures = (one.numpy() for one in found)
        return sums, counts, figures

    def _place(self) -> None:
        """Take the prototypes, moved as the rows are, in the precision that rows have."""
        moved = np.asarray(self.layer.prototypes, np.float64) - self._center
        self._points = moved.astype(np.float32)

    def _move(self) -> None:
        """Move each unit to the mean of all rows, counted by how near their own unit is."""
        last = max(self.plan.epochs - 1, 1)
        radius = self._decay.at(self._epoch / last, self._decay.radius)
        sums, counts = self._sums, self._counts
        if radius > 0:
            bubble = self.rule.neighbourhood == "bubble"
            near = strength(self._squares, radius, bubble=bubble).numpy()
            sums, counts = near @ sums, near @ counts
        held = counts > FAINTEST
        means = sums / np.where(held, counts, 1.0)[:, None] + self._center
        stayed = np.asarray(self.layer.prototypes, np.float64)
        self.layer.prototypes.assign(np.where(held[:, None], means, stayed))
        self._place()

    def _follow(self, first: int, end: int) -> None:
        """Move units row by row, and count the figures of these rows."""
        assert self._learn is not None
        whole = self.plan.epochs * self._count
        points, figures = self._learn(
            self._contest.rows,
            self._contest.weights,
            tf.constant(self._points),
            tf.constant(self._order),
            tf.constant(first),
            tf.constant(end),
            tf.constant(float(self._epoch * self._count)),
            tf.constant(float(whole)),
            tf.constant(self._figures),
        )
        self._points, self._figures = points.numpy(), figures.numpy()
        self.layer.prototypes.assign(self._points.astype(np.float64) + self._center)

    @translated()
    def validate(self) -> dict[str, Any]:
        """Return the figures of the validation rows."""
        if self._checks is None:
            return {}
        sums, counts, figures = map(np.zeros_like, self._counted)
        nothing = (sums, counts, figures)
        return logs_of(self._won(self._checks, (0, self._checked), nothing)[2])

    def state(self) -> State:
        """Return prototypes and what the epoch at hand has counted so far."""
        return {
            "prototypes": np.array(self.layer.prototypes),
            "points": self._points.copy(),
            "sums": self._sums.copy(),
            "counts": self._counts.copy(),
            "figures": self._figures.copy(),
        }

    def restore(self, state: State) -> None:
        """Go on from a state.

        Raises:
            WrongState: it belongs to another map; nothing was changed.
        """
        own = self.state()
        if {name: one.shape for name, one in own.items()} != {
            name: one.shape for name, one in state.items()
        }:
            raise WrongState("the state belongs to another map")
        self.layer.prototypes.assign(state["prototypes"])
        self._points = np.array(state["points"], np.float32)
        self._sums, self._counts, self._figures = (
            np.array(state[name], np.float64) for name in ("sums", "counts", "figures")
        )

    def finish(self) -> None:
        """Do nothing: the prototypes are where they belong."""


def rows_of(model: keras.Model, feed: Feed) -> Floats:
    """Return the rows of a feed as they come to the map, in double precision."""
    names = [one.name for one in model.inputs]
    inputs = dict(zip(names, feed.arrays[: len(names)], strict=True))
    found: Floats = reaching(model, map_of(model), inputs).astype(np.float64)
    return found


def contest_of(rows: Floats, feed: Feed, center: Floats) -> Contest:
    """Return the rows of a feed on the device, moved by the center."""
    return Contest.of(rows - center, feed.arrays[-1] if feed.weighted else None)


def logs_of(figures: Floats) -> dict[str, float]:
    """Return an epoch's figures so far by their names in the logs."""
    weight, distances, squares = (float(one) for one in figures)
    weight = weight or float("nan")
    return {"loss": squares / weight, "quantization_error": distances / weight}

"""Floor 8, where the rows lie: all of them on the device, or block after block from the host."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import tensorflow as tf

from nnspec.data.window_view import view_of
from nnspec.engine.executor import Report, Stretch
from nnspec.engine.order import Rows
from nnspec.engine.pace import Pace
from nnspec.engine.tensorflow.feed import Array, Feed
from nnspec.engine.tensorflow.steps import Block, Steps
from nnspec.network.machine import ROOT, free_memory

SHARE = 0.4
"""The share of the free memory that rows may take on the device: they lie on the host as well."""

GPU_BYTES = 4 << 30
"""What rows may take on a GPU, in bytes; the network and its activations need the rest."""

BLOCK_BYTES = 64 << 20
"""What a block of rows takes, in bytes; two are held at a time."""

FEW_BYTES = 32 << 20
"""Rows up to here are copied once more in every epoch's order, which spares each step a gather."""

Tensors = tuple[tf.Tensor, ...]


class Source(Protocol):
    """Runs compiled steps over the rows of one split."""

    def begin(self, order: Rows) -> None:
        """Take in the order in which the epoch at hand visits the rows."""

    def run(self, stretch: Stretch) -> Report:
        """Run a stretch of the epoch at hand."""

    def rewind(self) -> int:
        """Take the rows as they lie, which is how they are evaluated; return their steps."""


def run_all(source: Source, pace: Pace) -> Report:
    """Run every step over the rows as they lie, in calls short enough to hear a signal between."""
    report, step, last = Report(None, {}), 0, source.rewind()
    while step < last:
        begun = time.perf_counter()
        steps = pace.steps(last - step)
        report = source.run(Stretch(step, steps, fresh=step == 0))
        if step:
            pace.learn(steps, time.perf_counter() - begun)
        step += steps
    return report


def fits(feed: Feed, device: Literal["CPU", "GPU"], *, root: Path = ROOT) -> bool:
    """Return whether all rows should lie on the device.

    Args:
        feed: the rows.
        device: where the steps run.
        root: the folder in which the system tells of its memory.
    """
    if device == "GPU":
        return feed.bytes <= GPU_BYTES
    free = free_memory(root)
    return free is None or feed.bytes <= SHARE * free


def block_of(feed: Feed, batch: int, *, most_bytes: int | None = None) -> Block:
    """Return the block in which the rows lie on the device.

    Args:
        feed: the rows.
        batch: rows per step.
        most_bytes: what the block may take; everything if None.
    """
    batch = min(batch, feed.rows)
    full, left = divmod(feed.rows, batch)
    if most_bytes is None:
        return Block(batch, full, left, in_order=feed.bytes_laid_out <= FEW_BYTES)
    row = max(1, feed.bytes_laid_out // feed.rows)
    return Block(batch, max(1, min(full, most_bytes // (row * batch))), left)


class Resident:
    """All rows on the device; an epoch brings only its order.

    Rows that are few are laid out in an epoch's order at its begin, which takes a second copy
    of them; many are gathered step by step.
    """

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self._rows = steps.lying.tensors()
        self._order = tf.range(steps.block.rows)
        self._laid_out = self._rows

    def renew(self, feed: Feed) -> None:
        """Bring other rows to the device."""
        self._rows = self.steps.lie(feed).tensors()

    def begin(self, order: Rows) -> None:
        """Bring the epoch's order to the device."""
        self._order = tf.constant(order)
        if self.steps.block.in_order:
            self._laid_out = tuple(tf.gather(one, self._order) for one in self._rows)

    def run(self, stretch: Stretch) -> Report:
        """Run a stretch of the epoch at hand in one call."""
        return self.steps.run(self._laid_out, self._order, stretch)

    def rewind(self) -> int:
        """Take the rows as they lie; a source of rows to evaluate was never given another order."""
        return self.steps.block.full + bool(self.steps.block.left)


class Streamed:
    """Rows on the host; blocks of them, in the epoch's order, on the device.

    While the device works on a block, a thread gathers the next.
    """

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.feed = steps.feed
        self._order: Rows = np.arange(self.feed.rows, dtype=np.int32)
        self._natural = tf.range(steps.block.rows)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="rows")
        self._blocks: dict[int, Future[Tensors]] = {}

    def renew(self, feed: Feed) -> None:
        """Take in other rows; `begin` forgets what was gathered of those before."""
        self.feed = feed

    def begin(self, order: Rows) -> None:
        """Forget the last epoch's blocks."""
        self._order = order
        self._blocks.clear()

    def run(self, stretch: Stretch) -> Report:
        """Run a stretch of the epoch at hand, one call for each block it touches."""
        last = stretch.first + stretch.steps
        report, step = Report(None, {}), stretch.first
        while step < last and report.broken is None:
            place = self._place(step)
            stop = last if place.is_last else min(place.end, last)
            fresh = stretch.fresh and step == stretch.first
            report = self._run_in(place, Stretch(step, stop - step, fresh))
            step = stop
        return report

    def rewind(self) -> int:
        """Take the rows as they lie, from the first block on."""
        self.begin(np.arange(self.feed.rows, dtype=np.int32))
        return -(-self.feed.rows // self.steps.block.batch)

    def _place(self, step: int) -> "Place":
        """Return the block that holds a step of the epoch."""
        full, whole = self.steps.block.full, self.feed.rows // self.steps.block.batch
        number = min(step, whole - 1) // full
        end = min((number + 1) * full, whole)
        return Place(number, number * full, end, is_last=end == whole)

    def _run_in(self, place: "Place", stretch: Stretch) -> Report:
        """Run a stretch that lies within one block; the epoch's steps count in and out."""
        tensors = self._block(place).result()
        if not place.is_last:
            self._block(self._place(place.end))
        shift = self._shift(place) - place.begin
        report = self.steps.run(
            tensors, self._natural, replace(stretch, first=stretch.first + shift)
        )
        return report if report.broken is None else replace(report, broken=report.broken - shift)

    def _block(self, place: "Place") -> Future[Tensors]:
        """Return the block to come, gathered from now on if it is not yet; drop those behind."""
        for number in [one for one in self._blocks if one < place.number]:
            del self._blocks[number]
        if place.number not in self._blocks:
            self._blocks[place.number] = self._thread.submit(self._gather, place, self._order)
        return self._blocks[place.number]

    def _gather(self, place: "Place", order: Rows) -> Tensors:
        block = self.steps.block
        end = self.feed.rows if place.is_last else place.end * block.batch
        rows = order[place.begin * block.batch : end]
        first = self._shift(place) * block.batch
        return tuple(
            tf.convert_to_tensor(_padded(one, rows, first, block.rows)) for one in self.feed.arrays
        )

    def _shift(self, place: "Place") -> int:
        """Return the steps left empty at the front of a block that is not full.

        The partial batch lies at a block's end, right behind the last full one.
        """
        return self.steps.block.full - (place.end - place.begin)


@dataclass(frozen=True, slots=True)
class Place:
    """Which full steps of the epoch a block holds: from `begin` up to, without, `end`."""

    number: int
    begin: int
    end: int
    is_last: bool


def _padded(array: Array, rows: Rows, first: int, length: int) -> Array:
    """Return the rows in an array of this length, from its place `first` on."""
    padded = np.zeros((length, *array.shape[1:]), array.dtype)
    taken = padded[first : first + len(rows)]
    view = view_of(array)
    if view is None:
        np.take(array, rows, axis=0, out=taken, mode="clip")
    else:
        np.take(view.series, view.cut.steps(rows), axis=0, out=taken, mode="clip")
    return padded

"""Floor 8, progress: a calm live line on a terminal, some twenty plain lines where it is piped."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from rich.console import Console
from rich.live import Live
from rich.text import Text

from nnspec.run.history import VALIDATION, Logs, plain
from nnspec.run.numerals import show_figure, show_metric, show_seconds

PLAIN_LINES = 20
"""Epochs that get a line where the output is no terminal."""
REFRESHES = 4
"""Redraws of the live line per second."""
WATCHED = (f"{VALIDATION}loss", "loss")
"""What is the better the smaller it is; the first that there is decides on the best epoch."""
BAR, SHORTEST_BAR = 24, 8
"""Width of the bar, in characters, and how short a narrow terminal makes it."""
Clock = Callable[[], float]


@dataclass(slots=True)
class Pace:
    """How far the training is and how long the rest will take."""

    epochs: int
    """Epochs of the whole training."""
    clock: Clock
    first: int = 0
    """Epochs that were completed before this process."""
    done: int = 0
    step: int = 0
    """Steps of the epoch at hand that have run."""
    steps: int = 1
    """Steps of an epoch."""
    chunks: int = 0
    """Chunks of the epoch at hand."""
    chunks_before: int = 0
    """Chunks of the epoch before it."""
    rows: int = 0
    """Rows of an epoch, 0 where they are not told."""
    begun: float = 0.0
    settled: float | None = None
    """When the first epoch ended; it alone holds the compilation."""

    def begin(self) -> None:
        """Start the clock."""
        self.begun = self.clock()
        self.done = self.first

    def move(self, step: int, steps: int) -> None:
        """Note how many of an epoch's steps have run."""
        self.step, self.steps = step, steps
        self.chunks += 1

    def advance(self, done: int) -> None:
        """Note how many epochs are completed."""
        self.done, self.step = done, 0
        self.chunks, self.chunks_before = 0, self.chunks
        if self.settled is None:
            self.settled = self.clock()
            self.first = done

    @property
    def passed(self) -> float:
        """Return the epochs that have run, the part of the one at hand included."""
        return self.done + min(1.0, self.step / self.steps)

    @property
    def slow(self) -> bool:
        """Return whether an epoch lasts long enough to look at its steps."""
        return max(self.chunks, self.chunks_before) > 1

    @property
    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return self.clock() - self.begun

    @property
    def speed(self) -> float | None:
        """Return the rows that are trained per second, None while it is unknown."""
        if self.settled is None or self.passed <= self.first or not self.rows:
            return None
        seconds = self.clock() - self.settled
        return self.rows * (self.passed - self.first) / seconds if seconds > 0 else None

    @property
    def left(self) -> float | None:
        """Return the seconds that the remaining epochs will take, None while it is unknown."""
        if self.settled is None or self.passed <= self.first:
            return None
        per_epoch = (self.clock() - self.settled) / (self.passed - self.first)
        return per_epoch * (self.epochs - self.passed)


class Progress(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Shows epoch, loss, metrics and the time left while the network is trained."""

    def __init__(
        self,
        console: Console,
        epochs: int,
        metrics: Sequence[str] = (),
        *,
        first_epoch: int = 0,
        clock: Clock = time.monotonic,
    ) -> None:
        """Show a training's progress.

        Args:
            console: where; a terminal gets a live line, anything else plain lines.
            epochs: epochs of the whole training.
            metrics: figures beside the loss, in this order; empty: all that there are.
            first_epoch: epochs that were completed before this process.
            clock: the time, in seconds.
        """
        super().__init__()
        self._console = console
        self._metrics = metrics
        self._pace = Pace(epochs, clock, first=first_epoch)
        self._due = epochs_shown(first_epoch, epochs)
        self._figures: dict[str, float] = {}
        self._best: tuple[float, int] | None = None
        self._whole = first_epoch == 0  # else the best epoch may be one that was not seen
        self._owed = False
        self._live: Live | None = None

    def tell_rows(self, rows: int) -> None:
        """Say how many rows an epoch has, so that rows per second can be shown."""
        self._pace.rows = rows

    def on_train_begin(self, logs: Logs | None = None) -> None:  # noqa: ARG002  Keras' signature
        """Start the clock and, on a terminal, the live line."""
        self._pace.begin()
        if self._console.is_terminal:
            self._live = Live(
                console=self._console,
                get_renderable=self._drawn,
                refresh_per_second=REFRESHES,
                transient=True,
            )
            self._live.start()

    def on_chunk(self, epoch: int, step: int, logs: dict[str, Any]) -> None:
        """Move the bar within an epoch."""
        self._pace.move(step, (self.params or {}).get("steps") or step)
        if epoch == self._pace.first:
            self._figures = self._chosen(plain(logs))

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Note the epoch's figures; print its line where one is due."""
        self._pace.advance(epoch + 1)
        self._figures = self._chosen(plain(logs))
        watched = next((one for one in WATCHED if one in self._figures), None)
        if (
            watched
            and self._whole
            and (self._best is None or self._figures[watched] <= self._best[0])
        ):
            self._best = (self._figures[watched], epoch + 1)
        self._owed = self._live is not None or epoch + 1 not in self._due
        if not self._owed:
            self._print("  ".join(self._texts(remaining=True)))

    def on_train_end(self, logs: Logs | None = None) -> None:  # noqa: ARG002  Keras' signature
        """End the display with the last epoch's line."""
        self.close()

    def close(self) -> None:
        """End the display, also where the training was cut short; a second call does nothing."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        if self._owed:
            texts, width = self._texts(remaining=False), self._console.width
            self._print(_fitting(texts, width) if self._console.is_terminal else "  ".join(texts))

    def _chosen(self, figures: dict[str, float]) -> dict[str, float]:
        """Return the figures to show, loss and validation loss first."""
        wanted = self._metrics or [
            name.removeprefix(VALIDATION) for name in figures if name != "learning_rate"
        ]
        order = dict.fromkeys(
            name for one in ("loss", *wanted) for name in (one, f"{VALIDATION}{one}")
        )
        return {name: figures[name] for name in order if name in figures}

    def _texts(self, *, remaining: bool) -> list[str]:
        """Return the parts of a plain line; `remaining`: the time left as well."""
        width = len(str(self._pace.epochs))
        texts = [f"epoch {self._pace.done:>{width}}/{self._pace.epochs}", *self._figure_texts()]
        left = self._pace.left
        if remaining and left is not None and self._pace.done < self._pace.epochs:
            texts.append(f"{show_seconds(left)} left")
        return texts

    def _figure_texts(self) -> list[str]:
        """Return the figures, behind the losses the best of them, where it came earlier."""
        texts = [
            f"{name} {show_metric(name.removeprefix(VALIDATION), value)}"
            if name.removeprefix(VALIDATION) != "loss"
            else f"{name} {show_figure(value)}"
            for name, value in self._figures.items()
        ]
        if self._best and self._best[1] < self._pace.done:
            losses = sum(one in WATCHED for one in self._figures)
            value, epoch = self._best
            texts.insert(losses, f"best {show_figure(value)} in epoch {epoch}")
        return texts

    def _print(self, line: str) -> None:
        """Print a plain line whole: a pipe has no width."""
        self._console.print(Text(line), soft_wrap=True)
        self._owed = False

    def _drawn(self) -> Text:
        """Return the live lines: bar, epoch and time; below them the figures that fit."""
        pace = self._pace
        where = f"epoch {pace.done}/{pace.epochs} "
        if pace.settled is None and not pace.step:
            where = f"compiling, {where}"  # what the first steps wait for
        if pace.slow:
            where += f"step {pace.step:{len(str(pace.steps))}}/{pace.steps} "
        time_left = "" if pace.left is None else f", {show_seconds(pace.left)} left"
        rows = "" if pace.speed is None else f", {show_count(pace.speed)} rows/s"
        times = f" {show_seconds(pace.elapsed)}{time_left}"
        if len(where) + SHORTEST_BAR + len(times) + len(rows) <= self._console.width:
            times += rows
        width = max(SHORTEST_BAR, min(BAR, self._console.width - len(where) - len(times)))
        filled = round(width * min(1.0, pace.passed / max(1, pace.epochs)))
        head = Text(where).append("━" * filled, style="green")
        head.append("━" * (width - filled), style="dim").append(times, style="dim")
        figures = _fitting(self._figure_texts(), self._console.width)
        return head.append(f"\n{figures}") if figures else head


def epochs_shown(first: int, epochs: int, lines: int = PLAIN_LINES) -> frozenset[int]:
    """Return the epochs, counted from 1, that get a plain line: first, last, even steps between.

    Args:
        first: epochs that were completed before.
        epochs: epochs of the whole training.
        lines: how many lines there may be, 2 or more.
    """
    span = epochs - first - 1
    if span < lines:
        return frozenset(range(first + 1, epochs + 1))
    steps = lines - 1
    return frozenset(first + 1 + round(span * step / steps) for step in range(lines))


def show_count(count: float) -> str:
    """Return a count with two or three digits that count, so that it does not flicker: 1,230."""
    digits = max(0, len(str(int(count))) - 2)
    return f"{round(count, -digits):,.0f}"


def _fitting(texts: Sequence[str], width: int) -> str:
    """Return as many texts as fit one line, in order."""
    line = ""
    for text in texts:
        longer = f"{line}  {text}" if line else text
        if len(longer) > width:
            break
        line = longer
    return line

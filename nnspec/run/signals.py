"""Floor 8, signals: Ctrl-C and SIGTERM while a network is trained.

What a run holds is whole between two chunks of steps and not within one, so a signal that comes
within one waits for its end. Native code that hears nothing for long (XLA's compiler) is left by
ending the process, once what can be kept is kept.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import keras

SIGNALS = (signal.SIGINT, signal.SIGTERM)
PATIENCE = 1.0
"""Seconds that native code may stay deaf before the process is ended."""
STOPPED = 128
"""What a signal's number is added to in the exit code."""


class Signals(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Ends a training that a signal asks to stop, where its state is whole."""

    def __init__(self, abandon: Callable[[], None] | None = None) -> None:
        """Watch a training.

        Args:
            abandon: keeps what can be kept, called from another thread before the process ends.
        """
        super().__init__()
        self._abandon = abandon
        self._holding = False
        self._caught: int | None = None
        self._heard = threading.Event()
        self._before: dict[int, Any] = {}

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Take the signals over; only a main thread can, elsewhere this does nothing."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        wanted = [one for one in SIGNALS if signal.getsignal(one) != signal.SIG_IGN]
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self._before = {one: signal.signal(one, self._hear) for one in wanted}
        watcher = threading.Thread(target=self._watch, args=(reader,), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            for one, handler in self._before.items():
                signal.signal(one, handler)
            signal.set_wakeup_fd(wakeup)
            self._heard.set()
            os.close(writer)
            watcher.join()
            os.close(reader)
        self.check()

    def hold(self) -> None:
        """Let signals wait from now on."""
        self._holding = True

    def check(self) -> None:
        """End the training if a signal came while it had to wait."""
        if self._caught is not None:
            self._end(self._caught, None)

    def on_chunk(self, epoch: int, step: int, logs: dict[str, Any]) -> None:
        """Let signals wait for the end of a chunk, once the first one has compiled."""
        del epoch, step, logs
        self.hold()
        self.check()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ANN401 - Keras' own signature
        """End between two epochs, once the callbacks before this one have written."""
        del epoch, logs
        self.check()

    def on_test_begin(self, logs: Any = None) -> None:  # noqa: ANN401 - as above
        """Hear signals at once: a validation leaves the weights alone."""
        del logs
        self._holding = False
        self.check()

    def on_test_end(self, logs: Any = None) -> None:  # noqa: ANN401 - as above
        """Let signals wait again."""
        del logs
        self.hold()

    def _hear(self, number: int, frame: FrameType | None) -> None:
        """Note a signal; act on it where the state is whole."""
        self._heard.set()
        self._caught = number
        if not self._holding:
            self._end(number, frame)

    def _end(self, number: int, frame: FrameType | None) -> None:
        """Do what the signal did before the training: KeyboardInterrupt, or the program's own."""
        before = self._before.get(number)
        if callable(before):
            before(number, frame)
        raise SystemExit(STOPPED + number)

    def _watch(self, reader: int) -> None:
        """Wait for a signal; end the process where Python's own handler does not come to run.

        A second signal ends it at once.
        """
        first = os.read(reader, 1)
        if not first:
            return
        if not self._heard.wait(PATIENCE) and not self._holding:
            if self._abandon is not None:
                self._abandon()
            os._exit(STOPPED + first[0])
        second = os.read(reader, 1)
        if second and not self._heard.is_set():
            os._exit(STOPPED + second[0])

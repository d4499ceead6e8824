"""Floor 8, signals: heard from the program's first line to its last, acted on where it is safe.

A signal is only noted: an exception raised wherever Python happens to be is lost in a callback of
the collector, or breaks an import off. Where nothing has to be kept the process ends there and
then. Within `waiting` the main thread ends at its next safe point (`check`), by an exception that
unwinds to the program's last line; where it reaches none in time, since native code lasts, a
thread of its own says the block's last words and ends the process. A second signal ends it at
once.

This module is imported before everything else, so it imports next to nothing itself.
"""

import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, NoReturn

HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIGNALLED = 128
"""What a signal's number is added to in the exit code."""
PATIENCE = 1.0
"""Seconds in which the main thread has to reach a safe point, unless a block gives it more."""
LAST_WORDS_SECONDS = 2.0
"""How long last words may take: whatever they wait for may never come."""
GLANCE = 0.05
"""Seconds between two looks at whether the main thread has reached a safe point."""


class Stopped(SystemExit):
    """A signal asked the program to stop; no library takes it for a mistake of its own."""

    def __init__(self, number: int) -> None:
        super().__init__(SIGNALLED + number)
        self.number = number


class Held:
    """What is kept when a process ends within a block."""

    def __init__(self, last_words: Callable[[], None] | None) -> None:
        """Describe the block.

        Args:
            last_words: keeps what can be kept, called from a thread of its own.
        """
        self.last_words = last_words
        self.words: Callable[[], str] | None = None  # what is kept, as the message says it
        self.patience = PATIENCE


class Signals:
    """The one place that hears the signals of this process."""

    def __init__(self) -> None:
        self._held: list[Held] = []
        self._before: dict[int, Any] = {}
        self._program = False
        self._hearing = False
        self._noted: int | None = None
        self._acting = False
        self._said = False
        self._deciding = threading.RLock()
        self._error_stream: int | None = None
        self._pipe: tuple[int, int] | None = None
        self._wakeup = -1

    def listen(self) -> None:
        """Answer for the whole process from now on: it ends with a message and the signal's code.

        Signals that whoever started the process ignores stay ignored. Only a main thread hears.
        """
        if not in_main_thread():
            return
        self._program = True
        self._take_over()
        with contextlib.suppress(OSError):
            self._error_stream = os.dup(2)  # another stands in its place while libraries load
        self._pipe = os.pipe()
        os.set_blocking(self._pipe[1], False)
        self._wakeup = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        threading.Thread(target=self._watch, args=(self._pipe[0],), daemon=True).start()

    def close(self) -> None:
        """Answer for the process no longer; for whoever calls the program as a function."""
        if self._pipe is None:
            return
        self._give_back()
        signal.set_wakeup_fd(self._wakeup)
        os.close(self._pipe[1])  # which ends the thread that watches
        if self._error_stream is not None:
            os.close(self._error_stream)
        self._program, self._pipe, self._error_stream = False, None, None
        self._noted, self._acting, self._said = None, False, False

    @contextlib.contextmanager
    def waiting(self, last_words: Callable[[], None] | None = None) -> Iterator[Held]:
        """Let signals wait for the next safe point within the block, and for its end at the latest.

        Outside the program, as within a notebook, whoever handled the signals before the block
        answers them there: as a rule with KeyboardInterrupt.
        """
        held = Held(last_words)
        takes_over = not self._hearing and in_main_thread()
        if takes_over:
            self._noted = None
            self._take_over()
        self._held.append(held)
        try:
            try:
                yield held
            except Exception:
                self.check()  # what fails while the process ends fails because it does
                raise
        except (KeyboardInterrupt, SystemExit) as stop:
            if held.words:
                stop.add_note(held.words())
            raise
        finally:
            self._held.remove(held)
            if takes_over:
                self._give_back()
        self.check()

    def check(self) -> None:
        """End here if a signal was noted: this is a safe point.

        Raises:
            Stopped: in the program.
            KeyboardInterrupt: elsewhere, or what the handler before raises.
        """
        if self._noted is None or self._acting or not in_main_thread():
            return
        if self._program:
            with self._deciding:  # the watcher keeps it once it ends the process
                self._acting = True
            raise Stopped(self._noted)
        number, self._noted = self._noted, None
        self._answer(number, None)

    def report(self, stopped: Stopped) -> int:
        """Say that a signal stopped the program, and what is kept; return the exit code."""
        with self._deciding:
            self._say(stopped.number, getattr(stopped, "__notes__", []))
        return SIGNALLED + stopped.number

    def _take_over(self) -> None:
        """Hear the signals; `_before` holds who did, and stays when they are given back."""
        heard = [one for one in HEARD if signal.getsignal(one) not in (signal.SIG_IGN, None)]
        self._hearing = True
        self._before = {one: signal.signal(one, self._hear) for one in heard}

    def _give_back(self) -> None:
        self._hearing = False
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def _hear(self, number: int, frame: "FrameType | None") -> None:
        """Note a signal; in the main thread, between two of Python's own steps."""
        first = self._noted is None
        if first:
            self._noted = number
        if self._program and not self._held:
            self._end()
        elif not self._program and not first:
            self._answer(number, frame)

    def _answer(self, number: int, frame: "FrameType | None") -> None:
        """Do what a signal did before it was heard here."""
        before = self._before.get(number)
        if not callable(before):
            raise SystemExit(SIGNALLED + number)
        before(number, frame)

    def _watch(self, reader: int) -> None:
        """End the process where the main thread does not, or where a second signal asks for it."""
        number: int | None = 0
        while number == 0:
            number = next_signal(reader)
        if number is None:
            return
        self._noted = self._noted or number
        heard = time.monotonic()
        while self._acting or time.monotonic() < heard + self._patience:
            second = next_signal(reader, seconds=None if self._acting else GLANCE)
            if second is None:
                return
            if second:
                break
        self._end()

    @property
    def _patience(self) -> float:
        """Return the seconds that the main thread has, 0 where nothing is kept."""
        return max((one.patience for one in list(self._held)), default=0.0)

    def _end(self) -> "NoReturn":
        """End the process here and now, last words first."""
        self._deciding.acquire()  # for good: the main thread shall get no further than a safe point
        number, held = self._noted or signal.SIGTERM, list(self._held)
        if wills := [one.last_words for one in held if one.last_words]:
            speaker = threading.Thread(target=say_all, args=(wills,), daemon=True)
            speaker.start()
            speaker.join(LAST_WORDS_SECONDS)
        self._say(number, [one.words() for one in held if one.words])
        os._exit(SIGNALLED + number)

    def _say(self, number: int, words: list[str]) -> None:
        """Write the one message, past every buffer that the main thread may hold."""
        if self._said:
            return
        self._said = True
        name = signal.Signals(number).name
        line = "; ".join([f"nnspec: stopped by {name}", *words]) + "\n"
        with contextlib.suppress(OSError, ValueError):
            if self._error_stream is None:
                sys.stderr.write(line)
            else:
                os.write(self._error_stream, line.encode(errors="backslashreplace"))


def in_main_thread() -> bool:
    """Return whether this is the thread that Python gives signals to."""
    return threading.current_thread() is threading.main_thread()


def next_signal(reader: int, seconds: float | None = None) -> int | None:
    """Return a signal that Python writes into its pipe, None once the other end is closed.

    Args:
        reader: the pipe's end.
        seconds: how long to wait; 0 is returned where nothing, or another signal, came.
    """
    if not select.select([reader], [], [], seconds)[0]:
        return 0
    byte = os.read(reader, 1)
    if not byte:
        os.close(reader)
        return None
    return byte[0] if byte[0] in HEARD else 0


def say_all(wills: list[Callable[[], None]]) -> None:
    """Say last words, whatever becomes of each."""
    for one in wills:
        with contextlib.suppress(Exception):
            one()


SIGNALS = Signals()
"""Those of this process; there is one of it."""

"""What a signal does to the program: it ends, with a line and the signal's own exit code."""

import signal
import sys
from typing import NoReturn

SIGNALLED = 128
"""What a signal's number is added to in the exit code."""


class Stopped(SystemExit):
    """A signal asked the program to stop; no library takes it for a mistake of its own."""

    def __init__(self, number: int) -> None:
        super().__init__(SIGNALLED + number)
        self.number = number


def listen() -> None:
    """Stop at SIGINT and SIGTERM from now on, unless whoever started the program ignores them."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop)


def stop(number: int, frame: object) -> NoReturn:
    """Stop the program where it is."""
    del frame
    raise Stopped(number)


def report_stop(stopped: Stopped) -> int:
    """Say that a signal stopped the program, and what is kept; return the exit code."""
    notes = getattr(stopped, "__notes__", [])
    name = signal.Signals(stopped.number).name
    sys.stderr.write("; ".join([f"nnspec: stopped by {name}", *notes]) + "\n")
    return SIGNALLED + stopped.number

"""TensorFlow on its way into the process: in a thread of its own, while the data is read.

The main thread stays free to hear Ctrl-C, which it must not do in the middle of an import.
"""

import gc
import importlib
import os
import sys
import tempfile
import threading
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import BinaryIO, TextIO

from nnspec.commands.streams import ERRORS, lasting

LEVEL = "TF_CPP_MIN_LOG_LEVEL"
WORDY = ("0", "1", "2")
"""Levels at which TensorFlow says more than errors."""
MODULES = ("tensorflow", "nnspec.pipeline.run")
"""What is imported; the second brings everything else that trains."""
UNNEEDED = "sklearn"
"""What Keras imports for its scikit-learn wrappers, if it is there; a third of Keras' own time."""


class Loading(threading.Thread):
    """Imports the libraries that train."""

    def __init__(self) -> None:
        super().__init__(name="libraries", daemon=True)
        self._error: BaseException | None = None

    def start(self) -> None:
        """Begin to import; before it what both threads would otherwise import at once.

        numpy.ma, which numpy.unique asks for, reads a table of types as it is imported, and
        ml_dtypes adds its own to that table.
        """
        with suppress(ModuleNotFoundError):
            importlib.import_module("numpy.ma")
        super().start()

    def run(self) -> None:
        """Import everything, start-up notes kept off the terminal."""
        os.environ["KERAS_BACKEND"] = "tensorflow"
        stand_in_for_temporary_folder()
        gc.disable()  # what is imported stays; to look for garbage in it takes a tenth of the time
        try:
            with Quiet(), Without(self, UNNEEDED):
                for name in MODULES:
                    importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self._error = error
        finally:
            gc.freeze()
            gc.enable()

    def finish(self) -> None:
        """Wait until everything is imported, hearing signals.

        Raises:
            ModuleNotFoundError: a library is not installed.
        """
        self.join()
        if self._error is not None:
            raise self._error


def stand_in_for_temporary_folder() -> None:
    """Let TensorFlow be imported where no temporary folder can be written to.

    It imports absl's tests, which ask for one and use it for nothing.
    """
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        os.environ.setdefault("TEST_TMPDIR", os.curdir)


class Without(MetaPathFinder):
    """Hides a package from one thread's imports, as if it were not installed.

    There is no plainer way: Keras asks for the package whenever it is imported, and an entry of
    None in `sys.modules` would hide it from the thread that reads a bundled data set, too.
    """

    def __init__(self, thread: threading.Thread, package: str) -> None:
        self._thread = thread
        self._package = package

    def __enter__(self) -> None:
        sys.meta_path.insert(0, self)

    def __exit__(self, *_: object) -> None:
        sys.meta_path.remove(self)

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Refuse the package to the thread; leave everything else to other finders."""
        if fullname == self._package and threading.current_thread() is self._thread:
            message = f"{fullname} is not needed here"
            raise ModuleNotFoundError(message, name=fullname)
        return None


class Quiet:
    """Keeps TensorFlow's start-up notes off the terminal, and Python's own messages on it.

    The notes are written before TensorFlow reads its log level from this process' environment.
    Whoever asks for them by a low level before the start sees them.
    """

    def __enter__(self) -> None:
        self._notes: BinaryIO | None = None
        if os.environ.setdefault(LEVEL, "3") in WORDY:
            return
        self._notes = open(os.devnull, "wb")  # noqa: PTH123 - closed at the exit
        sys.stderr.flush()
        self._kept = os.dup(ERRORS)
        self._replaced = sys.stderr if _writes_to(sys.stderr, ERRORS) else None
        if self._replaced is not None:
            copy = os.dup(ERRORS)
            sys.stderr = lasting(sys.stderr, copy)
        os.dup2(self._notes.fileno(), ERRORS)

    def __exit__(self, *_: object) -> None:
        if self._notes is None:
            return
        os.dup2(self._kept, ERRORS)
        os.close(self._kept)
        if self._replaced is not None:
            sys.stderr = self._replaced  # the other stays open: logging may have taken hold of it
        self._notes.close()


def _writes_to(stream: TextIO, descriptor: int) -> bool:
    """Return whether a stream ends in a file descriptor, and not in something put in its place."""
    try:
        return stream.fileno() == descriptor
    except (OSError, ValueError):
        return False


def await_libraries() -> None:
    """Wait until nothing is being imported any more."""
    for one in threading.enumerate():
        if isinstance(one, Loading):
            one.join()

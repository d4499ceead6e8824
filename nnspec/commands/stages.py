"""What `train` is doing before there are epochs to show: a live line, plain lines, or events.

It speaks before anything is imported that takes time, so it imports next to nothing.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nnspec.spec.spec import Spec

SILENT = frozenset({"--quiet", "--log-json", "--help", "-h"})
"""Flags under which nothing is said to people."""
COMMAND = "train"
NARROWEST, USUAL = 20, 80
"""Columns below which a terminal is not believed, and those that it is then given."""
CLEARED = "\r\x1b[K"


class Stages:
    """The line that says what a command is doing; the terminal has one last line, so there is one.

    On a terminal it is replaced by what comes next; where standard error is piped, each has a line.
    """

    def __init__(self) -> None:
        self._shown = True
        self._text = ""
        self._event: Callable[[str], None] | None = None

    def announce(self, arguments: "Sequence[str]") -> None:
        """Say at the program's start that a spec is checked, where one is to be trained."""
        given = set(arguments)
        if list(arguments[:1]) != [COMMAND] or given & SILENT:
            return
        file = next((one for one in arguments[1:] if os.path.isfile(one)), None)  # noqa: PTH113 - pathlib takes longer to import
        if file is not None:
            self.say(f"checking {file}")

    def begin(self, *, shown: bool = True, event: "Callable[[str], None] | None" = None) -> None:
        """Begin anew, for a command that has read its options.

        Args:
            shown: whether lines are written.
            event: takes each stage in place of lines.
        """
        if not shown or event is not None:
            self.clear()
            self._text = ""
        self._shown, self._event = shown and event is None, event

    def say(self, text: str) -> None:
        """Say what is done from now on; an empty text only clears the live line."""
        if not text:
            self.clear()
            return
        if text == self._text:
            return
        self._text = text
        if self._event is not None:
            self._event(text)
        elif self._shown:
            self._write(text if text.isprintable() else ascii(text))

    def clear(self) -> None:
        """Clear the live line, so that something else can stand there."""
        if self._shown and self._text and is_live():
            sys.stderr.write(CLEARED)
            sys.stderr.flush()

    def _write(self, text: str) -> None:
        if not is_live():
            sys.stderr.write(f"{text}\n")
            return
        # The cursor goes back, so that whatever is written next takes the line's place.
        sys.stderr.write(f"{CLEARED}{text[: columns() - 5]} ...\r")
        sys.stderr.flush()


def is_live() -> bool:
    """Return whether standard error is a terminal whose lines can be written anew."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def columns() -> int:
    """Return the width of the terminal; 80 where it does not tell."""
    try:
        found = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        found = 0
    return found if found > NARROWEST else USUAL


STAGES = Stages()
"""Those of this process."""


def reading(spec: "Spec") -> str:
    """Return what is said while the data of a spec is read."""
    if spec.data is None:
        return "reading"
    from nnspec.network.summary import show_bytes
    from nnspec.pipeline.runs.unread import Unread
    from nnspec.spec.pieces import source_name

    size = Unread(spec.data, spec.folder, allow_outside=True).bytes()
    told = "" if size is None else f" ({show_bytes(size)})"
    return f"reading {source_name(spec.data)}{told}"

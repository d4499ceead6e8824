"""Floor 10: the command line. Options and exit codes; everything else is the pipeline's.

Each command imports the pipeline when it is called, so that `nnspec --help` costs no more than
Typer does.
"""

import gc
import os
import sys

from nnspec.commands.stages import STAGES
from nnspec.commands.streams import prepare_streams
from nnspec.run.signals import SIGNALS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

__all__ = ["main"]

OBJECTS_BEFORE_COLLECTION = 100_000
"""New objects after which Python looks for cycles; its own 700 come again and again in imports."""


def main(arguments: "Sequence[str] | None" = None) -> "NoReturn":
    """Run the program and exit with its code.

    Args:
        arguments: the command line without the program's name; the process' own if absent.
    """
    if arguments is None:
        prepare_streams()  # before anything is opened
        STAGES.announce(sys.argv[1:])
    SIGNALS.listen()
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # other packages' code, unasked
    try:
        from nnspec.commands.program import run

        code = run(arguments)
    finally:
        if arguments is not None:
            SIGNALS.close()
    if arguments is None:
        # Python would take seconds to tear TensorFlow down, deaf to signals, and can crash where
        # another thread still imports it.
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)

"""Floor 10: the command line. Options and exit codes; everything else is the pipeline's.

Each command imports the pipeline when it is called, so that `nnspec --help` costs no more than
Typer does.
"""

import gc
import os
from collections.abc import Sequence
from typing import NoReturn

from nnspec.commands.stopping import listen

__all__ = ["main"]

OBJECTS_BEFORE_COLLECTION = 100_000
"""New objects after which Python looks for cycles; its own 700 come again and again in imports."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program and exit with its code.

    Args:
        arguments: the command line without the program's name; the process' own if absent.
    """
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # other packages' code, unasked
    listen()  # before anything is imported that Ctrl-C could break off with a traceback
    from nnspec.commands.program import run

    run(arguments)

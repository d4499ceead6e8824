"""Floor 10: the command line. Options and exit codes; everything else is the pipeline's.

Each command imports the pipeline when it is called, so that `nnspec --help` costs no more than
Typer does.
"""

from nnspec.commands.program import main

__all__ = ["main"]

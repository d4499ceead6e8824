"""The command that shows runs in a browser: dashboard."""

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from nnspec.commands.ledger import RunsFolder, check_folder
from nnspec.commands.reporting import explained, naming_absent

NEEDED = frozenset({"starlette", "uvicorn", "anyio"})
PORT = 8484
HIGHEST_PORT = 65_535


def dashboard(
    folder: RunsFolder = Path("runs"),
    port: Annotated[
        int,
        typer.Option(
            "--port",
            min=0,
            max=HIGHEST_PORT,
            help="Where it listens, on this machine alone; 0: wherever is free.",
        ),
    ] = PORT,
    opened: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Show runs in the browser, curves growing as they train.

    Nothing is written, and nothing but this machine can ask.
    """
    check_folder(folder)
    with naming_absent(NEEDED, "the dashboard is made with it", "dashboard"):
        from nnspec.dashboard import serve

    def announce(address: str) -> None:
        typer.echo(address)
        sys.stdout.flush()
        if opened and not webbrowser.open(address):
            sys.stderr.write("nnspec: there is no browser to open; its address stands above\n")

    with explained():
        serve(folder, port, announce)

"""The port on this machine's own address, and what ends the program that listens on it."""

import errno
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn

from nnspec.dashboard.application import Dashboard
from nnspec.dashboard.guard import Guard
from nnspec.dashboard.shelf import Shelf
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.run.signals import SIGNALS

ADDRESS = "127.0.0.1"
NAMES = (ADDRESS, "localhost")
"""What a browser on this machine may call it."""
USUAL_PORT = 80
GLANCE = 0.1
"""Seconds between two looks at whether a signal was heard."""
PATIENCE = 3.0
"""Seconds that connections have to end."""
MOST_CONNECTIONS = 100


def serve(folder: Path, port: int, announce: Callable[[str], object]) -> None:
    """Show a folder of runs until a signal ends the program.

    Args:
        folder: the folder of runs.
        port: where to listen; 0: wherever is free.
        announce: takes the address, once it answers.

    Raises:
        Refused: A161 where the port cannot be listened on.
        Stopped: a signal was heard.
    """
    listener = listen(port)
    found: int = listener.getsockname()[1]
    stopping = threading.Event()
    shelf = Shelf(folder)
    shelf.look()  # the first page need not wait for it
    hosts = [f"{one}:{found}" for one in NAMES]
    guard = Guard(
        Dashboard(shelf, stopping).application(),
        [*hosts, *(NAMES if found == USUAL_PORT else ())],
    )
    server = uvicorn.Server(_config(guard))
    # Signals are the program's own; in a thread of its own uvicorn takes none over.
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="server", daemon=True
    )
    with SIGNALS.waiting() as held:
        held.patience = PATIENCE + 1
        thread.start()
        try:
            announce(f"http://{ADDRESS}:{found}/")
            while thread.is_alive():
                SIGNALS.check()
                thread.join(GLANCE)
        finally:
            stopping.set()
            server.should_exit = True
            thread.join(PATIENCE)


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of this machine alone.

    Raises:
        Refused: A161.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
        listener.listen()
    except OSError as error:
        listener.close()
        in_use = error.errno == errno.EADDRINUSE
        why = "another program listens there" if in_use else error.strerror or str(error)
        message = f"port {port} of {ADDRESS} cannot be had: {why}"
        hint = "choose another --port; 0 takes one that is free"
        raise Refused([Diagnostic("A161", message, hint=hint)]) from error
    return listener


def _config(guard: Guard) -> uvicorn.Config:
    return uvicorn.Config(
        guard,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        http="h11",
        loop="asyncio",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=2,
    )

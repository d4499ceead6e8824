"""The command that serves a run."""

import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnspec.commands.gathered import gathered
from nnspec.commands.options import RunFolder, file_if_given
from nnspec.commands.reporting import (
    check_run,
    explained,
    serving_libraries,
    show_findings,
    training_libraries,
)

if TYPE_CHECKING:
    from nnspec.pipeline.answering import Answering
    from nnspec.serving.limits import Address, Limits

TOKEN_LEAST, TOKEN_MOST = 16, 4096
"""Signs of a token."""
MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Serving:
    """The options of `nnspec serve`."""

    run: RunFolder
    host: Annotated[
        str,
        typer.Option(metavar="HOST", help="Where to listen; beyond this machine with a token."),
    ] = "127.0.0.1"
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen at; 0: any that is free.")
    ] = 8000
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A file with a token that requests must bear.",
            callback=file_if_given,
        ),
    ] = None
    max_body: Annotated[int, typer.Option(min=1, metavar="MIB", help="MiB of a request.")] = 16
    max_rows: Annotated[int, typer.Option(min=1, help="Rows of a request.")] = 4096
    batch: Annotated[
        int, typer.Option(min=1, metavar="ROWS", help="Rows that pass the network together.")
    ] = 1024
    wait: Annotated[
        float,
        typer.Option(min=0, max=1000, metavar="MS", help="Milliseconds a batch waits for more."),
    ] = 1.0
    queue: Annotated[int, typer.Option(min=1, help="Requests under way before more get 503.")] = 256
    per_client: Annotated[
        int | None, typer.Option(min=1, help="Requests of one address before more get 429.")
    ] = None
    drain: Annotated[
        float,
        typer.Option(min=0, metavar="SECONDS", help="Time for what is under way at the end."),
    ] = 30.0


@gathered(Serving)
def serve(asked: Serving) -> None:
    """Answer requests over HTTP: Open Inference Protocol v2, and TensorFlow Serving's."""
    address = address_of(asked)
    check_run(asked.run)
    with serving_libraries(), explained():
        import_module("starlette")
        import_module("uvicorn")
        from nnspec.serving.listening import bind

        bound = bind(address)
        with training_libraries():
            from nnspec.serving.server import serve as serve_run

            serve_run(asked.run, bound, limits_of(asked), announce)


def announce(url: str, answering: "Answering") -> None:
    """Say that requests are heard, and what is to be said about the run."""
    show_findings(answering.doubts)
    sys.stdout.write(f"{answering.name}: {url}\n")
    sys.stdout.flush()


def address_of(asked: Serving) -> "Address":
    """Return where to listen; wrong usage where others could ask without a token.

    Raises:
        typer.BadParameter: a host that others reach, without a token; a file that holds none.
    """
    from nnspec.serving.limits import Address, is_here

    token = None if asked.token_file is None else read_token(asked.token_file)
    if token is None and not is_here(asked.host):
        message = f"{asked.host} is reached by others; write --token-file with a token for them"
        raise typer.BadParameter(message, param_hint="--host")
    return Address(asked.host, asked.port, token)


def read_token(file: Path) -> str:
    """Return the token in a file.

    Raises:
        typer.BadParameter: a file that cannot be read, or holds no token of a fair length.
    """
    try:
        with file.open("rb") as stream:
            token = stream.read(TOKEN_MOST + 1).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it holds more than ASCII"
        message = f"the token in {file} cannot be read: {reason}"
        raise typer.BadParameter(message, param_hint="--token-file") from None
    fits = TOKEN_LEAST <= len(token) <= TOKEN_MOST
    if not fits or not token.isprintable() or " " in token:
        message = f"{file} holds no token: expected one line of {TOKEN_LEAST} signs or more"
        raise typer.BadParameter(f"{message}, without blanks", param_hint="--token-file")
    return token


def limits_of(asked: Serving) -> "Limits":
    """Return how much the service takes."""
    from nnspec.serving.limits import HELD, MIB, Limits

    body = asked.max_body * MIB
    return Limits(
        body=body,
        rows=asked.max_rows,
        batch=asked.batch,
        wait=asked.wait / MILLISECONDS,
        queue=asked.queue,
        per_client=asked.per_client,
        drain=asked.drain,
        held=max(HELD, body),
    )

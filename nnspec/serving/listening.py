"""The socket of a service, taken before anything heavy is imported: a port in use is told soon."""

import errno
import socket
from dataclasses import dataclass

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.serving.limits import Address

BACKLOG = 2048
"""Connections that wait until they are heard."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A socket that has its address."""

    socket: socket.socket
    address: Address


def bind(address: Address) -> Bound:
    """Return a socket that has an address, and does not listen yet.

    Raises:
        Refused: A161 where another program has it, or this one may not.
    """
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, where = found[0]
        taken = socket.socket(family, kind, protocol)
        try:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(where)
        except OSError:
            taken.close()
            raise
    except (OSError, UnicodeError) as error:
        raise _not_to_be_had(address, error) from error
    return Bound(taken, address)


def begin_to_listen(bound: Bound) -> None:
    """Let connections come.

    Raises:
        Refused: A161 where another program has begun meanwhile.
    """
    try:
        bound.socket.listen(BACKLOG)
    except OSError as error:
        raise _not_to_be_had(bound.address, error) from error


def url_of(listening: socket.socket) -> str:
    """Return the address that a socket listens at."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _not_to_be_had(address: Address, error: OSError | UnicodeError) -> Refused:
    """Return the refusal of an address (A161)."""
    place = f"{address.host}:{address.port}"
    hint = "choose another with --port, or --port 0 for any that is free"
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            message = f"{place} is in use by another program"
        case errno.EACCES:
            message = f"{place} may not be listened at by this user"
        case _:
            reason = getattr(error, "strerror", None) or error
            message = f"{place} cannot be listened at: {reason}"
            hint = "--host takes a name or number of this machine, such as 127.0.0.1"
    return Refused([Diagnostic("A161", message, hint=hint)])

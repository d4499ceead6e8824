"""Where a service listens, who may use it, and how much it takes."""

from dataclasses import dataclass

MIB = 2**20
HELD = 256 * MIB
"""Bytes of all requests under way."""
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of this machine alone."""


def is_here(host: str) -> bool:
    """Tell whether a host to listen at can be reached from this machine alone."""
    return host.lower() in HERE


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service listens.

    Attributes:
        host: name or number; without a token one of this machine alone.
        port: 0 takes any that is free.
        token: what requests must bear; None where the machine itself is the bound.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a service takes before it refuses more.

    Attributes:
        body: bytes of a request.
        rows: rows of a request.
        batch: rows that pass through the network together.
        wait: seconds that a batch waits for more rows.
        queue: requests under way, those that are being received among them.
        per_client: requests under way of one address; None: as many as of all.
        drain: seconds that requests under way are given when the service is told to end.
        held: bytes of all requests under way.
        receive: seconds that a request may take to arrive.
    """

    body: int = 16 * MIB
    rows: int = 4096
    batch: int = 1024
    wait: float = 0.001
    queue: int = 256
    per_client: int | None = None
    drain: float = 30.0
    held: int = HELD
    receive: float = 20.0

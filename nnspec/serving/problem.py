"""What keeps a request from its answer: a status of HTTP, and one sentence for whoever asked."""

import sys
from collections.abc import Mapping
from http import HTTPStatus

from nnspec.diagnostics import Diagnostic, NnspecError

MOST_SIGNS = 2000
"""Signs of a message."""
BUSY = ("R102",)
"""Codes of what another moment might bring."""


class Problem(Exception):
    """A request that gets no answer."""

    def __init__(
        self, status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message[:MOST_SIGNS]
        self.headers = dict(headers or {})


def bad(message: str) -> Problem:
    """Return the problem of a request that is wrong in itself."""
    return Problem(HTTPStatus.BAD_REQUEST, message)


def too_large(message: str) -> Problem:
    """Return the problem of a request that is too large."""
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)


def overloaded(message: str) -> Problem:
    """Return the problem of a request that comes when there are too many."""
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, message, {"retry-after": "1"})


def internal(error: Exception) -> Problem:
    """Return the problem of an error that nobody expected, which is written to standard error."""
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    sys.stderr.write(f"nnspec: internal error ({what}) in a request\n")
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error")


def problem_of(error: NnspecError) -> Problem:
    """Return what a refusal of cells, or a network without an answer, is to whoever asked."""
    message = "; ".join(map(_told, error.diagnostics))
    if any(one.code in BUSY for one in error.diagnostics):
        return overloaded(message)
    return bad(message)


def _told(one: Diagnostic) -> str:
    return f"{one.message} [{one.code}]"

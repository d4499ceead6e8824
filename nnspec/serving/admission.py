"""Who may ask, and how many requests are under way at once."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from nnspec.serving.limits import HERE, Address, Limits
from nnspec.serving.metrics import Metrics
from nnspec.serving.problem import Problem, bad, overloaded

BEARER = "bearer"


class Bounds:
    """Who may ask: whoever bears the token, or without one whoever is on this machine.

    A page of another site can make a browser ask this machine, under a name that it lets mean this
    machine; so the name, and the site that asks, are looked at where no token is.
    """

    def __init__(self, address: Address) -> None:
        token = address.token
        self._token = None if token is None else _digest(token)
        self._hosts = HERE | {address.host.lower()}

    def check(self, headers: Headers) -> None:
        """Refuse whoever may not ask.

        Raises:
            Problem: 401 without the token, 403 under another name or from another site.
        """
        if self._token is not None:
            scheme, _, given = headers.get("authorization", "").partition(" ")
            same = hmac.compare_digest(_digest(given.strip()), self._token)
            if not same or scheme.lower() != BEARER:
                message = "the request bears no token, or another one"
                raise Problem(HTTPStatus.UNAUTHORIZED, message, {"www-authenticate": "Bearer"})
            return
        site = headers.get("origin")
        named = [f"//{headers['host']}"] if "host" in headers else []
        for one in [*named, *([site] if site else [])]:
            if _host(one) not in self._hosts:
                message = "requests from elsewhere take a token; start the service with one"
                raise Problem(HTTPStatus.FORBIDDEN, message)


def _digest(token: str) -> bytes:
    """Return a token as bytes of one length, so that a comparison tells nothing of it."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def _host(address: str) -> str:
    """Return the name in an address, "" where there is none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


class Ticket:
    """A request under way, with the bytes of it that are held."""

    def __init__(self, limits: Limits, metrics: Metrics) -> None:
        self._limits, self._metrics = limits, metrics
        self.held = 0

    def hold(self, size: int) -> None:
        """Hold more bytes.

        Raises:
            Problem: all requests under way together would hold too many.
        """
        if self._metrics.bytes_held + size > self._limits.held:
            raise overloaded("the requests under way take all the memory that is set apart")
        self.held += size
        self._metrics.bytes_held += size

    def release(self) -> None:
        """Hold nothing any more."""
        self._metrics.bytes_held -= self.held
        self.held = 0


class Admission:
    """Lets requests in while there is room; one thread asks it."""

    def __init__(self, limits: Limits, metrics: Metrics) -> None:
        self._limits, self._metrics = limits, metrics
        self._clients: Counter[str] = Counter()

    @contextmanager
    def enter(self, client: str) -> Iterator[Ticket]:
        """Hold a place for a request.

        Raises:
            Problem: 503 where all places are taken, 429 where one address has taken its share.
        """
        limits, metrics = self._limits, self._metrics
        if limits.per_client is not None and self._clients[client] >= limits.per_client:
            message = f"{limits.per_client} requests of this address are under way"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, message, {"retry-after": "1"})
        if metrics.under_way >= limits.queue:
            raise overloaded(f"{limits.queue} requests are under way; ask again in a moment")
        self._clients[client] += 1
        metrics.under_way += 1
        ticket = Ticket(limits, metrics)
        try:
            yield ticket
        finally:
            ticket.release()
            metrics.under_way -= 1
            self._clients[client] -= 1
            if not self._clients[client]:
                del self._clients[client]


def check_encoding(headers: Headers) -> None:
    """Refuse a body that is packed, which no bound on its bytes would hold.

    Raises:
        Problem: 415.
    """
    packed = headers.get("content-encoding", "identity")
    if packed.lower() != "identity":
        message = "the body is packed; expected it as it is, without Content-Encoding"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message)


def declared_length(headers: Headers) -> int:
    """Return the bytes that a request says it has; 0 where it does not say.

    Raises:
        Problem: for what is no number.
    """
    written = headers.get("content-length", "0")
    if not (written.isascii() and written.isdigit()):
        raise bad("Content-Length is not a number of bytes")
    return int(written)

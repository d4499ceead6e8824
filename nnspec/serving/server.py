"""The process of a service: a socket, a loop that hears it, and an end that loses no request."""

import asyncio
import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from nnspec.pipeline.answering import Answering
from nnspec.run.signals import SIGNALS, Stopped
from nnspec.serving.application import Service
from nnspec.serving.limits import Limits
from nnspec.serving.listening import BACKLOG, Bound, begin_to_listen, url_of

GLANCE = 0.05
"""Seconds between two looks at whether a signal came."""
QUIET, LONGEST_QUIET = 0.3, 5.0
"""Seconds without a new request after which no more are awaited, and how long that is tried."""
PATIENCE = 10.0
"""Seconds in which the loop has to look whether a signal came; the drain has its own."""
HEAD_SECONDS = 10.0
"""Seconds that the head of a request may take to arrive."""
IDLE_SECONDS = 30
"""Seconds that a connection is kept without a request."""
FURTHER = 1024
"""Connections beside those whose requests are under way: idle ones, and those to be refused."""
SPARE_FILES = 256
"""Files that a process has open beside its connections."""

Tell = Callable[[str, Answering], None]
"""Told the address, and the run, once requests are heard."""


class Timely(H11Protocol):
    """A connection that is closed when the head of a request does not come."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first request its time."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Give each request its time."""
        super().data_received(data)
        if self._receives():
            self._forget()
        elif self._late is None:
            self._await_head()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keep the connection of whoever has asked, and will ask no more, for the response."""
        if self.conn.their_state is h11.SEND_BODY or not self._under_way():
            return False
        self.cycle.keep_alive = False
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._forget()
        super().connection_lost(exc)

    def _receives(self) -> bool:
        """Tell whether a request is under way, or none has begun."""
        return self._under_way() or not self.conn.trailing_data[0]

    def _under_way(self) -> bool:
        """Tell whether a request waits for its response."""
        return self.cycle is not None and not self.cycle.response_complete

    def _await_head(self) -> None:
        self._late = self.loop.call_later(HEAD_SECONDS, self._close_late)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _close_late(self) -> None:
        self._late = None
        if not self._under_way():
            self.transport.close()


class Quiet(uvicorn.Server):
    """uvicorn's server without its signals, which the program hears itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals as they are."""
        yield


def serve(run: Path, bound: Bound, limits: Limits, tell: Tell) -> None:
    """Serve a run until a signal ends it; then answer what is under way, and end.

    Args:
        run: the run folder.
        bound: the socket, which is closed at the end.
        limits: how much is taken.
        tell: told once requests are heard.

    Raises:
        Refused: the folder is no run, or ended before it had weights; A161 where the address
            cannot be listened at.
        Stopped: a signal asked for the end, and every request that came has its response.
    """
    with closing(bound.socket):
        answering = Answering(run)
        service = Service(answering, bound.address, limits)
        service.batches.start()
        allow_files(limits.queue + FURTHER)
        begin_to_listen(bound)
        with SIGNALS.waiting() as held:
            held.words = service.last_words
            held.patience = PATIENCE
            tell(url_of(bound.socket), answering)
            stopped = asyncio.run(hear(service, bound.socket))
            service.batches.close()
            if stopped is not None:
                raise stopped


def allow_files(wanted: int) -> None:
    """Let the process have as many connections open as the machine lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted + SPARE_FILES
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    if soft < most:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


async def hear(service: Service, listening: socket.socket) -> BaseException | None:
    """Answer requests until a signal comes, and then those that have come; return the signal."""
    server = server_of(service)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    stopped: BaseException | None = None
    while stopped is None and not running.done():
        await asyncio.wait({running}, timeout=GLANCE)
        try:
            SIGNALS.check()
        except (Stopped, KeyboardInterrupt) as signal:
            stopped = signal
    service.draining = True
    await come_to_rest(service)
    server.should_exit = True
    await running
    return stopped


def server_of(service: Service) -> uvicorn.Server:
    """Return the server that hears a service's requests; it ends when `should_exit` is set."""
    config = uvicorn.Config(
        service.application(),
        http=Timely,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_SECONDS,
        limit_concurrency=service.limits.queue + FURTHER,
        timeout_graceful_shutdown=max(1, round(service.limits.drain)),
    )
    return Quiet(config)


async def come_to_rest(service: Service) -> None:
    """Wait until nothing new comes: what is on its way is heard before the door is shut."""
    begun = time.monotonic()
    while time.monotonic() < begun + LONGEST_QUIET:
        if time.monotonic() > max(begun, service.last_arrival) + QUIET:
            return
        await asyncio.sleep(GLANCE)

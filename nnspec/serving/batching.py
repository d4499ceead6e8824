"""Requests joined into batches: one thread reads them, answers them, and writes the responses."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from nnspec.data import NewRows
from nnspec.diagnostics import NnspecError
from nnspec.pipeline.answering import Answering, Tensors
from nnspec.serving.exchange import Asked, Reply
from nnspec.serving.limits import Limits
from nnspec.serving.metrics import Metrics
from nnspec.serving.problem import Problem, internal, overloaded, problem_of

Read = Callable[[], Asked]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A request on its way: how it is read, and who waits for the response."""

    read: Read
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Reply]"

    def settle(self, outcome: Reply | Exception) -> None:
        """Hand over the response, or what kept it, in the thread that waits."""
        self.loop.call_soon_threadsafe(self._settle, outcome)

    def _settle(self, outcome: Reply | Exception) -> None:
        if self.future.done():
            return
        if isinstance(outcome, Reply):
            self.future.set_result(outcome)
        else:
            self.future.set_exception(outcome)


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """A request whose rows were read."""

    job: Job
    asked: Asked
    rows: NewRows


class Batches:
    """The thread that answers.

    The queue needs no bound of its own: the guard lets no more requests in than are to be under
    way.
    """

    def __init__(self, answering: Answering, limits: Limits, metrics: Metrics) -> None:
        self._answering, self._limits, self._metrics = answering, limits, metrics
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="answers", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Answer what waits, and end."""
        self._waiting.put(None)
        self._thread.join()

    async def answer(self, read: Read) -> Reply:
        """Return the response to a request.

        Raises:
            Problem: what keeps it.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Reply] = loop.create_future()
        self._waiting.put(Job(read, loop, future))
        return await future

    def _work(self) -> None:
        """Answer batch after batch, until there is nothing more to come."""
        while (first := self._waiting.get()) is not None:
            batch, ended = self._gather(first)
            self._answer(batch)
            if ended:
                return

    def _gather(self, first: Job) -> tuple[list[Typed], bool]:
        """Return the requests that pass the network together: those that wait, and come at once."""
        until = time.monotonic() + self._limits.wait
        found: list[Typed] = []
        rows, job = 0, first
        while True:
            typed = self._type(job)
            if typed is not None:
                found.append(typed)
                rows += typed.asked.rows
            if rows >= self._limits.batch:
                return found, False
            try:
                after = self._waiting.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return found, False
            if after is None:
                return found, True
            job = after

    def _type(self, job: Job) -> Typed | None:
        """Return a request with its rows read; None for one that is refused."""
        if job.future.cancelled():
            return None
        try:
            asked = job.read()
            return Typed(job, asked, self._answering.read(asked.cells))
        except Exception as error:  # noqa: BLE001 - whatever it is, this request has its response
            job.settle(_as_problem(error))
            return None

    def _answer(self, batch: list[Typed]) -> None:
        if not batch:
            return
        self._metrics.passed(sum(one.asked.rows for one in batch))
        try:
            answers = self._answering.answer([one.rows for one in batch])
        except Exception as error:  # noqa: BLE001 - as above, of every request of the batch
            for one in batch:
                one.job.settle(_as_problem(error))
            return
        for one, answered in zip(batch, answers, strict=True):
            one.job.settle(_reply(one, answered))


def _reply(one: Typed, answered: Tensors | NnspecError) -> Reply | Exception:
    """Return the response to a request, or what keeps it."""
    if isinstance(answered, NnspecError):
        return problem_of(answered)
    try:
        return one.asked.reply(
            answered, [f"{note.message} [{note.code}]" for note in one.rows.notes]
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, this request has its response
        return _as_problem(error)


def _as_problem(error: Exception) -> Problem:
    """Return what is told of an error; what nobody expected is written to standard error too."""
    match error:
        case Problem():
            return error
        case NnspecError():
            return problem_of(error)
        case MemoryError():
            return overloaded("memory does not suffice at the moment")
        case _:
            return internal(error)

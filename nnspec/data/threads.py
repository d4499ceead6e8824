"""Work on what comes next, on the cores that would wait meanwhile."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

WORKERS = 2
"""Threads; libraries that release Python's lock bring theirs."""

Given = TypeVar("Given")
Found = TypeVar("Found")


def in_threads(things: Iterable[Given], work: Callable[[Given], Found]) -> Iterator[Found]:
    """Yield what work makes of each thing, in their order; that of a few is made beforehand.

    Raises:
        Exception: what the work, or the things, raised; what was begun is finished first.
    """
    waiting: deque[Future[Found]] = deque()
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            for one in things:
                waiting.append(pool.submit(work, one))
                # One more than there are threads: each has work while the first result is taken.
                if len(waiting) > WORKERS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

"""What a service counts, in the text form of Prometheus.

Source: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ROWS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 4096.0)


@dataclass(slots=True)
class Histogram:
    """How often numbers lie below bounds."""

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, number: float) -> None:
        """Count a number."""
        self.counts[bisect_left(self.bounds, number)] += 1
        self.total += number

    def lines(self, name: str, labels: str = "") -> Iterator[str]:
        """Give the lines of its series."""
        so_far = 0
        comma = "," if labels else ""
        for bound, count in zip([*map(str, self.bounds), "+Inf"], self.counts, strict=True):
            so_far += count
            yield f'{name}_bucket{{{labels}{comma}le="{bound}"}} {so_far}'
        braces = f"{{{labels}}}" if labels else ""
        yield f"{name}_sum{braces} {self.total:.9g}"
        yield f"{name}_count{braces} {so_far}"


class Metrics:
    """The figures of a service; two threads write them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests: Counter[tuple[str, int]] = Counter()
        self.seconds: dict[str, Histogram] = {}
        self.batches = Histogram(ROWS)
        self.rows = 0
        self.under_way = 0
        self.bytes_held = 0

    def answered(self, path: str, status: int, seconds: float) -> None:
        """Count a response.

        Args:
            path: the kind of request, as a route names it.
            status: of HTTP.
            seconds: since its first byte.
        """
        with self._lock:
            self.requests[path, status] += 1
            self.seconds.setdefault(path, Histogram(SECONDS)).observe(seconds)

    def passed(self, rows: int) -> None:
        """Count a batch that passed through the network."""
        with self._lock:
            self.batches.observe(rows)
            self.rows += rows

    def text(self, *, ready: bool) -> str:
        """Return all figures."""
        with self._lock:
            return "\n".join(self._lines(ready=ready)) + "\n"

    def _lines(self, *, ready: bool) -> Iterator[str]:
        yield from _head("nnspec_requests_total", "counter", "Responses by route and status.")
        for (path, status), count in sorted(self.requests.items()):
            yield f'nnspec_requests_total{{route="{path}",status="{status}"}} {count}'
        yield from _head("nnspec_request_seconds", "histogram", "Seconds to the response.")
        for path, histogram in sorted(self.seconds.items()):
            yield from histogram.lines("nnspec_request_seconds", f'route="{path}"')
        yield from _head("nnspec_batch_rows", "histogram", "Rows that pass the network together.")
        yield from self.batches.lines("nnspec_batch_rows")
        yield from _head("nnspec_rows_total", "counter", "Rows that passed the network.")
        yield f"nnspec_rows_total {self.rows}"
        yield from _head("nnspec_requests_under_way", "gauge", "Requests for answers under way.")
        yield f"nnspec_requests_under_way {self.under_way}"
        yield from _head("nnspec_request_bytes_held", "gauge", "Bytes of requests under way.")
        yield f"nnspec_request_bytes_held {self.bytes_held}"
        yield from _head("nnspec_ready", "gauge", "1 while the service takes requests.")
        yield f"nnspec_ready {int(ready)}"


def _head(name: str, kind: str, text: str) -> tuple[str, str]:
    return f"# HELP {name} {text}", f"# TYPE {name} {kind}"

"""Asks services of real runs: answers beside `predict`, wrong requests, overload, an end, speed.

    python bench/serving.py                       all parts, 10,000 wrong requests
    python bench/serving.py --only equal speed    some of them
    python bench/serving.py --wrong 500           fewer wrong requests

Shipped specs are trained for a few epochs first. `equal`: 1,000 rows of each, asked for in requests
of 1 to 64 rows at once, beside the answers of `predict`. `wrong`: requests of wrong JSON, bytes,
tensors and heads. `overload`: ten times as many requests at once as are let in, and the memory of
the process. `end`: SIGTERM with 1,000 requests under way. `speed`: rows per second beside
TensorFlow's own loop over the signature of the same run's SavedModel, in its own process, without
HTTP.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from results import record

from nnspec.data import NewRows, Table
from nnspec.data.table import Values
from nnspec.pipeline.answering import Answering
from nnspec.pipeline.finished import open_run
from nnspec.pipeline.opened import read_data

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "serving")]

# ruff: noqa: E402 - the tests say what wrong requests are
from fuzzed import Fuzz, send

PARTS = ("equal", "wrong", "overload", "end", "speed")
SPECS = (
    "diabetes",
    "wine",
    "breast_cancer_calibrated",
    "auto_mpg",
    "auto_mpg_quantiles",
    "diabetes_intervals",
    "sunspots",
    "digits",
    "digits_autoencoder",
    "ink",
    "iris_map",
)
BRIEF = ("training.epochs=3", "evaluation.baselines=false")
ROWS, AT_ONCE = 1000, 16
QUEUE, TIMES = 32, 10
IN_FLIGHT = 1000
SECONDS = 4.0
Request = bytes


def main() -> None:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--specs", nargs="+", default=SPECS)
    parser.add_argument("--wrong", type=int, default=10_000)
    parser.add_argument("--runs", type=Path, help="where the runs lie, or are put")
    given = parser.parse_args()
    figures: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        runs = given.runs or Path(scratch)
        if "equal" in given.only:
            figures += [compare(trained(runs, name)) for name in given.specs]
        rest = trained(runs, "diabetes")
        if "wrong" in given.only:
            figures.append(ask_wrongly(rest, given.wrong))
        if "overload" in given.only:
            figures.append(overload(rest))
        if "end" in given.only:
            figures.append(end(rest))
        if "speed" in given.only:
            figures += speed(rest)
    record("serving", figures)


def trained(runs: Path, name: str) -> Path:
    """Return the run of a shipped spec, trained if it is not there."""
    if not (runs / name / "run.json").exists():
        spec = ROOT / "specs" / f"{name}.yaml"
        sets = [part for one in BRIEF for part in ("--set", one)]
        command = [sys.executable, "-m", "nnspec", "train", str(spec), *sets, "--quiet"]
        place = ["--runs", str(runs), "--name", name, "--exist-ok"]
        subprocess.run([*command, *place], check=True, capture_output=True)
    return runs / name


@contextmanager
def served(run: Path, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Serve a run by the program; give its process and its port."""
    command = [sys.executable, "-m", "nnspec", "serve", str(run), "--port", "0", *arguments]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    try:
        yield process, int(line.rpartition(":")[2])
    finally:
        process.terminate()
        process.communicate()


def framed(path: str, document: object) -> Request:
    """Return a request as bytes."""
    body = json.dumps(document).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def ask_all(
    port: int, requests: Sequence[Request], at_once: int
) -> tuple[list[tuple[int, bytes]], list[float]]:
    """Return status and body of each request, and its seconds; connections are kept."""
    answers: list[tuple[int, bytes]] = [(0, b"")] * len(requests)
    seconds = [0.0] * len(requests)
    waiting = iter(range(len(requests)))

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for place in waiting:
            begun = time.perf_counter()
            writer.write(requests[place])
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            told = next(one for one in lines if one.startswith(b"content-length:"))
            body = await reader.readexactly(int(told.split(b":")[1]))
            answers[place] = int(head.split(b" ", 2)[1]), body
            seconds[place] = time.perf_counter() - begun
        writer.close()

    await asyncio.gather(*(work() for _ in range(min(at_once, len(requests)))))
    return answers, seconds


def compare(run: Path) -> dict[str, Any]:
    """Return how far answers of a service are from those of `predict`, on 1,000 rows."""
    answering = Answering(run)
    dataset = read_data(answering.run.spec, answering.run.network, allow_outside=True)
    whole = dataset.splits["train"].features.take(slice(None))
    order = np.random.default_rng(0).integers(0, whole.rows, ROWS)
    features = whole.take(order)
    rows = NewRows(features, Table({}, ROWS), np.arange(ROWS))
    answering.run = open_run(run)  # prepared operation by operation, as for `predict`
    (offline,) = answering.answer([rows])
    assert isinstance(offline, dict), "the run's own rows have answers"
    draws = random.Random(0)  # noqa: S311 - nothing is kept secret
    parts, start = [], 0
    while start < ROWS:
        parts.append(slice(start, min(ROWS, start + draws.randrange(1, 65))))
        start = parts[-1].stop
    path = f"/v1/models/{run.name}:predict"
    columns = {name: one.values for name, one in features.columns.items()}
    requests = [
        framed(path, {"inputs": {name: plain(many[part]) for name, many in columns.items()}})
        for part in parts
    ]
    with served(run) as (_, port):
        answers, _ = asyncio.run(ask_all(port, requests, AT_ONCE))
    assert {status for status, _ in answers} == {200}, answers[0]
    told = [json.loads(body)["outputs"] for _, body in answers]
    return compared(run.name, offline, told)


def compared(name: str, offline: dict[str, Any], told: list[Any]) -> dict[str, Any]:
    """Return by how much answers differ at most, and how many are equal to the bit."""
    equal = total = 0
    worst = 0.0
    for key, expected in offline.items():
        parts = [one if len(offline) == 1 else one[key] for one in told]
        found = np.concatenate([np.array(one, dtype=expected.dtype) for one in parts])
        equal += int((found == expected).sum())
        total += expected.size
        if expected.dtype.kind == "f":
            scale = float(np.abs(expected).max()) or 1.0
            worst = max(worst, float(np.abs(found - expected).max()) / scale)
        elif not (found == expected).all():
            worst = 1.0
    print(f"equal     {name:<28}{total:>9,} numbers, {equal / total:8.2%} to the bit, {worst:.1e}")
    return {"part": "equal", "run": name, "numbers": total, "equal": equal, "difference": worst}


def plain(values: Values) -> list[Any]:
    """Return cells as JSON has them, a missing number null."""
    lacks = values != values  # noqa: PLR0124 - NaN alone is not what it is
    listed: list[Any] = np.where(lacks, None, values.astype(object)).tolist()
    return listed


def row_of(run: Path) -> dict[str, float]:
    """Return a row of the diabetes table."""
    names = json.loads((run / "preprocessing.json").read_text())["columns"]
    return dict.fromkeys(names, 0.01)


def ask_wrongly(run: Path, count: int) -> dict[str, Any]:
    """Return what became of wrong requests."""
    row = row_of(run)
    two = {name: [cell, cell] for name, cell in row.items()}
    tensors = [
        {"name": name, "datatype": "FP32", "shape": [2], "data": many} for name, many in two.items()
    ]
    good: list[dict[str, Any]] = [{"inputs": tensors}, {"instances": [row, row]}, {"inputs": two}]
    fuzz = Fuzz(2026, run.name, good, struct.pack("<2f", 0.1, 0.2))
    statuses: Counter[int] = Counter()
    slowest = 0.0
    with served(run) as (process, port):
        before = memory(process)
        for _ in range(count):
            heard = send(port, fuzz.request())
            statuses[heard.status] += 1
            slowest = max(slowest, heard.seconds)
        after = memory(process)
    listed = ", ".join(f"{status}: {many:,}" for status, many in sorted(statuses.items()))
    print(f"wrong     {count:,} requests: {listed}; slowest {slowest:.2f} s")
    print(f"          memory {before:.0f} MiB before, {after:.0f} MiB after")
    found = {str(status): many for status, many in sorted(statuses.items())}
    memories = {"mib_before": before, "mib_after": after}
    return {"part": "wrong", "statuses": found, "slowest_s": slowest, **memories}


def memory(process: "subprocess.Popen[str]", name: str = "VmRSS") -> float:
    """Return the memory that a process takes, or took at most (VmHWM), in MiB."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return int(next(one for one in lines if one.startswith(name)).split()[1]) / 1024


def overload(run: Path) -> dict[str, Any]:
    """Return what becomes of ten times as many requests at once as are let in."""
    request = framed(f"/v1/models/{run.name}:predict", {"instances": [row_of(run)] * 500})
    with served(run, "--queue", str(QUEUE)) as (process, port):
        asyncio.run(ask_all(port, [request] * QUEUE, QUEUE))
        before = memory(process, "VmHWM")
        answers, seconds = asyncio.run(ask_all(port, [request] * 6000, QUEUE * TIMES))
        after = memory(process, "VmHWM")
        begun = time.perf_counter()
        asyncio.run(ask_all(port, [request], 1))
        alone = time.perf_counter() - begun
    statuses = Counter(status for status, _ in answers)
    shed = [one for one, (status, _) in zip(seconds, answers, strict=True) if status != 200]  # noqa: PLR2004
    print(
        f"overload  {QUEUE * TIMES} at once, {QUEUE} let in: {statuses[200]:,} answered, "
        f"{statuses[503]:,} shed with 503 in {statistics.median(shed) * 1000:.0f} ms (median); "
        f"most memory {before:.0f} MiB before, {after:.0f} MiB after; then alone {alone:.3f} s"
    )
    found = {str(status): many for status, many in statuses.items()}
    memories = {"mib_before": before, "mib_after": after}
    return {"part": "overload", "statuses": found, **memories, "alone_after_s": alone}


def end(run: Path) -> dict[str, Any]:
    """Return how many of 1,000 requests under way have their response when SIGTERM comes."""
    request = framed(f"/v1/models/{run.name}:predict", {"instances": [row_of(run)]})

    async def ask(port: int, sent: asyncio.Semaphore) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        await writer.drain()
        sent.release()
        try:
            return await reader.read()
        except OSError:
            return b""
        finally:
            writer.close()

    async def ask_until_the_end(process: "subprocess.Popen[str]", port: int) -> list[bytes]:
        sent = asyncio.Semaphore(0)
        asked = [asyncio.create_task(ask(port, sent)) for _ in range(IN_FLIGHT)]
        for _ in asked:
            await sent.acquire()
        process.send_signal(signal.SIGTERM)
        return await asyncio.gather(*asked)

    with served(run, "--queue", str(2 * IN_FLIGHT)) as (process, port):
        heard = asyncio.run(ask_until_the_end(process, port))
        code = process.wait(120)
    answered = sum(one.startswith(b"HTTP/1.1 200") for one in heard)
    print(
        f"end       SIGTERM with {IN_FLIGHT:,} under way: {answered:,} answered, exit code {code}"
    )
    return {"part": "end", "under_way": IN_FLIGHT, "answered": answered, "exit_code": code}


def speed(run: Path) -> list[dict[str, Any]]:
    """Return rows per second of the service, and of TensorFlow's own loop without HTTP."""
    row, found = row_of(run), []
    path = f"/v1/models/{run.name}:predict"
    with served(run) as (_, port):
        for at_once, rows in ((1, 1), (16, 1), (64, 1), (16, 64), (4, 1024)):
            request = framed(path, {"instances": [row] * rows})
            asyncio.run(ask_all(port, [request] * at_once * 4, at_once))
            count, begun = 0, time.perf_counter()
            seconds: list[float] = []
            while time.perf_counter() < begun + SECONDS:
                _, more = asyncio.run(ask_all(port, [request] * at_once * 8, at_once))
                count, seconds = count + len(more), seconds + more
            rate = count * rows / (time.perf_counter() - begun)
            middle = statistics.median(seconds) * 1000
            found.append(told_speed("serve, HTTP", at_once, rows, rate, middle))
    found += [told_speed(*one) for one in own_loop(run, row)]
    return found


def own_loop(run: Path, row: dict[str, float]) -> list[tuple[str, int, int, float, float]]:
    """Return what TensorFlow's signature does in a loop, request by request and batch by batch."""
    serve = tf.saved_model.load(str(run / "model")).signatures["serving_default"]
    found = []
    for rows in (1, 64, 1024):
        given = {name: np.full(rows, cell, "float32") for name, cell in row.items()}

        def once(given: dict[str, Any] = given) -> None:
            serve(**{name: tf.constant(one) for name, one in given.items()})["prediction"].numpy()

        once()
        seconds: list[float] = []
        until = time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            begun = time.perf_counter()
            once()
            seconds.append(time.perf_counter() - begun)
        rate = rows * len(seconds) / sum(seconds)
        middle = statistics.median(seconds) * 1000
        found.append(("TensorFlow's loop, no HTTP", 1, rows, rate, middle))
    return found


def told_speed(what: str, at_once: int, rows: int, rate: float, middle: float) -> dict[str, Any]:
    """Print and return one figure of speed."""
    print(
        f"speed     {what:<28}{at_once:>3} at once, {rows:>5,} rows each: "
        f"{rate:>10,.0f} rows/s, {middle:7.2f} ms (median)"
    )
    figures = {"at_once": at_once, "rows": rows, "rows_per_s": rate, "median_ms": middle}
    return {"part": "speed", "what": what, **figures}


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()

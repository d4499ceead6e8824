"""Checks mutated specs and reports what no spec may cause: exceptions, hangs, memory.

    python bench/fuzz.py --runs 100000 [--seed 0] [--keep FOLDER] [--atheris]

With --atheris, and atheris installed, mutations are guided by coverage. Exit code 1 if an input
raised anything but a refusal, took over 2 s of processor time, or the process went over 300 MB.
"""

# ruff: noqa: E402 - the mutations are those of the tests, found by the path that is set first

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "hostile")]

from mutation import mutate, read_seeds

if TYPE_CHECKING:
    from nnspec.diagnostics import Diagnostic

SLOWEST = 2.0
"""Seconds of processor time for one input."""
MOST_MEGABYTES = 300


@dataclass(slots=True)
class Tally:
    """What the runs have shown."""

    runs: int = 0
    accepted: int = 0
    slowest: float = 0.0
    slowest_input: bytes = b""
    codes: Counter[str] = field(default_factory=Counter)
    failures: dict[str, bytes] = field(default_factory=dict)


def check_once(text: bytes, file: str, folder: Path) -> "tuple[Diagnostic, ...]":
    """Return what is said about an input; it is rendered too, as a user would see it.

    The checker is imported here, so that atheris can watch its imports.
    """
    from nnspec.diagnostics import Refused  # noqa: PLC0415
    from nnspec.diagnostics.render import render  # noqa: PLC0415
    from nnspec.diagnostics.sources import Sources  # noqa: PLC0415
    from nnspec.document import parse_document  # noqa: PLC0415
    from nnspec.pipeline.check import check_document  # noqa: PLC0415

    try:
        document = parse_document(text, file)
        found = check_document(document, folder=folder).diagnostics
    except Refused as refused:
        found = refused.diagnostics
    render(found, Sources({file: text.decode("utf-8", "replace")}))
    return found


def run(text: bytes, file: str, folder: Path, tally: Tally) -> None:
    """Check one input and count what came of it."""
    began = time.process_time()
    try:
        found = check_once(text, file, folder)
    except Exception as error:  # noqa: BLE001 - any exception is what is looked for
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
        tally.failures.setdefault(f"{type(error).__name__} at {place}: {error}"[:200], text)
        return
    finally:
        took = time.process_time() - began
        tally.runs += 1
        if took > tally.slowest:
            tally.slowest, tally.slowest_input = took, text
    tally.accepted += all(one.severity != "error" for one in found)
    tally.codes.update({one.code for one in found})


def run_many(runs: int, seed: int, folder: Path) -> Tally:
    """Check mutated seeds, each a function of the seed and its number."""
    tally, seeds = Tally(), read_seeds()
    draw = random.Random(seed)  # noqa: S311 - repeatable, and no secret
    began = time.monotonic()
    for number in range(runs):
        text = mutate(draw, seeds)
        file = "spec.json" if text.lstrip()[:1] == b"{" else "spec.yaml"
        run(text, file, folder, tally)
        if number % 5000 == 4999:  # noqa: PLR2004 - a line now and then
            took = time.monotonic() - began
            print(f"{number + 1:,} inputs, {took:.0f} s, {megabytes()} MB", flush=True)
    return tally


def run_guided(runs: int, seed: int, folder: Path, keep: Path | None) -> NoReturn:
    """Check inputs that atheris derives from the coverage of those before, report, and exit."""
    import atheris  # noqa: PLC0415 - optional, outside CI

    tally, corpus = Tally(), folder / "corpus"
    corpus.mkdir()
    with atheris.instrument_imports(include=["nnspec"]):
        for number, text in enumerate(read_seeds()):
            (corpus / str(number)).write_bytes(text)
            check_once(text, "spec.yaml", folder)

    def check(text: bytes) -> None:
        run(text, "spec.yaml", folder, tally)
        if tally.runs >= runs:
            # atheris never returns to its caller.
            held = report(tally, keep)
            sys.stdout.flush()
            os._exit(0 if held else 1)

    arguments = [f"-runs={2 * runs}", f"-seed={seed or 1}", "-max_len=8192", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *arguments, str(corpus)], check)
    atheris.Fuzz()
    raise AssertionError("atheris ends the process")


def megabytes() -> int:
    """Return the most memory that the process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def report(tally: Tally, keep: Path | None) -> bool:
    """Print what was found; return whether everything held."""
    print(f"{tally.runs:,} inputs; {tally.accepted:,} accepted; {len(tally.codes)} codes seen")
    print(f"slowest input {tally.slowest:.2f} s of processor time; at most {megabytes()} MB")
    for number, (failure, text) in enumerate(tally.failures.items()):
        print(f"FAILED {failure}")
        if keep:
            (keep / f"failure-{number}").write_bytes(text)
    if keep:
        (keep / "slowest").write_bytes(tally.slowest_input)
    print("commonest: " + ", ".join(f"{code} {count}" for code, count in top(tally)))
    held = not tally.failures and tally.slowest < SLOWEST and megabytes() < MOST_MEGABYTES
    print("held" if held else "did not hold")
    return held


def top(tally: Tally) -> Sequence[tuple[str, int]]:
    """Return the codes seen most often."""
    return tally.codes.most_common(12)


def main() -> None:
    """Read the options, run, report."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--keep", type=Path, help="folder for inputs that failed")
    options.add_argument("--atheris", action="store_true", help="mutations guided by coverage")
    given = options.parse_args()
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        if given.atheris:
            run_guided(given.runs, given.seed, Path(folder), given.keep)
        tally = run_many(given.runs, given.seed, Path(folder))
    sys.exit(0 if report(tally, given.keep) else 1)


if __name__ == "__main__":
    main()

"""Checks mutants of specs, documents, policies and data for what none may cause.

    python bench/fuzz.py --runs 100000 [--seed 0] [--target spec] [--keep FOLDER] [--atheris]

An input fails that raises anything but a refusal, takes over 2 s of processor time, or makes the
process start a program, open a connection, open a file outside the inputs' folder, or import what
is no installed library. The process as a whole may take 300 MB (data: what its libraries take, and
300 MB). `--seeds FOLDER` adds further specs and Keras documents to start from. With --atheris, and
atheris installed, mutations of specs are guided by coverage. Exit code 1 if anything failed.
"""

# ruff: noqa: E402 - the mutations are those of the tests, found by the path that is set first

import argparse
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "hostile")]

from fuzz_targets import Target, check_spec, read_targets
from mutation import read_seeds

SLOWEST = 2.0
"""Seconds of processor time for one input."""
STUCK = 20
"""Seconds after which an input is stopped; the machine may be busy with other work."""
MOST_MEGABYTES = 300
SHARES = {"spec": 0.7, "document": 0.12, "policy": 0.06, "data": 0.12}
"""How the inputs are divided among the targets."""
FORBIDDEN = ("socket.", "subprocess.", "os.", "shutil.", "ctypes.", "urllib.", "http.", "ftplib.")
HARMLESS = {"os.listdir", "os.scandir", "os.putenv", "os.unsetenv"}
LIBRARIES = (sys.prefix, sys.base_prefix, str(ROOT / "nnspec"), "/proc/", "/sys/", os.devnull)


class Stuck(BaseException):
    """An input takes too long; no handler of the program's catches it."""


@dataclass(slots=True)
class Tally:
    """What the runs have shown."""

    runs: int = 0
    accepted: int = 0
    slowest: float = 0.0
    slowest_input: bytes = b""
    codes: Counter[str] = field(default_factory=Counter)
    failures: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Watch:
    """Listens to Python's audit events while an input is checked."""

    folder: Path
    listening: bool = False
    seen: list[str] = field(default_factory=list)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note an event that no input may cause."""
        if not self.listening or not (found := self.judge(event, arguments)):
            return
        self.seen.append(f"{event} {found}"[:120])

    def judge(self, event: str, arguments: tuple[Any, ...]) -> str:
        """Return what is wrong about an event, nothing if it is harmless."""
        if event == "import":
            root = str(arguments[0]).partition(".")[0]
            return root if root.startswith(("owned", "spec", "model")) else ""
        if event == "open":
            path = str(arguments[0])
            known = (*LIBRARIES, str(self.folder), "table", "model", "policy", "spec")
            return "" if path.isdigit() or path.startswith(known) else path
        return "is forbidden" if event.startswith(FORBIDDEN) and event not in HARMLESS else ""


def stop(_: int, __: FrameType | None) -> NoReturn:
    """Raise in the input that takes too long."""
    raise Stuck


def run(text: bytes, target: Target, watch: Watch, tally: Tally) -> None:
    """Check one input and count what came of it."""
    began = time.process_time()
    signal.setitimer(signal.ITIMER_REAL, STUCK * 10)
    signal.setitimer(signal.ITIMER_VIRTUAL, STUCK)
    watch.listening = True
    try:
        found = target.check(text, watch.folder)
        tally.accepted += all(one.severity != "error" for one in found)
        tally.codes.update({one.code for one in found})
    except (Exception, Stuck) as error:  # noqa: BLE001 - any exception is what is looked for
        tally.failures.setdefault(describe(error), text)
    finally:
        watch.listening = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        took = time.process_time() - began
        tally.runs += 1
        if took > tally.slowest:
            tally.slowest, tally.slowest_input = took, text
    for event in watch.seen:
        tally.failures.setdefault(event, text)
    watch.seen.clear()


def describe(error: BaseException) -> str:
    """Return an exception and the place that it comes from."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__} at {place}: {error}"[:200]


def run_many(runs: int, seed: int, target: Target, folder: Path) -> Tally:
    """Check inputs, each a function of the seed and its number."""
    tally, watch = Tally(), start(folder)
    draw = random.Random(seed)  # noqa: S311 - repeatable, and no secret
    began = time.monotonic()
    for number in range(runs):
        run(target.draw(draw), target, watch, tally)
        if number % 5000 == 4999:  # noqa: PLR2004 - a line now and then
            took = time.monotonic() - began
            print(f"{number + 1:,} inputs, {took:.0f} s, {megabytes()} MB", flush=True)
    return tally


def start(folder: Path) -> Watch:
    """Return what listens from now on, and let nothing run for ever."""
    watch = Watch(folder)
    sys.addaudithook(watch.hear)
    signal.signal(signal.SIGALRM, stop)
    signal.signal(signal.SIGVTALRM, stop)
    return watch


def run_guided(runs: int, seed: int, folder: Path, keep: Path | None) -> NoReturn:
    """Check specs that atheris derives from the coverage of those before, report, and exit."""
    import atheris  # noqa: PLC0415 - optional, outside CI

    tally, corpus, target = Tally(), folder / "corpus", Target(lambda _: b"", check_spec)
    corpus.mkdir()
    with atheris.instrument_imports(include=["nnspec"]):
        for number, text in enumerate(read_seeds()):
            (corpus / str(number)).write_bytes(text)
            check_spec(text, folder)
    watch = Watch(folder)
    sys.addaudithook(watch.hear)

    def check(text: bytes) -> None:
        run(text, target, watch, tally)
        if tally.runs >= runs:
            # atheris never returns to its caller.
            held = report({"guided": tally}, keep, MOST_MEGABYTES)
            sys.stdout.flush()
            os._exit(0 if held else 1)

    arguments = [
        *(f"-runs={2 * runs}", f"-seed={seed or 1}", "-max_len=8192", "-verbosity=0"),
        *(f"-artifact_prefix={folder}/", "-report_slow_units=600"),
    ]
    atheris.Setup([sys.argv[0], *arguments, str(corpus)], check)
    atheris.Fuzz()
    raise AssertionError("atheris ends the process")


def megabytes() -> int:
    """Return the most memory that the process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def report(tallies: dict[str, Tally], keep: Path | None, most: int) -> bool:
    """Print what was found; return whether everything held."""
    for name, tally in tallies.items():
        print(f"{name}: {tally.runs:,} inputs; {tally.accepted:,} accepted; ", end="")
        print(f"{len(tally.codes)} codes seen; slowest {tally.slowest:.2f} s of processor time")
        for number, (failure, text) in enumerate(tally.failures.items()):
            print(f"FAILED {failure}")
            if keep:
                (keep / f"{name}-{number}").write_bytes(text)
        if keep:
            (keep / f"{name}-slowest").write_bytes(tally.slowest_input)
    print(f"at most {megabytes()} MB; expected less than {most}")
    held = megabytes() < most and all(
        not one.failures and one.slowest < SLOWEST for one in tallies.values()
    )
    print("held" if held else "did not hold")
    return held


def save(tallies: dict[str, Tally], given: argparse.Namespace, file: Path) -> None:
    """Write the figures of a run, the inputs left out."""
    figures = {
        name: {
            "runs": tally.runs,
            "accepted": tally.accepted,
            "slowest": round(tally.slowest, 3),
            "failures": list(tally.failures),
            "codes": dict(sorted(tally.codes.items())),
        }
        for name, tally in tallies.items()
    }
    found = {"seed": given.seed, "runs": given.runs, "megabytes": megabytes(), "targets": figures}
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def read_options() -> argparse.Namespace:
    """Return what the command line asks for."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--runs", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--target", choices=SHARES, help="one target; all of them if absent")
    options.add_argument("--seeds", type=Path, action="append", default=[], help="further inputs")
    options.add_argument("--keep", type=Path, help="folder for inputs that failed")
    options.add_argument("--save", type=Path, help="file for the figures, as JSON")
    options.add_argument("--atheris", action="store_true", help="mutations guided by coverage")
    return options.parse_args()


def main() -> None:
    """Read the options, run, report."""
    given = read_options()
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    shares = {given.target: 1.0} if given.target else SHARES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        if given.atheris:
            run_guided(given.runs, given.seed, folder, given.keep)
        targets, tallies, most = read_targets(given.seeds), {}, MOST_MEGABYTES
        for kind, share in shares.items():
            if kind == "data":
                targets[kind].check(targets[kind].draw(random.Random(0)), folder)  # noqa: S311
                most = max(megabytes(), most) + MOST_MEGABYTES
            tallies[kind] = run_many(round(share * given.runs), given.seed, targets[kind], folder)
    held = report(tallies, given.keep, most)
    if given.save:
        save(tallies, given, given.save)
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()

"""How many small changes of the program the tests notice.

    python bench/mutants.py map                 # once: which test runs which line, and how long
    python bench/mutants.py named               # six changes that once went unnoticed
    python bench/mutants.py run --count 300     # drawn by seed, the same number of each floor
    python bench/mutants.py again --of RECORD   # those that a run's record says survived

A first round may give each mutant fewer seconds of tests (`run --seconds 40`), since the quickest
come first: what it calls killed is, and `again` gives those that are left all of theirs.

Every mutant is written into a copy of the project, and the tests that run its line are called
there, those of its floor first, until one fails. A process that has imported the libraries is
forked for each, so that a mutant costs what its tests cost. Takes Cosmic Ray, coverage and
pytest-cov.
"""

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from mutations import ROOT, Mutant, draw, redraw
from mutations_named import named

MAP = ROOT / ".mutants"
"""Folder of what `map` found; not kept with the project."""
COPIED = ("nnspec", "tests", "specs", "schema", "docs", "tools", "bench", "cli.py")
COPIED_TOO = ("pyproject.toml", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "action.yml")
MOST_SECONDS = 120.0
"""Of tests that a mutant is given, by the durations that `map` measured."""
PATIENCE = 8.0
"""A mutant that takes so many times longer than its tests did hangs, and counts as killed."""
PRELOADED = ("tensorflow", "keras", "polars", "sklearn.linear_model", "pytest")


@dataclass(frozen=True, slots=True)
class Tests:
    """What `map` found.

    Attributes:
        seconds: duration of each test, by its id.
        context: the tests of each line of each file; line 0 stands for the whole file.
    """

    seconds: dict[str, float]
    context: dict[str, dict[int, set[str]]]

    def of(self, mutant: Mutant, most: float = MOST_SECONDS) -> list[str]:
        """Return the tests to run, within a bound on seconds.

        Those of the mutant's floor come first, and of these and of the others the quick ones.
        """
        lines = self.context.get(mutant.file, {})
        found = lines.get(mutant.line) or lines.get(0, set())
        floor = f"tests/{mutant.file.split('/')[1]}/"
        chosen: list[str] = []
        spent = 0.0
        order = sorted(
            (not one.startswith(floor), self.seconds.get(one, 1.0), one) for one in found
        )
        for _, _, one in order:
            spent += self.seconds.get(one, 1.0)
            if spent > most and chosen:
                break
            chosen.append(one)
        return chosen

    def expected(self, chosen: Iterable[str]) -> float:
        """Return how long some tests take."""
        return sum(self.seconds.get(one, 1.0) for one in chosen)


class Durations:
    """Remembers how long every test took: a plugin of pytest."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: object) -> None:
        """Add a phase of a test."""
        name, spent = str(getattr(report, "nodeid", "")), float(getattr(report, "duration", 0.0))
        self.seconds[name] = self.seconds.get(name, 0.0) + spent


def make_map(arguments: Sequence[str]) -> int:
    """Run the tests once and remember which of them runs which line."""
    import pytest  # noqa: PLC0415 - it is preloaded elsewhere

    shutil.rmtree(MAP, ignore_errors=True)
    MAP.mkdir()
    settings = MAP / "settings.ini"
    settings.write_text(
        f"[run]\ndata_file = {MAP}/coverage\nsource = {ROOT}/nnspec\nparallel = true\n"
        "patch = subprocess, _exit\nsigterm = true\ncontext = ${PYTEST_CURRENT_TEST-}\n"
    )
    durations = Durations()
    options = [f"--cov-config={settings}", "--cov", "--cov-context=test", "--cov-report="]
    os.chdir(ROOT)
    code = pytest.main(["-q", *options, *arguments], plugins=[durations])
    subprocess.run(
        [sys.executable, "-m", "coverage", "combine", f"--rcfile={settings}", "-q"], check=False
    )
    (MAP / "seconds.json").write_text(json.dumps(durations.seconds))
    return int(code)


def read_map() -> Tests:
    """Return what `map` found."""
    seconds: dict[str, float] = json.loads((MAP / "seconds.json").read_text())
    by_file: dict[str, set[str]] = {}
    for name in seconds:
        by_file.setdefault(name.partition("::")[0], set()).add(name)
    context: dict[str, dict[int, set[str]]] = {}
    with sqlite3.connect(MAP / "coverage") as base:
        rows = base.execute(
            "select file.path, context.context, line_bits.numbits from line_bits "
            "join file on file.id = line_bits.file_id join context on context.id = context_id"
        )
        for path, written, bits in rows:
            names = tests_of(written, seconds, by_file)
            if not names:
                continue
            lines = context.setdefault(str(Path(path).relative_to(ROOT)), {})
            for line in (0, *numbers_of(bits)):
                lines.setdefault(line, set()).update(names)
    return Tests(seconds, context)


def tests_of(written: str, seconds: dict[str, float], by_file: dict[str, set[str]]) -> set[str]:
    """Return the tests that a context names: those of the file for what a fixture ran."""
    found: set[str] = set()
    for part in written.split("|"):
        name, _, phase = part.partition(" (")
        if name in seconds:
            shared = "setup" in phase or written.endswith("|setup")
            found |= by_file[name.partition("::")[0]] if shared else {name}
    return found


def numbers_of(bits: bytes) -> list[int]:
    """Return the lines that a bit field of coverage holds."""
    return [8 * at + bit for at, byte in enumerate(bits) for bit in range(8) if byte & 1 << bit]


def copy_project() -> Path:
    """Return a copy of the project that may be changed."""
    place = Path(tempfile.mkdtemp(prefix="mutants-")) / "project"
    place.mkdir()
    for name in COPIED:
        kept = ROOT / name
        if kept.is_dir():
            shutil.copytree(kept, place / name, ignore=shutil.ignore_patterns("results"))
        else:
            shutil.copy2(kept, place / name)
    for name in COPIED_TOO:
        shutil.copy2(ROOT / name, place / name)
    return place


def run_tests(place: Path, chosen: Sequence[str], limit: float) -> str | None:
    """Run tests in a copy, in a fork of this process, until one fails.

    Returns:
        the test that failed, or what else ended them; None where all passed.

    Raises:
        RuntimeError: the tests did not run.
    """
    log = place.parent / "output.txt"
    child = os.fork()
    if child == 0:
        call_tests(place, chosen, log)
    ended = time.monotonic() + limit
    while time.monotonic() < ended:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return None if status == 0 else what_failed(log.read_text(errors="replace"))
        time.sleep(0.1)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "took too long"


def what_failed(output: str) -> str:
    """Return the test that failed, as pytest's summary names it."""
    for line in output.splitlines():
        word, _, rest = line.partition(" ")
        if word in {"FAILED", "ERROR"}:
            return rest.partition(" - ")[0]
    raise RuntimeError(f"the tests did not run: {output[-2000:]}")


def call_tests(place: Path, chosen: Sequence[str], log: Path) -> None:
    """Be the process that runs the tests: never returns."""
    os.setpgid(0, 0)
    os.chdir(place)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ["PYTHONPATH"] = str(place)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    sys.path[:] = [
        str(place),
        *(one for one in sys.path if Path(one) not in (ROOT, ROOT / "bench")),
    ]
    code = 3
    try:
        import pytest  # noqa: PLC0415 - preloaded before the fork

        options = ["-n", "0", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
        code = int(pytest.main([*options, *chosen]))
    except BaseException:  # noqa: BLE001 - the process ends here, and its output is read
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def try_mutant(place: Path, mutant: Mutant, tests: Tests, most: float) -> dict[str, object]:
    """Return what became of a mutant."""
    chosen = tests.of(mutant, most)
    found = {"file": mutant.file, "line": mutant.line, "change": mutant.change}
    found["shown"] = mutant.shown
    if not chosen:
        return found | {"killed": False, "why": "no test runs this line"}
    file = place / mutant.file
    original = file.read_text(encoding="utf-8")
    while chosen:
        put(file, mutant.text)
        try:
            failed = run_tests(place, chosen, 60 + PATIENCE * tests.expected(chosen))
        finally:
            put(file, original)
        if failed is None:
            break
        if failed not in chosen or run_tests(place, [failed], 120.0) is None:
            return found | {"killed": True, "tests": len(chosen), "why": failed}
        # A test that fails without the change as well says nothing about it.
        chosen.remove(failed)
    return found | {"killed": False, "tests": len(chosen), "why": ""}


def put(file: Path, text: str) -> None:
    """Write a module, and forget what was compiled of it."""
    for cached in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        cached.unlink()
    file.write_text(text, encoding="utf-8")


def measure(
    mutants: Sequence[Mutant], tests: Tests, workers: int, most: float
) -> list[dict[str, object]]:
    """Return what became of each mutant, several tried side by side."""
    places: Queue[Path] = Queue()
    for _ in range(workers):
        places.put(copy_project())
    figures: list[dict[str, object]] = []

    def one(mutant: Mutant) -> None:
        place = places.get()
        try:
            figures.append(try_mutant(place, mutant, tests, most))
        finally:
            places.put(place)
        told = figures[-1]
        word = "killed  " if told["killed"] else "SURVIVED"
        print(f"{len(figures):4} {word} {told['file']}:{told['line']} {told['shown']}", flush=True)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, mutants))
    return figures


def summarize(figures: Sequence[dict[str, object]]) -> None:
    """Print the share of each floor."""
    floors: dict[str, list[bool]] = {}
    for one in figures:
        floors.setdefault(str(one["file"]).split("/")[1], []).append(bool(one["killed"]))
    for floor, killed in [*floors.items(), ("all", [bool(one["killed"]) for one in figures])]:
        print(
            f"{floor:10} {sum(killed):4} of {len(killed):4} killed  {sum(killed) / len(killed):.1%}"
        )


def preload() -> None:
    """Import what every test would import; nothing of the project."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for name in PRELOADED:
        __import__(name)
    assert "nnspec" not in sys.modules, "forks would run this copy in place of the changed one"


def main() -> int:
    """Make the map, or try mutants."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=("map", "named", "run", "again"))
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=MOST_SECONDS, help="of tests a mutant")
    parser.add_argument("--of", type=Path, help="record of a run")
    known, rest = parser.parse_known_args()
    if known.what == "map":
        return make_map(rest)
    makers: dict[str, Callable[[], list[Mutant]]] = {
        "named": named,
        "run": lambda: draw(known.count, known.seed),
        "again": lambda: redraw(json.loads(known.of.read_text())["figures"]),
    }
    mutants = makers[known.what]()
    preload()
    figures = measure(mutants, read_map(), known.workers, known.seconds)
    summarize(figures)
    from results import record  # noqa: PLC0415 - it imports the project

    record(f"mutants-{known.what}", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())

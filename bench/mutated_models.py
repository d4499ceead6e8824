"""Imports mutants of model files, puts their weights into networks, and looks for what none may do.

    python bench/mutated_models.py --files 10000 [--seed 0] [--workers 2] [--keep FOLDER] [--save]

The files are documents, .keras, .h5, .weights.h5 and TensorFlow.js models: bytes flipped, cut and
exchanged; layers, members, arrays and links changed; bombs, names and links that lead out. One
fails that raises anything but a refusal, takes over 2 s of processor time (that of Keras, where a
network is built, is counted by itself), lets the process hold 300 MB more than sound files do,
starts a program, opens a connection or a file outside its folder (Python's audit events, and for
what libraries open below Python the kernel's), or imports what is
no library. `--seeds FOLDER` adds small files of others to start from. Exit code 1 if any failed.
"""

# ruff: noqa: E402 - the mutations are those of the tests, found by the path that is set first

import argparse
import ctypes
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter, OrderedDict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench"), str(ROOT / "tests" / "hostile")]

import keras
from fuzz import MOST_MEGABYTES, SLOWEST, STUCK, Stuck, Watch, describe, megabytes, stop
from hdf5_files import SECRET
from model_files import Files, Mutants, Start, starts, stock_of
from results import record

from nnspec.diagnostics import Refused
from nnspec.exchange.read.optimizer import put_optimizer
from nnspec.exchange.read.weights import put_weights
from nnspec.pipeline.check import check
from nnspec.pipeline.compile import compile_model
from nnspec.pipeline.imported import import_model

IN_OPEN = 0x20
CHUNK = 100
"""Files that a worker takes at a time."""
KEPT_NETWORKS = 12
BUILT = 0.1
"""Share of the networks nobody has seen that are built; building takes most of the time."""
MOST_PARAMETERS = 1_000_000
LARGEST = 200_000
"""Bytes of a file of others that mutants are made of."""


@dataclass(slots=True)
class Found:
    """What came of some files."""

    files: int = 0
    imported: int = 0
    filled: int = 0
    slowest: float = 0.0
    building: float = 0.0
    megabytes: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    failures: dict[str, tuple[int, Files]] = field(default_factory=dict)

    def add(self, other: "Found") -> None:
        """Add what came of others."""
        self.files += other.files
        self.imported += other.imported
        self.filled += other.filled
        self.slowest = max(self.slowest, other.slowest)
        self.building = max(self.building, other.building)
        self.megabytes = max(self.megabytes, other.megabytes)
        self.codes.update(other.codes)
        for key, value in other.failures.items():
            self.failures.setdefault(key, value)


@dataclass(slots=True)
class WatchFolder(Watch):
    """Lets an import write beside its model, and nowhere else."""

    def judge(self, event: str, arguments: tuple[Any, ...]) -> str:
        """Return what is wrong about an event, nothing if it is harmless."""
        if event.startswith(("os.", "shutil.")):
            named = [one for one in arguments if isinstance(one, str | bytes | os.PathLike)]
            inside = all(os.fsdecode(one).startswith(str(self.folder)) for one in named)
            return "" if inside else Watch.judge(self, event, arguments)
        return Watch.judge(self, event, arguments)


class Sentinels:
    """Files that nothing may open, watched by the kernel."""

    def __init__(self, paths: list[Path]) -> None:
        library = ctypes.CDLL(None)
        self.descriptor = library.inotify_init1(os.O_NONBLOCK)
        for path in paths:
            path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
            library.inotify_add_watch(self.descriptor, os.fsencode(path), IN_OPEN)

    def opened(self) -> bool:
        """Return whether one was opened since this was last asked."""
        try:
            return bool(os.read(self.descriptor, 4096))
        except BlockingIOError:
            return False


@dataclass(slots=True)
class Worker:
    """Imports files in a process of its own."""

    folder: Path
    mutants: Mutants
    watch: WatchFolder
    sentinels: Sentinels
    ordinary: int = 0
    networks: OrderedDict[str, keras.Model] = field(default_factory=OrderedDict)
    built: float = 0.0

    def look(self, number: int, found: Found) -> None:
        """Import one mutant, a function of its number, and count what came of it."""
        draw = random.Random(number)  # noqa: S311 - repeatable, and no secret
        files = self.mutants.draw(draw)
        build = draw.random() < BUILT
        self.run(files, found, number, build=build)

    def run(self, files: Files, found: Found, number: int, *, build: bool) -> None:
        """Import some files; whatever goes wrong is noted."""
        place = self.folder / "in"
        for name, content in files.items():
            (place / name).write_bytes(content)
        self.sentinels.opened()  # by a mutation, which may read what another one led to
        began = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, STUCK)
        self.watch.listening = True
        self.built, failure = 0.0, ""
        try:
            self.take(next(iter(files)), list(files), found, build=build)
        except Refused as refused:
            found.codes.update({one.code for one in refused.diagnostics})
        except (Exception, Stuck) as error:  # noqa: BLE001 - any exception is what is looked for
            failure = describe(error)
        finally:
            self.watch.listening = False
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        took = time.process_time() - began - self.built
        failures = [failure, *self.watch.seen]
        failures.append(f"took {SLOWEST} s and more" if took > SLOWEST else "")
        failures.append("a file outside was opened" if self.sentinels.opened() else "")
        if megabytes() > self.ordinary + MOST_MEGABYTES:
            failures.append(f"held {MOST_MEGABYTES} MB more than before")
            self.ordinary = megabytes()
        found.files += 1
        found.slowest = max(found.slowest, took)
        found.building = max(found.building, self.built)
        for one in filter(None, failures):
            found.failures.setdefault(one, (number, files))
        self.watch.seen.clear()
        for path in place.iterdir():
            path.unlink()

    def take(self, name: str, names: list[str], found: Found, *, build: bool) -> None:
        """Import a model and put its weights into the network."""
        place = self.folder / "in"
        spec = place / "spec.yaml"
        weights = next((place / one for one in names if one.endswith(".weights.h5")), None)
        made = import_model(place / name, spec, weights)
        found.imported += 1
        text = spec.read_text(encoding="utf-8")
        if text in self.networks and made.weights is not None:
            put_weights(self.networks[text], made.weights)
            if self.networks[text].compiled:
                put_optimizer(self.networks[text], made.weights)
            found.filled += 1
        elif build and counted(spec) <= MOST_PARAMETERS:
            began = time.process_time()
            self.networks[text] = compile_model(spec)
            self.built = time.process_time() - began
            found.filled += 1
            if len(self.networks) > KEPT_NETWORKS:
                self.networks.popitem(last=False)
                keras.utils.clear_session()


def counted(spec: Path) -> int:
    """Return how many parameters the network of a spec has."""
    _, network = check(spec).accept()
    return sum(one.parameters or 0 for one in network.nodes)


WORKERS: list[Worker] = []
"""The worker of this process."""


def begin(sound: list[Start], own: int, within: str) -> None:
    """Make the worker of a process, which has imported every sound file once.

    Args:
        sound: what mutants are made of.
        own: how many of them, the first ones, are small networks of this script, which are built.
        within: a folder for the worker's own.
    """
    folder = Path(tempfile.mkdtemp(dir=within)).resolve()
    (folder / "in").mkdir()
    os.chdir(folder)
    watch = WatchFolder(folder / "in")
    sys.addaudithook(watch.hear)
    signal.signal(signal.SIGVTALRM, stop)
    sentinels = Sentinels([folder / SECRET])
    worker = Worker(folder, Mutants(sound, stock_of(sound)), watch, sentinels, 10**9)
    trial = Found()
    for number, one in enumerate(sound):
        worker.run(one.files, trial, -1, build=number < own)
    worker.ordinary = megabytes()
    WORKERS.append(worker)
    for failure in trial.failures:
        if not failure.startswith("took"):
            print(f"of sound files: {failure}", flush=True)


def look_at(numbers: range, until: float) -> Found:
    """Import some mutants, none of them after a time."""
    found = Found()
    for number in numbers:
        if time.time() < until:
            WORKERS[0].look(number, found)
    found.megabytes = megabytes() - WORKERS[0].ordinary
    return found


def of_others(folder: Path | None) -> list[Start]:
    """Return small model files of a folder."""
    found: list[Start] = []
    for path in sorted(folder.iterdir()) if folder else ():
        known = path.suffix in (".json", ".keras", ".h5") and not path.name.endswith("outputs.h5")
        if known and path.stat().st_size <= LARGEST:
            found.append(Start(path.suffix, {f"model{path.suffix}": path.read_bytes()}))
    return found


def read_options() -> argparse.Namespace:
    """Return what the command line asks for."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--files", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--minutes", type=float, default=1e6, help="after which none is begun")
    options.add_argument("--seeds", type=Path, help="folder with small files of others")
    options.add_argument("--keep", type=Path, help="folder for the files that failed")
    options.add_argument("--save", action="store_true", help="keep the figures")
    return options.parse_args()


def keep(found: Found, folder: Path) -> None:
    """Write the files that failed."""
    for place, (number, files) in enumerate(found.failures.values()):
        for name, content in files.items():
            target = folder / f"{place}-{number}" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def main() -> None:
    """Import the files, print what came of them, and keep the figures."""
    said = read_options()
    found, first = Found(), said.seed * 1_000_000
    parts = [
        range(first + at, first + min(at + CHUNK, said.files)) for at in range(0, said.files, CHUNK)
    ]
    with tempfile.TemporaryDirectory() as folder:
        own = starts(Path(folder))
        given = ([*own, *of_others(said.seeds)], len(own), folder)
        context = get_context("spawn")
        with ProcessPoolExecutor(said.workers, context, begin, given) as pool:
            for one in pool.map(partial(look_at, until=time.time() + 60 * said.minutes), parts):
                for failure in set(one.failures) - set(found.failures):
                    print(f"FAILED {one.failures[failure][0]}: {failure}", flush=True)
                found.add(one)
                print(f"{found.files:,} files, {len(found.failures)} failures", flush=True)
    print(f"{found.files:,} files: {found.imported:,} imported, {found.filled:,} with weights put")
    print(
        f"slowest {found.slowest:.2f} s of processor time, network built in {found.building:.2f} s"
    )
    print(f"{found.megabytes} MB above sound ones")
    print(", ".join(f"{code} {count}" for code, count in found.codes.most_common()))
    if said.keep:
        keep(found, said.keep)
    if said.save:
        record("mutated_models", [figures(found, said.seed)])
    sys.exit(1 if found.failures else 0)


def figures(found: Found, seed: int) -> dict[str, Any]:
    """Return what is kept of a run."""
    return {
        "seed": seed,
        "files": found.files,
        "imported": found.imported,
        "weights_put": found.filled,
        "slowest_seconds": round(found.slowest, 2),
        "slowest_building": round(found.building, 2),
        "megabytes_above_sound_files": found.megabytes,
        "failures": list(found.failures),
        "codes": dict(found.codes.most_common()),
    }


if __name__ == "__main__":
    main()

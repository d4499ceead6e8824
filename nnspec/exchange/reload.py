"""A written file loaded in a fresh process without this package, and its answers; floor 8."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.exchange import fresh

Array = npt.NDArray[Any]
Reader = Literal["savedmodel", "keras", "weights", "keras2-h5", "litert", "tfjs", "python"]
"""What reads a file."""
HERE = Path(fresh.__file__).parent
NAMES, SECONDS = "names", "seconds"
TFJS = "@tensorflow/tfjs"
SAID = 300
"""Letters of a reader's last words that are shown."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a reloaded file answers.

    Attributes:
        values: by the names of its outputs; those that have places alone by these, "0", "1" ...
        seconds: what all rows took, the quickest time of a few.
    """

    values: Mapping[str, Array]
    seconds: float


def lacking(reader: Reader) -> str | None:
    """Return what reads such files and is not installed here, with the command; None: it is."""
    if reader == "keras2-h5" and find_spec("tf_keras") is None:
        return "tf-keras is not installed (pip install 'nnspec[keras2]')"
    if reader == "tfjs" and not has_tfjs():
        return f"node with {TFJS} is not installed here (npm install {TFJS})"
    return None


def has_tfjs() -> bool:
    """Return whether node finds TensorFlow.js from this folder, or in NODE_PATH."""
    node = shutil.which("node")
    if node is None:
        return False
    asked = [node, "-e", f"require.resolve('{TFJS}', {{paths: [process.cwd()]}})"]
    done = subprocess.run(asked, check=False, capture_output=True)  # noqa: S603 - fixed words
    return done.returncode == 0


@dataclass(frozen=True, slots=True)
class Job:
    """A written file, and the rows that it is to answer.

    Attributes:
        reader: what reads it.
        path: the file or folder.
        given: the rows: columns by their names, or inputs by their places, "0", "1" ...
    """

    reader: Reader
    path: Path
    given: Mapping[str, Array]


def reload(job: Job) -> Reloaded:
    """Return what a written file answers to some rows, in a process of its own.

    Raises:
        Refused: A107 with what came of loading it.
    """
    (found,) = reload_all([job])
    if isinstance(found, Refused):
        raise found
    return found


def reload_all(jobs: Sequence[Job]) -> list[Reloaded | Refused]:
    """Return what written files answer, all of those that Python reads from one fresh process."""
    with tempfile.TemporaryDirectory(prefix="nnspec-") as place:
        listed = []
        for number, job in enumerate(jobs):
            if job.reader == "tfjs":
                continue
            rows = Path(place) / f"rows_{number}.npz"
            answers = Path(place) / f"answers_{number}.npz"
            numbered = {f"value_{one}": array for one, array in enumerate(job.given.values())}
            np.savez(rows, names=np.asarray(list(job.given)), **numbered)  # type: ignore[arg-type]
            paths = {"file": job.path, "given": rows, "answers": answers}
            listed.append({"reader": job.reader, **{key: str(one) for key, one in paths.items()}})
        if listed:
            path = Path(place) / "jobs.json"
            path.write_text(json.dumps(listed), encoding="utf-8")
            run_fresh([sys.executable, "-I", str(HERE / "reader.py"), str(path)])
        return [
            reloaded_in_node(job, Path(place) / f"node_{number}")
            if job.reader == "tfjs"
            else answers_at(Path(place) / f"answers_{number}.npz")
            for number, job in enumerate(jobs)
        ]


def answers_at(path: Path) -> Reloaded | Refused:
    """Return what a fresh process wrote of one file, or its last words."""
    failed = path.with_name(f"{path.name}.failed")
    if failed.exists():
        return not_loaded(failed.read_text(encoding="utf-8"))
    with np.load(path, allow_pickle=False) as held:
        names = held[NAMES].tolist()
        values = {name: held[f"value_{number}"] for number, name in enumerate(names)}
        return Reloaded(values, float(held[SECONDS]))


def reloaded_in_node(job: Job, place: Path) -> Reloaded | Refused:
    """Return what a TensorFlow.js model answers, or the refusal."""
    try:
        return reload_in_node(job.path, job.given, place)
    except Refused as refused:
        return refused


def reload_in_node(path: Path, given: Mapping[str, Array], place: Path) -> Reloaded:
    """Return what a TensorFlow.js model answers in its own loader, on the CPU."""
    rows, answers = place / "rows", place / "answers"
    rows.mkdir(parents=True)
    answers.mkdir()
    index = [{"shape": one.shape, "dtype": str(one.dtype)} for one in given.values()]
    (rows / "index.json").write_text(json.dumps(index), encoding="utf-8")
    for number, one in enumerate(given.values()):
        (rows / f"{number}.bin").write_bytes(np.ascontiguousarray(one).tobytes())
    run_fresh(["node", str(HERE / "reader.js"), *map(str, (path, rows, answers))])
    found = json.loads((answers / "index.json").read_text(encoding="utf-8"))
    values = {}
    for number, one in enumerate(found["outputs"]):
        content = (answers / f"{number}.bin").read_bytes()
        values[str(number)] = np.frombuffer(content, one["dtype"]).reshape(one["shape"])
    return Reloaded(values, float(found[SECONDS]))


def run_fresh(command: Sequence[str]) -> None:
    """Let a fresh process load a file and answer.

    Raises:
        Refused: A107 with what it ended in.
    """
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=quiet)  # noqa: S603 - ours
    if done.returncode:
        raise not_loaded(done.stderr)


def not_loaded(said: str) -> Refused:
    """Return the refusal of a file that its reader could not load (A107)."""
    reason = said.strip().rpartition("\n")[2][:SAID]
    message = f"what was written could not be loaded in a fresh process: {json.dumps(reason)}"
    return Refused([Diagnostic("A107", message)])

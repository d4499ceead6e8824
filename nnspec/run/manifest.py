"""Floor 8, the manifest: `run.json` says what a run is and what each of its files must be.

The manifest is the commit: a file's new checksum stands in it before the file takes its place,
beside the checksum of the file it replaces, so that a run killed between the two is whole.
"""

import hashlib
import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import shorten
from nnspec.document.file import read_file
from nnspec.run.layout import CHECKPOINTS, MANIFEST
from nnspec.run.origin import Headline, Origin

FORMAT = 1
"""Version of the run folder's form; raised when an older nnspec could not read it."""
LARGEST = 64 * 2**20
"""Bytes that a manifest may have."""
Status = Literal["running", "trained", "complete", "failed", "stopped"]
"""How far a run is, or how it ended; "trained" is over with the training and not yet judged."""
Shapes = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Artefact:
    """One file of a run."""

    sha256: str
    bytes: int
    before: str | None = None
    """Checksum of the file that this one replaces; None once it is replaced for certain."""


@dataclass(frozen=True, slots=True)
class SpecOrigin:
    """Where the run's spec came from."""

    file: str
    """Name of the spec's file."""
    folder: str
    """The spec's folder, to which its paths are relative."""
    sha256: str
    """Checksum of the filled spec."""
    revision: str | None = None
    """Git revision of the folder, if it is under version control."""


@dataclass(frozen=True, slots=True)
class PartRecord:
    """A part of another run, or a file of weights, that the network began with."""

    run: str
    """Folder of that run, or the file."""
    layer: str
    """Layer at which the part ends; empty for a file."""
    sha256: str
    """Checksum of the weights."""


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """How a training went: all of it that the weights do not hold."""

    epochs: int
    """Epochs that were completed."""
    seconds: float
    stopped: str | None = None
    """Why it ended before its last epoch."""
    execution: tuple[str, ...] = ()
    """What ran, what was compiled, and why."""


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """A file that the run was written as for other programs, and how it answers beside the run."""

    sha256: str
    bytes: int
    rows: int
    """Held-out rows that its answers were compared on."""
    largest: float
    """Largest difference, relative to the largest magnitude of an answer."""
    mean: float
    """Mean difference, relative likewise."""
    milliseconds: float | None = None
    """What a row takes in the file."""
    metric: str | None = None
    """The first figure of those rows."""
    figure: float | None = None
    """What it is of the file's answers; None where they give none."""
    figure_of_run: float | None = None
    """What it is of the run's own answers."""


@dataclass(frozen=True, slots=True)
class Resumption:
    """A time at which the training was taken up again."""

    at: str
    epoch: int
    """The epoch that it went on with, counted from 0."""
    step: int
    """Steps of that epoch that had run."""
    changes: tuple[str, ...] = ()
    """What was no longer as it had been, and was allowed to be so."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run is: versions, spec, data, seed, device, times, and its files."""

    name: str
    spec: SpecOrigin
    seed: int
    started: str
    data: str | None = None
    """Fingerprint of the data."""
    device: str = ""
    status: Status = "running"
    ended: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, Shapes] = field(default_factory=dict)
    """Layer -> shapes of its weights."""
    parts: Mapping[str, PartRecord] = field(default_factory=dict)
    """Layer -> the part of another run that it began as."""
    training: TrainingRecord | None = None
    """None until the training has ended."""
    artefacts: Mapping[str, Artefact] = field(default_factory=dict)
    """Path within the run folder -> the file that must be there."""
    origin: Origin | None = None
    """What the run was asked for; None where an earlier nnspec wrote it."""
    headline: Headline | None = None
    """None until the run is judged."""
    exports: Mapping[str, ExportRecord] = field(default_factory=dict)
    """Format -> the last file of it that was compared with the run."""
    machine: str = ""
    """What computed it: processor and threads."""
    resumed: tuple[Resumption, ...] = ()
    """When the training was taken up again."""
    format: int = FORMAT

    @property
    def has_state(self) -> bool:
        """Return whether something was learned that would be lost with the folder."""
        held = any(name.startswith(f"{CHECKPOINTS}/") for name in self.artefacts)
        return held or bool(self.weights)

    def encoded(self) -> bytes:
        """Return the manifest as it stands in `run.json`."""
        document = {"format": self.format} | asdict(self)
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        return text.encode(errors="backslashreplace")  # a folder's name need not be decodable


_READER = TypeAdapter(Manifest)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a run folder.

    Raises:
        Refused: A102 where the folder holds no run, A103 where a newer nnspec wrote it.
    """
    path = folder / MANIFEST
    try:
        document = json.loads(read_file(path, LARGEST))
        check_texts(document)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _no_run(folder, f"it has no {MANIFEST}") from error
    except OSError as error:
        reason = f"its {MANIFEST} cannot be read: {error.strerror or error}"
        raise _no_run(folder, reason) from error
    except (ValueError, RecursionError) as error:
        raise _no_run(folder, f"its {MANIFEST} is damaged: {shorten(str(error))}") from error
    if not isinstance(document, dict):
        raise _no_run(folder, f"its {MANIFEST} is no mapping")
    _check_format(path, document)
    try:
        return _READER.validate_python(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise _no_run(folder, f'its {MANIFEST} is damaged at "{where}": {first["msg"]}') from error


def check_texts(document: object) -> None:
    """Check that every text of a JSON document can stand in a file's name and on a terminal.

    Raises:
        ValueError: one holds a NUL or half of a surrogate pair.
        RecursionError: the document is nested too deep.
    """
    text = json.dumps(document, ensure_ascii=False)
    if "\\u0000" in text.replace("\\\\", ""):
        message = "a text holds a NUL"
        raise ValueError(message)
    text.encode(errors="surrogateescape")


def checksum(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of nnspec, Python, and the libraries that are imported already."""
    found = {"python": platform.python_version()}
    for name in ("nnspec", "keras", "tensorflow", "numpy", "sklearn", "polars"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if isinstance(version, str):
            found[name] = version
    return found


def git_revision(folder: Path) -> str | None:
    """Return the git revision of a folder, None where there is none or no git."""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "-C", str(folder), "rev-parse", "--verify", "HEAD"]
    try:
        done = subprocess.run(  # noqa: S603  the arguments are fixed but for an existing folder
            command, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _check_format(path: Path, document: Mapping[str, object]) -> None:
    found = document.get("format")
    if isinstance(found, int) and found <= FORMAT:
        return
    if not isinstance(found, int):
        raise _no_run(path.parent, f"its {MANIFEST} names no format")
    written = document.get("versions")
    writer = written.get("nnspec", "?") if isinstance(written, dict) else "?"
    message = (
        f'"{path}" has format {found}, written by nnspec version {writer}; '
        f"this is nnspec version {versions()['nnspec']}, which reads format {FORMAT}"
    )
    raise Refused([Diagnostic("A103", message, hint="update nnspec", file=str(path))])


def _no_run(folder: Path, reason: str) -> Refused:
    message = f'"{folder}" holds no run: {reason}'
    hint = "give the folder that `nnspec train` named"
    return Refused([Diagnostic("A102", message, hint=hint, file=str(folder))])

"""Floor 8, the origin: what a run was asked for, on what machine, and in brief what it came to.

Kept in `run.json`, so that runs can be listed, compared and planned without a library that trains.
"""

import hashlib
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

BLOB = b"blob %d\0"
"""What git hashes before the bytes of a file."""
GIT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Origin:
    """What a run was asked for."""

    spec: str
    """Name of the spec."""
    source: str = ""
    """The data, as messages name it."""
    text: str | None = None
    """SHA-256 of the spec's text as written; None where it came from Python."""
    committed: bool | None = None
    """Whether git's revision holds the spec's file as it was; None outside a repository."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Split -> rows."""
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    """Section of the filled spec, as it is before the data is read -> SHA-256."""
    seeds: Mapping[str, int] = field(default_factory=dict)
    """Path of a seed in the spec -> the seed."""
    command: tuple[str, ...] = ()
    """The command line; none where the run was asked for from Python."""
    folder: str = ""
    """Folder in which the command was given."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Platform, kind of processor, number of its cores."""


@dataclass(frozen=True, slots=True)
class Headline:
    """What a run came to, in brief: its first output on the rows that it is judged on."""

    metric: str
    value: float | None
    split: str
    baseline: str | None = None
    """Name of the baseline that is best by this metric."""
    baseline_value: float | None = None
    figures: Mapping[str, float | None] = field(default_factory=dict)
    """All figures of these rows."""


def describe_environment() -> dict[str, str]:
    """Return what a run is computed on."""
    return {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processors": str(usable_processors()),
    }


def usable_processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def is_committed(file: Path) -> bool | None:
    """Return whether git's revision holds a file as it is; None outside a repository.

    Git only looks its own hash up: to compare files, as `git status` does, it may run programs
    that a repository from elsewhere names.
    """
    git = shutil.which("git")
    if git is None:
        return None
    folder = str(file.resolve().parent)
    revision = _answer([git, "-C", folder, "rev-parse", "--verify", "HEAD"])
    if revision is None:
        return None
    known = _answer([git, "-C", folder, "rev-parse", "--verify", f"HEAD:./{file.resolve().name}"])
    try:
        content = file.read_bytes()
    except OSError:
        return None
    return known == hashlib.new(_kind(revision), BLOB % len(content) + content).hexdigest()


def _kind(revision: str) -> str:
    """Return the hash that a repository's names are made by."""
    return "sha1" if len(revision) == 40 else "sha256"  # noqa: PLR2004 - digits of SHA-1


def _answer(command: list[str]) -> str | None:
    """Return what a command answers; None where it fails."""
    try:
        done = subprocess.run(  # noqa: S603  the arguments are fixed but for an existing file
            command, capture_output=True, text=True, timeout=GIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None

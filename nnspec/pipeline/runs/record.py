"""What a run folder says of itself, read defensively: whatever is wrong with it is a sentence."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from nnspec.diagnostics import Refused
from nnspec.document.file import read_file
from nnspec.pipeline.origins import find_headline
from nnspec.run.claim import is_fresh
from nnspec.run.layout import HISTORY, LOCK, MANIFEST, PAGE, REPORT, SPEC
from nnspec.run.lock import find_holder, is_held
from nnspec.run.manifest import Manifest, read_manifest
from nnspec.run.origin import Headline, Origin

LARGEST_REPORT = 16 * 2**20
"""Bytes of a report that a list looks into."""
SPEC_HEAD = 64 * 2**10
"""Bytes at a filled spec's beginning in which name and source stand."""
READ = (MANIFEST, SPEC, HISTORY, REPORT, PAGE)
"""What is read of a run by whoever shows many: a link among it would show another file."""
_NAME = re.compile(r"^name: (.+)$", re.MULTILINE)
_SOURCE = re.compile(r"^data:\n  source: (.+)$", re.MULTILINE)
State = Literal["complete", "trained", "running", "stopped", "failed", "killed", "no run"]
"""A manifest's status, where a run that nobody holds any more was killed."""


@dataclass(frozen=True, slots=True)
class Record:
    """A folder among runs, and what is known of it."""

    path: Path
    state: State
    manifest: Manifest | None = None
    """None where the folder holds no run that can be read."""
    spec: str = ""
    """Name of the spec."""
    source: str = ""
    """The data, as messages name it."""
    headline: Headline | None = None
    epochs: int | None = None
    """Epochs that were completed."""
    problem: str | None = None
    """What is wrong with the folder."""

    @property
    def name(self) -> str:
        """Return the folder's name."""
        return self.path.name

    @property
    def origin(self) -> Origin | None:
        """Return what the run was asked for, None where it does not tell."""
        return self.manifest.origin if self.manifest else None

    @property
    def started(self) -> str:
        """Return when the run began, ISO 8601; empty where nothing says so."""
        return self.manifest.started if self.manifest else ""

    @property
    def seconds(self) -> float | None:
        """Return how long the training took."""
        training = self.manifest.training if self.manifest else None
        return training.seconds if training else None


def find_records(folder: Path) -> tuple[Record, ...]:
    """Return what lies in a folder of runs, by name; the folder alone where it is a run itself.

    Links are not followed, and hidden entries and files are no runs.

    Raises:
        OSError: the folder cannot be read.
    """
    return tuple(read_record(one) for one in find_folders(folder))


def find_folders(folder: Path) -> tuple[Path, ...]:
    """Return the folders in which `find_records` looks, by name.

    Raises:
        OSError: the folder cannot be read.
    """
    if (folder / MANIFEST).is_file():
        return (folder,)
    with os.scandir(folder) as entries:
        names = sorted(
            one.name
            for one in entries
            if not one.name.startswith(".") and (one.is_symlink() or one.is_dir())
        )
    return tuple(folder / one for one in names)


def read_record(path: Path) -> Record:
    """Return what a folder says of itself; never raises for what it holds."""
    try:
        if path.is_symlink():
            return Record(path, "no run", problem="a symbolic link, which is not followed")
        links = [one for one in READ if (path / one).is_symlink()]
        if links:
            words = f"its {links[0]} is a symbolic link, which is not followed"
            return Record(path, "no run", problem=words)
        manifest = read_manifest(path)
    except Refused as refused:
        return Record(path, "no run", problem=_problem(path, refused))
    except OSError as error:
        return Record(path, "no run", problem=f"cannot be read: {error.strerror or error}")
    origin = manifest.origin
    head = "" if origin else _head(path)
    headline, problem = (
        (manifest.headline, None) if manifest.headline else _reported(manifest, path)
    )
    return Record(
        path,
        _state(path, manifest),
        manifest,
        origin.spec if origin else _found(_NAME, head) or Path(manifest.spec.file).stem,
        origin.source if origin else _found(_SOURCE, head),
        headline,
        manifest.training.epochs if manifest.training else _epochs(path),
        problem,
    )


def _problem(path: Path, refused: Refused) -> str:
    """Return in a few words why a folder is no run: its name stands before them."""
    if _is_begun(path):
        held = find_holder(path)
        return f"being begun by {held.words()}" if held else "a run that ended before it began"
    message = refused.diagnostics[0].message
    for known in (f'"{path}" holds no run: ', f'"{path / MANIFEST}" '):
        message = message.removeprefix(known)
    return message


def _is_begun(path: Path) -> bool:
    try:
        return (path / LOCK).exists() and is_fresh(path)
    except OSError:
        return False


def _state(path: Path, manifest: Manifest) -> State:
    if manifest.status not in {"running", "trained"}:
        return manifest.status
    if is_held(path):
        return "running"
    return "trained" if manifest.status == "trained" else "killed"


def _epochs(path: Path) -> int | None:
    """Return the epochs that a history holds whole, where no training has ended."""
    try:
        return max(0, read_file(path / HISTORY, LARGEST_REPORT).count(b"\n") - 1)
    except OSError:
        return None


def _head(path: Path) -> str:
    """Return the beginning of a filled spec; an earlier nnspec wrote no more elsewhere."""
    try:
        with (path / SPEC).open("rb") as file:
            return file.read(SPEC_HEAD).decode(errors="replace")
    except OSError:
        return ""


def _found(form: re.Pattern[str], text: str) -> str:
    match = form.search(text)
    return match[1].strip().strip('"') if match else ""


def _reported(manifest: Manifest, path: Path) -> tuple[Headline | None, str | None]:
    """Return what a report comes to, or what is wrong with it; nothing of a run without one."""
    if REPORT not in manifest.artefacts:
        return None, None
    try:
        outputs = read_outputs(path)
        first = next(iter(outputs.values()))
        return find_headline(first.metrics, first.baselines), None
    except FileNotFoundError:
        return None, f"its {REPORT} is missing"
    except OSError as error:
        return None, f"its {REPORT} cannot be read: {error.strerror or error}"
    except (ValueError, LookupError, StopIteration, RecursionError):
        return None, f"its {REPORT} is damaged"


@dataclass(frozen=True, slots=True)
class Output:
    """The figures of one output, as its report holds them."""

    metrics: Mapping[str, Mapping[str, float | None]]
    """Split -> metric -> figure."""
    baselines: Mapping[str, Mapping[str, Mapping[str, float | None]]] = field(default_factory=dict)
    """Baseline -> split -> metric -> figure."""


def read_outputs(path: Path) -> dict[str, Output]:
    """Return the figures of a run's outputs by name, whatever else its report holds.

    Raises:
        OSError: it cannot be read.
        ValueError, LookupError, RecursionError: it is no report.
    """
    document = _mapping(json.loads(read_file(path / REPORT, LARGEST_REPORT)))
    outputs = {name: _mapping(one) for name, one in _mapping(document.get("outputs")).items()}
    return {
        name: Output(
            _figures(one.get("metrics")),
            {key: _figures(value) for key, value in _mapping(one.get("baselines", {})).items()},
        )
        for name, one in outputs.items()
    }


def _figures(value: object) -> dict[str, dict[str, float | None]]:
    """Return split -> metric -> figure."""
    return {
        split: {name: _number(one) for name, one in _mapping(found).items()}
        for split, found in _mapping(value).items()
    }


def _mapping(value: object) -> dict[str, object]:
    """Return a mapping of JSON.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, dict):
        raise ValueError("no mapping")  # noqa: TRY004 - what is damaged is a wrong value
    return value


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float) else None
    except OverflowError:
        return None


def listed(folder: Path) -> Iterator[Record]:
    """Yield the runs of a folder that can be read; none where there is no such folder."""
    try:
        records = find_records(folder)
    except OSError:
        return
    yield from (one for one in records if one.manifest is not None)

"""A recorded run trained once more, from its filled spec; and where the two part, if they do."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from nnspec.data import check_unchanged
from nnspec.document import parse_document
from nnspec.pipeline.check import check_document
from nnspec.pipeline.opened import Opened, open_spec
from nnspec.pipeline.origins import written_text
from nnspec.pipeline.run import Place, run_opened
from nnspec.pipeline.runs.compare import flat
from nnspec.pipeline.runs.record import read_outputs
from nnspec.pipeline.runs.repeatable import check_repeatable
from nnspec.run.folder import RunFolder
from nnspec.run.layout import HISTORY, PREDICTIONS, REPORT, SPEC, checkpoint_of
from nnspec.run.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Rerun:
    """A run and its repetition."""

    first: Path
    second: Path
    partings: tuple[str, ...]
    """Where the two part, a sentence each; none where they are the same to the bit."""
    reasons: tuple[str, ...] = ()
    """What differs around them: versions, machine."""

    @property
    def identical(self) -> bool:
        """Return whether history, weights, figures and predictions are the same to the bit."""
        return not self.partings


def rerun(path: Path, place: Place) -> Rerun:
    """Train the filled spec of a run again, into a folder of its own, and compare the two.

    Args:
        path: the run's folder; nothing is written there.
        place: where the new run is written.

    Raises:
        Refused: A141, A101 and A111 for a run that cannot be repeated; D117 where its data changed.
        RunFailed: as a training does.
    """
    folder = check_repeatable(path)
    opened = reopen(folder)
    second = run_opened(opened, place, None).folder
    return compare_twins(path, second)


def reopen(folder: RunFolder) -> Opened:
    """Return a run's filled spec with its data, which is the data that it was.

    Raises:
        Refused: the spec, or D117 where the data changed.
    """
    manifest = folder.manifest
    document = parse_document(folder.read(SPEC), str(folder.path / SPEC))
    source = Path(manifest.spec.folder)
    spec, _ = check_document(document, folder=source, allow_outside=True).accept()
    opened = open_spec(spec, allow_outside=True)
    if manifest.data is not None:
        check_unchanged(opened.dataset, manifest.data)
    if manifest.origin is None:
        return opened
    fingerprints = manifest.origin.fingerprints
    return replace(opened, fingerprints=fingerprints, text=written_text(folder))


def compare_twins(first: Path, second: Path) -> Rerun:
    """Return where two runs of one spec part.

    Raises:
        Refused: A101 and A111 where a file of either is not the one that was written.
    """
    one, other = RunFolder.open(first), RunFolder.open(second)
    partings = [
        *_history(one, other),
        *_weights(one, other),
        *_figures(one, other),
        *_predictions(one, other),
    ]
    reasons = [*_reasons(one.manifest, other.manifest)] if partings else []
    return Rerun(first, second, tuple(partings), tuple(reasons))


def _history(one: RunFolder, other: RunFolder) -> Iterator[str]:
    """Yield the first epoch and figure of `history.csv` that differ, each digit counted."""
    (head, *rows), (other_head, *other_rows) = (_rows(folder) for folder in (one, other))
    if head != other_head:
        yield f"{HISTORY}: the figures are {', '.join(head)}, then {', '.join(other_head)}"
        return
    for row, again in zip(rows, other_rows, strict=False):
        for name, value, new in zip(head, row, again, strict=True):
            if value != new:
                figure = f"{name} {value}, then {new}"
                yield f"{HISTORY}: epoch {row[0]} is the first to differ: {figure}"
                return
    if len(rows) != len(other_rows):
        yield f"{HISTORY}: {len(rows)} epochs, then {len(other_rows)}"


def _rows(folder: RunFolder) -> list[list[str]]:
    return list(csv.reader(io.StringIO(folder.read(HISTORY).decode()))) or [[]]


def _weights(one: RunFolder, other: RunFolder) -> Iterator[str]:
    """Yield how many arrays of the last weights differ, and which is the first."""
    name = checkpoint_of("last")
    if not all(name in folder.manifest.artefacts for folder in (one, other)):
        return
    first, second = (_arrays(folder.read(name)) for folder in (one, other))
    keys = list(dict.fromkeys((*first, *second)))
    differing = [key for key in keys if not _equal(first.get(key), second.get(key))]
    if differing:
        yield f"weights: {len(differing)} of {len(keys)} arrays differ, {differing[0]} the first"


def _arrays(content: bytes) -> dict[str, Any]:
    """Return the arrays of a file of weights by their paths."""
    found: dict[str, Any] = {}

    def keep(path: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            found[path] = item[()]

    with h5py.File(io.BytesIO(content)) as file:
        file.visititems(keep)
    return found


def _equal(one: Any, other: Any) -> bool:  # noqa: ANN401 - arrays, or scalars, of any type
    first, second = np.asarray(one), np.asarray(other)
    return first.dtype == second.dtype and first.tobytes() == second.tobytes()


def _figures(one: RunFolder, other: RunFolder) -> Iterator[str]:
    """Yield the first figure of the reports that differs."""
    one.check(REPORT)
    other.check(REPORT)
    first, second = (flat(read_outputs(folder.path)) for folder in (one, other))
    for key in dict.fromkeys((*first, *second)):
        if first.get(key) != second.get(key):
            output, split, metric = key
            values = f"{first.get(key)}, then {second.get(key)}"
            yield f"{REPORT}: {metric} of {output} on the {split} rows: {values}"
            return


def _predictions(one: RunFolder, other: RunFolder) -> Iterator[str]:
    held = [PREDICTIONS in folder.manifest.artefacts for folder in (one, other)]
    if not all(held):
        return
    first, second = (folder.read(PREDICTIONS).splitlines() for folder in (one, other))
    if first != second:
        pairs = enumerate(zip(first, second, strict=False), start=1)
        line = next((place for place, (own, new) in pairs if own != new), len(first))
        yield f"{PREDICTIONS}: line {line} is the first to differ"


def _reasons(one: Manifest, other: Manifest) -> Iterator[str]:
    """Yield what differs between two runs that may be why they part."""
    for name in dict.fromkeys((*one.versions, *other.versions)):
        versions = one.versions.get(name, "none"), other.versions.get(name, "none")
        if versions[0] != versions[1]:
            yield f"{name} {versions[0]}, then {versions[1]}"
    first, second = (
        manifest.origin.environment if manifest.origin else {} for manifest in (one, other)
    )
    for name in first:
        if name in second and first[name] != second[name]:
            yield f"{name} {first[name]}, then {second[name]}"
    ran = [manifest.training.execution if manifest.training else () for manifest in (one, other)]
    yield from _executors(*ran)


def _executors(one: Sequence[str], other: Sequence[str]) -> Iterator[str]:
    """Yield what was said of the execution of one run alone."""
    if set(one) != set(other):
        own = next((line for line in one if line not in other), "nothing")
        new = next((line for line in other if line not in one), "nothing")
        yield f"{own}, then {new}"

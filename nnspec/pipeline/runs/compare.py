"""What differs between runs: settings, data, versions, seeds, beside what differs in figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import stdev

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import Plain
from nnspec.pipeline.runs.record import Output, Record, listed, read_outputs, read_record
from nnspec.pipeline.runs.settings import MISSING, differing, read_settings
from nnspec.run.folder import RunFolder
from nnspec.run.layout import REPORT
from nnspec.run.manifest import Manifest

SPLITS = ("test", "validation", "train")
MOST_SEEDS = 100
"""Runs of other seeds that a spread is taken over."""
Key = tuple[str, str, str]
"""Output, split, metric."""
Values = dict[str, list[Plain]]
"""What differs -> its value in each run, MISSING where a run has none."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How far the figures of a run's like lie apart, which differ from it in the seed alone."""

    runs: tuple[str, ...]
    """Names of the runs, the one itself among them."""
    deviations: Mapping[Key, float]
    """Standard deviation of each figure over these runs."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs between runs."""

    names: tuple[str, ...]
    settings: Values
    """Paths of the filled specs that differ."""
    facts: Values
    """What else differs: data, rows, versions, seeds, how the runs ended."""
    figures: Mapping[Key, tuple[float | None, ...]]
    """Every figure of every run."""
    spreads: tuple[Spread | None, ...] = ()
    """For each run; None where no run differs from it in the seed alone."""
    notes: tuple[str, ...] = field(default=())

    @property
    def seeds_alone(self) -> bool:
        """Return whether the runs differ in nothing but their seeds."""
        changed = [*self.settings, *(one for one in self.facts if one not in OF_ITSELF)]
        return bool(changed) and all(one.endswith("seed") for one in changed)


OF_ITSELF = ("epochs completed", "seconds", "status")
"""What differs between runs of the same experiment, too."""


def compare(paths: Sequence[Path]) -> Compared:
    """Return what differs between runs.

    Args:
        paths: folders of runs.

    Raises:
        Refused: A102 for what is no run, A101 and A111 for a spec that is not the one written.
    """
    folders = [RunFolder.open(path) for path in paths]
    records = [read_record(path) for path in paths]
    outputs = [_outputs(one) for one in folders]
    keys = dict.fromkeys(key for one in outputs for key in one)
    figures = {key: tuple(one.get(key) for one in outputs) for key in keys}
    return Compared(
        _names(paths),
        differing([read_settings(one) for one in folders]),
        _facts([one.manifest for one in folders], records),
        figures,
        tuple(_spread(one, own) for one, own in zip(records, outputs, strict=True)),
        tuple(_missing(one) for one, own in zip(folders, outputs, strict=True) if not own),
    )


def _names(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the runs' names, with their folders where two are called the same."""
    names = [path.resolve().name for path in paths]
    return tuple(
        name if names.count(name) == 1 else str(path)
        for name, path in zip(names, paths, strict=True)
    )


def _outputs(folder: RunFolder) -> dict[Key, float | None]:
    """Return every figure of a run; none where it was not judged.

    Raises:
        Refused: A101 and A111 where its report is not the one written, A102 where it is no report.
    """
    if REPORT not in folder.manifest.artefacts:
        return {}
    folder.check(REPORT)
    try:
        return flat(read_outputs(folder.path))
    except (OSError, ValueError, LookupError, RecursionError) as error:
        message = f'"{folder.path / REPORT}" is no report that this nnspec reads: {error}'
        raise Refused([Diagnostic("A102", message, file=str(folder.path))]) from error


def flat(outputs: Mapping[str, Output]) -> dict[Key, float | None]:
    """Return figures by output, split and metric; test rows first."""
    return {
        (name, split, metric): value
        for name, output in outputs.items()
        for split in SPLITS
        for metric, value in output.metrics.get(split, {}).items()
    }


def _missing(folder: RunFolder) -> str:
    return f"{folder.path.name} has no figures: it was not judged ({folder.manifest.status})"


def _facts(manifests: Sequence[Manifest], records: Sequence[Record]) -> Values:
    """Return what differs between runs and is no setting."""
    told = [_told(*pair) for pair in zip(manifests, records, strict=True)]
    return differing(told)


def _told(manifest: Manifest, record: Record) -> dict[str, Plain]:
    """Return what a manifest tells of a run, in words."""
    origin, training = manifest.origin, manifest.training
    told: dict[str, Plain] = {"status": record.state}
    told["data"] = manifest.data[:12] if manifest.data else MISSING
    if origin is not None:
        told |= {f"{split} rows": rows for split, rows in origin.rows.items()}
        told |= {f"on {name}": value for name, value in origin.environment.items()}
    if manifest.spec.revision:
        told["git revision"] = manifest.spec.revision[:12]
    told |= dict(manifest.versions)
    if training is not None:
        told |= {"epochs completed": training.epochs, "seconds": round(training.seconds, 1)}
        told |= {
            line.partition(":")[0]: line.partition(":")[2].strip()
            for line in _ran(training.execution)
        }
    return told


def _ran(lines: Iterable[str]) -> list[str]:
    """Return what was said of the executor alone: it is what changes figures."""
    return [one for one in lines if one.startswith("engine: ") and " on " in one]


def _spread(record: Record, own: Mapping[Key, float | None]) -> Spread | None:
    """Return how far runs lie apart that differ in their seeds alone; None where there are none."""
    manifest = record.manifest
    if manifest is None or manifest.origin is None or not own:
        return None
    seen = {_seeds(manifest): (record.name, own)}
    for other in listed(record.path.resolve().parent):
        if len(seen) == MOST_SEEDS:
            break
        if other.manifest and _alike(manifest, other.manifest) and other.state == "complete":
            seeds = _seeds(other.manifest)
            if seeds not in seen and (found := _figures(other)):
                seen[seeds] = (other.name, found)
    if len(seen) == 1:
        return None
    deviations: dict[Key, float] = {}
    for key in own:
        values = [one for _, found in seen.values() if (one := found.get(key)) is not None]
        if len(values) > 1:
            deviations[key] = stdev(values)
    return Spread(tuple(name for name, _ in seen.values()), deviations)


def _figures(record: Record) -> dict[Key, float | None] | None:
    try:
        return flat(read_outputs(record.path))
    except (OSError, ValueError, LookupError, RecursionError):
        return None


def _seeds(manifest: Manifest) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(manifest.origin.seeds.items())) if manifest.origin else ()


def _alike(one: Manifest, other: Manifest) -> bool:
    """Return whether two runs differ in their seeds at most: settings, data and versions agree."""
    return (
        one.origin is not None
        and other.origin is not None
        and one.origin.fingerprints == other.origin.fingerprints
        and (one.data, one.versions, one.parts) == (other.data, other.versions, other.parts)
    )

"""What training a spec would be: where, how long, how much memory; and which runs there are of it.

Nothing heavy is imported and no row is read, so that a run that is finished already is named at
once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from platform import python_version

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import Plain
from nnspec.network.fill import fill_spec, find_seeds, hash_sections
from nnspec.network.memory import measure_step
from nnspec.network.network import Network
from nnspec.pipeline.check import CheckedSpec, check
from nnspec.pipeline.origins import hash_text
from nnspec.pipeline.runs.estimate import Estimate, by_counts, by_runs
from nnspec.pipeline.runs.record import Record, listed
from nnspec.pipeline.runs.settings import NEUTRAL, Settings, differing, flatten, read_settings
from nnspec.pipeline.runs.unread import Likeness, Unread, installed
from nnspec.run.folder import RunFolder
from nnspec.run.layout import SPEC
from nnspec.run.origin import usable_processors
from nnspec.spec.spec import Spec
from nnspec.version import __version__

SECTIONS = {
    "data": "data settings",
    "model": "network",
    "training": "recipe",
    "evaluation": "evaluation",
    "runtime": "runtime",
    "export": "export",
    "plugins": "plugins",
}
"""Section of the spec -> what it is called here."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Where runs are, and how the spec is read.

    Attributes:
        runs: folder of all runs.
        overrides: settings of the command line, `path=value` each.
        allow_outside: whether the spec may read files outside its folder.
    """

    runs: Path = Path("runs")
    overrides: Sequence[str] = ()
    allow_outside: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between a spec and a run."""

    run: Record
    sections: tuple[str, ...]
    """Sections of the filled specs that differ, the seeds aside."""
    settings: Mapping[str, Sequence[Plain]]
    """Path -> the run's value and the spec's."""
    seeds: Mapping[str, tuple[int, int]]
    """Path of a seed -> the run's and the spec's."""
    data: Likeness
    versions: Mapping[str, tuple[str, str]]
    """Library -> the run's version and the one that is installed."""
    text: bool
    """Whether the spec's text differs."""

    @property
    def identical(self) -> bool:
        """Return whether the run is the one that training the spec would give again."""
        changed = self.sections or self.seeds or self.versions
        return not changed and self.data == "same" and self.run.state == "complete"


@dataclass(frozen=True, slots=True)
class Plan:
    """What training a spec would be."""

    spec: Spec
    network: Network
    folder: Path
    """The folder that the run would get."""
    rows: int | None
    """Training rows; None where only reading the data tells."""
    counted: bool
    """Whether the rows are those of a run, and not counted from a source's lines."""
    parameters: int | None
    step_bytes: int | None
    """Memory that a training step takes; None where a shape is unknown."""
    data_bytes: int | None
    processors: int
    estimate: Estimate | None
    last: Difference | None
    """The latest run of the spec, and what differs."""
    identical: Record | None
    """A finished run that is the same."""


def plan(path: Path, asked: Asked) -> Plan:
    """Return what training a spec would be.

    Args:
        path: the spec's file.
        asked: where runs are, and how the spec is read.

    Raises:
        Refused: the spec; T102 where it has no data or no training.
    """
    checked = check(path, overrides=asked.overrides, allow_outside=asked.allow_outside)
    return plan_checked(checked, hash_text(checked.document.text), asked)


def plan_checked(checked: CheckedSpec, text: str, asked: Asked) -> Plan:
    """Return what training a checked spec would be.

    Args:
        checked: the spec.
        text: SHA-256 of its text.
        asked: where runs are.
    """
    spec, network = checked.accept()
    if spec.data is None or spec.training is None:
        message = "a plan needs the sections data and training"
        raise Refused([Diagnostic("T102", message, file=spec.file)])
    unread = Unread(spec.data, spec.folder, allow_outside=asked.allow_outside)
    present = Present(spec, network, unread, text)
    records = [one for one in listed(asked.runs) if present.concerns(one)]
    records.sort(key=lambda one: one.started, reverse=True)
    identical = next(
        (one for one in records if present.like(one) and _is_identical(present, one)), None
    )
    shown = identical or next(iter(records), None)
    known = present.known_rows(records)
    rows = known or present.rows_of_source()
    like = [one for one in records if present.trains_alike(one)]
    whole = all(one.outputs is not None for one in network.nodes)
    return Plan(
        spec,
        network,
        _free_folder(asked.runs, spec.name),
        rows,
        known is not None,
        _parameters(network) or next(map(_parameters_of, like), None),
        measure_step(spec, network).bytes if whole else None,
        unread.bytes(),
        usable_processors(),
        by_runs(like, spec.training.epochs) or by_counts(network, spec.training, rows),
        present.compare(shown) if shown else None,
        identical,
    )


def _is_identical(present: "Present", record: Record) -> bool:
    return present.compare(record, settings=False).identical


def _parameters(network: Network) -> int | None:
    counts = [one.parameters if one.outputs is not None else None for one in network.nodes]
    known = [one for one in counts if one is not None]
    return sum(known) if len(known) == len(counts) else None


def _parameters_of(record: Record) -> int | None:
    """Return the parameters of a run's network."""
    if record.manifest is None or not record.manifest.weights:
        return None
    return sum(prod(shape) for shapes in record.manifest.weights.values() for shape in shapes)


def _free_folder(runs: Path, name: str) -> Path:
    """Return the folder that a run of this name would get."""
    number = 1
    while (path := runs / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return path


class Present:
    """A spec as it is now, held against runs."""

    def __init__(self, spec: Spec, network: Network, unread: Unread, text: str) -> None:
        """Hold a spec against runs.

        Args:
            spec: the spec.
            network: its network, as far as it is known without the data.
            unread: its data.
            text: SHA-256 of its text.
        """
        self._spec, self._network = spec, network
        self._unread, self._text = unread, text
        self._fingerprints = hash_sections(spec, network)
        self._seeds = find_seeds(spec)

    def concerns(self, record: Record) -> bool:
        """Return whether a run is of this spec: by its name, or by what it computes."""
        return record.spec == self._spec.name or self.like(record)

    def like(self, record: Record) -> bool:
        """Return whether a run has the same settings, seeds aside."""
        known = record.origin
        return known is not None and known.fingerprints == self._fingerprints

    def trains_alike(self, record: Record) -> bool:
        """Return whether a run's epochs take as long as the spec's would."""
        known = record.origin
        if known is None:
            return False
        same = all(
            known.fingerprints.get(one) == self._fingerprints.get(one) for one in ("data", "model")
        )
        here = known.environment.get("processors") == str(usable_processors())
        return same and here and self._batch_of(record) == self._batch

    def known_rows(self, records: Sequence[Record]) -> int | None:
        """Return the training rows that a run with the same data had; None without one."""
        for one in records:
            known = one.origin
            if known and known.fingerprints.get("data") == self._fingerprints.get("data"):
                return known.rows.get("train")
        return None

    def rows_of_source(self) -> int | None:
        """Return about how many training rows the source gives; None where it is not told."""
        rows = self._unread.rows()
        if rows is None or self._spec.data is None:
            return None
        split = self._spec.data.split
        return max(1, round(rows * (1 - split.validation - split.test)))

    def compare(self, record: Record, *, settings: bool = True) -> Difference:
        """Return what differs between a run and the spec.

        Args:
            record: a run.
            settings: whether the settings that differ are told, for which its spec is read.
        """
        assert record.manifest is not None
        origin = record.manifest.origin
        found = self._differing(record) if settings or origin is None else {}
        found = {key: one for key, one in found.items() if key not in self._seeds}
        if origin is None:
            sections = dict.fromkeys(key.partition(".")[0] for key in found)
            seeds = {"runtime.seed": record.manifest.seed}
        else:
            theirs, ours = origin.fingerprints, self._fingerprints
            sections = dict.fromkeys(one for one in SECTIONS if theirs.get(one) != ours.get(one))
            found = {key: one for key, one in found.items() if key.partition(".")[0] in sections}
            seeds = dict(origin.seeds)
        known = record.manifest.versions
        here = installed([*known]) | {"python": python_version(), "nnspec": __version__}
        return Difference(
            record,
            tuple(sections),
            found,
            {
                key: (seeds[key], ours)
                for key, ours in self._seeds.items()
                if key in seeds and seeds[key] != ours
            },
            self._unread.like(record),
            {key: (one, here[key]) for key, one in known.items() if here.get(key, one) != one},
            origin is not None and origin.text != self._text,
        )

    def _differing(self, record: Record) -> Mapping[str, Sequence[Plain]]:
        """Return the settings that differ; none where the run's spec cannot be read."""
        try:
            theirs = read_settings(RunFolder.open(record.path))
        except Refused:
            return {}
        return differing([theirs, self._settings()])

    def _settings(self) -> Settings:
        filled = fill_spec(self._spec, self._network)
        return dict(flatten({key: one for key, one in filled.items() if key not in NEUTRAL}))

    @property
    def _batch(self) -> int | None:
        return self._spec.training.batch_size if self._spec.training else None

    def _batch_of(self, record: Record) -> int | None:
        """Return the rows of a run's batches, as its filled spec says."""
        try:
            text = (record.path / SPEC).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
        lines = [one for one in text.splitlines() if one.startswith("  batch_size: ")]
        number = lines[0].partition(": ")[2] if lines else ""
        return int(number) if number.isdecimal() and len(number) < 10 else None  # noqa: PLR2004 - digits of any batch

"""What a program is written from, and what no program of this kind says."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nnspec.catalog.learning_rules import LearningRule
from nnspec.catalog.sources import Csv, Npz, Parquet
from nnspec.data import Dataset, TargetFit
from nnspec.data.fit.fitted import CategoryFit, ColumnFit, IntegerFit, NumericFit
from nnspec.network.network import Network
from nnspec.spec.data import DataSection
from nnspec.spec.patterns import settle
from nnspec.spec.pieces import Piece, pieces_of
from nnspec.spec.spec import Spec
from nnspec.spec.training import TrainingSection

NAMED = 3
"""Columns with one reason that a message names."""
SCALINGS = ("standardize", "minmax", "none")
MOST_LISTED = 5000
"""Rows of a split that a program lists where no arithmetic gives them."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A spec with its data open.

    Attributes:
        network: resolved with the tensors that the data gives.
        section: the data section, every column named exactly.
        beside: the folder that the program is written to; paths are relative to it.
    """

    spec: Spec
    network: Network
    dataset: Dataset
    section: DataSection
    training: TrainingSection
    beside: Path

    @property
    def piece(self) -> Piece:
        """Return the one file, or bundled set, that the data is read from."""
        return next(pieces_of(self.section.source))

    @property
    def fits(self) -> dict[str, ColumnFit]:
        """Return what the training rows said about each feature."""
        return dict(self.dataset.fitted.columns)

    @property
    def targets(self) -> dict[str, TargetFit]:
        """Return the targets by the name of their output."""
        return dict(self.dataset.fitted.targets)

    def target_columns(self) -> tuple[str, ...]:
        """Return all columns that are targets, each once."""
        return tuple(dict.fromkeys(name for one in self.targets.values() for name in one.columns))

    def columns(self) -> tuple[str, ...]:
        """Return all columns that are read, each once."""
        return tuple(dict.fromkeys((*self.fits, *self.target_columns())))


def gather(spec: Spec, network: Network, dataset: Dataset, beside: Path) -> Facts:
    """Return the facts of a spec that can be trained."""
    assert spec.data is not None
    assert spec.training is not None
    available = tuple(dict.fromkeys((*dataset.fitted.columns, *_targets(dataset))))
    section = settle(spec.data, available)
    return Facts(spec, network, dataset, section, spec.training, beside)


def _targets(dataset: Dataset) -> Iterator[str]:
    for target in dataset.fitted.targets.values():
        yield from target.columns


def unsayable(facts: Facts) -> Iterator[str]:
    """Give what no program of this kind says about the data and the training, a sentence each."""
    yield from _of_source(facts)
    shared: dict[str, list[str]] = {}
    for name, fit in facts.fits.items():
        for reason in _of_column(facts, name, fit):
            shared.setdefault(reason, []).append(f'"{name}"')
    for reason, names in shared.items():
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        kind = "column" if len(names) == 1 else "columns"
        yield f"{kind} {', '.join(names[:NAMED])}{more}: {reason}"
    for output, target in facts.targets.items():
        yield from (f'output "{output}": {reason}' for reason in _of_target(facts, target))
    yield from _of_training(facts)


def _of_source(facts: Facts) -> Iterator[str]:
    pieces = [*pieces_of(facts.section.source)]
    if len(pieces) > 1:
        yield "data.source: several files"
        return
    (piece,) = pieces
    form = None if piece.bundled else piece.format
    if not piece.bundled and not (
        isinstance(piece.written, str) and isinstance(form, Csv | Parquet | Npz)
    ):
        yield f"data.source: {piece.name} is read in a way of nnspec's own"
    if not piece.bundled and Path(piece.name).suffix in {".gz", ".bz2", ".xz", ".zip", ".zst"}:
        yield f"data.source: {piece.name} is packed"
    if facts.section.origin:
        yield "data.origin: a column of the files' names"
    if facts.dataset.fitted.signs != (".", ""):
        yield "data.source: numbers have another sign than a point, or one between thousands"
    if isinstance(form, Csv) and any('"' in name for name in facts.columns()):
        yield "data.source: polars reads no quotes within the name of a column"
    window = facts.section.window
    if window is not None and (
        window.several or window.columns or window.known or window.stride > 1
    ):
        yield "data.window: several horizons, series, strides or columns known in advance"
    if window is not None and facts.section.target_missing == "drop":
        yield "data.window: windows without a target are left out"
    if facts.section.sample_weight:
        yield "data.sample_weight: rows are weighted"


def _of_column(facts: Facts, name: str, fit: ColumnFit) -> Iterator[str]:
    if not isinstance(fit, NumericFit | CategoryFit | IntegerFit):
        yield f"a column of kind {fit.kind}"
        return
    if fit.indicator:
        yield "an indicator of missing cells"
    if facts.section.missing_of(name) == "forward":
        yield "the last known value in missing cells"
    if isinstance(fit, NumericFit):
        if fit.separator is not None:
            yield "several numbers in a cell"
        if fit.bent:
            yield "numbers are clipped, bent or put into bins"
        if facts.section.scaling_of(name) not in SCALINGS:
            yield f"scaling: {facts.section.scaling_of(name)}"
    if isinstance(fit, CategoryFit) and fit.hash:
        yield "categories are hashed"


def _of_target(facts: Facts, target: TargetFit) -> Iterator[str]:
    if target.need in {"none", "cluster"}:
        yield "it is compared with no target"
    classes = target.need in {"binary", "multiclass"}
    if target.joined or target.given_one_hot or target.ignored is not None:
        yield "classes that are joined, left out, or given as numbers of 0 and 1"
    if classes and (len(target.columns) > 1 or target.shape not in {(), (1,)}):
        yield "several labels a row"
    if classes and any(isinstance(one, bool) for one in target.labels):
        yield "classes that are true and false"
    if target.need == "regression" and any(
        facts.dataset.splits["train"].targets[name].shape for name in target.columns
    ):
        yield "a target that is an array"


def _of_training(facts: Facts) -> Iterator[str]:
    training = facts.training
    if isinstance(training.rule, LearningRule):
        yield f"training.rule: {training.rule.keras_name} is no training along gradients"
    if training.augmentation:
        names = ", ".join(one.keras_name for one in training.augmentation)
        yield f"training.augmentation: rows are drawn anew in every epoch ({names})"
    if isinstance(training.class_weight, dict) or (
        training.class_weight and len(facts.targets) > 1
    ):
        yield "training.class_weight: weights of named classes"

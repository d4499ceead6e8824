"""From the `data:` section to split, typed rows and the preprocessing fitted on the training ones.

source -> Raw -> roles -> TypedRows -> Parts -> Preprocessing, Dataset
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from nnspec.catalog.sources import Source
from nnspec.data.carried import Carried
from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.roles import TargetNeeds
from nnspec.data.fit.fit import fit
from nnspec.data.fit.fitted import Preprocessing, ReadAs
from nnspec.data.fit.tags import check_words
from nnspec.data.fit.targets import encode_targets, raw_targets
from nnspec.data.read.origins import Origins
from nnspec.data.read.raw import DATA_LIMIT, Raw
from nnspec.data.read.typed import TypedRows, read_rows
from nnspec.data.split.parts import Seen, Split, divide
from nnspec.data.split.splits import SPLITS, SplitName
from nnspec.data.table import Values
from nnspec.diagnostics import Diagnostic
from nnspec.spec.data import DataSection
from nnspec.spec.patterns import settle
from nnspec.spec.pieces import pieces_of


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """The data of a run.

    Attributes:
        splits: rows of train, validation and test; a split of share 0 has no rows.
        fitted: what was fitted on the training rows.
        fingerprint: SHA-256 of the source.
        source: the source as messages name it.
        doubts: what the whole source shows and no refusal names.
        season: rows after which its series come again, as far as anything says so.
        beside: columns that tell rows, by the numbers of the source's rows.
        seen: the rows that the features were fitted on.
        origins: the files that the source's rows come from.
    """

    splits: Mapping[SplitName, Split]
    fitted: Preprocessing
    fingerprint: str
    source: str
    doubts: tuple[Diagnostic, ...] = ()
    season: int | None = None
    beside: Carried = field(default_factory=Carried)
    seen: Seen = field(default_factory=Seen)
    origins: Origins = field(default_factory=Origins)

    def encoded_targets(self, split: SplitName) -> dict[str, Values]:
        """Return what each output's loss is given; see `encode_targets`."""
        return encode_targets(self.fitted, self.splits[split].targets)

    def raw_targets(self, split: SplitName) -> dict[str, Values]:
        """Return the targets in their own units; see `raw_targets`."""
        return raw_targets(self.fitted, self.splits[split].targets)

    def latest_targets(self, split: SplitName) -> dict[str, Values] | None:
        """Return the last known targets before each prediction; None without windows."""
        latest = self.splits[split].latest
        return None if latest is None else raw_targets(self.fitted, latest)

    def season_targets(self, split: SplitName) -> dict[str, Values] | None:
        """Return the targets of whole seasons before; None where no series comes again."""
        season = self.splits[split].season
        return None if season is None else raw_targets(self.fitted, season)


def load_dataset(
    section: DataSection,
    needs: TargetNeeds,
    *,
    folder: FilePath,
    allow_outside: bool = False,
    limit: int = DATA_LIMIT,
) -> Dataset:
    """Read, type, check and split the data, and fit the preprocessing on the training rows.

    Args:
        section: the spec's data section.
        needs: what each trained output needs.
        folder: the spec's folder.
        allow_outside: whether files outside the folder may be read.
        limit: bytes that the source may unpack to.

    Raises:
        Refused: with the codes of the steps (X, D, M106, S).
    """
    rows = read_rows(section, needs, folder=folder, allow_outside=allow_outside, limit=limit)
    return fit_rows(rows, needs, section, spend=True)


def fit_rows(
    rows: TypedRows, needs: TargetNeeds, section: DataSection, *, spend: bool = False
) -> Dataset:
    """Split rows that were read, and fit the preprocessing on the training ones.

    Another seed or other shares split the same rows anew: nothing is read for it, unless they are
    spent.

    Raises:
        Refused: with the codes of the two steps (D, S).
    """
    with rows.origins.named():
        return _fitted(rows, needs, section, spend=spend)


def _fitted(rows: TypedRows, needs: TargetNeeds, section: DataSection, *, spend: bool) -> Dataset:
    """Return rows split, and what the training ones say."""
    section = settle(section, tuple(rows.table.columns))
    parts = divide(rows, needs, section, spend=spend)
    fitted = fit(parts, rows.roles, needs, section).model_copy(update=_reading(rows, section))
    doubts = (*rows.doubts, *map(rows.origins.tell, parts.doubts))
    dataset = Dataset(
        parts.splits,
        fitted,
        rows.fingerprint,
        rows.source,
        doubts,
        season=parts.season,
        beside=rows.beside,
        seen=parts.seen,
        origins=rows.origins,
    )
    _check_classes(dataset)
    return dataset


def _reading(rows: TypedRows, section: DataSection) -> dict[str, object]:
    """Return what a run records of how its files were read."""
    first = next(pieces_of(section.source))
    said = first.written if isinstance(first.written, Source) else None
    files = [ReadAs(name=one.name, sha256=one.sha256, sniffed=one.sniffed) for one in rows.files]
    window, table = section.window, rows.table
    if window is not None and rows.series is not None and rows.series.gap:
        window = window.model_copy(update={"gap": rows.series.gap})
    return {
        "window": window,
        "ordering": {name: table[name].form or table[name].kind for name in rows.roles.ordering},
        "files": tuple(files),
        "identifiers": rows.beside.identifiers,
        "signs": (rows.signs.decimal, rows.signs.thousands),
        "said": None if said is None else {said.keras_name: said.model_dump(mode="json")},
    }


def check_unchanged(raw: Raw | Dataset, recorded: str) -> None:
    """Refuse data that is not what a run has recorded.

    Raises:
        Refused: D117 with the file and both hashes.
    """
    if raw.fingerprint != recorded:
        message = (
            f'the data "{raw.source}" has changed: its SHA-256 was {recorded} and is '
            f"{raw.fingerprint}"
        )
        raise refuse("D117", message)


def _check_classes(dataset: Dataset) -> None:
    """Refuse classes that training never has (D108), and other than one for each word (D110)."""
    for name in SPLITS:
        if len(dataset.splits[name]):
            where = f"the {name} rows"
            split = dataset.splits[name]
            check_words(dataset.fitted, split.features, split.targets, split.rows)
            encode_targets(dataset.fitted, split.targets, where)

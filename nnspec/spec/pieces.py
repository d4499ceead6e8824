"""What a `data.source` consists of: files, each with its place in the spec and its format."""

from collections.abc import Iterator
from dataclasses import dataclass

from nnspec.catalog.sources import Csv, Source
from nnspec.diagnostics import Path
from nnspec.spec.data import DataSection, Files, GivenSplits
from nnspec.spec.formats import format_of
from nnspec.spec.source import BUNDLED

PATTERN = "*"
"""The sign that makes a path a pattern; every other sign is itself."""
Given = Files | GivenSplits
"""What stands behind `source`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A path, or pattern, of a source.

    Attributes:
        written: the path, or the object that says how its file is read.
        place: where it stands in the spec.
        split: the split that it is given as, None where the splits are drawn.
    """

    written: str | Source
    place: Path
    split: str | None = None

    @property
    def name(self) -> str:
        """Return the path as written."""
        return self.written if isinstance(self.written, str) else self.written.path

    @property
    def format(self) -> Source | None:
        """Return how the file is read, None for an ending of no format."""
        return format_of(self.written) if isinstance(self.written, str) else self.written

    @property
    def bundled(self) -> bool:
        """Tell whether it names one of scikit-learn's sets."""
        return self.name.startswith(BUNDLED)


def pieces_of(source: Given, place: Path = ("data", "source")) -> Iterator[Piece]:
    """Yield the pieces of a source, in the order of the text."""
    if isinstance(source, GivenSplits):
        for split in GivenSplits.model_fields:
            given: Files | None = getattr(source, split)
            for piece in () if given is None else pieces_of(given, (*place, split)):
                yield Piece(piece.written, piece.place, split)
    elif isinstance(source, tuple):
        yield from (Piece(one, (*place, index)) for index, one in enumerate(source))
    else:
        yield Piece(source, place)


def source_name(section: DataSection) -> str:
    """Return a source as messages name it: the first of several pieces."""
    first, *others = (piece.name for piece in pieces_of(section.source))
    return f"{first} and {len(others)} more" if others else first


def is_text(section: DataSection) -> bool:
    """Tell whether all files are text tables, whose cells are never arrays."""
    return all(isinstance(one.format, Csv) for one in pieces_of(section.source))

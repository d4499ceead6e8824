"""The validated spec: every section typed, every value placed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FolderPath

from nnspec.diagnostics import Path, Span
from nnspec.spec.data import DataSection
from nnspec.spec.model import ModelSection
from nnspec.spec.notebook import html_sections
from nnspec.spec.training import (
    EvaluationSection,
    ExportSection,
    RuntimeSection,
    TrainingSection,
)


@dataclass(frozen=True, slots=True)
class Positions:
    """Places of values by their path in the spec.

    Attributes:
        doubted: places of what was refused: what follows from it is not known.
    """

    spans: Mapping[Path, Span] = field(default_factory=dict)
    doubted: frozenset[Span] = frozenset()

    def doubts(self, *path: str | int) -> bool:
        """Return whether the value at a path, or a section around it, was refused in part."""
        found = (self.spans.get(path[:length]) for length in range(1, len(path) + 1))
        return any(span in self.doubted for span in found)

    def find(self, path: Path) -> Span | None:
        """Return the place of a path, or of the nearest value that contains it."""
        for length in range(len(path), 0, -1):
            if span := self.spans.get(path[:length]):
                return span
        return None


@dataclass(frozen=True, slots=True)
class Spec:
    """A spec whose every section has the right form.

    Attributes:
        plugins: packages that add classes to the catalogue, by their entry points' names.
        file: name of the spec in messages.
        folder: the spec's folder, to which paths are relative.
        positions: places of the sections' values.
    """

    name: str
    model: ModelSection
    data: DataSection | None = None
    training: TrainingSection | None = None
    evaluation: EvaluationSection = field(default_factory=EvaluationSection)
    runtime: RuntimeSection = field(default_factory=RuntimeSection)
    export: ExportSection = field(default_factory=ExportSection)
    plugins: tuple[str, ...] = ()
    positions: Positions = field(default_factory=Positions)
    file: str = "<spec>"
    folder: FolderPath = field(default_factory=FolderPath)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return html_sections(self.name, self.model, self.data, self.training)

"""Floor 8, heads: what one output of a network predicts, as a closed union.

Whoever treats heads (answers, figures, baselines, predictions) matches all of them; `rows` is the
first axis everywhere and left out of the shapes here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from nnspec.build.lattice import Lattice
from nnspec.data import Preprocessing, TargetFit
from nnspec.data.fit.fitted import CategoryFit
from nnspec.data.fit.tags import KINDS as TAGS

Label = str | int | float | bool
IMAGE = 2
"""Axes from which on an array is a picture."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers in the target's own units."""

    name: str
    """Name of the output."""
    columns: tuple[str, ...]
    """Target columns."""
    shape: tuple[int, ...] = ()
    """Shape of a row's target, the last axis its units; (columns,) if not given."""
    quantiles: tuple[float, ...] = ()
    """Shares of rows below the numbers that are answered for each target, ascending."""
    normal: bool = False
    """Whether a normal distribution is answered: its mean, and beside it its deviation."""
    interval: float | None = None
    """Share of rows that intervals fitted on validation rows are to hold; None: there are none."""

    @property
    def of_pictures(self) -> bool:
        """Return whether a row is one picture, whose pixels share a unit."""
        return len([one for one in self.cell if one != 1]) >= IMAGE

    @property
    def cell(self) -> tuple[int, ...]:
        """Return the shape of a row's target."""
        return self.shape or (len(self.columns),)

    @property
    def elements(self) -> tuple[str, ...]:
        """Return a name for each number of a row."""
        return element_names(self.columns, self.cell)

    @property
    def measured(self) -> tuple[str, ...]:
        """Return a name for each column that has figures of its own."""
        return self.elements


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """The network's own input, in its own units."""

    name: str
    columns: tuple[str, ...]
    """Columns of the input."""
    shape: tuple[int, ...] = ()
    """Shape of a row's input: (numbers,), (steps, numbers) of a window, or an array column's."""
    numbers: tuple[str, ...] = ()
    """A name for each place of the last axis; a category has one for each of its values."""
    of_pictures: bool = False
    """Whether a row is one array column's cell, whose elements share a unit."""

    @property
    def cell(self) -> tuple[int, ...]:
        """Return the shape of a row's input."""
        return self.shape or (len(self.columns),)

    @property
    def elements(self) -> tuple[str, ...]:
        """Return a name for each number of a row."""
        if self.of_pictures:
            return element_names(self.columns, self.cell)
        names = self.numbers or self.columns
        steps = self.cell[:-1]
        if not steps:
            return names
        return tuple(f"{name}_{place}" for place in places(steps) for name in names)

    @property
    def measured(self) -> tuple[str, ...]:
        """Return a name for each column that has figures of its own, over all steps of a window."""
        return self.elements if self.of_pictures else self.numbers or self.columns


@dataclass(frozen=True, slots=True)
class OneClass:
    """One class of two or more."""

    name: str
    columns: tuple[str, ...]
    classes: tuple[Label, ...]
    """Labels in the order of the probabilities."""
    sought: bool = False
    """Whether the second of two classes is looked for, and has figures of its own."""
    graded: bool = True
    """Whether rows have probabilities that rank them; a threshold gives 0 or 1 alone."""


@dataclass(frozen=True, slots=True)
class SeveralLabels:
    """Labels that hold or not, each for itself."""

    name: str
    columns: tuple[str, ...]
    classes: tuple[Label, ...]
    """What a label is where it does not hold, and where it does."""
    shape: tuple[int, ...] = ()
    """Shape of a row's labels, the last axis the labels; (columns,) if not given."""

    @property
    def cell(self) -> tuple[int, ...]:
        """Return the shape of a row's labels."""
        return self.shape or (len(self.columns),)

    @property
    def labels(self) -> tuple[str, ...]:
        """Return a name for each label."""
        return element_names(self.columns, self.cell[-1:])

    @property
    def elements(self) -> tuple[str, ...]:
        """Return a name for each label of a row, steps and pixels told apart."""
        return element_names(self.columns, self.cell)


@dataclass(frozen=True, slots=True)
class ClassPerPosition:
    """One class for each step of a sequence or pixel of a picture."""

    name: str
    columns: tuple[str, ...]
    classes: tuple[Label, ...]
    """Labels in the order of the probabilities."""
    shape: tuple[int, ...]
    """(steps,) or (rows of the picture, columns of the picture)."""
    sought: bool = False
    """Whether the second of two classes is looked for, and has figures of its own."""
    of_words: bool = False
    """Whether positions are the words of a text, whose classes are written in a row."""

    @property
    def elements(self) -> tuple[str, ...]:
        """Return a name for each position."""
        return element_names(self.columns, self.shape)


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Vectors that no target is compared with number by number: an embedding, scores of paths."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clusters:
    """The group that a row belongs to: the nearest unit of a map."""

    name: str
    columns: tuple[str, ...]
    """Labels that the groups are compared with; none where there are none."""
    lattice: Lattice | None = None
    """The grid that the units lie on."""


ClassHead = OneClass | ClassPerPosition
NumberHead = Numbers | Reconstruction
Head = Numbers | Reconstruction | OneClass | SeveralLabels | ClassPerPosition | Clusters | Unjudged

TASKS: dict[type[Head], str] = {
    Numbers: "regression",
    Reconstruction: "reconstruction",
    OneClass: "classification",
    SeveralLabels: "several labels",
    ClassPerPosition: "classification of positions",
    Clusters: "clustering",
    Unjudged: "none",
}
"""Head -> the word of the report."""


def describe_head(fitted: Preprocessing, name: str) -> Head:
    """Return what an output predicts, by what was fitted of its target."""
    target = fitted.targets[name]
    match target.need:
        case "regression":
            normal = target.floor is not None
            return Numbers(name, target.columns, target.shape, target.quantiles, normal)
        case "reconstruction":
            return _reconstruction(fitted, name, str(target.reconstructs))
        case "multiclass":
            return _one_of(name, target, target.shape)
        case "binary" if target.shape[-1:] == (1,):
            return _one_of(name, target, target.shape[:-1])
        case "binary":
            return SeveralLabels(name, target.columns, target.labels, target.shape)
        case "cluster":
            return Clusters(name, target.columns)
        case "none":
            return Unjudged(name, target.columns)


def _one_of(name: str, target: TargetFit, positions: tuple[int, ...]) -> Head:
    sought = target.positive is not None
    if positions:
        words = target.kinds == TAGS
        return ClassPerPosition(name, target.columns, target.labels, positions, sought, words)
    return OneClass(name, target.columns, target.labels, sought)


def _reconstruction(fitted: Preprocessing, name: str, reconstructs: str) -> Reconstruction:
    columns = fitted.inputs[reconstructs]
    fits = {column: fitted.columns[column] for column in columns}
    numbers = tuple(
        f"{column}_{value}" if isinstance(fit, CategoryFit) and fit.width > 1 else column
        for column, fit in fits.items()
        for value in (fit.vocabulary if isinstance(fit, CategoryFit) and fit.width > 1 else ("",))
    )
    shape = tuple(one or 1 for one in fitted.tensors[reconstructs].shape[1:])
    array = any(fit.shape for fit in fits.values())
    return Reconstruction(name, columns, shape, numbers, of_pictures=array)


def element_names(columns: tuple[str, ...], shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return a name for each element of a row: the columns', or an array column's with places."""
    if shape == (len(columns),):
        return columns
    squeezed = shape[:-1] if shape[-1:] == (1,) else shape
    return tuple(f"{columns[0]}_{place}" for place in places(squeezed))


def places(shape: tuple[int, ...]) -> Iterator[str]:
    """Give the places of an array in the order of its elements: 0_0, 0_1, ..."""
    return ("_".join(map(str, one)) for one in product(*map(range, shape)))

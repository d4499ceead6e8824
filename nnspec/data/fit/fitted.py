"""The fitted preprocessing: all that was learned from the training rows about the columns.

Frozen, and JSON both ways: a run keeps it beside the weights, the front and the back of the
compiled program are built from it.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, JsonValue, StrictBool, StrictInt, StrictStr

from nnspec.catalog.columns import LINEAR, Encoding, Part
from nnspec.data.fit.frozen import Bins, Fitted, Hash, Kept
from nnspec.data.fit.image import ImageFit
from nnspec.shapes import Tensor
from nnspec.spec.data import Kind, Missing
from nnspec.spec.window import WindowSection

Need = Literal["regression", "binary", "multiclass", "reconstruction", "cluster", "none"]
"""What an output's loss expects of its targets; none: whole numbers that no answer is like;
cluster: nothing at all, and the columns, if any, are labels to compare with."""
Precision = Literal["single", "double"]
"""How many digits a number is given in: single precision holds about 7, double about 16."""
Label = StrictBool | StrictInt | StrictStr
"""A class as the data writes it."""


class NumericFit(Fitted):
    """A numeric feature: (x - shift) / scale, or its bin."""

    kind: Literal["numeric"] = "numeric"
    shape: tuple[int, ...] = ()
    """Shape of one cell; () for a plain column."""
    shift: float = 0.0
    """Mean or minimum of the training rows, in the column's units."""
    scale: float = 1.0
    """Standard deviation or range of the training rows, in the column's units."""
    fill: float | None = None
    """What stands in for a missing cell, in the column's units."""
    precision: Precision = "single"
    """Precision of raw cells: double where single would blur the training rows' differences."""
    log: bool = False
    """Whether x is sign(x) * log(1 + |x|) before it is shifted."""
    low: float | None = None
    """What smaller numbers become before anything else, in the column's units."""
    high: float | None = None
    """What larger numbers become."""
    indicator: bool = False
    """Whether a second number says which cells were missing."""
    quantiles: tuple[float, ...] = ()
    """Quantiles of the training rows, evenly spaced, where x becomes its place among them."""
    bins: Bins | None = None
    """Bins that take the place of a scale."""
    waves: tuple[float, ...] = ()
    """Frequencies, in periods for each unit of the scaled x, whose sines and then cosines take its
    place."""

    separator: str | None = None
    """What is between the numbers of a cell, "" if found out; None where cells are no vectors."""

    @property
    def width(self) -> int:
        """Return how many numbers stand for one cell."""
        own = self.bins.width if self.bins else 2 * len(self.waves) or 1
        return own + self.indicator

    @property
    def scaled(self) -> bool:
        """Tell whether numbers are changed at all."""
        return (self.shift, self.scale) != (0.0, 1.0) or self.bent

    @property
    def bent(self) -> bool:
        """Tell whether numbers are changed otherwise than along a line."""
        bounded = self.low is not None or self.high is not None
        return bool(self.log or self.quantiles or self.bins or self.waves or bounded)


class CategoryFit(Fitted):
    """A category feature: the position of its value in the vocabulary, or its hash."""

    kind: Literal["category"] = "category"
    shape: tuple[int, ...] = ()
    vocabulary: tuple[str, ...]
    """Values of the training rows, sorted; "" among them where missing cells are a class. None
    where they are hashed."""
    encoding: Encoding
    fill: str | None = None
    """What stands in for a missing cell."""
    unknown: Literal["zeros", "own", "error"] = "zeros"
    """What becomes of a value that is not in the vocabulary: an index is 0 in any case."""
    indicator: bool = False
    """Whether a number more says which cells were missing."""
    hash: Hash | None = None
    """Hash that takes the place of a vocabulary."""

    @property
    def classes(self) -> int:
        """Return how many different numbers an index becomes, that of unknown values among them."""
        return self.hash.num_bins if self.hash else len(self.vocabulary) + 1

    @property
    def codes(self) -> int:
        """Return how many numbers stand for the value of one cell."""
        if self.encoding == "index":
            return 1
        if self.hash:
            return self.hash.num_bins
        return len(self.vocabulary) + (self.unknown == "own")

    @property
    def width(self) -> int:
        """Return how many numbers stand for one cell."""
        return self.codes + self.indicator


class BooleanFit(Fitted):
    """A boolean feature: 0 or 1, unscaled."""

    kind: Literal["boolean"] = "boolean"
    shape: tuple[int, ...] = ()
    fill: float | None = None
    """What stands in for a missing cell: 0 or 1."""
    indicator: bool = False
    """Whether a second number says which cells were missing."""

    @property
    def width(self) -> int:
        """Return how many numbers stand for one cell."""
        return 1 + self.indicator


class IntegerFit(Fitted):
    """Whole numbers passed on as they are."""

    kind: Literal["integer"] = "integer"
    shape: tuple[int, ...] = ()
    fill: int | None = None
    """What stands in for a missing cell."""
    indicator: ClassVar[bool] = False
    width: ClassVar[int] = 1


class DateFit(Fitted):
    """A day or time as numbers: elapsed days and years by mean and deviation, others as circles."""

    kind: Literal["date"] = "date"
    shape: tuple[int, ...] = ()
    form: str
    """How the texts of the training rows were written, in the signs of strptime."""
    parts: tuple[Part, ...]
    """What the network reads, in this order."""
    moments: dict[Part, tuple[float, float]] = Field(default={})
    """Mean and deviation in the training rows of parts that do not come again: days, years."""
    fill: str | None = None
    """What stands in for a missing cell, as 2024-01-31 13:05:00."""
    indicator: bool = False
    """Whether a number more says which cells were missing."""

    @property
    def width(self) -> int:
        """Return how many numbers stand for one cell."""
        return sum(1 if part in LINEAR else 2 for part in self.parts) + self.indicator


class TextFit(Fitted):
    """A text as the numbers of its words, or as a number for each word of the vocabulary."""

    kind: Literal["text"] = "text"
    shape: tuple[int, ...] = ()
    vocabulary: tuple[str, ...]
    """Words of the training rows, the most frequent first."""
    mode: Literal["int", "multi_hot", "count", "tf_idf"]
    standardize: Literal["lower_and_strip_punctuation", "lower", "strip_punctuation"] | None
    split: Literal["whitespace", "character"]
    ngrams: int | tuple[int, ...]
    length: int = 0
    """Words that are read of a text, where they are numbered."""
    weights: tuple[float, ...] = ()
    """Inverse document frequencies: of unknown words, then of each word of the vocabulary."""
    fill: str | None = None
    """What stands in for a missing text."""
    indicator: ClassVar[bool] = False

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return how many words in a row are one."""
        return tuple(range(1, self.ngrams + 1)) if isinstance(self.ngrams, int) else self.ngrams

    @property
    def lowered(self) -> bool:
        """Tell whether capitals become small letters."""
        return self.standardize in {"lower", "lower_and_strip_punctuation"}

    @property
    def stripped(self) -> bool:
        """Tell whether punctuation is taken out."""
        return self.standardize in {"strip_punctuation", "lower_and_strip_punctuation"}

    @property
    def numbered(self) -> bool:
        """Tell whether the network reads the numbers of words in their order."""
        return self.mode == "int"

    @property
    def codes(self) -> int:
        """Return how many different numbers words become; 0 pads, and unknown words are one."""
        return len(self.vocabulary) + 1 + self.numbered

    @property
    def width(self) -> int:
        """Return how many numbers stand for one cell."""
        return self.length if self.numbered else self.codes


ColumnFit = Annotated[
    NumericFit | CategoryFit | BooleanFit | IntegerFit | DateFit | TextFit | ImageFit,
    Field(discriminator="kind"),
]


def fills_gaps(fit: ColumnFit) -> bool:
    """Tell whether a column's missing cells are something to the network."""
    if isinstance(fit, CategoryFit) and ("" in fit.vocabulary or (fit.hash and fit.hash.masked)):
        return True
    return fit.fill is not None


def is_whole(fit: ColumnFit) -> bool:
    """Tell whether a column enters the network as whole numbers, those of words apart."""
    match fit:
        case CategoryFit():
            return fit.encoding == "index"
        case NumericFit():
            return fit.bins is not None and fit.bins.encoding == "index"
        case _:
            return isinstance(fit, IntegerFit)


class TargetFit(Fitted):
    """The target of one output."""

    need: Need
    """What the output's loss expects."""
    columns: tuple[str, ...] = ()
    """Target columns; none for a reconstruction."""
    kinds: tuple[Kind, ...] = ()
    """Kinds of the target columns."""
    sources: tuple[str, ...] = ()
    """Columns of the data that `columns` are at several horizons; none where they are the same."""
    reconstructs: str | None = None
    """Network input that a reconstruction is compared with."""
    one_hot: bool = False
    """Whether classes are written as one number per class."""
    given_one_hot: bool = False
    """Whether the data gives classes as one 0 or 1 per class: columns, or an array's last axis."""
    ignored: int | None = None
    """Class number that the loss leaves out: no class of its own unless `labels` reach that far."""
    shape: tuple[int, ...] = ()
    """Shape of the target of one row, classes apart."""
    log: bool = False
    """Whether numbers are log(1 + x) before they are shifted."""
    shift: tuple[float, ...] = (0.0,)
    """Mean of each unit in the training rows, in the target's units; one for all, or per unit."""
    scale: tuple[float, ...] = (1.0,)
    """Standard deviation of each unit, in the target's units; one for all, or per unit."""
    precision: Precision = "single"
    """Precision of answers: double where single would blur the training rows' differences."""
    labels: tuple[Label, ...] = ()
    """Classes, sorted, of two the positive one last; a class is encoded by its position."""
    counts: tuple[int, ...] = ()
    """Training rows of each class; none where a row has several."""
    positive: Label | None = None
    """The class that is looked for, the second of two, where the spec names one."""
    joined: bool = False
    """Whether the first of two classes is the rest: every class but the positive one."""
    quantiles: tuple[float, ...] = ()
    """Quantiles of each number that the output gives a unit each, ascending; none: the number."""
    floor: float | None = None
    """Smallest deviation of a normal distribution, of which the output gives two units for each
    number, in the scaled target's unit; None: it gives none."""

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Return the shape of what the output gives for one row's numbers or labels."""
        each = len(self.quantiles) or (1 if self.floor is None else 2)
        return self.shape if each == 1 else (*self.shape[:-1], self.shape[-1] * each)

    def find_label(self, text: str) -> Label | None:
        """Return the class that a text names, true and false in small letters too; None if none."""
        for label in self.labels:
            written = str(label)
            if text == written or (isinstance(label, bool) and text == written.lower()):
                return label
        return None

    def weigh(self, weights: Mapping[str, float] | Literal["balanced"]) -> dict[Label, float]:
        """Return the weights of classes by the class instead of its text.

        Balanced ones are those of scikit-learn: rows / (classes * rows of the class).
        """
        if isinstance(weights, str):
            whole = sum(self.counts) / max(1, len(self.counts))
            return {
                label: whole / count
                for label, count in zip(self.labels, self.counts, strict=False)
                if count
            }
        found = {self.find_label(text): weight for text, weight in weights.items()}
        return {label: weight for label, weight in found.items() if label is not None}


class ReadAs(Fitted):
    """A file that the run was trained on."""

    name: str
    sha256: str
    """Of its bytes, hexadecimal."""
    sniffed: dict[str, str] = Field(default={})
    """What was found out about how it is written, by setting."""


class Preprocessing(Kept):
    """All that was fitted on the training rows."""

    title: ClassVar[str] = "the fitted preprocessing"

    version: Literal[1] = 1
    """Version of this document's form."""
    columns: dict[str, ColumnFit]
    """Every feature column, in the order of the inputs."""
    inputs: dict[str, tuple[str, ...]]
    """Columns of each network input."""
    targets: dict[str, TargetFit]
    """Target of each output."""
    window: WindowSection | None = None
    """Windows over a series; `gap` as it was found where the spec leaves it open."""
    known: dict[str, str] = Field(default={})
    """Columns known in advance: name among `columns` -> column of the table."""
    forward: tuple[str, ...] = ()
    """Columns, by their names among `columns`, whose missing cells take the last known value."""
    target_missing: Literal["error", "drop"] = "error"
    """Whether windows without a target are left out."""
    ordering: dict[str, str] = Field(default={})
    """Columns that tell series apart and order them, with the kind of each, or its dates' form."""
    missing: Missing = "error"
    """What the data section says of missing cells."""
    identifiers: tuple[str, ...] = ()
    """Columns that tell rows apart and are no features: declared as such, or the index."""
    weight: str | None = None
    """Column of sample weights."""
    origin: str | None = None
    """Column of the file that each row was read from."""
    dropping: tuple[str, ...] = ()
    """Columns whose missing cells leave their row out."""
    null_values: tuple[str, ...] = ()
    files: tuple[ReadAs, ...] = ()
    """Files that the rows came from."""
    signs: tuple[str, str] = (".", "")
    """Sign before fractions, and between thousands, in the texts of a table."""
    said: dict[str, dict[str, JsonValue]] | None = None
    """How the spec says that its first file is read, as `source` is written."""

    @property
    def tensors(self) -> dict[str, Tensor]:
        """Return what the front gives to each network input: shape, batch first, and element."""
        return {name: self._tensor(columns) for name, columns in self.inputs.items()}

    @property
    def words(self) -> dict[str, int]:
        """Return the inputs that hold numbers of words, with how many different ones."""
        alone = {name: self.columns[columns[0]] for name, columns in self.inputs.items()}
        return {
            name: fit.codes
            for name, fit in alone.items()
            if isinstance(fit, TextFit) and fit.numbered
        }

    def whole(self, columns: tuple[str, ...]) -> bool:
        """Tell whether an input of these columns consists of integers."""
        return all(
            is_whole(fit) or (isinstance(fit, TextFit) and fit.numbered)
            for fit in (self.columns[name] for name in columns)
        )

    def steps(self, column: str) -> tuple[int, ...]:
        """Return how many cells of a column a row has: of a window, or of what is known ahead."""
        if self.window is None:
            return ()
        return (len(self.window.horizons) if column in self.known else self.window.length,)

    def _tensor(self, columns: tuple[str, ...]) -> Tensor:
        """Return the tensor of an input made of these columns."""
        steps = self.steps(columns[0])
        fits = [self.columns[name] for name in columns]
        width = sum(fit.width for fit in fits)
        cell = (width,) if not fits[0].shape else fits[0].shape
        if fits[0].shape and width > 1:
            cell = (*cell, width)
        return Tensor((None, *steps, *cell), "integer" if self.whole(columns) else "float")

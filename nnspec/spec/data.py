"""The `data:` section: where the table is, what its columns are, how its rows are split.

Everything that can be said about it without opening the data is in `data_rules`; what bundled
sets hold is in `builtin`.
"""

from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from nnspec.catalog.columns import (
    Category,
    ColumnKind,
    Constant,
    Encoding,
    Numeric,
    Policy,
    Scaling,
    Vector,
)
from nnspec.catalog.plain import object_of
from nnspec.catalog.sources import Source
from nnspec.catalog.types import Flag, Integer, Said, Seed, Text
from nnspec.spec.section import Section
from nnspec.spec.window import Columns, WindowSection, as_columns

Kind = Literal[
    "numeric",
    "category",
    "boolean",
    "integer",
    "date",
    "text",
    "image",
    "mask",
    "tags",
    "identifier",
]
"""What a column's cells are."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Missing = Policy
TargetScaling = Literal["standardize", "log", "none"]
Task = Literal["regression", "classification", "reconstruction"]
Method = Literal["auto", "random", "stratified", "time"]
SplitOf = Literal["train", "validation", "test"]

One = Annotated[Text | Source, BeforeValidator(object_of("sources", text=True))]
"""One file, or all those that a pattern matches."""
KindOf = Annotated[ColumnKind, BeforeValidator(object_of("columns"))]
Files = One | Annotated[tuple[One, ...], Field(min_length=1)]
Class = Text | Integer | Flag
"""A class as the data writes it."""
Share = Annotated[float, Field(strict=True, ge=0, lt=1, allow_inf_nan=False)]

SOURCES = "a file's path, a format with its settings, a list of these, or the files of each split"

NULL_VALUES = ("NA", "N/A", "NaN", "nan", "null", "NULL")


class SplitSection(Section):
    """How the rows are divided into training, validation and test."""

    validation: Share = 0.15
    """Share of the rows that training is watched on; 0: none."""
    test: Share = 0.15
    """Share of the rows that only the report sees; 0: none."""
    seed: Seed = 0
    """Seed of the draw; the same seed and data give the same split."""
    method: Method = "auto"
    """How rows are drawn: `random`; `stratified` (each class by the same shares); `time` (rows stay
    in order, the last ones are the test). `auto` is time for windows, stratified for one
    categorical target, random otherwise."""
    group: Text | None = Field(default=None, examples=["patient"])
    """Column whose equal values belong together: the rows of one go to one split, so that the test
    shows how the network does on patients, or machines, that it has not seen."""
    by: Text | None = Field(default=None, examples=["day"])
    """Column of dates or numbers by which rows are ordered before they are split: the latest are
    the test. Rows at the same moment stay together."""
    column: Text | None = Field(default=None, examples=["fold"])
    """Column that says which split each row belongs to: train, validation (val, valid, dev) or
    test. Of what it never names, `validation` and `test` are drawn out of the training rows."""
    values: Annotated[dict[Text, SplitOf], Field(min_length=1)] | None = Field(
        default=None, examples=[{"1": "train", "2": "train", "3": "test"}]
    )
    """What the values of `column` stand for, where they are no names of splits."""

    duplicates: Literal["free", "together"] = "free"
    """`together` keeps rows that are the same, features and targets, in one split; `free` draws
    each by itself, and a copy of a training row may be in the test."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that say where rows belong; they are features only where named so."""
        return tuple(one for one in (self.group, self.by, self.column) if one is not None)


class GivenSplits(Section):
    """Files that are the splits of a run as they are."""

    train: Files = Field(examples=["train.csv"])
    """Training rows."""
    validation: Files | None = Field(default=None, examples=["validation.csv"])
    """Validation rows; `split.validation` of the training rows if absent."""
    test: Files | None = Field(default=None, examples=["test.csv"])
    """Test rows; `split.test` of the training rows if absent."""


class DataSection(Section):
    """The table that the network is trained on.

    One rule decides what a cell is, in tables of every format, in `predict` and in the SavedModel.
    Blanks around a text, of any script, do not belong to it. A cell is missing if it is empty,
    null, NaN, or one of the texts in `null_values`. A category is a text as it is written, in every
    script; a whole number is the same category with and without a point (`3`, `3.0`). A value that
    the training rows did not have is unknown and encoded as `encoding` says; `predict` tells how
    many cells of which column were.

    Numbers keep their double precision until they are centred and scaled. One that is infinite,
    larger than single precision holds (3.4e38), or further than 1e18 deviations (or ranges) from
    the training rows is none that a network can take; an integer column holds 32 bits.

    `predict` refuses missing cells that `missing` does not fill, and numbers that no network can
    take; with `missing: drop`, rows with missing cells are named and get no prediction. The
    SavedModel answers all such rows, texts that are not UTF-8, and rows whose answer is no finite
    number with NaN; a label is then empty and its probabilities NaN. Among labels that are whole
    numbers, -9223372036854775808 stands for the empty one; true and false are texts there.

    Messages count the rows of a table from 1; the column `row` of predictions counts them from 0.
    Beside it stand the columns that tell rows apart: those declared `identifier`, the index of a
    text table, key and time of series; `--keep COLUMN` adds others. `predict` and `evaluate --data`
    tell how new rows differ from the training rows: cells missing, unknown or beyond the range
    of a column, and its population stability index, from 0.25 on (and above what chance does to so
    few rows) marked as shifted; `--format json` has it for every column.

    The SavedModel takes each column by its own name if that has only letters, digits and
    underscores, a letter first. In any other name TensorFlow reads each other sign as an
    underscore, and puts `arg_` before what begins with no letter; a name that is then taken gets a
    number behind. `assets.extra/columns.json` lists names and types: texts, 64-bit integers, bytes
    of pictures, 32-bit numbers, or 64-bit ones where 32 bits would blur a column by more than
    1/131,072 of its deviation (or range), and what each of several units of an answer stands for.
    `serve` of the loaded object takes one mapping from the columns' own names instead; in Python it
    is the way to pass a column called `self`.
    """

    source: Annotated[Files | GivenSplits, Said(SOURCES)] = Field(examples=["sklearn:diabetes"])
    """A bundled set (`sklearn:` and diabetes, iris, digits, wine, breast_cancer or linnerud), or a
    file's path, relative to the spec, read by its ending (.csv .tsv .parquet .json .jsonl .feather
    .npz .npy .h5 .xlsx .sqlite .duckdb; also packed as .gz, .zst or .zip) or as said: `{csv: {path:
    d.txt, decimal: ","}}`. A `*` in it makes a pattern; files of one pattern or of a list are one
    table, with the same columns. `{train: a.csv, test: b.csv}` gives the splits as they are. A path
    that ends in a slash is a folder of pictures (`photos/`), `{texts: {path: reviews}}` one of
    texts."""
    target: Text | Columns | dict[Text, Text | Columns] | None = Field(
        default=None, examples=["target"]
    )
    """Column that the network predicts; a list for several units of one output; a mapping from
    output names for several outputs; absent when the network reconstructs its input."""
    labels: Text | None = Field(default=None, examples=["species"])
    """Column of what rows are known to be, for a network that finds groups without a target: the
    report compares them with it. It is never trained on, and is no feature; a row whose cell is
    missing is learned from as the others are, and compared with nothing."""
    positive: Class | dict[Text, Class] | None = Field(default=None, examples=[">50K"])
    """Class that a binary head looks for: the second of its two, whose probability it gives, and
    whose precision, recall and F1 the report has. Of several outputs a mapping from their names. If
    absent the second in order: 1, true, yes beside no."""
    negative: Literal["rest"] | None = Field(default=None, examples=["rest"])
    """`rest`: beside the class that `positive` names, all other classes of the target are one, for
    a binary head that tells one class from all others. If absent there is one other class."""
    features: Columns | None = Field(default=None, examples=[["height", "width"]])
    """Columns that the network reads, by name or by a pattern with `*`; all but the targets and
    what `exclude` names (with `window`: all but the latter) if absent."""
    inputs: Annotated[dict[Text, Columns], Field(min_length=1)] | None = Field(
        default=None, examples=[{"numbers": ["height", "width"], "kind": ["colour"]}]
    )
    """For several network inputs: the columns of each, by the input's name."""
    exclude: Text | Columns | None = Field(default=None, examples=[["name", "note*"]])
    """Columns that are no features, in place of naming all others as such."""
    columns: dict[Text, KindOf] = Field(default={}, examples=[{"zip_code": "category"}])
    """Kinds of columns, by name or by a pattern with `*` (an exact name wins): the kind, or the
    kind and what is done with the cells: `{age: {numeric: {missing: median}}}`. Else cells that
    are all numbers make a column numeric, all true or false boolean, anything else category; whole
    numbers with zeros before them (00501) are codes, and categories. Dates, and texts that hardly
    come again, are asked about; free text is declared: `{review: text}`, and so are several numbers
    in a text cell: `{spectrum: vector}`, and paths of pictures:
    `{photo: {image: {size: [64, 64]}}}`."""
    null_values: tuple[Text, ...] = NULL_VALUES
    """Texts that count as missing cells, in tables of every format; empty ones always do."""
    missing: Missing = "error"
    """What happens to missing cells: `error` refuses them, `drop` leaves their rows out, `forward`
    takes the last known value of the same series (with `window`; the SavedModel that of the same
    window, and answers NaN where it has none), the others fill them from the training rows (mean
    and median: numeric columns and dates; other columns take their most frequent value). A
    column's own, and constants, stand in `columns`."""
    target_missing: Literal["error", "drop"] = "error"
    """What happens to rows whose target is missing: `error` refuses them, `drop` leaves them out,
    as `missing: drop` does too; with `window` the windows that would predict them."""
    scaling: Scaling | dict[Text, Scaling] = "standardize"
    """Scale of numeric features: `standardize` to mean 0 and standard deviation 1, `minmax` to 0
    and 1, `robust`, `log`, `quantile` (see the kind numeric), `none`; by column where it is a
    mapping (standardize for the rest). An array column is scaled as one, by a single mean and
    deviation."""
    encoding: Encoding | dict[Text, Encoding] = "one_hot"
    """How categories become numbers: `one_hot` (an unknown value is all zeros) or `index` (1 and
    up, 0 for an unknown value; for an Embedding); by column where it is a mapping (one_hot for
    the rest)."""
    target_scaling: TargetScaling = "standardize"
    """Scale of regression targets while training: `standardize` to mean 0 and standard deviation 1;
    `log`, for prices, sizes and counts that span powers of ten, is log(1 + x), as of features, then
    standardized; `none`. The loss is measured on scaled targets; every metric, logged, watched by
    a callback or reported, is in the target's own units, and so are predictions, quantiles and
    intervals. `log` takes targets of 0 and more. Errors then count by their share of the target,
    and answers to like rows lie near the median of their targets, below the mean. Numbers well
    below 1 are hardly changed by it: write them in a smaller unit."""
    split: SplitSection = SplitSection()
    """How the rows are divided into training, validation and test."""
    window: WindowSection | None = None
    """Makes windows over a series; absent for a table of independent rows."""
    task: Task | None = None
    """What is learned; inferred from the loss if absent."""
    origin: Text | None = Field(default=None, examples=["file"])
    """Name of a column that is added to the table: the name of the file that each row was read
    from, where several are one table (`source: machines/*.csv`). It tells series apart (`window:
    {key: file}`), keeps the rows of a file together (`split: {group: file}`), stands beside the
    predictions, and is a feature only where it is named as one."""
    sample_weight: Text | None = Field(default=None, examples=["weight"])
    """Column that holds each row's weight in the loss; it is not a feature."""

    @property
    def kinds(self) -> dict[str, Kind]:
        """Return the kinds that columns are declared to be of."""
        return {name: kind_of(one) for name, one in self.columns.items()}

    def missing_of(self, column: str) -> Missing | Constant | Literal["own", "empty"]:
        """Return what happens to a feature's missing cells."""
        own = getattr(self.columns.get(column), "missing", None)
        return self.missing if own is None else own

    def scaling_of(self, column: str) -> Scaling:
        """Return the scale of a numeric column."""
        kind = self.columns.get(column)
        if isinstance(kind, Numeric | Vector) and kind.scaling is not None:
            return kind.scaling
        if isinstance(self.scaling, dict):
            return self.scaling.get(column, "standardize")
        return self.scaling

    def encoding_of(self, column: str) -> Encoding:
        """Return the encoding of a category column."""
        kind = self.columns.get(column)
        if isinstance(kind, Category) and kind.encoding is not None:
            return kind.encoding
        if isinstance(self.encoding, dict):
            return self.encoding.get(column, "one_hot")
        return self.encoding


def kind_of(described: ColumnKind) -> Kind:
    """Return the kind that an object describes."""
    if isinstance(described, Vector):
        return "numeric"
    name: Kind = described.keras_name  # type: ignore[assignment]  # the classes are these kinds
    return name


DEFAULT_INPUT = "input"
"""Name of the network's only input where the spec names none."""


def target_columns(section: DataSection) -> tuple[str, ...]:
    """Return every column that is a target, in the order of the text, each once."""
    if section.target is None:
        return ()
    if isinstance(section.target, dict):
        several = section.target.values()
        return tuple(dict.fromkeys(one for columns in several for one in as_columns(columns)))
    return as_columns(section.target)


def feature_columns(section: DataSection) -> tuple[str, ...] | None:
    """Return the columns that the spec names as features, None if it leaves that to the data."""
    if section.inputs is not None:
        return tuple(dict.fromkeys(one for columns in section.inputs.values() for one in columns))
    return section.features


def input_columns(section: DataSection, available: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the columns of each network input, by its name.

    Args:
        section: the data section.
        available: all columns of the data that can be features by default.
    """
    if section.inputs is not None:
        return dict(section.inputs)
    if section.features is not None:
        return {DEFAULT_INPUT: section.features}
    kept_back = set() if section.window else set(target_columns(section))
    kept_back |= set() if section.sample_weight is None else {section.sample_weight}
    kept_back |= set(as_columns(section.exclude or ()))
    kept_back |= set(section.window.columns) if section.window else set()
    kept_back |= set(section.split.columns)
    kept_back |= set() if section.origin is None else {section.origin}
    kept_back |= set() if section.labels is None else {section.labels}
    kept_back |= {name for name, kind in section.kinds.items() if kind == "identifier"}
    return {DEFAULT_INPUT: tuple(name for name in available if name not in kept_back)}

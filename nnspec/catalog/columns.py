"""Kinds of columns: what a cell is, and what is done with it before the network reads it; floor 2.

What an argument leaves open is decided by `missing`, `scaling` and `encoding` of the data section.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.types import (
    LARGEST,
    Flag,
    Number,
    Positive,
    PositiveNumber,
    Seed,
    Text,
)

Policy = Literal["error", "drop", "mean", "median", "most_frequent", "forward"]
Scaling = Literal["standardize", "minmax", "robust", "log", "quantile", "none"]
Encoding = Literal["one_hot", "index"]
BinEncoding = Literal["one_hot", "index", "piecewise_linear"]
Part = Literal[
    "elapsed", "year", "month", "day", "dayofyear", "weekday", "hour", "minute", "second"
]
LINEAR: tuple[Part, ...] = ("elapsed", "year")
"""Parts of a date that do not come again."""
Bounds = Annotated[tuple[Number | None, Number | None], Field()]
"""Smallest and largest number; null for none."""


MOST_WORDS = 5
"""Words in a row that may make one of their own."""
NGram = Annotated[int, Field(strict=True, ge=1, le=MOST_WORDS)]
"""How many do."""
MOST_BINS = 1000
"""Bins that numbers may be parted into."""
LONGEST = 100_000
"""Words of a text that a network may read."""

OWN = "what a column of a table holds; Keras has no tables"


class Constant(BaseModel):
    """A value of one's own in place of a missing cell."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    constant: Number | Text = Field(examples=[0])
    """The value, in the column's units."""


class ColumnKind(CatalogObject, family="columns", abstract=True):
    """What a column's cells are."""

    beyond_keras = OWN

    def refuse_unless(
        self,
        agrees: bool,  # noqa: FBT001 - a condition
        field: str,
        reason: str,
        hint: str | None = None,
    ) -> None:
        """Refuse settings that contradict each other, at the one to change."""
        if not agrees:
            told = {"reason": reason, "field": field, "hint": hint}
            raise PydanticCustomError("contradiction", "{reason}", told)


class Filled(ColumnKind, abstract=True):
    """A column whose missing cells may be filled."""

    missing: Policy | Constant | None = None
    """What happens to missing cells: `error`, `drop` (their rows are left out), `mean`, `median`,
    `most_frequent`, `forward`, or `{constant: VALUE}`; as `missing` of the data section if
    absent."""
    indicator: Flag = False
    """Whether a number more says of each cell if it was missing: 1, else 0."""


class Numeric(Filled):
    """Numbers, scaled by what the training rows say.

    `standardize` to mean 0 and standard deviation 1; `minmax` to 0 and 1; `robust` to median 0 and
    a distance of 1 between the quartiles; `log` takes sign(x) * log(1 + |x|) and standardizes it;
    `quantile` gives each number's place among those of the training rows, 0 for the smallest and 1
    for the largest, by a thousand quantiles; `none` passes numbers as they are.

    Bins take the place of a scale, where a network should learn of each range of numbers by itself:
    ages below 18, from 18 to 65, from 65 on. A number on a boundary belongs to the bin above it, as
    with Keras' Discretization; beyond the outer boundaries there are bins as well.

    Waves take the place of the scaled number, where what is to be learned comes again, or changes
    within short stretches of it: hours of a day, degrees, places on a map. Each frequency gives a
    sine and a cosine, of which the layers behind mix what they need.
    """

    keras_name = "numeric"

    scaling: Scaling | None = None
    """Scale; as `scaling` of the data section if absent."""
    clip: Bounds | None = Field(default=None, examples=[[0, 100]])
    """Smallest and largest number, in the column's units; what lies beyond becomes the bound before
    anything is fitted."""
    num_bins: Annotated[int, Field(strict=True, ge=2, le=MOST_BINS)] | None = Field(
        default=None, examples=[10]
    )
    """Parts the numbers into so many bins with equally many training rows each, by quantiles; into
    fewer where many rows have the same number."""
    bin_boundaries: (
        Annotated[tuple[Number, ...], Field(min_length=1, max_length=MOST_BINS)] | None
    ) = Field(default=None, examples=[[18, 65]])
    """Parts the numbers into bins at boundaries of one's own, ascending, in the column's units."""
    encoding: BinEncoding | None = Field(default=None, examples=["index"])
    """How bins become numbers: `one_hot` (also if absent), `index` (0 and up, for an Embedding), or
    `piecewise_linear`: a number for each bin between two boundaries, 0 below it, 1 above it, and
    the share of the way within it; the first and the last go on beyond the outer boundaries, which
    for `num_bins` are the smallest and the largest training row (Gorishniy et al. 2022). With a
    `scaling` of the column's own the scaled number stands before them, and each is divided by the
    root of their count: training begins near what the number alone would do, and bins bend it where
    that helps (as the second version of these embeddings in Gorishniy et al. 2024, TabM)."""

    period: PositiveNumber | None = Field(default=None, examples=[24])
    """Distance after which numbers come again, in the column's units: 24 for hours, 360 for
    degrees. The network reads sine and cosine of the place within it; with `num_frequencies` also
    of twice the frequency, of three times it, and so on."""
    num_frequencies: Annotated[int, Field(strict=True, ge=1, le=MOST_BINS)] | None = Field(
        default=None, examples=[16]
    )
    """Frequencies, each a sine and a cosine. Without `period` they are drawn from a normal
    distribution of deviation `frequency_scale`, for the scaled number (Gorishniy et al. 2022,
    periodic embeddings, here not trained)."""
    frequency_scale: PositiveNumber | None = Field(default=None, examples=[1.0])
    """Deviation of drawn frequencies, in periods for each deviation of the column: the larger, the
    finer the changes that can be learned, and the more rows that takes; 0.3 if absent."""
    seed: Seed | None = Field(default=None, examples=[1])
    """Seed of the drawn frequencies; 0 if absent."""

    @property
    def waved(self) -> bool:
        """Tell whether sines and cosines take the place of the number."""
        return self.period is not None or self.num_frequencies is not None

    @property
    def binned(self) -> bool:
        """Tell whether bins take the place of a scale."""
        return self.num_bins is not None or self.bin_boundaries is not None

    @model_validator(mode="after")
    def check_bins(self) -> Self:
        """Refuse bins that are said twice, or not at all, and boundaries that make none."""
        edges = self.bin_boundaries or ()
        refuse = self.refuse_unless
        twice = bool(edges) and self.num_bins is not None
        both = "num_bins and bin_boundaries both say what the bins are: leave one of both out"
        refuse(not twice, "num_bins", both)
        unsaid = "encoding is for bins: add num_bins or bin_boundaries"
        refuse(self.encoding is None or self.binned, "encoding", unsaid)
        scaled = self.binned and self.scaling is not None
        linear = self.encoding == "piecewise_linear"
        unscaled = "bins of numbers have no scale, unless they are piecewise_linear: leave one out"
        refuse(not scaled or linear, "scaling", unscaled)
        parted = "places among quantiles are parted already: write another scaling, or no bins"
        other = "write scaling: standardize"
        refuse(not scaled or self.scaling != "quantile", "scaling", parted, other)
        unordered, rising = f"bin_boundaries must ascend; got {list(edges)}", sorted(set(edges))
        ordered = f"write bin_boundaries: [{', '.join(f'{one:.15g}' for one in rising)}]"
        refuse(list(edges) == rising, "bin_boundaries", unordered, ordered)
        refuse(
            not (self.binned and self.waved),
            "num_frequencies" if self.num_frequencies else "period",
            "a number is read by bins or by waves: leave one of both out",
        )
        refuse(
            self.scaling is None or self.period is None,
            "scaling",
            "a period is the scale of its column: leave one of both out",
        )
        drawn = self.num_frequencies is not None and self.period is None
        for field in ("frequency_scale", "seed"):
            unused = f"{field} is for drawn frequencies: add num_frequencies, and no period"
            refuse(drawn or getattr(self, field) is None, field, unused)
        few = "piecewise_linear needs two boundaries or more; got one"
        more = "add a boundary, or remove encoding: one boundary parts numbers into two bins"
        refuse(self.encoding != "piecewise_linear" or len(edges) != 1, "bin_boundaries", few, more)
        return self


class Category(ColumnKind):
    """Texts, each a class of its own."""

    keras_name = "category"

    missing: Policy | Constant | Literal["own"] | None = None
    """What happens to missing cells: as for numbers, or `own`: they are a class of their own."""
    indicator: Flag = False
    """Whether a number more says of each cell if it was missing: 1, else 0."""
    encoding: Encoding | None = None
    """How classes become numbers; as `encoding` of the data section if absent."""
    rare: Positive = 1
    """Training rows from which on a class has a code of its own; rarer ones are joined, and count
    as unknown."""
    unknown: Literal["zeros", "own", "error"] | None = None
    """What becomes of a value without a code: `zeros`, `own` (a code of its own: a column more,
    or index 0), `error` (predict refuses it, the SavedModel answers NaN). If absent: zeros for
    one_hot, own for index and where rare classes are joined."""
    num_bins: Positive | None = Field(default=None, examples=[64])
    """Gives each class one of so many bins by its hash, as Keras' Hashing, where classes are too
    many for a vocabulary, or new ones are to be told apart; unlike classes may share a bin. An
    index then counts from 0; with `missing: own` bin 0 is that of missing cells alone."""
    salt: Seed | tuple[Seed, Seed] | None = Field(default=None, examples=[7])
    """One or two numbers that pick another hash, one that outsiders cannot foresee."""

    @model_validator(mode="after")
    def check_hash(self) -> Self:
        """Refuse settings of a vocabulary for classes that have none."""
        hashed, refuse = self.num_bins is not None, self.refuse_unless
        refuse(hashed or self.salt is None, "salt", "salt is for bins: add num_bins")
        refuse(
            not hashed or self.rare == 1, "rare", "bins have no rare classes: leave one of both out"
        )
        refuse(
            not hashed or self.unknown is None,
            "unknown",
            "bins have no unknown classes: leave one of both out",
        )
        alone = self.num_bins == 1 and self.missing == "own"
        refuse(not alone, "num_bins", "missing: own takes a bin, and leaves none; write 2 or more")
        return self


class Boolean(Filled):
    """True and false, as 1 and 0."""

    keras_name = "boolean"


class Integer(ColumnKind):
    """Whole numbers passed on unscaled, for an Embedding."""

    keras_name = "integer"

    missing: Literal["error", "drop", "forward"] | Constant | None = None
    """What happens to missing cells: `error`, `drop`, `forward`, or `{constant: VALUE}`."""


class Date(Filled):
    """Days and times, as numbers that a network can learn from.

    `elapsed` counts days from the mean of the training rows, and `year` years, both by their
    deviation. The others come again: month, day, dayofyear, weekday, hour, minute and second are a
    sine and a cosine each, so that December stands beside January. Tables and the SavedModel take
    texts in the same form.
    """

    keras_name = "date"
    shorthand = "parts"

    parts: Annotated[tuple[Part, ...], Field(min_length=1)] = ("elapsed", "month", "weekday")
    """What the network reads of it."""
    format: Text | None = Field(default=None, examples=["%d.%m.%Y"])
    """How the texts are written, in the signs of Python's strptime: %d.%m.%Y %H:%M. Found out from
    the cells if absent, where they leave no doubt which number is the month."""


class TextColumn(ColumnKind):
    """Words, as numbers that a network can learn from; as Keras' TextVectorization.

    The words that the training rows have most often make the vocabulary. `output_mode: int` gives
    the numbers of a text's words in their order, 0 behind the last and 1 for an unknown word, or
    for a text without any: for an Embedding, as an input of its own. The other modes give a number
    for each word of the vocabulary, unknown ones together the first, and stand beside other
    columns: `multi_hot` 1 if the text has the word, `count` how often, `tf_idf` the count times
    log(1 + n / (1 + d)) for a word in d of n training rows. Capitals of every script are lowered,
    where Keras lowers ASCII's alone; blanks of every script part words.
    """

    keras_name = "text"

    missing: Literal["error", "drop", "forward", "empty"] | Constant | None = None
    """What happens to missing cells: `error`, `drop`, `forward`, `empty` (a text without words;
    also where the data section fills cells), or `{constant: TEXT}`."""
    max_tokens: Annotated[int, Field(strict=True, ge=3, le=LARGEST)] = 10_000
    """Most numbers that words become, those for unknown words and padding included."""
    standardize: Literal["lower_and_strip_punctuation", "lower", "strip_punctuation"] | None = (
        "lower_and_strip_punctuation"
    )
    """What is done with a text first; null for nothing."""
    split: Literal["whitespace", "character"] = "whitespace"
    """What it is parted into: words or letters."""
    ngrams: NGram | Annotated[tuple[NGram, ...], Field(min_length=1, max_length=MOST_WORDS)] = 1
    """Words in a row that are one word more, up to so many; those of the listed lengths alone."""
    output_mode: Literal["int", "multi_hot", "count", "tf_idf"] = "int"
    """What the network reads."""
    output_sequence_length: Annotated[int, Field(strict=True, ge=1, le=LONGEST)] | None = Field(
        default=None, examples=[100]
    )
    """Words of a text that are read, for `int`; as many as the longest training text has, and at
    most 1,000, if absent."""


class Vector(ColumnKind):
    """Cells of several numbers each, as many in every row: embeddings, spectra, pixels.

    A text cell holds them with blanks, commas or semicolons between, in brackets or without
    (`[0.1, 0.2]`, `70 80 82`); a cell of Parquet, JSON or an array is a list. They are scaled as
    one, by a single mean and deviation, and are an input of their own: (batch, *shape), which is
    what the SavedModel takes. Lists and arrays that are whole need no such word.
    """

    keras_name = "vector"
    shorthand = "shape"

    shape: Annotated[tuple[Positive, ...], Field(min_length=1, max_length=4)] | None = Field(
        default=None, examples=[[48, 48, 1]]
    )
    """How the numbers of a cell are laid out, the last axis first to change: rows, columns and
    channels of a picture. In one line if absent."""
    separator: Text | None = Field(default=None, examples=["|"])
    """What stands between the numbers of a text cell; blanks, commas (where no decimal sign) and
    semicolons if absent."""
    scaling: Literal["standardize", "minmax", "robust", "log", "none"] | None = None
    """Scale; as `scaling` of the data section if absent."""
    missing: Literal["error", "drop"] | None = None
    """What happens to missing cells: `error` or `drop`."""


class TagColumn(ColumnKind):
    """A class for each word of a text, such as its part of speech: a target of steps.

    Cells hold as many classes as the text has words, in their order, parted by blanks: `the cat
    sleeps` and `DET NOUN VERB`. In typed files they may also be lists. The text that they belong to
    is the feature that becomes the numbers of its words; classes are cut, or filled up, to its
    length, and what is filled up neither trains nor is judged: `mask_zero: true` in the Embedding
    says which steps these are. Predictions are written as the classes are.
    """

    keras_name = "tags"

    missing: Literal["error", "drop"] | None = None
    """What happens to rows without classes: `error` or `drop`."""


class Identifier(ColumnKind):
    """Names or numbers of rows, which say nothing about another row: no feature.

    They stand first in the predictions, so that each row is known again.
    """

    keras_name = "identifier"

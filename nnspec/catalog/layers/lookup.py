"""Lookup layers: categories and texts to numbers by a vocabulary that the spec holds; floor 2.

A vocabulary is a list in the spec, never a path: no layer opens a file.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.preprocessing import NOT_SPARSE, contradiction, gathered, one_hot
from nnspec.catalog.types import Flag, Integer, NonNegative, Number, Positive, Seed, Text
from nnspec.shapes import Element, Shape, ShapeError, Tensor, show

LookupMode = Literal["int", "one_hot", "multi_hot", "count", "tf_idf"]
MaxTokens = Annotated[int, Field(strict=True, ge=2, le=2**31 - 1)]
Token = Annotated[str, Field(strict=True, max_length=4096)]
SHOWN = 5
"""Repeated entries that a message names."""


class Vocabulary(Layer, abstract=True):
    """Gives each category the number of its place in a vocabulary."""

    passes_mask = False
    omitted: ClassVar[Mapping[str, str]] = {"sparse": NOT_SPARSE}

    max_tokens: MaxTokens | None = Field(default=None, examples=[10000])
    """Largest number of categories, unknown ones included; no limit if absent."""
    vocabulary: Annotated[tuple[Token | Integer, ...], Field(min_length=1)]
    """The categories, in order."""
    idf_weights: tuple[Number, ...] | None = Field(default=None, examples=[[0.5, 1.2, 2.0]])
    """Inverse document frequency of each category; for output_mode tf_idf, and only for it."""
    output_mode: LookupMode = "int"
    """int: the number; one_hot: an axis with 1 at it; multi_hot, count, tf_idf: one code per row,
    with ones, counts, or counts times idf_weights."""
    pad_to_max_tokens: Flag = False
    """Whether codes are as long as max_tokens even if the vocabulary is shorter."""

    @model_validator(mode="after")
    def check_vocabulary(self) -> Self:
        """Refuse a repetitive or overlong vocabulary, and weights that do not fit it."""
        tokens = self.tokens
        if not tokens:
            raise contradiction("vocabulary holds special entries only", "vocabulary")
        if repeated := sorted(str(token) for token, times in Counter(tokens).items() if times > 1):
            more = ", ..." if len(repeated) > SHOWN else ""
            shown = ", ".join(repeated[:SHOWN]) + more
            raise contradiction(f"vocabulary repeats {shown}", "vocabulary")
        if self.max_tokens is None and self.pad_to_max_tokens:
            raise contradiction("pad_to_max_tokens needs max_tokens", "max_tokens")
        if self.max_tokens is not None and self.size > self.max_tokens:
            raise contradiction(
                f"the vocabulary has {self.size} entries, special ones included; "
                f"max_tokens is {self.max_tokens}",
                "max_tokens",
            )
        self.check_weights()
        return self

    def check_weights(self) -> None:
        """Refuse idf_weights without their mode, or of another length than the vocabulary."""
        given = self.idf_weights is not None
        if given != (self.output_mode == "tf_idf"):
            raise contradiction(
                f"idf_weights and output_mode: tf_idf need each other; output_mode is "
                f"{self.output_mode}",
                "idf_weights",
            )
        if given and len(self.idf_weights or ()) != len(self.vocabulary):
            raise contradiction(
                f"idf_weights holds {len(self.idf_weights or ())} numbers, "
                f"vocabulary {len(self.vocabulary)} entries",
                "idf_weights",
            )

    @property
    def special(self) -> tuple[str | int | None, ...]:
        """Return the entries that come before the vocabulary's own."""
        return ()

    @property
    def tokens(self) -> tuple[str | int, ...]:
        """Return the vocabulary without special entries, which it may begin with."""
        given: tuple[str | int, ...] = self.vocabulary
        count = len(self.special)
        return given[count:] if given[:count] == self.special else given

    @property
    def size(self) -> int:
        """Return the number of categories, special ones included."""
        return len(self.special) + len(self.tokens)

    @property
    def code_element(self) -> Element:
        """Return the kind of elements that leave.

        Keras announces fractions for codes (index_lookup.py, compute_output_spec), and computes
        whole numbers unless they are weighted.
        """
        return "float" if self.output_mode == "tf_idf" else "integer"

    @property
    def depth(self) -> int:
        """Return the length of a code."""
        return (self.max_tokens or 0) if self.pad_to_max_tokens else self.size


class IndexLookup(Vocabulary, abstract=True):
    """Looks categories up: (batch, ...) in."""

    shorthand = "vocabulary"
    additions: ClassVar[Mapping[str, str]] = {
        "trainable": "the layer has no weights; Keras ignores the argument here",
        "dtype": "the type follows from output_mode; Keras ignores the argument here",
    }
    fixed: ClassVar[Mapping[str, object]] = {"oov_method": "floormod"}

    num_oov_indices: NonNegative = 1
    """Number of places for unknown categories, shared by hash; without any they give -1, or are
    left out of codes."""
    invert: Flag = False
    """Whether numbers are turned back into categories."""
    salt: Seed | tuple[Seed, Seed] | None = Field(default=None, examples=[7])
    """One or two numbers that pick another hash for unknown categories."""

    key_element: ClassVar[Element]

    @model_validator(mode="after")
    def check_inversion(self) -> Self:
        """Refuse codes turned back into categories, and special entries in the vocabulary."""
        if self.invert and self.output_mode != "int":
            raise contradiction(
                f"invert needs output_mode: int; got {self.output_mode}", "output_mode"
            )
        if self.masking is not None and self.masking in self.tokens:
            raise contradiction(f"vocabulary holds the mask_token {self.masking}", "vocabulary")
        if self.invert and self.unknown is None:
            raise contradiction("invert needs an oov_token for unknown numbers", "oov_token")
        if self.invert and self.unknown in self.tokens:
            raise contradiction(f"vocabulary holds the oov_token {self.unknown}", "vocabulary")
        return self

    @property
    def masking(self) -> str | int | None:
        """Return the category that stands for padding."""
        return None

    @property
    def unknown(self) -> str | int | None:
        """Return what unknown categories turn into when turned back."""
        return None

    @property
    def special(self) -> tuple[str | int | None, ...]:
        """Return padding, for whole numbers only, and the places for unknown categories."""
        padded = self.masking is not None and self.output_mode == "int"
        return ((self.masking,) if padded else ()) + (self.unknown,) * self.num_oov_indices

    def check_element(self, tensor: Tensor) -> None:
        """Refuse anything but the vocabulary's kind, or whole numbers if inverted (G307)."""
        wanted = "integer" if self.invert else self.key_element
        if tensor.element != wanted:
            raise ShapeError(
                "G307",
                f"{self.keras_name} takes {wanted} elements; got {tensor.element}",
                hint=f"declare the input's dtype: {'string' if wanted == 'text' else 'int64'}",
            )

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return numbers, codes, or categories."""
        (out,) = super().infer_tensors(inputs)
        return (Tensor(out.shape, self.key_element if self.invert else self.code_element),)

    def infer_shape(self, shape: Shape) -> Shape:
        """Return the shape of the numbers or codes."""
        if self.output_mode == "int":
            return shape
        if self.output_mode == "one_hot":
            return one_hot(self, shape, self.depth)
        return gathered(self, shape, self.depth)


class StringLookup(IndexLookup):
    """Turns text categories into their places in a vocabulary: (batch, ...) in and out.

    Codes are as long as the vocabulary: one_hot adds them as an axis, or puts them in the place
    of a last axis of length 1; multi_hot, count and tf_idf make one of (batch, categories).
    """

    key_element = "text"

    vocabulary: Annotated[tuple[Token, ...], Field(min_length=1)] = Field(
        examples=[["red", "green", "blue"]]
    )
    """The categories, in order."""
    mask_token: Token | None = Field(default=None, examples=[""])
    """Category that stands for padding and gets number 0; none if absent."""
    oov_token: Token | None = "[UNK]"  # noqa: S105  a word of the vocabulary, no password
    """What unknown categories turn into when turned back."""
    encoding: Text = "utf-8"
    """Encoding of the texts."""

    @property
    def masking(self) -> str | None:
        """Return the category that stands for padding."""
        return self.mask_token

    @property
    def unknown(self) -> str | None:
        """Return what unknown categories turn into when turned back."""
        return self.oov_token


class IntegerLookup(IndexLookup):
    """Turns whole numbers, such as postal codes, into their places in a vocabulary.

    (batch, ...) in and out. Codes are as long as the vocabulary: one_hot adds them as an axis,
    or puts them in the place of a last axis of length 1; multi_hot, count and tf_idf make one
    of (batch, numbers).
    """

    key_element = "integer"

    vocabulary: Annotated[tuple[Integer, ...], Field(min_length=1)] = Field(examples=[[3, 5, 8]])
    """The categories, in order."""
    vocabulary_dtype: Literal["int64"] = "int64"
    """Type of the vocabulary's numbers; Keras has one."""
    mask_token: Integer | None = Field(default=None, examples=[0])
    """Category that stands for padding and gets number 0; none if absent."""
    oov_token: Integer | None = -1
    """What unknown categories turn into when turned back."""
    oov_method: Literal["floormod", "farmhash"] = "floormod"
    """How unknown categories share their places: by remainder, or by hash."""

    @model_validator(mode="after")
    def check_salt(self) -> Self:
        """Refuse a salt without a hash."""
        if self.salt is not None and self.oov_method != "farmhash":
            raise contradiction("salt needs oov_method: farmhash", "oov_method")
        return self

    @property
    def masking(self) -> int | None:
        """Return the category that stands for padding."""
        return self.mask_token

    @property
    def unknown(self) -> int | None:
        """Return what unknown categories turn into when turned back."""
        return self.oov_token


class TextVectorization(Vocabulary):
    """Splits texts into tokens and looks them up: (batch,) or (batch, 1) in, (batch, tokens) out.

    The tokens are output_sequence_length many. With multi_hot, count and tf_idf a text becomes
    one code, as long as the vocabulary.
    """

    shorthand = "vocabulary"
    consumes = ("text",)
    ranks = (1, 2)
    omitted: ClassVar[Mapping[str, str]] = {
        "sparse": NOT_SPARSE,
        "ragged": "few layers take rows of unlike length",
    }

    vocabulary: Annotated[tuple[Token, ...], Field(min_length=1)] = Field(
        examples=[["red", "green", "blue"]]
    )
    """The tokens, in order."""
    standardize: Literal["lower_and_strip_punctuation", "lower", "strip_punctuation"] | None = (
        "lower_and_strip_punctuation"
    )
    """What is done to each text first: lower case, no punctuation, both, or nothing."""
    split: Literal["whitespace", "character"] | None = "whitespace"
    """Where a text is split into tokens; null: it is one token."""
    ngrams: Positive | tuple[Positive, ...] | None = Field(default=None, examples=[2])
    """Lengths of runs of tokens to look up as well, all up to a number, or those listed."""
    output_sequence_length: Positive | None = Field(default=None, examples=[100])
    """Number of tokens a text is cut or padded to; that of the batch's longest if absent."""
    encoding: Text = "utf-8"
    """Encoding of the texts."""

    @model_validator(mode="after")
    def check_length(self) -> Self:
        """Refuse a number of tokens for codes, and padding in the vocabulary."""
        if self.output_sequence_length is not None and self.output_mode != "int":
            raise contradiction(
                f"output_sequence_length needs output_mode: int; got {self.output_mode}",
                "output_sequence_length",
            )
        if "" in self.tokens:
            raise contradiction("vocabulary holds '', which stands for padding", "vocabulary")
        return self

    @property
    def special(self) -> tuple[str | int | None, ...]:
        """Return padding, for whole numbers only, and the place for unknown tokens."""
        return ("", "[UNK]") if self.output_mode == "int" else ("[UNK]",)

    def infer_tensors(self, inputs: Tensors) -> Tensors:
        """Return numbers or codes."""
        (out,) = super().infer_tensors(inputs)
        return (Tensor(out.shape, self.code_element),)

    def infer_shape(self, shape: Shape) -> Shape:
        """Return (batch, tokens), or the shape of the codes.

        Keras announces another shape than it gives for some inputs; they are not taken (G301).
        """
        if shape[1:] not in ((), (1,)) and self.split is not None:
            raise self.misshapen(shape, "(batch,) or (batch, 1)", "Reshape before, or split: null")
        if self.output_mode == "int":
            if self.split is None and len(shape) == 1:
                raise self.misshapen(shape, "(batch, texts) with split: null", "Reshape before")
            return (shape[0], self.output_sequence_length)
        if self.split is None and self.output_mode == "one_hot":
            return one_hot(self, shape, self.depth)
        if self.split is None:
            return gathered(self, shape, self.depth)
        if len(shape) > 1:
            raise self.misshapen(
                shape, f"(batch,) with output_mode: {self.output_mode}", "Input: {shape: []}"
            )
        return (shape[0], *((None,) if self.output_mode == "one_hot" else ()), self.depth)

    def misshapen(self, shape: Shape, wanted: str, hint: str) -> ShapeError:
        """Return the error (G301) for texts laid out in another way."""
        return ShapeError("G301", f"TextVectorization takes {wanted}; got {show(shape)}", hint=hint)

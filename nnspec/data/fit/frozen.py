"""What a part of the fitted preprocessing is, the documents of a run, the smallest parts: bins."""

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from nnspec.catalog.columns import BinEncoding
from nnspec.diagnostics import Diagnostic, Refused


class Fitted(BaseModel):
    """A frozen part of the fitted preprocessing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kept(Fitted):
    """What is kept with a run as a document of its own."""

    title: ClassVar[str]
    """What a message calls it."""

    def to_json(self) -> str:
        """Return the document that `from_json` reads back to an equal object."""
        return self.model_dump_json(indent=2)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return what a document holds.

        Raises:
            Refused: A101 for a document that `to_json` did not write.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(one) for one in first["loc"]) or "the document"
            message = f"{cls.title} is damaged at {place}: {first['msg']}"
            raise Refused([Diagnostic("A101", message)]) from error


class Bins(Fitted):
    """Numbers by the bins that they fall into."""

    encoding: BinEncoding
    edges: tuple[float, ...]
    """Boundaries, ascending, in the column's units (their logarithms where it is bent so); for
    `piecewise_linear` the outer ones too."""
    beside: bool = False
    """Whether the scaled number stands before the shares of bins, each then times `weight`."""

    @property
    def codes(self) -> int:
        """Return how many different bins there are."""
        return len(self.edges) + (-1 if self.encoding == "piecewise_linear" else 1)

    @property
    def width(self) -> int:
        """Return how many numbers stand for one cell."""
        return 1 if self.encoding == "index" else max(1, self.codes) + self.beside

    @property
    def weight(self) -> float:
        """Return what shares are multiplied by: beside a number all of them weigh as it does."""
        return max(1, self.codes) ** -0.5 if self.beside else 1.0


class Hash(Fitted):
    """Classes by the bins of their hashes, as Keras' Hashing."""

    num_bins: int
    masked: bool
    """Whether bin 0 is that of missing cells alone."""
    salt: tuple[int, int] | None = None

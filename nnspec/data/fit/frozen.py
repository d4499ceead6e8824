"""What a part of the fitted preprocessing is, and the smallest parts: bins."""

from pydantic import BaseModel, ConfigDict

from nnspec.catalog.columns import BinEncoding


class Fitted(BaseModel):
    """A frozen part of the fitted preprocessing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bins(Fitted):
    """Numbers by the bins that they fall into."""

    encoding: BinEncoding
    edges: tuple[float, ...]
    """Boundaries, ascending, in the column's units; for `piecewise_linear` the outer ones too."""

    @property
    def codes(self) -> int:
        """Return how many different bins there are."""
        return len(self.edges) + (-1 if self.encoding == "piecewise_linear" else 1)

    @property
    def width(self) -> int:
        """Return how many numbers stand for one cell."""
        return 1 if self.encoding == "index" else max(1, self.codes)


class Hash(Fitted):
    """Classes by the bins of their hashes, as Keras' Hashing."""

    num_bins: int
    masked: bool
    """Whether bin 0 is that of missing cells alone."""
    salt: tuple[int, int] | None = None

"""Floor 8, cases: the test rows that went worst, as small pictures that `cases.json` keeps."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from nnspec.data.fit.frozen import Fitted, Kept

Png = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=60_000)]
"""A PNG in base64."""
MOST_CASES = 12


class Case(Fitted):
    """One row."""

    row: int
    """Number of the row in the data."""
    says: str
    """What was expected and what was answered."""
    pictures: tuple[Png, ...]
    """What went in; or what was expected, and what was answered."""


class CasesOfOutput(Fitted):
    """The rows of one output, the worst first."""

    title: str
    cases: tuple[Case, ...] = Field(max_length=MOST_CASES)


class Cases(Kept):
    """The worst rows of every output whose rows are pictures."""

    title: ClassVar[str] = "the pictures of single rows"

    version: Literal[1] = 1
    """Version of this document's form."""
    outputs: dict[str, CasesOfOutput]

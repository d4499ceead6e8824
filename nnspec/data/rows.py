"""Rows that are asked for by number, and need not be in memory all at once."""

from typing import Protocol, TypeVar, runtime_checkable

from nnspec.data.table import Rows

Taken_co = TypeVar("Taken_co", covariant=True)


class RowSource(Protocol[Taken_co]):
    """Numbered rows.

    A `Table` and `Arrays` are sources of themselves, in memory. What holds pictures, texts or
    more than fits into memory reads them when they are taken.
    """

    @property
    def rows(self) -> int:
        """Return the number of rows."""

    def take(self, order: Rows | slice, /) -> Taken_co:
        """Return the rows of these numbers, from 0, in this order."""


@runtime_checkable
class EpochRows(RowSource[Taken_co], Protocol[Taken_co]):
    """Numbered rows that are others in every epoch, as many in each; `take` gives the first's."""

    def of_epoch(self, epoch: int, /) -> Taken_co:
        """Return all rows as an epoch has them, counted from 0."""

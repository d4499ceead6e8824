"""What training takes: the network's inputs and targets as arrays, one entry per row.

`RowSource[Arrays]` is where they come from; arrays in memory are one themselves.
"""

from dataclasses import dataclass, field

from nnspec.data.table import Rows, Values
from nnspec.data.window_view import some_of


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """Prepared rows.

    Attributes:
        inputs: network input name -> (rows, ...).
        targets: network output name -> (rows, ...); empty for prediction.
        weights: (rows,) weight of each row in the loss; None: all 1.
    """

    inputs: dict[str, Values]
    targets: dict[str, Values] = field(default_factory=dict)
    weights: Values | None = None

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self.inputs.values())))

    def take(self, order: Rows | slice, /) -> "Arrays":
        """Return some rows: views for a slice, copies for row numbers, but for those of windows."""
        return Arrays(
            {name: some_of(one, order) for name, one in self.inputs.items()},
            {name: some_of(one, order) for name, one in self.targets.items()},
            None if self.weights is None else self.weights[order],
        )

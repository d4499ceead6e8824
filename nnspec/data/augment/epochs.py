"""Training rows as each epoch has them: augmented, drawn anew from seed and epoch."""

from dataclasses import dataclass

from nnspec.catalog.augmentations import (
    Augmentation,
    CutMix,
    GaussianNoise,
    MixUp,
    Oversampling,
    RandomFlip,
    Scaling,
    TimeWarping,
    WindowSlicing,
)
from nnspec.data.arrays import Arrays
from nnspec.data.augment.draws import Draws
from nnspec.data.augment.mixing import cut_mix, mix_up
from nnspec.data.augment.noise import add_noise, scale
from nnspec.data.augment.pictures import flip
from nnspec.data.augment.reach import Reaches
from nnspec.data.augment.sampling import classes_of, repeat_rows, wanted
from nnspec.data.augment.series import slice_windows, warp_time
from nnspec.data.table import Rows, Values


@dataclass(frozen=True, slots=True, eq=False)
class AugmentedRows:
    """Training rows that are others in every epoch, as many in each.

    Attributes:
        arrays: the rows as they are.
        augmentations: what is done to them, in this order.
        reaches: what of each input of the network may be changed.
        classed: output whose target tells the class of a row, for Oversampling.
        seed: the run's.
    """

    arrays: Arrays
    augmentations: tuple[Augmentation, ...]
    reaches: Reaches
    classed: str | None
    seed: int

    @property
    def rows(self) -> int:
        """Return the number of rows in an epoch."""
        first = next(iter(self.augmentations), None)
        if not isinstance(first, Oversampling):
            return self.arrays.rows
        return sum(wanted(first, classes_of(self._target(self.arrays))).values())

    def take(self, order: Rows | slice, /) -> Arrays:
        """Return some rows of the first epoch."""
        return self.of_epoch(0).take(order)

    def of_epoch(self, epoch: int, /) -> Arrays:
        """Return all rows as an epoch has them, counted from 0."""
        arrays = self.arrays
        for place, one in enumerate(self.augmentations):
            arrays = self._apply(one, arrays, Draws(self.seed, epoch, place))
        return arrays

    def lines(self) -> tuple[str, ...]:
        """Return what is done to the training rows, as lines for a report."""
        return tuple(f"training rows: {self._said(one)}" for one in self.augmentations)

    def _said(self, asked: Augmentation) -> str:
        arguments = asked.arguments().items()
        settings = ", ".join(
            f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in arguments
        )
        words = f"{asked.keras_name} ({settings}), drawn anew in every epoch"
        if isinstance(asked, Oversampling):
            return f"{words}: {self.rows:,} rows of {self.arrays.rows:,}"
        if isinstance(asked, GaussianNoise):
            spared = [name for name, one in self.reaches.items() if not any(one.numeric)]
            return f"{words}; not on {', '.join(spared)}" if spared else words
        return words

    def _target(self, arrays: Arrays) -> Values:
        assert self.classed is not None, "a rule asks for one output of classes"
        return arrays.targets[self.classed]

    def _apply(self, asked: Augmentation, arrays: Arrays, draws: Draws) -> Arrays:
        match asked:
            case Oversampling():
                return repeat_rows(asked, arrays, self._target(arrays), draws)
            case GaussianNoise():
                return add_noise(asked, arrays, self.reaches, draws)
            case Scaling():
                return scale(asked, arrays, self.reaches, draws)
            case WindowSlicing():
                return slice_windows(asked, arrays, self.reaches, draws)
            case TimeWarping():
                return warp_time(asked, arrays, self.reaches, draws)
            case RandomFlip():
                return flip(asked, arrays, self.reaches, draws)
            case MixUp():
                return mix_up(asked, arrays, draws)
            case CutMix():
                return cut_mix(asked, arrays, draws)
        raise TypeError(asked.keras_name)  # a class that the catalogue has and nobody applies

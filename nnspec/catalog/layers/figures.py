"""What is known of one network of keras.applications without building it; floor 2."""

from dataclasses import dataclass
from functools import reduce

from nnspec.shapes import Border, windowed


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one network, for an image of three channels, without its head.

    Attributes:
        size: rows and columns of the images that it was trained on.
        least: fewest rows and columns that it takes.
        features: channels that leave it.
        trainable: number of parameters that training changes.
        frozen: number of the other parameters.
        per_channel: what each channel of the image adds to the two before.
        head: parameters before the head's last layer; parameters there for each feature of the
            flattened image; what enters the last layer.
        path: what changes the number of rows, in order: `7/2` is a window of 7 that moves on by
            2, `6+7/2` one after 6 rows of zeros were added, `=3/2` one whose border is "same".
        fixed: whether rows and columns must be known, as the layers depend on them.
    """

    size: int
    least: int
    features: int
    trainable: int
    frozen: int
    per_channel: tuple[int, int]
    head: tuple[int, int, int]
    path: str
    fixed: bool = False

    def extent(self, extent: int | None) -> int | None:
        """Return what is left of an axis in front of the head; None while it is unknown."""
        return reduce(shorten, self.path.split(), extent)

    def parameters(self, channels: int) -> tuple[int, int]:
        """Return the numbers of trainable and of other parameters without the head."""
        more = channels - 3
        trained, kept = self.per_channel
        return self.trainable + more * trained, self.frozen + more * kept

    def head_parameters(self, flattened: int, classes: int) -> int:
        """Return the number of the head's parameters, all of them trainable.

        Args:
            flattened: number of features in front of the head: rows x columns x channels.
            classes: what leaves the head.
        """
        fixed, per_feature, width = self.head
        return fixed + per_feature * flattened + classes * (width + 1)


def shorten(extent: int | None, step: str) -> int | None:
    """Return what one step of a path leaves of an axis."""
    padding, _, window = step.lstrip("=").rpartition("+")
    length, _, stride = window.partition("/")
    padded = None if extent is None else extent + int(padding or 0)
    border: Border = "same" if step.startswith("=") else "valid"
    return windowed(padded, int(length), int(stride), border)

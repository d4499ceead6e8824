"""Augmentations against the columns that were fitted: whether there is anything they act on."""

from collections.abc import Iterator, Sequence

from nnspec.catalog.augmentations import Augmentation, GaussianNoise
from nnspec.data.augment.reach import find_reaches
from nnspec.data.fit.fitted import Preprocessing
from nnspec.diagnostics import Diagnostic
from nnspec.network.network import Network


def check_reaches(
    asked: Sequence[Augmentation], network: Network, fitted: Preprocessing
) -> Iterator[Diagnostic]:
    """Give a finding for every augmentation that would change nothing."""
    reaches = find_reaches(network, fitted).values() if asked else ()
    for place, one in enumerate(asked):
        path = ("training", "augmentation", place)
        name = one.keras_name
        if one.of_series and not any(reach.series for reach in reaches):
            message = f"{name} acts along the steps of a series; the network reads a table's row"
            hint = "use windows, an array of steps, or a Reshape to [steps, 1] that comes first"
            yield Diagnostic("T160", message, hint=hint, path=path)
        elif one.of_pictures and not any(reach.picture for reach in reaches):
            message = f"{name} acts on pictures; the network reads none"
            hint = "remove it, or write the layer of this name behind a Reshape to pictures"
            yield Diagnostic("T160", message, hint=hint, path=path)
        elif isinstance(one, GaussianNoise) and not any(any(reach.numeric) for reach in reaches):
            message = f"{name} acts on numbers; none of the columns is numeric"
            hint = "remove it, or put a GaussianNoise layer behind the Embedding"
            yield Diagnostic("T160", message, hint=hint, path=path)

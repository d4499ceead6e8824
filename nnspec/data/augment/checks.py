"""Augmentations against the columns that were fitted: whether there is anything they act on."""

from collections.abc import Iterator, Sequence

from nnspec.catalog.augmentations import Augmentation, GaussianNoise
from nnspec.data.augment.reach import find_reaches
from nnspec.data.fit.fitted import Preprocessing
from nnspec.diagnostics import Diagnostic
from nnspec.network.network import Network
from nnspec.network.reached import acts_on_nothing


def check_reaches(
    asked: Sequence[Augmentation], network: Network, fitted: Preprocessing
) -> Iterator[Diagnostic]:
    """Give a finding for every augmentation that would change nothing."""
    reaches = find_reaches(network, fitted).values() if asked else ()
    for place, one in enumerate(asked):
        path = ("training", "augmentation", place)
        name = one.keras_name
        series = any(reach.series for reach in reaches)
        picture = any(reach.picture for reach in reaches)
        if found := acts_on_nothing(one, series=series, picture=picture):
            yield Diagnostic("T160", found[0], hint=found[1], path=path)
        elif isinstance(one, GaussianNoise) and not any(any(reach.numeric) for reach in reaches):
            message = f"{name} acts on numbers; none of the columns is numeric"
            hint = "remove it, or put a GaussianNoise layer behind the Embedding"
            yield Diagnostic("T160", message, hint=hint, path=path)

"""Networks that begin with trained parts of other runs: their weights, and what is said of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras

from nnspec.pipeline.rebuilt import rebuild
from nnspec.run.folder import RunFolder
from nnspec.run.manifest import PartRecord
from nnspec.spec.model import SubModel
from nnspec.spec.part import Part
from nnspec.spec.spec import Spec

Weights = Mapping[str, Sequence[Any]]
"""Arrays of the layers of a part, by the layer's name."""


def parts_of(spec: Spec) -> Iterator[tuple[str, Part, SubModel]]:
    """Give the parts of other runs by the names of the layers that they became."""
    for use in spec.model.layers:
        if isinstance(use.layer, SubModel) and use.layer.part is not None:
            yield use.name, use.layer.part, use.layer


def part_weights(spec: Spec) -> dict[str, Weights]:
    """Return the weights of each part of another run, by the layer that the part became.

    Raises:
        Refused: a run is damaged, or is no longer there.
    """
    found: dict[str, Weights] = {}
    for name, part, model in parts_of(spec):
        core = rebuild(RunFolder.open(part.path)).program.core
        known = {layer.name: layer for layer in core.layers}
        owned = [use.name for use in model.section.layers if not use.shares]
        found[name] = {one: known[one].get_weights() for one in owned if one in known}
    return found


def begin(core: keras.Model, weights: Mapping[str, Weights]) -> None:
    """Put the weights of trained parts into a network whose weights were drawn anew."""
    for name, by_layer in weights.items():
        part = core.get_layer(name)
        for inner, arrays in by_layer.items():
            part.get_layer(inner).set_weights(arrays)


def records_of(spec: Spec) -> dict[str, PartRecord]:
    """Return what a run keeps of the runs that its network begins with."""
    return {
        name: PartRecord(str(part.path), part.layer, part.sha256)
        for name, part, _ in parts_of(spec)
    }


def told_of(spec: Spec) -> tuple[str, ...]:
    """Return what a report says of the trained parts, a line each."""
    return tuple(
        f'"{name}" begins as the layers of {part.run} up to {part.layer}'
        + (", trained further" if model.trainable else ", whose weights stay as they are")
        for name, part, model in parts_of(spec)
    )

"""Networks that begin with trained parts of other runs: their weights, and what is said of them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from nnspec.document.file import open_file
from nnspec.exchange.read.optimizer import put_optimizer
from nnspec.exchange.read.weights import put_weights
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


def begin(core: keras.Model, spec: Spec, weights: Mapping[str, Weights]) -> None:
    """Put weights that are there into a network whose weights were drawn anew.

    Args:
        core: the network.
        spec: says which file it begins with, if it does.
        weights: those of parts of other runs.

    Raises:
        Refused: the file cannot be read, or holds weights of other shapes.
    """
    if spec.model.weights is not None:
        put_weights(core, spec.model.weights.path)
    for name, by_layer in weights.items():
        part = core.get_layer(name)
        for inner, arrays in by_layer.items():
            part.get_layer(inner).set_weights(arrays)


def go_on(core: keras.Model, spec: Spec) -> int:
    """Let the optimizer of a compiled network go on from what the file of its weights holds of it.

    Returns:
        How many steps it had made; 0 where it begins anew.

    Raises:
        Refused: the file cannot be read.
    """
    return 0 if spec.model.weights is None else put_optimizer(core, spec.model.weights.path)


def steps_before(core: keras.Model) -> int:
    """Return how many steps the optimizer of a network has made."""
    optimizer = getattr(core, "optimizer", None)  # a map is never compiled
    return int(optimizer.iterations) if optimizer is not None and optimizer.built else 0


def records_of(spec: Spec) -> dict[str, PartRecord]:
    """Return what a run keeps of the runs that its network begins with."""
    parts = {
        name: PartRecord(str(part.path), part.layer, part.sha256)
        for name, part, _ in parts_of(spec)
    }
    if (file := spec.model.weights) is not None:
        parts["model"] = PartRecord(str(file.path), "", checksum_of(file.path))
    return parts


def checksum_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with open_file(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def told_of(spec: Spec, steps: int = 0) -> tuple[str, ...]:
    """Return what a report says of the trained parts, a line each.

    Args:
        spec: says what they are.
        steps: those that the optimizer had made in the file of the weights.
    """
    file = spec.model.weights
    more = f", its optimizer where it stood after {steps:,} steps" if steps else ""
    whole = (f"the network begins with the weights of {file.text}{more}",) if file else ()
    return whole + tuple(
        f'"{name}" begins as the layers of {part.run} up to {part.layer}'
        + (", trained further" if model.trainable else ", whose weights stay as they are")
        for name, part, model in parts_of(spec)
    )

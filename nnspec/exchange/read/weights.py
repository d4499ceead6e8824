"""Weights in the files of every Keras, put into a built model by the names of its layers."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document.file import open_file
from nnspec.exchange.read.hdf5 import (
    Array,
    Budget,
    array_of,
    child,
    group_of,
    names_of,
    reading,
    text_of,
)
from nnspec.exchange.read.legacy import Era, modern
from nnspec.exchange.read.packed import (
    ARCHIVE,
    DAMAGED,
    METADATA,
    WEIGHTS,
    as_mapping,
    member,
    read_archive,
    refuse,
)

BYTES_OF_A_NUMBER = 64
"""Of an archive's weights, unpacked: eight at most, and those that the optimizer keeps of each."""
BYTES_OF_A_FILE = 2**26
"""What an archive's weights may take whatever their number: names, groups, gaps."""
MOST_GROUPS = 300
"""Groups within one layer."""
PARTS = (
    *("forward_layer", "backward_layer", "layer", "cell", "cells"),
    *("query_dense", "key_dense", "value_dense", "output_dense"),
    *("_query_dense", "_key_dense", "_value_dense", "_output_dense"),
)
"""Parts of a layer that hold weights of it, in the order in which Keras lists these."""
SPARE = 1_000
SHOWN = 5


@dataclass(slots=True)
class Found:
    """Weights of one model in a file.

    Attributes:
        arrays: those of each layer, in the order of the layer's weights.
        names: what the file calls each of them, where it does.
        models: the models within the model.
    """

    arrays: dict[str, list[Array]] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    models: dict[str, "Found"] = field(default_factory=dict)


@dataclass(slots=True)
class Taken:
    """What became of the layers of a model.

    Attributes:
        layers: those that have the weights of the file.
        anew: those that the file does not know, whose weights were drawn anew.
        unlike: those of other shapes, each with what was found.
    """

    layers: list[str] = field(default_factory=list)
    anew: list[str] = field(default_factory=list)
    unlike: list[str] = field(default_factory=list)


def put_weights(model: keras.Model, path: Path) -> Taken:
    """Put the weights of a file into a model.

    Layers are known by their names; where no name is the same, by their order. A layer that the
    file does not have keeps the weights that were drawn for it.

    Args:
        model: the built model.
        path: .h5, .hdf5, .weights.h5 or .keras.

    Raises:
        Refused: D102 for a file that cannot be read, A130 for weights of other shapes, A136 where
            no layer is the same.
    """
    count = model.count_params()
    with opened_weights(path, count) as (root, told):
        budget = Budget(2 * count + SPARE)
        file = group_of(root, "model_weights") or root
        if file is not root or "layer_names" in file.attrs or "layer_names0" in file.attrs:
            wanted = {one.name for one in model.layers}
            found, era = of_groups(file, budget, wanted), era_of(file, told)
        else:
            major = as_major(str(told.get("keras_version") or "3"))
            found, era = of_tree(file, told.get("layers"), model, budget), Era(major)
    taken = Taken()
    matched(found, model)
    put(model, found, era, taken)
    check(taken, path)
    return taken


@contextmanager
def opened_weights(path: Path, count: int) -> Iterator[tuple[h5py.Group, dict[str, Any]]]:
    """Open the HDF5 file with the weights, and what stands beside it.

    Args:
        path: .h5, .hdf5, .weights.h5 or .keras.
        count: of the network's parameters, which bounds what an archive may unpack to.
    """
    most = BYTES_OF_A_FILE + BYTES_OF_A_NUMBER * count
    try:
        with open_file(path) as stream:
            if path.suffix.lower() not in ARCHIVE:
                with reading(stream, path.name) as file:
                    told = {name: text_of(file, name) for name in ("keras_version", "backend")}
                    yield file, told
                return
            with zipfile.ZipFile(stream) as archive:
                content = io.BytesIO(member(archive, WEIGHTS, path, most))
                told = as_mapping(member(archive, METADATA, path, SPARE * SPARE))
        config = as_mapping(read_archive(path).model).get("config")
        layers = config.get("layers") if isinstance(config, dict) else None
        with reading(content, path.name) as file:
            yield file, {**told, "layers": layers}
    except DAMAGED as error:
        raise refuse(path, f"it cannot be read ({error})") from None


def as_major(version: str) -> int:
    """Return the first number of a version."""
    first = version.partition(".")[0][:4]  # a file may hold any number of digits
    return int(first) if first.isdecimal() else 1


def era_of(file: h5py.Group, told: dict[str, Any]) -> Era:
    """Return which Keras wrote a file of groups, and on what it ran.

    Keras 1 does not say the latter, but TensorFlow's variables have a number behind their names.
    """
    major = as_major(text_of(file, "keras_version") or str(told.get("keras_version") or "1"))
    backend = text_of(file, "backend") or str(told.get("backend") or "")
    if not backend and major == 1:
        groups = (group_of(file, one) for one in names_of(file, "layer_names"))
        names = [one for group in groups if group for one in names_of(group, "weight_names")]
        numbered = any(one.endswith(":0") for one in names)
        backend = "tensorflow" if numbered or not names else "theano"
    return Era(major, theano=backend == "theano")


def of_groups(file: h5py.Group, budget: Budget, wanted: Collection[str]) -> Found:
    """Return the weights of a file that has a group for each layer: Keras 1, 2, and .h5 of 3.

    Args:
        file: the group that holds them.
        budget: numbers that may still be read.
        wanted: names of the network's layers; where the file has none of them, all are read.
    """
    found = Found()
    listed = dict.fromkeys(names_of(file, "layer_names"))
    known = [one for one in listed if one in wanted] or list(listed)
    for layer in known:
        group = group_of(file, layer)
        if group is None:
            continue
        names = names_of(group, "weight_names")
        if names:
            found.arrays[layer] = [array_of(group, one, budget) for one in names]
            found.names[layer] = names
    return found


def of_tree(
    file: h5py.Group,
    layers: Any,  # noqa: ANN401 - the document's own list
    model: keras.Model,
    budget: Budget,
) -> Found:
    """Return the weights of a file that follows the objects of a model: .keras, .weights.h5.

    Args:
        file: a group for each layer, called after its class.
        layers: the layers as the document lists them; those of the model where there is none.
        model: the built model.
        budget: numbers that may still be read.
    """
    found, counted = Found(), Counter[str]()
    base = next((one for name in BASES if (one := group_of(file, name)) is not None), None)
    if base is None:
        return found
    for kinds, name, inner in listed(layers, model):
        group = next((one for kind in kinds if (one := numbered(base, kind, counted))), None)
        if group is None:
            continue
        within = [one for one in model.layers if one.name == name]
        if within and isinstance(within[0], keras.Model):
            found.models[name] = of_tree(group, inner, within[0], budget)
        elif arrays := list(arrays_of(group, budget)):
            found.arrays[name] = arrays
    return found


BASES = ("layers", "_layer_checkpoint_dependencies")
"""Groups that hold the layers of a model."""
MODELS = ("Functional", "Sequential")
"""What a model within a model was, where no document says it."""


def numbered(base: h5py.Group, kind: str, counted: Counter[str]) -> h5py.Group | None:
    """Return the next group of a class; None where there is none."""
    key = snake(kind)
    group = group_of(base, f"{key}_{counted[key]}" if counted[key] else key)
    if group is not None:
        counted[key] += 1
    return group


def listed(layers: Any, model: keras.Model) -> Iterator[tuple[Sequence[str], str, Any]]:  # noqa: ANN401
    """Give the class, or those that it may be, the name and the layers of every layer."""
    if not isinstance(layers, list):
        for one in model.layers:
            kinds = MODELS if isinstance(one, keras.Model) else (type(one).__name__,)
            yield kinds, one.name, None
        return
    for one in layers:
        config = one.get("config") if isinstance(one, dict) else None
        if isinstance(config, dict):
            name = one.get("name") or config.get("name")
            yield (str(one.get("class_name")),), str(name), config.get("layers")


def snake(kind: str) -> str:
    """Return the name of a class as Keras writes it in paths.

    Source: Keras 3.15, keras/src/utils/naming.py, to_snake_case.
    """
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", kind))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def arrays_of(group: h5py.Group, budget: Budget) -> Iterator[Array]:
    """Give the arrays of a layer: its own, then those of its parts."""
    for place, one in enumerate(groups_of(group)):
        if place >= MOST_GROUPS:
            message = f"the group {group.name!r} of a layer holds more than {MOST_GROUPS} groups"
            raise Refused([Diagnostic("D102", message)])
        own = group_of(one, "vars")
        for number in range(len(own) if own is not None else 0):
            if own is not None and child(own, str(number)) is not None:
                yield array_of(own, str(number), budget)


def groups_of(group: h5py.Group, depth: int = 0) -> Iterator[h5py.Group]:
    """Give the group of a layer, then those of its parts in the order in which Keras lists them."""
    yield group
    names = list(group) if depth else []
    both = "forward_layer" in group
    inner = [one for one in PARTS if not (both and one == "layer")]
    cells = [one for one in names if re.fullmatch(r"\w*cell(_\d+)?", one) and one not in PARTS]
    for name in (*inner, *sorted(cells, key=lambda one: (len(one), one))):
        part = group_of(group, name)
        if part is not None and depth < len(PARTS):
            yield from groups_of(part, depth + 1)


def matched(found: Found, model: keras.Model) -> None:
    """Call the layers of a file as those of the model, in order, where no name is the same."""
    own = [one.name for one in model.layers if one.weights]
    files = list(found.arrays)
    if not files or found.models or set(own) & set(files) or len(own) != len(files):
        return
    for values in (found.arrays, found.names):
        renamed: dict[str, Any] = {
            new: values[old] for old, new in zip(files, own, strict=True) if old in values
        }
        values.clear()
        values.update(renamed)


def put(model: keras.Model, found: Found, era: Era, taken: Taken) -> None:
    """Put weights into the layers of a model, and of the models within it."""
    for layer in model.layers:
        if not layer.weights:
            continue
        if isinstance(layer, keras.Model):
            inner = found.models.get(layer.name)
            if inner is None and layer.name in found.arrays:
                inner = parted(layer, found.arrays[layer.name], found.names.get(layer.name, []))
            put(layer, inner or Found(), era, taken)
        elif layer.name not in found.arrays:
            taken.anew.append(layer.name)
        else:
            assign(layer, modern(layer, found.arrays[layer.name], era), taken)


def assign(layer: keras.layers.Layer, arrays: list[Array], taken: Taken) -> None:
    """Put arrays into one layer, or note that their shapes are others."""
    wanted = [tuple(one.shape) for one in layer.weights]
    given = [tuple(one.shape) for one in arrays]
    if wanted != given:
        taken.unlike.append(f"{layer.name} holds {shown(wanted)}, the file {shown(given)}")
        return
    for variable, array in zip(layer.weights, arrays, strict=True):
        variable.assign(np.asarray(array))
    taken.layers.append(layer.name)


def shown(shapes: list[tuple[int, ...]]) -> str:
    """Return shapes in words."""
    listed = ", ".join(map(str, shapes[:SHOWN]))
    return listed + (f" and {len(shapes) - SHOWN} more" if len(shapes) > SHOWN else "") or "nothing"


def parted(model: keras.Model, arrays: list[Array], names: list[str]) -> Found:
    """Return the weights of a model within a model, which stand in one list, by its layers.

    They are known by the names of their layers; where these are missing, by their order: what
    learns of all layers, then what does not.
    """
    leaves = list(leaves_of(model))
    found = Found()
    owners = [owner_of(one, [layer.name for layer in leaves]) for one in names]
    if owners and all(owners):
        for owner, array in zip(owners, arrays, strict=False):
            found.arrays.setdefault(str(owner), []).append(array)
    else:
        found.arrays = in_order(leaves, arrays)
    return nested(model, found)


def nested(model: keras.Model, flat: Found) -> Found:
    """Return weights by layer, those of models within under the models' names."""
    found = Found(flat.arrays)
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found.models[layer.name] = nested(layer, flat)
    return found


def leaves_of(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Give the layers with weights that are no models, those within models included."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from leaves_of(layer)
        elif layer.weights:
            yield layer


def owner_of(name: str, layers: list[str]) -> str | None:
    """Return the layer that a weight is of, by its name."""
    parts = name.removesuffix(":0").split("/")
    whole = next((one for one in reversed(parts[:-1]) if one in layers), None)
    if whole or len(parts) > 1:
        return whole
    near = [one for one in layers if name.startswith(f"{one}_")]
    return max(near, key=len, default=None)


def in_order(leaves: list[keras.layers.Layer], arrays: list[Array]) -> dict[str, list[Array]]:
    """Return arrays by layer: first those that learn, of all layers, then those that do not."""
    slots = [(one.name, True) for one in leaves for _ in one.trainable_weights]
    slots += [(one.name, False) for one in leaves for _ in one.non_trainable_weights]
    found: dict[str, list[Array]] = {}
    for (name, _), array in zip(slots, arrays, strict=False):
        found.setdefault(name, []).append(array)
    return found


def check(taken: Taken, path: Path) -> None:
    """Refuse weights of other shapes, and a file of which no layer was taken."""
    if taken.unlike:
        first, *others = taken.unlike
        more = f"; nor do those of {len(others)} more layers fit" if others else ""
        message = f"the weights of {path.name} do not fit: {first}{more}"
        hint = "another name for the layer in the spec lets it begin anew"
        raise Refused([Diagnostic("A130", message, hint=hint)])
    if taken.anew and not taken.layers:
        message = f"{path.name} holds weights of no layer of this network, which has "
        message += ", ".join(taken.anew[:SHOWN])
        hint = "layers are known by their names: give them those of the file"
        raise Refused([Diagnostic("A136", message, hint=hint)])

"""HDF5 files gone wrong: their attributes, arrays and links changed, each still a sound file.

Every mutation is a pure function of a random generator and the bytes of a file.
"""

import io
import json
import random
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from typing import Any

import h5py
import numpy as np
from trees import EDGES, places

SECRET = "secret.h5"  # noqa: S105 - a file that must not be opened
HUGE = 2**40
MOST = 2**20
"""Numbers that an array is made of anew."""
DTYPES = ("float64", "int8", "uint64", "complex64", "bool", "S8", "float16", ">f4", "i1")
NOT_KNOWN = 32_001
"""Number of a filter that the library would load from elsewhere."""
REFUSED = (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What the library says against a mutation that makes no sense for the place drawn."""

HDF5Mutation = Callable[[random.Random, h5py.File], None]


def mutate_hdf5(draw: random.Random, content: bytes) -> bytes:
    """Return a file after one to four mutations of what stands in it."""
    stream = io.BytesIO(content)
    with suppress(*REFUSED), h5py.File(stream, "r+") as file:
        for _ in range(draw.choice((1, 1, 2, 4))):
            with suppress(*REFUSED, IndexError):  # of no array that is left
                draw.choice(HDF5_MUTATIONS)(draw, file)
    return stream.getvalue()


def objects(file: h5py.File) -> list[str]:
    """Return the paths of all that stands in a file."""
    found: list[str] = []
    file.visit(found.append)
    return found


def arrays(file: h5py.File) -> list[str]:
    """Return the paths of the arrays."""
    return [one for one in objects(file) if isinstance(file[one], h5py.Dataset)]


def groups(file: h5py.File) -> list[Any]:
    """Return the groups."""
    return [file, *(file[one] for one in objects(file) if isinstance(file[one], h5py.Group))]


def change_config(draw: random.Random, file: h5py.File) -> None:
    """Put an extreme value into a document that stands in an attribute, or cut it short."""
    name = draw.choice(("model_config", "training_config"))
    text = file.attrs[name]
    said = text.decode() if isinstance(text, bytes) else text
    if draw.random() < 0.2:
        file.attrs[name] = said[: draw.randrange(len(said))]
        return
    tree = json.loads(said)
    holder, key = draw.choice(list(places(tree)))
    holder[key] = deepcopy(draw.choice(EDGES))
    file.attrs[name] = json.dumps(tree)


def change_attribute(draw: random.Random, file: h5py.File) -> None:
    """Put anything into an attribute, or take it away."""
    group = draw.choice([one for one in groups(file) if len(one.attrs)])
    name = draw.choice(sorted(group.attrs))
    values: tuple[Any, ...] = (
        *(0, 2.5, b"\xff\xfe", "", "x" * 40_000, np.zeros((3, 3)), h5py.Empty("f4")),
        *([b"dense", b"../../" + SECRET.encode()], [b""] * 300, group.ref, ["a/b/c", "."]),
    )
    if draw.random() < 0.2:
        del group.attrs[name]
    else:
        group.attrs[name] = draw.choice(values)


def spread_names(draw: random.Random, file: h5py.File) -> None:
    """Spread a list of names over many attributes."""
    for group in groups(file):
        for name in ("layer_names", "weight_names"):
            if name in group.attrs:
                kept = group.attrs[name]
                del group.attrs[name]
                for place in range(draw.choice((1, 3, 1500))):
                    group.attrs[f"{name}{place}"] = kept


def replace_array(draw: random.Random, file: h5py.File) -> None:
    """Put an array of another shape or kind in place of one."""
    path = draw.choice(arrays(file))
    # One that was declared huge before holds nothing that could be put elsewhere.
    shape = file[path].shape if file[path].size <= MOST else (3,)
    kind = draw.choice(DTYPES)
    other = draw.choice((shape, shape[::-1], (), (0,), (1, *shape), (3,), (2,) * 12))
    values: tuple[Any, ...] = (np.zeros(other, kind), h5py.Empty("f4"), "text", np.nan)
    del file[path]
    if draw.random() < 0.2:
        file.create_dataset(path, (2,), dtype=draw.choice((h5py.string_dtype(), h5py.ref_dtype)))
    else:
        file[path] = values[0] if draw.random() < 0.7 else draw.choice(values)


def declare_huge(draw: random.Random, file: h5py.File) -> None:
    """Declare an array that holds nearly nothing to be of enormous size."""
    path = draw.choice(arrays(file))
    del file[path]
    shape = draw.choice(((HUGE,), (2**20, 2**20), (2**31, 1), (4, HUGE)))
    chunk = (*(1,) * (len(shape) - 1), 1024)
    file.create_dataset(path, shape, dtype="f4", chunks=chunk, fillvalue=1)
    if draw.random() < 0.3:
        del file[path]
        # Zeros of 64 MB, which are packed to some thousand bytes.
        file.create_dataset(path, data=np.zeros(2**24, "f4"), compression="gzip", chunks=(2**22,))


def link(draw: random.Random, file: h5py.File) -> None:
    """Put a link in place of an array or group, mostly one that leads out or in circles."""
    path = draw.choice(objects(file))
    del file[path]
    links: tuple[Any, ...] = (
        *(h5py.ExternalLink(SECRET, "/"), h5py.ExternalLink(f"/outside/{SECRET}", "/a")),
        *(h5py.SoftLink(f"/{path}"), h5py.SoftLink("/"), h5py.SoftLink("/none"), file),
    )
    file[path] = draw.choice(links)


def store_outside(draw: random.Random, file: h5py.File) -> None:
    """Let the numbers of an array stand in another file, by its place or as a view of it."""
    path = draw.choice(arrays(file))
    shape = file[path].shape
    del file[path]
    if draw.random() < 0.5:
        size = 4 * int(np.prod(shape)) or 4
        file.create_dataset(path, shape, dtype="f4", external=[(SECRET, 0, size)])
    else:
        layout = h5py.VirtualLayout(shape, dtype="f4")
        layout[...] = h5py.VirtualSource(SECRET, "a", shape=shape)
        file.create_virtual_dataset(path, layout)


def filter_array(draw: random.Random, file: h5py.File) -> None:
    """Pack an array in other ways, some of them unknown."""
    path = draw.choice(arrays(file))
    values = np.atleast_1d(file[path][()])
    del file[path]
    packed: tuple[dict[str, Any], ...] = (
        *({"compression": "gzip"}, {"compression": "lzf"}, {"fletcher32": True}),
        *({"shuffle": True, "compression": "gzip"}, {"scaleoffset": 2}),
    )
    if draw.random() < 0.3:
        made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        made.set_chunk(values.shape)
        made.set_filter(NOT_KNOWN, h5py.h5z.FLAG_OPTIONAL, (1,))
        space = h5py.h5s.create_simple(values.shape)
        h5py.h5d.create(file.id, path.encode(), h5py.h5t.NATIVE_FLOAT, space, made)
    else:
        file.create_dataset(path, data=values, chunks=values.shape, **draw.choice(packed))


def nest(draw: random.Random, file: h5py.File) -> None:
    """Put groups into groups, or a group into itself."""
    group = draw.choice(groups(file))
    inner, names = group, ("layer", "cell", "cells", "forward_layer", "a_cell", "layers", "vars")
    for _ in range(draw.choice((1, 30, 300))):
        inner = inner.require_group(draw.choice(names))
    if draw.random() < 0.5:
        inner["layer" if "layer" not in inner else "cell"] = group
    inner["0"] = np.ones(3, "f4")


def swap(draw: random.Random, file: h5py.File) -> None:
    """Exchange two arrays or groups, or take one away."""
    found = objects(file)
    one, other = draw.choice(found), draw.choice(found)
    if draw.random() < 0.3 or one == other:
        del file[one]
    elif not one.startswith(other) and not other.startswith(one):
        file.move(one, "swapped")
        file.move(other, one)
        file.move("swapped", other)


def multiply(draw: random.Random, file: h5py.File) -> None:
    """Add many groups."""
    group = draw.choice(groups(file))
    for place in range(draw.choice((3, 2000))):
        group.create_group(f"dense_{place}")


HDF5_MUTATIONS: tuple[HDF5Mutation, ...] = (
    *(change_config, change_attribute, replace_array, link, swap) * 2,
    *(spread_names, declare_huge, store_outside, filter_array, nest, multiply),
)

"""A run's weights as arrays, read from the checkpoint without Keras.

Keras writes a layer's own arrays below `vars`, numbered in the order in which the layer made them,
and layers within it below the names of the attributes that hold them. Source: Keras 3.15,
keras/src/saving/saving_lib.py.
"""

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import h5py
import numpy as np

from nnspec.catalog.keras_names import snake_case
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.exchange.write.onnx.graph import Array

OWN = "vars"
LAYERS = "layers"


@dataclass(frozen=True, slots=True)
class Weights:
    """The arrays of a layer, and of the layers within it.

    Attributes:
        own: in the order in which the layer made them.
        parts: by the names of the attributes that hold them; of a model or list: by layer.
        name: of the layer.
    """

    own: tuple[Array, ...] = ()
    parts: Mapping[str, "Weights"] = field(default_factory=dict)
    name: str = ""

    def part(self, *names: str) -> "Weights":
        """Return the weights of a layer within; none where the file has none there."""
        found = self
        for name in names:
            found = found.parts.get(name, NOTHING)
        return found

    def listed(self, kinds: Sequence[str], *names: str) -> tuple["Weights", ...]:
        """Return the weights of the layers of a list within, in order.

        Args:
            kinds: the layers' classes; Keras names them after these, and numbers equal ones.
            names: of the attributes that lead to the list.
        """
        held, seen = self.part(*names), Counter[str]()
        found: list[Weights] = []
        for kind in map(snake_case, kinds):
            found.append(held.part(f"{kind}_{seen[kind]}" if seen[kind] else kind))
            seen[kind] += 1
        return tuple(found)

    def of_layer(self, name: str) -> "Weights":
        """Return the weights of a layer of a model, by the layer's name."""
        for one in self.part(LAYERS).parts.values():
            if one.name == name:
                return one
        return NOTHING


NOTHING = Weights()


def read_weights(content: bytes) -> Weights:
    """Return what a `.weights.h5` file holds.

    Raises:
        Refused: A105 where it is no such file.
    """
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            return _read(file)
    except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"the run's weights cannot be read: {reason}"
        raise Refused([Diagnostic("A105", message)]) from error


def _read(group: h5py.Group) -> Weights:
    own = group.get(OWN)
    arrays: tuple[Array, ...] = ()
    name = ""
    if isinstance(own, h5py.Group):
        arrays = tuple(np.asarray(own[key]) for key in sorted(_arrays(own), key=int))
        name = str(own.attrs.get("name", ""))
    parts = {
        key: _read(one) for key, one in group.items() if key != OWN and isinstance(one, h5py.Group)
    }
    return Weights(arrays, parts, name)


def _arrays(group: h5py.Group) -> Iterator[str]:
    """Yield the numbers of a layer's own arrays."""
    return (key for key, one in group.items() if isinstance(one, h5py.Dataset) and key.isdigit())

"""Codes: what leaves layers within a program, for raw columns or for rows that were read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import keras
import tensorflow as tf

from nnspec.build.batches import apply_core
from nnspec.build.keras_graph import applications
from nnspec.build.program import Program
from nnspec.build.withheld import withhold
from nnspec.diagnostics import Refused
from nnspec.network.edges import Source
from nnspec.network.named import find_source, no_layer
from nnspec.network.network import Network


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """Layers of a program by the names that were asked for.

    Attributes:
        program: whose front and weights they share.
        part: the core up to these layers; one output for each name.
    """

    program: Program
    part: keras.Model
    names: tuple[str, ...]

    def __call__(self, columns: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Return each layer's output, (batch, ...), for raw columns by their own names.

        Rows with cells that no answer can come from get NaN, as predictions do.
        """
        cells, taken = self.program.front.read(columns)
        inputs = self.program.by_core(self.program.front(cells))
        left = apply_core(self.part, [inputs[one.name] for one in self.part.inputs])
        named = dict(zip(self.names, map(in_single, left), strict=True))
        return {name: withhold({name: one}, taken)[name] for name, one in named.items()}


def in_single(output: tf.Tensor) -> tf.Tensor:
    """Return numbers in single precision, whatever a layer computes in; all else as it is."""
    return tf.cast(output, tf.float32) if output.dtype.is_floating else output


def build_codes(program: Program, network: Network, names: Sequence[str]) -> Codes | None:
    """Return what leaves some layers of a program; None where none is named.

    Args:
        program: the program.
        network: the network that its core was built from.
        names: of layers, as `inputs` would name them.

    Raises:
        Refused: G101 for each name that no layer has.
    """
    sources = {name: find_source(network, name) for name in names}
    unknown = [no_layer(network, name) for name, source in sources.items() if source is None]
    if unknown:
        raise Refused(unknown)
    if not names:
        return None
    core = program.core
    tensors = [tensor_of(core, network, one) for one in sources.values() if one]
    inputs, outputs = (one if len(one) > 1 else one[0] for one in (core.inputs, tensors))
    return Codes(program, keras.Model(inputs, outputs), tuple(sources))


def tensor_of(core: keras.Model, network: Network, source: Source) -> keras.KerasTensor:
    """Return the tensor of a built network that a source names."""
    node = network.by_name[source.node].node
    owner = node.shares or node.name
    uses = [one.name for one in network.nodes if owner in (one.name, one.node.shares)]
    applied = applications(core.get_layer(owner))[uses.index(node.name)]
    return applied.outputs[source.index]

"""Sizes of the tables that whole numbers are looked up in, where a spec leaves them to the data.

`input_dim: auto` becomes the number of what feeds the table: the classes of a column, the words of
a text, the whole numbers of a column in all rows, the bins of a layer before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Findings
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import Nested
from nnspec.network.sizes import check_size
from nnspec.rules.case import Case
from nnspec.rules.kinds import argument
from nnspec.rules.vocabulary import ends_of, is_unsized
from nnspec.rules.within import Place, places
from nnspec.spec.spec import Spec

Table = tuple[int, str]
"""A network, and the name of the layer in it that holds the weights."""


def size_tables(
    spec: Spec, network: Network, counts: Mapping[str, int] | None, findings: Findings
) -> Network:
    """Return a network whose tables have their size, as far as it is known.

    Args:
        spec: the spec.
        network: with shapes.
        counts: with open data, how many whole numbers an input holds, counted from 0.
        findings: takes tables that are larger than any memory.
    """
    case = Case(spec, network, counts or {})
    numbers: dict[Table, list[int | None]] = {}
    for place in places(network, applied=True):
        if is_unsized(place.node.layer):
            # Each application of a layer, or of the model around it, may give other numbers.
            found = numbers.setdefault(table_of(place), [])
            found += [count for _, count in ends_of(case, place)]
    sizes: dict[Table, int] = {}
    for table, found in numbers.items():
        known = [count for count in found if count is not None]
        if known and len(known) == len(found):
            sizes[table] = max(known)
    if not sizes:
        return network
    sized = Sizing(sizes).of_network(network)
    check_size(sized, findings)
    return sized


def table_of(place: Place) -> Table:
    """Return the table that a layer, maybe applied again, looks numbers up in."""
    return id(place.network), place.node.node.shares or place.node.name


@dataclass(frozen=True, slots=True)
class Sizing:
    """Gives layers their sizes, and keeps everything else.

    Attributes:
        sizes: rows of each table.
        done: models within that were looked through, by their networks.
    """

    sizes: Mapping[Table, int]
    done: dict[int, Nested] = field(default_factory=dict)

    def of_network(self, network: Network) -> Network:
        """Return a network with sized tables."""
        return Network(network.graph, tuple(self.of_node(network, one) for one in network.nodes))

    def of_node(self, network: Network, node: ResolvedNode) -> ResolvedNode:
        """Return a layer with its size and the weights that follow from it."""
        if isinstance(node.layer, Nested):
            layer: Layer = self.of_model(node.layer)
        else:
            rows = self.sizes.get((id(network), node.node.shares or node.name))
            if rows is None or node.layer is None:
                return node
            layer = with_rows(node.layer, rows)
        weighed = node.outputs is not None and node.node.shares is None
        weights = layer.infer_weights(node.inputs or ()) if weighed else node.weights
        return replace(node, layer=layer, weights=weights)

    def of_model(self, model: Nested) -> Nested:
        """Return a model within, the same one for each of its applications."""
        key = id(model.network)
        if key not in self.done:
            update = {"network": self.of_network(model.network)}
            self.done[key] = model.model_copy(update=update)
        return self.done[key]


def with_rows(layer: Layer, rows: int) -> Layer:
    """Return a table, maybe within wrappers, with its number of rows."""
    wrapped = argument(layer, "layer")
    if isinstance(wrapped, Layer):
        return layer.model_copy(update={"layer": with_rows(wrapped, rows)})
    return layer.model_copy(update={"input_dim": rows})

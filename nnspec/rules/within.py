"""Floor 5: layers within models within models, and where what enters them comes from."""

from collections.abc import Iterator
from dataclasses import dataclass

from nnspec.network.edges import Source
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import Nested


@dataclass(frozen=True, eq=False)
class Place:
    """A layer, and the model around it.

    Attributes:
        around: the place of the model that holds the layer; None in the network itself.
    """

    network: Network
    node: ResolvedNode
    around: "Place | None" = None

    def sources(self) -> Iterator["Place"]:
        """Give the layers that feed this one, within models and out of them."""
        if self.around is not None and not self.node.node.sources:
            nested, entering = self.around.node.layer, self.around.node.node.sources
            names = nested.names if isinstance(nested, Nested) else (self.node.name,)
            # What feeds a layer may have been refused: it is no input of the model then.
            if self.node.name in names:
                index = names.index(self.node.name)
                yield from self.around.behind(entering[index : index + 1])
        yield from self.behind(self.node.node.sources)

    def behind(self, sources: tuple[Source, ...]) -> Iterator["Place"]:
        """Give the layers, beside this one, that tensors leave; of a model the layer inside."""
        for source in sources:
            node = self.network.by_name.get(source.node)
            if node is None:
                continue
            place = Place(self.network, node, self.around)
            if not isinstance(node.layer, Nested):
                yield place
                continue
            outputs = node.layer.network.graph.outputs
            if source.index < len(outputs):
                end = (outputs[source.index].source,)
                yield from Place(node.layer.network, node, place).behind(end)


def places(network: Network, *, applied: bool = False) -> Iterator[Place]:
    """Give every layer once, those of models within models after the model.

    Args:
        network: the network.
        applied: whether the layers of a model within are given at each application of it.
    """
    waiting, seen = [Place(network, node) for node in network.nodes[::-1]], {id(network)}
    while waiting:
        place = waiting.pop()
        yield place
        layer = place.node.layer
        if isinstance(layer, Nested) and (applied or id(layer.network) not in seen):
            seen.add(id(layer.network))
            waiting += [Place(layer.network, one, place) for one in layer.network.nodes[::-1]]


def networks_within(network: Network) -> Iterator[Network]:
    """Give the network of each model within a network, once."""
    for place in places(network):
        if isinstance(place.node.layer, Nested):
            yield place.node.layer.network

"""The layers of a network as a tree: blocks and models within as parts that can be folded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from nnspec.network.edges import Source
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import Nested


@dataclass(frozen=True, slots=True)
class Leaf:
    """One layer.

    Attributes:
        key: full name; slashes behind the names of models around it.
        sources: keys of the leaves that feed it.
        output: whether an output of the whole network leaves it.
    """

    key: str
    node: ResolvedNode
    sources: tuple[str, ...]
    output: bool = False

    def leaves(self) -> "Iterator[Leaf]":
        """Give the layer itself."""
        yield self

    def print(self) -> str:
        """Return what tells it from layers that are other, its name and inputs left out."""
        node = self.node
        return repr((node.layer, node.inputs, node.outputs, node.weights, node.node.shares))


@dataclass(slots=True)
class Part:
    """A block as it is used, or a model within.

    Attributes:
        key: full name, as that of a leaf.
        model: whether it is a model within.
    """

    key: str
    model: bool = False
    children: "list[Leaf | Part]" = field(default_factory=list)

    def leaves(self) -> Iterator[Leaf]:
        """Give all layers in it, in the order of the flow."""
        for child in self.children:
            yield from child.leaves()

    def print(self) -> str:
        """Return what tells it from parts that are other."""
        places = {leaf.key: place for place, leaf in enumerate(self.leaves())}
        wires = [[places.get(source, -1) for source in leaf.sources] for leaf in self.leaves()]
        return repr(([child.print() for child in self.children], wires))


Child = Leaf | Part


def read_parts(network: Network) -> Part:
    """Return a network as one part, without a name, that holds all others."""
    root = Part("")
    outputs = {output.source.node for output in network.graph.outputs}
    Reader(network, "", root).read(outputs)
    return root


class Reader:
    """Puts the layers of one network into the parts that they are in.

    Attributes:
        ends: key of the leaf that a tensor leaves, by the layer's name and the tensor's place.
    """

    def __init__(self, network: Network, prefix: str, root: Part) -> None:
        self.network = network
        self.prefix = prefix
        self.parts: dict[str, Part] = {"": root}
        self.ends: dict[tuple[str, int], str] = {}

    def read(self, outputs: set[str]) -> None:
        """Add all layers."""
        for node in self.network.nodes:
            if isinstance(node.layer, Nested) and not node.node.shares:
                self.add_model(node, node.layer, output=node.name in outputs)
            else:
                sources = tuple(map(self.end, node.node.sources))
                leaf = Leaf(self.prefix + node.name, node, sources, node.name in outputs)
                self.around(node.name).children.append(leaf)

    def end(self, source: Source) -> str:
        """Return the leaf that a tensor leaves."""
        return self.ends.get((source.node, source.index), self.prefix + source.node)

    def around(self, name: str) -> Part:
        """Return the part that a layer stands in, made where it is the first in it."""
        within = name.rpartition(".")[0]
        if within not in self.parts:
            part = Part(self.prefix + within)
            self.parts[within] = part
            self.around(within).children.append(part)
        return self.parts[within]

    def add_model(self, node: ResolvedNode, layer: Nested, *, output: bool) -> None:
        """Add a model within; what feeds it feeds its inputs, and its outputs are its own."""
        part = Part(self.prefix + node.name, model=True)
        self.around(node.name).children.append(part)
        inner = Reader(layer.network, f"{part.key}/", part)
        leaving = [one.source for one in layer.network.graph.outputs]
        inner.read({one.node for one in leaving} if output else set())
        fed = dict(zip(layer.names, map(self.end, node.node.sources), strict=False))
        part.children = [self.feed(child, fed, part.key) for child in part.children]
        for place, source in enumerate(leaving):
            self.ends[node.name, place] = inner.end(source)

    @staticmethod
    def feed(child: Child, fed: Mapping[str, str], model: str) -> Child:
        """Return an input of a model within as one that something outside feeds."""
        if isinstance(child, Leaf):
            source = fed.get(child.key.removeprefix(f"{model}/"))
            return replace(child, sources=(source,)) if source else child
        return child

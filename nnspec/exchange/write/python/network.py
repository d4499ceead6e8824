"""A network as a function that builds it: a line a layer, in the order in which it is built."""

import keyword as words
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.application import Application
from nnspec.exchange.write.python.code import (
    Call,
    Expression,
    Group,
    Item,
    Raw,
    assign,
    give_back,
    keyword,
    literal,
    tuple_of,
)
from nnspec.exchange.write.python.objects import Unsayable, describe_object
from nnspec.network.edges import Source
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import Nested

DTYPES = {"integer": "int32", "text": "string", "boolean": "bool"}
"""Type of an input that follows from the data, where it is not float32."""
TAKEN = {"keras", "np", "pl", "x", "inputs", "outputs", "Path", "build_model"}
"""Names that mean something else in the program."""
LONGEST_NAME = 32
"""Characters of a variable's name, unless a layer's own has more."""
OWN_OUTPUT = "Equalization"
"""A layer that plain Keras 3.15 cannot put into a functional model."""


def describe_network(network: Network, title: str, *, policy: str) -> str:
    """Return the functions that build a network, that of the whole last.

    Raises:
        Unsayable: with all layers that no program of Keras' own names can make.
    """
    head = ["    keras.utils.set_random_seed(SEED)"]
    if policy != "float32":
        head.append(f'    keras.config.set_dtype_policy("{policy}")')
    writer = Writer(network, "build_model", title)
    text = "\n\n\n".join([*writer.functions(head)])
    if writer.reasons:
        raise Unsayable("; ".join(writer.reasons))
    return text


class Writer:
    """Writes the function of one network, and before it those of the models within.

    Attributes:
        names: variable of each tensor that is not simply the one before.
        layers: variable of each layer that is applied again.
        reasons: what cannot be said, a sentence a layer.
    """

    def __init__(self, network: Network, function: str, title: str) -> None:
        self.network = network
        self.function = function
        self.title = title
        self.inner: list[str] = []
        self.reasons: list[str] = []
        self.taken = set(TAKEN)
        self.names: dict[tuple[str, int], str] = {}
        self.layers: dict[str, str] = {}
        self.shared = {node.node.shares for node in network.nodes if node.node.shares}

    def functions(self, head: Sequence[str] = ()) -> Iterator[str]:
        """Give the functions in the order in which they stand."""
        self.name_tensors()
        lines: list[str] = []
        around = ""
        for node in self.network.nodes:
            within = node.name.rpartition(".")[0]
            if within != around and lines:
                lines += ["", f"    # {within}"] if within else [""]
            around = within
            lines += self.node(node)
        outputs = [self.tensor(one.source) for one in self.network.graph.outputs]
        inputs = [self.names[node.name, 0] for node in self.network.inputs]
        made = Call(
            "keras.Model",
            (Item(several(inputs)), Item(several(outputs)), keyword("name", literal(self.title))),
        )
        yield from self.inner
        doc = (
            '    """Return the network, its first weights drawn from the seed."""'
            if head
            else '    """Return a model that is used as a layer."""'
        )
        start = f"def {self.function}() -> keras.Model:"
        yield "\n".join([start, doc, *head, *lines, give_back(made)])

    def name_tensors(self) -> None:
        """Decide what each tensor is called: x where the next layer alone takes it."""
        nodes = self.network.nodes
        uses = Counter(source for node in nodes for source in node.node.sources)
        leaving = [one.source for one in self.network.graph.outputs]
        for place, node in enumerate(nodes):
            count = len(node.outputs or (None,))
            following = nodes[place + 1].node.sources if place + 1 < len(nodes) else ()
            own = Source(node.name)
            entering = node in self.network.inputs
            if entering and len(self.network.inputs) == 1:
                self.names[node.name, 0] = "inputs"
            elif leaving == [own] and not uses[own] and count == 1:
                self.names[node.name, 0] = "outputs"
            elif (
                count == 1
                and not entering
                and following == (own,)
                and uses[own] == 1
                and own not in leaving
            ):
                self.names[node.name, 0] = "x"
            else:
                for index in range(count):
                    self.names[node.name, index] = self.variable(near_name(node.name, index))

    def variable(self, name: str) -> str:
        """Return a name of Python's that nothing else has."""
        found = re.sub(r"\W", "_", name.lower(), flags=re.ASCII).strip("_") or "layer"
        if found[0].isdigit() or words.iskeyword(found) or words.issoftkeyword(found):
            found = f"layer_{found}"
        chosen, number = found, 2
        while chosen in self.taken:
            chosen, number = f"{found}_{number}", number + 1
        self.taken.add(chosen)
        return chosen

    def tensor(self, source: Source) -> str:
        """Return the variable of a tensor."""
        return self.names[source.node, source.index]

    def node(self, node: ResolvedNode) -> Iterator[str]:
        """Give the lines of one layer; what cannot be said is remembered."""
        try:
            yield from self.lines(node)
        except Unsayable as reason:
            self.reasons.append(f'"{node.name}": {reason}')

    def lines(self, node: ResolvedNode) -> Iterator[str]:
        """Give the lines of one layer."""
        target = ", ".join(self.names[node.name, at] for at in range(len(node.outputs or (None,))))
        layer = node.layer
        if node.node.implied:
            yield assign(target, implied(node))
            return
        assert layer is not None, f"{node.name} was refused"
        if layer.required == 0:
            given = {key: one for key, one in layer.arguments().items() if one is not None}
            shape = [Item(literal(given.pop("shape")))] if "shape" in given else []
            rest = [
                keyword(key, literal(one))
                for key, one in given.items()
                if one != type(layer).model_fields[key].get_default()
            ]
            name = keyword("name", literal(node.name))
            yield assign(target, Call("keras.Input", (*shape, *rest, name)))
            return
        fed = [Raw(self.tensor(source)) for source in node.node.sources]
        positional, named = layer.call_arguments(fed)
        then = tuple(
            [Item(given_to(one)) for one in positional]
            + [keyword(key, given_to(one)) for key, one in named.items()]
        )
        yield from self.applied(node, layer, target, then)

    def applied(
        self, node: ResolvedNode, layer: Layer, target: str, then: tuple[Item, ...]
    ) -> Iterator[str]:
        """Give the lines that make a layer, where it is new, and apply it."""
        owner = node.node.shares or node.name
        if owner in self.layers:
            yield assign(target, Call(self.layers[owner], then))
            return
        made = self.made(node, layer, owner)
        frozen = isinstance(layer, Nested | Application) and not layer.trainable
        if owner in self.shared or frozen:
            self.layers[owner] = self.variable(f"{near_name(owner)}_layer")
            yield assign(self.layers[owner], made)
            if frozen:
                yield f"    {self.layers[owner]}.trainable = False"
            yield assign(target, Call(self.layers[owner], then))
        else:
            yield assign(target, Call(made.function, made.arguments, then))

    def made(self, node: ResolvedNode, layer: Layer, owner: str) -> Call:
        """Return the call that makes a layer."""
        if isinstance(layer, Nested):
            if getattr(node.node.layer, "part", None):
                raise Unsayable("it begins with the weights of another run")
            function = f"{self.function}_{self.variable(owner)}".replace("build_model_", "build_")
            inner = Writer(layer.network, function, owner)
            self.inner += inner.functions()
            self.reasons += [f"{owner}/{one}" for one in inner.reasons]
            return Call(function)
        if isinstance(layer, Application):
            raise Unsayable("a network of keras.applications as one layer")
        if layer.keras_name == OWN_OUTPUT:
            raise Unsayable("Keras 3.15 cannot build it into a network")
        made = describe_object(layer, owner)
        assert isinstance(made, Call)
        return made


def near_name(name: str, index: int = 0) -> str:
    """Return the end of a full name, with as much of what is around it as stays short."""
    *around, found = name.split(".")
    while around and len(around[-1]) + len(found) < LONGEST_NAME:
        found = f"{around.pop()}_{found}"
    return f"{found}_{index}" if index else found


def implied(node: ResolvedNode) -> Expression:
    """Return the input that follows from the data."""
    assert node.outputs
    (tensor,) = node.outputs
    dtype = DTYPES.get(tensor.element)
    typed = [keyword("dtype", literal(dtype))] if dtype else []
    shape = tuple_of([literal(extent) for extent in tensor.shape[1:]])
    return Call("keras.Input", (Item(shape), *typed, keyword("name", literal(node.name))))


def given_to(value: object) -> Expression:
    """Return what a layer is called with."""
    if isinstance(value, (list, tuple)):
        return Group("[", "]", tuple(Item(given_to(one)) for one in value))
    assert isinstance(value, Raw)
    return value


def several(names: Sequence[str]) -> Expression:
    """Return one tensor as it is, several as a list."""
    if len(names) == 1:
        return Raw(names[0])
    return Group("[", "]", tuple(Item(Raw(one)) for one in names))

"""Chains of Keras 1 and 2: the shape that the first layer says, and branches before it; floor 4.

A chain of Keras 1 may begin with a Merge that holds whole models; it is a graph, then.
"""

from dataclasses import dataclass, field, replace

from nnspec.document import Entry, Mapping, Node, Plain, Sequence, plain
from nnspec.frontends.keras.eras.edits import config_of, drop, items_of, put
from nnspec.frontends.keras.tree import MODELS, text_of
from nnspec.frontends.keras.values import as_node

INPUTS = ("InputLayer", "Input")


def layers_of(node: Mapping) -> list[Mapping]:
    """Return the layers of a model, whether its config is a list or holds one."""
    config = node.get("config")
    listed = config.get("layers") if isinstance(config, Mapping) else config
    return [one for one in items_of(listed) if isinstance(one, Mapping)]


def shape_of_first(layer: Mapping) -> Sequence | None:
    """Return the shape that enters a chain, as its first layer says it, batch first."""
    if text_of(layer, "class_name") in MODELS:
        inner = layers_of(layer)
        return shape_of_first(inner[0]) if inner else None
    config = config_of(layer)
    for name in ("batch_input_shape", "batch_shape"):
        if isinstance(found := config.get(name), Sequence):
            return found
    return None


def begins_merged(model: Mapping) -> bool:
    """Return whether a chain begins with a Merge that holds the models before it."""
    layers = layers_of(model)
    return bool(layers) and holds_models(layers[0])


def holds_models(layer: Mapping) -> bool:
    """Return whether a layer is a Merge that holds models."""
    return text_of(layer, "class_name") == "Merge" and bool(
        items_of(config_of(layer).get("layers"))
    )


@dataclass(slots=True)
class Graph:
    """The layers of a graph, as they are laid one behind another.

    Attributes:
        layers: all of them.
        inputs: names of those that begin it.
        names: all names, so that none is given twice.
    """

    layers: list[Mapping] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def chain(self, model: Mapping) -> list[str]:
        """Lay the layers of a chain, and return the name of the last one."""
        layers = layers_of(model)
        fed: list[str] = []
        for place, layer in enumerate(layers):
            if place == 0 and holds_models(layer):
                branches = items_of(config_of(layer).get("layers"))
                fed = [
                    end for one in branches if isinstance(one, Mapping) for end in self.branch(one)
                ]
                layer = put(layer, "config", drop(config_of(layer), ("layers",)))  # noqa: PLW2901
            elif place == 0 and text_of(layer, "class_name") not in INPUTS:
                fed = [self.begin(layer)]
            fed = [self.lay(layer, fed)]
        return fed

    def branch(self, model: Mapping) -> list[str]:
        """Lay one of the models that a Merge holds, and return the names of its ends."""
        if text_of(model, "class_name") == "Sequential":
            return self.chain(model)
        for layer in layers_of(model):
            self.layers.append(layer)
            self.names.add(name_of(layer))
        config = config_of(model)
        self.inputs += ends_of(config.get("input_layers"))
        return ends_of(config.get("output_layers"))

    def begin(self, layer: Mapping) -> str:
        """Lay the input in front of a layer, and return its name."""
        shape = shape_of_first(layer)
        name = self.free(f"{name_of(layer)}_input")
        given: dict[str, Plain] = {"name": name}
        if shape is not None:
            given["batch_shape"] = plain(shape)
        made = as_node({"class_name": "InputLayer", "config": given}, layer.span)
        assert isinstance(made, Mapping)
        self.inputs.append(name)
        self.layers.append(put(made, "inbound_nodes", []))
        return name

    def lay(self, layer: Mapping, fed: list[str]) -> str:
        """Lay a layer behind others, and return its name."""
        name = self.free(name_of(layer))
        if text_of(layer, "class_name") in INPUTS:
            self.inputs.append(name)
        calls: list[Plain] = [[[one, 0, 0] for one in fed]] if fed else []
        self.layers.append(put(put(layer, "name", name), "inbound_nodes", calls))
        return name

    def free(self, name: str) -> str:
        """Return a name that no layer has."""
        while name in self.names:
            name += "_"
        self.names.add(name)
        return name


def name_of(layer: Mapping) -> str:
    """Return the name of a layer."""
    kind = text_of(layer, "class_name") or "layer"
    return text_of(layer, "name") or text_of(config_of(layer), "name") or kind.lower()


def ends_of(node: Node | None) -> list[str]:
    """Return the names of a model's inputs or outputs."""
    return [
        str(name.value)  # type: ignore[union-attr]  # a text stands first
        for one in items_of(node)
        if isinstance(one, Sequence) and one.items
        for name in one.items[:1]
    ]


def as_graph(model: Mapping) -> Mapping:
    """Return a chain that begins with branches as a graph."""
    graph = Graph()
    last = graph.chain(model)
    span = model.span
    config = Mapping((Entry("layers", span, Sequence(tuple(graph.layers), span)),), span)
    config = put(config, "input_layers", [[one, 0, 0] for one in graph.inputs])
    config = put(config, "output_layers", [[one, 0, 0] for one in last])
    made = put(replace(model, entries=model.entries), "class_name", "Model")
    return put(made, "config", config)

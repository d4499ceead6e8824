"""A document of any era in the form of Keras 3, every value at its place; floor 4."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nnspec.document import Entry, Mapping, Node, Plain, Scalar, Sequence, plain
from nnspec.frontends.keras.eras.calls import Numbers, modern_nodes, references
from nnspec.frontends.keras.eras.chains import as_graph, begins_merged, shape_of_first
from nnspec.frontends.keras.eras.edits import config_of, drop, items_of, put, value_of
from nnspec.frontends.keras.eras.layers_1 import ORDERED, ORDERINGS, layer_of_keras_1
from nnspec.frontends.keras.eras.layers_2 import layer_of_keras_2
from nnspec.frontends.keras.eras.merges import merge_of
from nnspec.frontends.keras.eras.operations import modern_operation
from nnspec.frontends.keras.rewrites import FORMER, FORMER_SIGMOID
from nnspec.frontends.keras.tree import MODELS, text_of
from nnspec.frontends.keras.values import as_node

HELD = ("layer", "backward_layer", "forward_layer", "cell")
"""Arguments that hold a layer."""
INPUTS = ("InputLayer", "Input")
KEPT = ("class_name", "config", "name", "inbound_nodes", "registered_name")
"""What is kept of a layer; modules of former eras say nothing that the class does not."""
OWN_MODULES = ("keras", "tf_keras", "tensorflow", "builtins")
"""What the modules of Keras' own layers begin with."""


@dataclass(slots=True)
class Modernizer:
    """Rewrites the layers of one document.

    Attributes:
        numbered: how many layers of a class were given a name of ours.
        ordering: where the channels are in all layers that say it; the others follow them.
    """

    numbered: dict[str, int] = field(default_factory=dict)
    ordering: str | None = None

    def model(self, node: Mapping) -> Mapping:
        """Return a model, or a model within one."""
        config = node.get("config")
        if isinstance(config, Sequence):
            inner = Mapping((Entry("layers", config.span, config),), config.span)
            node = put(node, "config", inner)
        node = self.named(node)
        if text_of(node, "class_name") == "Sequential" and begins_merged(node):
            node = as_graph(node)
        chain = text_of(node, "class_name") == "Sequential"
        layers = [
            self.named(one)
            for one in items_of(config_of(node).get("layers"))
            if isinstance(one, Mapping)
        ]
        if len(layers) != len(items_of(config_of(node).get("layers"))):
            return node
        numbers = Numbers(frozenset() if chain else shifted(node, layers))
        if chain:
            layers = self.with_input(layers)
        made = tuple(self.layer(one, numbers) for one in layers)
        span = (config_of(node).get("layers") or node).span
        body = put(config_of(node), "layers", Sequence(made, span))
        for side in ("input_layers", "output_layers"):
            if (ends := body.get(side)) is not None:
                body = put(body, side, renumbered(ends, numbers))
        return put(without_history(node), "config", body)

    def named(self, node: Mapping) -> Mapping:
        """Return a layer with a name: a chain within a chain had none in Keras 1."""
        if text_of(node, "name"):
            return node
        inner = node.get("config")
        if isinstance(inner, Mapping) and text_of(inner, "name"):
            return node
        kind = (text_of(node, "class_name") or "layer").lower()
        self.numbered[kind] = self.numbered.get(kind, 0) + 1
        return put(node, "name", f"{kind}_of_chain_{self.numbered[kind]}")

    def with_input(self, layers: list[Mapping]) -> list[Mapping]:
        """Return the layers of a chain, begun with its input where the first one says its shape."""
        if not layers or text_of(layers[0], "class_name") in INPUTS:
            return layers
        shape = shape_of_first(layers[0])
        if shape is None:
            return layers
        first = config_of(layers[0])
        name = text_of(layers[0], "name") or text_of(first, "name") or "chain"
        given: dict[str, Plain] = {"batch_shape": plain(shape), "name": f"{name}_input"}
        dtype = value_of(first, "input_dtype") or value_of(first, "dtype")
        if isinstance(dtype, str) and not dtype.startswith("mixed"):
            given["dtype"] = dtype
        made = as_node({"class_name": "InputLayer", "config": given}, shape.span)
        assert isinstance(made, Mapping)
        return [made, *layers]

    def layer(self, node: Mapping, numbers: Numbers) -> Mapping:
        """Return one serialized layer."""
        kind, config = text_of(node, "class_name"), node.get("config")
        calls = node.get("inbound_nodes")
        if kind in MODELS:
            made = self.model(node)
        elif kind is None or not isinstance(config, Mapping):
            return node
        elif kind in ("TFOpLambda", "SlicingOpLambda"):
            return modern_operation(node, numbers)
        elif kind == "Merge":
            made = self.merge(node, config)
        else:
            made = self.plain_layer(node, kind, config)
        kind = text_of(made, "class_name") or ""
        if calls is not None:
            made = put(made, "inbound_nodes", modern_nodes(calls, kind, numbers))
        return made

    def plain_layer(self, node: Mapping, kind: str, config: Mapping) -> Mapping:
        """Return a layer that is no model, its arguments those of Keras 3."""
        entries = (
            replace(one, value=self.held(one.value))
            if one.name in HELD and isinstance(one.value, Mapping)
            else replace(one, value=self.cells(one.value))
            if one.name == "cells"
            else one
            for one in config
        )
        config = replace(config, entries=tuple(entries))
        if kind in ORDERED and self.ordering and not has_ordering(config):
            config = put(config, "dim_ordering", self.ordering)
        kind, config = layer_of_keras_1(kind, config)
        kind, config = layer_of_keras_2(kind, config)
        if kind == "Activation" and value_of(config, "activation") == "hard_sigmoid":
            former = put(put(node, "class_name", FORMER_SIGMOID), "module", FORMER)
            return put(former, "config", config)
        return put(put(without_history(node), "class_name", kind), "config", config)

    def held(self, node: Mapping) -> Mapping:
        """Return a layer within another one, known by its module as Keras 3 writes it."""
        made = self.layer(node, Numbers())
        return put(made, "module", "keras.layers")

    def cells(self, node: Node) -> Node:
        """Return a list of cells."""
        made = (self.held(one) if isinstance(one, Mapping) else one for one in items_of(node))
        return Sequence(tuple(made), node.span)

    def merge(self, node: Mapping, config: Mapping) -> Mapping:
        """Return a Merge as the layer of its mode; as it is where it holds a function."""
        found = merge_of(config)
        if found is None:
            return put(node, "class_name", "Lambda")
        kind, given = found
        return put(put(node, "class_name", kind), "config", as_node(given, config.span))


def without_history(node: Mapping) -> Mapping:
    """Return a serialized layer with what is said of it today; a foreign module stays, to be told.

    The modules of Keras and TensorFlow had other names in every version.
    """
    root = (text_of(node, "module") or "keras").partition(".")[0]
    kept = KEPT if root in OWN_MODULES else (*KEPT, "module")
    return replace(node, entries=tuple(one for one in node if one.name in kept))


def shifted(model: Mapping, layers: list[Mapping]) -> frozenset[str]:
    """Return the names of the models within a model whose calls count from 1.

    Before Keras 3 the making of a model was its first call; those that had no shape when they
    were made lack it. So the numbers by which it is named decide.
    """
    named: dict[str, set[int]] = {}
    sources = [one.get("inbound_nodes") for one in layers]
    for source in (*sources, config_of(model).get("output_layers")):
        for name, call in references(source) if source is not None else ():
            named.setdefault(name, set()).add(call)
    return frozenset(
        name
        for one in layers
        if text_of(one, "class_name") in MODELS
        and (name := text_of(one, "name") or text_of(config_of(one), "name") or "")
        and named.get(name)
        and 0 not in named[name]
    )


def renumbered(node: Node, numbers: Numbers) -> Node:
    """Return the ends of a model, calls named by their numbers in the list."""
    match node:
        case Sequence(
            items=(Scalar(value=str(name)), Scalar(value=int(call)) as number, *rest), span=span
        ):
            there = replace(number, value=numbers.of(name, call))
            return Sequence((node.items[0], there, *rest), span)
        case Sequence(items=items, span=span):
            return Sequence(tuple(renumbered(one, numbers) for one in items), span)
        case Mapping():
            entries = (replace(one, value=renumbered(one.value, numbers)) for one in node)
            return replace(node, entries=tuple(entries))
        case _:
            return node


def modernized(document: Mapping) -> Mapping:
    """Return a document of an older Keras in the form of Keras 3.

    Args:
        document: class_name and config of a model.
    """
    orderings = set(orderings_of(document))
    ordering = orderings.pop() if len(orderings) == 1 else None
    return drop(Modernizer(ordering=ordering).model(document), ("name",))


def orderings_of(node: Node) -> Iterator[str]:
    """Give where the channels are, of every layer of Keras 1 that says it."""
    match node:
        case Mapping(entries=entries):
            found = text_of(node, "dim_ordering")
            if found in ORDERINGS:
                yield found
            for entry in entries:
                yield from orderings_of(entry.value)
        case Sequence(items=items):
            for item in items:
                yield from orderings_of(item)
        case Scalar():
            pass


def has_ordering(config: Mapping) -> bool:
    """Return whether a layer says where the channels are."""
    return bool(config.entry("dim_ordering") or config.entry("data_format"))

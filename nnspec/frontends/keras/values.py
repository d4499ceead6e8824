"""Values in Keras' own serialized form to values as a spec writes them; places are kept; floor 4.

Keras writes every argument of every object, with module, registered name and the shapes that it
was built with. What says nothing beyond the catalogue is left out here, and what would need code
of its own is refused. Nothing is ever looked up by a dotted name.
"""

from dataclasses import dataclass, replace

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.registry import find
from nnspec.diagnostics import Findings, Span
from nnspec.document import Entry, Mapping, Node, Plain, Scalar, Sequence, plain, shorten
from nnspec.frontends.keras.tree import MODELS, text_of
from nnspec.reading.explain import foreign_free

DEFAULT_POLICY = "float32"
EXPRESS = "express it with layers of the catalogue"
FAMILIES = ("layers", "activations", "initializers", "regularizers", "constraints")
"""Families whose objects stand among the arguments of layers."""
UNSET: tuple[Plain, ...] = (None, False)
"""Values by which Keras says that an argument the catalogue leaves out is not used."""

AS_ACTIVATIONS = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "Softmax": "softmax",
}
"""Layers that stand where an activation is due -> the function that they compute."""

FOLLOWS = frozenset({"vocabulary_size"})
"""What Keras writes beside the argument that it follows from."""


@dataclass(slots=True)
class Settler:
    """Turns serialized values into written ones.

    Attributes:
        policies: whether dtype policies are kept; where all are Keras' default, they are not, so
            that the run's own policy holds.
    """

    findings: Findings
    policies: bool = True

    def settle(self, node: Node) -> Node:
        """Return a value as a spec writes it."""
        match node:
            case Mapping() if node.get("class_name"):
                return self.settle_object(node)
            case Mapping(entries=entries):
                settled = (replace(one, value=self.settle(one.value)) for one in entries)
                return replace(node, entries=tuple(settled))
            case Sequence(items=items):
                return replace(node, items=tuple(self.settle(one) for one in items))
            case Scalar():
                return node

    def settle_object(self, node: Mapping) -> Node:
        """Return a serialized object: plain values unpacked, arguments settled."""
        name, config = text_of(node, "class_name"), node.get("config")
        if refuse_foreign(node, self.findings):
            return Scalar(None, node.span, refused=True)
        if name == "__lambda__":
            return self.refuse_code(node)
        if name == "function" and isinstance(config, Scalar):
            registered = isinstance(config.value, str) and ">" in config.value
            return self.refuse_code(node, str(config.value)) if registered else config
        inner = config if isinstance(config, Mapping) else None
        if name == "DTypePolicy" and inner is not None:
            return inner.get("name") or node
        if name in ("__tensor__", "__numpy__") and inner is not None:
            return inner.get("value") or node
        if name == "SeedGenerator" and inner is not None:
            return inner.get("seed") or node
        family = (text_of(node, "module") or "").rpartition(".")[2]
        kind = find(family, name) if name and family in FAMILIES else None
        kept = [one for one in node if one.name in ("class_name", "config", "module")]
        if inner is not None and kind is not None:
            settled = self.settle_arguments(kind, inner)
            kept = [replace(one, value=settled) if one.name == "config" else one for one in kept]
        if inner is not None and name in MODELS:
            parts = self.settle(inner)
            kept = [replace(one, value=parts) if one.name == "config" else one for one in kept]
        return replace(node, entries=tuple(kept))

    def refuse_code(self, node: Mapping, name: str = "a function of Python") -> Scalar:
        """Record a function of Python in place of a value."""
        message = f"{shorten(name)} is refused: it came with code of its own, and code is refused"
        self.findings.add("X102", message, node.span, hint="name an activation of Keras")
        return Scalar(None, node.span, refused=True)

    def settle_function(self, entry: Entry) -> Entry:
        """Return an activation as a spec names it: layers that are one, too, by its name."""
        node = entry.value
        if not entry.name.endswith("activation") or not isinstance(node, Mapping):
            return entry
        if is_bytecode(node.get("value")):
            return replace(entry, value=self.refuse_code(node))
        name, config = text_of(node, "class_name") or "", node.get("config")
        kind = find("activations", AS_ACTIVATIONS.get(name, ""))
        if kind is None or not isinstance(config, Mapping) or not is_public(node):
            return entry
        kept = tuple(one for one in config if one.name in kind.model_fields)
        inner = (Entry(kind.keras_name, node.span, replace(config, entries=kept)),)
        return replace(
            entry, value=Mapping(inner, node.span) if kept else as_node(kind.keras_name, node.span)
        )

    def settle_arguments(self, kind: type[CatalogObject], config: Mapping) -> Mapping:
        """Return the arguments of an object of a class, without those that say nothing."""
        entries = [one for one in config if self.says(kind, one)]
        if kind.keras_name == "RandomShear":
            entries = [replace(one, value=within_one(one.value)) for one in entries]
        if kind.keras_name == "Bidirectional":
            entries = [replace(one, value=within_both(one.value)) for one in entries]
        if kind.keras_name == "Input":
            entries = [part for one in entries for part in split_shape(one)]
        if kind.keras_name == "Bidirectional" and mirrored(config):
            entries = [one for one in entries if one.name != "backward_layer"]
        functions = (self.settle_function(one) for one in entries)
        settled = tuple(replace(one, value=self.settle(one.value)) for one in functions)
        return replace(config, entries=settled)

    def says(self, kind: type[CatalogObject], entry: Entry) -> bool:
        """Return whether an argument says anything that a spec would write."""
        if entry.name == "dtype":
            default = kind.keras_name == "Input" and plain(entry.value) == DEFAULT_POLICY
            kept = kind.keras_name == "Input" or self.policies
            return "dtype" in kind.model_fields and kept and not default
        if entry.name in kind.model_fields:
            # Keras writes the activation that leaves everything as it is where none was given.
            unset = kind.model_fields[entry.name].default is None
            return not (entry.name == "activation" and unset and plain(entry.value) == "linear")
        if entry.name in ("name", "build_config", "trainable"):
            return False
        if kind.keras_name == "Input" and entry.name in ("batch_shape", "batch_input_shape"):
            return True
        if entry.name in kind.fixed and plain(entry.value) == kind.fixed[entry.name]:
            return False
        follows = entry.name in FOLLOWS and "vocabulary" in kind.model_fields
        return not follows and not any(plain(entry.value) is value for value in UNSET)


def split_shape(entry: Entry) -> tuple[Entry, ...]:
    """Return Keras' batch shape as shape and batch size; any other argument as it is."""
    shape = entry.value
    if entry.name not in ("batch_shape", "batch_input_shape"):
        return (entry,)
    if not isinstance(shape, Sequence) or not shape.items:
        return (replace(entry, name="shape"),)
    batch, *inner = shape.items
    split = Entry("shape", entry.key, Sequence(tuple(inner), shape.span))
    known = not (isinstance(batch, Scalar) and batch.value is None)
    return (split, Entry("batch_size", entry.key, batch)) if known else (split,)


def within_one(node: Node) -> Node:
    """Return a shear's range as the one number it was made of: Keras writes v as [-v, v].

    Source: Keras 3.15, base_image_preprocessing_layer.py, _set_factor_with_name, which does not
    take that range itself.
    """
    match node:
        case Sequence(
            items=(
                Scalar(value=int() | float() as low),
                Scalar(value=int() | float() as high) as one,
            )
        ) if low == -high and high > 0:
            return one
        case _:
            return node


def within_both(node: Node) -> Node:
    """Return a direction of a Bidirectional without what Keras sets in it by itself."""
    config = node.get("config") if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or not isinstance(config, Mapping):
        return node
    kept = tuple(one for one in config if one.name != "zero_output_for_mask")
    entries = (
        replace(one, value=replace(config, entries=kept)) if one.name == "config" else one
        for one in node
    )
    return replace(node, entries=tuple(entries))


def mirrored(config: Mapping) -> bool:
    """Return whether the backward layer is what Keras makes of the forward one by itself."""
    parts = [plain(node) for name in ("layer", "backward_layer") if (node := config.get(name))]
    configs = [one.get("config") for one in parts if isinstance(one, dict)]
    if len(configs) != len(("layer", "backward_layer")):
        return True
    ahead, back = (dict(one) if isinstance(one, dict) else {} for one in configs)
    turned = ahead.pop("go_backwards", False) is not back.pop("go_backwards", False)
    for one in (ahead, back):
        one.pop("name", None)
    return turned and ahead == back


def refuse_foreign(node: Mapping, findings: Findings) -> bool:
    """Return whether an object needs code that is not Keras' own; record it."""
    name = text_of(node, "class_name") or "?"
    module, registered = node.get("module"), node.get("registered_name")
    shown = shorten(str(text_of(node, "name") or name))
    if module is not None and not foreign_free(plain(module)):
        message = f"{shown} is of the module {shorten(str(plain(module)))}, which is not Keras' own"
        findings.add("X102", f"{message}: a spec imports nothing", module.span, hint=EXPRESS)
        return True
    if registered is not None and plain(registered) not in (None, name):
        found = shorten(str(plain(registered)))
        message = f"{shown} is registered as {found}: its class came with code of its own"
        findings.add("X102", message, registered.span, hint=EXPRESS)
        return True
    return False


def is_public(node: Mapping) -> bool:
    """Return whether an object is one of Keras' layers."""
    return (text_of(node, "module") or "").partition(".")[0] == "keras"


def is_bytecode(node: Node | None) -> bool:
    """Return whether a value is a function's code, its defaults and its closure."""
    parts = plain(node) if isinstance(node, Sequence) else None
    return isinstance(parts, list) and len(parts) == len(("code", "defaults", "closure"))


def policies_of(node: Node) -> set[Plain]:
    """Return the names of all dtype policies within a value."""
    match node:
        case Mapping():
            config = node.get("config")
            if text_of(node, "class_name") == "DTypePolicy" and isinstance(config, Mapping):
                return {text_of(config, "name")}
            own = node.get("dtype")
            tensor = node.get("batch_shape") or node.get("keras_history")
            named: set[Plain] = set()
            if isinstance(own, Scalar) and not tensor and own.value is not None:
                named = {own.value}
            return named.union(*(policies_of(one.value) for one in node))
        case Sequence(items=items):
            return set[Plain]().union(*map(policies_of, items))
        case Scalar():
            return set()


def as_node(value: Plain, span: Span) -> Node:
    """Return a value that was not written, at the place that it follows from."""
    match value:
        case dict():
            entries = (Entry(name, span, as_node(one, span)) for name, one in value.items())
            return Mapping(tuple(entries), span)
        case list():
            return Sequence(tuple(as_node(one, span) for one in value), span)
        case _:
            return Scalar(value, span)

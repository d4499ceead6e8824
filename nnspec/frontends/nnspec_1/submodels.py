"""Models within models: `- Model: {layers: [...]}`, whose layers' names are its own; floor 4.

A block is written out wherever it is used; a model is one layer, can be used again as a whole,
and becomes a model of its own in Keras.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from nnspec.diagnostics import Findings
from nnspec.document import Entry, Mapping, Node, Scalar, Sequence, kind_of, shorten
from nnspec.frontends.keras.form import read_whole
from nnspec.frontends.keras.tree import is_keras_model
from nnspec.frontends.nnspec_1.blocks import SUBMODEL, may_nest, settle_keys
from nnspec.frontends.nnspec_1.items import LAYER_NAME, read_sources
from nnspec.frontends.nnspec_1.scope import Scope
from nnspec.language.words import remedy
from nnspec.reading.substitute import Substitution
from nnspec.reading.written import Written
from nnspec.spec.model import SubModel

if TYPE_CHECKING:
    from nnspec.frontends.nnspec_1.layers import ModelReader

KEYS = ("layers", "inputs", "outputs", "trainable", "file")
DEFAULT_INPUT = "input"
"""Name, inside, of the tensor that a model of one input is given."""


def substitute_beside(node: Node, substitution: Substitution, findings: Findings) -> Node:
    """Return an entry with its variables replaced; those within a model wait for its layers."""
    entry = node.entry(SUBMODEL) if isinstance(node, Mapping) else None
    if entry is None or not isinstance(node, Mapping):
        return substitution.apply(node, findings)
    entries = (one if one is entry else substitution.entry(one, findings) for one in node)
    return replace(node, entries=tuple(entries))


def in_keras_form(written: Written) -> Node:
    """Return an entry as it was written in Keras' own form; without config, nothing."""
    if not written.config or written.argument is None:
        return Scalar(None, written.span)
    name = Scalar(written.name, written.span)
    entries = (
        Entry("class_name", written.span, name),
        Entry("config", written.span, written.argument),
    )
    return Mapping(entries, written.span)


def read_submodel(written: Written, scope: Scope, outer: "ModelReader") -> SubModel | None:
    """Return a model within a model; None where it holds no layers.

    Args:
        written: the key `Model` and what stands behind it.
        scope: what holds where it is written.
        outer: reads the model around it.
    """
    body = written.argument
    if isinstance(body, Sequence):
        body = Mapping((Entry("layers", written.span, body),), body.span)
    if not isinstance(body, Mapping):
        found = "nothing" if body is None else kind_of(body)
        message = f"{SUBMODEL} must hold layers: a list; found {found}"
        outer.findings.add("S103", message, written.span)
        return None
    if not may_nest(SUBMODEL, scope.chain, written.span, outer.findings):
        return None
    body = settle_keys(body, KEYS, SUBMODEL, outer.findings)
    trainable = read_trainable(body, scope.substitution, outer.findings)
    inputs = read_inputs(body, outer.findings)
    kept = tuple(one for one in body if one.name in ("layers", "outputs", "file"))
    if outer.source.weights_of(replace(body, entries=kept)) is not None:
        message = "a model within a model takes a document of layers; this file holds weights, too"
        outer.findings.add("S105", message, written.span, hint="name the file as the whole model")
        return None
    opened = outer.source.open(replace(body, entries=kept))
    if opened is None:
        return None
    if is_keras_model(opened):
        made = read_whole(opened, outer.reader)
        return made and replace(made, trainable=trainable and made.trainable)
    inner = Scope(scope.substitution, uses=scope.uses, chain=(*scope.chain, SUBMODEL))
    section = outer.inside().read_layers(opened, inner, inputs[0])
    # What reads an input whose name was refused is not known.
    known = all(LAYER_NAME.fullmatch(one) for one in inputs)
    return SubModel(section, inputs, trainable) if section is not None and known else None


def read_trainable(body: Mapping, substitution: Substitution, findings: Findings) -> bool:
    """Return whether training changes the model's weights."""
    node = body.get("trainable")
    if node is None:
        return True
    node = substitution.apply(node, findings)
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    if not isinstance(node, Scalar) or not node.refused:
        message = f"trainable must be true or false; got {kind_of(node)}"
        hint = "write trainable: false to leave its weights as they are, or remove it"
        hint = remedy(node, "trainable", "true or false") or hint
        findings.add("S103", message, node.span, hint=hint)
    return True


def read_inputs(body: Mapping, findings: Findings) -> tuple[str, ...]:
    """Return the names, inside, of the tensors that a model is given."""
    node = body.get("inputs")
    if node is None:
        return (DEFAULT_INPUT,)
    wires = read_sources(node, findings)
    for wire in wires:
        if not LAYER_NAME.fullmatch(wire.source):
            message = f"{shorten(wire.source)!r} is no name: letters, digits, _ or -"
            findings.add("S110", message, wire.span)
    return tuple(wire.source for wire in wires) or (DEFAULT_INPUT,)

"""Trained parts, `use: {run: runs/x, layer: code}`: layers of a finished run up to one; floor 4.

A part stands in the list as a model within the model. Only what lies between the run's input and
the layer is taken; shapes follow from the run's own filled spec and its fitted columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nnspec.catalog.layers.core import Input
from nnspec.diagnostics import Findings, Refused, Span
from nnspec.document import Mapping as MappingNode
from nnspec.document import Scalar, kind_of, shorten
from nnspec.frontends.nnspec_1.blocks import SUBMODEL, settle_keys
from nnspec.frontends.nnspec_1.items import is_refused
from nnspec.frontends.nnspec_1.model_source import marked
from nnspec.frontends.nnspec_1.scope import Scope
from nnspec.frontends.nnspec_1.submodels import read_trainable
from nnspec.language.near_names import suggest_given
from nnspec.reading.substitute import Substitution
from nnspec.shapes import Element, Tensor
from nnspec.spec.model import NETWORK_INPUT, LayerUse, ModelSection, Origin, SubModel, Wire
from nnspec.spec.part import Part, StoredRun
from nnspec.spec.source import locate

if TYPE_CHECKING:
    from nnspec.frontends.nnspec_1.layers import ModelReader

KEYS = ("run", "layer", "trainable")
DTYPES: dict[Element, str] = {"float": "float32", "integer": "int32", "text": "string"}
"""Type of an input that follows from the run's data."""


def read_part(body: MappingNode, scope: Scope, outer: "ModelReader") -> SubModel | None:
    """Return the trained part that `use` names; None where it was refused.

    Args:
        body: what stands behind `use`.
        scope: what holds where it is written.
        outer: reads the model around it.
    """
    findings = outer.findings
    body = settle_keys(body, KEYS, "use", findings)
    run, layer = (read_given(body, name, findings) for name in KEYS[:2])
    trainable = read_trainable(body, scope.substitution, findings)
    if run is None or layer is None:
        return None
    if SUBMODEL in scope.chain:
        message = "a part of a run stands in the network itself; here it is within a model"
        findings.add("G107", message, body.span, hint=f"write it beside the {SUBMODEL}")
        return None
    stored = open_stored(run, outer)
    if stored is None:
        return None
    section = read_network(stored, outer)
    if section is None:
        return None
    cut = cut_off(section, layer, stored.inputs, findings)
    if cut is None:
        return None
    path = locate(run.value, outer.source.folder, allow_outside=True)
    part = Part(run.value, path, layer.value, cut.input, stored.sha256)
    return SubModel(cut.section, trainable=trainable, part=part)


@dataclass(frozen=True, slots=True)
class Given:
    """A text that stands behind a key."""

    value: str
    span: Span


def read_given(body: MappingNode, name: str, findings: Findings) -> Given | None:
    """Return a text that a part must be given."""
    node = body.get(name)
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value:
        return Given(node.value, node.span)
    if node is None:
        what = "the folder of a finished run" if name == "run" else "the layer that ends the part"
        message = f"use needs {name}: {what}, or is the name of an earlier layer"
        findings.add("S102", message, body.span, hint="write use: {run: runs/x, layer: code}")
    elif not is_refused(node):
        findings.add("S103", f"{name} must be text; got {kind_of(node)}", node.span)
    return None


def open_stored(run: Given, outer: "ModelReader") -> StoredRun | None:
    """Return what a run says of its network; None where it was refused, or nothing opens runs."""
    source = outer.source
    if source.open_run is None:
        return None
    try:
        located = locate(run.value, source.folder, allow_outside=source.allow_outside)
        return source.open_run(located)
    except Refused as refused:
        for one in refused.diagnostics:
            outer.findings.append(replace(one, span=run.span, file=None))
        return None


def read_network(stored: StoredRun, outer: "ModelReader") -> ModelSection | None:
    """Return the layers of a run's filled spec, their places those in its file."""
    root = stored.document.root
    node = root.get("model")
    if node is None:
        return None
    model = marked(node, stored.document.file)
    return outer.apart().read_layers(model, Scope(Substitution({})), NETWORK_INPUT)


@dataclass(frozen=True, slots=True)
class Cut:
    """The layers up to one, and the name of the input that enters them."""

    section: ModelSection
    input: str


def cut_off(
    section: ModelSection, layer: Given, inputs: Mapping[str, Tensor], findings: Findings
) -> Cut | None:
    """Return the layers from the network's input to one of them; None where there is no such."""
    uses = {use.name: use for use in section.layers}
    end = owner_of(layer.value, uses)
    if end is None:
        message = f"the run has no layer called {shorten(layer.value)!r}"
        findings.add("G101", message, layer.span, hint=suggest_given(layer.value, uses))
        return None
    needed = ancestors(end, uses)
    entered = [use.name for use in section.layers if use.name in needed and not use.wires]
    implied = {
        wire.source: wire
        for name in needed
        for wire in uses[name].wires
        if owner_of(wire.source, uses) is None
    }
    names = [*entered, *implied]
    if len(names) != 1 or end in entered:
        what = "is an input" if end in entered else f"reads {len(names)} inputs"
        message = f"a part leads from one input to a layer; {shorten(layer.value)!r} {what}"
        findings.add("G107", message, layer.span)
        return None
    kept = [use for use in section.layers if use.name in needed]
    begun = [LayerUse(one, declared(inputs[one]), (), Origin(layer.span)) for one in implied]
    whole = with_owners([*begun, *kept], section)
    return Cut(replace(whole, outputs=(Wire(layer.value, layer.span),)), input_of(names[0], inputs))


def input_of(name: str, inputs: Mapping[str, Tensor]) -> str:
    """Return the input of the data that enters at a layer: of its name, or the only one."""
    return name if name in inputs else next(iter(inputs))


def owner_of(name: str, uses: Mapping[str, LayerUse]) -> str | None:
    """Return the layer that a tensor leaves: NAME, or NAME.1 of several; None for an input."""
    known = (name, name.rpartition(".")[0])
    return next((one for one in known if one in uses), None)


def ancestors(end: str, uses: Mapping[str, LayerUse]) -> set[str]:
    """Return the names of a layer and of all that it follows from."""
    needed: set[str] = set()
    waiting = [end]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            owners = (owner_of(wire.source, uses) for wire in uses[name].wires)
            waiting += [one for one in owners if one is not None]
    return needed


def with_owners(kept: list[LayerUse], section: ModelSection) -> ModelSection:
    """Return layers in which every one that is applied again is there.

    Where its first application leads elsewhere, the first one that is left takes its place.
    """
    layers: dict[str, LayerUse] = {}
    aliases = dict(section.aliases)
    first = {use.name: use for use in section.layers}
    names = {use.name for use in kept}
    for use in kept:
        owner = use.shares
        if owner is None or owner in names or owner in layers:
            layers[use.name] = use
        else:
            layers[owner] = replace(use, name=owner, layer=first[owner].layer, shares=None)
            aliases[use.name] = owner
    return ModelSection(tuple(layers.values()), aliases)


def declared(tensor: Tensor) -> Input:
    """Return the Input that says what the run's data gave."""
    shape = list(tensor.shape[1:])
    return Input.model_validate({"shape": shape, "dtype": DTYPES[tensor.element]})


def part_origin(span: Span, body: MappingNode, scope: Scope) -> Origin:
    """Return the places of a part and of what stands behind `use`."""
    places = {entry.name: entry.value.span for entry in body}
    return Origin(span, places, uses=scope.uses)

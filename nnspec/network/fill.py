"""The filled spec: every default written out, blocks expanded, short names decided; its hash.

This form is what a run saves and what is hashed: two specs with equal filled forms are the same
experiment. It is itself a spec, and filling it changes nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from pydantic import BaseModel

from nnspec.catalog.base import CatalogObject
from nnspec.document import Plain, plain, write_yaml
from nnspec.network.edges import Node, Source, SubGraph
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import Nested
from nnspec.spec.learning import in_force
from nnspec.spec.model import RankDependent
from nnspec.spec.spec import Spec
from nnspec.spec.training import TrainingSection

BY_OUTPUT = ("loss", "loss_weights", "metrics", "target", "positive")
"""Settings that may be mappings by output name."""


def render_spec(spec: Spec, network: Network) -> str:
    """Return the filled spec as YAML text."""
    return write_yaml(fill_spec(spec, network))


def hash_spec(spec: Spec, network: Network) -> str:
    """Return the SHA-256 of the filled spec without its name, hexadecimal."""
    filled = {key: value for key, value in fill_spec(spec, network).items() if key != "name"}
    return hashlib.sha256(json.dumps(filled, sort_keys=True).encode()).hexdigest()


def hash_sections(spec: Spec, network: Network) -> dict[str, str]:
    """Return the SHA-256 of each section of the filled spec, seeds left out, hexadecimal."""
    filled = fill_spec(spec, network)
    seeds = find_seeds(spec)
    for path in seeds:
        *above, last = path.split(".")
        section: Plain = filled
        for key in above:
            assert isinstance(section, dict)
            section = section[key]
        assert isinstance(section, dict)
        section.pop(last)
    return {
        name: hashlib.sha256(json.dumps(section, sort_keys=True).encode()).hexdigest()
        for name, section in filled.items()
        if name not in {"nnspec", "name"}
    }


def find_seeds(spec: Spec) -> dict[str, int]:
    """Return the seeds that repeat a run with other draws, by their paths in the filled spec."""
    seeds = {"runtime.seed": spec.runtime.seed}
    if spec.data is not None:
        seeds["data.split.seed"] = spec.data.split.seed
    return seeds


def hash_model(network: Network) -> str:
    """Return the SHA-256 of the filled model alone, hexadecimal."""
    return hashlib.sha256(json.dumps(fill_model(network), sort_keys=True).encode()).hexdigest()


def written_out(network: Network) -> Network:
    """Return a network whose parts of other runs are models of its own, which need no such run."""
    return replace(network, nodes=tuple(map(_alone, network.nodes)))


def _alone(node: ResolvedNode) -> ResolvedNode:
    layer = node.node.layer
    if not isinstance(layer, SubGraph):
        return node
    return replace(node, node=replace(node.node, layer=replace(layer, part=None)))


def fill_spec(spec: Spec, network: Network) -> dict[str, Plain]:
    """Return the filled spec as plain values, in the order of the reference."""
    names = {output.name: show_source(output.source) for output in network.graph.outputs}
    filled: dict[str, Plain] = {"nnspec": 1, "name": spec.name}
    if spec.plugins:
        filled["plugins"] = list(spec.plugins)
    if spec.data is not None:
        filled["data"] = fill_section(spec.data, names)
    filled["model"] = fill_model(network)
    if spec.training is not None:
        filled["training"] = fill_section(spec.training, names)
    filled["evaluation"] = fill_section(spec.evaluation, names)
    filled["runtime"] = fill_section(spec.runtime, names)
    filled["export"] = fill_section(spec.export, names)
    return filled


def fill_model(network: Network) -> Plain:
    """Return all layers with names and inputs, and the outputs."""
    layers: list[Plain] = [fill_node(node) for node in network.nodes if not node.node.implied]
    outputs: list[Plain] = [show_source(output.source) for output in network.graph.outputs]
    return {"layers": layers, "outputs": outputs}


def fill_node(node: ResolvedNode) -> Plain:
    """Return one layer with everything that stands beside it."""
    filled: dict[str, Plain] = {}
    if node.node.shares:
        filled["use"] = node.node.shares
    elif isinstance(node.node.layer, SubGraph) and node.node.layer.part:
        part, trainable = node.node.layer.part, node.node.layer.trainable
        filled["use"] = {"run": part.run, "layer": part.layer, "trainable": trainable}
    else:
        filled |= fill_layer(node)
    within, _, local = node.name.rpartition(".")
    filled["name"] = local
    if within:
        filled["within"] = within
    if node.node.sources:
        filled["inputs"] = fill_inputs(node.node)
    return filled


def fill_layer(node: ResolvedNode) -> dict[str, Plain]:
    """Return a layer's name and arguments; one of unknown rank as it was written."""
    written = node.node.layer
    if isinstance(node.layer, Nested):
        return {"Model": fill_nested(node.layer)}
    if node.layer is not None:
        return {node.layer.keras_name: fill_arguments(node.layer)}
    assert isinstance(written, RankDependent)
    return {written.short: plain(written.arguments) if written.arguments else {}}


def fill_nested(layer: Nested) -> dict[str, Plain]:
    """Return a model within a model: its inputs where no Input layers say them, then its layers."""
    entering = [node.name for node in layer.network.inputs if node.node.implied]
    inputs: dict[str, Plain] = {"inputs": list[Plain](layer.names)} if entering else {}
    filled = fill_model(layer.network)
    assert isinstance(filled, dict)
    return {**inputs, **filled, "trainable": layer.trainable}


def fill_inputs(node: Node) -> Plain:
    """Return the names of what feeds a layer."""
    return [show_source(source) for source in node.sources]


def show_source(source: Source) -> str:
    """Return a tensor's name as `inputs` refers to it."""
    return f"{source.node}.{source.index}" if source.index else source.node


def fill_section(section: BaseModel, outputs: Mapping[str, str]) -> dict[str, Plain]:
    """Return every setting of a section; keys that name an output name its layer."""
    filled: dict[str, Plain] = {}
    settings: Iterable[str] = type(section).model_fields
    if isinstance(section, TrainingSection):
        settings = in_force(settings, section.rule)
    for name in settings:
        value = getattr(section, name)
        if name in BY_OUTPUT and isinstance(value, dict):
            value = {outputs.get(key, key): one for key, one in value.items()}
        filled[name] = fill_value(value)
    return filled


def fill_arguments(described: CatalogObject) -> dict[str, Plain]:
    """Return every argument of an object."""
    return {name: fill_value(getattr(described, name)) for name in type(described).model_fields}


def fill_value(value: object) -> Plain:
    """Return a setting as plain values; objects by name and arguments."""
    match value:
        case CatalogObject():
            arguments = fill_arguments(value)
            return {value.keras_name: arguments} if arguments else value.keras_name
        case BaseModel():
            return {name: fill_value(getattr(value, name)) for name in type(value).model_fields}
        case Mapping():
            return {str(key): fill_value(one) for key, one in value.items()}
        case list() | tuple():
            return [fill_value(one) for one in value]
        case str() if value.startswith("$"):
            return f"${value}"
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise AssertionError(f"{type(value)} is no value of a spec")

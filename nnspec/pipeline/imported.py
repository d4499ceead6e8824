"""A model file of any Keras to a readable spec, its weights beside it, and what was changed."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import Document, Plain, parse_document, plain, read_document, write_yaml
from nnspec.exchange.read.compiled import training_of
from nnspec.exchange.read.packed import CONFIG, Packed, read_packed
from nnspec.frontends.keras.tree import as_keras_model, is_keras_object
from nnspec.frontends.nnspec_1.model_source import ARCHIVES, check_ending, is_packed
from nnspec.network.brief import brief_model
from nnspec.network.folded import fold
from nnspec.network.network import Network
from nnspec.pipeline.check import check_document
from nnspec.pipeline.unknown_layers import with_ways_out
from nnspec.run.atomic import write_atomic

FORMER = ("0", "1", "2")
GRAPH = "graph-model"
"""How TensorFlow.js calls a model that was converted from a program of TensorFlow."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote, and what it says.

    Attributes:
        spec: the file of the spec.
        weights: the file of weights that the spec begins with, if there is one.
        translated: by layer, what stands otherwise than in the document.
        left: what could not be kept.
        diagnostics: what is to be said about the spec.
    """

    spec: Path
    weights: Path | None
    translated: tuple[str, ...]
    left: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def import_model(
    source: Path, output: Path, weights: Path | None = None, *, blocks: bool = False
) -> Imported:
    """Write the spec of a model file.

    Args:
        source: .json, .yaml, .keras, .h5 or .hdf5.
        output: the spec to write.
        weights: a file of weights; that of the model itself if it holds some.
        blocks: whether repeated stretches are written once; their layers have other names then,
            so that no weights are taken.

    Raises:
        Refused: the file cannot be read, or holds layers that a spec has no words for; each is
            named, with the shape of what enters it and the two ways out.
    """
    document, packed = read_model(source)
    checked = check_document(document, folder=source.parent)
    raw: Any = plain(document.root)
    if not holds_model(document):
        raise no_model(document, raw)
    if checked.refused:
        raise Refused(with_ways_out(checked, raw, packed.version))
    _, network = checked.accept()
    left: list[str] = []
    if blocks:
        kept = None
        if is_packed(source.name) or weights:
            left.append("weights: layers of blocks have other names than those of the file")
    else:
        kept = weights or (source if is_packed(source.name) else shards_of(raw, source, output))
    placed = place_weights(kept, output.parent)
    shape = model_section(network, kept, output.parent, blocks=blocks)
    text = written(network, shape, packed, left)
    read = check_document(parse_document(text, str(output)), folder=output.parent)
    if read.refused:
        text = written(network, shape, replace(packed, training=None), [])
        left.append("training: what the file says of it does not fit; the section is left out")
    write_atomic(output, text.encode())
    final = check_document(parse_document(text, str(output)), folder=output.parent)
    if final.refused:
        raise Refused(final.diagnostics)
    notes = tuple(translations(raw, network, packed.version))
    return Imported(output, placed, notes, tuple(left), final.diagnostics)


def holds_model(document: Document) -> bool:
    """Return whether a document is a model of Keras, or a spec."""
    root = document.root
    return bool(root.get("nnspec")) or is_keras_object(as_keras_model(root))


def no_model(document: Document, raw: Any) -> Refused:  # noqa: ANN401 - a document
    """Return the refusal of a document that is none of Keras."""
    message, hint = "there is no model of Keras in it: no class_name with a config", None
    if isinstance(raw, dict) and raw.get("format") == GRAPH:
        message = "it is a graph of TensorFlow, which no longer tells the layers of Keras apart"
        hint = "convert the Keras model itself: tensorflowjs_converter --input_format keras"
    span = document.root.span
    return Refused([Diagnostic("S118", message, span, hint, file=document.file)])


def shards_of(said: Any, source: Path, output: Path) -> Path | None:  # noqa: ANN401 - a document
    """Return the weights of a TensorFlow.js model as a file of Keras beside the spec."""
    if not isinstance(said, dict) or not said.get("weightsManifest"):
        return None
    from nnspec.exchange.read.tfjs import write_weights  # noqa: PLC0415 - no part of the light core

    target = output.with_suffix(".weights.h5")
    write_weights(said, source, target)
    return target


def read_model(source: Path) -> tuple[Document, Packed]:
    """Return the document of a file, and what else it says."""
    if is_packed(source.name):
        packed = read_packed(source)
        return parse_document(packed.model, f"{source}/{CONFIG}"), packed
    check_ending(source.name)
    document = read_document(source)
    said: Any = plain(document.root)
    trained = said.get("compile_config") or (said if "optimizer" in said else None)
    version = str(said.get("keras_version") or "")
    return document, Packed("", version, str(said.get("backend") or ""), trained)


def model_section(
    network: Network, weights: Path | None, folder: Path, *, blocks: bool
) -> dict[str, Plain]:
    """Return the model section of the spec, and the blocks that it uses.

    Args:
        network: of the document.
        weights: the file whose weights the network begins with.
        folder: that of the spec.
        blocks: whether repeated stretches are written once.
    """
    model = brief_model(network, named=weights is not None)
    if blocks and (folded := fold(model)).blocks | {"": folded.model} != {"": model}:
        made: dict[str, Plain] = {"nnspec": 1, "model": folded.model}
        if folded.blocks:
            made["blocks"] = dict(folded.blocks)
        if is_same(made, network):
            return {key: value for key, value in made.items() if key != "nnspec"}
    if weights is not None:
        body = model if isinstance(model, dict) else {"layers": model}
        model = {**body, "weights": name_of(weights, folder)}
    return {"model": model}


def is_same(spec: dict[str, Plain], network: Network) -> bool:
    """Return whether a spec is the same network, whatever its layers are called."""
    checked = check_document(parse_document(write_yaml(spec), "spec.yaml"), folder=Path())
    if checked.refused:
        return False
    return wired(checked.accept()[1]) == wired(network)


def wired(network: Network) -> list[object]:
    """Return each layer of a network, what leaves it, and the places of what feeds it."""
    place = {node.name: number for number, node in enumerate(network.nodes)}
    feeds = ([(place[one.node], one.index) for one in node.node.sources] for node in network.nodes)
    layers = [(repr(node.layer), node.outputs) for node in network.nodes]
    ends = [(place[one.source.node], one.source.index) for one in network.graph.outputs]
    return [layers, list(feeds), ends]


def written(network: Network, section: dict[str, Plain], packed: Packed, left: list[str]) -> str:
    """Return the text of the spec.

    Args:
        network: of the document.
        section: the model, and blocks.
        packed: what the file says of its training.
        left: takes what could not be kept.
    """
    spec: dict[str, Plain] = {"nnspec": 1, **dict(reversed(section.items()))}
    outputs = [output.name for output in network.graph.outputs]
    if training := training_of(packed.training, outputs, left):
        spec["training"] = training
    return in_lines(spec)


def in_lines(spec: dict[str, Plain]) -> str:
    """Return a spec as YAML, a layer a line or more, however few there are."""
    model = spec["model"]
    if not isinstance(model, dict) or "layers" not in model:
        return write_yaml(spec)
    layers = [f"  {line}\n" for line in write_yaml({"layers": model["layers"]}).splitlines()]
    rest = {key: value for key, value in model.items() if key != "layers"}
    further = [f"  {line}\n" for line in write_yaml(rest).splitlines()] if rest else []
    before, _, behind = write_yaml(spec | {"model": 0}).partition("model: 0\n")
    return "".join([before, "model:\n", *layers, *further, behind])


def name_of(weights: Path, folder: Path) -> str:
    """Return a file as a spec in a folder names it: where it lies outside, by a copy beside it."""
    inside = weights.resolve().is_relative_to(folder.resolve())
    return str(weights.resolve().relative_to(folder.resolve())) if inside else weights.name


def place_weights(weights: Path | None, folder: Path) -> Path | None:
    """Return the file of weights in the folder of the spec, copied where it lies elsewhere."""
    if weights is None:
        return None
    if not is_packed(weights.name):
        message = f"{weights.name} is no file of weights; expected one of {' '.join(ARCHIVES)}"
        raise Refused([Diagnostic("S105", message)])
    target = folder / name_of(weights, folder)
    try:
        if target.resolve() != weights.resolve():
            shutil.copyfile(weights, target)
    except OSError as error:
        message = f"{weights} cannot be copied to {target}: {error.strerror or error}"
        raise Refused([Diagnostic("D102", message)]) from None
    return target


def translations(raw: Any, network: Network, version: str) -> Iterator[str]:  # noqa: ANN401 - a document
    """Give, by layer, what stands otherwise in the spec than in the document."""
    older = version.partition(".")[0] in FORMER
    for name, kind, config in layers_in(raw):
        node = network.by_name.get(name)
        if node is None:
            continue
        now = node.layer.keras_name if node.layer else ""
        if now and kind not in (now, f"{now}Layer", "Model", "Sequential"):
            yield f"{name}: {kind} is written as {now}"
        if kind == "Embedding" and config.get("dropout"):
            yield f"{name}: dropout of whole words is left out"
        if older and "hard_sigmoid" in map(str, config.values()):
            yield (
                f"{name}: hard_sigmoid was steeper by 6/5; weights of the file are scaled so that "
                "it answers the same"
            )


def layers_in(raw: Any) -> Iterator[tuple[str, str, Mapping[str, Any]]]:  # noqa: ANN401
    """Give name, class and arguments of every serialized layer in a document."""
    match raw:
        case {"class_name": str(kind), "config": dict(config)}:
            name = raw.get("name") or config.get("name")
            if isinstance(name, str):
                yield name, kind, config
            yield from layers_in(config)
        case dict():
            for value in raw.values():
                yield from layers_in(value)
        case list():
            for value in raw:
                yield from layers_in(value)

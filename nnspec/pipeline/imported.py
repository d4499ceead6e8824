"""A model file of any Keras to a readable spec, its weights beside it, and what was changed."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nnspec.diagnostics import Diagnostic, Findings, Refused
from nnspec.document import Document, Plain, parse_document, plain, read_document, write_yaml
from nnspec.exchange.read.compiled import training_of
from nnspec.exchange.read.packed import CONFIG, Packed, read_packed
from nnspec.frontends.nnspec_1.model_source import ARCHIVES, is_packed
from nnspec.network.brief import brief_model
from nnspec.network.network import Network
from nnspec.pipeline.check import Checked, check_document
from nnspec.run.atomic import write_atomic

FORMER = ("0", "1", "2")
OWN_CODE = ("is not a layer that", "is registered as", "which is not Keras' own")
"""What findings say of layers that came with code of their own."""


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


def import_model(source: Path, output: Path, weights: Path | None = None) -> Imported:
    """Write the spec of a model file.

    Args:
        source: .json, .yaml, .keras, .h5 or .hdf5.
        output: the spec to write.
        weights: a file of weights; that of the model itself if it holds some.

    Raises:
        Refused: the file cannot be read, or holds layers that a spec has no words for; each is
            named, with the shape of what enters it and the two ways out.
    """
    document, packed = read_model(source)
    checked = check_document(document, folder=source.parent)
    if checked.refused:
        raise Refused(with_ways_out(checked))
    _, network = checked.accept()
    raw: Any = plain(document.root)
    kept = weights or (source if is_packed(source.name) else shards_of(raw, source, output))
    placed = place_weights(kept, output.parent)
    left: list[str] = []
    text = written(network, packed, kept, output.parent, left)
    read = check_document(parse_document(text, str(output)), folder=output.parent)
    if read.refused:
        text = written(network, replace(packed, training=None), kept, output.parent, [])
        left.append("training: what the file says of it does not fit; the section is left out")
    write_atomic(output, text.encode())
    final = check_document(parse_document(text, str(output)), folder=output.parent)
    if final.refused:
        raise Refused(final.diagnostics)
    notes = tuple(translations(raw, network, packed.version))
    return Imported(output, placed, notes, tuple(left), final.diagnostics)


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
    document = read_document(source)
    said: Any = plain(document.root)
    trained = said.get("compile_config") or (said if "optimizer" in said else None)
    version = str(said.get("keras_version") or "")
    return document, Packed("", version, str(said.get("backend") or ""), trained)


def written(
    network: Network, packed: Packed, weights: Path | None, folder: Path, left: list[str]
) -> str:
    """Return the text of the spec.

    Args:
        network: of the document.
        packed: what the file says of its training.
        weights: the file whose weights the network begins with.
        folder: that of the spec.
        left: takes what could not be kept.
    """
    model = brief_model(network, named=weights is not None)
    if weights is not None:
        body = model if isinstance(model, dict) else {"layers": model}
        model = {**body, "weights": name_of(weights, folder)}
    spec: dict[str, Plain] = {"nnspec": 1, "model": model}
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


def with_ways_out(checked: Checked) -> tuple[Diagnostic, ...]:
    """Return what was found, and for every layer of unknown class what enters it."""
    findings = Findings()
    findings.extend(checked.diagnostics)
    entering = dict(shapes_entering(checked.network))
    told: list[Diagnostic] = []
    for one in findings.sorted(None):
        name = next((name for name in entering if f"{name!r}" in one.message), None)
        name = name or next((name for name in entering if one.message.startswith(name)), None)
        if not any(words in one.message for words in OWN_CODE) or name is None:
            told.append(one)
            continue
        shape = f" (what enters it is {entering[name]})" if entering[name] else ""
        hint = f"write a block of layers in its place{shape}, or load its class as a plugin"
        told.append(replace(one, hint=hint))
    return tuple(told)


def shapes_entering(network: Network | None) -> Iterator[tuple[str, str]]:
    """Give the shape of what enters each layer that was refused."""
    for node in network.nodes if network else ():
        if node.layer is not None or network is None:
            continue
        feeds = [network.by_name.get(source.node) for source in node.node.sources]
        shapes = [
            str(feed.outputs[source.index].shape)
            for feed, source in zip(feeds, node.node.sources, strict=True)
            if feed is not None and feed.outputs and source.index < len(feed.outputs)
        ]
        yield node.name, " and ".join(shapes)


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

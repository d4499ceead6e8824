"""Layers of a model file that a spec has no words for: what enters and leaves, and the ways out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from nnspec.diagnostics import Diagnostic, Findings
from nnspec.network.network import Network
from nnspec.pipeline.check import Checked

OWN_CODE = ("is not a layer that", "is registered as", "which is not Keras' own")
"""What findings say of layers that came with code of their own."""
KNOWN = (3, 15)
"""The newest Keras whose layers are all in the catalogue."""

DIGITS = 4
"""Those of a number in a version; a file may hold any."""


def with_ways_out(checked: Checked, raw: Any, version: str) -> tuple[Diagnostic, ...]:  # noqa: ANN401 - a document
    """Return what was found, and for every layer of unknown class its shapes and what to do.

    Args:
        checked: the document, refused.
        raw: the same as plain values.
        version: that of the Keras which wrote it; empty where it is not told.
    """
    findings = Findings()
    findings.extend(checked.diagnostics)
    entering, leaving = dict(shapes_entering(checked.network)), dict(shapes_leaving(raw))
    told: list[Diagnostic] = []
    for one in findings.sorted(None):
        name = next((name for name in entering if f"{name!r}" in one.message), None)
        name = name or next((name for name in entering if one.message.startswith(name)), None)
        if any(words in one.message for words in OWN_CODE) and name is not None:
            shapes = [f"what enters it is {entering[name]}"] if entering[name] else []
            shapes += [f"what leaves it is {leaving[name]}"] if name in leaving else []
            shape = f" ({'; '.join(shapes)})" if shapes else ""
            hint = f"write a block of layers in its place{shape}, or load its class as a plugin"
            one = replace(one, hint=hint)  # noqa: PLW2901 - the same finding, with what to do
        told.append(one)
    return tuple(newer(told, version))


def newer(found: list[Diagnostic], version: str) -> Iterator[Diagnostic]:
    """Give findings; the first error says so where the file is of a Keras that is newer."""
    numbers = tuple(int(one[:DIGITS]) for one in version.split(".")[:2] if one.isdecimal())
    known = ".".join(map(str, KNOWN))
    waiting = len(numbers) == len(KNOWN) and numbers > KNOWN
    for one in found:
        if waiting and one.severity == "error":
            message = f"{one.message}; the file is of Keras {version}, newer than {known}"
            yield replace(one, message=message)
            waiting = False
        else:
            yield one


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


def shapes_leaving(raw: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - a document
    """Give the shape of what leaves a layer, as far as the layers behind it tell it.

    Keras 3 writes the shape of each tensor that a layer takes, and the shape that a layer was
    built for; those before it write neither.
    """
    match raw:
        case {"class_name": "__keras_tensor__", "config": dict(config)}:
            history, shape = config.get("keras_history"), config.get("shape")
            if isinstance(history, list) and history and isinstance(shape, list):
                yield str(history[0]), as_shape(shape)
        case {"class_name": "Sequential", "config": {"layers": list(layers)}}:
            for one, behind in pairwise(layers):
                shape = built_for(behind)
                if isinstance(shape, list) and isinstance(one, dict):
                    yield name_of(one), as_shape(shape)
            yield from shapes_leaving(layers)
        case dict():
            for value in raw.values():
                yield from shapes_leaving(value)
        case list():
            for value in raw:
                yield from shapes_leaving(value)


def built_for(layer: Any) -> Any:  # noqa: ANN401 - a serialized layer
    """Return the shape that a serialized layer was built for; None where it does not say it."""
    built = layer.get("build_config") if isinstance(layer, dict) else None
    return built.get("input_shape") if isinstance(built, dict) else None


def name_of(layer: Mapping[str, Any]) -> str:
    """Return the name of a serialized layer."""
    config = layer.get("config")
    inner = config.get("name") if isinstance(config, dict) else None
    return str(layer.get("name") or inner or "")


def as_shape(extents: list[Any]) -> str:
    """Return a shape as it is written elsewhere."""
    return f"({', '.join(map(str, extents))})"[:200]

"""The other ways to write a layer: in a block, in a model within, by its short name."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from sense import sensible

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.ranked import RANKED, SHORT
from nnspec.document import write_yaml
from nnspec.shapes import ShapeError

if TYPE_CHECKING:
    from drawn_networks import Network

Draw = Callable[[st.SearchStrategy[Any]], Any]
Entry = dict[str, Any]
WAYS = ("plain", "plain", "plain", "block", "parameter", "model", "repeat", "short", "keras")
"""How a layer is written; a way that does not suit it leaves it plain."""


def disguise(
    draw: Draw, network: "Network", entry: Entry, layer: Layer, passing: tuple[Tensors, Tensors]
) -> Entry:
    """Return a layer's entry, or one that means the same in another way.

    Args:
        draw: draws from a strategy.
        network: takes the block, if one is written.
        entry: the layer written plainly.
        layer: the layer.
        passing: what comes in, and what leaves.
    """
    kind, name = layer.keras_name, entry["name"]
    plain = entry[kind]
    given, outputs = passing
    lone = len(given) == 1 and len(outputs) == 1 and not layer.variadic
    way = draw(st.sampled_from(WAYS))
    if way == "keras" and isinstance(plain, dict):
        return {"class_name": kind, "config": plain, "name": name}
    if way == "short":
        return short_form(entry, kind, given[0].rank)
    if not lone:
        return entry
    if way == "repeat":
        return repeated(entry, layer, outputs)
    if way == "model":
        return {"Model": [{kind: plain}], "name": name}
    if way == "block":
        network.blocks[f"block_{name}"] = {"layers": [{kind: plain}]}
        return {f"block_{name}": {}, "name": name}
    if way == "parameter" and isinstance(plain, dict) and plain:
        return parameterized(draw, network, entry, kind)
    return entry


def short_form(entry: Entry, kind: str, rank: int) -> Entry:
    """Return an entry under the short name of its layer, if it has one at this rank."""
    for short, by_rank in RANKED.items():
        if by_rank.get(rank) == kind:
            return {short: entry[kind], "name": entry["name"]}
    for short, long in SHORT.items():
        if long == kind:
            return {short: entry[kind], "name": entry["name"]}
    return entry


def repeated(entry: Entry, layer: Layer, outputs: Tensors) -> Entry:
    """Return an entry that applies a layer twice, if what leaves it is what came in."""
    try:
        again = layer.infer_tensors(outputs)
    except ShapeError:
        return entry
    kind = layer.keras_name
    useful = bool(layer.infer_weights(outputs)) and sensible(layer, [kind], outputs, again)
    return entry | {"repeat": 2} if useful and again == outputs else entry


def parameterized(draw: Draw, network: "Network", entry: Entry, kind: str) -> Entry:
    """Return the use of a block with one of the layer's arguments as its parameter."""
    plain, name = entry[kind], entry["name"]
    argument = draw(st.sampled_from(sorted(plain)))
    if isinstance(plain[argument], dict) or write_yaml({argument: plain[argument]}).count("$"):
        return entry
    network.blocks[f"block_{name}"] = {
        "parameters": ["chosen"],
        "layers": [{kind: plain | {argument: "$chosen"}}],
    }
    return {f"block_{name}": {"chosen": plain[argument]}, "name": name}

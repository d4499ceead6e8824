"""A tensor of a network by the name that `inputs` has for it: a layer's, or one of several."""

from nnspec.diagnostics import Diagnostic, Span
from nnspec.document import shorten
from nnspec.language.near_names import suggest_given
from nnspec.network.edges import Source
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import Nested


def find_source(network: Network, name: str) -> Source | None:
    """Return the tensor of a name: LAYER, LAYER.1 of several, MODEL.OUTPUT; None for no tensor."""
    if name in network.by_name:
        return Source(name)
    owner, _, which = name.rpartition(".")
    node = network.by_name.get(owner)
    if node is None:
        return None
    listed = output_names(node)
    if which in listed:
        return Source(owner, listed.index(which))
    known = node.outputs is None or (which.isdigit() and int(which) < len(node.outputs))
    return Source(owner, int(which)) if known and which.isdigit() else None


def output_names(node: ResolvedNode) -> tuple[str, ...]:
    """Return the names of what leaves a model within the network; none of other layers."""
    inside = node.layer.network if isinstance(node.layer, Nested) else None
    return tuple(one.name for one in inside.graph.outputs) if inside else ()


def no_layer(network: Network, name: str, place: Span | None = None) -> Diagnostic:
    """Return the finding for a name that no layer of a network has (G101)."""
    message = f"no layer of the network is called {shorten(name)!r}"
    hint = suggest_given(name, network.by_name)
    return Diagnostic("G101", message, place, hint)

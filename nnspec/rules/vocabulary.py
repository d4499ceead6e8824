"""Floor 5: whole numbers against the tables that are read by them."""

from collections.abc import Iterator

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Diagnostic, Related
from nnspec.network.network import ResolvedNode
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import argument
from nnspec.rules.rule import rule

PASSING = frozenset({"Flatten", "Identity", "Permute", "Reshape", "RepeatVector", "Concatenate"})
"""Layers that hand whole numbers on as they are."""


@rule("G320")
def check_tables(case: Case) -> Iterator[Diagnostic]:
    """Find tables with fewer rows than there are numbers that come in."""
    for node in case.layers("Embedding", "ReversibleEmbedding"):
        rows = argument(node.layer, "input_dim") if node.layer else None
        if not isinstance(rows, int):
            continue
        for source, count in sources_of(case, node):
            if count <= rows:
                continue
            name = source.layer.keras_name if source.layer else "the data"
            message = (
                f"{name} gives whole numbers from 0 to {count - 1:,}; the table has rows for "
                f"0 to {rows - 1:,}"
            )
            place = source.node.origin.head if source.layer else case.place("data")
            also = (Related("the numbers come from here", place),) if place else ()
            made = at(node, "G320", message, "input_dim", hint=f"write input_dim: {count}")
            yield Diagnostic("G320", message, made.span, made.hint, (*also, *made.related))


def sources_of(case: Case, node: ResolvedNode) -> Iterator[tuple[ResolvedNode, int]]:
    """Give the layers and inputs whose whole numbers reach a layer, with how many there are."""
    waiting, seen = [source.node for source in node.node.sources], set[str]()
    while waiting:
        name = waiting.pop()
        before = case.network.by_name.get(name)
        if before is None or name in seen:
            continue
        seen.add(name)
        count = count_of(before.layer) if before.layer else None
        if not before.node.sources and case.counts.get(name) is not None:
            # Where the data has one input, a written Input takes it, whatever its name.
            count = case.counts[name]
        elif not before.node.sources and len(case.counts) == 1 and len(case.network.inputs) == 1:
            count = next(iter(case.counts.values()))
        if count is not None:
            yield (before, count)
        elif before.layer is not None and before.layer.keras_name in PASSING:
            waiting += [source.node for source in before.node.sources]


def count_of(layer: Layer) -> int | None:
    """Return how many whole numbers a layer can give, counted from 0; None if it gives others."""
    if argument(layer, "output_mode") != "int" or argument(layer, "invert"):
        return None
    boundaries = argument(layer, "bin_boundaries")
    if isinstance(boundaries, tuple):
        return len(boundaries) + 1
    for name in ("num_bins", "size"):
        count = argument(layer, name)
        if isinstance(count, int):
            return count
    return None

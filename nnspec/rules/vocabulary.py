"""Floor 5: whole numbers against the tables that are read by them."""

from collections.abc import Iterator

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Diagnostic, Related
from nnspec.network.network import ResolvedNode
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import argument, inner
from nnspec.rules.rule import rule
from nnspec.rules.within import Place, places

SIZES = {
    "CategoryEncoding": "num_tokens",
    "Embedding": "input_dim",
    "ReversibleEmbedding": "input_dim",
}
"""Layers that take whole numbers up to a size -> the argument that says it."""
PASSING = frozenset({"Flatten", "Identity", "Permute", "Reshape", "RepeatVector", "Concatenate"})
"""Layers that hand whole numbers on as they are."""


@rule("G320")
def check_tables(case: Case) -> Iterator[Diagnostic]:
    """Find tables with fewer rows than there are numbers that come in."""
    for place in places(case.network):
        layer = inner(place.node.layer) if place.node.layer else None
        field = SIZES.get(layer.keras_name, "") if layer else ""
        rows = argument(layer, field) if layer else None
        if not isinstance(rows, int):
            continue
        for source, count in sources_of(case, place):
            if count <= rows:
                continue
            name = source.layer.keras_name if source.layer else "the data"
            held = "the encoding has places" if field == "num_tokens" else "the table has rows"
            message = (
                f"{name} gives whole numbers from 0 to {count - 1:,}; {held} for 0 to {rows - 1:,}"
            )
            where = source.node.origin.head if source.layer else case.place("data")
            also = (Related("the numbers come from here", where),) if where else ()
            made = at(place.node, "G320", message, field, hint=f"write {field}: {count}")
            yield Diagnostic("G320", message, made.span, made.hint, (*also, *made.related))


@rule("G323")
def check_unsized(case: Case) -> Iterator[Diagnostic]:
    """Find tables that are to take their size from what feeds them, which has none to give."""
    for place in places(case.network):
        if not is_unsized(place.node.layer) or place.node.outputs is None:
            continue
        for source, count in ends_of(case, place):
            entering = not source.node.sources
            awaited = entering and case.spec.data is not None and not case.counts
            if count is None and not awaited:
                name = source.layer.keras_name if source.layer else "the input"
                message = f'nothing says how many whole numbers {name} "{source.name}" gives'
                hint = "write input_dim: one more than the largest number that comes in"
                made = at(place.node, "G323", message, "input_dim", hint=hint)
                also = (Related("the numbers come from here", source.node.origin.head),)
                yield Diagnostic("G323", message, made.span, hint, (*also, *made.related))
                break


def is_unsized(layer: Layer | None) -> bool:
    """Tell whether a layer is a table that takes its size from what feeds it."""
    return layer is not None and argument(inner(layer), "input_dim") == "auto"


def sources_of(case: Case, place: Place) -> Iterator[tuple[ResolvedNode, int]]:
    """Give the layers and inputs whose whole numbers reach a layer, with how many there are."""
    yield from ((node, count) for node, count in ends_of(case, place) if count is not None)


def ends_of(case: Case, place: Place) -> Iterator[tuple[ResolvedNode, int | None]]:
    """Give the layers and inputs that the numbers of a layer come from.

    With each how many different whole numbers it gives, counted from 0; None where that is unknown.
    """
    waiting, seen = [*place.sources()], set[int]()
    while waiting:
        before = waiting.pop()
        node = before.node
        if id(node) in seen:
            continue
        seen.add(id(node))
        count = count_of(node.layer) if node.layer else None
        if before.around is None and not node.node.sources:
            count = case.counts.get(node.name, count)
            if len(case.counts) == 1 and len(case.network.inputs) == 1:
                # Where the data has one input, a written Input takes it, whatever its name.
                count = next(iter(case.counts.values()))
        within = before.around is not None and not node.node.sources
        passing = node.layer is not None and node.layer.keras_name in PASSING
        if count is None and (within or passing):
            waiting += before.sources()
        else:
            yield (node, count)


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

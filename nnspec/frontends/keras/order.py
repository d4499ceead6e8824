"""The layers of a Keras document in an order in which data can flow; floor 4."""

from collections.abc import Iterable

from nnspec.spec.model import LayerUse


def in_order(uses: Iterable[LayerUse], begins: Iterable[str]) -> tuple[LayerUse, ...]:
    """Return all uses: the model's inputs first, in their own order, then the rest.

    Keras may write a layer before what feeds one of its later applications. A use comes behind
    what feeds it and behind the layer that it shares; uses on a cycle stay at the end.
    """
    known = {use.name: use for use in uses}
    first = {name: known[name] for name in begins if name in known}
    waiting = list((first | known).values())
    placed: dict[str, LayerUse] = {}
    before = -1
    while len(placed) > before:
        before = len(placed)
        for use in waiting:
            if needs(use) & known.keys() <= placed.keys():
                placed[use.name] = use
        waiting = [use for use in waiting if use.name not in placed]
    return (*placed.values(), *waiting)


def needs(use: LayerUse) -> set[str]:
    """Return the names that must stand before a use."""
    sources = {wire.source for wire in use.wires}
    bases = {source.rpartition(".")[0] for source in sources}
    return {*sources, *bases, *({use.shares} if use.shares else ())} - {use.name}

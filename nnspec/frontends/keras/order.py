"""The layers of a Keras document in an order in which data can flow; floor 4."""

from collections.abc import Iterable
from heapq import heappop, heappush

from nnspec.spec.model import LayerUse


def in_order(uses: Iterable[LayerUse], begins: Iterable[str]) -> tuple[LayerUse, ...]:
    """Return all uses: the model's inputs first, in their own order, then the rest.

    Keras may write a layer before what feeds one of its later applications. A use comes behind
    what feeds it and behind the layer that it shares; uses on a cycle stay at the end. The text is
    gone through again and again, each time taking what can stand; here in one pass, by the round
    in which each use would be taken.
    """
    known = {use.name: use for use in uses}
    listed = list(({name: known[name] for name in begins if name in known} | known).values())
    place = {use.name: index for index, use in enumerate(listed)}
    missing = {use.name: needs(use) & known.keys() for use in listed}
    followers: dict[str, list[str]] = {use.name: [] for use in listed}
    for name, needed in missing.items():
        for one in needed:
            followers[one].append(name)
    ready = [(0, index) for index, use in enumerate(listed) if not missing[use.name]]
    placed: list[LayerUse] = []
    while ready:
        turn, index = heappop(ready)
        placed.append(listed[index])
        for follower in followers[listed[index].name]:
            missing[follower].discard(listed[index].name)
            if not missing[follower]:
                later = place[follower]
                heappush(ready, (turn + (later < index), later))
    return (*placed, *(use for use in listed if missing[use.name]))


def needs(use: LayerUse) -> set[str]:
    """Return the names that must stand before a use."""
    sources = {wire.source for wire in use.wires}
    bases = {source.rpartition(".")[0] for source in sources}
    return {*sources, *bases, *({use.shares} if use.shares else ())} - {use.name}

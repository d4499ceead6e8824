"""The order within layers to places: each node as near to what it is linked to as others let it.

The best places of one layer, those of its neighbours given, are an isotonic regression (pool
adjacent violators, Barlow et al., 1972), once the room that each node takes is taken off.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import inf

from nnspec.drawing.layers import Layering

ACROSS, BESIDE = 28.0, 18.0
"""Distance between boxes beside each other, and to an arrow that passes by, in pixels."""
PASSES = 4
"""Passes in which chains are straightened."""
ROUNDS = 24
"""Rounds down and up over all layers."""
STRAIGHT = 4.0
"""How much more the points of a long arrow hold together than boxes do."""


def spread(layering: Layering, widths: Mapping[str, float]) -> dict[str, float]:
    """Return the middle of each node.

    Args:
        layering: nodes by layer, ordered.
        widths: of each box; points of arrows have none.
    """
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for source, target in layering.steps:
        above.setdefault(target, []).append(source)
        below.setdefault(source, []).append(target)
    found: dict[str, float] = {}
    for row in layering.rows:
        middle = offsets(row, widths)
        found |= {node: one - middle[-1] / 2 for node, one in zip(row, middle, strict=True)}
    for number in range(ROUNDS):
        down = number % 2 == 0
        for row in layering.rows if down else layering.rows[::-1]:
            linked = above if down else below
            if number >= ROUNDS - 2:
                linked = {node: above.get(node, []) + below.get(node, []) for node in row}
            settle(row, linked, found, widths)
    for _ in range(PASSES):
        straighten(layering, (above, below), found, widths)
    return found


def straighten(
    layering: Layering,
    linked: tuple[Mapping[str, list[str]], Mapping[str, list[str]]],
    found: dict[str, float],
    widths: Mapping[str, float],
) -> None:
    """Put nodes that follow each other alone straight below each other, where there is room."""
    above, below = linked
    rooms = {node: room for row in layering.rows for node, room in rooms_of(row, found, widths)}
    neighbours = {
        node: row[max(at - 1, 0) : at + 2] for row in layering.rows for at, node in enumerate(row)
    }
    for chain in chains_of(layering, above, below):
        low = max(rooms[node][0] for node in chain)
        high = min(rooms[node][1] for node in chain)
        if len(chain) < 2 or low > high:  # noqa: PLR2004 - one node is straight
            continue
        ends = [found[one] for one in (*above.get(chain[0], ()), *below.get(chain[-1], ()))]
        middle = sum(ends) / len(ends) if ends else found[chain[0]]
        for node in chain:
            found[node] = min(max(middle, low), high)
        touched = {one for node in chain for one in neighbours[node]}
        for row in layering.rows:
            if touched & set(row):
                rooms.update(rooms_of(row, found, widths))


def rooms_of(
    row: Sequence[str], found: Mapping[str, float], widths: Mapping[str, float]
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Give how far left and right each node of a layer can move, its neighbours staying."""
    packed = offsets(row, widths)
    for at, node in enumerate(row):
        low, high = -inf, inf
        if at:
            low = found[row[at - 1]] + packed[at] - packed[at - 1]
        if at + 1 < len(row):
            high = found[row[at + 1]] - packed[at + 1] + packed[at]
        yield node, (low, high)


def chains_of(
    layering: Layering, above: Mapping[str, list[str]], below: Mapping[str, list[str]]
) -> Iterator[list[str]]:
    """Give the nodes that follow each other alone, each chain from its head."""

    def follows(node: str) -> str | None:
        behind = below.get(node, [])
        return behind[0] if len(behind) == 1 and above.get(behind[0]) == [node] else None

    inner = {follows(node) for row in layering.rows for node in row}
    for row in layering.rows:
        for node in row:
            if node in inner:
                continue
            chain = [node]
            while (behind := follows(chain[-1])) is not None:
                chain.append(behind)
            yield chain


def offsets(row: Sequence[str], widths: Mapping[str, float]) -> list[float]:
    """Return the middles of a layer's nodes, packed from 0 on."""
    places = [0.0]
    for one, other in pairwise(row):
        boxes = one in widths and other in widths
        room = (widths.get(one, 0.0) + widths.get(other, 0.0)) / 2
        places.append(places[-1] + room + (ACROSS if boxes else BESIDE))
    return places


def settle(
    row: Sequence[str],
    linked: Mapping[str, list[str]],
    found: dict[str, float],
    widths: Mapping[str, float],
) -> None:
    """Move the nodes of one layer to the best places that keep order and room."""
    packed = offsets(row, widths)
    wanted: list[tuple[float, float]] = []
    for node, offset in zip(row, packed, strict=True):
        others = linked.get(node) or [node]
        middle = sum(found[one] for one in others) / len(others)
        passing = node not in widths and any(one not in widths for one in others)
        wanted.append((middle - offset, STRAIGHT if passing else 1.0))
    for node, offset, place in zip(row, packed, isotonic(wanted), strict=True):
        found[node] = place + offset


def isotonic(wanted: Sequence[tuple[float, float]]) -> list[float]:
    """Return the numbers that never fall and are nearest to those wanted, weights given."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in wanted:
        pool = (value, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            before = pools.pop()
            mass = before[1] + pool[1]
            mean = (before[0] * before[1] + pool[0] * pool[1]) / mass
            pool = (mean, mass, before[2] + pool[2])
        pools.append(pool)
    return [value for value, _, count in pools for _ in range(count)]

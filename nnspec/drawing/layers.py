"""Boxes into layers and an order within them, so that few arrows cross (Sugiyama et al., 1981).

Longest paths give the layers; arrows over several layers pass through points of their own; the
order comes from barycentres, swept down and up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

IN, OUT = "<in>", "<out>"
"""How the names of nodes begin that are the ends of arrows at the border of a frame."""
SWEEPS = 8
"""Passes down and up over all layers."""


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow between two of the nodes that are placed.

    Attributes:
        tensor: the box that it begins at, which may be within a frame.
    """

    source: str
    target: str
    tensor: str = ""


@dataclass(slots=True)
class Layering:
    """Nodes by layer, points of long arrows among them.

    Attributes:
        rows: the nodes of each layer, from the left.
        paths: for each link the nodes that it runs through, its ends included.
    """

    rows: list[list[str]]
    paths: dict[Link, list[str]] = field(default_factory=dict)

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Return the pairs of neighbours that arrows lead through."""
        return [pair for path in self.paths.values() for pair in pairwise(path)]


def arrange(nodes: Sequence[str], links: Sequence[Link]) -> Layering:
    """Return the nodes in layers, ordered.

    Args:
        nodes: in an order in which every link leads forward.
        links: each once.
    """
    depth = find_depths(nodes, links)
    found = Layering([[] for _ in range(max(depth.values(), default=-1) + 1)])
    for node in nodes:
        found.rows[depth[node]].append(node)
    for number, link in enumerate(links):
        path = [link.source]
        for layer in range(depth[link.source] + 1, depth[link.target]):
            point = f"~{number}.{layer}"
            found.rows[layer].append(point)
            path.append(point)
        found.paths[link] = [*path, link.target]
    order(found)
    return found


def find_depths(nodes: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """Return the layer of each node: one below its lowest source.

    A source is drawn down to right above the first that it feeds.
    """
    before: dict[str, list[str]] = {node: [] for node in nodes}
    behind: dict[str, list[str]] = {node: [] for node in nodes}
    for link in links:
        before[link.target].append(link.source)
        behind[link.source].append(link.target)
    depth: dict[str, int] = {}
    for node in nodes:
        depth[node] = max((depth[one] + 1 for one in before[node]), default=0)
    last = max(depth.values(), default=0)
    for node in reversed(nodes):
        if node.startswith(OUT):
            depth[node] = last
        elif not before[node] and behind[node] and not node.startswith(IN):
            depth[node] = min(depth[one] for one in behind[node]) - 1
    return depth


def order(layering: Layering) -> None:
    """Put each layer into the order that fewest arrows cross, of those that sweeps come by."""
    steps = layering.steps
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for source, target in steps:
        above.setdefault(target, []).append(source)
        below.setdefault(source, []).append(target)
    best, fewest = [list(row) for row in layering.rows], count_crossings(layering.rows, below)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        sequence = layering.rows if down else layering.rows[::-1]
        for fixed, row in pairwise(sequence):
            sort_row(row, {node: at for at, node in enumerate(fixed)}, above if down else below)
        crossings = count_crossings(layering.rows, below)
        if crossings < fewest:
            best, fewest = [list(row) for row in layering.rows], crossings
    layering.rows[:] = best


def sort_row(row: list[str], fixed: Mapping[str, int], linked: Mapping[str, list[str]]) -> None:
    """Sort a layer by the mean place of what each node is linked to; others keep theirs."""
    own = {node: place for place, node in enumerate(row)}

    def middle(node: str) -> float:
        places = [fixed[one] for one in linked.get(node, ()) if one in fixed]
        return sum(places) / len(places) if places else float(own[node])

    row.sort(key=middle)


def count_crossings(rows: Sequence[Sequence[str]], below: Mapping[str, Sequence[str]]) -> int:
    """Return how many arrows cross between neighbouring layers."""
    count = 0
    for upper, lower in pairwise(rows):
        places = {node: place for place, node in enumerate(lower)}
        ends = [
            place
            for node in upper
            for place in sorted(places[one] for one in below.get(node, ()) if one in places)
        ]
        count += sum(one > other for at, one in enumerate(ends) for other in ends[at + 1 :])
    return count

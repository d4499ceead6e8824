"""Stretches of a chain that repeat, so that a diagram shows them once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nnspec.drawing.parts import Child

LONGEST_PERIOD = 12
"""Children of a repeated stretch that are looked for."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Children that stand behind each other `times` times.

    Attributes:
        children: those of the first time.
        all: those of every time.
    """

    children: tuple[Child, ...]
    times: int
    all: tuple[Child, ...]


def find_repeats(children: Sequence[Child], users: Mapping[str, set[str]]) -> list[Stretch]:
    """Return children as stretches, longest repetitions first found from the start.

    Args:
        children: of one part, in the order of the flow.
        users: keys of the leaves that take what leaves a leaf.
    """
    chain = Chain(children, users)
    found: list[Stretch] = []
    place = 0
    while place < len(children):
        period, times = chain.best(place)
        every = tuple(children[place : place + period * times])
        found.append(Stretch(every[:period], times, every))
        place += period * times
    return found


class Chain:
    """Tells where children of one part repeat."""

    def __init__(self, children: Sequence[Child], users: Mapping[str, set[str]]) -> None:
        self.children = children
        owner = {leaf.key: place for place, one in enumerate(children) for leaf in one.leaves()}
        self.prints = [one.print() for one in children]
        self.before = [self.offsets(place, one, owner) for place, one in enumerate(children)]
        self.reach = [self.furthest(place, one, owner, users) for place, one in enumerate(children)]

    @staticmethod
    def offsets(place: int, child: Child, owner: Mapping[str, int]) -> tuple[int | None, ...]:
        """Return how far before a child stands what feeds it; None for what is elsewhere."""
        found: list[int | None] = []
        for leaf in child.leaves():
            for source in leaf.sources:
                other = owner.get(source)
                if other != place:
                    found.append(None if other is None else place - other)
        return tuple(found)

    @staticmethod
    def furthest(
        place: int, child: Child, owner: Mapping[str, int], users: Mapping[str, set[str]]
    ) -> int:
        """Return how far behind a child stands the last one that it feeds."""
        far = len(owner) + 1
        taken = (
            owner.get(user, far) - place for leaf in child.leaves() for user in users[leaf.key]
        )
        return max(taken, default=far)

    def best(self, place: int) -> tuple[int, int]:
        """Return length and number of the repetition that covers most from a place on."""
        best = (1, 1)
        for period in range(1, LONGEST_PERIOD + 1):
            times = self.count(place, period)
            if times > 1 and period * times > best[0] * best[1]:
                best = (period, times)
        return best

    def count(self, place: int, period: int) -> int:
        """Return how often the stretch of this length stands behind itself."""
        times = 1
        while self.repeated(place, period, times):
            times += 1
        while times > 1 and not self.closed(place, period, times):
            times -= 1
        return times

    def repeated(self, place: int, period: int, times: int) -> bool:
        """Return whether one more time follows: equal layers, fed from the time before alone."""
        start = place + period * times
        if start + period > len(self.children):
            return False
        for step in range(period):
            here, first = start + step, place + step
            if self.prints[here] != self.prints[first]:
                return False
            offsets = self.before[here]
            if any(one is None or one > step + period for one in offsets):
                return False
            if times > 1 and offsets != self.before[here - period]:
                return False
            inner = [one for one in offsets if one is not None and one <= step]
            same = [one for one in self.before[first] if one is not None and one <= step]
            if inner != same or len(offsets) != len(self.before[first]):
                return False
        return True

    def closed(self, place: int, period: int, times: int) -> bool:
        """Return whether nothing behind is fed by any but the last time."""
        last = place + period * (times - 1)
        return all(one + self.reach[one] < place + period * times for one in range(place, last))

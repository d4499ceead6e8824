"""Layers to coordinates: frames are laid out by themselves, then placed as one box each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nnspec.drawing.diagram import Box, Diagram, Frame
from nnspec.drawing.layers import IN, OUT, Layering, Link, arrange
from nnspec.drawing.spread import spread

Point = tuple[float, float]

DOWN = 28.0
"""Distance between layers, in pixels."""
INSIDE, TITLE = 16.0, 26.0
"""Room within a frame's border, and for its title."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height, in pixels."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """The points of an arrow; one that goes on within a frame has no head."""

    points: tuple[Point, ...]
    head: bool


@dataclass(slots=True)
class Plan:
    """Where everything in a frame, or in the whole diagram, lies.

    Attributes:
        size: of all of it.
        boxes: top left corner of each box, by key.
        frames: top left corner and size of each frame, those around others first.
        lines: the arrows.
        ports: where arrows cross the border, from its left, by the name of the node there.
    """

    size: Size
    boxes: dict[str, Point] = field(default_factory=dict)
    frames: dict[str, tuple[Point, Size]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    ports: dict[str, float] = field(default_factory=dict)

    def add(self, other: "Plan", by: Point) -> None:
        """Add what another plan holds, moved."""
        self.boxes |= {key: moved(one, by) for key, one in other.boxes.items()}
        self.frames |= {key: (moved(one, by), size) for key, (one, size) in other.frames.items()}
        self.lines += [
            Line(tuple(moved(one, by) for one in line.points), line.head) for line in other.lines
        ]


def moved(point: Point, by: Point) -> Point:
    """Return a point elsewhere."""
    return (point[0] + by[0], point[1] + by[1])


def place(diagram: Diagram, sizes: Mapping[str, Size]) -> Plan:
    """Return where the boxes of a diagram lie.

    Args:
        diagram: what is drawn.
        sizes: of each box, by key.
    """
    arrows = [(arrow.source, arrow.target) for arrow in diagram.arrows]
    return Placing(diagram.children, arrows, sizes).plan()


class Placing:
    """Places the children of one frame.

    Attributes:
        owner: the child that a box is in.
        inner: plans of the frames among the children.
        sizes: of all children.
    """

    def __init__(
        self,
        children: Sequence[Box | Frame],
        arrows: Sequence[tuple[str, str]],
        sizes: Mapping[str, Size],
    ) -> None:
        self.children = children
        self.owner = {key: child.key for child in children for key in keys_of(child)}
        self.links = self.find_links(arrows)
        self.inner: dict[str, Plan] = {}
        self.sizes: dict[str, Size] = {}
        for child in children:
            if isinstance(child, Box):
                self.sizes[child.key] = sizes[child.key]
                continue
            plan = Placing(child.children, arrows, sizes).plan()
            foot = 0.0 if any(one.startswith(OUT) for one in plan.ports) else INSIDE
            self.inner[child.key] = plan
            height = TITLE + plan.size.height + foot
            self.sizes[child.key] = Size(plan.size.width + 2 * INSIDE, height)

    def find_links(self, arrows: Sequence[tuple[str, str]]) -> list[Link]:
        """Return the arrows between children, and those from and to what is around."""
        found: dict[Link, None] = {}
        for source, target in arrows:
            first = self.owner.get(source, IN + source)
            second = self.owner.get(target, OUT + source)
            inside = source in self.owner or target in self.owner
            if inside and first != second:
                found[Link(first, second, source)] = None
        return list(found)

    def plan(self) -> Plan:
        """Return where the children lie."""
        every = [one for link in self.links for one in (link.source, link.target)]
        entering = dict.fromkeys(one for one in every if one.startswith(IN))
        leaving = dict.fromkeys(one for one in every if one.startswith(OUT))
        nodes = [*entering, *(child.key for child in self.children), *leaving]
        found = arrange(nodes, self.links)
        middles = spread(found, {key: one.width for key, one in self.sizes.items()})
        left = min(middles[one] - self.width(one) / 2 for one in middles)
        right = max(middles[one] + self.width(one) / 2 for one in middles)
        middles = {node: one - left for node, one in middles.items()}
        return Drafting(self, found, middles, right - left).plan

    def width(self, node: str) -> float:
        """Return how wide a node is; points of arrows are not."""
        return self.sizes[node].width if node in self.sizes else 0.0


class Drafting:
    """Puts the children of one frame into a plan.

    Attributes:
        tops: top and height of each layer.
        corners: top left corner of each child.
    """

    def __init__(
        self, placing: Placing, layering: Layering, middles: Mapping[str, float], width: float
    ) -> None:
        self.placing = placing
        self.middles = middles
        self.level = {node: row for row, nodes in enumerate(layering.rows) for node in nodes}
        self.tops: list[tuple[float, float]] = []
        top = 0.0
        sizes = placing.sizes
        for row in layering.rows:
            tall = max((sizes[one].height for one in row if one in sizes), default=0.0)
            self.tops.append((top, tall))
            top += tall + DOWN
        self.plan = Plan(Size(width, top - DOWN))
        self.corners = {node: self.corner(node, size) for node, size in sizes.items()}
        for child in placing.children:
            self.put(child)
        for link, path in layering.paths.items():
            self.plan.lines.append(self.line(link, path))
        ports = (one for one in middles if one.startswith((IN, OUT)))
        self.plan.ports = {one: middles[one] for one in ports}

    def corner(self, node: str, size: Size) -> Point:
        """Return where a child's top left corner lies."""
        top, tall = self.tops[self.level[node]]
        return (self.middles[node] - size.width / 2, top + (tall - size.height) / 2)

    def put(self, child: Box | Frame) -> None:
        """Add a child to the plan, what is in it included."""
        corner = self.corners[child.key]
        if isinstance(child, Box):
            self.plan.boxes[child.key] = corner
            return
        self.plan.frames[child.key] = (corner, self.placing.sizes[child.key])
        self.plan.add(self.placing.inner[child.key], moved(corner, (INSIDE, TITLE)))

    def line(self, link: Link, path: Sequence[str]) -> Line:
        """Return one arrow, from the foot of its source to the head of its target."""
        points = [self.start(link)]
        if link.source in self.corners:
            top, tall = self.tops[self.level[link.source]]
            points += [(points[0][0], top + tall)] if top + tall > points[0][1] else []
        for node in path[1:-1]:
            top, tall = self.tops[self.level[node]]
            points += [(self.middles[node], top), (self.middles[node], top + tall)]
        end = self.end(link)
        if link.target in self.corners:
            top, _ = self.tops[self.level[link.target]]
            points += [(end[0], top)] if top < end[1] else []
        head = link.target in self.corners and link.target not in self.placing.inner
        return Line((*points, end), head)

    def start(self, link: Link) -> Point:
        """Return where an arrow begins: at a box, at a frame's foot, or at the border around."""
        if link.source not in self.corners:
            return (self.middles[link.source], -TITLE)
        left, top = self.corners[link.source]
        size = self.placing.sizes[link.source]
        return (left + self.port(link.source, OUT + link.tensor), top + size.height)

    def end(self, link: Link) -> Point:
        """Return where an arrow ends."""
        if link.target not in self.corners:
            return (self.middles[link.target], self.plan.size.height)
        left, top = self.corners[link.target]
        return (left + self.port(link.target, IN + link.tensor), top)

    def port(self, child: str, name: str) -> float:
        """Return how far from a child's left an arrow meets it: the middle of a box."""
        inner = self.placing.inner.get(child)
        if inner is None or name not in inner.ports:
            return self.placing.sizes[child].width / 2
        return INSIDE + inner.ports[name]


def keys_of(child: Box | Frame) -> list[str]:
    """Return the keys of the boxes that a child is or holds."""
    if isinstance(child, Box):
        return [child.key]
    return [key for one in child.children for key in keys_of(one)]

"""A diagram for a terminal: one line a box, rails beside them for what is still to be used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nnspec.diagnostics.excerpt import cells, lay_out, visible
from nnspec.drawing.diagram import TIMES, Box, Diagram, Frame

WIDTH = 80
"""Terminal cells that a line may take."""
GAP = 2
UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
RAILS: Mapping[int, str] = {
    0: " ",
    UP | DOWN: "│",
    LEFT | RIGHT: "─",
    UP | RIGHT: "╰",
    UP | LEFT: "╯",
    DOWN | RIGHT: "╭",
    DOWN | LEFT: "╮",
    UP | DOWN | RIGHT: "├",
    UP | DOWN | LEFT: "┤",
    LEFT | RIGHT | DOWN: "┬",
    LEFT | RIGHT | UP: "┴",
    UP | DOWN | LEFT | RIGHT: "┼",
    UP: "╵",
    DOWN: "╷",
}
"""What is drawn in a cell, by the sides that a line leaves it on."""
INPUT, LAYER, FOLDED, SHARED = "○", "●", "■", "◌"
LEAST_NAME = 12
MOST_SHAPE = 24
"""Cells that the shapes of a layer of several outputs may take."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its rails, then the cells of a table; none for lines of rails alone."""

    rails: str
    cells: tuple[str, str, str, str] | None = None
    title: str = ""


def write_text(diagram: Diagram, width: int = WIDTH) -> str:
    """Return the diagram as lines of text.

    Args:
        diagram: what is drawn.
        width: terminal cells that a line may take.
    """
    lines = [*Rails(diagram).lines()]
    left = max((len(line.rails) for line in lines), default=0)
    table = [line.cells for line in lines if line.cells]
    widths = [max((size(row[at]) for row in table), default=0) for at in range(4)]
    widths[2] = min(widths[2], MOST_SHAPE)
    room = width - left - widths[2] - widths[3] - 4 * GAP
    names = min(widths[0], max(LEAST_NAME, room - min(widths[1], room // 2)))
    layers = min(widths[1], max(room - names, LEAST_NAME))
    fitted = (names, layers, widths[2], widths[3])
    head = f"{visible(diagram.title)}: {diagram.footer}"
    if size(head) > width:
        head = f"{visible(diagram.title)}:\n{diagram.footer}"
    return "\n".join([head, "", *(show(line, left, fitted) for line in lines)])


def size(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    return cells(lay_out(text))


def show(line: Line, left: int, widths: Sequence[int]) -> str:
    """Return a line, its cells cut to their columns."""
    start = line.rails.ljust(left + GAP)
    if line.title:
        return f"{start}{line.title}".rstrip()
    if line.cells is None:
        return line.rails.rstrip()
    name, layer, shape, count = line.cells
    shown = [
        pad(cut(name, widths[0], last=True), widths[0]),
        pad(cut(layer, widths[1], last=False), widths[1]),
        pad(cut(shape, widths[2], last=False), widths[2]),
        count.rjust(widths[3]),
    ]
    return (start + (" " * GAP).join(shown)).rstrip()


def cut(text: str, width: int, *, last: bool) -> str:
    """Return a text that fits; where it is too long, its end is left out or its middle.

    Args:
        text: the text, each of whose signs takes one cell or two.
        width: cells there are, 2 or more.
        last: whether its end is kept, by which counted names are told apart.
    """
    if size(text) <= width:
        return text
    end = width // 3 if last else 0
    while end and size(text[-end:]) > width // 3:
        end -= 1
    tail = text[-end:] if end else ""
    start = width
    while size(text[:start]) + 1 + size(tail) > width:
        start -= 1
    return f"{text[:start].rstrip(', ')}…{tail}"


def pad(text: str, width: int) -> str:
    """Return a text with blanks behind it."""
    return text + " " * (width - size(text))


@dataclass(slots=True)
class Rails:
    """Draws a box into a lane, and keeps the lanes of those that are still to be used.

    Attributes:
        lanes: key of the box that each lane comes from; None for a free one.
        left: how many arrows of each box are still to come.
    """

    diagram: Diagram
    lanes: list[str | None] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)

    def lines(self) -> Iterator[Line]:
        """Give the lines of all boxes and frames."""
        for arrow in self.diagram.arrows:
            self.left[arrow.source] = self.left.get(arrow.source, 0) + 1
        yield from self.children(self.diagram.children, 0)

    def children(self, children: tuple[Box | Frame, ...], depth: int) -> Iterator[Line]:
        """Give the lines of some children, names indented by the frames around them."""
        indent = "  " * depth
        for child in children:
            if isinstance(child, Box):
                yield from self.box(child, indent)
                continue
            repeated = f" {TIMES} {child.times}" if child.times > 1 else ""
            title = f"{visible(child.title)}{repeated}" if child.title else f"repeated{repeated}"
            yield Line(self.straight(), title=f"{indent}{title}:")
            yield from self.children(child.children, depth + 1)

    def straight(self) -> str:
        """Return the rails between two boxes."""
        return " ".join("│" if lane else " " for lane in self.lanes)

    def box(self, box: Box, indent: str) -> Iterator[Line]:
        """Give the lines of one box: what leads to it, and itself."""
        entering = [arrow.source for arrow in self.diagram.arrows if arrow.target == box.key]
        taken = [place for place, lane in enumerate(self.lanes) if lane in entering]
        for source in entering:
            self.left[source] -= 1
        ending = [place for place in taken if not self.left[str(self.lanes[place])]]
        place = ending[0] if ending else self.free()
        if taken and taken != [place]:
            yield Line(self.joined(taken, ending, place))
        for one in ending:
            self.lanes[one] = None
        self.lanes[place] = box.key
        mark = SHARED if box.shares else sign(box)
        rails = [
            mark if at == place else "│" if lane else " " for at, lane in enumerate(self.lanes)
        ]
        yield Line(" ".join(rails), cells_of(box, indent))
        if not self.left.get(box.key):
            self.lanes[place] = None
        while self.lanes and self.lanes[-1] is None:
            self.lanes.pop()

    def free(self) -> int:
        """Return a lane that nothing is in."""
        if None in self.lanes:
            return self.lanes.index(None)
        self.lanes.append(None)
        return len(self.lanes) - 1

    def joined(self, taken: Sequence[int], ending: Sequence[int], place: int) -> str:
        """Return the rails that lead from several lanes into one."""
        first, last = min(*taken, place), max(*taken, place)
        columns: list[int] = []
        for at, lane in enumerate(self.lanes):
            sides = 0
            if lane:
                sides |= UP | (DOWN if at not in ending else 0)
            if at == place:
                sides |= DOWN
            if first <= at <= last and (at == place or at in taken or not lane):
                sides |= (LEFT if at > first else 0) | (RIGHT if at < last else 0)
            columns.append(sides)
        shown = [RAILS[columns[0]]]
        for at in range(1, len(columns)):
            shown += ["─" if first < at <= last else " ", RAILS[columns[at]]]
        return "".join(shown)


def sign(box: Box) -> str:
    """Return the mark of a box."""
    if box.kind == "input":
        return INPUT
    return FOLDED if box.kind in {"block", "model"} else LAYER


def cells_of(box: Box, indent: str) -> tuple[str, str, str, str]:
    """Return name, layer, shape and parameters."""
    repeated = f" {TIMES} {box.times}" if box.times > 1 else ""
    name = visible(box.name.rpartition(".")[2] if indent else box.name) or visible(box.title)
    layer = f"{box.title} {box.detail}" if box.name else box.detail
    if box.shares:
        layer = f"weights of {box.shares}"
    count = "?" if box.parameters is None else f"{box.parameters:,}" if box.parameters else ""
    return f"{indent}{name}{repeated}", visible(layer.strip()), box.shape, count

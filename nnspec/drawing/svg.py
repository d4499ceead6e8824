"""A diagram as one SVG file: text as text, colours of its own for light pages and dark ones."""

from collections.abc import Iterator
from itertools import pairwise
from xml.sax.saxutils import escape as escape_xml

from nnspec.diagnostics.excerpt import visible
from nnspec.drawing.diagram import TIMES, Box, Diagram, Frame
from nnspec.drawing.places import Line, Plan, Size, place

MARGIN, HEAD = 24.0, 40.0
"""Room around the diagram, and for its title above."""
PAD = 12.0
"""Room beside the text of a box."""
WIDE, BOLD, SMALL = 7.0, 8.3, 6.3
"""Widths that a letter takes on average: of text, bold text, small text, in pixels."""
LEAST = 110.0
LINE = 17.0
"""Height of a line of text."""
STYLE = """\
svg { --page: #ffffff; --ink: #1f2328; --dim: #59636e; --line: #818b98; --frame: #f6f8fa;
  --border: #d1d9e0; --plain: #ffffff; --dense: #0969da; --convolution: #bc4c00;
  --recurrent: #8250df; --attention: #bf3989; --merge: #1a7f37; --folded: #9a6700;
  font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
@media (prefers-color-scheme: dark) {
  svg { --page: #0d1117; --ink: #e6edf3; --dim: #9198a1; --line: #7d8590; --frame: #151b23;
    --border: #3d444d; --plain: #0d1117; --dense: #58a6ff; --convolution: #f0883e;
    --recurrent: #bc8cff; --attention: #f778ba; --merge: #3fb950; --folded: #d29922; } }
.page { fill: var(--page); }
text { fill: var(--ink); text-anchor: middle; }
.head { text-anchor: start; font-size: 15px; font-weight: 600; }
.name, .fact { fill: var(--dim); font-size: 11.5px; }
.head .fact { font-weight: 400; }
.title { font-weight: 600; }
.frame { fill: var(--frame); stroke: var(--border); }
.label { text-anchor: start; fill: var(--dim); font-size: 12px; font-weight: 600; }
.box { fill: var(--plain); stroke: var(--line); stroke-width: 1.4; }
.input .box { stroke: var(--dim); stroke-dasharray: 4 3; }
.dense .box { stroke: var(--dense); }
.convolution .box { stroke: var(--convolution); }
.recurrent .box { stroke: var(--recurrent); }
.attention .box { stroke: var(--attention); }
.merge .box { stroke: var(--merge); }
.block .box, .model .box { stroke: var(--folded); stroke-width: 2; }
.shared .box { stroke-dasharray: 2 3; }
.arrow { fill: none; stroke: var(--line); stroke-width: 1.4; }
.tip { fill: var(--line); }"""
TIP = 6.0
"""Length of an arrow's head."""


def write_svg(diagram: Diagram) -> str:
    """Return the diagram as SVG."""
    return "\n".join(Picture(diagram).lines())


def lines_of(box: Box) -> list[tuple[str, str]]:
    """Return the lines of text in a box, each with its class."""
    repeated = f" {TIMES} {box.times}" if box.times > 1 else ""
    found = [(f"{box.title}{repeated}", "title")]
    if box.detail:
        found.append((box.detail, "plain"))
    if box.name and named(box):
        found.append((box.name.rpartition(".")[2], "name"))
    if box.shares:
        found.append((f"weights of {box.shares}", "name"))
    parameters = f"{box.parameters:,} parameters" if box.parameters else ""
    facts = " · ".join(filter(None, (box.shape, parameters)))
    if facts:
        found.append((facts, "fact"))
    return [(visible(text), kind) for text, kind in found]


def named(box: Box) -> bool:
    """Tell whether a box's name says more than its class does."""
    local = box.name.replace("/", ".").rpartition(".")[2]
    plain = local.rstrip("0123456789_").replace("_", "")
    return plain.casefold() not in box.title.replace(" ", "").casefold()


def size_of(box: Box) -> Size:
    """Return how much room a box takes."""
    letters = {"title": BOLD, "plain": WIDE, "name": SMALL, "fact": SMALL}
    lines = lines_of(box)
    width = max(len(text) * letters[kind] for text, kind in lines)
    return Size(max(LEAST, width + 2 * PAD), len(lines) * LINE + 13)


class Picture:
    """Writes one picture, line by line."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.sizes = {box.key: size_of(box) for box in diagram.boxes()}
        self.plan: Plan = place(diagram, self.sizes)
        heading = len(diagram.title) * 8.6 + len(diagram.footer) * SMALL + 20
        self.width = max(self.plan.size.width, heading) + 2 * MARGIN
        self.height = self.plan.size.height + HEAD + 2 * MARGIN
        self.left = (self.width - self.plan.size.width) / 2
        self.top = HEAD + MARGIN

    def lines(self) -> Iterator[str]:
        """Give all lines."""
        title, footer = text_of(self.diagram.title), text_of(self.diagram.footer)
        size = f'width="{self.width:.0f}" height="{self.height:.0f}"'
        view = f'viewBox="0 0 {self.width:.0f} {self.height:.0f}"'
        yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} role="img">'
        yield f"<title>{title}: {footer}</title>"
        yield f"<style>{STYLE}</style>"
        yield '<rect class="page" width="100%" height="100%"/>'
        yield f'<text class="head" x="{MARGIN:g}" y="{MARGIN + 8:g}">{title}'
        yield f'<tspan class="fact" dx="10">{footer}</tspan></text>'
        yield f'<g transform="translate({self.left:.1f} {self.top:.1f})">'
        yield from self.frames(self.diagram.children)
        for line in self.plan.lines:
            yield from draw_line(line)
        for box in self.diagram.boxes():
            yield from self.box(box)
        yield "</g>"
        yield "</svg>"

    def frames(self, children: tuple[Box | Frame, ...]) -> Iterator[str]:
        """Give the frames, those around others first."""
        for child in children:
            if isinstance(child, Box):
                continue
            (left, top), size = self.plan.frames[child.key]
            yield (
                f'<rect class="frame" x="{left:.1f}" y="{top:.1f}" width="{size.width:.1f}" '
                f'height="{size.height:.1f}" rx="8"/>'
            )
            repeated = f"{TIMES} {child.times}" if child.times > 1 else ""
            label = " ".join(filter(None, (visible(child.title), repeated)))
            at = f'x="{left + 10:.1f}" y="{top + 17:.1f}"'
            yield f'<text class="label" {at}>{text_of(label)}</text>'
            yield from self.frames(child.children)

    def box(self, box: Box) -> Iterator[str]:
        """Give one box."""
        left, top = self.plan.boxes[box.key]
        size = self.sizes[box.key]
        kinds = f"{box.kind} shared" if box.shares else box.kind
        round_ends = size.height / 2 if box.kind == "input" or box.is_output else 5
        yield f'<g class="{kinds}"><title>{text_of(box.name or box.title)}</title>'
        yield (
            f'<rect class="box" x="{left:.1f}" y="{top:.1f}" width="{size.width:.1f}" '
            f'height="{size.height:.1f}" rx="{min(round_ends, 18):g}"/>'
        )
        middle = left + size.width / 2
        for number, (text, kind) in enumerate(lines_of(box)):
            foot = top + 19 + number * LINE
            yield f'<text class="{kind}" x="{middle:.1f}" y="{foot:.1f}">{text_of(text)}</text>'
        yield "</g>"


def draw_line(line: Line) -> Iterator[str]:
    """Give an arrow: straight down within layers, bent between them."""
    points = list(line.points)
    (end, foot) = points[-1]
    if line.head:
        points[-1] = (end, foot - TIP)
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (left, top), (right, low) in pairwise(points):
        if abs(left - right) < 0.5:  # noqa: PLR2004 - half a pixel
            parts.append(f"L{right:.1f} {low:.1f}")
        else:
            half = (top + low) / 2
            parts.append(f"C{left:.1f} {half:.1f} {right:.1f} {half:.1f} {right:.1f} {low:.1f}")
    yield f'<path class="arrow" d="{"".join(parts)}"/>'
    if line.head:
        wing = TIP * 0.6
        yield (
            f'<path class="tip" d="M{end:.1f} {foot:.1f}l{-wing:.1f} {-TIP:.1f}h{2 * wing:.1f}z"/>'
        )


def text_of(text: str) -> str:
    """Return a text that is only text to an SVG reader."""
    return escape_xml(visible(text), {'"': "&quot;"})

"""A diagram as Mermaid's flowchart, which GitHub, GitLab and many editors draw.

Source: Mermaid, "Flowcharts - Basic Syntax": labels in quotes, entity codes for what would end
them.
"""

from collections.abc import Iterator

from nnspec.drawing.diagram import TIMES, Box, Diagram, Frame

SAFE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-.,:/()+=·→?…" + TIMES)
"""Signs that mean nothing to Mermaid, nor to the HTML that it makes."""
CLASSES = {
    "input": "stroke-dasharray:4 3",
    "dense": "stroke:#3b6fb6,stroke-width:2px",
    "convolution": "stroke:#b0622a,stroke-width:2px",
    "recurrent": "stroke:#7d55a8,stroke-width:2px",
    "attention": "stroke:#a8437a,stroke-width:2px",
    "merge": "stroke:#2f8f7f,stroke-width:2px",
    "block": "stroke-width:3px",
    "model": "stroke-width:3px",
}
"""Outlines alone: fill and text are those of the page's theme, light or dark."""


def write_mermaid(diagram: Diagram) -> str:
    """Return a flowchart from the top down."""
    return "\n".join(Mermaid(diagram).lines())


class Mermaid:
    """Writes one flowchart, line by line."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.ids = {box.key: f"n{place}" for place, box in enumerate(diagram.boxes())}
        self.frames = 0

    def lines(self) -> Iterator[str]:
        """Give all lines."""
        yield "---"
        yield f'title: "{escape(self.diagram.title)}: {self.diagram.footer}"'
        yield "---"
        yield "flowchart TD"
        yield from self.children(self.diagram.children, "  ")
        for arrow in self.diagram.arrows:
            yield f"  {self.ids[arrow.source]} --> {self.ids[arrow.target]}"
        for arrow in self.diagram.sharing:
            yield f'  {self.ids[arrow.source]} -. "same weights" .- {self.ids[arrow.target]}'
        used = {box.kind for box in self.diagram.boxes()}
        for kind, style in CLASSES.items():
            if kind in used:
                yield f"  classDef {kind} {style}"

    def children(self, children: tuple[Box | Frame, ...], indent: str) -> Iterator[str]:
        """Give boxes and frames."""
        for child in children:
            if isinstance(child, Box):
                yield f"{indent}{self.ids[child.key]}{self.shape(child)}"
                continue
            self.frames += 1
            title = escape(" ".join(filter(None, (child.title, count(child.times)))))
            yield f'{indent}subgraph g{self.frames}["{title or " "}"]'
            yield from self.children(child.children, f"{indent}  ")
            yield f"{indent}end"

    @staticmethod
    def shape(box: Box) -> str:
        """Return a box with its text and its class."""
        first = " ".join(filter(None, (f"<b>{escape(box.title)}</b>", escape(box.detail))))
        facts = [box.shape, f"{box.parameters:,}" if box.parameters else ""]
        lines = [
            " ".join(filter(None, (first, count(box.times)))),
            escape(box.name),
            escape(" · ".join(filter(None, facts))),
        ]
        text = "<br/>".join(filter(None, lines))
        left, right = ("([", "])") if box.kind == "input" or box.is_output else ("[", "]")
        kind = f":::{box.kind}" if box.kind in CLASSES else ""
        return f'{left}"{text}"{right}{kind}'


def count(times: int) -> str:
    """Return how often something is repeated, "" for once."""
    return f"{TIMES} {times}" if times > 1 else ""


def escape(text: str) -> str:
    """Return a text whose signs mean nothing to Mermaid."""
    return "".join(one if one in SAFE or one.isalnum() else f"#{ord(one)};" for one in text)

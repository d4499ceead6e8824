"""A diagram in the form that is asked for."""

from typing import Literal

from nnspec.drawing.diagram import Diagram
from nnspec.drawing.mermaid import write_mermaid
from nnspec.drawing.svg import write_svg
from nnspec.drawing.text import WIDTH, write_text

Form = Literal["text", "mermaid", "svg"]


def write(diagram: Diagram, form: Form, width: int | None = None) -> str:
    """Return a diagram as text of a form, without a newline at its end.

    Args:
        diagram: what is drawn.
        form: text, mermaid, svg.
        width: terminal cells for text; 80 if absent.
    """
    match form:
        case "text":
            return write_text(diagram, width or WIDTH)
        case "mermaid":
            return write_mermaid(diagram)
        case "svg":
            return write_svg(diagram)

"""The command that draws a network: draw."""

import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nnspec.commands.gathered import gathered
from nnspec.commands.options import AllowOutside, Overrides, require_file
from nnspec.commands.reporting import explained, show_findings


class DrawingFormat(StrEnum):
    """How a network is drawn."""

    TEXT = "text"
    MERMAID = "mermaid"
    SVG = "svg"


@dataclass(frozen=True, slots=True)
class Drawing:
    """The options of `nnspec draw`."""

    source: Annotated[
        Path,
        typer.Argument(
            metavar="SPEC",
            help="A spec, a model document or a run's folder.",
            callback=require_file,
        ),
    ]
    form: Annotated[
        DrawingFormat | None,
        typer.Option("--format", help="How it is drawn; text unless the file's ending says it."),
    ] = None
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="New file: .svg, .mmd or .txt."),
    ] = None
    depth: Annotated[
        int | None,
        typer.Option(
            "--depth", min=0, metavar="N", help="How deep blocks are unfolded; 0: not at all."
        ),
    ] = None
    unfold: Annotated[bool, typer.Option("--unfold", help="Show every layer, repetitions too.")] = (
        False
    )
    overrides: Overrides = None
    allow_outside: AllowOutside = False


@gathered(Drawing)
def draw(asked: Drawing) -> None:
    """Draw a network: blocks folded, repeated stretches shown once."""
    form = asked.form or form_of(asked.output)
    with explained(asked.overrides):
        from nnspec.drawing import fold
        from nnspec.drawing.write import write
        from nnspec.pipeline.look import look
        from nnspec.run.atomic import write_atomic

        found = look(
            asked.source, overrides=asked.overrides or (), allow_outside=asked.allow_outside
        )
        show_findings(found.doubts, asked.overrides)
        depth = fold.DEEPEST if asked.unfold else asked.depth
        diagram = fold.draw(found.network, found.spec.name, depth=depth, repeats=not asked.unfold)
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        text = write(diagram, form.value, None if asked.output else width)
        if asked.output is not None:
            write_atomic(asked.output, f"{text}\n".encode())
            return
    typer.echo(text)


def form_of(output: Path | None) -> DrawingFormat:
    """Return the form that a file's ending asks for."""
    endings = {".mmd": "mermaid", ".mermaid": "mermaid", ".svg": "svg"}
    return DrawingFormat(endings.get(output.suffix.lower() if output else "", "text"))

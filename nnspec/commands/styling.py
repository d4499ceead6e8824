"""The command that writes specs in the preferred style."""

from pathlib import Path
from typing import Annotated

import typer

from nnspec.commands.options import SpecFiles
from nnspec.commands.reporting import explained, read_text

STANDARD_INPUT = "-"


def fmt(
    files: SpecFiles,
    check: Annotated[
        bool, typer.Option("--check", help="Name what would change, and write nothing.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what would change, and write nothing.")
    ] = False,
) -> None:
    """Rewrite specs in the preferred style; comments and meaning stay."""
    from nnspec.commands.validation import expand

    names = tuple(expand(files))
    if STANDARD_INPUT in names:
        style_input(alone=len(names) == 1 and not check and not diff)
        return
    changed = [name for name in names if style_file(name, write=not (check or diff), diff=diff)]
    for name in changed if not diff else ():
        typer.echo(f"{name}: {'not in the preferred style' if check else 'rewritten'}", err=True)
    if changed and (check or diff):
        raise typer.Exit(1)


def style_file(name: str, *, write: bool, diff: bool) -> bool:
    """Rewrite one file, or show how; return whether its style is another than the preferred one."""
    from nnspec.document import read_document
    from nnspec.language.foreign import says_nnspec
    from nnspec.pipeline.repair import read_repairable, show_changes
    from nnspec.pipeline.styled import style_document
    from nnspec.run.atomic import write_atomic

    path = Path(name)
    if not says_nnspec(read_text(path) or ""):
        typer.echo(f"{name}: left as it is: it does not say nnspec at its top", err=True)
        return False
    with explained():
        document = read_document(path)
        text = style_document(document, path.parent)
        content = read_repairable(path)
        if content is None or text == document.text:
            return False
        if diff:
            typer.echo(show_changes(document.text, text, name), nl=False)
        elif write:
            write_atomic(path.resolve(), content.encode(text))
    return True


def style_input(*, alone: bool) -> None:
    """Write what comes in through standard input to standard output, restyled."""
    import sys

    from nnspec.document import parse_document
    from nnspec.document.limits import FILE_BYTES
    from nnspec.language.foreign import says_nnspec
    from nnspec.pipeline.styled import style_document

    if not alone:
        message = "standard input is restyled alone, without --check and --diff"
        raise typer.BadParameter(message)
    content = sys.stdin.buffer.read(FILE_BYTES + 1)
    if not says_nnspec(content.decode("utf-8", "replace")):
        sys.stdout.buffer.write(content + sys.stdin.buffer.read())
        return
    with explained():
        document = parse_document(content, "<standard input>")
        typer.echo(style_document(document, Path()), nl=False)

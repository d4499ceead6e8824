"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

GIVEN: list[str] = []
"""The command line at hand, without the program's name: what a run records of it."""


def command_line() -> tuple[str, ...]:
    """Return the command line at hand, as a run records it."""
    return ("nnspec", *GIVEN)


def require_file(path: Path) -> Path:
    """Return the path of a file that is there; one that is not is wrong usage.

    Raises:
        typer.BadParameter: with the nearest name in the same folder.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise absent(path) from None
    except (OSError, ValueError) as error:
        from nnspec.document import shorten

        reason = getattr(error, "strerror", None) or error
        message = f"the path {shorten(str(path))} cannot be opened: {reason}"
        raise typer.BadParameter(message) from error
    return path


def absent(path: Path) -> typer.BadParameter:
    """Return the complaint about a file that is not there, with the nearest name."""
    from nnspec.language.near_names import nearest

    try:
        beside = [one.name for one in path.parent.iterdir() if one.is_file()]
    except OSError:
        beside = []
    guess = nearest(path.name, beside)
    hint = f"; did you mean {path.with_name(guess)}?" if guess else ""
    message = f"there is no file at the path {path}{hint}"
    return typer.BadParameter(message)


def file_if_given(path: Path | None) -> Path | None:
    """Return the path of a file that is there, None where none was given."""
    return None if path is None else require_file(path)


def run_folder(run: Path, runs: Path) -> Path:
    """Return the folder of a run that is named by its path, or by its name among the runs."""
    return run if run.is_dir() or len(run.parts) > 1 else runs / run


def has_run(path: Path) -> bool:
    """Return whether a folder holds a run, however far that came."""
    from nnspec.run.layout import MANIFEST

    return (path / MANIFEST).exists()


SpecFile = Annotated[
    Path,
    typer.Argument(metavar="SPEC", help="A spec: YAML or JSON.", callback=require_file),
]
SpecFiles = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC", help="Specs; folders, patterns such as '*.yaml'; - for standard input."
    ),
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Set a value, as training.epochs=50; repeatable."
    ),
]
AllowOutside = Annotated[
    bool, typer.Option("--allow-outside", help="Let the spec read files outside its folder.")
]

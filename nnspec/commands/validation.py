"""The command that checks specs, shows what it finds, and repairs what has one right repair."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from glob import glob, has_magic
from os.path import exists
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnspec.commands.gathered import gathered
from nnspec.commands.options import AllowOutside, Overrides, SpecFiles, require_file
from nnspec.commands.reporting import explained, read_text
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.diagnostics.render import Format, render, wants_color
from nnspec.diagnostics.selection import Selection, unknown_prefixes
from nnspec.diagnostics.sources import Sources

if TYPE_CHECKING:
    from nnspec.pipeline.check import Checked
    from nnspec.pipeline.examine import Look, Request

STANDARD_INPUT = "-"
TRAINING = {"numpy", "polars", "sklearn"}
"""Packages that reading data takes and the light core leaves out."""

Codes = list[str] | None


@dataclass(frozen=True, slots=True)
class Validation:
    """The options of `nnspec validate`."""

    files: SpecFiles
    form: Annotated[
        Format | None,
        typer.Option("--format", help="How findings are written; github under GitHub Actions."),
    ] = None
    select: Annotated[
        Codes,
        typer.Option("--select", metavar="CODES", help="Show these; prefixes such as P,M1."),
    ] = None
    ignore: Annotated[
        Codes,
        typer.Option(
            "--ignore", metavar="CODES", help="Hide these; an error only by its whole code."
        ),
    ] = None
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="A JSON Schema that the filled spec keeps."),
    ] = None
    data: Annotated[bool, typer.Option("--data", help="Also open the data, and check it.")] = False
    fix: Annotated[
        bool, typer.Option("--fix", help="Write what has one right repair into the file.")
    ] = False
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what --fix would write, and write nothing.")
    ] = False
    only_specs: Annotated[
        bool, typer.Option("--only-specs", help="Pass over files that do not say nnspec.")
    ] = False
    overrides: Overrides = None
    allow_outside: AllowOutside = False


@gathered(Validation)
def validate(asked: Validation) -> None:
    """Check specs, and show all that is wrong with them."""
    request = read_request(asked)
    files = tuple(expand(asked.files, only_specs=asked.only_specs))
    if asked.diff or asked.fix:
        if STANDARD_INPUT in files:
            message = "--fix and --diff take files, not standard input"
            raise typer.BadParameter(message)
        changed = [repair_file(file, request, write=not asked.diff) for file in files]
        if asked.diff:
            raise typer.Exit(1 if any(changed) else 0)
    texts: dict[str, str | None] = {}
    findings: list[Diagnostic] = []
    fine = 0
    for file in files:
        texts[file], found = check_file(file, request)
        findings += found
        fine += not found
    chosen = asked.form or (Format.GITHUB if os.environ.get("GITHUB_ACTIONS") else Format.TEXT)
    opened = {one.file for one in findings if one.file} - texts.keys()
    quoted = {file: read_text(Path(file)) for file in sorted(opened)}
    sources = Sources({**texts, **quoted}, request.overrides, fine)
    color = wants_color(sys.stdout)
    typer.echo(render(findings, sources, chosen, color=color), color=color)
    if any(one.severity == "error" for one in findings):
        raise typer.Exit(1)


def read_request(asked: Validation) -> "Request":
    """Return what is asked of each file; what cannot be asked is wrong usage."""
    from nnspec.pipeline.examine import Request

    selection = Selection(split_codes(asked.select), split_codes(asked.ignore))
    if unknown := unknown_prefixes(selection):
        message = f"no code begins with {unknown[0]}; nnspec explain lists all codes"
        raise typer.BadParameter(message)
    return Request(
        tuple(asked.overrides or ()),
        asked.allow_outside,
        selection,
        policy=read_policy(asked.policy) if asked.policy else None,
        data=partial(check_data, allow_outside=asked.allow_outside) if asked.data else None,
    )


def split_codes(given: Sequence[str] | None) -> tuple[str, ...]:
    """Return codes and prefixes, written in capitals, separated by commas or given one by one."""
    parts = (part.strip().upper() for one in given or () for part in one.split(","))
    return tuple(part for part in parts if part)


def expand(files: Sequence[str], *, only_specs: bool = False) -> Iterator[str]:
    """Give the files that patterns and folders stand for, each once; none is wrong usage.

    Args:
        files: names, patterns and folders.
        only_specs: whether files that are no specs are passed over, even where they are named.
    """
    seen: set[str] = set()
    for file in files:
        found = expand_one(file)
        if not found:
            message = f"no {'spec lies in' if Path(file).is_dir() else 'file matches'} {file}"
            raise typer.BadParameter(message)
        new = [one for one in found if one not in seen]
        yield from filter(is_sought, new) if only_specs else new
        seen.update(found)


def expand_one(file: str) -> list[str]:
    """Return the file that an argument names, or the specs that its folder or pattern holds."""
    if file == STANDARD_INPUT:
        return [file]
    if is_pattern(file):
        return sorted(glob(file, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    path = require_file(Path(file))
    if not path.is_dir():
        return [file]
    from nnspec.pipeline.found import find_specs

    return [str(one) for one in find_specs(path)]


def is_sought(file: str) -> bool:
    """Return whether a file is a spec, or what comes in through standard input."""
    from nnspec.pipeline.found import is_spec

    return file == STANDARD_INPUT or is_spec(Path(file))


def is_pattern(file: str) -> bool:
    """Tell whether an argument is a pattern that the shell left as it is."""
    return has_magic(file) and not exists(file)  # noqa: PTH110 - Path's own raises for long names


def check_file(file: str, request: "Request") -> tuple[str | None, tuple[Diagnostic, ...]]:
    """Return the text of a spec and what is shown about it."""
    from nnspec.document import parse_document, read_document
    from nnspec.document.limits import FILE_BYTES
    from nnspec.language.foreign import find_foreign
    from nnspec.pipeline.examine import examine

    piped = sys.stdin.buffer.read(FILE_BYTES + 1) if file == STANDARD_INPUT else None
    folder = Path() if piped is not None else Path(file).parent
    try:
        if piped is None:
            document = read_document(Path(file), lenient=True)
        else:
            document = parse_document(piped, file, lenient=True)
        return document.text, examine(document, folder, request)
    except Refused as refused:
        text = read_text(Path(file)) if piped is None else piped.decode("utf-8", "replace")
        other = find_foreign(text or "")
        return text, (replace(other, file=file),) if other else refused.diagnostics


def repair_file(file: str, request: "Request", *, write: bool) -> bool:
    """Repair a spec, or show how; return whether anything was to repair."""
    from nnspec.pipeline.examine import examine
    from nnspec.pipeline.found import is_spec_text
    from nnspec.pipeline.repair import read_repairable, repair, show_changes
    from nnspec.run.atomic import write_atomic

    path = Path(file)
    content = read_repairable(path)
    if content is None or not is_spec_text(content.text, file):
        return False
    form = replace(request, policy=None, data=None)
    repaired = repair(content.text, file, lambda document: examine(document, path.parent, form))
    if not repaired.repaired:
        return False
    if write:
        with explained():
            write_atomic(path.resolve(), content.encode(repaired.text))
        typer.echo(f"{file}: {len(repaired.repaired)} repaired", err=True)
    else:
        typer.echo(show_changes(content.text, repaired.text, file), nl=False)
    return True


def read_policy(path: Path) -> "Look":
    """Return what looks whether a spec keeps a policy; an unusable policy is wrong usage."""
    from nnspec.pipeline.policy import UnusablePolicy, apply_policy
    from nnspec.pipeline.policy import read_policy as read

    try:
        validator = read(path)
    except UnusablePolicy as error:
        raise typer.BadParameter(str(error), param_hint="--policy") from error

    def look(checked: "Checked") -> tuple[Diagnostic, ...]:
        try:
            return apply_policy(validator, *checked.accept(), checked.document)
        except UnusablePolicy as error:
            raise typer.BadParameter(str(error), param_hint="--policy") from error

    return look


def check_data(checked: "Checked", *, allow_outside: bool) -> tuple[Diagnostic, ...]:
    """Open the data of a spec and return what is wrong with it; say so if nothing here can."""
    try:
        from nnspec.pipeline.opened import check_opened

        return check_opened(checked, allow_outside=allow_outside)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in TRAINING:
            raise
        message = f"{package} is not installed, and reading data takes it"
        hint = "pip install 'nnspec[tensorflow]'"
        return (Diagnostic("D118", message, hint=hint, file=checked.document.file),)

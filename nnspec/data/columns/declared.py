"""What the spec says of columns, held against what they turned out to be."""

from collections.abc import Iterator

from nnspec.catalog.columns import Date, Vector
from nnspec.catalog.pictured import Pictured
from nnspec.data.columns.dates import TWINS, Form
from nnspec.data.columns.plain import Declared
from nnspec.data.columns.roles import Roles
from nnspec.data.table import Table
from nnspec.diagnostics import Diagnostic, Path, Refused
from nnspec.document import shorten
from nnspec.document.write import flow
from nnspec.spec.data import DataSection


def declared(section: DataSection) -> dict[str, Declared]:
    """Return what columns are said to be: kinds, forms of dates, how pictures are read."""
    kinds: dict[str, Declared] = dict(section.kinds)
    for name, kind in section.columns.items():
        if isinstance(kind, Date) and kind.format is not None:
            kinds[name] = Form(kind.format)
        elif isinstance(kind, Pictured | Vector):
            kinds[name] = kind
    return kinds


def check_declared(table: Table, roles: Roles, section: DataSection) -> None:
    """Refuse settings that a column does not take, and dates of which nothing is said.

    Raises:
        Refused: S115, D134; of all columns at once.
    """
    found = [*_settings(table, roles, section), *_vectors(roles, section)]
    found.extend(_dates(table, roles, section))
    if found:
        raise Refused(found)


def _settings(table: Table, roles: Roles, section: DataSection) -> Iterator[Diagnostic]:
    """Yield findings about scalings and encodings of columns of another kind."""
    settings = (("scaling", section.scaling, "numeric"), ("encoding", section.encoding, "category"))
    for key, setting, expected in settings:
        for name in setting if isinstance(setting, dict) else ():
            if name in roles.read and table[name].kind != expected:
                yield Diagnostic(
                    "S115",
                    f'`{key}` is for {expected} columns; "{name}" is a {table[name].kind} column',
                    hint=f"declare columns: {{{name}: {expected}}}, or remove it here",
                    path=("data", key, name),
                )
    for name, column in table.columns.items():
        if column.kind == "image" and name not in roles.features:
            message = f'"{name}" holds pictures, which are features alone'
            hint = (
                f"write columns: {flow({name: 'mask'})} where each pixel is a class; for a feature "
                f"name another column here"
            )
            yield Diagnostic("S115", message, hint=hint, path=("data", "target"))
    for name in roles.read:
        if table[name].kind == "mask":
            message = f'"{name}" holds masks, which are targets alone'
            hint = f"write {flow({name: 'image'})} for pictures, or target: {name}"
            yield Diagnostic("S115", message, hint=hint, path=("data", "columns", name))
        if table[name].kind == "tags":
            message = f'"{name}" holds classes of words, which are targets alone'
            hint = f"write {flow({name: 'text'})} for a text, or target: {name}"
            yield Diagnostic("S115", message, hint=hint, path=("data", "columns", name))
        if section.kinds.get(name) == "identifier":
            message = f'"{name}" is declared an identifier, which is no feature'
            yield Diagnostic("S115", message, path=("data", "columns", name))


def _vectors(roles: Roles, section: DataSection) -> Iterator[Diagnostic]:
    """Yield findings about vectors that are used as something else than features."""
    others = {*roles.columns} - {*roles.read}
    for name, kind in section.columns.items():
        if isinstance(kind, Vector) and name in others:
            message = f'"{name}" is declared a vector, which is a feature alone'
            path = ("data", "columns", name)
            yield Diagnostic("S115", message, hint="give each number a column", path=path)


def _dates(table: Table, roles: Roles, section: DataSection) -> Iterator[Diagnostic]:
    """Yield findings about dates that are read without a word, or in two ways."""
    for name in roles.read:
        column = table[name]
        if column.kind != "date":
            continue
        first = next((str(one) for one in column.values.reshape(-1) if one), "")
        first = first.removesuffix(" 00:00:00")
        path: Path = ("data", "columns", name)
        if not column.form and any(column.values != ""):
            day, month = next(iter(TWINS.items()))
            message = (
                f'column "{name}" holds dates such as {first}, and the month may be either number'
            )
            said = [flow({name: {"date": {"format": form}}}) for form in (day, month)]
            yield Diagnostic(
                "D134", message, hint=f"write columns: {said[0]} or {said[1]}", path=path
            )
        elif name not in section.columns:
            message = f'column "{name}" holds dates, such as {shorten(first, 24)}'
            hint = (
                f"write columns: {flow({name: 'date'})} to learn from month, weekday and elapsed "
                f"days, or exclude: {flow([name])}"
            )
            path = ("data", "source" if section.features is None else "features")
            yield Diagnostic("D134", message, hint=hint, path=path)

"""Words for what is wrong with a source as a whole; raised by every reader."""

from pathlib import Path as FilePath

from nnspec.diagnostics import Diagnostic, Path, Refused
from nnspec.spec.source import nearest

SOURCE: Path = ("data", "source")
WHOLE = "it is not whole, or was changed on its way: write or fetch it once more"
"""What to do about a damaged file."""


def refuse(code: str, message: str, *, hint: str | None = None, path: Path = SOURCE) -> Refused:
    """Return the refusal with one finding."""
    return Refused([Diagnostic(code, message, hint=hint, path=path)])


def unopened(file: FilePath, error: OSError) -> Refused:
    """Return the refusal of a file that cannot be opened: D101 if absent, else D102."""
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return refuse("D101", f'there is no file at the path "{file}"', hint=_neighbour(file))
        case IsADirectoryError():
            return refuse("D102", f'"{file}" is a folder; expected a file')
        case PermissionError():
            return refuse("D102", f'no permission to read "{file}"')
        case _:
            return refuse("D102", f'"{file}" cannot be read: {error.strerror or error}')


def unreadable(file: FilePath, reason: str, hint: str | None = None) -> Refused:
    """Return the refusal of a file whose content is damaged or of another format."""
    return refuse("D102", f'"{file}" cannot be read: {reason}', hint=hint)


def too_large(file: FilePath, declared: int, limit: int) -> Refused:
    """Return the refusal of a file that declares more than the limit."""
    message = (
        f'"{file}" declares a size of {_human(declared)} ({declared} bytes) when unpacked; '
        f"the limit is {_human(limit)}"
    )
    return refuse("D116", message)


def _neighbour(file: FilePath) -> str | None:
    """Return a hint with the most similar name in the file's folder."""
    if not file.parent.is_dir():
        return f'there is no folder "{file.parent}"'
    try:
        names = tuple(sorted(one.name for one in file.parent.iterdir()))
    except OSError:
        return None
    return nearest(file.name, names) or "correct the path: no file there has a name like it"


def _human(count: int) -> str:
    """Return a number of bytes as people read it, in binary units."""
    amount = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if amount < 1024:  # noqa: PLR2004 - the step between binary units
            return f"{amount:.4g} {unit}"
        amount /= 1024
    return f"{amount:.4g} TiB"

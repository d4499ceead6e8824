"""Where a source points: a bundled set, or a file that the spec may read.

Used while checking (nothing is opened) and again before reading. Formats are in `formats`.
"""

import re
from difflib import get_close_matches
from pathlib import Path as FilePath

from nnspec.diagnostics import Diagnostic, Path, Refused

WINDOWS = re.compile(r"[a-z]:[\\/]|\\\\", re.IGNORECASE)
"""How absolute paths and shares of Windows begin; elsewhere they read as names of files."""
BUNDLED = "sklearn:"
"""What a bundled set's name begins with."""

URL = re.compile(r"[a-z][a-z0-9+.-]*://|(https?|ftp|file|data|s3|gs):", re.IGNORECASE)


def is_url(text: str) -> bool:
    """Tell whether a text is a URL (`file:` and `data:` ones included) and no path."""
    return URL.match(text) is not None


def locate(
    text: str, folder: FilePath, *, path: Path = (), allow_outside: bool = False
) -> FilePath:
    """Return the absolute path, symbolic links resolved, of a file that a spec names.

    Args:
        text: the path as written; relative to `folder`.
        folder: the spec's folder.
        path: where the text stands in the spec, for the message.
        allow_outside: whether files outside the folder may be read.

    Raises:
        Refused: X103 for a URL, X104 for a path that leaves the folder.
    """
    if is_url(text):
        found = f'"{text}" is a URL; expected a path. Nothing is fetched from the network'
        raise Refused([Diagnostic("X103", found, hint="download it; give its path", path=path)])
    root = folder.resolve()
    if WINDOWS.match(text) and not allow_outside:
        raise Refused([_outside(text, FilePath(text), root, path)])
    written = root / text
    try:
        target = written.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        message = f'"{text}" is no path that can be followed: {error}'
        raise Refused([Diagnostic("D102", message, path=path)]) from error
    if not allow_outside and not target.is_relative_to(root):
        raise Refused([_outside(text, target, root, path)])
    return target


def nearest(name: str, names: tuple[str, ...]) -> str | None:
    """Return the hint that names what was probably meant, None where nothing is near."""
    lower = {one.lower(): one for one in names}
    close = get_close_matches(name, names, 1) or get_close_matches(name.lower(), list(lower), 1)
    return f"did you mean {lower.get(close[0], close[0])}?" if close else None


def _outside(text: str, target: FilePath, root: FilePath, path: Path) -> Diagnostic:
    """Return the finding for a file outside the folder, with the link that leads there."""
    parts = FilePath(text).parts
    steps = [root.joinpath(*parts[: count + 1]) for count in range(len(parts))]
    link = next((step for step in steps if step.is_symlink()), None)
    through = f' by the symbolic link "{link}"' if link else ""
    message = f'"{text}" leads{through} to "{target}", outside the spec\'s folder "{root}"'
    hint = "move the file beside the spec, or allow it with --allow-outside"
    return Diagnostic("X104", message, hint=hint, path=path)

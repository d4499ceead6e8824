"""Which files are specs, where folders and patterns name what may be anybody's; floor 9."""

import os
from collections.abc import Iterator
from pathlib import Path

from nnspec.diagnostics import Refused
from nnspec.document import parse_document
from nnspec.document.limits import FILE_BYTES
from nnspec.language.foreign import is_own, says_nnspec

SUFFIXES = (".yaml", ".yml", ".json")
SIGNS = ("nnspec", "class_name", "model")
"""One of these stands in every spec, and in every model of Keras."""
UNSOUGHT = frozenset({"node_modules", "site-packages", "__pycache__"})
"""Folders of other programs' files; those that begin with a dot are passed over as well."""


def find_specs(folder: Path) -> Iterator[Path]:
    """Give the specs below a folder, in the order of their paths."""
    for inner, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if one[0] != "." and one not in UNSOUGHT)
        paths = (Path(inner, name) for name in sorted(files) if name.endswith(SUFFIXES))
        yield from (path for path in paths if is_spec(path))


def is_spec(path: Path) -> bool:
    """Return whether a file holds a spec, readable or not, or a model in Keras' own form."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            content = stream.read(FILE_BYTES + 1)
    except OSError:
        return False
    return is_spec_text(content.decode("utf-8", "replace"), path.name)


def is_spec_text(text: str, file: str) -> bool:
    """Return whether a text is a spec's, readable or not, or a model in Keras' own form."""
    if says_nnspec(text):
        return True
    if not any(sign in text.casefold() for sign in SIGNS):
        return False
    try:
        return is_own(parse_document(text, file, lenient=True).root)
    except Refused:
        return False

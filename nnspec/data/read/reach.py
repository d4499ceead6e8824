"""Which files the cells of a table, and the links of a folder, may lead to."""

from dataclasses import dataclass
from pathlib import Path as FilePath

from nnspec.diagnostics import Path
from nnspec.spec.source import is_url, locate


@dataclass(frozen=True, slots=True)
class Reach:
    """The bounds of a source.

    Attributes:
        root: the spec's folder.
        allow_outside: whether files outside of it may be read.
    """

    root: FilePath
    allow_outside: bool = False

    def find(self, name: str, folder: FilePath, place: Path) -> FilePath:
        """Return the file that a path means, symbolic links resolved.

        Args:
            name: the path, relative to a folder.
            folder: that of the file which names it.
            place: where its source stands in the spec.

        Raises:
            Refused: X103 for a URL, X104 for a path that leaves the root.
        """
        whole = name if is_url(name) else str(folder.absolute() / name)
        return locate(whole, self.root, path=place, allow_outside=self.allow_outside)

"""Reads a folder of files, one a row, in the order of their names: pictures or texts, by class."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np
import polars as pl

from nnspec.catalog.sources import Folder, Texts
from nnspec.data.columns.refusals import refuse, too_large, unopened, unreadable
from nnspec.data.read.raw import Raw, ReadFile
from nnspec.data.read.reach import Reach
from nnspec.data.table import Values
from nnspec.diagnostics import Path, Refused
from nnspec.document.file import read_file
from nnspec.spec.data import Kind
from nnspec.spec.formats import PICTURES
from nnspec.spec.pieces import Piece

IMAGE, TEXT, LABEL = "image", "text", "label"
"""Columns: pictures or texts, and the folders' names."""
KINDS: dict[str, Kind] = {IMAGE: "image", TEXT: "text", LABEL: "category"}
MOST_FILES = 2_000_000
"""Files of a folder."""
LARGEST_TEXT = 16 * 2**20
"""Bytes of one text."""
LISTED = 4
"""Endings that are named of files which are left out."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file below the folder.

    Attributes:
        name: its path from the folder on, parted by slashes.
    """

    name: str

    @property
    def label(self) -> str:
        """Return the first folder of the path, "" for a file right in the folder."""
        first, parted, _ = self.name.partition("/")
        return first if parted else ""


def read_folder(folder: FilePath, piece: Piece, reach: Reach, limit: int) -> tuple[Raw, int]:
    """Read a folder; also return the bytes that were read.

    Of pictures the paths are read, and files alone that are none; they are decoded when the
    columns are typed.

    Args:
        folder: the folder, or a single file of its kind.
        piece: says how it is read.
        reach: where links within it may lead.
        limit: bytes that texts may take.

    Raises:
        Refused: D101 and D102 for what is no folder, D104 for texts of another encoding, D113 for a
            folder without files, D116 for more than may be read, S115 for labels that are in doubt,
            X104 for a link that leads outside.
    """
    said = piece.format
    assert isinstance(said, Folder), "other files are read by their bytes"
    alone = folder.is_file()
    names = [folder.name] if alone else list(_names_below(folder, reach, piece.place))
    home = folder.parent if alone else folder
    kept = [Found(name) for name in names if _is_meant(said, name)]
    if not kept:
        raise _empty(folder, said, names, piece.place)
    labels = None if alone else _labels(folder, said, kept, piece.place)
    texts, size = _texts(home, said, kept, limit) if isinstance(said, Texts) else (None, 0)
    columns = _columns(kept, texts, labels)
    digest = _digest(columns)
    sniffed = {"left out": _left_out(said, names)} if len(kept) < len(names) else {}
    raw = Raw(
        columns,
        len(kept),
        text=False,
        source=str(folder),
        fingerprint=digest,
        files=(ReadFile(str(folder), digest, sniffed),),
        kinds={name: KINDS[name] for name in columns},
        homes=((home, len(kept)),),
        reach=reach,
        behind={} if texts is None else {TEXT: _names(kept)},
    )
    return raw, size


def _columns(
    kept: list[Found], texts: list[str] | None, labels: list[str] | None
) -> dict[str, pl.Series]:
    """Return texts, or paths of pictures, and labels where there are some."""
    cells = {IMAGE: [one.name for one in kept]} if texts is None else {TEXT: texts}
    cells |= {} if labels is None else {LABEL: labels}
    return {name: pl.Series(name, one, pl.String) for name, one in cells.items()}


def _names(kept: list[Found]) -> Values:
    return np.asarray([one.name for one in kept], dtype=object)


def _names_below(folder: FilePath, reach: Reach, place: Path) -> Iterator[str]:
    """Yield the files below a folder, by their paths from it on, in the order of the signs."""
    try:
        walked = _walk(folder, "", reach, place, (folder.resolve(),))
        for count, name in enumerate(walked):
            if count == MOST_FILES:
                message = f'"{folder}" holds more than {MOST_FILES:,} files'
                raise refuse("D116", message, path=place)
            yield name
    except NotADirectoryError as error:
        raise refuse("D102", f'"{folder}" is a file; expected a folder', path=place) from error
    except OSError as error:
        raise unopened(folder, error) from error


def _walk(
    folder: FilePath, prefix: str, reach: Reach, place: Path, above: tuple[FilePath, ...]
) -> Iterator[str]:
    """Yield files below a folder; links are followed, and none that leads back up."""
    for one in sorted(folder.iterdir()):
        if one.name.startswith("."):
            continue
        target = reach.find(str(one), folder, place) if one.is_symlink() else one
        name = f"{prefix}{one.name}"
        if target.is_dir():
            if target.resolve() not in above:
                inner = (*above, target.resolve())
                yield from _walk(target, f"{name}/", reach, place, inner)
        else:
            yield name


def _is_meant(said: Folder, name: str) -> bool:
    """Tell whether a file is one of those that a folder is read for."""
    return isinstance(said, Texts) or _ending(name) in PICTURES


def _ending(name: str) -> str:
    return FilePath(name).suffix.lower()


def _labels(folder: FilePath, said: Folder, kept: list[Found], place: Path) -> list[str] | None:
    """Return the folder that each file lies in; None where files have no labels.

    Raises:
        Refused: S115 where some files lie in folders and some do not, and nothing says what for.
    """
    bare = [one for one in kept if not one.label]
    if said.labels == "none" or (said.labels is None and len(bare) == len(kept)):
        return None
    if bare:
        count = f"{len(bare)} of {len(kept)} files" if len(bare) < len(kept) else "all files"
        message = (
            f'"{folder}" holds {count}, such as "{bare[0].name}", in no folder that could be '
            "their label"
        )
        kind = said.keras_name
        hint = (
            "move them into a folder per class, or read all without labels: "
            f'source: {{{kind}: {{path: "{said.path}", labels: none}}}}'
        )
        raise refuse("S115", message, hint=hint, path=place)
    return [one.label for one in kept]


def _empty(folder: FilePath, said: Folder, names: list[str], place: Path) -> Refused:
    """Return the refusal of a folder that holds nothing to read."""
    what = "texts" if isinstance(said, Texts) else "pictures"
    message = f'"{folder}" holds no {what}'
    if not names:
        return refuse("D113", message, path=place)
    hint = None
    if any(_ending(name) == ".txt" for name in names):
        hint = f'for texts write source: {{texts: {{path: "{said.path}"}}}}'
    listed = _left_out(said, names)
    expected = ", ".join(PICTURES)
    return refuse("D113", f"{message}, but {listed}; expected {expected}", hint=hint, path=place)


def _left_out(said: Folder, names: list[str]) -> str:
    """Return how many files are none of those that a folder is read for, by their endings."""
    others = Counter(_ending(name) or "no ending" for name in names if not _is_meant(said, name))
    shown = ", ".join(f"{count:,} {ending}" for ending, count in others.most_common(LISTED))
    return f"{sum(others.values()):,} other files ({shown})"


def _texts(home: FilePath, said: Texts, kept: list[Found], limit: int) -> tuple[list[str], int]:
    """Return the texts of files, and the bytes of all.

    Raises:
        Refused: D104 for bytes that are none of the encoding, D116 for more bytes than may be.
    """
    texts: list[str] = []
    size = 0
    for one in kept:
        file = home / one.name
        try:
            data = read_file(file, LARGEST_TEXT)
        except OSError as error:
            raise unopened(file, error) from error
        size += len(data)
        if size > limit:
            raise too_large(home, size, limit)
        texts.append(_decoded(file, data, said.encoding))
    return texts, size


def _decoded(file: FilePath, data: bytes, encoding: str | None) -> str:
    """Return a text; a mark at its beginning tells UTF-8 and UTF-16 where nothing else does."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    name = encoding or ("utf-16" if marked else "utf-8-sig")
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        said = encoding or ("UTF-16" if marked else "UTF-8")
        message = f'"{file}" is no {said} text: byte {error.start + 1} is {data[error.start]:#04x}'
        hint = "say how it is encoded: source: {texts: {path: FOLDER, encoding: cp1252}}"
        raise refuse("D104", message, hint=hint) from error
    except UnicodeError as error:
        raise unreadable(file, f"it is no {name} text: {error}") from error


def _digest(columns: dict[str, pl.Series]) -> str:
    """Return the SHA-256 of names, texts and labels."""
    digest = hashlib.sha256()
    for cells in columns.values():
        for cell in cells:
            whole = str(cell).encode("utf-8", "surrogatepass")
            digest.update(f"{len(whole)} ".encode() + whole)
    return digest.hexdigest()

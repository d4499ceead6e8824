"""What can be said against a `data.source` without opening a file."""

import codecs
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path as FilePath
from pathlib import PurePosixPath

from nnspec.catalog.sources import Csv, Database, Npy, Texts
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.spec.builtin import BUNDLED_SETS
from nnspec.spec.data import DataSection, GivenSplits
from nnspec.spec.formats import FOLDER, FORMATS, PICTURES, ending_of
from nnspec.spec.pieces import Given, Piece, pieces_of
from nnspec.spec.source import BUNDLED, is_url, locate, nearest

SURE = 0.8
"""Likeness of two endings from which one is a slip for the other."""
ENDINGS = ".csv .tsv .parquet .json .jsonl .feather .npz .npy .h5 .xlsx .sqlite .duckdb"
"""The endings that a message names, one for each format."""


def check_places(
    source: Given, folder: FilePath, *, allow_outside: bool = False
) -> Iterator[Diagnostic]:
    """Yield what is wrong with where a source points, and with the endings of its files.

    Codes: X103, X104 as for `locate`; D114 for an unknown format.
    """
    for piece in pieces_of(source):
        if piece.bundled:
            continue
        try:
            locate(piece.name, folder, path=piece.place, allow_outside=allow_outside)
        except Refused as refused:
            yield from refused.diagnostics
        if piece.format is None and not is_url(piece.name):
            yield unknown_format(piece)


def unknown_format(piece: Piece) -> Diagnostic:
    """Return the finding (D114) about a file whose ending is that of no format."""
    ending = ending_of(piece.name)
    found = f'"{piece.name}" ends in "{ending}"' if ending else f'"{piece.name}" has no ending'
    message = f"{found}; expected one of {ENDINGS}, or {BUNDLED}NAME"
    return Diagnostic("D114", message, hint=_how_to_say(piece, ending), path=piece.place)


def _how_to_say(piece: Piece, ending: str) -> str:
    """Return what to write for a file of no known format: a table, or a folder of pictures."""
    name = piece.name
    if ending in PICTURES:
        folder = PurePosixPath(name).parent.as_posix() if "/" in name else "."
        return f"name the folder of the pictures: source: {folder}{FOLDER}"
    close = get_close_matches(ending, list(FORMATS), 1, SURE)
    if close:
        return f"did you mean {close[0]}?"
    how = f'say how it is read: source: {{csv: {{path: "{name}"}}}}'
    return how if ending else f"{how}; a folder of pictures ends in a slash: {name}{FOLDER}"


def check_pieces(section: DataSection) -> Iterator[Diagnostic]:
    """Yield what the settings of a source's files contradict, and unknown bundled sets.

    Codes: S106 unknown set or encoding, S115 settings that contradict each other.
    """
    pieces = list(pieces_of(section.source))
    for piece in [one for one in pieces if one.bundled][:1]:
        yield from _bundled(section, piece)
    for piece in pieces:
        if not piece.bundled:
            yield from _settings(piece)
    if isinstance(section.source, GivenSplits) and section.window is not None:
        message = "windows run over one series; files given as splits are several"
        hint = "give all rows as one source, and name the series: window: {key: COLUMN}"
        yield Diagnostic("S115", message, hint=hint, path=("data", "source"))


def _bundled(section: DataSection, piece: Piece) -> Iterator[Diagnostic]:
    """Yield findings for a bundled set that does not exist, or stands among files."""
    name, names = piece.name[len(BUNDLED) :], tuple(BUNDLED_SETS)
    if not isinstance(section.source, str):
        message = f'"{piece.name}" is a bundled set, which stands alone: source: {piece.name}'
        yield Diagnostic("S115", message, path=piece.place)
    elif name not in BUNDLED_SETS:
        message = f'no bundled set is called "{name}"; there are {", ".join(names)}'
        yield Diagnostic("S106", message, hint=nearest(name, names), path=piece.place)


def _settings(piece: Piece) -> Iterator[Diagnostic]:
    """Yield findings for settings of one file that cannot both hold."""
    match piece.format:
        case Database(table=str(), query=str()):
            message = "`table` and `query` both say which rows are read"
            yield Diagnostic("S115", message, hint="keep one of them", path=(*piece.place, "query"))
        case Csv(decimal=str(decimal), thousands=str(thousands)) if decimal == thousands:
            message = f'"{decimal}" cannot stand before fractions and between thousands'
            yield Diagnostic("S115", message, path=(*piece.place, "thousands"))
        case Csv(encoding=str(name)) | Texts(encoding=str(name)) if not _is_encoding(name):
            message = f'no encoding of texts is called "{name}"; such as utf-8, cp1252, utf-16'
            yield Diagnostic("S106", message, path=(*piece.place, "encoding"))
        case Csv(names=tuple(names)) | Npy(names=tuple(names)) if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            message = f'`names` gives the name "{twice}" to two columns'
            yield Diagnostic("S115", message, path=(*piece.place, "names"))
        case _:
            return


def _is_encoding(name: str) -> bool:
    """Tell whether Python knows an encoding of texts by this name."""
    try:
        return bool(codecs.lookup(name)._is_text_encoding)  # noqa: SLF001 - there is no public name for it
    except (LookupError, ValueError):
        return False

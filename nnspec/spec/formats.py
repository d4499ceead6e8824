"""Which format a file has: by its ending, or by what the spec says of it."""

from pathlib import PurePath

from nnspec.catalog.sources import (
    Csv,
    DuckDb,
    Excel,
    Feather,
    Hdf5,
    Images,
    Json,
    JsonLines,
    Npy,
    Npz,
    Parquet,
    Source,
    Sqlite,
)
from nnspec.spec.forms import WRITTEN, Form

FORMATS: dict[str, type[Source]] = {
    ".csv": Csv,
    ".tsv": Csv,
    ".parquet": Parquet,
    ".jsonl": JsonLines,
    ".ndjson": JsonLines,
    ".json": Json,
    ".feather": Feather,
    ".arrow": Feather,
    ".npz": Npz,
    ".npy": Npy,
    ".xlsx": Excel,
    ".xlsm": Excel,
    ".xls": Excel,
    ".xlsb": Excel,
    ".ods": Excel,
    ".h5": Hdf5,
    ".hdf5": Hdf5,
    ".duckdb": DuckDb,
    ".ddb": DuckDb,
    ".db": Sqlite,
    ".sqlite": Sqlite,
    ".sqlite3": Sqlite,
}
"""Ending -> format; what the spec says of a file goes before it."""
FOLDER = "/"
"""What the path of a folder of pictures ends in."""
PICTURES = (
    *(".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"),
    *(".ppm", ".pgm", ".pbm"),
)
"""Endings of pictures, in small letters."""
PACKED = (".gz", ".zst", ".zip")
"""Endings of files that hold another one, packed."""


def ending_of(name: str) -> str:
    """Return the ending that says how a file is read, lower case; of a packed one the inner."""
    path = PurePath(name)
    if path.suffix.lower() in PACKED:
        path = path.with_suffix("")
    return path.suffix.lower()


def packing_of(name: str) -> str | None:
    """Return how a file is packed, by its ending; None where it is not."""
    suffix = PurePath(name).suffix.lower()
    return suffix if suffix in PACKED else None


def format_of(name: str) -> Source | None:
    """Return the format of a file by its name; None for an ending of no format.

    A .zip archive may hold a file of any name: what it is shows when it is opened.
    """
    ending = ending_of(name)
    if name.endswith(FOLDER):
        return Images(path=name)
    if ending == "" and packing_of(name) == ".zip":
        return Csv(path=name)
    kind = FORMATS.get(ending)
    return kind(path=name) if kind else None


def written_form(name: str) -> Form | None:
    """Return how predictions are written to a file: by its ending, as CSV where it says nothing.

    None for the ending of a format that is read and not written.
    """
    ending = ending_of(name)
    if packing_of(name) or (ending in FORMATS and ending not in WRITTEN):
        return None
    return WRITTEN.get(ending, "csv")

"""Reads a table for a trained network, as the spec said of the files that were trained on."""

from pathlib import Path as FilePath

from nnspec.catalog.registry import find
from nnspec.catalog.sources import Images, Source, Texts
from nnspec.data.fit.fitted import Preprocessing
from nnspec.data.fit.image import ImageFit
from nnspec.data.read.origins import with_origin
from nnspec.data.read.raw import DATA_LIMIT, Raw
from nnspec.data.read.signs import Signs
from nnspec.data.read.source import read_source
from nnspec.spec.formats import PICTURES, format_of
from nnspec.spec.source import BUNDLED


def read_like(
    source: str | tuple[str, ...], fitted: Preprocessing, folder: FilePath, *, with_targets: bool
) -> Raw:
    """Return a table's columns, read as the spec said of the files that were trained on.

    What the spec left open is found out anew: a file from elsewhere may be written otherwise. Of a
    folder the labels are read where they are wanted.
    """
    usual = Signs(*fitted.signs)
    several = (source,) if isinstance(source, str) else source
    said = tuple(
        folder_like(one, fitted, folder, with_targets=with_targets) or _as_said(one, fitted)
        for one in several
    )
    given = said[0] if isinstance(source, str) else said
    raw = read_source(given, folder, allow_outside=True, limit=DATA_LIMIT, usual=usual)
    return with_origin(raw, fitted.origin)


def _as_said(source: str, fitted: Preprocessing) -> str | Source:
    """Return a file with what the spec says of its format, where it is of that format."""
    if fitted.said is None or source.startswith(BUNDLED):
        return source
    ((name, arguments),) = fitted.said.items()
    kind, own = find("sources", name), format_of(source)
    if kind is None or not (own is None or isinstance(own, kind)):
        return source
    said = kind.model_validate({**arguments, "path": source})
    return said if isinstance(said, Source) else source


def folder_like(
    source: str, fitted: Preprocessing, folder: FilePath, *, with_targets: bool
) -> Source | None:
    """Return how a folder, or a picture of its own, is read; None for a table."""
    path = folder / source
    ((name, arguments),) = (fitted.said or {"images": {}}).items()
    pictures = any(isinstance(fit, ImageFit) for fit in fitted.columns.values())
    meant = path.is_dir() or path.suffix.lower() in PICTURES
    if not meant or not (pictures or name == "texts"):
        return None
    kind = Texts if name == "texts" else Images
    arguments = {key: value for key, value in arguments.items() if key in kind.model_fields}
    labels = arguments.get("labels") if with_targets else "none"
    return kind.model_validate({**arguments, "path": source, "labels": labels})

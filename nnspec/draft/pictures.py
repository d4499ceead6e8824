"""Pictures in a first spec: the size they are brought to, and the network that looks at them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl

from nnspec.catalog.pictured import ImageColumn
from nnspec.data.columns.pictures import picture_files
from nnspec.data.read.held import HeldColumns
from nnspec.data.read.pictures import Header, measure_pictures
from nnspec.data.read.raw import Raw
from nnspec.document import Plain
from nnspec.spec.formats import PICTURES

MEASURED = 500
"""Pictures whose headers are looked at."""
LARGEST = 64
"""Rows and columns that a drafted network looks at."""
SMALLEST = 8
"""Rows and columns of the last layer that looks at places, about."""
FILTERS = 16
MOST_FILTERS = 64
SIMILAR = 1.25
"""Proportions, one by the other, up to which stretching does no harm."""


def find_pictures(raw: Raw) -> Raw:
    """Return a source that says of each column of pictures how they are read."""
    found = {name: described(raw, name) for name in raw.names if holds_pictures(raw, name)}
    return replace(raw, kinds={**raw.kinds, **found}) if found else raw


def holds_pictures(raw: Raw, name: str) -> bool:
    """Return whether a source says that a column holds pictures, or all cells end like some."""
    if raw.kinds.get(name) == "image":
        return True
    cells = different_texts(raw, name) if raw.homes else None
    if cells is None:
        return False
    present = cells.drop_nulls()
    return bool(len(present)) and all(
        Path(cell.strip()).suffix.lower() in PICTURES for cell in present
    )


def different_texts(raw: Raw, name: str) -> pl.Series | None:
    """Return the texts of a column, those of a large table once each; None where it has others."""
    if isinstance(raw.columns, HeldColumns):
        if raw.columns.numbers(name):
            return None
        if found := raw.columns.distinct(name):
            return found.texts
    cells = raw.columns[name]
    return cells if isinstance(cells, pl.Series) and cells.dtype == pl.String else None


def described(raw: Raw, name: str) -> ImageColumn:
    """Return size, channels and fit for the pictures of a column, as most of them are."""
    files = [one for one in picture_files(raw, name, ()) if one is not None]
    step = max(1, len(files) // MEASURED)
    headers = measure_pictures(list(islice(files, 0, None, step)))
    if not headers:  # what is wrong with them is told when they are read
        return ImageColumn()
    size = size_of(headers)
    shapes = [one.rows / one.columns for one in headers]
    alike = max(shapes) <= SIMILAR * min(shapes)
    channels = 1 if all(one.grey for one in headers) else 3
    fit = "stretch" if alike else "crop"
    return ImageColumn.model_validate({"size": size, "channels": channels, "fit": fit})


def size_of(headers: list[Header]) -> tuple[int, int]:
    """Return the rows and columns that pictures are brought to: the usual ones, or fewer."""
    rows = float(np.median([one.rows for one in headers]))
    columns = float(np.median([one.columns for one in headers]))
    shrunk = min(1.0, LARGEST / max(rows, columns))
    return max(1, round(rows * shrunk)), max(1, round(columns * shrunk))


def settings_of(column: ImageColumn) -> dict[str, Plain]:
    """Return how pictures are read as a spec says it; what is usual is left out."""
    assert column.size is not None, "a size was chosen"
    said: dict[str, Plain] = {"size": list(column.size)}
    said |= {} if column.channels == ImageColumn().channels else {"channels": column.channels}
    said |= {} if column.fit == ImageColumn().fit else {"fit": column.fit}
    return {"image": said}


@dataclass(frozen=True, slots=True)
class Looking:
    """Layers that look at pictures of some rows and columns."""

    rows: int
    columns: int

    def lines(self) -> Iterator[str]:
        """Yield the layers: each half as large as the one before, and with twice the filters."""
        side, filters = min(self.rows, self.columns), FILTERS
        while True:
            yield (
                f"  - Conv2D: {{filters: {filters}, kernel_size: 3, padding: same, "
                "activation: relu}"
            )
            if side < SMALLEST or filters == MOST_FILTERS:
                break
            yield "  - MaxPooling2D"
            side, filters = side // 2, filters * 2
        yield "  - GlobalAveragePooling2D" if side > SMALLEST else "  - Flatten"

"""Floor 8, grids: numbers as cells, the larger the fuller in colour."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from nnspec.report.page.axes import WIDTH, Floats
from nnspec.report.page.svg import cut, picture, tag, text

PALEST = 0.05
"""Fullness of the least cell."""
HALF = 0.55
"""Fullness above which a text in a cell is light."""


def draw_grid(values: Floats, label: str) -> Markup:
    """Return a picture of numbers as cells, (rows, columns), the larger the fuller in colour."""
    rows, columns = values.shape
    size = min(360.0 / columns, 260.0 / rows)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    left = (440 - columns * size) / 2
    spread = (high - low) or 1.0
    full = PALEST + (1 - PALEST) * (values - low) / spread
    cells = [
        tag(
            "rect",
            x=left + across * size,
            y=8 + down * size,
            width=size,
            height=size,
            class_="cell",
            fill_opacity=f"{full[down, across]:.2f}",
        )
        for down in range(rows)
        for across in range(columns)
        if np.isfinite(values[down, across])
    ]
    return picture((WIDTH, rows * size + 16), label, cells)


def draw_matrix(labels: Sequence[object], counts: Sequence[Sequence[int]], label: str) -> Markup:
    """Return counts by label (down) and answer (across), each line coloured by its shares."""
    width = max(1, len(labels))
    left, top = 96.0, 42.0
    size = min(56.0, (WIDTH - left - 6) / width)
    shown = max(3, int(size / 6.5))
    parts: list[Markup] = [
        tag("text", "answered", x=left, y=12.0, class_="name"),
        tag("text", "actual", x=left - 8, y=top - 8, class_="name", text_anchor="end"),
    ]
    for place, name in enumerate(labels):
        middle = (place + 0.5) * size
        parts.append(_label(name, left - 8, top + middle + 4, "end", 14))
        parts.append(_label(name, left + middle, top - 8, "middle", shown))
    for down, line in enumerate(counts):
        whole = max(1, sum(line))
        for across, count in enumerate(line):
            x, y = left + across * size, top + down * size
            full = count / whole
            style = "cell" if down == across else "cell other"
            parts.append(
                tag(
                    "rect",
                    x=x,
                    y=y,
                    width=size - 1,
                    height=size - 1,
                    class_=style,
                    fill_opacity=f"{PALEST + (1 - PALEST) * full:.2f}" if count else "0.03",
                )
            )
            if count:
                ink = "count light" if full > HALF else "count"
                middle, foot = x + size / 2 - 0.5, y + size / 2 + 4
                parts.append(text(middle, foot, f"{count:,}", ink, "middle"))
    return picture((WIDTH, top + width * size + 6), label, parts)


def _label(name: object, x: float, y: float, anchor: str, signs: int) -> Markup:
    return tag("text", cut(name, signs), x=x, y=y, text_anchor=anchor, class_="tick")

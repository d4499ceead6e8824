"""Tables of series, whose windows lie where windows of real tables do: with gaps, some left out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

LENGTH, COLUMNS = 100, 10
"""Of a window."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Where the windows of a table lie."""

    series: int = 1
    gaps: int = 0
    """Gaps in each of them."""
    left_out: int = 0
    """Rows without a target."""


def write_series(place: Path, spec: str, count: int, kind: Kind) -> Path:
    """Write series of so many windows together, and their spec; return the folder.

    Args:
        place: the folder.
        spec: of a table, its declared columns left open.
        count: windows of all series, before some are left out.
        kind: where they lie.
    """
    draw = np.random.default_rng(0)
    rows = -(-count // kind.series) + LENGTH * (1 + kind.gaps)
    lines = rows * kind.series
    steps = np.arange(rows)
    for gap in range(1, kind.gaps + 1):
        steps[rows * gap // (kind.gaps + 1) :] += 7
    cells = {f"x{at}": draw.normal(size=lines).cumsum().round(4) for at in range(COLUMNS)}
    target = draw.normal(size=lines).cumsum().round(4)
    if count > kind.left_out:
        target[draw.choice(lines, kind.left_out, replace=False)] = np.nan
    order = {"series": np.repeat(np.arange(kind.series), rows), "step": np.tile(steps, kind.series)}
    frame = pl.DataFrame({**order, **cells, "y": target})
    frame.with_columns(pl.col("y").fill_nan(None)).write_csv(place / "table.csv")
    section = f"""target: y
  features: [{", ".join(cells)}]
  target_missing: drop
  window: {{length: {LENGTH}, horizon: 1, key: series, time: step}}"""
    text = (spec % "{}").replace("target: y", section).replace(", seed: 0", "")
    (place / "spec.yaml").write_text(text.replace("model:", "model:\n  - Flatten"))
    return place

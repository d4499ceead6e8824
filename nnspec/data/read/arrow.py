"""Reads files of Apache Arrow (.feather, .arrow): their rows are counted before they are read."""

import polars as pl

from nnspec.data.columns.refusals import WHOLE, unreadable
from nnspec.data.read.content import CELL, DAMAGED, Content, first_line
from nnspec.data.read.parquet import silent, text_bytes


def read_arrow(content: Content) -> pl.DataFrame:
    """Read an Arrow file, as pandas' `to_feather` writes one.

    Raises:
        Refused: D102 for what is none, D116 for more cells than a file of its size may hold.
    """
    try:
        with silent():
            scan = pl.scan_ipc(content.stream())
            width = len(scan.collect_schema())
            content.check_width(width)
            rows = int(scan.select(pl.len()).collect().item())
            content.check(rows * max(1, width) * CELL)
            frame = pl.read_ipc(content.stream())
    except DAMAGED as error:
        reason = f"it is no Arrow file, or damaged: {first_line(error)}"
        raise unreadable(content.file, reason, WHOLE) from error
    content.check(sum(map(text_bytes, frame)))
    return frame

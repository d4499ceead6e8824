"""Rows that a finished run is to predict, read before anything that computes is imported."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from nnspec.data import DATA_LIMIT, NewRows, Preprocessing, read_for_prediction
from nnspec.data.drift import compare
from nnspec.data.profile import Profile
from nnspec.pipeline.incomplete import check_weights
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREPROCESSING, PROFILE

STANDARD_INPUT = Path("-")
BEGINNINGS = {b"PAR1": ".parquet", b"ARROW1": ".feather", b"{": ".jsonl", b"[": ".json"}
"""First bytes of a table -> ending of its format; anything else is a text table."""
Data = Path | Sequence[Path]


def read_new_rows(
    path: Path, data: Data, *, with_targets: bool = False, keep: Sequence[str] = ()
) -> NewRows:
    """Return the rows of a table as the run's network takes them, beside its training rows.

    Args:
        path: the run folder.
        data: a table with the run's feature columns, or several files of one; `-` stands for
            standard input.
        with_targets: whether its targets are read too, for an evaluation.
        keep: columns that are to stand beside the predictions.

    Raises:
        Refused: the folder is no run, or the table is not one that it can predict.
    """
    folder = RunFolder.open(path)
    check_weights(folder)
    fitted = Preprocessing.from_json(folder.read(PREPROCESSING))
    known = None
    if PROFILE in folder.manifest.artefacts:
        known = Profile.from_json(folder.read(PROFILE))
    files = [data] if isinstance(data, Path) else list(data)
    with ExitStack() as held:
        named = [str(_as_file(one, held).absolute()) for one in files]
        rows = read_for_prediction(
            named[0] if len(named) == 1 else tuple(named),
            fitted,
            folder=Path(),
            with_targets=with_targets,
            keep=keep,
        )
    return replace(rows, drift=compare(rows.table, fitted, known))


def _as_file(data: Path, held: ExitStack) -> Path:
    """Return a file of a table; what standard input gives is written into one."""
    if data != STANDARD_INPUT:
        return data
    content = sys.stdin.buffer.read(DATA_LIMIT + 1)
    bare = content.lstrip()
    ending = next((one for start, one in BEGINNINGS.items() if bare.startswith(start)), ".csv")
    file = Path(held.enter_context(TemporaryDirectory())) / f"standard input{ending}"
    file.write_bytes(content)
    return file

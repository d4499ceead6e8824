"""Rows that a finished run is to predict, read before anything that computes is imported."""

from pathlib import Path

from nnspec.data import NewRows, Preprocessing, read_for_prediction
from nnspec.pipeline.incomplete import check_weights
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREPROCESSING


def read_new_rows(path: Path, data: Path, *, with_targets: bool = False) -> NewRows:
    """Return the rows of a table as the run's network takes them.

    Args:
        path: the run folder.
        data: a table with the run's feature columns.
        with_targets: whether its targets are read too, for an evaluation.

    Raises:
        Refused: the folder is no run, or the table is not one that it can predict.
    """
    folder = RunFolder.open(path)
    check_weights(folder)
    fitted = Preprocessing.from_json(folder.read(PREPROCESSING))
    source = str(data.absolute())
    return read_for_prediction(source, fitted, folder=Path(), with_targets=with_targets)

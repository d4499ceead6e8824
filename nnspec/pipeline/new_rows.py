"""Rows that a finished run is to predict, read before anything that computes is imported."""

from pathlib import Path

from nnspec.data import NewRows, Preprocessing, read_for_prediction
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREPROCESSING


def read_new_rows(path: Path, data: Path) -> NewRows:
    """Return the rows of a table as the run's network takes them.

    Args:
        path: the run folder.
        data: a table with the run's feature columns; targets are not needed.

    Raises:
        Refused: the folder is no run, or the table is not one that it can predict.
    """
    fitted = Preprocessing.from_json(RunFolder.open(path).read(PREPROCESSING))
    return read_for_prediction(str(data.absolute()), fitted, folder=Path())

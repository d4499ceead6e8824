"""Floor 6: tables in, typed and split rows out, with the preprocessing fitted on the training rows.

source -> Raw -> roles -> TypedRows -> Parts -> Preprocessing, Dataset
"""

from nnspec.data.arrays import Arrays
from nnspec.data.columns.roles import TargetNeed, TargetNeeds
from nnspec.data.dataset import Dataset, check_unchanged, fit_rows, load_dataset
from nnspec.data.fit.fitted import Label, Need, Preprocessing, TargetFit
from nnspec.data.fit.targets import decode_targets, encode_targets, label_array, raw_targets
from nnspec.data.prediction import NewRows, read_for_prediction
from nnspec.data.read.raw import DATA_LIMIT
from nnspec.data.read.typed import TypedRows, read_rows
from nnspec.data.rows import RowSource
from nnspec.data.split.parts import Split
from nnspec.data.split.splits import SPLITS, SplitName
from nnspec.data.table import Column, Table, Values

__all__ = [
    "DATA_LIMIT",
    "SPLITS",
    "Arrays",
    "Column",
    "Dataset",
    "Label",
    "Need",
    "NewRows",
    "Preprocessing",
    "RowSource",
    "Split",
    "SplitName",
    "Table",
    "TargetFit",
    "TargetNeed",
    "TargetNeeds",
    "TypedRows",
    "Values",
    "check_unchanged",
    "decode_targets",
    "encode_targets",
    "fit_rows",
    "label_array",
    "load_dataset",
    "raw_targets",
    "read_for_prediction",
    "read_rows",
]

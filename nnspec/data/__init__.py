"""Floor 6: tables in, typed and split rows out, with the preprocessing fitted on the training rows.

source -> Raw -> roles -> Table -> rows kept -> splits -> Preprocessing, Dataset
"""

from nnspec.data.arrays import Arrays
from nnspec.data.columns.roles import TargetNeed, TargetNeeds
from nnspec.data.dataset import Dataset, Split, check_unchanged, load_dataset
from nnspec.data.fit.fitted import Label, Need, Preprocessing, TargetFit
from nnspec.data.fit.targets import decode_targets, encode_targets, label_array, raw_targets
from nnspec.data.prediction import read_for_prediction
from nnspec.data.read.raw import DATA_LIMIT
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
    "Preprocessing",
    "Split",
    "SplitName",
    "Table",
    "TargetFit",
    "TargetNeed",
    "TargetNeeds",
    "Values",
    "check_unchanged",
    "decode_targets",
    "encode_targets",
    "label_array",
    "load_dataset",
    "raw_targets",
    "read_for_prediction",
]

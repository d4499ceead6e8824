"""A network that is built for batches of one size has rows for one in each split it learns from."""

from pathlib import Path

import pytest

from nnspec.diagnostics import Refused
from nnspec.pipeline.opened import open_spec

SPEC = """
nnspec: 1
data:
  source: tides.csv
  target: "Height [m]"
  features: ["Height [m]"]
  window: {length: 3}
  split: {method: time, validation: %s, test: 0.1}
model:
  - Input: {shape: [3, 1], batch_size: %d}
  - LSTM: {units: 2, stateful: true}
  - Dense: 1
training: {optimizer: adam, loss: mse, batch_size: %d, shuffle: false, epochs: 1}
"""


def opened(folder: Path, size: int, validation: str) -> dict[str, int]:
    """Return the rows of the splits, which are opened for batches of a size."""
    lines = [f"{row % 9}.25" for row in range(103)]
    (folder / "tides.csv").write_text("\n".join(["Height [m]", *lines]))
    (folder / "spec.yaml").write_text(SPEC % (validation, size, size))
    splits = open_spec(folder / "spec.yaml").dataset.splits
    return {name: len(one) for name, one in splits.items()}


def test_a_split_has_rows_for_one_batch_or_none(tmp_path: Path) -> None:
    """As many rows as a batch are enough; one less is told, with the split and what to write."""
    rows = opened(tmp_path, 2, "0.2")
    fewest = rows["validation"]
    assert 2 < fewest < rows["train"]
    assert opened(tmp_path, fewest, "0.2") == rows
    with pytest.raises(Refused) as refused:
        opened(tmp_path, fewest + 1, "0.2")
    (finding,) = refused.value.diagnostics
    assert finding.code == "D111"
    assert f"batches of {fewest + 1} rows; the validation split has {fewest}" in finding.message
    assert finding.hint == f"write a batch_size of {fewest} or less, here and under training"


def test_both_splits_are_told(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        opened(tmp_path, 1000, "0.2")
    told = [one.message.rpartition("; ")[2] for one in refused.value.diagnostics]
    assert [one.split()[1] for one in told] == ["train", "validation"]
    with pytest.raises(Refused) as refused:
        opened(tmp_path, 1000, "0")
    assert len(refused.value.diagnostics) == 1

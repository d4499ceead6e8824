"""Rows are read once, split and fitted as often as is asked, and taken by number."""

from pathlib import Path

import numpy as np
import pytest

from nnspec.build.front import build_front, prepare_inputs
from nnspec.data import Dataset, TargetNeed, fit_rows, load_dataset, read_rows
from nnspec.data.table import Rows, Table
from nnspec.spec.data import DataSection

pytestmark = pytest.mark.keras
NEEDS = {"out": TargetNeed("regression")}


def section(**settings: object) -> DataSection:
    return DataSection.model_validate({"source": "hens.csv", "target": "Eggs", **settings})


def write_hens(folder: Path) -> None:
    rows = "".join(f"{row % 7},{row * 1.5},{'ab'[row % 2]}\n" for row in range(40))
    (folder / "hens.csv").write_text(f"Age (weeks),Eggs,Coop\n{rows}", encoding="utf-8")


def numbers(dataset: Dataset) -> dict[str, list[int]]:
    return {name: split.rows.tolist() for name, split in dataset.splits.items()}


def test_rows_that_were_read_are_split_and_fitted_again_without_their_file(tmp_path: Path) -> None:
    write_hens(tmp_path)
    seeds = [section(split={"seed": seed}) for seed in (0, 1)]
    expected = [load_dataset(one, NEEDS, folder=tmp_path) for one in seeds]
    rows = read_rows(seeds[0], NEEDS, folder=tmp_path)
    (tmp_path / "hens.csv").unlink()
    for one, wanted in zip(seeds, expected, strict=True):
        found = fit_rows(rows, NEEDS, one)
        assert numbers(found) == numbers(wanted)
        assert found.fitted == wanted.fitted
        assert found.fingerprint == wanted.fingerprint
    assert numbers(expected[0]) != numbers(expected[1])


class Counted:
    """A table that is not in memory: rows come when they are taken."""

    def __init__(self, table: Table) -> None:
        self.rows = table.rows
        self.taken = 0
        self._table = table

    def take(self, order: Rows | slice, /) -> Table:
        self.taken += 1
        return self._table.take(order)


def test_the_front_takes_rows_from_whatever_gives_them(tmp_path: Path) -> None:
    write_hens(tmp_path)
    dataset = load_dataset(section(), NEEDS, folder=tmp_path)
    features = dataset.splits["train"].features
    front = build_front(dataset.fitted)
    source = Counted(features)
    found, expected = prepare_inputs(front, source), prepare_inputs(front, features)
    assert source.taken > 1
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)

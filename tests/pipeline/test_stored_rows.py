"""Numbers of a large table lie in a file, and are to the bit what they are in memory."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import polars as pl
import pytest
from resumed import differing

import nnspec
from nnspec.data import Dataset, stored
from nnspec.data.table import OnDemand, Table
from nnspec.pipeline.check import check
from nnspec.pipeline.opened import read_data

SPEC = """nnspec: 1
name: penguins
data:
  source: birds.csv
  target: Body Mass (g)
  missing: mean
  sample_weight: Seen
  exclude: [Nr.]
  split: {validation: 0.2, test: 0.2}
model: [{Dense: {units: 4, activation: relu}}, {Dense: 1}]
training: {optimizer: adam, loss: mse, metrics: [mae], batch_size: 32, epochs: 2}
evaluation: {slices: [Island, "Flügel mm"]}
export: {formats: []}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """Return a spec of a table with capitals, blanks, units, missing cells, words and dates."""
    draw = np.random.default_rng(0)
    rows = 120
    wings = draw.normal(200, 10, rows).round(2)
    cells: dict[str, Any] = {
        "Nr.": np.arange(rows),
        "Flügel mm": [None if at % 17 == 3 else one for at, one in enumerate(wings)],
        "Bill Depth": draw.integers(10, 20, rows),
        "Island": np.array(["Biscoe", "Dream", "Torgersen"])[draw.integers(0, 3, rows)],
        "Male": draw.integers(0, 2, rows).astype(bool),
        "Seen": draw.integers(1, 4, rows),
        "Body Mass (g)": (wings * 20 + draw.normal(0, 50, rows)).round(),
    }
    pl.DataFrame(cells).write_csv(tmp_path / "birds.csv")
    (tmp_path / "spec.yaml").write_text(SPEC)
    return tmp_path / "spec.yaml"


@contextmanager
def in_a_file(*, from_bytes: int = 0) -> Iterator[None]:
    """Hold tables of so many bytes in files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "LARGE", from_bytes)
        yield


def read(spec: Path) -> Dataset:
    """Return the data of a spec."""
    return read_data(*check(spec).accept())


def assert_same(one: Table, other: Table) -> None:
    """Tell whether tables have the same cells, kinds and forms, whole and in part."""
    assert list(one.columns) == list(other.columns)
    assert one.rows == other.rows
    order = np.arange(one.rows)[::-3]
    for rows in (slice(None), slice(2, 7), slice(5, 5), slice(-4, None), slice(9, 1, -2), order):
        left, right = one.take(rows), other.take(rows)
        assert left.rows == right.rows
        for name in other.columns:
            assert left[name].kind == right[name].kind
            assert left[name].form == right[name].form
            assert left[name].values.dtype == right[name].values.dtype
            np.testing.assert_array_equal(left[name].values, right[name].values)


def test_splits_in_a_file_are_those_in_memory(spec: Path) -> None:
    """Cells, kinds, weights and what is fitted are the same."""
    plain = read(spec)
    with in_a_file():
        found = read(spec)
    assert not isinstance(plain.splits["train"].features.columns, OnDemand)
    assert found.fitted == plain.fitted
    for name, split in plain.splits.items():
        other = found.splits[name]
        assert isinstance(other.features.columns, OnDemand)
        assert_same(other.features, split.features)
        assert_same(other.targets, split.targets)
        np.testing.assert_array_equal(other.weights, split.weights)


@pytest.mark.parametrize("without", ["validation: 0.2", "test: 0.2"])
def test_a_split_without_rows_has_none_in_a_file(spec: Path, without: str) -> None:
    spec.write_text(spec.read_text().replace(without, f"{without[:-3]}0"))
    plain = read(spec)
    with in_a_file():
        found = read(spec)
    assert 0 in [split.rows.size for split in found.splits.values()]
    for name, split in plain.splits.items():
        assert_same(found.splits[name].features, split.features)


def test_a_column_that_is_looked_at_is_read_once(spec: Path) -> None:
    """As long as somebody holds a column's cells, they are the same for everybody."""
    with in_a_file():
        features = read(spec).splits["train"].features
    held = features["Flügel mm"].values
    assert not held.flags.writeable, "several look at it"
    assert features.select(["Flügel mm"])["Flügel mm"].values is held
    assert features["Bill Depth"].values is not features["Flügel mm"].values


def test_a_small_table_stays_in_memory(spec: Path) -> None:
    """A table of fewer bytes than are worth a file makes none."""
    with in_a_file(from_bytes=10_000):
        assert not isinstance(read(spec).splits["train"].features.columns, OnDemand)


def test_without_room_for_a_file_the_table_stays_in_memory(
    spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No temporary folder, or a full one, changes nothing."""

    def none(**_: object) -> NoReturn:
        raise FileNotFoundError("no temporary folder")

    plain = read(spec)
    with in_a_file():
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: FileIO("/dev/full", "w"))
        full = read(spec)
        monkeypatch.setattr(tempfile, "TemporaryFile", none)
        absent = read(spec)
    for found in (full, absent):
        for name, split in plain.splits.items():
            assert_same(found.splits[name].features, split.features)


def test_a_disk_that_is_full_for_a_moment_leaves_no_column_at_a_wrong_place(
    spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was half written is followed by nothing: all later columns stay in memory."""
    plain, write, calls = read(spec), os.write, iter(range(100))

    def failing(descriptor: int, content: memoryview) -> int:
        match next(calls):
            case 3:
                return write(descriptor, content[: len(content) // 2])
            case 4:
                raise OSError(errno.ENOSPC, "no space left on device")
        return write(descriptor, content)

    with in_a_file():
        monkeypatch.setattr(os, "write", failing)
        found = read(spec)
        monkeypatch.undo()
    for name, split in plain.splits.items():
        assert_same(found.splits[name].features, split.features)
        assert_same(found.splits[name].targets, split.targets)


def test_a_training_of_stored_rows_is_the_same_training(spec: Path, tmp_path: Path) -> None:
    """Figures, baselines, slices and predictions of a run are those of the same run in memory."""
    plain = nnspec.train(spec, runs=tmp_path, name="plain")
    with in_a_file():
        nnspec.train(spec, runs=tmp_path, name="stored")
    found = differing(tmp_path / "plain", tmp_path / "stored")
    assert found == []
    assert plain.report.outputs[0].slices

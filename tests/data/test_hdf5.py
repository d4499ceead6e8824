"""HDF5 files: arrays, texts and records of the file itself; no links, no other writers' forms."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from nnspec.data import TargetNeed, load_dataset
from nnspec.data.dataset import Dataset
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.spec.data import DataSection

ROWS = 40
Y = np.arange(ROWS) % 7 + 0.5


def load(folder: Path, source: object = "d.h5", **settings: object) -> Dataset:
    given = {"source": source, "target": "y", "scaling": "none", **settings}
    section = DataSection.model_validate(given)
    return load_dataset(section, {"out": TargetNeed("regression")}, folder=folder)


def refused(folder: Path, source: object = "d.h5") -> Diagnostic:
    with pytest.raises(Refused) as caught:
        load(folder, source)
    return caught.value.diagnostics[0]


def test_arrays_texts_and_bytes_are_columns(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["Size"] = np.arange(ROWS, dtype="f4")
        file["steps"] = np.ones((ROWS, 3, 2))
        file["Ort"] = np.array(["Nord", "Süd"] * (ROWS // 2), dtype=object)
        file["code"] = np.array([b"a", b"b"] * (ROWS // 2))
        file["y"] = Y
        file.create_group("other")["z"] = np.zeros(3)
    columns = load(tmp_path, inputs={"a": ["Size", "Ort", "code"], "b": ["steps"]}).fitted.columns
    assert [columns[name].kind for name in ("Size", "Ort", "code")] == [
        "numeric",
        "category",
        "category",
    ]
    assert getattr(columns["Ort"], "vocabulary", None) == ("Nord", "Süd")


def test_fields_of_records_in_a_group_are_columns(tmp_path: Path) -> None:
    records = np.zeros(ROWS, dtype=[("Age", "f4"), ("sex", "S1"), ("y", "f8")])
    records["Age"], records["sex"], records["y"] = np.arange(ROWS), [b"f", b"m"] * 20, Y
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file.create_group("deep/inner")["people"] = records
    source = {"hdf5": {"path": "d.h5", "group": "deep/inner"}}
    columns = load(tmp_path, source).fitted.columns
    assert {name: fit.kind for name, fit in columns.items()} == {
        "Age": "numeric",
        "sex": "category",
    }


def test_a_group_that_is_not_there_is_told_beside_those_that_are(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file.create_group("train")["y"] = Y
    found = refused(tmp_path, {"hdf5": {"path": "d.h5", "group": "trian"}})
    assert (found.code, found.hint) == ("D103", "did you mean train?")
    found = refused(tmp_path)
    assert "no arrays lie there; it has the groups train" in found.message
    assert found.hint == "write source: {hdf5: {path: d.h5, group: train}}"


def outside(file: h5py.File) -> None:
    file["x"] = h5py.ExternalLink("/etc/passwd", "x")


def elsewhere(file: h5py.File) -> None:
    file.create_dataset("x", (ROWS,), "f4", external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)])


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((ROWS,), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (ROWS,))
    file.create_virtual_dataset("x", layout)


def of_pandas(file: h5py.File) -> None:
    file.create_group("table").attrs["pandas_type"] = "frame"


def weights(file: h5py.File) -> None:
    file.create_group("model_weights")


def huge(file: h5py.File) -> None:
    file.create_dataset("x", (10**9, 10), "f8", chunks=(1000, 10), compression="gzip")


def open_lists(file: h5py.File) -> None:
    file.create_dataset("x", (ROWS,), h5py.vlen_dtype(np.int32))


def single(file: h5py.File) -> None:
    file["x"] = 3.0


def shorter(file: h5py.File) -> None:
    file["x"] = np.zeros(3)


@pytest.mark.parametrize(
    ("write", "code", "said"),
    [
        (outside, "D102", '"x" is a link'),
        (elsewhere, "D102", "stand in other files"),
        (virtual, "D102", "stand in other files"),
        (of_pandas, "D102", "pandas wrote it"),
        (weights, "D102", "the weights of a network"),
        (huge, "D116", "declares a size of 74.51 GiB"),
        (open_lists, "D119", "lists or references"),
        (single, "D110", "a single value"),
        (shorter, "D110", 'different lengths: "x" 3, "y" 40 rows'),
    ],
)
def test_what_is_no_column_of_the_file_is_refused(
    write: Callable[[h5py.File], None], code: str, said: str, tmp_path: Path
) -> None:
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["y"] = Y
        write(file)
    found = refused(tmp_path)
    assert found.code == code
    assert said in found.message


@pytest.mark.parametrize("damage", [lambda data: data[:-500], lambda data: b"no " + data])
def test_a_damaged_file_is_refused(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["y"] = Y
    data = (tmp_path / "d.h5").read_bytes()
    (tmp_path / "d.h5").write_bytes(damage(data))
    found = refused(tmp_path)
    assert found.code == "D102"
    assert "it is no HDF5 file, or damaged" in found.message

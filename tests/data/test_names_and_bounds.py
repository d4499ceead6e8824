"""The file that is named is read, no other, and no more of it is unpacked than makes sense."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nnspec.data import Dataset, TargetNeed, load_dataset, read_for_prediction
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection

Load = Callable[..., Dataset]
NEEDS = {"out": TargetNeed("regression")}
ROWS = "".join(f"{row},{row % 5}\n" for row in range(20))
NAMES = [
    "x[ab]",
    "x[!b]",
    "x*",
    "x?",
    "{x,xa}",
    "~",
    "$HOME",
    "x%61",
    "x a",
    "-",
    "é",
    "x\\a",
    "**",
]


def write(file: Path, column: str) -> None:
    """Write a table of 20 rows by the ending of its file."""
    frame = pl.read_csv(f"{column},y\n{ROWS}".encode())
    match file.suffix:
        case ".csv":
            frame.write_csv(file)
        case ".tsv":
            frame.write_csv(file, separator="\t")
        case ".parquet":
            frame.write_parquet(file)
        case ".jsonl":
            frame.write_ndjson(file)
        case _:
            np.savez(file, **{name: frame[name].to_numpy() for name in frame.columns})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl", ".npz"])
def test_a_name_is_a_name_before_it_is_a_pattern(name: str, suffix: str, tmp_path: Path) -> None:
    folder = tmp_path / "proj[1]"
    folder.mkdir()
    (tmp_path / "proj1").mkdir()
    for decoy in (tmp_path / "proj1" / f"{name}{suffix}", folder / f"xa{suffix}"):
        write(decoy, "decoy")
    file = folder / f"{name}{suffix}"
    write(file, "x")
    section = DataSection(source=file.name, target="y")
    dataset = load_dataset(section, NEEDS, folder=folder)
    assert tuple(dataset.fitted.columns) == ("x",)
    assert dataset.fingerprint == hashlib.sha256(file.read_bytes()).hexdigest()
    rows = read_for_prediction(str(file), dataset.fitted, folder=tmp_path)
    assert len(rows) == 20
    file.unlink()
    if "*" in name:  # no file is called so any more: it is a pattern, which the decoy fits
        assert tuple(load_dataset(section, NEEDS, folder=folder).fitted.columns) == ("decoy",)
        return
    with pytest.raises(Refused, match="D101"):
        load_dataset(section, NEEDS, folder=folder)


def test_numbers_are_the_same_however_many_steps_it_takes_to_read_them(load: Load) -> None:
    cells = ["1", "2.5", "-3", "1e3", "", "0.1", "+7", "12345678901234567890"] * 5
    text = "x,n,y\n" + "".join(f"{cell},{row},{row}\n" for row, cell in enumerate(cells))
    options = {"missing": "mean", "split": {"validation": 0, "test": 0}}
    plain = load(text, **options).splits["train"].features
    # With a number among them, cells are compared with each text that means a missing one.
    slow = load(text, null_values=["-99"], **options).splits["train"].features
    for name, column in slow.columns.items():
        assert plain[name].kind == column.kind == "numeric"
        np.testing.assert_array_equal(plain[name].values, column.values)


@pytest.mark.parametrize("cell", ["nan", "inf", "NaN", " 3", "NA"])
def test_a_cell_that_is_no_finite_number_is_still_looked_at_closely(load: Load, cell: str) -> None:
    text = "x,y\n" + "".join(f"{row},{row}\n" for row in range(30)) + f"{cell},1\n"
    results = []
    for nulls in ({}, {"null_values": ["NA", "NaN", "nan", "-99"]}):
        try:
            table = load(text, missing="mean", **nulls).splits["train"].features
            results.append(table["x"].values[-1:].tolist())
        except Refused as refused:
            results.append([one.code for one in refused.diagnostics])
    assert str(results[0]) == str(results[1])


def test_a_list_of_texts_takes_no_more_than_its_texts(tmp_path: Path) -> None:
    # As NumPy's own texts, each of the 8,000 would take as much as the longest: 6 GB.
    rows = [{"x": ["a", "b"], "y": row} for row in range(4_000)]
    rows[0]["x"] = ["a" * 200_000, "b"]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "hens.jsonl").write_text(lines, encoding="utf-8")
    settings = {"source": "hens.jsonl", "target": "y", "split": {"validation": 0, "test": 0}}
    dataset = load_dataset(DataSection.model_validate(settings), NEEDS, folder=tmp_path)
    column = dataset.splits["train"].features["x"]
    assert column.values.dtype == object
    assert column.values.shape == (4_000, 2)
    assert column.values[1].tolist() == ["a", "b"]


def test_lists_of_numbers_keep_their_shape_and_type(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "x": [[[1, 2, 3], [4, 5, 6]]] * 10,
            "z": pl.Series([[0.5, 1.5]] * 10, dtype=pl.Array(pl.Float32, 2)),
            "y": range(10),
        }
    )
    frame.write_parquet(tmp_path / "hens.parquet")
    section = DataSection(source="hens.parquet", target="y", inputs={"a": ("x",), "b": ("z",)})
    features = load_dataset(section, NEEDS, folder=tmp_path).splits["train"].features
    assert features["x"].values[0].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert features["z"].values.dtype == np.float32
    assert features["z"].shape == (2,)

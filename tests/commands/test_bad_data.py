"""Data that is not what the spec says, found by `validate --data` before any training."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.keras

NUMBERS = "training: {optimizer: adam, loss: mse, epochs: 1, batch_size: 2}\n"
CLASSES = (
    "training: {optimizer: adam, loss: sparse_categorical_crossentropy, epochs: 1, batch_size: 2}\n"
)
REGRESSION = f"model:\n  - Dense: 1\n{NUMBERS}"
THREE = f"model:\n  - Dense: {{units: 3, activation: softmax}}\n{CLASSES}"


def table(header: str, rows: int, row: Callable[[int], str]) -> str:
    return "\n".join([header, *(row(number) for number in range(rows))]) + "\n"


def write_uneven(path: Path) -> None:
    np.savez(path, x=np.zeros((10, 3)), y=np.zeros(9))


def write_hollow(path: Path) -> None:
    np.savez(path, x=np.zeros((10, 0)), y=np.zeros(10))


def write_bomb(path: Path) -> None:
    """Write an archive of some kilobytes that declares and stores far more."""
    header = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (13_000_000_000,)}
    np.lib.format.write_array_header_1_0(header, shape)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("x.npy", "w", force_zip64=True) as member,
    ):
        member.write(header.getvalue())
        for _ in range(100):
            member.write(bytes(2**20))


CASES: dict[str, tuple[str | Callable[[Path], None], str, str, str]] = {
    "no such file": ("", "absent.csv, target: y", REGRESSION, "path|absent.csv|D101|:2:"),
    "unknown target": (
        table("a,b,Species", 9, lambda n: f"{n},{n * n},{n % 3}"),
        "data.csv, target: Spieces",
        REGRESSION,
        "Spieces|Species|did you mean|:2:",
    ),
    "ragged rows": ("a,b,y\n1,2,3\n1,2,3,4\n5,6,7\n", "data.csv, target: y", REGRESSION, "row 2|4"),
    "missing cells": (
        table("a,b,y", 30, lambda n: f"{n},{n if n % 5 else ''},{n}"),
        "data.csv, target: y",
        REGRESSION,
        'column "b"|6 missing|data.missing',
    ),
    "labels from one": (
        table("a,b,y", 60, lambda n: f"{n},{n % 7},{n % 3 + 1}"),
        "data.csv, target: y",
        THREE,
        "labels|1 to 3|0 to 2",
    ),
    "class never trained on": (
        table("a,b,y", 30, lambda n: f"{n},{n % 7},{'rare' if n == 29 else 'xy'[n % 2]}"),
        "data.csv, target: y, split: {validation: 0.1, test: 0.1, method: time}",
        THREE,
        "class rare|never",
    ),
    "unequal lengths": (write_uneven, "data.npz, target: y", REGRESSION, 'lengths|"x" 10|"y" 9'),
    "rows of nothing": (write_hollow, "data.npz, target: y", REGRESSION, "(10, 0)|D110"),
    "archive bomb": (write_bomb, "data.npz, target: x", REGRESSION, "size|104000000000"),
    "empty split": (
        "a,b,y\n1,2,3\n4,5,6\n7,8,9\n",
        "data.csv, target: y, split: {validation: 0.1, test: 0.1}",
        REGRESSION,
        "0 rows|of 3",
    ),
    "folder": (
        lambda path: path.with_name("folder.csv").mkdir(),
        "folder.csv, target: y",
        REGRESSION,
        "folder",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_data_is_refused_with_its_reason_and_the_line_of_the_spec(
    case: str, tmp_path: Path, answer: Callable[..., str]
) -> None:
    content, data, rest, words = CASES[case]
    file = tmp_path / ("data.npz" if "npz" in data else "data.csv")
    if callable(content):
        content(file)
    else:
        file.write_text(content, encoding="utf-8")
    spec = f"nnspec: 1\ndata: {{source: {data}}}\n{rest}"
    (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
    out = answer("--data", "spec.yaml")
    assert out.endswith("exit 1\n")
    assert "spec.yaml:2:" in out
    assert "(line 2)" in out
    assert [word for word in words.split("|") if word not in out] == []

"""Augmentations against the columns of open data: whether there is anything they act on."""

from pathlib import Path

import numpy as np
import pytest

from nnspec.pipeline.check import check
from nnspec.pipeline.opened import check_opened

SPEC = """
nnspec: 1
data: {source: %s, target: y%s}
model: [%s]
training: {optimizer: adam, loss: mse, augmentation: [%s]}
"""
NOISE, WARP = "{GaussianNoise: 0.1}", "TimeWarping"
DENSE, SERIES = "{Dense: 1}", "{Reshape: [3, 1]}, Flatten, {Dense: 1}"
WIDE = SERIES.replace("3", "11")
WORDS = ", features: [a, b], columns: {a: category, b: category}"
NO_SERIES = "TimeWarping acts along the steps of a series; the network reads a table's row"


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    cells = np.random.default_rng(0).integers(0, 9, size=(60, 4))
    text = "\n".join(["a,b,c,y", *(",".join(map(str, row)) for row in cells), ""])
    (tmp_path / "table.csv").write_text(text)
    floats = cells.astype("float32")
    np.savez(tmp_path / "steps.npz", x=floats, y=floats[:, 0])
    return tmp_path


def told(folder: Path, *written: str) -> list[str]:
    path = folder / "spec.yaml"
    path.write_text(SPEC % written)
    found = [one for one in check_opened(check(path)) if one.severity == "error"]
    return [f"{one.message} [{one.code}, {one.span.start.line}]" for one in found if one.span]


@pytest.mark.parametrize(
    "written",
    [
        ("table.csv", "", DENSE, NOISE),
        ("table.csv", "", SERIES, WARP),
        ("steps.npz", "", DENSE, WARP),
        ("table.csv", ", columns: {a: category}", DENSE, NOISE),
    ],
)
def test_an_augmentation_with_something_to_act_on_is_taken(
    tables: Path, written: tuple[str, ...]
) -> None:
    assert told(tables, *written) == []


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (("table.csv", "", DENSE, WARP), NO_SERIES),
        (("table.csv", ", columns: {a: category}", WIDE, WARP), NO_SERIES),
        (
            ("table.csv", "", DENSE, "RandomFlip"),
            "RandomFlip acts on pictures; the network reads none",
        ),
        (
            ("table.csv", WORDS, DENSE, NOISE),
            "GaussianNoise acts on numbers; none of the columns is numeric",
        ),
    ],
)
def test_an_augmentation_that_would_change_nothing_is_refused(
    tables: Path, written: tuple[str, ...], message: str
) -> None:
    assert told(tables, *written) == [f"{message} [T160, 5]"]


@pytest.mark.parametrize(
    ("model", "asked", "hint"),
    [
        ("MixUp, {Dense: 1}", NOISE, "write it below training: augmentation: [MixUp]"),
        (DENSE, "{RandomRotation: 0.1}",
         "write it in the model: layers that augment pictures stand there"),
        (DENSE, "{Jitter: 0.1}", "did you mean GaussianNoise?"),
    ],
)  # fmt: skip
def test_what_stands_in_the_wrong_list_is_told_where_it_belongs(
    tables: Path, model: str, asked: str, hint: str
) -> None:
    path = tables / "spec.yaml"
    path.write_text(SPEC % ("table.csv", "", model, asked))
    (found,) = check(path).diagnostics
    assert (found.code, str(found.hint)) == ("S106", hint)


def test_all_that_acts_on_nothing_is_told_at_once_and_once(tables: Path) -> None:
    asked = "CutMix, RandomFlip, TimeWarping, Scaling"
    found = told(tables, "table.csv", "", DENSE, asked)
    assert [one.split()[0] for one in found] == asked.split(", ")
    path = tables / "spec.yaml"
    path.write_text(SPEC % ("table.csv", "", "{Input: [3]}, " + DENSE, asked))
    assert [one.message for one in check(path).diagnostics if one.code == "T160"] == [
        one.partition(" [T160")[0] for one in found
    ]


def test_steps_that_a_reshape_makes_of_a_described_row_are_a_series(tables: Path) -> None:
    wired = "{Input: [3]}, " + SERIES
    assert told(tables, "table.csv", "", wired, "TimeWarping, Scaling") == []


def test_arrays_that_only_the_data_shows_are_no_plain_rows(tables: Path) -> None:
    wired = "{Input: [4]}, " + DENSE
    assert told(tables, "steps.npz", "", wired, "TimeWarping") == []

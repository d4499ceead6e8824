"""Folders of texts by class: their encodings, their labels, new ones."""

from pathlib import Path

import pytest
from odd_pictures import NEEDS, folder_of, refused, whole

from nnspec.data import load_dataset, read_for_prediction
from nnspec.spec.data import DataSection

SOURCE = {"texts": {"path": "reviews"}}


def reviews(folder: Path, each: int = 10) -> Path:
    words = {"good": "Great, a joy", "bad": "dull and flat"}
    files = {f"{one}/{row}.txt": f"{words[one]} {row}\n" for one in words for row in range(each)}
    return folder_of(folder, {name: text.encode() for name, text in files.items()})


def test_a_folder_of_texts_gives_texts_and_the_folders_names(tmp_path: Path) -> None:
    reviews(tmp_path / "reviews", each=2)
    folder_of(tmp_path / "reviews", {".hidden": b"", "bad/12": "\ufeffd\u00e9j\u00e0 vu".encode()})
    table = whole(tmp_path, SOURCE)
    said = ["dull and flat 0", "dull and flat 1", "déjà vu", "Great, a joy 0", "Great, a joy 1"]
    assert table["text"].values.tolist() == said
    assert table["label"].values.tolist() == ["bad"] * 3 + ["good"] * 2
    files = table["text"].files
    assert files is not None
    assert files.tolist() == ["bad/0.txt", "bad/1.txt", "bad/12", "good/0.txt", "good/1.txt"]


def test_texts_of_another_encoding_are_refused_or_read_as_said(tmp_path: Path) -> None:
    folder_of(tmp_path / "reviews", {"a/1.txt": "Straße".encode("cp1252"), "b/1.txt": b"x"})
    code, message, hint = refused(tmp_path, SOURCE)
    assert (code, "reviews/a/1.txt" in message, "byte 5 is 0xdf" in message) == ("D104", True, True)
    assert "encoding: cp1252" in hint
    said = {"texts": {"path": "reviews", "encoding": "cp1252"}}
    assert whole(tmp_path, said)["text"].values.tolist() == ["Straße", "x"]
    folder_of(tmp_path / "reviews", {"a/1.txt": "Straße".encode("utf-16")})
    assert whole(tmp_path, SOURCE)["text"].values.tolist() == ["Straße", "x"]


@pytest.mark.parametrize("labels", [None, "folder"])
def test_new_texts_are_read_from_a_folder_with_classes_or_without(
    tmp_path: Path, labels: str | None
) -> None:
    reviews(tmp_path / "reviews")
    folder_of(tmp_path / "new", {"1.txt": b"Great", "2.txt": b"flat"})
    source = {"texts": {"path": "reviews", "labels": labels}}
    section = DataSection.model_validate({"source": source, "target": "label"})
    fitted = load_dataset(section, NEEDS, folder=tmp_path).fitted
    rows = read_for_prediction("new", fitted, folder=tmp_path)
    assert rows.features["text"].values.tolist() == ["Great", "flat"]
    assert rows.features.files["text"].tolist() == ["1.txt", "2.txt"]
    judged = read_for_prediction("reviews", fitted, folder=tmp_path, with_targets=True)
    assert judged.targets["label"].values.tolist() == ["bad"] * 10 + ["good"] * 10


def test_folders_of_texts_may_be_given_as_splits(tmp_path: Path) -> None:
    reviews(tmp_path / "train")
    reviews(tmp_path / "test", each=3)
    given = {one: {"texts": {"path": one}} for one in ("train", "test")}
    section = DataSection.model_validate({"source": given, "target": "label"})
    splits = load_dataset(section, NEEDS, folder=tmp_path).splits
    assert {name: len(split) for name, split in splits.items()} == {
        "train": 17,
        "validation": 3,
        "test": 6,
    }
    assert splits["test"].features.files["text"].tolist()[:2] == ["bad/0.txt", "bad/1.txt"]

"""Classes of words: as many steps as the text has, cut and filled up with it."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nnspec.data import Dataset, TargetNeed, load_dataset, raw_targets
from nnspec.data.fit.targets import counted_positions
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection

CLASSES = TargetNeed("multiclass", units=4)
SENTENCES = [
    ("Der Bär schläft.", "DET NOUN VERB"),
    ("Ein Hund  bellt laut", "DET NOUN VERB ADV"),
    ("Katzen schlafen", "NOUN VERB"),
    ("der Hund bellt", "DET NOUN VERB"),
]


def load(
    folder: Path, source: str = "table.csv", need: TargetNeed = CLASSES, **said: object
) -> Dataset:
    columns = {"Satz [de]": {"text": said}, "Wortart": "tags"}
    section = DataSection.model_validate(
        {
            "source": source,
            "target": "Wortart",
            "columns": columns,
            "split": {"validation": 0.25, "test": 0.25, "seed": 3},
        }
    )
    return load_dataset(section, {"out": need}, folder=folder)


def write(folder: Path, rows: list[tuple[str, str]]) -> None:
    lines = [f"{text},{tags}" for text, tags in rows]
    (folder / "table.csv").write_text("\n".join(["Satz [de],Wortart", *lines, ""]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, SENTENCES * 6)
    return tmp_path


def refusal(folder: Path, mode: str = "int") -> str:
    with pytest.raises(Refused) as caught:
        load(folder, output_mode=mode)
    (found,) = caught.value.diagnostics
    return f"{found.code}: {found.message}; {found.hint}"


def test_each_word_has_its_class_and_what_fills_a_text_up_has_none(folder: Path) -> None:
    dataset = load(folder)
    target = dataset.fitted.targets["out"]
    assert (target.labels, target.shape) == (("ADV", "DET", "NOUN", "VERB"), (4,))
    for name in ("train", "validation", "test"):
        split = dataset.splits[name]
        expected = [SENTENCES[row % 4][1].split() for row in split.rows.tolist()]
        counted = counted_positions(target, split.targets)
        assert counted is not None
        assert counted.sum(axis=1).tolist() == [len(one) for one in expected]
        found = raw_targets(dataset.fitted, split.targets)["out"]
        assert [row[kept].tolist() for row, kept in zip(found, counted, strict=True)] == expected
        codes = dataset.encoded_targets(name)["out"]
        assert codes.shape == (len(split), 4)
        assert codes.min() >= 0


def test_classes_are_cut_with_their_text(folder: Path) -> None:
    dataset = load(folder, output_sequence_length=2)
    assert dataset.fitted.targets["out"].shape == (2,)
    assert dataset.encoded_targets("train")["out"].shape[1:] == (2,)


def test_a_loss_that_ignores_a_class_is_given_it_behind_the_last_word(folder: Path) -> None:
    need = TargetNeed("multiclass", units=4, ignored=-1)
    dataset = load(folder, need=need)
    codes = dataset.encoded_targets("train")["out"]
    counted = counted_positions(dataset.fitted.targets["out"], dataset.splits["train"].targets)
    assert np.array_equal(codes == -1, ~np.asarray(counted))


def test_two_classes_are_a_unit_a_word(folder: Path) -> None:
    write(
        folder,
        [
            (text, " ".join("NO"["N" not in one] for one in tags.split()))
            for text, tags in SENTENCES * 6
        ],
    )
    dataset = load(folder, need=TargetNeed("binary", units=1))
    target = dataset.fitted.targets["out"]
    assert (target.labels, target.shape) == (("N", "O"), (4, 1))
    counted = counted_positions(target, dataset.splits["test"].targets)
    assert counted is not None
    assert counted.shape == (len(dataset.splits["test"]), 4)


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_lists_of_words_and_of_numbers_are_taken_as_they_are(folder: Path, form: str) -> None:
    numbers = {"ADV": 0, "DET": 1, "NOUN": 2, "VERB": 3}
    words = [text.split() for text, _ in SENTENCES * 6]
    tags = [[numbers[one] for one in tags.split()] for _, tags in SENTENCES * 6]
    table = pl.DataFrame({"Satz [de]": words, "Wortart": tags})
    path = folder / f"table.{form}"
    table.write_parquet(path) if form == "parquet" else table.write_ndjson(path)
    dataset, written = load(folder, path.name), load(folder)
    assert dataset.fitted.targets["out"].labels == ("0", "1", "2", "3")
    same = dataset.encoded_targets("train")["out"] == written.encoded_targets("train")["out"]
    assert same.all()
    assert dataset.fitted.columns["Satz [de]"] == written.fitted.columns["Satz [de]"]


def test_a_row_with_other_than_a_class_for_each_word_is_named(folder: Path) -> None:
    rows = SENTENCES * 6
    rows[5] = ("Ein Hund bellt laut", "DET NOUN VERB")
    write(folder, rows)
    assert refusal(folder) == (
        'D110: row 6: "Wortart" has 3 classes for the 4 words of "Satz [de]"; correct the row: '
        "a class for each word, parted by blanks"
    )
    rows[5] = ("Ein Hund bellt .", "DET NOUN VERB PUNCT")
    write(folder, rows)
    assert refusal(folder) == (
        'D110: row 6: "Wortart" has 4 classes for the 3 words of "Satz [de]"; write columns: '
        '{"Satz [de]": {text: {standardize: lower}}} where signs such as . and , are words of '
        "their own"
    )


def test_classes_of_words_need_the_words(folder: Path) -> None:
    assert refusal(folder, "multi_hot").startswith(
        "D115: classes of words belong to one text; there is none"
    )

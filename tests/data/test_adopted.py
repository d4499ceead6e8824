"""Columns as another run has fitted them: scales and classes of that run, gaps filled as here."""

from pathlib import Path

import pytest

from nnspec.data import Dataset, TargetNeed, load_dataset
from nnspec.data.fit.adopted import adopt, are_alike
from nnspec.spec.data import DataSection


def load(folder: Path, ages: list[str], **settings: object) -> Dataset:
    rows = "".join(f"{age},{'ab'[row % 2]},{row}\n" for row, age in enumerate(ages))
    (folder / "data.csv").write_text(f"Age,kind,y\n{rows}")
    section = {
        "source": "data.csv",
        "target": "y",
        "split": {"validation": 0, "test": 0},
        **settings,
    }
    needs = {"out": TargetNeed("regression")}
    return load_dataset(DataSection.model_validate(section), needs, folder=folder)


def test_a_scale_is_taken_over_and_gaps_are_filled_as_the_rows_at_hand_say(tmp_path: Path) -> None:
    whole = load(tmp_path, [str(row) for row in range(40)]).fitted
    gaps = ["" if row % 5 == 0 else str(100 + row) for row in range(40)]
    own = load(tmp_path, gaps, missing="median").fitted
    age = adopt(own, whole.columns).columns["Age"]
    assert getattr(age, "shift", None) == pytest.approx(19.5)
    assert getattr(age, "fill", None) == getattr(own.columns["Age"], "fill", 0) == 120.0


def test_a_column_of_another_kind_stays_as_it_is(tmp_path: Path) -> None:
    numbers = load(tmp_path, [str(row) for row in range(40)]).fitted
    said = {"Age": "category"}
    own = load(tmp_path, [str(row % 4) for row in range(40)], columns=said).fitted
    assert not are_alike(own.columns["Age"], numbers.columns["Age"])
    assert adopt(own, numbers.columns).columns["Age"] == own.columns["Age"]

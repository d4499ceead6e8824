"""Nothing is learned from rows that are kept back: whatever they hold, the fitted is the same."""

import csv
import io
import json
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnspec.data import SPLITS, Dataset, TargetNeed, load_dataset
from nnspec.spec.data import DataSection

HEADER = ("size", "bent", "place", "note", "day", "owner", "fold", "price")
WORDS = ("red", "green", "old", "new", "wide", "narrow", "stone", "wood")
COLUMNS = {
    "bent": {"numeric": {"scaling": "log", "missing": "median"}},
    "place": {"category": {"missing": "most_frequent"}},
    "note": {"text": {"output_mode": "tf_idf"}},
    "day": "date",
}
SPLITTING = {
    "random": {},
    "stratified": {"method": "stratified"},
    "group": {"group": "owner"},
    "time": {"by": "day"},
    "column": {"column": "fold"},
    "duplicates": {"duplicates": "together"},
}
SCALING = ("standardize", "minmax", "robust", "quantile", "log", "none")


@dataclass(frozen=True)
class Case:
    """A drawn table, and how it is split."""

    rows: int
    seed: int
    split: str
    scaling: str

    def table(self) -> list[list[str]]:
        random = np.random.default_rng(self.seed)
        folds = ["train", "train", "train", "validation", "test"]
        cells = []
        for row in range(self.rows):
            kind = row % 2
            cells.append(
                [
                    f"{random.normal(3, 2):.3f}",
                    f"{random.exponential(10):.3f}" if row % 7 else "",
                    random.choice(["a", "b", "c"]) if row % 9 else "",
                    " ".join(random.choice(WORDS, 3)),
                    f"2024-{1 + row // 28:02d}-{1 + row % 28:02d}",
                    f"owner {row // 3}",
                    folds[row % 5],
                    ("yes" if kind else "no")
                    if self.split == "stratified"
                    else f"{random.normal(100, 9):.2f}",
                ]
            )
        return cells

    def load(self, folder: Path, cells: list[list[str]]) -> Dataset:
        text = io.StringIO()
        csv.writer(text).writerows([HEADER, *cells])
        (folder / "data.csv").write_text(text.getvalue())
        shares = {"validation": 0.2, "test": 0.2, "seed": self.seed}
        how = SPLITTING[self.split]
        section = DataSection.model_validate(
            {
                "source": "data.csv",
                "target": "price",
                "features": ["size", "bent", "place", "note", "day"],
                "columns": COLUMNS,
                "scaling": self.scaling,
                "split": how if self.split == "column" else {**shares, **how},
            }
        )
        need = TargetNeed("binary" if self.split == "stratified" else "regression")
        return load_dataset(section, {"out": need}, folder=folder)


def changed(cells: list[list[str]], kept_back: list[int], seed: int) -> list[list[str]]:
    """Return a table whose rows that are kept back hold other numbers, texts and targets."""
    random = np.random.default_rng(seed + 1)
    found = [list(row) for row in cells]
    for row in kept_back:
        size, bent = f"{random.normal(-800, 300):.3f}", f"{random.exponential(1e5):.3f}"
        found[row][:4] = [size, bent, random.choice(["a", "zz", ""]), "words never seen"]
        if found[row][7] not in {"yes", "no"}:
            found[row][7] = f"{random.normal(-5, 4000):.2f}"
    return found


def learned(dataset: Dataset) -> dict[str, object]:
    """Return all that was fitted, without the hash of the file that it was fitted on."""
    document: dict[str, object] = json.loads(dataset.fitted.to_json())
    return {name: value for name, value in document.items() if name != "files"}


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    case=st.builds(
        Case,
        rows=st.integers(40, 90),
        seed=st.integers(0, 10_000),
        split=st.sampled_from(sorted(SPLITTING)),
        scaling=st.sampled_from(SCALING),
    )
)
def test_what_rows_that_are_kept_back_hold_changes_nothing_fitted(
    case: Case, tmp_path: Path
) -> None:
    cells = case.table()
    before = case.load(tmp_path, cells)
    rows = {name: before.splits[name].rows.tolist() for name in SPLITS}
    assert sorted(chain.from_iterable(rows.values())) == list(range(case.rows))
    after = case.load(tmp_path, changed(cells, rows["validation"] + rows["test"], case.seed))
    assert {name: after.splits[name].rows.tolist() for name in SPLITS} == rows
    assert learned(after) == learned(before)


@pytest.mark.parametrize("scaling", ["standardize", "minmax", "robust"])
def test_what_is_fitted_is_what_the_training_rows_say(scaling: str, tmp_path: Path) -> None:
    case = Case(80, 3, "random", scaling)
    cells = case.table()
    dataset = case.load(tmp_path, cells)
    training = np.array([float(cells[row][0]) for row in dataset.splits["train"].rows])
    whole = np.array([float(row[0]) for row in cells])
    low, middle, high = np.quantile(training, [0.25, 0.5, 0.75])
    expected = {
        "standardize": (training.mean(), training.std()),
        "minmax": (training.min(), np.ptp(training)),
        "robust": (middle, high - low),
    }[scaling]
    fitted = dataset.fitted.columns["size"]
    found = (getattr(fitted, "shift", None), getattr(fitted, "scale", None))
    assert found == pytest.approx(expected, rel=1e-9)
    assert whole.mean() != pytest.approx(training.mean(), rel=1e-3)


@pytest.mark.parametrize("length", [3, 6])
def test_rows_beyond_the_training_windows_change_nothing_fitted(
    length: int, tmp_path: Path
) -> None:
    def load(values: list[float]) -> Dataset:
        lines = [f"shop {k % 2},{k // 2},{value!r}\n" for k, value in enumerate(values)]
        (tmp_path / "data.csv").write_text("shop,day,sold\n" + "".join(lines))
        section = {
            "source": "data.csv",
            "target": "sold",
            "target_scaling": "standardize",
            "window": {"key": "shop", "time": "day", "length": length},
            "split": {"validation": 0.2, "test": 0.2},
        }
        needs = {"out": TargetNeed("regression")}
        return load_dataset(DataSection.model_validate(section), needs, folder=tmp_path)

    random = np.random.default_rng(length)
    values = [float(random.normal(5, 2)) for _ in range(120)]
    before = load(values)
    trained = set(before.splits["train"].rows.tolist())
    last = max(trained)
    later = [value if row <= last else value * 1e4 for row, value in enumerate(values)]
    assert later != values
    assert learned(load(later)) == learned(before)
    # The rows that are trained on do change it.
    assert learned(load([value * 2 for value in values])) != learned(before)

"""New rows beside the training rows: missing, unknown and far cells counted, shifts measured."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from nnspec.data import Dataset, Table, read_for_prediction
from nnspec.data.drift import SHIFTED, ColumnDrift, by_chance, compare
from nnspec.data.fit.image import ImageFit
from nnspec.data.profile import Profile, numbers_of, profile
from nnspec.data.table import Column
from nnspec.diagnostics import Refused

Load = Callable[..., Dataset]
RANDOM = np.random.default_rng(8)


def whole(load: Load, text: str, **settings: object) -> tuple[Dataset, Profile]:
    """Load a text whose rows are all trained on, but for a few at the end."""
    split = {"method": "time", "validation": 0.0, "test": 0.1}
    dataset = load(text, **{"split": split, **settings})
    return dataset, profile(dataset.seen.cells(), dataset.fitted.columns)


def drift(dataset: Dataset, known: Profile | None, text: str, folder: Path) -> ColumnDrift:
    """Return how the column x of new rows lies."""
    (folder / "new.csv").write_text(text, encoding="utf-8")
    rows = read_for_prediction("new.csv", dataset.fitted, folder=folder)
    return compare(rows.table, dataset.fitted, known)["x"]


def column(cells: object, *, y: bool = True) -> str:
    lines = [f"{cell},{k}" if y else f"{cell}" for k, cell in enumerate(cells)]  # type: ignore[arg-type, var-annotated]
    return "\n".join([f"x{',y' * y}", *lines, ""])


def test_numbers_are_measured_by_the_population_stability_index_of_tenths(
    load: Load, tmp_path: Path
) -> None:
    dataset, known = whole(load, column(RANDOM.normal(size=1000).round(6)))
    trained = dataset.splits["train"].features["x"].values.astype(np.float64)
    new = RANDOM.normal(0.7, 1.2, 400).round(6)
    found = drift(dataset, known, column(new, y=False), tmp_path)
    edges = [
        -np.inf,
        *np.quantile(trained, np.linspace(0, 1, 11)[1:-1], method="inverted_cdf"),
        np.inf,
    ]
    # What lies beyond all training rows has bins of its own, which take from the outermost tenths.
    edges[1:1], edges[-1:-1] = [np.nextafter(trained.min(), -np.inf)], [trained.max()]
    shares = [np.diff([np.mean(one <= edge) for edge in edges]) for one in (trained, new)]
    before, after = (np.maximum(one, 0.5 / 400) for one in shares)
    assert found.psi == pytest.approx(np.sum((after - before) * np.log(after / before)))
    assert found.shifted
    assert (found.below, found.above) == (
        (new < trained.min()).sum(),
        (new > trained.max()).sum(),
    )
    assert found.extent == (f"{trained.min():.6g}", f"{trained.max():.6g}")


def test_the_training_rows_themselves_differ_in_nothing(load: Load) -> None:
    dataset, known = whole(load, "x,c,y\n" + "".join(f"{k % 5},{k % 3}b,{k}\n" for k in range(90)))
    again = compare(dataset.seen.cells(), dataset.fitted, Profile.from_json(known.to_json()))
    for one in again.values():
        assert one.psi == pytest.approx(0)
        assert not one.told
    assert known.rows == 81


def test_few_rows_are_not_marked_for_what_chance_does_to_them(load: Load, tmp_path: Path) -> None:
    dataset, known = whole(load, column(RANDOM.normal(size=1000)))
    for size in (8, 40, 2000):
        found = [
            drift(dataset, known, column(RANDOM.normal(size=size), y=False), tmp_path)
            for _ in range(10)
        ]
        assert not any(one.shifted for one in found)
    assert max(one.psi or 0 for one in found) < SHIFTED / 5
    assert drift(dataset, known, column([9.0] * 20, y=False), tmp_path).shifted


def test_chance_is_that_of_chi_squared() -> None:
    for bins in (2, 5, 12, 60):
        exact = stats.chi2.ppf(0.999, bins - 1)
        assert by_chance(bins, (100, 400)) == pytest.approx(exact * (1 / 100 + 1 / 400), rel=0.04)


def test_classes_missing_and_unknown_cells_are_counted(load: Load, tmp_path: Path) -> None:
    dataset, known = whole(load, column(["a", "b", "b", ""] * 30), missing="most_frequent")
    found = drift(dataset, known, column(["a", "c", "b", "NA", "c", "b"], y=False), tmp_path)
    assert (found.cells, found.missing, found.unknown, found.beyond) == (6, 1, 2, 0)
    assert found.trained_missing == pytest.approx(0.25, abs=0.01)
    plain = drift(dataset, None, column(["a", "c", "b", "NA", "c", "b"], y=False), tmp_path)
    assert (plain.missing, plain.unknown, plain.psi, plain.shifted) == (1, 2, None, False)


def test_no_class_of_a_hashed_column_is_unknown(load: Load, tmp_path: Path) -> None:
    text = column(["rot", "Blå", "", "rot"] * 5)
    said = {"x": {"category": {"num_bins": 5, "missing": "own"}}}
    dataset, known = whole(load, text, columns=said)
    for profiled in (known, None):
        found = drift(dataset, profiled, column(["rot", "neu", "", "Blå"] * 5), tmp_path)
        assert (found.cells, found.missing, found.unknown) == (20, 5, 0)
    found = drift(dataset, known, column(["", "", "", "rot"] * 5), tmp_path)
    assert found.shifted


def test_dates_beyond_those_of_the_training_are_counted_and_their_range_is_told(
    load: Load, tmp_path: Path
) -> None:
    days = [str(np.datetime64("2020-01-01") + k) for k in range(100)]
    dataset, known = whole(load, column(days), columns={"x": "date"})
    new = ["2019-12-31", "2020-02-01", "2020-03-31", "2021-01-01"]
    found = drift(dataset, known, column(new, y=False), tmp_path)
    assert (found.below, found.above) == (1, 2)
    assert found.extent == ("2020-01-01", "2020-03-30")


def test_texts_are_measured_by_their_words_and_unknown_where_no_word_is_known(
    load: Load, tmp_path: Path
) -> None:
    text = {"x": {"text": {"output_mode": "multi_hot"}}}
    dataset, known = whole(load, column(["good film", "a bad film"] * 20), columns=text)
    new = ["Good!", "gut", '"well, film"', "nie gesehen so", "!"]
    found = drift(dataset, known, column(new, y=False), tmp_path)
    assert (found.unknown, found.below, found.above) == (2, 3, 0)


def test_the_steps_of_a_series_count_once_however_many_windows_hold_them(load: Load) -> None:
    dataset, known = whole(load, column([1.5, 2.5, 4.0] * 40), window={"length": 5})
    assert known.rows == sum(known.columns["x"].counts)
    assert known.rows == int(dataset.splits["train"].rows[-1]) + 1


def test_rows_that_a_run_leaves_out_do_not_shift_a_column(load: Load, tmp_path: Path) -> None:
    dataset, known = whole(load, column([1, 2, "", 3, 4] * 40), missing="drop")
    found = drift(dataset, known, column([1, 2, "NA", 3, 4] * 40, y=False), tmp_path)
    assert (found.missing, found.shifted) == (40, False)


def test_a_damaged_profile_is_refused() -> None:
    with pytest.raises(Refused, match="A101"):
        Profile.from_json('{"rows": -1}')


def test_array_cells_are_counted_one_by_one(load: Load, tmp_path: Path) -> None:
    pixels = RANDOM.integers(0, 17, (60, 3, 3)).astype(np.float32)
    np.savez(tmp_path / "d.npz", x=pixels, y=np.arange(60.0))
    dataset, known = whole(load, None, source="d.npz")  # type: ignore[arg-type]
    features = Table({"x": dataset.seen.cells()["x"]}, 54)
    assert compare(features, dataset.fitted, known)["x"].cells == 54 * 9


def test_pictures_are_measured_by_their_mean_brightness() -> None:
    fit = ImageFit(shape=(1, 2, 1), sized=True, fit="stretch", value_range=(0.0, 1.0))
    pixels = np.array([[0, 200], [50, 70], [9, 9]], np.uint8).reshape(3, 1, 2, 1)
    files = np.array(["a.png", "b.png", ""])
    numbers, missing = numbers_of(Column("image", pixels, files=files), fit)
    assert (numbers.tolist(), missing) == ([100.0, 60.0], 1)

"""Gaps in the cells of a series: the last known value, and windows without a target."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnspec.data import SPLITS, Dataset, TargetNeed, load_dataset, read_for_prediction
from nnspec.diagnostics import Refused
from nnspec.pipeline.check import Checked
from nnspec.spec.data import DataSection

Load = Callable[..., Dataset]


def series(gaps: dict[int, str], rows: int = 60) -> str:
    cells = {row: gaps.get(row, f"{row},{'ab'[row % 2]}") for row in range(rows)}
    return "t,x,c,y\n" + "".join(f"{row},{cells[row]},{row * 10}\n" for row in range(rows))


def test_a_missing_cell_takes_the_last_known_one_of_its_series(load: Load) -> None:
    text = series({5: ",b", 20: ",", 21: ",", 50: "50,"})
    dataset = load(text, missing="forward", features=["x", "c"], window={"length": 4})
    assert dataset.fitted.forward == ("x", "c")
    x = np.arange(60.0)
    x[[5, 20, 21]] = [4, 19, 19]
    c = ["ab"[row % 2] for row in range(60)]
    c[20] = c[21] = c[19]
    c[50] = c[49]
    for name in SPLITS:
        split = dataset.splits[name]
        for row, cells, texts in zip(
            split.rows, split.features["x"].values, split.features["c"].values, strict=True
        ):
            assert cells.tolist() == x[row - 4 : row].tolist()
            assert texts.tolist() == c[row - 4 : row]
    fit = dataset.fitted.columns["x"]
    assert fit.kind == "numeric"
    assert fit.fill is None
    assert fit.shift == pytest.approx(x[:42].mean())


def test_nothing_is_carried_from_one_series_to_the_next(tmp_path: Path) -> None:
    rows = [("a", 0, "1"), ("a", 1, ""), ("b", 0, "7"), ("b", 1, "")]
    rows += [(key, day, str(day)) for key in "ab" for day in range(2, 20)]
    text = "key,day,x\n" + "".join(f"{key},{day},{x}\n" for key, day, x in reversed(rows))
    (tmp_path / "data.csv").write_text(text)
    section = {
        "source": "data.csv", "target": "day", "features": ["x"],
        "columns": {"x": {"numeric": {"missing": "forward", "scaling": "none"}}},
        "window": {"length": 2, "key": "key", "time": "day"},
    }  # fmt: skip
    needs = {"out": TargetNeed("regression")}
    dataset = load_dataset(DataSection.model_validate(section), needs, folder=tmp_path)
    windows = dataset.splits["train"].features["x"].values.tolist()
    assert [1, 1] in windows
    assert [7, 7] in windows
    (tmp_path / "data.csv").write_text(text.replace("b,0,7", "b,0,"))
    row = text.splitlines().index("b,0,7")
    with pytest.raises(Refused, match=rf"2 missing cells before the first known .*row {row}\)"):
        load_dataset(DataSection.model_validate(section), needs, folder=tmp_path)


def test_windows_without_a_target_are_left_out_and_told(load: Load) -> None:
    text = "t,y\n" + "".join(f"{row},{'' if row in (20, 50) else row}\n" for row in range(60))
    window = {"length": 4, "horizon": [1, 3]}
    with pytest.raises(Refused, match=r'"y" has 2 missing cells.*first: row 21') as refused:
        load(text, features=["t"], window=window)
    assert "drop" not in str(refused.value.diagnostics[0].hint).replace("target_missing: drop", "")
    dataset = load(text, features=["t"], window=window, target_missing="drop")
    (told,) = dataset.doubts
    assert told.code == "D151"
    assert told.message == "3 of 50 windows are left out: their target is missing (first: row 21)"
    last = [row for name in SPLITS for row in dataset.splits[name].rows.tolist()]
    assert {17, 19, 47}.isdisjoint(last)
    assert len(last) == 47
    for name in SPLITS:
        cells = dataset.splits[name].features["t"].values
        assert (np.diff(cells, axis=1) == 1).all()
        assert np.isfinite(dataset.raw_targets(name)["out"]).all()


def test_a_target_that_windows_hold_too_is_filled_there_and_nowhere_else(load: Load) -> None:
    text = "t,y\n" + "".join(f"{row},{'' if row in (20, 50) else row}\n" for row in range(60))
    for policy in ("forward", "median"):
        with pytest.raises(Refused, match=r'"y" has 2 missing cells') as refused:
            load(text, features=["y"], missing=policy, window={"length": 4})
        assert "target_missing: drop" in str(refused.value.diagnostics[0].hint)
    aims = {"features": ["y"], "target_missing": "drop", "window": {"length": 4}}
    dataset = load(text, missing="forward", **aims)
    (at,) = np.flatnonzero(dataset.splits["train"].rows == 21)
    assert dataset.splits["train"].features["y"].values[at].tolist() == [17, 18, 19, 19]
    latest = dataset.latest_targets("train")
    assert latest is not None
    assert latest["out"][at].tolist() == [19]


def test_new_rows_are_filled_by_the_same_rule(load: Load, tmp_path: Path) -> None:
    settings = {"missing": "forward", "features": ["x", "c"], "window": {"length": 4}}
    fitted = load(series({5: ",a"}), **settings).fitted
    (tmp_path / "new.csv").write_text(series({3: ",", 4: ","}, rows=9))
    rows = read_for_prediction("new.csv", fitted, folder=tmp_path)
    assert rows.features["x"].values[1:3].tolist() == [[1, 2, 2, 2], [2, 2, 2, 5]]
    (tmp_path / "new.csv").write_text(series({0: ","}, rows=9))
    with pytest.raises(Refused, match=r'"x" has 1 missing cell .*\(first: row 1\)'):
        read_for_prediction("new.csv", fitted, folder=tmp_path)


def test_windows_of_new_rows_without_a_target_are_not_judged(load: Load, tmp_path: Path) -> None:
    settings = {"features": ["x"], "target_missing": "drop", "window": {"length": 4}}
    fitted = load(series({}), **settings).fitted
    text = series({}, rows=9).replace("6,6,a,60", "6,6,a,")
    (tmp_path / "new.csv").write_text(text)
    rows = read_for_prediction("new.csv", fitted, folder=tmp_path, with_targets=True)
    assert rows.targets["y"].values.tolist() == [40, 50, 70, 80]
    assert rows.rows.tolist() == [4, 5, 7, 8]


def test_the_words_of_other_programs_are_understood(read: Callable[..., Checked]) -> None:
    text = """\
nnspec: 1
data: {source: t.csv, target: y, missing: ffill, window: {length: 3}}
model: [Flatten, Dense: 1]
training: {optimizer: Adam, loss: mse}
"""
    (found,) = read(text).diagnostics
    assert found.hint == "write forward, the last known value of the same series"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"missing": "forward"}, "there is no `window`"),
        ({"columns": {"x": {"numeric": {"missing": "forward"}}}}, "there is no `window`"),
        (
            {
                "columns": {"x": {"numeric": {"missing": "forward", "indicator": True}}},
                "window": {"length": 4},
            },
            "an indicator of missing cells, and `missing: forward` leaves none",
        ),
        ({"missing": "drop", "window": {"length": 4}}, "dropping rows would tear holes"),
    ],
)
def test_what_does_not_go_together_is_refused(
    load: Load, settings: dict[str, object], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        load(series({}), features=["x"], **settings)


def test_a_series_without_some_target_is_told_how_its_windows_are_left_out(load: Load) -> None:
    text = "\n".join(["x,y", *(f"{day},{'' if day == 5 else day}" for day in range(40))]) + "\n"
    with pytest.raises(Refused) as refused:
        load(text, features=["x"], window={"length": 3})
    (found,) = refused.value.diagnostics
    assert found.code == "D105"
    assert found.hint == "write target_missing: drop to leave such rows out, or fill the cells"


def test_rows_of_a_series_are_called_by_their_places_in_the_file(load: Load) -> None:
    lines = [f"{40 - row},{row},{10 * row}" for row in range(40)]
    text = "\n".join(["t,x,y", *lines]) + "\n"
    dataset = load(text, features=["x"], window={"length": 3, "time": "t"})
    for split in dataset.splits.values():
        assert split.targets["y"].values.tolist() == (10 * split.rows).tolist()

"""What is known in advance: read at the moments of the targets, in training and in new rows."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from nnspec.data import SPLITS, Dataset, TargetNeed, load_dataset, read_for_prediction
from nnspec.data.columns.described import describe_columns
from nnspec.data.drift import compare
from nnspec.data.read.source import read_source
from nnspec.diagnostics import Refused
from nnspec.pipeline.check import Checked
from nnspec.spec.data import DataSection

WEEK = {"date": {"parts": ["weekday"]}}
KNOWN = ["offer", "day", "wet"]
Row = tuple[str, str, int, str, object]


def rows(days: int, first: int = 0) -> list[Row]:
    return [
        (
            shop,
            (date(2024, 1, 1) + timedelta(day)).isoformat(),
            day % 5,
            "yes" if day % 3 else "no",
            day + 100 * (shop == "b"),
        )
        for day in range(first, first + days)
        for shop in "ab"
    ]


def table(lines: list[Row]) -> str:
    return "shop,day,offer,wet,sold\n" + "".join(",".join(map(str, one)) + "\n" for one in lines)


def load(folder: Path, window: dict[str, object] | None = None, **settings: object) -> Dataset:
    (folder / "data.csv").write_text(table(rows(50)))
    usual = {"length": 4, "horizon": [1, 3], "key": "shop", "time": "day", "known": KNOWN}
    section = {
        "source": "data.csv",
        "target": "sold",
        "features": ["sold", "wet"],
        "columns": {"day": WEEK},
        "window": {**usual, **(window or {})},
        **settings,
    }
    needs = {"out": TargetNeed("regression")}
    return load_dataset(DataSection.model_validate(section), needs, folder=folder)


def test_an_input_holds_what_is_known_at_each_horizon(tmp_path: Path) -> None:
    dataset = load(tmp_path)
    fitted = dataset.fitted
    assert fitted.inputs == {
        "input": ("sold", "wet"),
        "known": ("known_offer", "known_day", "known_wet"),
    }
    assert fitted.known == {"known_offer": "offer", "known_day": "day", "known_wet": "wet"}
    assert fitted.tensors["input"].shape == (None, 4, 3)
    assert fitted.tensors["known"].shape == (None, 2, 5)
    for name in SPLITS:
        split = dataset.splits[name]
        for place, last in enumerate(split.features["sold"].values[:, -1].astype(int) % 100):
            ahead = [int(last) + 1, int(last) + 3]
            days = [f"{date(2024, 1, 1) + timedelta(day)} 00:00:00" for day in ahead]
            cells = {name: split.features[f"known_{name}"].values[place].tolist() for name in KNOWN}
            assert cells == {
                "offer": [day % 5 for day in ahead],
                "day": days,
                "wet": ["yes" if day % 3 else "no" for day in ahead],
            }


def test_what_is_said_of_a_column_holds_ahead_too(tmp_path: Path) -> None:
    said = {"day": WEEK, "wet": {"category": {"encoding": "index"}}}
    known: dict[str, object] = {"known": {"calendar": ["day", "offer"], "weather": ["wet"]}}
    scaling = {"offer": "minmax"}
    dataset = load(tmp_path, columns=said, scaling=scaling, features=["sold"], window=known)
    fitted = dataset.fitted
    assert fitted.inputs["weather"] == ("known_wet",)
    assert fitted.tensors["weather"].element == "integer"
    offer = fitted.columns["known_offer"]
    assert offer.kind == "numeric"
    assert (offer.shift, offer.scale) == (0, 4)


def test_a_column_that_has_the_name_already_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(
        "x,known_x,y\n" + "".join(f"{row},{row % 7},{row}\n" for row in range(40))
    )
    section = {"source": "data.csv", "target": "y", "window": {"length": 3, "known": ["x"]}}
    needs = {"out": TargetNeed("regression")}
    dataset = load_dataset(DataSection.model_validate(section), needs, folder=tmp_path)
    assert dataset.fitted.inputs == {"input": ("x", "known_x", "y"), "known": ("known_x_",)}


def test_new_rows_are_answered_up_to_the_last_moment_that_is_known(tmp_path: Path) -> None:
    fitted = load(tmp_path).fitted
    past = rows(8, first=50)
    (tmp_path / "new.csv").write_text(table(past))
    some = read_for_prediction("new.csv", fitted, folder=tmp_path)
    assert len(some) == 2 * 2
    (told,) = some.notes
    assert told.code == "D152"
    assert told.message == (
        "the last 6 windows have no prediction: offer, day, wet must be there up to 3 rows behind "
        "a window"
    )
    assert told.hint is not None
    assert "with shop, day, offer, wet; its other cells may be empty" in told.hint
    future: list[Row] = [(*one[:4], "") for one in rows(3, first=58)]
    (tmp_path / "new.csv").write_text(table([*future, *past]))
    every = read_for_prediction("new.csv", fitted, folder=tmp_path)
    assert (len(every), every.notes) == (2 * 5, ())
    assert every.features["sold"].values[4].tolist() == [54, 55, 56, 57]
    assert every.features["known_offer"].values[4].tolist() == [58 % 5, 60 % 5]
    drift = compare(every.table, fitted, None)
    assert (list(drift), drift["known_offer"].missing) == ([*fitted.columns], 0)
    beside = every.beside.of(every.rows.tolist())
    assert beside["shop"] == [*"aaaaabbbbb"]
    assert beside["day"][4] == "2024-02-27"


def test_cells_that_a_window_reads_must_be_there(tmp_path: Path) -> None:
    fitted = load(tmp_path).fitted
    past: list[Row] = rows(8, first=50)
    past[-1] = (*past[-1][:2], "", *past[-1][3:])  # type: ignore[assignment]
    (tmp_path / "new.csv").write_text(table(past))
    with pytest.raises(Refused, match=r'"offer" has 1 missing cell in 16 rows \(first: row 16\)'):
        read_for_prediction("new.csv", fitted, folder=tmp_path)
    (tmp_path / "new.csv").write_text(table(rows(6)))
    with pytest.raises(Refused, match=r"no series has 4 rows for a window, and 3 behind them"):
        read_for_prediction("new.csv", fitted, folder=tmp_path)


@pytest.mark.parametrize(
    ("known", "code", "said"),
    [
        (["sold"], "M106", "is the target and also known in advance"),
        (["offers"], "D103", 'no column "offers"'),
        ({"input": ["offer"]}, "S115", "is an input of the windows and of"),
        (["offer", "offer"], "S115", "named twice"),
    ],
)
def test_what_cannot_be_known_is_refused(
    known: object, code: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=rf"{said}.*\[{code}\]"):
        load(tmp_path, {"known": known})


def test_a_pattern_stands_for_the_columns_that_it_matches(tmp_path: Path) -> None:
    fitted = load(tmp_path, {"known": ["*e*"]}, features=["sold"]).fitted
    assert fitted.inputs["known"] == ("known_offer", "known_wet")
    assert fitted.window is not None
    assert fitted.window.known_inputs == {"known": ("offer", "wet")}


def test_a_column_known_in_advance_is_shown_as_such(tmp_path: Path) -> None:
    load(tmp_path)
    window = {"length": 4, "time": "day", "known": ["offer", "wet"]}
    settings = {"source": "data.csv", "target": "sold", "features": ["wet"], "window": window}
    raw = read_source("data.csv", tmp_path)
    facts = {one.name: one for one in describe_columns(raw, DataSection.model_validate(settings))}
    roles = {name: one.role for name, one in facts.items()}
    assert roles["offer"] == roles["wet"] == "known in advance"
    assert facts["offer"].front == "standardize; missing: error"


def test_a_checked_spec_has_the_input_that_is_known(read: Callable[..., Checked]) -> None:
    text = """\
nnspec: 1
data:
  source: sklearn:linnerud
  target: Weight
  features: [Weight, Chins]
  window: {length: 3, horizon: [1, 2], known: [Jumps]}
model:
  - {Flatten: {}, inputs: input, name: past}
  - {Flatten: {}, inputs: known, name: ahead}
  - {Concatenate: {}, inputs: [past, ahead]}
  - Dense: 2
training: {optimizer: Adam, loss: mse}
"""
    checked = read(text)
    assert not checked.refused, checked.diagnostics
    _, network = checked.accept()
    shapes = {node.name: node.outputs[0].shape for node in network.inputs if node.outputs}
    assert shapes == {"input": (None, 3, 2), "known": (None, 2, 1)}

"""What is done with a column: dates, missing cells, scales and classes; table and graph agree."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from sklearn.preprocessing import QuantileTransformer, RobustScaler, StandardScaler

from nnspec.build.front import build_front, prepare_inputs
from nnspec.data import Dataset, read_for_prediction
from nnspec.diagnostics import Refused

pytestmark = pytest.mark.keras
Load = Callable[..., Dataset]
WHOLE = {"method": "time", "validation": 0, "test": 0}


def column(cells: list[object]) -> str:
    return "c,y\n" + "".join(f'"{cell}",{place}\n' for place, cell in enumerate(cells))


def prepared(dataset: Dataset) -> np.ndarray:
    """Return the network's input, after the graph of raw cells is seen to give the same."""
    front = build_front(dataset.fitted)
    return prepare_inputs(front, dataset.splits["train"].features)["input"]


def in_graph(dataset: Dataset, cells: list[object]) -> tuple[np.ndarray, list[bool]]:
    """Return the input for raw cells as the SavedModel is given them, and which are taken."""
    front = build_front(dataset.fitted)
    kind = front.signature["c"].dtype
    read, taken = front.read({"c": tf.constant(cells, kind)})
    return front(read)["input"].numpy(), taken.numpy().tolist()


def refused(load: Load, *given: object, **settings: object) -> tuple[str, str, str]:
    with pytest.raises(Refused) as caught:
        load(*given, **settings)
    first = caught.value.diagnostics[0]
    return first.code, first.message, str(first.hint)


DATES = [datetime(2021 + n // 12, n % 12 + 1, n % 28 + 1, n % 24, 7 * n % 60) for n in range(30)]  # noqa: DTZ001 - tables have no zones


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d",
        "%d.%m.%Y %H:%M",
        "%m/%d/%Y",
        "%d %b %Y",
        "%Y-%m-%dT%H:%M:%SZ",
        "%b %d, %Y",
        "%b %d %Y",
    ],
)
def test_dates_of_every_form_become_the_same_numbers_in_table_and_graph(
    form: str, load: Load
) -> None:
    texts: list[object] = [one.strftime(form) for one in DATES]
    parts = ["elapsed", "year", "month", "day", "dayofyear", "weekday", "hour"]
    dataset = load(column(texts), columns={"c": {"date": parts}}, split=WHOLE)
    known = [datetime.strptime(str(one), form) for one in texts]  # noqa: DTZ007 - as above
    days = np.array([(one - datetime(1970, 1, 1)).total_seconds() / 86400 for one in known])  # noqa: DTZ001
    years = np.array([one.year for one in known])
    circles = [
        2 * np.pi * np.array(place) / count
        for place, count in (
            ([one.month - 1 for one in known], 12),
            ([one.day - 1 for one in known], 31),
            ([one.timetuple().tm_yday - 1 for one in known], 366),
            ([one.weekday() for one in known], 7),
            ([one.hour for one in known], 24),
        )
    ]
    expected = [(days - days.mean()) / days.std(), (years - years.mean()) / years.std()]
    expected += [turn(one) for one in circles for turn in (np.sin, np.cos)]
    assert prepared(dataset) == pytest.approx(np.stack(expected, axis=1), abs=1e-5)
    numbers, taken = in_graph(dataset, texts)
    assert taken == [True] * len(texts)
    assert numbers == pytest.approx(prepared(dataset), abs=1e-6)


def test_a_day_that_no_calendar_has_is_refused_and_not_answered(load: Load, tmp_path: Path) -> None:
    texts: list[object] = [one.strftime("%d.%m.%Y") for one in DATES]
    dataset = load(column(texts), columns={"c": "date"}, split=WHOLE)
    cells: list[object] = [
        "29.02.2023",
        "29.02.2024",
        "31.04.2024",
        "1.1.2024",
        "soon",
        "2024-01-31",
        "",
    ]
    expected = [False, True, False, True, False, True, False]
    assert in_graph(dataset, cells)[1] == expected
    for cell, is_taken in zip(cells[:-1], expected, strict=False):
        (tmp_path / "new.csv").write_text(f"c\n{cell}\n")
        if is_taken:
            read_for_prediction("new.csv", dataset.fitted, folder=tmp_path)
            continue
        with pytest.raises(Refused, match=rf'row 1: "{cell}" is not a date of the form'):
            read_for_prediction("new.csv", dataset.fitted, folder=tmp_path)


def test_dates_need_a_word_and_a_form_where_day_and_month_are_in_doubt(load: Load) -> None:
    plain: list[object] = [f"2024-03-{n % 28 + 1:02d}" for n in range(30)]
    code, message, hint = refused(load, column(plain))
    assert (code, message) == ("D134", 'column "c" holds dates, such as 2024-03-01')
    assert "columns: {c: date}" in hint
    doubtful: list[object] = [f"{n % 12 + 1:02d}/{n % 11 + 1:02d}/2024" for n in range(30)]
    code, message, hint = refused(load, column(doubtful), columns={"c": "date"})
    assert code == "D134"
    assert "the month may be either number" in message
    assert '{c: {date: {format: "%d/%m/%Y"}}}' in hint
    said = {"c": {"date": {"format": "%m/%d/%Y", "parts": ["month"]}}}
    assert load(column(doubtful), columns=said).fitted.columns["c"].width == 2


def test_a_missing_date_is_filled_alike_in_table_and_graph(load: Load) -> None:
    texts: list[object] = [one.strftime("%Y-%m-%d") for one in DATES]
    texts[4] = texts[9] = "NA"
    said = {"c": {"date": {"missing": {"constant": "2022-06-01"}, "indicator": True}}}
    dataset = load(column(texts), columns=said, split=WHOLE)
    numbers = prepared(dataset)
    assert numbers[:, -1].tolist() == [float(place in {4, 9}) for place in range(30)]
    assert in_graph(dataset, texts)[0] == pytest.approx(numbers, abs=1e-6)
    assert refused(load, column(texts), columns={"c": "date"})[0] == "D105"


NUMBERS: list[object] = [0.5, -3, 100, "", 7, 2, 2, 45, -80, 12, 1e4, 3] * 3


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"scaling": "robust"}, lambda x: RobustScaler().fit_transform(x)),
        (
            {"scaling": "log"},
            lambda x: StandardScaler().fit_transform(np.sign(x) * np.log1p(abs(x))),
        ),
        ({"clip": [0, 50]}, lambda x: StandardScaler().fit_transform(x.clip(0, 50))),
        ({"clip": [None, 50], "scaling": "none"}, lambda x: x.clip(None, 50)),
        (
            {"scaling": "log", "clip": [0, None]},
            lambda x: StandardScaler().fit_transform(np.log1p(x.clip(0))),
        ),
        ({"scaling": "quantile"}, lambda x: QuantileTransformer(n_quantiles=36).fit_transform(x)),
        (
            {"scaling": "quantile", "clip": [0, 40]},
            lambda x: QuantileTransformer(n_quantiles=36).fit_transform(x.clip(0, 40)),
        ),
        ({"scaling": "minmax"}, lambda x: (x - x.min()) / (x.max() - x.min())),
    ],
)
def test_scales_equal_those_of_scikit_learn(
    settings: dict[str, object],
    expected: Callable[..., np.ndarray],
    load: Load,
) -> None:
    said = {"c": {"numeric": {**settings, "missing": {"constant": 4}, "indicator": True}}}
    dataset = load(column(NUMBERS), columns=said, split=WHOLE)
    cells = np.array([[4.0 if one == "" else float(str(one))] for one in NUMBERS])
    numbers = prepared(dataset)
    assert numbers[:, :1] == pytest.approx(expected(cells), rel=1e-5, abs=1e-5)
    assert numbers[:, 1].tolist() == [float(one == "") for one in NUMBERS]
    raw: list[object] = [float("nan") if one == "" else float(str(one)) for one in NUMBERS]
    assert in_graph(dataset, raw)[0] == pytest.approx(numbers, rel=1e-5, abs=1e-5)


def test_each_column_has_its_own_cure_for_missing_cells(load: Load) -> None:
    rows = [("1", "a", "true"), ("", "", ""), ("3", "b", "false"), ("5", "a", "true")] * 6
    rows[7] = ("7", "b", "false")
    text = "n,k,b,y\n" + "".join(f"{n},{k},{b},{y}\n" for y, (n, k, b) in enumerate(rows))
    said = {
        "n": {"numeric": {"missing": "median", "scaling": "none"}},
        "k": {"category": {"missing": "own"}},
        "b": {"boolean": {"missing": {"constant": 1}}},
    }
    dataset = load(text, columns=said, split=WHOLE)
    assert prepared(dataset)[1].tolist() == [3, 1, 0, 0, 1]
    assert prepared(dataset)[0].tolist() == [1, 0, 1, 0, 1]
    said["n"] = {"numeric": {"missing": "drop"}}
    assert len(load(text, columns=said, split=WHOLE).splits["train"]) == len(rows) - 6
    said["n"] = {"numeric": {"indicator": True}}
    assert refused(load, text, columns=said)[0] in {"D105", "S115"}


def test_rare_classes_are_joined_and_unknown_ones_have_their_code(
    load: Load, tmp_path: Path
) -> None:
    cells: list[object] = [*"a" * 10, *"b" * 8, *"xyz"]
    dataset = load(column(cells), columns={"c": {"category": {"rare": 5}}}, split=WHOLE)
    assert prepared(dataset)[-1].tolist() == [0, 0, 1]
    numbers, taken = in_graph(dataset, ["b", "never", ""])
    assert numbers.tolist()[:2] == [[0, 1, 0], [0, 0, 1]]
    assert taken == [True, True, False]
    strict = load(column(cells), columns={"c": {"category": {"unknown": "error"}}}, split=WHOLE)
    assert in_graph(strict, ["b", "never"])[1] == [True, False]
    (tmp_path / "new.csv").write_text("c\nb\nnever\n")
    with pytest.raises(Refused, match=r'"never".*\[D135\]'):
        read_for_prediction("new.csv", strict.fitted, folder=tmp_path)


def test_codes_with_zeros_before_them_are_no_numbers(load: Load) -> None:
    cells: list[object] = ["00501", "10115", "02139"] * 8
    fitted = load(column(cells)).fitted
    assert fitted.columns["c"].kind == "category"
    assert load(column(cells), columns={"c": "numeric"}).fitted.columns["c"].kind == "numeric"
    assert load(column(["0", "0.5", "10"] * 8)).fitted.columns["c"].kind == "numeric"


def test_patterns_name_columns_and_an_exact_name_wins(load: Load) -> None:
    text = "v1,v2,v3,w,id,y\n" + "".join(f"{n},{n % 3},{n % 5},{n},k{n},{n}\n" for n in range(30))
    said = {"v*": "category", "v1": "numeric", "id": "identifier"}
    fitted = load(text, columns=said, exclude=["w*"]).fitted
    assert {name: one.kind for name, one in fitted.columns.items()} == {
        "v1": "numeric", "v2": "category", "v3": "category",
    }  # fmt: skip
    assert tuple(load(text, features=["*"], exclude="id").fitted.columns) == ("v1", "v2", "v3", "w")
    assert refused(load, text, features=["u*"])[:2] == (
        "D103", 'no column matches "u*"; the data has v1, v2, v3, w, id, y',
    )  # fmt: skip
    assert refused(load, text, features=["w"], exclude=["w"])[0] == "S115"


@pytest.mark.parametrize("count", [2, 40, 3000])
def test_new_numbers_find_their_place_as_in_scikit_learn(load: Load, count: int) -> None:
    draw = np.random.default_rng(count)
    seen = np.round(draw.normal(1.7e9, 40, count) + 3, 2)[:, None]
    new = np.concatenate([seen[:50], np.round(draw.normal(1.7e9, 60, (50, 1)) + 3, 2)])
    cells: list[object] = [*map(float, seen.ravel())]
    dataset = load(column(cells), columns={"c": {"numeric": {"scaling": "quantile"}}}, split=WHOLE)
    theirs = QuantileTransformer(n_quantiles=min(1000, count), subsample=None).fit(seen)
    numbers = in_graph(dataset, [float(one) for one in new.ravel()])[0]
    assert numbers == pytest.approx(theirs.transform(new), abs=1e-6)
    assert numbers.min() >= 0
    assert numbers.max() <= 1


def test_the_places_of_a_constant_are_zeros(load: Load) -> None:
    said = {"c": {"numeric": {"scaling": "quantile"}}}
    dataset = load(column([7.5] * 20), columns=said, split=WHOLE)
    assert prepared(dataset).ravel().tolist() == [0.0] * 20
    assert in_graph(dataset, [1.0, 7.5, 9.0])[0].ravel().tolist() == [0.0] * 3

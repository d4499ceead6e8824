"""Columns that say where rows belong: whole groups, moments in their order, splits by name."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nnspec.data import SPLITS, Dataset
from nnspec.data.split.splits import Grounds, split_rows
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection, SplitSection
from nnspec.spec.data_rules import check_data

Load = Callable[..., Dataset]


def numbers(dataset: Dataset) -> dict[str, list[int]]:
    return {name: split.rows.tolist() for name, split in dataset.splits.items()}


def refused(load: Load, text: str, **split: object) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        load(text, split=split)
    (found,) = caught.value.diagnostics
    return found.code, found.message


@given(
    st.lists(st.integers(0, 12), min_size=10, max_size=200),
    st.floats(0.05, 0.4),
    st.floats(0.05, 0.4),
    st.integers(0, 99),
)
@example([0] * 8 + [1, 2], 0.25, 0.25, 0)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_group_stands_in_two_splits(
    groups: list[int], validation: float, test: float, seed: int
) -> None:
    split = SplitSection(validation=validation, test=test, seed=seed, group="g")
    cells = np.array(groups)
    if len(set(groups)) < len(SPLITS):
        with pytest.raises(Refused, match="not parted"):
            split_rows(len(groups), split, Grounds(groups=cells))
        return
    parts = split_rows(len(groups), split, Grounds(groups=cells))
    assert sorted(row for rows in parts.values() for row in rows.tolist()) == list(
        range(len(groups))
    )
    held = [set(cells[rows].tolist()) for rows in parts.values()]
    assert sum(map(len, held)) == len(set(groups))


def test_many_small_groups_come_to_the_shares_and_the_seed_draws_them(load: Load) -> None:
    text = "x,y,Patient Id\n" + "".join(f"{k},{k % 9},p{k // 3}\n" for k in range(300))
    first, again, other = (
        numbers(load(text, split={"group": "Patient Id", "seed": seed})) for seed in (1, 1, 2)
    )
    assert {name: len(rows) for name, rows in first.items()} == {
        "train": 210,
        "validation": 45,
        "test": 45,
    }
    assert first == again
    assert first != other


def test_a_column_that_divides_the_rows_is_no_feature_unless_it_is_named(load: Load) -> None:
    text = "x,y,g\n" + "".join(f"{k},{k % 9},{k // 3}\n" for k in range(60))
    assert list(load(text, split={"group": "g"}).fitted.columns) == ["x"]
    named = load(text, split={"group": "g"}, features=["x", "g"])
    assert list(named.fitted.columns) == ["x", "g"]


def test_rows_are_ordered_by_dates_and_the_latest_are_the_test(load: Load) -> None:
    days = [f"{1 + k % 28:02d}.{1 + k // 28:02d}.2024" for k in range(100)]
    order = np.random.default_rng(0).permutation(100)
    text = "Tag,x,y\n" + "".join(f"{days[k]},{k},{k % 7}\n" for k in order)
    dated = {"Tag": {"date": {"format": "%d.%m.%Y"}}}
    found = numbers(load(text, split={"by": "Tag"}, columns=dated))
    when = {name: sorted(order[rows].tolist()) for name, rows in found.items()}
    assert when == {
        "train": list(range(70)),
        "validation": list(range(70, 85)),
        "test": list(range(85, 100)),
    }


def test_rows_at_one_moment_stay_together(load: Load) -> None:
    text = "year,x,y\n" + "".join(f"{2000 + k // 10},{k},{k % 7}\n" for k in range(100))
    found = numbers(load(text, split={"by": "year", "validation": 0.15, "test": 0.18}))
    years = {name: {2000 + row // 10 for row in rows} for name, rows in found.items()}
    assert years == {
        "train": set(range(2000, 2006)),
        "validation": {2006, 2007},
        "test": {2008, 2009},
    }
    text = "year,x,y\n" + "".join(f"{2000},{k},{k % 7}\n" for k in range(30))
    code, message = refused(load, text, by="year")
    assert code == "D111"
    assert "rows at the same moment stay together" in message


def test_what_cannot_order_rows_is_refused(load: Load) -> None:
    text = "when,x,y\n" + "".join(f"{'abc'[k % 3]},{k},{k % 7}\n" for k in range(30))
    assert refused(load, text, by="when") == (
        "D136",
        'the time "when" is a category column; expected numbers or dates',
    )


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("train", "val", "TEST"), None),
        (("Training", "dev", "test"), None),
        (("1", "2", "3"), {"1": "train", "2": "validation", "3": "test"}),
        (("a", "valid", "Größe"), {"a": "train", "Größe": "test"}),
    ],
)
def test_a_column_says_which_split_a_row_belongs_to(
    load: Load, cells: tuple[str, ...], values: dict[str, str] | None
) -> None:
    text = "x,y,fold\n" + "".join(f"{k},{k % 7},{cells[k % 3]}\n" for k in range(30))
    found = numbers(load(text, split={"column": "fold", "values": values}))
    assert found == {name: list(range(place, 30, 3)) for place, name in enumerate(SPLITS)}


def test_true_and_false_stand_for_splits(load: Load) -> None:
    text = "x,y,held\n" + "".join(f"{k},{k % 7},{k % 4 == 0}\n" for k in range(40))
    values = {"true": "test", "false": "train"}
    found = numbers(load(text, split={"column": "held", "values": values, "validation": 0.1}))
    assert found["test"] == list(range(0, 40, 4))
    assert len(found["validation"]) == 3


def test_what_the_column_never_names_is_drawn_of_the_training_rows(load: Load) -> None:
    text = "x,y,set\n" + "".join(
        f"{k},{k % 7},{'test' if k < 20 else 'train'}\n" for k in range(100)
    )
    found = numbers(load(text, split={"column": "set", "validation": 0.25}))
    assert found["test"] == list(range(20))
    assert len(found["validation"]) == 20
    assert min(found["train"] + found["validation"]) == 20


def test_a_value_that_names_no_split_is_refused_with_its_row(load: Load) -> None:
    text = "x,y,fold\n" + "".join(f"{k},{k % 7},{k % 3}\n" for k in range(30))
    code, message = refused(load, text, column="fold", values={"0": "train", "1": "test"})
    assert (code, message.split(";")[0]) == (
        "D139",
        '"fold" holds "2" in row 3, which names no split',
    )
    for split, how in (({"values": {"0": "train"}}, "add to"), ({}, "write")):
        with pytest.raises(Refused) as caught:
            load(text, split={"column": "fold", **split})
        value = "1" if split else "0"
        assert caught.value.diagnostics[0].hint == f'{how} values: {{"{value}": train}}'
    code, message = refused(load, text, column="fold", values=dict.fromkeys("012", "test"))
    assert (code, message) == ("D139", '"fold" names no training rows; it holds 0, 1, 2')


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"group": "g", "by": "t"}, ("by",)),
        ({"by": "t", "column": "c"}, ("column",)),
        ({"group": "g", "method": "stratified"}, ("method",)),
        ({"group": "g", "method": "time"}, ("method",)),
        ({"by": "t", "method": "random"}, ("method",)),
        ({"column": "c", "method": "random"}, ("method",)),
        ({"values": {"1": "train"}}, ("values",)),
    ],
)
def test_settings_of_a_split_that_cannot_both_hold_are_told(
    settings: dict[str, object], place: tuple[str, ...]
) -> None:
    section = DataSection.model_validate({"source": "a.csv", "target": "y", "split": settings})
    assert [(one.code, one.path) for one in check_data(section)] == [
        ("S115", ("data", "split", *place))
    ]


def test_a_series_and_given_files_are_not_split_by_a_column() -> None:
    for section, key in (
        ({"source": "a.csv", "window": {"length": 3}, "split": {"group": "g"}}, "group"),
        ({"source": {"train": "a.csv"}, "split": {"column": "g"}}, "column"),
    ):
        read = DataSection.model_validate({"target": "y", **section})
        assert [(one.code, one.path) for one in check_data(read)] == [
            ("S115", ("data", "split", key))
        ]


def test_a_column_that_the_data_does_not_have_is_told_at_its_place(load: Load) -> None:
    with pytest.raises(Refused) as caught:
        load("x,y,Gruppe\n1,2,3\n4,5,6\n", split={"group": "Grupe"})
    (found,) = caught.value.diagnostics
    assert (found.code, found.path) == ("D103", ("data", "split", "group"))
    assert found.hint == "did you mean Gruppe?"

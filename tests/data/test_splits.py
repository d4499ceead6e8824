"""How rows are divided: shares, order, classes, and the same again for the same seed."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nnspec.data import SPLITS, Dataset
from nnspec.data.split.splits import Grounds, split_rows
from nnspec.diagnostics import Refused
from nnspec.spec.data import SplitSection

Load = Callable[..., Dataset]
ROWS = "".join(f"{row},{row * row}\n" for row in range(100))


def numbers(dataset: Dataset) -> dict[str, list[int]]:
    return {name: split.rows.tolist() for name, split in dataset.splits.items()}


def test_every_row_is_in_exactly_one_split(load: Load) -> None:
    found = numbers(load(f"x,y\n{ROWS}"))
    assert {name: len(rows) for name, rows in found.items()} == {
        "train": 70,
        "validation": 15,
        "test": 15,
    }
    assert sorted(row for rows in found.values() for row in rows) == list(range(100))


def test_the_seed_decides_the_draw(load: Load) -> None:
    text = f"x,y\n{ROWS}"
    first, again, other = (load(text, split={"seed": seed}) for seed in (1, 1, 2))
    assert numbers(first) == numbers(again)
    assert numbers(first) != numbers(other)


def test_time_keeps_the_order_and_tests_on_the_last_rows(load: Load) -> None:
    found = numbers(load(f"x,y\n{ROWS}", split={"method": "time"}))
    assert found["train"] == list(range(70))
    assert found["test"] == list(range(85, 100))


def test_a_share_of_zero_is_a_split_without_rows(load: Load) -> None:
    dataset = load(f"x,y\n{ROWS}", split={"validation": 0, "test": 0.2})
    assert [len(dataset.splits[name]) for name in SPLITS] == [80, 0, 20]


def test_a_share_that_leaves_no_rows_is_refused_with_counts(load: Load) -> None:
    with pytest.raises(Refused) as refused:
        load("x,y\n1,1\n2,2\n3,3\n", split={"validation": 0.1, "test": 0})
    (finding,) = refused.value.diagnostics
    assert finding.code == "D111"
    assert finding.path == ("data", "split", "validation")
    assert finding.message == (
        "the validation split (share 0.1) is left with 0 rows of 3: train 3, validation 0, test 0"
    )


def test_classes_keep_their_shares_by_default(load: Load) -> None:
    cells = ["a"] * 60 + ["b"] * 30 + ["c"] * 10
    text = "x,y\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(cells))
    dataset = load(text, need="multiclass", split={"validation": 0.2, "test": 0.2})
    for name, share in zip(SPLITS, (0.6, 0.2, 0.2), strict=True):
        counts = Counter(str(label) for label in dataset.raw_targets(name)["out"])
        assert counts == {"a": 60 * share, "b": 30 * share, "c": 10 * share}


@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    validation=st.floats(0, 0.45),
    test=st.floats(0, 0.45),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_stratified_share_is_off_by_less_than_a_row_per_split(
    sizes: list[int], validation: float, test: float, seed: int
) -> None:
    classes = np.repeat(np.arange(len(sizes)), sizes)
    split = SplitSection(validation=validation, test=test, seed=seed)
    assume(all(share == 0 or share * len(classes) >= 1 for share in (validation, test)))
    parts = split_rows(len(classes), split, Grounds(classes))
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(len(classes)))
    for part in parts.values():
        for code, size in enumerate(sizes):
            due = size * len(part) / len(classes)
            assert abs(int((classes[part] == code).sum()) - due) < len(sizes)


def test_stratified_needs_classes(load: Load) -> None:
    with pytest.raises(Refused, match=r"the target has no classes \[S115\]"):
        load(f"x,y\n{ROWS}", split={"method": "stratified"})


def test_a_class_never_seen_in_training_is_named(load: Load) -> None:
    rows = "".join(f"{row},{'new' if row == 99 else 'ab'[row % 2]}\n" for row in range(100))
    with pytest.raises(Refused, match=r"class new of the test rows never seen in .*\[D108\]"):
        load(f"x,y\n{rows}", need="multiclass", split={"method": "time"})


def test_sample_weights_follow_their_rows_and_are_no_feature(load: Load) -> None:
    text = "x,w,y\n" + "".join(f"{row},{row % 3},{row}\n" for row in range(60))
    dataset = load(text, sample_weight="w")
    assert list(dataset.fitted.columns) == ["x"]
    test = dataset.splits["test"]
    assert test.weights is not None
    assert test.weights.tolist() == [row % 3 for row in test.rows]


@pytest.mark.parametrize(("cell", "found"), [("-1", "is -1 in row 3"), ("red", "category column")])
def test_a_weight_that_is_none_is_refused(cell: str, found: str, load: Load) -> None:
    rows = "".join(f"{row},{cell if row == 2 or cell == 'red' else 1},{row}\n" for row in range(60))
    with pytest.raises(Refused, match=rf"{found}.*\[D115\]"):
        load(f"x,w,y\n{rows}", sample_weight="w")


@pytest.mark.parametrize(
    ("rows", "validation", "test", "expected"),
    [(3, 0.4, 0.5, (1, 1, 1)), (50, 0.5, 0.49, (1, 25, 24)), (5, 0.5, 0.3, (1, 2, 2))],
)
def test_shares_that_both_round_up_leave_a_row_to_train_on(
    rows: int, validation: float, test: float, expected: tuple[int, ...]
) -> None:
    parts = split_rows(rows, SplitSection(validation=validation, test=test))
    assert tuple(len(parts[name]) for name in SPLITS) == expected


def test_two_rows_for_three_splits_are_refused_with_counts() -> None:
    with pytest.raises(Refused, match=r"left with 0 rows of 2: train 1, validation 1, test 0"):
        split_rows(2, SplitSection(validation=0.3, test=0.3))

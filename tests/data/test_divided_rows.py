"""How rows and windows are divided, held against divisions by hand."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from divided import rows_of, split_of, texts

from nnspec.data import SPLITS, Dataset
from nnspec.data.split.grounds import NAMES, given_by
from nnspec.data.split.splits import (
    Grounds,
    places_by_time,
    split_counts,
    split_given,
    split_rows,
)
from nnspec.diagnostics import Refused

Load = Callable[..., Dataset]


@pytest.mark.parametrize(
    ("rows", "shares", "expected"),
    [
        (10, (0.2, 0.2), (6, 2, 2)),
        (10, (0.25, 0.24), (5, 3, 2)),  # a half is rounded up
        (10, (0.15, 0.05), (7, 2, 1)),
        (3, (0.5, 0.49), (1, 1, 1)),  # each rounded up: the larger one gives one back
        (2, (0.5, 0.4999), (0, 1, 1)),
        (5, (0.5, 0.3), (1, 2, 2)),
        (5, (0.3, 0.5), (1, 2, 2)),
        (4, (0.6, 0.375), (1, 2, 1)),
        (5, (0.0, 0.3), (3, 0, 2)),
        (1, (0.0, 0.0), (1, 0, 0)),
    ],
)
def test_shares_are_rounded_to_whole_rows_and_one_is_left_to_train_on(
    rows: int, shares: tuple[float, float], expected: tuple[int, int, int]
) -> None:
    if expected[0] == 0:
        with pytest.raises(Refused, match="D111"):
            split_counts(rows, split_of(*shares))
        return
    assert tuple(split_counts(rows, split_of(*shares)).values()) == expected


def test_a_split_without_rows_is_told_with_its_share_and_all_counts() -> None:
    with pytest.raises(Refused) as raised:
        split_counts(3, split_of(0.1, 0.4))
    (found,) = raised.value.diagnostics
    assert found.message == (
        "the validation split (share 0.1) is left with 0 rows of 3: train 2, validation 0, test 1"
    )
    assert found.hint == "write split: {validation: 0}, or give the data more rows"
    with pytest.raises(Refused) as raised:
        split_rows(4, split_of(0.25, 0.25), Grounds(groups=np.array(list("aaaa"))))
    (found,) = raised.value.diagnostics
    assert found.message.endswith(": 1 group that is not parted")
    assert found.hint is not None
    assert found.hint.endswith(", or give the data more rows, or rows that can be parted")
    with pytest.raises(Refused, match=r"2 groups that are not parted"):
        split_rows(4, split_of(0.25, 0.25), Grounds(groups=np.array(list("aabb"))))


@pytest.mark.parametrize("seed", range(4))
def test_a_random_split_is_numpy_s_permutation_cut_in_turn(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(20)
    found = split_rows(20, split_of(0.25, 0.15, seed=seed, method="random"))
    assert found["train"].tolist() == sorted(order[:12].tolist())
    assert found["validation"].tolist() == sorted(order[12:17].tolist())
    assert found["test"].tolist() == sorted(order[17:].tolist())


@pytest.mark.parametrize("seed", range(5))
def test_classes_are_divided_by_largest_remainder_and_sum_to_the_counts(seed: int) -> None:
    classes = np.repeat(["a", "b", "c"], [3, 17, 40])
    found = split_rows(60, split_of(0.2, 0.1, seed=seed), Grounds(classes=classes))
    counts = {name: Counter(classes[rows].tolist()) for name, rows in found.items()}
    # Of the smallest first: 3 are due as 2.1, 0.6, 0.3; of what is left 17 as 11.93, 3.40, 1.67.
    assert counts == {
        "train": {"a": 2, "b": 12, "c": 28},
        "validation": {"a": 1, "b": 3, "c": 8},
        "test": {"b": 2, "c": 4},
    }


@pytest.mark.parametrize("method", ["random", "time", "stratified"])
@pytest.mark.parametrize("seed", range(4))
def test_copies_stay_together_and_cuts_move_to_the_nearest_border(method: str, seed: int) -> None:
    copies = np.repeat(np.arange(12), [1, 5, 1, 4, 1, 6, 2, 3, 1, 1, 3, 2])
    classes = np.array(list("ab"))[copies % 2]
    given = Grounds(classes if method == "stratified" else None, copies=copies)
    found = split_rows(30, split_of(0.2, 0.2, seed=seed, method=method), given)
    places = {name: set(copies[rows].tolist()) for name, rows in found.items()}
    assert sum(map(len, places.values())) == 12
    assert sorted(np.concatenate(list(found.values())).tolist()) == list(range(30))
    if method == "time":
        # Ends at 18 and 24 of 30: borders are at 0 1 6 7 11 12 18 20 23 24 25 28 30.
        assert [len(rows) for rows in found.values()] == [18, 6, 6]


def test_a_cut_between_two_borders_goes_to_the_nearer_one() -> None:
    copies = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2, 2])
    found = split_rows(10, split_of(0.0, 0.4, method="time"), Grounds(copies=copies))
    assert [len(rows) for rows in found.values()] == [7, 0, 3]
    found = split_rows(10, split_of(0.0, 0.6, method="time"), Grounds(copies=copies))
    assert [len(rows) for rows in found.values()] == [3, 0, 7]
    apart = np.array([0, 1, 0, 2, 3, 4, 1, 5, 6, 7])
    found = split_rows(10, split_of(0.0, 0.4, method="time"), Grounds(copies=apart))
    assert found["test"].tolist() == [5, 7, 8, 9]


def test_the_latest_rows_are_tested_and_a_moment_is_not_parted() -> None:
    times = np.array([5.0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    places = places_by_time(times, split_of(0.2, 0.3))
    # Sorted: 1 2 3 4 5 | 5 6 | 7 8 9: both rows at 5 lie behind the cut.
    assert places.tolist() == [1, 0, 0, 0, 0, 1, 1, 2, 2, 2]
    assert places_by_time(times, split_of(0.0, 0.0)).tolist() == [0] * 10
    assert places_by_time(times, split_of(0.3, 0.0)).tolist() == [0, 0, 0, 0, 0, 0, 0, 1, 1, 1]
    found = split_rows(10, split_of(0.2, 0.3), Grounds(times=times))
    assert found["validation"].tolist() == [0, 5, 6]


@pytest.mark.parametrize("seed", range(6))
def test_whole_groups_come_as_near_to_the_counts_as_they_can_in_turn(seed: int) -> None:
    sizes = [9, 1, 4, 7, 2, 5, 3, 8, 6, 5]
    groups = np.repeat(np.arange(10), sizes)
    found = split_rows(50, split_of(0.3, 0.2, seed=seed), Grounds(groups=groups))
    waiting = np.random.default_rng(seed).permutation(10).tolist()
    expected: dict[str, list[int]] = {}
    for name, wanted, later in (("test", 10, 2), ("validation", 15, 1)):
        chosen: list[int] = []
        for code in list(waiting):
            held = sum(sizes[one] for one in chosen)
            closer = abs(wanted - held - sizes[code]) < wanted - held
            if closer and len(waiting) > later:
                chosen.append(code)
                waiting.remove(code)
        expected[name] = sorted(chosen)
    for name, codes in expected.items():
        assert sorted(set(groups[found[name]].tolist())) == codes  # type: ignore[index]
    assert sorted(set(groups[found["train"]].tolist())) == sorted(waiting)


def test_of_groups_that_are_all_too_large_the_smallest_is_taken() -> None:
    groups = np.repeat(["x", "y", "z", "w"], [30, 28, 29, 13])
    found = split_rows(100, split_of(0.05, 0.05), Grounds(groups=groups))
    assert set(groups[found["test"]]) == {"w"}
    assert set(groups[found["validation"]]) == {"y"}
    three = np.repeat(["x", "y", "z"], [2, 1, 1])
    found = split_rows(4, split_of(0.25, 0.25), Grounds(groups=three))
    assert set(three[found["train"]]) in ({"x"}, {"y"}, {"z"})


def test_what_is_given_stays_and_the_rest_is_drawn_of_the_training_rows() -> None:
    given = np.array([0, 2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    found = split_given(given, split_of(0.2, 0.9, method="time"))
    assert found["test"].tolist() == [1, 4]
    assert found["validation"].tolist() == [10, 11]
    assert found["train"].tolist() == [0, 2, 3, 5, 6, 7, 8, 9]
    classes = np.array(list("abababababab"))
    found = split_given(given, split_of(0.2, 0.9), Grounds(classes=classes))
    assert Counter(classes[found["validation"]].tolist()) == {"a": 1, "b": 1}
    both = split_given(np.array([1, 2, 0, 0]), split_of(0.4, 0.4))
    assert [both[name].tolist() for name in SPLITS] == [[2, 3], [0], [1]]


def test_a_column_names_splits_by_their_usual_words_or_as_the_spec_says() -> None:
    words = list(NAMES)
    table = rows_of({"fold": texts([*words, "TEST", "Training"])})
    places = given_by(table, split_of(column="fold"))
    assert places is not None
    expected = [SPLITS.index(NAMES[one]) for one in words]
    assert places.tolist() == [*expected, 2, 0]
    own = split_of(column="fold", values={"1": "train", "2": "test"})
    cells = rows_of({"fold": texts(["1", "2", "1", "dev"])})
    places = given_by(cells, own)
    assert places is not None
    assert places.tolist() == [0, 2, 0, 1]
    with pytest.raises(Refused) as raised:
        given_by(
            rows_of({"fold": texts(["train", "train", "of mine", "b"])}), split_of(column="fold")
        )
    (found,) = raised.value.diagnostics
    assert found.message == (
        '"fold" holds "b" in row 4, which names no split; expected train, validation or test'
    )
    assert found.hint == "write values: {b: train}"
    with pytest.raises(Refused, match=r'"fold" names no training rows; it holds dev, test '):
        given_by(rows_of({"fold": texts(["test", "dev"])}), split_of(column="fold"))

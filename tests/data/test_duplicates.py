"""Rows that are the same are kept in one split where the spec says so."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nnspec.data import SPLITS, Dataset
from nnspec.data.columns.checks import check_rows
from nnspec.data.split.splits import Grounds, Partition, SplitName, split_rows
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection, SplitSection
from nnspec.spec.data_rules import check_data

Load = Callable[..., Dataset]
TOGETHER = {"duplicates": "together"}


def many(copies: list[int]) -> bool:
    """Tell whether there are so many different rows that no split is left without any."""
    return len(set(copies)) >= 30 and max(map(copies.count, set(copies))) <= 6


def drawn(rows: int, split: SplitSection, grounds: Grounds) -> Partition | str:
    """Return the splits, or why there are none."""
    try:
        return split_rows(rows, split, grounds)
    except Refused as refused:
        return refused.diagnostics[0].code


@given(
    st.lists(st.integers(0, 60), min_size=40, max_size=300).filter(many),
    st.floats(0.1, 0.3),
    st.floats(0.1, 0.3),
    st.integers(0, 99),
    st.booleans(),
)
@example(list(range(40)), 0.25, 0.25, 0, False)
@settings(deadline=None)
def test_no_copy_stands_in_two_splits(
    copies: list[int],
    validation: float,
    test: float,
    seed: int,
    stratified: bool,  # noqa: FBT001
) -> None:
    split = SplitSection.model_validate(
        {"validation": validation, "test": test, "seed": seed, **TOGETHER}
    )
    numbers = np.array(copies)
    grounds = Grounds(classes=numbers % 3 if stratified else None, copies=numbers)
    parts = drawn(len(copies), split, grounds)
    if isinstance(parts, str):
        assert parts == "D111"
        return
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(len(copies)))
    seen = [set(numbers[parts[name]].tolist()) for name in SPLITS]
    assert not seen[0] & seen[1] | seen[0] & seen[2] | seen[1] & seen[2]
    most = max(copies.count(one) for one in copies)
    pools = 3 if stratified else 1
    shares: dict[SplitName, float] = {"validation": validation, "test": test}
    for name, share in shares.items():
        assert abs(len(parts[name]) - share * len(copies)) <= pools * (most + 1)


def test_rows_without_copies_are_drawn_as_ever() -> None:
    classes = np.arange(90) % 3
    for known in (None, classes):
        split = SplitSection(seed=4)
        free = split_rows(90, split, Grounds(classes=known))
        kept = split_rows(90, split, Grounds(classes=known, copies=np.arange(90)))
        for name in SPLITS:
            share = np.bincount(classes[kept[name]]) if known is not None else len(kept[name])
            assert np.array_equal(share, np.bincount(classes[free[name]]) if known is not None
                                  else len(free[name]))  # fmt: skip
        assert kept["test"].tolist() != list(range(90 - len(kept["test"]), 90))


def test_copies_in_two_splits_are_told_and_kept_together(load: Load) -> None:
    rows = [f"{k * 0.37:.2f},{k % 11 * 1.7:.2f},{k % 13}" for k in range(60)]
    text = "\n".join(["a,b,y", *rows, *rows[:20], ""])
    settings = {"source": "data.csv", "target": "y"}
    section = DataSection.model_validate(settings)
    found = check_rows(load(text), section)
    assert {one.code for one in found} == {"D122"}
    assert found[0].hint == "to keep copies in one split: split: {duplicates: together}"
    together = DataSection.model_validate({**settings, "split": TOGETHER})
    dataset = load(text, split=TOGETHER)
    assert check_rows(dataset, together) == ()
    assert sum(len(one) for one in dataset.splits.values()) == 80


def test_cells_of_every_kind_tell_rows_apart(load: Load) -> None:
    rows = [f"{'' if k % 5 == 0 else 'x'},{k % 4},{k}" for k in range(40)]
    rows += ["x,-0,7", "x,0.0,7"] * 5
    dataset = load(
        "\n".join(["c,n,y", *rows, ""]),
        split=TOGETHER,
        columns={"c": {"category": {"missing": "own"}}},
    )
    homes = {name for name, split in dataset.splits.items() for row in split.rows if row >= 40}
    assert len(homes) == 1


def test_one_row_alone_cannot_be_divided(load: Load) -> None:
    with pytest.raises(Refused, match=r"rows that are the same stay together.*\[D111\]"):
        load("x,y\n" + "1,2\n" * 30, split=TOGETHER, target_scaling="none")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"window": {"length": 3}}, "window"),
        ({"split": {**TOGETHER, "method": "time"}}, "method"),
        ({"split": {**TOGETHER, "group": "g"}}, "group"),
        ({"split": {**TOGETHER, "by": "g"}}, "by"),
        ({"source": {"train": "a.csv", "test": "b.csv"}}, "source"),
    ],
)
def test_rows_that_are_not_drawn_are_not_kept_together(
    settings: dict[str, object], named: str
) -> None:
    section = {"source": "d.csv", "target": "y", "split": TOGETHER, **settings}
    (found,) = check_data(DataSection.model_validate(section))
    assert (found.code, found.path) == ("S115", ("data", "split", "duplicates"))
    assert f"`{named}` says where they go" in found.message

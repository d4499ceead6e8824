"""What rows show that no refusal names: series side by side, copies, leakage, identifiers."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from nnspec.data import Dataset
from nnspec.data.columns.checks import check_columns, check_rows
from nnspec.data.columns.series import Key, find_several_series, join
from nnspec.data.fit.fitted import NumericFit, TargetFit
from nnspec.data.read.source import read_source
from nnspec.data.read.thrift import Malformed, Reader
from nnspec.data.split.splits import split_rows
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection, SplitSection

Load = Callable[..., Dataset]
WINDOW = DataSection.model_validate(
    {"source": "data.csv", "features": ["x"], "target": "y", "window": {"length": 4}}
)


def table(header: str, rows: Sequence[tuple[object, ...]]) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows), ""])


def noise(place: int) -> float:
    return random.Random(place).gauss(0, 1)  # noqa: S311 - a table, no secret


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("when,shop", lambda k: (k % 20, "abc"[k // 20]), '"when" begins anew'),
        ("when,code", lambda k: (k % 20, 7 + k // 20), '"when" begins anew'),
        ("when,shop", lambda k: (k // 3, "abc"[k % 3]), 'each "when" stands once'),
        ("note,place", lambda k: (0.5, ["Rome", "7", "12x"][k // 20]), "of each stand together"),
        ("note,place", lambda k: (0.5, ["Rome", "7", "12"][k // 20]), None),
        ("note,amount", lambda k: (0.5, k // 20), None),
        ("note,place", lambda k: (0.5, ["Rome", "Oslo", "Bonn"][k % 3]), None),
        ("note,place", lambda k: (k % 2 / 4, "Rome"), None),
        ("when,shop", lambda k: (k // 10 % 2, "abc"[k // 20]), "of each stand together"),
        ("when,unit", lambda k: (k % 20 + 30 * (k // 20), k // 20), None),
        ("when,amount", lambda k: (9 - k // 20 if k % 20 == 0 else 1, k // 20), None),
        ("when,amount", lambda k: (k % 20 - 40 * (k // 20 == 1), k // 20), None),
        ("when,amount", lambda k: (2 - k // 20, k // 20), None),
        ("note,place", lambda k: (0.5, ["Rome", "Oslo", "7", "8", "9"][k // 12]), None),
        (
            "shop,goods,when",
            lambda k: ("ab"[k // 30], "pq"[k // 15 % 2], k % 15),
            '4 series: "shop" and "goods" tells them apart (a p, a q, b p, ...; "when" begins anew',
        ),
        ("when,shop", lambda k: (k // 20, f"s{k % 20}"), 'each "when" stands once'),
        ("when,shop", lambda k: (k // 30, f"s{k % 30}"), None),
        ("when,shop", lambda k: (k // 4, f"s{k % 4 + k // 4 % 2 * 3}"), 'each "when" stands once'),
        ("note,share", lambda k: (0.5, k // 20 + 0.5), None),
        ("note,id", lambda k: (0.5, k), None),
    ],
)
def test_what_tells_series_apart_is_found_by_its_times_or_its_blocks(
    header: str, row: Callable[[int], tuple[object, ...]], said: str | None, tmp_path: Path
) -> None:
    rows = [(*row(k), noise(k), noise(-k - 1)) for k in range(60)]
    (tmp_path / "data.csv").write_text(table(f"{header},x,y", rows))
    found = list(find_several_series(read_source("data.csv", tmp_path), WINDOW))
    assert [one.code for one in found] == ([] if said is None else ["D132"])
    assert said is None or said in found[0].message


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (lambda k: f"{k} {k + 1}", "several numbers in a cell"),
        (lambda k: f"no {k}", "identifiers"),
        (lambda k: f"k{k}", "identifiers"),
        (lambda k: f"a b c {k}", "free text"),
        (lambda k: f"a b {k}", "identifiers"),
        (lambda k: f"town {k % 15}", None),
    ],
)
def test_texts_of_a_row_each_are_told_by_what_they_hold(
    cells: Callable[[int], str], told: str | None, load: Load
) -> None:
    text = table("x,t,y", [(noise(k), cells(k), k) for k in range(60)])
    section = DataSection(source="data.csv", target="y")
    found = check_columns(load(text), section)
    assert [one.code for one in found] == ([] if told is None else ["D131"])
    assert told is None or f": {told}" in found[0].message


def test_missing_texts_are_none_of_those_counted(load: Load) -> None:
    rows = [(noise(k), f"k{k}" if k % 3 else "", k) for k in range(90)]
    options = {"missing": "most_frequent", "split": {"validation": 0, "test": 0}}
    section = DataSection.model_validate({"source": "data.csv", "target": "y", **options})
    (found,) = check_columns(load(table("x,t,y", rows), **options), section)
    assert "holds 60 different texts in 60 training rows" in found.message


def test_texts_that_are_declared_are_classes(load: Load) -> None:
    settings = {"source": "data.csv", "target": "y", "columns": {"t": "category"}}
    text = table("x,t,y", [(noise(k), f"k{k}", k) for k in range(60)])
    assert check_columns(load(text, **settings), DataSection.model_validate(settings)) == ()


def test_classes_that_two_columns_share_one_to_one_are_equally_many(load: Load) -> None:
    rows = [(noise(k), "pqrs"[k % 4], "ab"[k % 2], "cd"[k % 2]) for k in range(60)]
    section = DataSection(source="data.csv", target="y")
    found = check_rows(load(table("x,finer,y,same", rows), need="multiclass"), section)
    assert [one.message.split(" ")[0] for one in found] == ['"same"']


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        (lambda k: ("uvw"[k % 3], "pq"[k % 2]), set()),
        (lambda k: ("uvw"[k % 3], k % 30), {"D122"}),
        (lambda k: (f"u{k % 10}", f"v{k % 10}", f"w{k % 10}"), {"D122"}),
    ],
)
def test_copies_are_told_where_so_many_combinations_leave_none_to_chance(
    cells: Callable[[int], tuple[object, ...]], codes: set[str], load: Load
) -> None:
    rows = [(*cells(k), "ab"[k // 3 % 2]) for k in range(90)]
    header = ",".join("rstu"[: len(rows[0]) - 1]) + ",y"
    found = check_rows(
        load(table(header, rows), need="multiclass"), DataSection(source="data.csv", target="y")
    )
    assert {one.code for one in found} == codes


def test_one_row_that_stands_twice_may_be_chance(load: Load) -> None:
    split = {"method": "time", "validation": 0, "test": 0.2}
    section = DataSection.model_validate({"source": "data.csv", "target": "y", "split": split})
    rows = [(noise(k), noise(-k - 1)) for k in range(50)]
    for copied, codes in ((1, []), (2, ["D122"])):
        text = table("x,y", [*rows[: 50 - copied], *rows[:copied]])
        assert [one.code for one in check_rows(load(text, split=split), section)] == codes


@pytest.mark.parametrize(("count", "codes"), [(2, []), (3, ["D123"])])
def test_a_line_through_two_rows_is_none(count: int, codes: list[str], load: Load) -> None:
    split = {"validation": 0, "test": 0}
    section = DataSection.model_validate({"source": "data.csv", "target": "y", "split": split})
    text = table("x,y", [(k, 3 * k + 1) for k in range(count)])
    assert [one.code for one in check_rows(load(text, split=split), section)] == codes


@pytest.mark.parametrize(
    ("other", "codes"),
    [
        (lambda k: 3 * noise(k) + 1, ["D123"]),
        (noise, ["D123"]),
        (lambda k: noise(k) * (1 + 2 * (k == 4_999)), []),
        (lambda k: noise(k) + noise(-k - 1), []),
        (lambda k: 7 + (k == 4_998) * noise(k), []),
    ],
)
def test_a_line_through_many_rows_is_one_through_all_of_them(
    other: Callable[[int], float], codes: list[str], load: Load
) -> None:
    split = {"validation": 0, "test": 0}
    section = DataSection.model_validate({"source": "data.csv", "target": "y", "split": split})
    text = table("x,y", [(repr(other(k)), repr(noise(k))) for k in range(5_000)])
    assert [one.code for one in check_rows(load(text, split=split), section)] == codes


def nested(depth: int) -> bytes:
    return b"\x1c" * depth + b"\0" * (depth + 1)


def test_structures_of_thrift_are_read_as_deep_as_they_may_be() -> None:
    assert Reader(nested(20)).struct() != {}
    for data in (nested(21), nested(500)):
        with pytest.raises(Malformed, match="nested too deep"):
            Reader(data).struct()


@pytest.mark.parametrize(
    ("number", "written"), [(0, b"\0"), (-1, b"\1"), (1, b"\2"), (-2, b"\3"), (-65, b"\x81\1")]
)
def test_numbers_of_thrift_have_their_sign_in_the_last_bit(number: int, written: bytes) -> None:
    assert Reader(b"\x15" + written + b"\0").struct() == {1: number}


def test_lists_of_thrift_are_read_as_deep_as_they_may_be() -> None:
    def lists(depth: int) -> bytes:
        return b"\x19" * depth + b"\3\0"

    assert Reader(lists(20)).struct() != {}
    with pytest.raises(Malformed, match="lists are nested too deep"):
        Reader(lists(21)).struct()


def test_a_list_of_thrift_declares_no_more_values_than_there_are_bytes() -> None:
    with pytest.raises(Malformed, match="a list declares 9 values"):
        Reader(b"\x19\x95" + bytes(8)).struct()
    assert Reader(b"\x19\x85" + bytes(9)).struct() == {1: [0] * 8}


def test_two_columns_are_one_key_where_series_have_two_rows_or_more() -> None:
    def key(name: str, codes: list[int]) -> Key:
        names = tuple(f"{name}{one}" for one in range(max(codes) + 1))
        return Key((name,), np.array(codes), names, textual=True)

    found = join(key("a", [0, 0, 0, 0, 1, 1, 1, 1]), key("b", [0, 0, 1, 1, 0, 0, 1, 1]))
    assert found is not None
    assert found.names == ("a0 b0", "a0 b1", "a1 b0", "a1 b1")
    assert found.codes.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert join(key("a", [0, 0, 0, 0, 1, 1, 1, 1]), key("b", [0, 0, 1, 1, 0, 2, 1, 1])) is None
    same = [0, 0, 0, 0, 1, 1, 1, 1]
    assert join(key("a", same), key("b", same)) is None


def test_a_doubt_stands_where_the_column_is_named(load: Load) -> None:
    text = table("x,z,y", [(k % 5, 3, k % 7) for k in range(40)])
    for settings, path in (
        ({"features": ["x", "z"]}, ("data", "features", 1)),
        ({"inputs": {"one": ["x"], "other": ["z"]}}, ("data", "inputs", "other", 0)),
        ({}, ("data", "source")),
    ):
        section = DataSection.model_validate({"source": "data.csv", "target": "y", **settings})
        found = check_columns(load(text, **settings), section)
        assert [(one.code, one.path) for one in found] == [("D124", path)]


def test_truths_of_thrift_are_their_kind_in_a_field_and_a_byte_in_a_list() -> None:
    assert Reader(b"\x11\x12\0").struct() == {1: True, 2: False}
    assert Reader(b"\x19\x31\1\2\1\0").struct() == {1: [True, False, True]}


def test_numbers_of_thrift_have_up_to_64_bits() -> None:
    longest = b"\xff" * 9 + b"\1"
    assert Reader(b"\x16" + longest + b"\0").struct() == {1: -(2**63)}
    with pytest.raises(Malformed, match="more than 64 bits"):
        Reader(b"\x16" + b"\xff" * 10 + b"\1\0").struct()


def test_a_text_of_thrift_is_no_longer_than_what_is_left() -> None:
    assert Reader(b"\x18\2ab\0").struct() == {1: b"ab"}
    for data in (b"\x18\3ab", b"\x15\2\x18\4ab\0"):
        with pytest.raises(Malformed, match="declares"):
            Reader(data).struct()


def test_counts_of_a_refused_split_are_never_below_none() -> None:
    nearly_half = 0.49999999999999994
    with pytest.raises(Refused, match="left with 0 rows of 1: train 0"):
        split_rows(1, SplitSection(validation=0.5, test=nearly_half))


def test_a_part_of_the_fit_changes_nothing_of_which_nothing_is_said() -> None:
    assert not NumericFit().bent
    assert not NumericFit().scaled
    assert not TargetFit(need="multiclass").one_hot

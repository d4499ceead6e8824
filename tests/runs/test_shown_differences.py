"""What differs between runs as text: to the letter, and to the last column that fits."""

from pathlib import Path

import pytest
from made_runs import make_run, write_spec

from nnspec.pipeline.runs.compare import Compared, Key, Spread, compare
from nnspec.pipeline.runs.differences import encode_compared, show_compared

RMSE: Key = ("y", "test", "rmse")


def made(
    figures: dict[Key, tuple[float | None, ...]],
    deviations: tuple[float | None, ...] = (None, None),
    names: tuple[str, ...] = ("a", "b"),
) -> Compared:
    """Return what two runs come to that differ in their settings."""
    spreads = tuple(
        None if one is None else Spread((name, "c"), {RMSE: one})
        for name, one in zip(names, deviations, strict=True)
    )
    return Compared(names, {"k": [1] * len(names)}, {}, figures, spreads)


def test_two_runs_are_told_side_by_side_to_the_letter(tmp_path: Path) -> None:
    spec = write_spec(tmp_path / "specs")
    make_run(tmp_path / "first", spec)
    other = ("training.optimizer=SGD", "model.1.Dense.units=4")
    make_run(tmp_path / "b", spec, rmse=5.0, overrides=other)
    for seed, rmse in ((1, 2.5), (2, 3.0)):
        make_run(tmp_path / f"a-{seed}", spec, rmse=rmse, overrides=(f"runtime.seed={seed}",))
    assert show_compared(compare([tmp_path / "first", tmp_path / "b"])).splitlines() == [
        "settings                          first     b",
        "model.dense.units                     8     4",
        "training.optimizer                 Adam   SGD",
        "training.optimizer.learning_rate  0.001  0.01",
        "",
        "test                  RMSE               R²",
        "first       2.000 ± 0.5000  0.5000 ± 0.0000",
        "b                    5.000           0.5000",
        "difference          +3.000                0",
        "",
        "train                 RMSE               R²",
        "first       1.000 ± 0.2500  0.9000 ± 0.0000",
        "b                    2.500           0.9000",
        "difference          +1.500                0",
        "",
        "± of first: deviation over 3 seeds, with a-1, a-2",
        "the test RMSE differs by 3.000: 6.0 times the spread of seeds",
    ]
    three = show_compared(compare([tmp_path / one for one in ("first", "b", "a-1")]))
    assert "difference" not in three
    assert "the test RMSE differs" not in three
    assert "± of a-1: deviation over 3 seeds, with a-2, first" in three


def test_runs_that_are_the_same_and_runs_that_differ_in_seeds_say_so_first() -> None:
    same = Compared(("a", "b"), {}, {}, {}, (), ("a has no figures",))
    assert show_compared(same) == "the filled specs are the same\n\na has no figures"
    seeds = Compared(("a", "b"), {"runtime.seed": [0, 1]}, {"seconds": [1, 2]}, {})
    assert show_compared(seeds).startswith("the runs differ in nothing but their seeds\n\nsettings")
    facts = Compared(("a", "b"), {"runtime.seed": [0, 1]}, {"data": ["x", "y"]}, {})
    assert show_compared(facts).startswith("settings")
    assert "\n\nbesides  a  b\ndata     x  y" in show_compared(facts)


@pytest.mark.parametrize(
    ("key", "room"), [(28, 24), (29, 20), (36, 20), (37, 16), (44, 16), (45, None)]
)
def test_values_stand_side_by_side_as_long_as_eighty_columns_hold_them(
    key: int, room: int | None
) -> None:
    found = Compared(("a", "b"), {"k" * key: ["x" * 30, "y" * 30]}, {}, {})
    lines = show_compared(found).splitlines()
    if room is None:
        assert lines == ["settings", "k" * key, f"  {'x' * 23}…: a", f"  {'y' * 23}…: b"]
        return
    cut = f"{'x' * (room - 1)}…  {'y' * (room - 1)}…"
    assert lines[1] == f"{'k' * key}  {cut}"
    assert lines[0] == f"{'settings':{key}}  {'a':>{room}}  {'b':>{room}}"
    assert len(lines[1]) <= 80


def test_below_each_other_equal_values_are_told_once_within_eighty_columns() -> None:
    names = ("a", "b", "c" * 70)
    found = Compared(names, {"k" * 60: [1, 1, 1], "m": ["v" * 24, 2, 2]}, {}, {})
    assert show_compared(found).splitlines()[1:] == [
        "k" * 60,
        f"  1: a, b, {'c' * 68}…",
        "m",
        f"  {'v' * 24}: a",
        f"  2: b, {'c' * 70}",
    ]


def test_four_figures_stand_side_by_side_and_the_fifth_below() -> None:
    figures: dict[Key, tuple[float | None, ...]] = {
        ("y", "test", name): (1.0, 2.0) for name in ("m1", "m2", "m3", "m4", "m5")
    }
    text = show_compared(made(figures))
    heads = [one.split() for one in text.splitlines() if one.startswith("test")]
    assert heads == [["test", "m1", "m2", "m3", "m4"], ["test", "m5"]]
    assert "·" not in text
    both = {**figures, ("z", "test", "m1"): (1.0, 2.0)}
    heads = [one.split() for one in show_compared(made(both)).splitlines() if "test" in one]
    assert [one[:3] for one in heads] == [
        ["test", "·", "y"],
        ["test", "·", "y"],
        ["test", "·", "z"],
    ]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((1.0, 3.5), "+2.500"),
        ((3.5, 1.0), "-2.500"),
        ((1.0, 1.0), "0"),
        ((None, 1.0), "-"),
        ((1.0, None), "-"),
    ],
)
def test_the_difference_of_two_figures_has_its_sign(
    values: tuple[float | None, float | None], shown: str
) -> None:
    (line,) = [one for one in show_compared(made({RMSE: values})).splitlines() if "diff" in one]
    assert line.split() == ["difference", shown]


@pytest.mark.parametrize(
    ("second", "deviations", "told"),
    [
        (3.0, (0.5, None), "2.000: 4.0 times"),
        (3.0, (0.5, 1.0), "2.000: 2.0 times"),
        (-1.0, (None, 0.5), "2.000: 4.0 times"),
        (1.5, (0.5, None), "0.5000: within"),
        (1.75, (0.5, None), "0.7500: 1.5 times"),
        (3.0, (0.0, None), None),
        (3.0, (None, None), None),
        (None, (0.5, None), None),
    ],
)
def test_the_first_figure_is_held_against_the_larger_spread(
    second: float | None, deviations: tuple[float | None, ...], told: str | None
) -> None:
    last = show_compared(made({RMSE: (1.0, second)}, deviations)).splitlines()[-1]
    if told is None:
        assert "the test RMSE" not in last
    else:
        assert last == f"the test RMSE differs by {told} the spread of seeds"


def test_who_makes_a_spread_is_told_in_eighty_columns() -> None:
    many = tuple(f"run-{number}" for number in range(20))
    spread = Spread(("a", *many), {RMSE: 0.5})
    text = show_compared(
        Compared(("a", "b"), {"k": [1, 2]}, {}, {RMSE: (1.0, 1.0)}, (spread, None))
    )
    (line,) = [one for one in text.splitlines() if one.startswith("± of a")]
    assert line.startswith("± of a: deviation over 21 seeds, with run-0, run-1, ")
    assert len(line) == 80


def test_figures_that_json_cannot_hold_are_texts_or_left_out() -> None:
    found = made({RMSE: (float("inf"), 2.0)}, (float("nan"), 0.5))
    assert '"deviations": {\n    "b": 0.5\n   }' in encode_compared(found)
    assert '"a": "inf"' in encode_compared(found)

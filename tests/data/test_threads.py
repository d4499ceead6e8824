"""Work that is done beforehand comes in the order of what it was asked for."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nnspec.data import TargetNeed, load_dataset
from nnspec.data.fit import features
from nnspec.data.threads import in_threads
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection


def test_what_takes_longest_keeps_its_place() -> None:
    def work(place: int) -> int:
        time.sleep(0.02 * (place % 3 == 0))
        return place * place

    assert list(in_threads(range(20), work)) == [place * place for place in range(20)]
    assert list(in_threads([], work)) == []


def test_no_more_than_a_few_things_are_asked_for_beforehand() -> None:
    asked: list[int] = []

    def things() -> Iterator[int]:
        for place in range(100):
            asked.append(place)
            yield place

    made = in_threads(things(), lambda place: place)
    assert [next(made) for _ in range(3)] == [0, 1, 2]
    assert len(asked) <= 5


def test_what_the_work_and_the_things_raise_is_raised() -> None:
    def things() -> Iterator[int]:
        yield 1
        raise KeyError("no more")

    with pytest.raises(ZeroDivisionError):
        list(in_threads([1, 0, 1, 1], lambda number: 1 // number))
    with pytest.raises(KeyError, match="no more"):
        list(in_threads(things(), lambda number: number))


NEEDS = {"output": TargetNeed("regression", units=1)}


def test_columns_of_many_rows_are_fitted_as_those_of_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(0)
    cells = {f"Size {at}": draw.normal(at, 1 + at, 300) for at in range(6)}
    texts = {"Colour": draw.choice(["red", "green"], 300), "city": draw.choice(list("abcde"), 300)}
    pl.DataFrame({**cells, **texts, "y": draw.normal(size=300)}).write_csv(tmp_path / "t.csv")
    section = DataSection.model_validate({"source": "t.csv", "target": "y"})
    few = load_dataset(section, NEEDS, folder=tmp_path)
    monkeypatch.setattr(features, "MANY_ROWS", 0)
    many = load_dataset(section, NEEDS, folder=tmp_path)
    assert many.fitted == few.fitted
    assert list(many.fitted.columns) == list(few.fitted.columns) == [*cells, *texts]


def test_each_column_of_many_rows_that_cannot_be_fitted_is_told_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "MANY_ROWS", 0)
    seconds = 1_764_403_200 + np.arange(40)
    columns = {"begun": seconds, "x": np.arange(40), "Ended": seconds, "y": np.arange(40)}
    pl.DataFrame(columns).write_csv(tmp_path / "t.csv")
    said = {"source": "t.csv", "target": "y", "scaling": "none"}
    with pytest.raises(Refused) as caught:
        load_dataset(DataSection.model_validate(said), NEEDS, folder=tmp_path)
    found = [(one.code, one.message) for one in caught.value.diagnostics]
    assert [code for code, _ in found] == ["D138", "D138"]
    assert ['"begun"' in found[0][1], '"Ended"' in found[1][1]] == [True, True]

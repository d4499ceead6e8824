"""Work that is done beforehand comes in the order of what it was asked for."""

import time
from collections.abc import Iterator

import pytest

from nnspec.data.read.ahead import ahead


def test_what_takes_longest_keeps_its_place() -> None:
    def work(place: int) -> int:
        time.sleep(0.02 * (place % 3 == 0))
        return place * place

    assert list(ahead(range(20), work)) == [place * place for place in range(20)]
    assert list(ahead([], work)) == []


def test_no_more_than_a_few_things_are_asked_for_beforehand() -> None:
    asked: list[int] = []

    def things() -> Iterator[int]:
        for place in range(100):
            asked.append(place)
            yield place

    made = ahead(things(), lambda place: place)
    assert [next(made) for _ in range(3)] == [0, 1, 2]
    assert len(asked) <= 5


def test_what_the_work_and_the_things_raise_is_raised() -> None:
    def things() -> Iterator[int]:
        yield 1
        raise KeyError("no more")

    with pytest.raises(ZeroDivisionError):
        list(ahead([1, 0, 1, 1], lambda number: 1 // number))
    with pytest.raises(KeyError, match="no more"):
        list(ahead(things(), lambda number: number))

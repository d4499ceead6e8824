"""Work that is done beforehand comes in the order of what it was asked for."""

import time
from collections.abc import Iterator

import pytest

from nnspec.data.threads import in_threads


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

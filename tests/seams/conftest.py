"""Each case is trained once by each executor and once by `fit`, whichever tests look at it."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from family import Case, Learnt

    Told = Callable[[str, Case, str], tuple[Learnt, Learnt]]


def pytest_report_collectionfinish(items: list[pytest.Item]) -> str:
    """Say how many trainings are told twice."""
    cases = [one for one in items if Path(__file__).parent in one.path.parents]
    return f"from spec to fit: {len(cases)} cases"


@pytest.fixture(scope="session")
def told_twice(tmp_path_factory: pytest.TempPathFactory) -> "Told":
    """Return what nnspec and `fit` learnt of a case, by its name and an executor's."""
    from family import by_fit, from_spec  # noqa: PLC0415 - other tests import no Keras

    cases: dict[str, Case] = {}

    @cache
    def theirs(name: str) -> "Learnt":
        return by_fit(cases[name])

    @cache
    def ours(name: str, executor: str) -> "Learnt":
        return from_spec(cases[name], executor, tmp_path_factory.mktemp("case"))

    def told(name: str, case: "Case", executor: str) -> "tuple[Learnt, Learnt]":
        cases[name] = case
        return ours(name, executor), theirs(name)

    return told

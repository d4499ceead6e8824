"""Trains each shipped spec once for all tests that look at its run."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import nnspec
from nnspec.pipeline.train import RunResult

SPECS = Path(__file__).parents[2] / "specs"
Trained = Callable[[str], RunResult]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    runs = tmp_path_factory.mktemp("runs")

    @cache
    def train(name: str) -> RunResult:
        return nnspec.train(SPECS / f"{name}.yaml", runs=runs)

    return train

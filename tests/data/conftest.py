"""Loads small tables the way a run does: from a file beside a spec, by a data section."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nnspec.data import Dataset, TargetNeed, load_dataset
from nnspec.data.fitted import Need
from nnspec.spec.data import DataSection

Load = Callable[..., Dataset]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a text as data.csv (or the source that is named) with one output called out."""

    def loaded(text: str | None = None, need: Need = "regression", **settings: object) -> Dataset:
        if text is not None:
            (tmp_path / "data.csv").write_text(text, encoding="utf-8")
        settings.setdefault("source", "data.csv")
        if need != "reconstruction":
            settings.setdefault("target", "y")
        section = DataSection.model_validate(settings)
        return load_dataset(section, {"out": TargetNeed(need)}, folder=tmp_path)

    return loaded

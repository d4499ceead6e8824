"""Ten real tables out of packages, the whole way with the spec that `init` drafts."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.keras]
BENCH = Path(__file__).parents[2] / "bench"
TEN = {
    "penguins-raw.csv": ("Body Mass (g)", 0.8),
    "elements.csv": ("melting point", 0.5),
    "cars.json": ("Miles_per_Gallon", 0.7),
    "us-employment.csv": ("nonfarm", 0.95),
    "AirPassengers.csv": ("AirPassengers", 0.9),
    "seattle-weather.csv": ("weather", 0.7),
    "Cars93.csv": ("Price", 0.9),
    "msleep.csv": ("sleep_total", 0.9),
    "Prestige.csv": ("prestige", 0.8),
    "survey.csv": ("Wr.Hnd", 0.8),
}
"""Target of each, and what its network reaches on the test rows at least."""
FROM = ("palmerpenguins", "bokeh_sampledata", "vega_datasets", "pydataset")


@pytest.mark.filterwarnings("ignore:column .* unknown:UserWarning")
@pytest.mark.parametrize("name", TEN)
def test_a_real_table_ends_right_with_its_first_spec(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = [package for package in FROM if find_spec(package) is None]
    if absent:
        pytest.skip(f"{', '.join(absent)} not installed: pip install 'nnspec[tables]'")
    monkeypatch.syspath_prepend(str(BENCH))
    corpus = sys.modules.get("corpus") or __import__("corpus")
    target, least = TEN[name]
    entry = max(
        (one for one in corpus.entries() if (one.name, one.target) == (name, target)),
        key=lambda one: one.window or 0,
    )
    found = corpus.tried(entry)
    assert found["wrong"] == ""
    assert found["findings"] == []
    assert found["network"] >= least
    if found["last"] is not None:
        assert found["network"] >= found["last"]

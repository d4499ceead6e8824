"""Checks of runs from spec to report: found, passed and not applicable, for every kind of head."""

import io
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import nnspec
from nnspec.pipeline.run import RunResult
from nnspec.reference import explain
from nnspec.report.report import decode_report
from nnspec.report.terminal import show_checks

pytestmark = pytest.mark.keras
Trained = Callable[[str], RunResult]
KEYS = ["code", "title", "status", "says", "reason", "remedy", "figures"]
SPEC = """nnspec: 1
name: tiny
data:
  source: table.csv
  target: {target}
  split: {{validation: 0.2, test: 0.2, seed: 0}}
model:
{layers}
training:
  optimizer: {{Adam: {{learning_rate: {rate}}}}}
  loss: {loss}
  batch_size: 32
  epochs: {epochs}
export: {{formats: []}}
{more}
"""


def table(folder: Path) -> None:
    random = np.random.default_rng(0)
    cells = random.normal(size=(400, 3))
    y = cells[:, 0] - 2 * cells[:, 1] * cells[:, 0] + 0.3 * random.normal(size=400)
    rare = ["often" if one else "seldom" for one in random.uniform(size=400) > 0.08]
    lines = [
        f"{a:.4f},{b:.4f},{c:.4f},{one:.4f},{kind}"
        for (a, b, c), one, kind in zip(cells, y, rare, strict=True)
    ]
    (folder / "table.csv").write_text("\n".join(["a,b,c,y,kind", *lines]))


class Runs:
    """Trains small specs in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        table(folder)

    def train(self, layers: list[str], **changes: Any) -> dict[str, Any]:
        given = {"target": "y", "rate": 0.01, "loss": "mse", "epochs": 12, "more": "", **changes}
        text = SPEC.format(layers="\n".join(f"  - {one}" for one in layers), **given)
        path = self.folder / "tiny.yaml"
        path.write_text(text)
        result = nnspec.train(path, runs=self.folder / "runs")
        document: dict[str, Any] = json.loads((result.folder / "report.json").read_text())
        return document


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("checked"))


def found(document: dict[str, Any]) -> dict[str, str]:
    return {one["code"]: one["says"] for one in document["checks"] if one["status"] == "found"}


def codes(document: dict[str, Any], status: str) -> set[str]:
    return {one["code"] for one in document["checks"] if one["status"] == status}


def test_dead_units_lost_gradients_and_constant_answers_are_found_in_a_network(runs: Runs) -> None:
    dead = "{name: dead, Dense: {units: 8, activation: relu, bias_initializer: {Constant: -90}}}"
    document = runs.train([dead, "Dense: {units: 8, activation: relu}", "Dense: 1"], rate=1e-4)
    assert {"C114", "C116", "C118"} <= found(document).keys()
    assert "8 of 8 units of dead" in found(document)["C114"]


@pytest.mark.slow
def test_saturated_units_and_a_short_training_are_found_and_a_spec_leaves_checks_out(
    runs: Runs,
) -> None:
    begin = "kernel_initializer: {RandomNormal: {stddev: 90}}"
    wide = f"{{name: ends, Dense: {{units: 8, activation: tanh, {begin}}}}}"
    more = "evaluation: {checks: {ignore: [C113, C107, C108]}}"
    document = runs.train([wide, "Dense: 1"], rate=1e-4, more=more)
    assert "units of ends are saturated" in found(document)["C115"]
    assert "C110" in found(document)
    assert {"C113", "C107", "C108"} & {one["code"] for one in document["checks"]} == set()


@pytest.mark.slow
def test_a_class_that_is_never_answered_is_found(runs: Runs) -> None:
    layers = ["Dense: {units: 4, activation: relu}", "Dense: {units: 1, activation: sigmoid}"]
    document = runs.train(layers, target="kind", loss="binary_crossentropy")
    assert found(document)["C119"].startswith("no row is answered with seldom")


def test_report_terminal_and_page_tell_the_same_checks(trained: Trained) -> None:
    result = trained("diabetes")
    content = (result.folder / "report.json").read_bytes()
    document = json.loads(content)
    assert [list(one) for one in document["checks"]] == [KEYS] * 23
    assert decode_report(content).checks == result.report.checks
    text = (result.folder / "report.md").read_text()
    printed = io.StringIO()
    show_checks(result.report, Console(file=printed, width=80))
    assert len(found(document)) < 5
    for code in found(document):
        assert f"\n- {code} **" in text
        assert f"{code} " in printed.getvalue()
    passed = sorted(codes(document, "passed"))
    assert f"- passed: {', '.join(passed)}\n" in text
    assert passed[0] not in printed.getvalue()
    assert "C105" in codes(document, "not applicable")


def test_no_check_prints_more_than_three_lines(trained: Trained) -> None:
    printed = io.StringIO()
    show_checks(trained("diabetes").report, Console(file=printed, width=40))
    lines = printed.getvalue().splitlines()
    starts = [place for place, line in enumerate(lines) if line.startswith(("C1", "nnspec"))]
    assert all(after - before <= 3 for before, after in pairwise(starts))


def test_a_map_is_looked_over_for_what_it_can_have(trained: Trained) -> None:
    result = trained("iris_map")
    document = json.loads((result.folder / "report.json").read_text())
    assert {"C104", "C107", "C112", "C114", "C116", "C119", "C120"} <= codes(
        document, "not applicable"
    )
    assert "C124" in codes(document, "passed")


def test_explain_tells_reason_and_remedy_of_a_check() -> None:
    text = " ".join(str(explain("C107")).split())
    assert "worse than a baseline" in text
    assert "Repair: Use the baseline" in text

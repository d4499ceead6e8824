"""Every gate is judged, its bound included; schedules that count epochs know an epoch's steps."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import nnspec
from nnspec.diagnostics import Refused
from nnspec.pipeline.gates import gated, is_known, missed_asked, missed_gates
from nnspec.pipeline.indices import whole_numbers
from nnspec.pipeline.opened import open_spec
from nnspec.pipeline.prepare import build_for_training
from nnspec.report.report import Report
from nnspec.spec.training import Gate

pytestmark = pytest.mark.keras

SPEC = """
nnspec: 1
data: {source: t.csv, target: "Yield (kg)", split: {validation: 0, test: 0.2, method: time}}
model: [Dense: 1]
training:
  optimizer:
    SGD:
      learning_rate:
        PiecewiseConstantDecay: {boundaries: [1, 3], values: [0.1, 0.01, 0.001], unit: epochs}
  loss: mse
  batch_size: 8
  epochs: 1
evaluation: {baselines: false}
export: {formats: []}
"""


def write(folder: Path, rows: int) -> Path:
    cells = [f"{row % 7}.5,{row % 5}" for row in range(rows)]
    (folder / "t.csv").write_text("\n".join(["Rain,Yield (kg)", *cells, ""]))
    path = folder / "s.yaml"
    path.write_text(SPEC)
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    path = write(tmp_path_factory.mktemp("gates"), 40)
    return path, nnspec.train(path, runs=path.parent / "runs").report


def judged(trained: tuple[Path, Report], gates: str) -> list[tuple[str, str]]:
    path, report = trained
    spec = open_spec(path, overrides=[f"evaluation.gates={gates}"]).spec
    return [(one.code, one.message.split()[0]) for one in missed_gates(spec, report)]


def test_every_gate_is_judged_whatever_the_ones_before_it_gave(
    trained: tuple[Path, Report],
) -> None:
    passed, missed = "{min: -1000}", "{max: 0.0000001}"
    gates = f"{{r2: {passed}, rmse: {missed}, mae: {missed}}}"
    assert judged(trained, gates) == [("R108", "rmse"), ("R108", "mae")]
    assert judged(trained, f"{{rmse: {missed}, r2: {passed}}}") == [("R108", "rmse")]


def test_a_gate_s_bound_is_within_it(trained: tuple[Path, Report]) -> None:
    value = trained[1].first.metrics["test"]["rmse"]
    assert judged(trained, f"{{rmse: {{min: {value!r}, max: {value!r}}}}}") == []
    assert value is not None
    above, below = value * 1.001, value * 0.999
    assert judged(trained, f"{{rmse: {{min: {above!r}}}}}") == [("R108", "rmse")]
    assert judged(trained, f"{{rmse: {{max: {below!r}}}}}") == [("R108", "rmse")]


@pytest.mark.parametrize("second", ["a", "z"])
def test_a_gate_names_the_first_output_s_figure_or_another_s(
    trained: tuple[Path, Report], second: str
) -> None:
    path, report = trained
    (first,) = report.outputs
    others = {"test": {**first.metrics["test"], "rmse": 77.0}}
    both = replace(report, outputs=(first, replace(first, name=second, metrics=others)))
    spec = open_spec(path).spec
    assert gated(spec, both, "rmse") == first.metrics["test"]["rmse"]
    assert gated(spec, both, f"{second}_rmse") == 77.0
    assert gated(spec, report, f"{first.name}_rmse") is None


def two_outputs(report: Report) -> Report:
    """Return a report of an output with two columns, and of one with a single one."""
    (first,) = report.outputs
    price = replace(
        first,
        name="price",
        columns=("net", "tax"),
        metrics={"test": {"rmse": 1.0}, "validation": {"rmse": 2.0}},
        further={"test": {"smape": 3.0}},
        metrics_by_column={"test": {"net": {"rmse": 4.0}, "tax": {"rmse": 5.0}}},
        further_by_column={"test": {"tax": {"smape": 6.0}}},
    )
    area = replace(
        first,
        name="area",
        columns=("m2",),
        metrics={"test": {"rmse": 7.0, "mae": None}},
        further={},
    )
    return replace(report, outputs=(price, area))


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("rmse", 1.0),
        ("test.rmse", 1.0),
        ("validation.rmse", 2.0),
        ("train.rmse", None),
        ("smape", 3.0),
        ("price.rmse", 1.0),
        ("price_rmse", 1.0),
        ("validation.price.rmse", 2.0),
        ("net.rmse", 4.0),
        ("price.tax.rmse", 5.0),
        ("tax.smape", 6.0),
        ("net.smape", None),
        ("area.rmse", 7.0),
        ("area_rmse", 7.0),
        ("m2.rmse", 7.0),
        ("area.m2.rmse", 7.0),
        ("mae", None),
        ("m2.mae", None),
        ("other.rmse", None),
    ],
)
def test_a_gate_names_rows_output_and_column(
    trained: tuple[Path, Report], name: str, figure: float | None
) -> None:
    path, report = trained
    spec, both = open_spec(path).spec, two_outputs(report)
    assert gated(spec, both, name) == figure
    known = figure is not None or name == "m2.mae"
    assert is_known(spec, both, name) is known


@pytest.mark.parametrize(
    ("name", "several", "said", "hint"),
    [
        ("rmsee", False, "rmse, r2, mae", "did you mean rmse?"),
        ("validation.rmse", False, "nothing on validation rows", None),
        (
            "qqqqq",
            False,
            "rmse, r2, mae",
            "known here: explained_variance, mae, mape, max_error, median_ae, r2, rmse, smape",
        ),
        ("prise.rmse", True, "rmse", "did you mean price.rmse?"),
        ("validation.rmsee", True, "rmse", "did you mean validation.rmse?"),
        ("aera.mae", True, "rmse", "did you mean area.mae?"),
        ("smapee", True, "rmse", "did you mean smape?"),
    ],
)
def test_a_figure_that_the_report_lacks_is_refused_with_those_that_it_has(
    trained: tuple[Path, Report], name: str, said: str, hint: str | None, *, several: bool
) -> None:
    path, report = trained
    given = two_outputs(report) if several else report
    with pytest.raises(Refused) as refused:
        missed_asked(open_spec(path).spec, given, {name: Gate(min=0)})
    (found,) = refused.value.diagnostics
    assert found.code == "T109"
    assert found.message == f"the gate names {name!r}; the report has {said}"
    assert found.hint == hint


def test_a_missed_gate_tells_figure_rows_and_bound(trained: tuple[Path, Report]) -> None:
    path, report = trained
    spec, both = open_spec(path).spec, two_outputs(report)
    gates = {"rmse": Gate(max=0.5), "validation.rmse": Gate(min=3), "area.rmse": Gate(min=7, max=7)}
    assert [one.message for one in missed_asked(spec, both, gates)] == [
        "rmse is 1 on the test rows; its gate asks for at most 0.5",
        "rmse is 2 on the validation rows; its gate asks for at least 3",
    ]
    (undefined,) = missed_asked(spec, both, {"area.mae": Gate(min=0)})
    assert undefined.message == "the gate on area.mae has nothing to judge; measured: rmse"


@pytest.mark.parametrize(("rows", "steps"), [(39, 4), (40, 4), (41, 5), (50, 5)])
def test_an_epoch_has_a_step_for_each_batch_begun(rows: int, steps: int, tmp_path: Path) -> None:
    path = write(tmp_path, rows)
    opened = open_spec(path)
    training = len(opened.dataset.splits["train"])
    assert -(-training // 8) == steps
    program = build_for_training(opened.spec, opened.network, opened.dataset.fitted, rows=training)
    for model in (program.core, nnspec.compile(path)):
        assert list(model.optimizer._learning_rate.boundaries) == [steps, 3 * steps]


def test_whole_numbers_of_a_column_with_gaps_are_0_where_nothing_is() -> None:
    found = whole_numbers(np.array([3.0, np.nan, -2.0]))
    assert found.tolist() == [3, 0, -2]
    assert found.dtype.kind == "i"
    assert whole_numbers(np.array([3, -2], np.int32)).tolist() == [3, -2]


def test_a_layer_that_asks_for_no_gpu_s_kernel_is_trained_without_one(tmp_path: Path) -> None:
    path = write(tmp_path, rows=30)
    layers = "model: [Reshape: [1, 1], GRU: {units: 2, use_cudnn: false}, Dense: 1]"
    path.write_text(SPEC.replace("model: [Dense: 1]", layers))
    opened = open_spec(path)
    program = build_for_training(opened.spec, opened.network, opened.dataset.fitted, rows=24)
    assert program.core.layers[2].use_cudnn is False

"""Whole runs on small data: the same twice, refused where they must be, gated."""

from pathlib import Path
from textwrap import dedent

import h5py
import numpy as np
import pytest

import nnspec
from nnspec.commands import main
from nnspec.diagnostics import GateMissed, Refused, RunFailed

pytestmark = pytest.mark.keras

SPEC = """
nnspec: 1
name: small
data:
  source: table.csv
  target: y
model:
  - Dense: {units: 8, activation: relu}
  - Dropout: 0.2
  - Dense: 1
training:
  optimizer: adam
  loss: mse
  metrics: [rmse, r2]
  epochs: 3
export: {formats: []}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(120, 2))
    y = x[:, 0] - 2 * x[:, 1] + draw.normal(scale=0.1, size=120)
    rows = "\n".join(f"{a},{b},{c}" for (a, b), c in zip(x, y, strict=True))
    (tmp_path / "table.csv").write_text(f"a,b,y\n{rows}\n")
    path = tmp_path / "small.yaml"
    path.write_text(dedent(SPEC))
    return path


def weights(run: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with h5py.File(run / "checkpoints" / "last.weights.h5") as file:
        file.visititems(
            lambda name, item: (
                found.update({name: item[()].tobytes()}) if isinstance(item, h5py.Dataset) else None
            )
        )
    return found


def test_the_same_spec_and_seed_give_the_same_bits(spec: Path, tmp_path: Path) -> None:
    first = nnspec.train(spec, runs=tmp_path / "runs")
    second = nnspec.train(spec, runs=tmp_path / "runs")
    other = nnspec.train(spec, runs=tmp_path / "runs", overrides=["runtime.seed=1"])
    assert second.folder.name == "small-2"
    assert weights(first.folder) == weights(second.folder)
    assert weights(first.folder) != weights(other.folder)


def test_a_run_leaves_everything_that_it_can_be_repeated_from(spec: Path, tmp_path: Path) -> None:
    run = nnspec.train(spec, runs=tmp_path / "runs", name="named").folder
    assert run == tmp_path / "runs" / "named"
    files = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    assert {
        "spec.yaml",
        "run.json",
        "preprocessing.json",
        "history.csv",
        "report.json",
        "report.md",
        "report.html",
        "predictions.csv",
        "checkpoints/best.weights.h5",
        "checkpoints/last.weights.h5",
    } <= files


def test_a_missing_target_column_is_shown_at_its_place(spec: Path, tmp_path: Path) -> None:
    spec.write_text(spec.read_text().replace("target: y", "target: yy"))
    with pytest.raises(Refused) as refused:
        nnspec.train(spec, runs=tmp_path / "runs")
    (found,) = refused.value.diagnostics
    assert found.code == "D103"
    assert found.span
    assert (found.span.start.line, found.span.start.column) == (6, 11)
    assert found.hint == "did you mean y?"
    assert not (tmp_path / "runs").exists()


def test_a_missing_column_is_reported_with_the_other_mistakes(spec: Path, tmp_path: Path) -> None:
    text = spec.read_text().replace("target: y", "target: yy").replace("units: 8", "units: -8")
    text = text.replace("Dropout", "Droput").replace("epochs: 3", "epocs: 3")
    spec.write_text(
        text.replace(
            "  - Dense: 1\n",
            "  - Dense: 3\n    name: left\n    inputs: input\n"
            "  - Add:\n    inputs: [left, input]\n",
        ).replace("model:\n", "model:\n  - Input: [2]\n")
    )
    with pytest.raises(Refused) as refused:
        nnspec.train(spec, runs=tmp_path / "runs")
    found = [(one.code, one.span and one.span.start.line) for one in refused.value.diagnostics]
    misspelt, unused = ("S106", 10), ("G104", 10)
    assert found == [("D103", 6), ("S104", 9), unused, misspelt, ("G302", 15), ("S101", 20)]


def test_a_gpu_that_is_not_there_is_refused_at_its_place(spec: Path, tmp_path: Path) -> None:
    spec.write_text(spec.read_text() + "runtime: {device: gpu}\n")
    with pytest.raises(Refused, match="sees no GPU") as refused:
        nnspec.train(spec, runs=tmp_path / "runs")
    (found,) = refused.value.diagnostics
    assert (found.code, found.span and found.span.start.line) == ("R103", 17)
    assert not (tmp_path / "runs").exists()


def test_channels_first_are_refused_before_the_training_where_no_gpu_is(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nnspec.pipeline.prepare.current_device", lambda: "CPU")
    layers = (
        "  - Reshape: [2, 1, 1]\n  - Model:\n      - Conv2D: {filters: 2, kernel_size: 1, "
        "data_format: channels_first}\n  - Flatten\n"
    )
    spec.write_text(spec.read_text().replace("model:\n", f"model:\n{layers}"))
    with pytest.raises(Refused) as refused:
        nnspec.train(spec, runs=tmp_path / "runs")
    (found,) = refused.value.diagnostics
    assert found.code == "R103"
    assert found.file == str(spec)
    assert not (tmp_path / "runs").exists()


def test_a_head_of_another_size_than_the_target_is_refused(spec: Path, tmp_path: Path) -> None:
    spec.write_text(spec.read_text().replace("- Dense: 1\n", "- Dense: 3\n"))
    with pytest.raises(Refused) as refused:
        nnspec.train(spec, runs=tmp_path / "runs")
    assert refused.value.diagnostics[0].code == "M105"


def test_a_missed_gate_ends_the_complete_run_with_its_own_code(spec: Path, tmp_path: Path) -> None:
    with pytest.raises(GateMissed) as missed:
        nnspec.train(
            spec, runs=tmp_path / "runs", overrides=["evaluation.gates={rmse: {max: 0.001}}"]
        )
    assert missed.value.exit_code == 4
    assert (tmp_path / "runs" / "small" / "report.json").exists()


def test_the_command_line_shows_why_a_training_ended_and_its_figures_before_a_missed_gate(
    spec: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(spec.parent)
    stop = "[{EarlyStopping: {patience: 1, min_delta: 1e9, restore_best_weights: true}}]"
    settings = (f"training.callbacks={stop}", "evaluation.gates={r2: {min: 1}}")
    with pytest.raises(SystemExit) as ended:
        main(["train", "small.yaml", *(f"--set={one}" for one in settings)])
    shown = capsys.readouterr()
    assert ended.value.code == 4
    assert "r2 is " in shown.err
    assert "its gate asks for at least 1" in shown.err
    assert "note: --set evaluation.gates={r2: {min: 1}}" in shown.err
    table = shown.out.index("network")
    assert shown.out.index("epoch 1,") < table < shown.out.index("run: runs/small")
    assert "stopped after epoch 2 by EarlyStopping; val_loss was best in epoch 1" in shown.out


def test_a_loss_that_is_no_number_fails_the_run_and_keeps_no_nan(
    spec: Path, tmp_path: Path
) -> None:
    spec.write_text(spec.read_text().replace("adam", "{SGD: {learning_rate: 1e20}}"))
    with pytest.raises(RunFailed) as failed:
        nnspec.train(spec, runs=tmp_path / "runs")
    assert failed.value.diagnostics[0].code == "R101"
    assert "epoch" in failed.value.diagnostics[0].message
    kept = tmp_path / "runs" / "small" / "checkpoints" / "last.weights.h5"
    assert not kept.exists()


def test_changed_data_is_noticed(spec: Path, tmp_path: Path) -> None:
    run = nnspec.train(spec, runs=tmp_path / "runs").folder
    table = tmp_path / "table.csv"
    table.write_text(table.read_text() + "0,0,0\n")
    with pytest.raises(Refused) as refused:
        nnspec.evaluate(run)
    assert refused.value.diagnostics[0].code == "D117"


def test_several_outputs_are_trained_and_reported(spec: Path, tmp_path: Path) -> None:
    text = spec.read_text()
    text = text.replace("target: y", "target: {sum: y, sign: s}\n  features: [a, b]")
    text = text.replace(
        "  - Dense: 1\n",
        "  - Dense: 1\n    name: sum\n  - Dense: {units: 1, activation: sigmoid}\n"
        "    name: sign\n    inputs: dropout\n",
    )
    text = text.replace("model:\n", "model:\n  layers:\n").replace("\n  - ", "\n    - ")
    text = text.replace("\n    name", "\n      name").replace("\n    inputs", "\n      inputs")
    text = text.replace("training:", "  outputs: [sum, sign]\ntraining:")
    text = text.replace("loss: mse", "loss: {sum: mse, sign: binary_crossentropy}")
    text = text.replace("metrics: [rmse, r2]", "metrics: {sum: [rmse], sign: [accuracy]}")
    spec.write_text(text)
    table = tmp_path / "table.csv"
    head, *rows = table.read_text().split()
    signed = [f"{row},{'pos' if float(row.split(',')[2]) > 0 else 'neg'}" for row in rows]
    table.write_text("\n".join([f"{head},s", *signed]) + "\n")
    report = nnspec.train(spec, runs=tmp_path / "runs").report
    assert {one.name: one.task for one in report.outputs} == {
        "sum": "regression",
        "sign": "classification",
    }

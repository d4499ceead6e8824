"""Runs that did not complete: what they hold is used, and said to be what it is."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import nnspec
from nnspec.diagnostics import Refused
from nnspec.run.claim import Claim
from nnspec.run.folder import RunFolder
from nnspec.run.manifest import Manifest, SpecOrigin

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[2]
SPEC = """
nnspec: 1
name: cut
data: {source: table.csv, target: Grade}
model:
  - Dense: {units: 4, activation: relu}
  - Dense: {units: 3, activation: softmax}
training:
  optimizer: adam
  loss: sparse_categorical_crossentropy
  epochs: 1000000
runtime: {xla: off}
evaluation: {baselines: false}
"""


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train within this process, and press Ctrl-C once some epochs have passed."""
    folder = tmp_path_factory.mktemp("cut")
    draw = np.random.default_rng(3)
    rows = [
        f"{a:.3f},{b:.3f},{['low', 'mid', 'high'][i % 3]}"
        for i, (a, b) in enumerate(draw.normal(size=(90, 2)))
    ]
    (folder / "table.csv").write_text("\n".join(["length (mm),width,Grade", *rows]) + "\n")
    (folder / "cut.yaml").write_text(SPEC)
    # As in a notebook, also where whoever started the tests ignores the signal.
    outer = signal.signal(signal.SIGINT, signal.default_int_handler)
    before = signal.getsignal(signal.SIGINT)
    threading.Thread(target=interrupt, args=(folder / "runs" / "cut" / "history.csv",)).start()
    with pytest.raises(KeyboardInterrupt) as stopped:
        nnspec.train(folder / "cut.yaml", runs=folder / "runs")
    told = f"nnspec train --resume {folder / 'runs' / 'cut'} goes on with it"
    assert stopped.value.__notes__ == [told]
    assert signal.getsignal(signal.SIGINT) is before
    signal.signal(signal.SIGINT, outer)
    return folder / "runs" / "cut"


def interrupt(history: Path) -> None:
    while not (history.exists() and history.read_text().count("\n") > 3):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_in_a_notebook_stops_the_run_and_keeps_its_state(cut: Path) -> None:
    folder = RunFolder.open(cut)
    assert (folder.manifest.status, folder.manifest.training) == ("stopped", None)
    assert folder.read("checkpoints/last.weights.h5")


def test_the_predictions_of_a_stopped_training_come_with_a_warning(cut: Path) -> None:
    with pytest.warns(UserWarning, match=r"was stopped after \d+ epochs; these are its last"):
        table = nnspec.predict(cut, cut.parents[1] / "table.csv")
    assert len(table.splitlines()) == 91


def test_the_figures_of_a_stopped_training_on_a_new_table_come_with_a_warning(cut: Path) -> None:
    with pytest.warns(UserWarning, match="these are its last"):
        (found,) = nnspec.evaluate(cut, cut.parents[1] / "table.csv")
    assert set(found.metrics) == {"test"}
    assert RunFolder.open(cut).manifest.status == "stopped"


def test_a_stopped_training_is_judged_and_exported_with_a_warning(
    cut: Path, tmp_path: Path
) -> None:
    with pytest.warns(UserWarning, match="A114"):
        outputs = nnspec.evaluate(cut)
    assert "accuracy" in outputs[0].metrics["test"]
    with pytest.warns(UserWarning, match="A114"):
        nnspec.export(cut, tmp_path / "model")
    assert (tmp_path / "model" / "saved_model.pb").exists()
    assert RunFolder.open(cut).manifest.status == "stopped"
    assert not (cut / "report.json").exists()


def test_the_program_says_so_on_stderr_and_answers(cut: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nnspec", "predict", str(cut), str(cut.parents[1] / "table.csv")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "these are its last weights [A114]" in done.stderr
    assert done.stdout.startswith("row,prediction,")


def test_a_run_that_ended_before_it_had_weights_is_refused(tmp_path: Path) -> None:
    origin = SpecOrigin("demo.yaml", "/specs", "ab" * 32)
    with RunFolder.create(
        Claim.numbered(tmp_path, "demo"), Manifest("demo", origin, seed=0, started="now")
    ) as folder:
        folder.write("spec.yaml", SPEC)
    with pytest.raises(Refused, match="was stopped before it had weights") as refused:
        nnspec.predict(folder.path, tmp_path / "table.csv")
    assert refused.value.diagnostics[0].code == "A115"


@pytest.fixture
def small(cut: Path, tmp_path: Path) -> Path:
    spec = tmp_path / "small.yaml"
    (tmp_path / "table.csv").write_bytes((cut.parents[1] / "table.csv").read_bytes())
    spec.write_text(SPEC.replace("1000000", "1"))
    return spec


def test_what_the_engine_refuses_comes_out_as_itself_and_leaves_no_run(
    small: Path, tmp_path: Path
) -> None:
    wanted = ["runtime.engine=keras", "runtime.xla=required"]
    with pytest.raises(Refused, match="XLA cannot compile this training") as refused:
        nnspec.train(small, runs=tmp_path / "runs", overrides=wanted)
    assert refused.value.diagnostics[0].code == "R105"
    assert not (tmp_path / "runs").exists()


def test_a_run_that_was_killed_between_report_and_model_is_completed(
    small: Path, tmp_path: Path
) -> None:
    run = nnspec.train(small, runs=tmp_path / "runs").folder
    record = run / "run.json"
    record.write_text(record.read_text().replace('"complete"', '"trained"'))
    assert RunFolder.open(run).manifest.status == "trained"
    again = nnspec.resume(run)
    assert RunFolder.open(run).manifest.status == "complete"
    assert again.report.first.metrics["test"].keys() >= {"accuracy"}
    before = record.read_bytes()
    assert nnspec.resume(run).report == again.report
    assert record.read_bytes() == before, "a complete run is told as it is"

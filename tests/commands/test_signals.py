"""SIGINT, SIGTERM and SIGHUP: one line, the signal's exit code, and the state kept, at any moment.

The moments are those that can be seen from outside; bench/signals.py draws between them.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import nnspec
from nnspec.run.folder import RunFolder

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[2]
SPEC = """
nnspec: 1
name: life
data: {source: table.csv, target: "y [m]"}
model:
  - Dense: {units: 8, activation: relu}
  - Dense: 1
training:
  optimizer: adam
  loss: mse
  epochs: EPOCHS
runtime: {xla: off}
"""
PATIENCE = 120.0
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells of a process")


@dataclass(frozen=True)
class Life:
    """A training that runs in a process of its own."""

    process: "subprocess.Popen[str]"
    run: Path

    def told(self, name: str) -> str:
        return Path(f"/proc/{self.process.pid}/{name}").read_text()

    def wrote(self, name: str, text: str = "") -> bool:
        return (self.run / name).exists() and text in (self.run / name).read_text()


Moment = Callable[[Life], bool]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(120, 3)).tolist()
    text = "\n".join(",".join(f"{cell:.3f}" for cell in row) for row in rows)
    (tmp_path / "table.csv").write_text(f"a,b (cm),y [m]\n{text}\n")
    return tmp_path


GOES_ON = "nnspec train --resume runs/life goes on with it"


@contextmanager
def training(folder: Path, epochs: int, moment: Moment) -> Iterator[Life]:
    """Give a training when the moment has come."""
    (folder / "life.yaml").write_text(SPEC.replace("EPOCHS", str(epochs)))
    process = subprocess.Popen(
        [sys.executable, "-m", "nnspec", "train", "--quiet", "life.yaml"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    life = Life(process, folder / "runs" / "life")
    begun = time.monotonic()
    while not moment(life):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.002)
    yield life


def stopped(life: Life, number: signal.Signals) -> tuple[int, str]:
    """Send a signal; return exit code and messages."""
    life.process.send_signal(number)
    _, messages = life.process.communicate(timeout=PATIENCE)
    return life.process.returncode, messages


def hears(life: Life) -> bool:
    """Tell whether the program has taken SIGTERM over."""
    caught = next(one for one in life.told("status").splitlines() if one.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


@linux
@pytest.mark.parametrize(
    ("moment", "number", "code"),
    [
        (hears, signal.SIGTERM, 143),
        (lambda life: "libtensorflow" in life.told("maps"), signal.SIGINT, 130),
    ],
    ids=["its first lines", "imports"],
)
def test_a_signal_before_anything_is_kept_leaves_a_line_and_no_run(
    folder: Path, moment: Moment, number: signal.Signals, code: int
) -> None:
    with training(folder, 5, moment) as life:
        assert stopped(life, number) == (code, f"nnspec: stopped by {number.name}\n")
    assert not (folder / "runs").exists()


@pytest.mark.parametrize(
    ("moment", "number", "code"),
    [
        pytest.param(
            lambda life: life.wrote("run.json"),
            *(signal.SIGHUP, 129),
            id="the folder is made",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            lambda life: life.wrote("preprocessing.json"),
            *(signal.SIGINT, 130),
            id="the training is traced",
        ),
    ],
)
def test_a_signal_before_the_first_step_leaves_a_run_that_was_stopped(
    folder: Path, moment: Moment, number: signal.Signals, code: int
) -> None:
    with training(folder, 1_000_000, moment) as life:
        found = stopped(life, number)
    told = f"nnspec: stopped by {number.name}; {GOES_ON}\n"
    assert found == (code, told)
    assert RunFolder.open(life.run).manifest.status == "stopped"
    again = nnspec.load(folder / "life.yaml", overrides=["training.epochs=1"])
    assert nnspec.train(again, runs=folder / "runs", name="life").folder == life.run


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(signal.SIGINT, 130, id="INT", marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, 143, id="TERM"),
    ],
)
def test_a_signal_while_training_keeps_history_and_weights(
    folder: Path, number: signal.Signals, expected: int
) -> None:
    with training(folder, 1_000_000, lambda life: life.wrote("history.csv", "\n4,")) as life:
        found = stopped(life, number)
    told = f"nnspec: stopped by {number.name}; {GOES_ON}\n"
    assert found == (expected, told)
    kept = RunFolder.open(life.run)
    assert (kept.manifest.status, kept.manifest.training) == ("stopped", None)
    assert kept.read("checkpoints/last.weights.h5")
    assert kept.read("checkpoints/best.weights.h5")
    assert len(kept.read("history.csv").splitlines()) > 3


@pytest.mark.parametrize(
    ("moment", "number", "code"),
    [
        pytest.param(
            lambda life: life.wrote("run.json", '"trained"'),
            *(signal.SIGTERM, 143),
            id="judging",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            lambda life: life.wrote("predictions.csv"),
            *(signal.SIGINT, 130),
            id="export",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_signal_after_the_training_leaves_a_run_that_evaluate_completes(
    folder: Path, moment: Moment, number: signal.Signals, code: int
) -> None:
    with training(folder, 5, moment) as life:
        found = stopped(life, number)
    told = "runs/life is trained; nnspec evaluate runs/life completes it"
    assert found == (code, f"nnspec: stopped by {number.name}; {told}\n")
    left = RunFolder.open(life.run)
    assert left.manifest.status == "stopped"
    assert left.manifest.training is not None
    assert left.manifest.training.epochs == 5
    outputs = nnspec.evaluate(life.run)
    completed = RunFolder.open(life.run)
    assert completed.manifest.status == "complete"
    assert completed.check("model")
    assert {one.name for one in life.run.iterdir()} >= {"report.json", "report.md"}
    assert not list(life.run.glob(".*.tmp"))
    straight = nnspec.train(folder / "life.yaml", runs=folder / "runs")
    assert straight.report.outputs == outputs
    assert completed.read("predictions.csv") == RunFolder.open(straight.folder).read(
        "predictions.csv"
    )


DYING = """
import os, signal, sys
from nnspec.run.signals import SIGNALS, Stopped
SIGNALS.listen()
try:
    with SIGNALS.waiting():
        os.kill(os.getpid(), signal.SIGINT)
        raise OSError("the folder is gone")
except Stopped as stop:
    sys.exit(SIGNALS.report(stop))
"""


def test_what_fails_once_a_signal_was_heard_is_no_failure_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DYING],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (130, "nnspec: stopped by SIGINT\n")

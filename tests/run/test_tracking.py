"""Trackers are told what a run reaches, in files that their own readers read; none ends a run."""

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from nnspec.commands import main
from nnspec.diagnostics import Diagnostic
from nnspec.run.tracking.tracking import Name, Tracked, Tracking

pytestmark = pytest.mark.keras
HOSTILE = "<b>=1+1</b>: Größe"


def tell(name: Name, runs: Path, found: list[Diagnostic] | None = None) -> None:
    """Tell one tracker of two epochs and an end."""
    tracking = Tracking([name], (found if found is not None else []).append)
    tracking.begin(Tracked(runs, "first", "small", {"training.epochs": "2", HOSTILE: "x" * 900}))
    tracking.on_epoch_end(0, {"loss": 2.0, "val_loss": float("nan"), HOSTILE: 5.0})
    tracking.on_epoch_end(1, {"loss": 1.0, "val_loss": 3.0})
    tracking.end({"test.rmse": 0.5, "test.r2": None}, whole=True)


def test_tensorboard_reads_every_epoch_back(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    found: list[Diagnostic] = []
    tell("tensorboard", tmp_path, found)
    assert found == []
    reader = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
    tensors = importlib.import_module("tensorboard.util.tensor_util")
    read = reader.EventAccumulator(str(tmp_path / ".tensorboard" / "first"))
    read.Reload()

    def told(tag: str) -> dict[int, float]:
        return {
            one.step: float(tensors.make_ndarray(one.tensor_proto)) for one in read.Tensors(tag)
        }

    assert told("epoch/loss") == {1: 2.0, 2: 1.0}
    assert told("epoch/val_loss") == {2: 3.0}
    assert told("run/test.rmse") == {2: 0.5}


@pytest.mark.filterwarnings("ignore")  # of MLflow's reader
def test_mlflow_reads_every_epoch_back(tmp_path: Path) -> None:
    pytest.importorskip("mlflow")
    pytest.importorskip("alembic")
    found: list[Diagnostic] = []
    tell("mlflow", tmp_path, found)
    assert found == []
    tracking = importlib.import_module("mlflow.tracking")
    client = tracking.MlflowClient(tracking_uri=f"sqlite:///{tmp_path}/.mlflow/mlflow.db")
    (run,) = client.search_runs([client.get_experiment_by_name("small").experiment_id])
    assert (run.info.run_name, run.info.status) == ("first", "FINISHED")
    history = client.get_metric_history(run.info.run_id, "loss")
    assert [(one.step, one.value) for one in history] == [(1, 2.0), (2, 1.0)]
    assert run.data.metrics["run.test.rmse"] == 0.5
    assert run.data.params["training.epochs"] == "2"


@pytest.mark.parametrize("name", ["tensorboard", "mlflow", "trackio"])
def test_a_tracker_that_fails_is_told_once_and_ends_nothing(name: Name, tmp_path: Path) -> None:
    if name != "trackio":  # which is imported elsewhere
        pytest.importorskip(name)
    (tmp_path / f".{name}").write_text("no folder")
    found: list[Diagnostic] = []
    tell(name, tmp_path, found)
    (one,) = found
    assert one.code == "A151"
    assert one.message.startswith(f"{name} failed and is told no more: ")


STAND_IN = """
import json, os
calls = []
def init(**told): calls.append(["init", told])
def log(figures, step): calls.append(["log", step, figures])
def finish():
    seen = {name: one for name, one in os.environ.items() if name.startswith(("TRACKIO", "HF_"))}
    with open(os.path.join(os.environ["TRACKIO_DIR"], "calls.json"), "w") as file:
        json.dump({"calls": calls, "environment": seen, "session": os.getsid(0)}, file)
"""
"""What stands for trackio where it is not installed, and writes down what it is told."""


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, content: str = STAND_IN) -> None:
    """Let the process that writes import what stands for trackio."""
    (folder / "trackio.py").write_text(content)
    monkeypatch.setenv("PYTHONPATH", str(folder))


def test_trackio_is_told_every_epoch_and_no_place_on_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch)
    monkeypatch.setenv("TRACKIO_SPACE_ID", "somebody/elsewhere")
    monkeypatch.setenv("HF_TOKEN", "secret")
    found: list[Diagnostic] = []
    tell("trackio", tmp_path / "runs", found)
    assert found == []
    place = tmp_path / "runs" / ".trackio"
    told = json.loads((place / "calls.json").read_text())
    (_, begun), *logged = told["calls"]
    assert (begun["project"], begun["name"], begun["resume"]) == ("small", "first", "never")
    assert begun["config"] == {"training.epochs": "2", HOSTILE: "x" * 900}
    assert begun["auto_log_gpu"] is begun["auto_log_cpu"] is False
    assert logged == [
        ["log", 1, {"loss": 2.0, HOSTILE: 5.0}],
        ["log", 2, {"loss": 1.0, "val_loss": 3.0}],
        ["log", 2, {"run/test.rmse": 0.5}],
    ]
    assert told["session"] != os.getsid(0), "what is pressed in the terminal reaches it not"
    assert told["environment"].pop("HF_HOME").startswith(str(place))
    assert told["environment"] == {"TRACKIO_DIR": str(place), "HF_HUB_OFFLINE": "1"}


def test_a_run_that_is_taken_up_goes_on_in_trackio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch)
    found: list[Diagnostic] = []
    tracking = Tracking(["trackio"], found.append)
    tracking.begin(Tracked(tmp_path, "first", "small", {}, taken_up=True))
    tracking.on_epoch_end(7, {"loss": 1.0})
    tracking.end({}, whole=False)
    assert found == []
    told = json.loads((tmp_path / ".trackio" / "calls.json").read_text())["calls"]
    assert told[0][1]["resume"] == "allow"
    assert told[1:] == [["log", 8, {"loss": 1.0}], ["log", 8, {}]]


@pytest.mark.parametrize(
    "content",
    [
        "raise ValueError('no room')",
        f"{STAND_IN}\ndef log(figures, step): raise ValueError('no room')",
        f"{STAND_IN}\ndef finish(): raise ValueError('no room')",
    ],
)
def test_where_trackio_fails_is_told_once(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, content)
    found: list[Diagnostic] = []
    tell("trackio", tmp_path, found)
    (one,) = found
    assert one.message == "trackio failed and is told no more: OSError: ValueError: no room"


def test_where_trackio_has_ended_the_next_epoch_tells_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, "raise ValueError('no room')")
    found: list[Diagnostic] = []
    tracking = Tracking(["trackio"], found.append)
    tracking.begin(Tracked(tmp_path, "first", "small", {}))
    until = time.monotonic() + 60
    while not found and time.monotonic() < until:
        tracking.on_epoch_end(0, {"loss": 1.0})
        time.sleep(0.05)
    tracking.end({"test.rmse": 1.0}, whole=True)
    (one,) = found
    assert one.message == "trackio failed and is told no more: OSError: ValueError: no room"


def test_trackio_reads_every_epoch_back(tmp_path: Path) -> None:
    pytest.importorskip("trackio")
    found: list[Diagnostic] = []
    tell("trackio", tmp_path, found)
    assert found == []
    asked = ["get", "metric", "--project", "small", "--run", "first", "--metric", "loss", "--json"]
    told = subprocess.run(
        [sys.executable, "-m", "trackio.cli", *asked],
        env={**os.environ, "TRACKIO_DIR": str(tmp_path / ".trackio"), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    values = json.loads(told.stdout)["values"]
    assert [(one["step"], one["value"]) for one in values] == [(1, 2.0), (2, 1.0)]


@pytest.mark.parametrize("name", ["tensorboard", "mlflow", "trackio"])
def test_a_tracker_that_is_not_installed_is_refused_before_anything_is_done(
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    spec = tmp_path / "no.yaml"
    spec.write_text("nnspec: 1\n")
    with pytest.raises(SystemExit) as ended:
        main(["train", str(spec), "--track", name])
    assert ended.value.code == 1
    assert f"pip install 'nnspec[{name}]'" in capsys.readouterr().err


TABLE = "a,b,y\n" + "".join(f"{n % 7},{n % 5},{n % 7 - n % 5}\n" for n in range(60))
SPEC: Mapping[str, object] = {
    "nnspec": 1,
    "name": "small",
    "data": {"source": "table.csv", "target": "y"},
    "model": [{"Dense": 1}],
    "training": {"optimizer": "adam", "loss": "mse", "epochs": 3},
    "export": {"formats": []},
}


def test_a_training_tells_its_epochs_and_what_it_came_to(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    (tmp_path / "table.csv").write_text(TABLE)
    (tmp_path / "small.json").write_text(json.dumps(SPEC))
    runs = tmp_path / "runs"
    command = ["train", str(tmp_path / "small.json"), "--runs", str(runs), "--quiet"]
    with pytest.raises(SystemExit) as ended:
        main([*command, "--track", "tensorboard"])
    assert ended.value.code == 0
    reader = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
    read = reader.EventAccumulator(str(runs / ".tensorboard" / "small"))
    read.Reload()
    tags = read.Tags()["tensors"]
    assert [one.step for one in read.Tensors("epoch/loss")] == [1, 2, 3]
    assert "run/test.rmse" in tags

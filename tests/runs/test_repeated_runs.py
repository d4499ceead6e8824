"""A trained run: what it records, how it is repeated, planned anew, shown in a notebook."""

import io
import json
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from made_runs import SPEC

import nnspec
from nnspec.commands import main
from nnspec.pipeline.run import RunResult
from nnspec.pipeline.runs.rerun import compare_twins
from nnspec.report.report import decode_report

pytestmark = pytest.mark.keras

HOSTILE = "<img src=x onerror=alert(1)>"


@dataclass(frozen=True)
class Trained:
    """A run of the program, what it printed, and its spec."""

    run: Path
    spec: Path
    lines: list[dict[str, Any]]
    errors: str

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.run / "run.json").read_text())
        return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder under version control, with a spec in it."""
    folder = tmp_path_factory.mktemp("repeated")
    rows = "\n".join(f"{i / 9},{(i * 7) % 5},{i % 11}" for i in range(60))
    (folder / "table.csv").write_text(f"a,b,y\n{rows}\n")
    (folder / "small.yaml").write_text(f"{SPEC}export: {{formats: []}}\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "specs"]):
        subprocess.run([*git, *command], check=True)
    return folder


@pytest.fixture(scope="module")
def trained(folder: Path) -> Trained:
    spec, runs = folder / "small.yaml", folder / "runs"
    command = ["train", str(spec), "--runs", str(runs), "--name", "first", "--log-json"]
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code == 0, err.getvalue()
    lines = [json.loads(one) for one in out.getvalue().splitlines()]
    return Trained(runs / "first", spec, lines, err.getvalue())


def test_a_log_has_an_event_for_each_stage_and_epoch(trained: Trained) -> None:
    events = [one["event"] for one in trained.lines]
    assert [one for one in events if one != "stage"] == ["training", *["epoch"] * 3, "end"]
    stages = [one["stage"] for one in trained.lines if one["event"] == "stage"]
    assert [one.split()[0] for one in stages] == [
        *("checking", "reading", "loading", "compiling", "judging"),
    ]
    epochs = [one for one in trained.lines if one["event"] == "epoch"]
    written = (trained.run / "history.csv").read_text().splitlines()
    losses = [float(one.split(",")[1]) for one in written[1:]]
    assert [one["figures"]["loss"] for one in epochs] == losses
    seconds = [one["seconds"] for one in trained.lines]
    assert seconds == sorted(seconds)
    end = trained.lines[-1]
    assert end["run"] == str(trained.run)
    report = json.loads((trained.run / "report.json").read_text())
    assert end["figures"]["dense_1"] == report["metrics"]
    assert trained.errors == ""


def test_a_run_records_what_it_was_asked_for_and_on_what(trained: Trained) -> None:
    origin = trained.record["origin"]
    assert origin["command"][:3] == ["nnspec", "train", str(trained.spec)]
    assert (origin["spec"], origin["source"]) == ("small", "table.csv")
    assert origin["committed"] is True
    assert origin["seeds"] == {"runtime.seed": 0, "data.split.seed": 0}
    assert sum(origin["rows"].values()) == 60
    assert set(origin["environment"]) == {"platform", "machine", "processors"}
    assert (trained.run / "written.yaml").read_text() == trained.spec.read_text()
    report = json.loads((trained.run / "report.json").read_text())
    assert trained.record["headline"]["value"] == report["metrics"]["test"]["rmse"]


def test_a_run_of_the_same_bits_is_told_and_any_other_parts(
    trained: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rerun", str(trained.run), "--name", "again"])
    assert ended.value.code == 0
    assert "bit-identical" in capsys.readouterr().out
    other = nnspec.train(
        trained.spec, runs=trained.run.parent, name="other", overrides=["runtime.seed=1"]
    ).folder
    found = compare_twins(trained.run, other)
    assert found.partings[0].startswith("history.csv: epoch 1 is the first to differ: loss ")
    assert [one.partition(":")[0] for one in found.partings] == [
        *("history.csv", "weights", "report.json", "predictions.csv"),
    ]


def test_a_run_that_is_extended_is_planned_as_what_it_has_become(
    trained: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    run, more = trained.run.with_name("longer"), "training.epochs=4"
    nnspec.train(trained.spec, runs=run.parent, name=run.name)
    for arguments in (
        ["train", "--resume", str(run), "--set", more, "--quiet"],
        ["plan", str(trained.spec), "--runs", str(run.parent), "--set", more, "--format", "json"],
    ):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["identical"] == str(run)
    assert (run / "written.yaml").read_text() == trained.spec.read_text()


def test_a_rerun_whose_data_changed_is_refused(
    trained: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    table = trained.spec.parent / "table.csv"
    before = table.read_text()
    table.write_text(before.replace("0.0,0,0", "0.5,0,0"))
    try:
        with pytest.raises(SystemExit) as ended:
            main(["rerun", str(trained.run)])
    finally:
        table.write_text(before)
    assert ended.value.code == 1
    assert "[D117]" in capsys.readouterr().err


def test_a_trained_run_is_found_by_the_plan_of_its_spec(
    trained: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = str(trained.run.parent)
    with pytest.raises(SystemExit):
        main(["plan", str(trained.spec), "--runs", runs, "--format", "json"])
    assert json.loads(capsys.readouterr().out)["identical"] in {
        str(trained.run),
        str(trained.run.with_name("again")),
    }


def test_a_notebook_shows_texts_and_never_runs_them(trained: Trained) -> None:
    spec = nnspec.load(trained.spec)
    shown = spec._repr_html_()
    assert "Adam, 3 epochs" in shown
    hostile = replace(spec, name=HOSTILE)._repr_html_()
    assert "<img" not in hostile
    assert "&lt;img" in hostile


def test_a_result_shows_its_figures_and_its_folder(trained: Trained) -> None:
    report = decode_report((trained.run / "report.json").read_bytes())
    shown = RunResult(Path(HOSTILE), report)._repr_html_()
    assert "<img" not in shown
    assert "<script" not in shown
    assert "RMSE" in shown
    assert "ridge" in shown

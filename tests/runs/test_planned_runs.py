"""What training a spec would be: told without reading data, beside the runs that there are."""

import json
from pathlib import Path
from typing import Any

import pytest
from made_runs import SPEC, make_run, rewrite, write_spec

from nnspec.commands import main


class Planner:
    """Plans a spec in a folder of its own."""

    def __init__(self, folder: Path, captured: pytest.CaptureFixture[str]) -> None:
        self.spec, self.runs, self.captured = (
            write_spec(folder / "specs"),
            folder / "runs",
            captured,
        )

    def text(self, *options: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["plan", str(self.spec), "--runs", str(self.runs), *options])
        out, err = self.captured.readouterr()
        assert ended.value.code == 0, err
        return out

    def data(self, *options: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text("--format", "json", *options))
        return found


@pytest.fixture
def planner(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Planner:
    return Planner(tmp_path, capsys)


def test_a_finished_run_of_the_same_spec_and_data_is_named(planner: Planner) -> None:
    run = make_run(planner.runs / "first", planner.spec)
    assert planner.data()["identical"] == str(run)
    assert "is the same and finished" in planner.text()


def test_a_comment_changes_the_text_alone(planner: Planner) -> None:
    run = make_run(planner.runs / "first", planner.spec)
    planner.spec.write_text(SPEC + "# a note\n")
    found = planner.data()
    assert found["identical"] == str(run)
    assert found["last"]["text"] is True
    assert "only the text differs" in " ".join(planner.text().split())


@pytest.mark.parametrize(
    ("option", "section"),
    [
        ("model.1.Dense.units=4", "model"),
        ("training.epochs=9", "training"),
        ("data.scaling=minmax", "data"),
    ],
)
def test_what_differs_from_the_last_run_is_told_by_its_section(
    planner: Planner, option: str, section: str
) -> None:
    make_run(planner.runs / "first", planner.spec)
    found = planner.data("--set", option)
    assert found["identical"] is None
    assert found["last"]["sections"] == [section]
    assert len(found["last"]["settings"]) == 1


def test_changed_data_seed_and_version_are_each_told(planner: Planner) -> None:
    make_run(planner.runs / "first", planner.spec)
    (planner.spec.parent / "table.csv").write_text("a,b,y\n1,2,3\n4,5,7\n")
    assert planner.data()["last"]["data"] == "changed"
    assert planner.data()["identical"] is None
    write_spec(planner.spec.parent)
    assert planner.data("--set", "runtime.seed=5")["last"]["seeds"] == {"runtime.seed": [0, 5]}
    rewrite(planner.runs / "first", versions={"pydantic": "1.0"})
    found = planner.data()
    assert found["last"]["versions"]["pydantic"][0] == "1.0"
    assert found["identical"] is None


def test_time_follows_from_the_last_run_and_else_from_counts(planner: Planner) -> None:
    counted = planner.data()
    assert counted["seconds_by"] == "counts"
    assert counted["rows"] == round(2 * 0.7)
    make_run(planner.runs / "first", planner.spec)
    rewritten = json.loads((planner.runs / "first" / "run.json").read_text())
    rewritten["origin"]["environment"] = {"processors": str(counted["processors"])}
    (planner.runs / "first" / "run.json").write_text(json.dumps(rewritten))
    found = planner.data("--set", "training.epochs=30")
    assert (found["seconds"], found["seconds_by"]) == (15.0, "first")


def test_an_unfinished_run_is_none_that_is_the_same(planner: Planner) -> None:
    make_run(planner.runs / "first", planner.spec)
    rewrite(planner.runs / "first", status="failed")
    assert planner.data()["identical"] is None


def test_the_folder_is_the_one_that_the_run_would_get(planner: Planner) -> None:
    make_run(planner.runs / "small", planner.spec)
    assert planner.data()["folder"] == str(planner.runs / "small-2")
    assert not (planner.runs / "small-2").exists()


def test_a_plan_fits_the_terminal_and_tells_the_memory(planner: Planner) -> None:
    make_run(planner.runs / "first", planner.spec)
    out = planner.text("--set", "training.epochs=9", "--set", "training.optimizer=SGD")
    assert max(map(len, out.splitlines())) <= 80
    assert planner.data()["step_bytes"] > 0
    assert planner.data()["parameters"] == 2 * 8 + 8 + 8 + 1

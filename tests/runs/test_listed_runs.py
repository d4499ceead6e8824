"""The list of runs: every folder a line, whatever it holds."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from made_runs import make_run, rewrite, stopped, write_spec

import nnspec
from nnspec.commands import main

Printed = tuple[int, str, str]


class Program:
    """Calls the program in this process."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self.captured = captured

    def __call__(self, *arguments: str) -> Printed:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = self.captured.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, out, err


@pytest.fixture
def program(capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(capsys)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    spec = write_spec(tmp_path / "specs")
    folder = tmp_path / "runs"
    make_run(folder / "good", spec, rmse=1.5, started="2026-11-29T10:00:00+00:00")
    make_run(folder / "bad", spec, rmse=9.0, started="2026-11-29T12:00:00+00:00")
    stopped(folder / "cut", spec)
    return folder


def names(out: str) -> list[str]:
    return [one["name"] for one in csv.DictReader(io.StringIO(out))]


def test_a_run_is_told_with_its_figure_beside_the_best_baseline(
    program: Program, runs: Path
) -> None:
    code, out, _ = program("runs", str(runs))
    assert code == 0
    (line,) = [one for one in out.splitlines() if one.strip().startswith("good")]
    assert line.split() == [
        *("good", "2026-11-29", "10:00", "RMSE", "1.500", "3.000", "ridge", "3", "1.5", "s"),
    ]
    assert out.startswith("small · table.csv\n")
    assert "stopped" in out


def test_runs_are_sorted_and_filtered_by_what_is_known_of_them(
    program: Program, runs: Path
) -> None:
    def listed(*options: str) -> list[str]:
        return names(program("runs", str(runs), "--format", "csv", *options)[1])

    assert listed() == ["bad", "cut", "good"]
    assert listed("--sort", "rmse") == ["good", "bad", "cut"]
    assert listed("--sort=-name") == ["good", "cut", "bad"]
    assert listed("--filter", "rmse<5") == ["good"]
    assert listed("--filter", "status=stopped") == ["cut"]
    assert listed("--filter", "name=*d", "--filter", "figure>=9") == ["bad"]
    assert listed("--filter", "name!=good", "--filter", "epochs=3") == ["bad", "cut"]


@pytest.mark.parametrize(
    "option", ["--sort=size", "--filter=size<3", "--filter=rmse", "--filter=rmse<x"]
)
def test_what_says_nothing_about_runs_is_wrong_usage(
    program: Program, runs: Path, option: str
) -> None:
    code, out, err = program("runs", str(runs), option)
    assert (code, out) == (2, "")
    assert "Invalid value" in err


def test_a_damaged_report_or_record_costs_its_own_line_alone(program: Program, runs: Path) -> None:
    spec = write_spec(runs.parent / "specs")
    for name, content in {
        "cut-short": b'{"format": 1, "na',
        "deep": b"[" * 200_000,
        "no-mapping": b"[1]",
        "nul": b'{"format": 1, "name": "a\\u0000"}',
        "later": b'{"format": 99}',
    }.items():
        make_run(runs / name, spec)
        (runs / name / "run.json").write_bytes(content)
    for name, content in {
        "report-text": b'{"outputs": {"a": {"metrics": {"test": {"rmse": "x"}}, "baselines": []}}}',
        "report-list": b"[]",
        "report-empty": b"",
    }.items():
        make_run(runs / name, spec)
        rewrite(runs / name, headline=None)
        (runs / name / "report.json").write_bytes(content)
    (runs / "foreign").mkdir()
    (runs / "pipe").mkdir()
    os.mkfifo(runs / "pipe" / "run.json")
    (runs / "link").symlink_to(runs / "good")
    code, out, _ = program("runs", str(runs))
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    told = json.loads(program("runs", str(runs), "--format", "json")[1])["runs"]
    problems = {one["name"]: one["problem"] for one in told}
    assert {name for name, problem in problems.items() if problem is None} == {"good", "bad", "cut"}
    assert "damaged" in problems["report-list"]
    assert "not followed" in problems["link"]
    assert "pipe" in problems["pipe"]


def test_no_text_of_a_run_acts_on_the_terminal(program: Program, runs: Path) -> None:
    spec = write_spec(runs.parent / "specs")
    make_run(runs / "\x1b[31mred\x1b[0m\n", spec)
    rewrite(runs / "good", started="\x1b[2J", training=None)
    for form in ("text", "json", "csv"):
        out = program("runs", str(runs), "--format", form)[1]
        assert "\x1b" not in out
        assert r"1b[31mred" in out


def test_numbers_that_no_run_reaches_are_told_as_such(program: Program, runs: Path) -> None:
    text = (runs / "good" / "run.json").read_text()
    text = text.replace('"epochs": 3', f'"epochs": {"9" * 4000}')
    (runs / "good" / "run.json").write_text(text.replace('"seconds": 1.5', '"seconds": 1e999'))
    code, out, _ = program("runs", str(runs), "--sort", "epochs")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    told = json.loads(program("runs", str(runs), "--format", "json")[1])["runs"]
    assert next(one for one in told if one["name"] == "good")["seconds"] is None


def test_a_run_of_an_earlier_nnspec_is_told_from_its_report_and_spec(
    program: Program, runs: Path
) -> None:
    rewrite(runs / "good", origin=None, headline=None)
    told = json.loads(program("runs", str(runs), "--filter", "name=good", "--format", "json")[1])
    (one,) = told["runs"]
    found = [one[key] for key in ("spec", "data", "figure", "baseline")]
    assert found == ["small", "table.csv", 1.5, "ridge"]


def test_a_run_that_nobody_holds_any_more_was_killed(program: Program, runs: Path) -> None:
    rewrite(runs / "good", status="running")
    told = json.loads(program("runs", str(runs), "--format", "json")[1])["runs"]
    assert next(one for one in told if one["name"] == "good")["status"] == "killed"


def test_a_folder_that_is_not_there_is_wrong_usage(program: Program, tmp_path: Path) -> None:
    code, _, err = program("runs", str(tmp_path / "nowhere"))
    assert code == 2
    assert "cannot be read" in err


def test_python_gives_the_same_runs(runs: Path) -> None:
    found = {one.name: one for one in nnspec.runs(runs)}
    assert found["good"].headline is not None
    assert found["good"].headline.value == 1.5
    assert found["cut"].state == "stopped"

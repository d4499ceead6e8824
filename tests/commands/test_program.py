"""The real program: what it prints, and the code it exits with."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nnspec.commands import main
from nnspec.schema import generate_schema

ROOT = Path(__file__).parents[2]
SPEC = """\
nnspec: 1
model:
  - Input: [8]
  - Dense: {units: 4, activation: relu}
  - Dense: 1
"""
BROKEN = """\
nnspec: 1
model:
  - Input: [8]
  - Desne: {units: 4, activation: relu}
  - Dense: {unitz: 1}
"""

Printed = tuple[int, str, str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    (tmp_path / "fine.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    return tmp_path


class Program:
    """Calls the program in this process."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self.captured = captured

    def __call__(self, *arguments: str) -> Printed:
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        out, err = self.captured.readouterr()
        assert isinstance(stopped.value.code, int)
        return stopped.value.code, out, err


@pytest.fixture
def program(folder: Path, capsys: pytest.CaptureFixture[str]) -> Program:
    assert folder.is_dir()
    return Program(capsys)


def test_a_fine_spec_is_said_to_be_fine(program: Program) -> None:
    assert program("validate", "fine.yaml") == (0, "1 spec is fine\n", "")


def test_every_mistake_of_every_file_is_shown_and_summed_up(program: Program) -> None:
    code, out, _ = program("validate", "fine.yaml", "broken.yaml")
    assert code == 1
    assert "broken.yaml:4:5: 'Desne' is no layer" in out
    assert "= help: did you mean Dense?" in out
    assert "broken.yaml:5:13:" in out
    assert out.endswith("(lines 4, 5)\n1 spec is fine\n")


def test_a_pattern_that_the_shell_left_is_expanded(program: Program) -> None:
    code, out, _ = program("validate", "*.yaml", "fine.yaml")
    assert code == 1
    assert out.endswith("1 spec is fine\n")


def test_a_pattern_without_a_file_is_wrong_usage(program: Program) -> None:
    code, _, err = program("validate", "*.yml")
    assert code == 2
    assert "no file matches *.yml" in err


@pytest.mark.parametrize("command", ["validate", "render", "summary", "train"])
def test_a_missing_file_is_wrong_usage_and_the_nearest_one_is_named(
    program: Program, command: str
) -> None:
    code, _, err = program(command, "brokne.yaml")
    assert code == 2
    assert "no file at the path brokne.yaml" in " ".join(err.split())
    assert "broken.yaml?" in err


def test_json_findings_are_one_document(program: Program) -> None:
    code, out, _ = program("validate", "--format", "json", "broken.yaml")
    report = json.loads(out)
    assert code == 1
    assert {one["span"]["line"] for one in report["diagnostics"]} == {4, 5}


def test_under_github_actions_findings_are_annotations(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    code, out, _ = program("validate", "broken.yaml")
    assert code == 1
    assert out.startswith("::error title=")
    assert "file=broken.yaml,line=4" in out


def test_an_override_that_names_nothing_is_shown_as_it_was_written(program: Program) -> None:
    code, out, _ = program("validate", "fine.yaml", "--set", "runtime.sede=3")
    assert code == 1
    assert "--set argument 1" in out
    assert "--set runtime.sede=3" in out


def test_render_prints_a_spec_that_validates(program: Program, folder: Path) -> None:
    code, out, _ = program("render", "fine.yaml", "--set", "runtime.seed=7")
    assert code == 0
    assert "seed: 7" in out
    (folder / "filled.yaml").write_text(out, encoding="utf-8")
    assert program("validate", "filled.yaml")[0] == 0
    assert program("render", "filled.yaml")[1] == out


def test_summary_prints_a_table_of_80_columns_with_totals(program: Program) -> None:
    code, out, _ = program("summary", "fine.yaml")
    assert code == 0
    assert "parameters: 41 (41 trainable, 0 not trainable)" in out
    assert max(map(len, out.splitlines())) <= 80


def test_a_refused_spec_is_explained_on_stderr(program: Program) -> None:
    code, out, err = program("summary", "broken.yaml")
    assert (code, out) == (1, "")
    assert "broken.yaml:4:5:" in err
    assert "4 |   - Desne: {units: 4" in err
    assert err.endswith("broken.yaml: 2 errors (lines 4, 5)\n")


def test_schema_prints_the_schema_of_the_language(program: Program) -> None:
    code, out, _ = program("schema")
    assert code == 0
    assert json.loads(out) == generate_schema()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Dense", ["Dense (layers)", "units: a positive whole number; required"]),
        ("mse", ["MeanSquaredError (losses)", "MeanSquaredError (metrics)"]),
        ("g305", ["G305", "Repair:"]),
        ("Lambda", ["not offered"]),
        ("Conv", ["Conv2D"]),
        ("BatchNorm", ["BatchNormalization (layers)"]),
    ],
)
def test_explain_knows_codes_classes_aliases_and_what_is_left_out(
    program: Program, name: str, words: list[str]
) -> None:
    code, out, _ = program("explain", name)
    assert code == 0
    assert [word for word in words if word not in out] == []


def test_explain_names_the_nearest_of_what_it_does_not_know(program: Program) -> None:
    code, _, err = program("explain", "Dens")
    assert code == 2
    assert "did you mean Dense?" in err


def test_explain_alone_lists_every_name(program: Program) -> None:
    code, out, _ = program("explain")
    assert code == 0
    assert all(name in out for name in ("Conv2D", "adam", "G305", "GlobalAveragePooling"))


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["validat", "fine.yaml"], "'validate'"),
        (["train", "fine.yaml", "--epocs", "3"], "--set training.epochs=VALUE"),
        (["validate", "fine.yaml", "--epocs", "3"], "--set training.epochs=VALUE"),
        (["train", "fine.yaml", "--nam", "x"], "--name"),
        (["validate"], "Missing argument"),
        (["validate", "fine.yaml", "--format", "xml"], "github"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_was_meant(
    program: Program, arguments: list[str], hint: str
) -> None:
    code, _, err = program(*arguments)
    assert code == 2
    assert hint in err


def test_the_version_is_printed(program: Program) -> None:
    code, out, _ = program("--version")
    assert code == 0
    assert out.startswith("nnspec ")


def test_what_nobody_foresaw_is_one_calm_line_and_a_file(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        message = "of the test"
        raise LookupError(message)

    monkeypatch.setattr("nnspec.network.summary.summarize", fail)
    code, out, err = program("summary", "fine.yaml")
    assert (code, out) == (70, "")
    assert err.startswith("nnspec: internal error (LookupError: of the test)")
    written = Path(err.strip().rpartition(" ")[2])
    assert "Traceback" in written.read_text(encoding="utf-8")
    written.unlink()


def test_standard_input_is_a_spec(folder: Path) -> None:
    command = [sys.executable, "-m", "nnspec", "validate", "-"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command,
        input=BROKEN,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "-:4:5: 'Desne' is no layer" in done.stdout
    assert "4 |   - Desne: {units: 4" in done.stdout


def test_an_interrupt_exits_130(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nnspec.network.summary.summarize", interrupt)
    assert program("summary", "fine.yaml") == (130, "", "")

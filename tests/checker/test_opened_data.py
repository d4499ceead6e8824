"""`--data` checks a spec against its rows, without training and without Keras."""

import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from checker_program import Program, enter

ROOT = Path(__file__).parents[2]
SPEC = """\
nnspec: 1
data:
  source: table.csv
  target: {target}
  {setting}
model:
  - Dense: {{units: 8, activation: relu}}
  - Dense: {{units: {units}, activation: {activation}}}
training: {{optimizer: adam, loss: {loss}}}
"""
CLASSES = {"units": "3", "activation": "softmax", "loss": "sparse_categorical_crossentropy"}


@pytest.fixture
def program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Program:
    return enter(tmp_path, monkeypatch, capsys)


def rows(count: int = 60) -> list[tuple[float, float, str]]:
    draw = random.Random(0)  # noqa: S311 - a table, no secret
    return [(draw.gauss(0, 1), draw.gauss(0, 1), draw.choice("abc")) for _ in range(count)]


def write(program: Program, header: str, cells: Sequence[Sequence[object]]) -> None:
    lines = [header, *(",".join(map(str, row)) for row in cells)]
    program.write("table.csv", "\n".join([*lines, ""]))


def found(program: Program, **parts: str) -> tuple[int, list[tuple[str, int]], str]:
    usual = {"target": "y", "setting": "", "units": "1", "activation": "linear", "loss": "mse"}
    program.write("spec.yaml", SPEC.format(**(usual | parts)))
    arguments = ("--data", "--ignore", "P,M,T", "spec.yaml")
    code, out, err = program("validate", "--format", "github", *arguments)
    assert err == ""
    lines = [line for line in out.splitlines() if "title=" in line]
    codes = [line.split("title=")[1].split()[0] for line in lines]
    places = [int(line.split("line=")[1].split(",")[0]) for line in lines]
    return code, list(zip(codes, places, strict=True)), out


def test_rows_of_which_nothing_is_to_be_said_are_fine(program: Program) -> None:
    write(program, "x,y,c", rows())
    assert found(program)[:2] == (0, [])


def test_a_column_that_is_always_the_same_teaches_nothing(program: Program) -> None:
    write(program, "x,y,c,k,n", [(*row, "k", 5) for row in rows()])
    code, codes, out = found(program, setting="scaling: {n: none}")
    assert (code, codes) == (0, [("D124", 3), ("D124", 3)])
    assert 'column "k" is "k" in all' in out
    assert 'column "n" is 5 in all' in out


@pytest.mark.parametrize(
    ("slope", "start", "said"),
    [(1, 0, '"t" equals the target "y"'), (-3, 0.5, '"t" is -3 times the target "y" plus 0.5')],
)
def test_a_feature_on_a_line_through_the_target_gives_it_away(
    program: Program, slope: float, start: float, said: str
) -> None:
    write(program, "x,y,t", [(x, y, slope * y + start) for x, y, _ in rows()])
    code, codes, out = found(program, setting="features: [x, t]")
    assert (code, codes) == (0, [("D123", 5)])
    assert said in out


def test_a_feature_that_is_merely_close_to_the_target_is_none(program: Program) -> None:
    write(program, "x,y,t", [(x, y, y + 0.001 * x) for x, y, _ in rows()])
    assert found(program)[1] == []


def test_a_feature_that_stands_for_the_classes_gives_them_away(program: Program) -> None:
    cells = [(x, kind, f"is {kind}", "even" if x > 0 else kind) for x, _, kind in rows(200)]
    write(program, "x,y,t,u", cells)
    code, codes, out = found(program, **CLASSES)
    assert (code, codes) == (0, [("D123", 3)])
    assert '"t" stands one to one for the target "y"' in out


def test_rows_that_are_trained_on_and_tested_on_are_counted(program: Program) -> None:
    write(program, "x,y,c", [*rows(), *rows()])
    code, codes, out = found(program)
    assert code == 0
    assert codes == [("D122", 2), ("D122", 2)]
    assert "test rows also stand in the training rows" in out


def test_the_labels_are_counted_against_the_head(program: Program) -> None:
    write(program, "x,z,y", rows())
    program.write("spec.yaml", SPEC.format(target="y", setting="", **(CLASSES | {"units": "4"})))
    code, out, _ = program("validate", "--data", "spec.yaml")
    assert code == 1
    assert "spec.yaml:8:20:" in out
    assert "its target needs [3]: one unit per class of a, b, c" in out


@pytest.mark.parametrize(
    ("header", "cell", "code", "line"),
    [
        ("x,z,c", "1", "D103", 4),
        ("x,y,c,h", "", "D105", 3),
        ("x,y,y,h", "1", "D121", 3),
    ],
)
def test_what_the_reader_refuses_is_an_error_at_its_place(
    program: Program, header: str, cell: str, code: str, line: int
) -> None:
    cells = [(*row, *([cell] * (header.count(",") - 2))) for row in rows()]
    write(program, header, cells)
    assert found(program)[0] == 1
    assert found(program)[1][0][0] == code
    assert found(program)[1][0][1] <= line


def test_a_spec_without_data_says_so(program: Program) -> None:
    program.write("spec.yaml", "nnspec: 1\nmodel:\n  - Input: [8]\n  - Dense: 1\n")
    code, out, _ = program("validate", "--data", "spec.yaml")
    assert code == 1
    assert "has no data section" in out


def test_reading_the_data_imports_no_keras(program: Program) -> None:
    write(program, "x,y,c", rows())
    found(program)
    script = (
        "import sys\n"
        "sys.argv = ['nnspec', 'validate', '--data', 'spec.yaml']\n"
        "from nnspec.commands import main\n"
        "try:\n    main()\n"
        "finally:\n    print(sorted({'keras', 'tensorflow', 'polars'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=program.folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith("['polars']\n")


def test_without_the_library_one_message_says_what_to_install(program: Program) -> None:
    write(program, "x,y,c", rows())
    found(program)
    script = (
        "import sys\n"
        "sys.modules['polars'] = None\n"
        "sys.argv = ['nnspec', 'validate', '--data', 'spec.yaml']\n"
        "from nnspec.commands import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=program.folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.count("[D118]") == 1
    assert "pip install 'nnspec[tensorflow]'" in done.stdout

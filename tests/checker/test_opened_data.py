"""`--data` checks a spec against its rows, without training and without Keras."""

import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from checker_program import Program

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
    assert (code, codes) == (0, [("D124", 3)])
    assert "2 columns are the same in all 42 training rows: k, n" in out
    write(program, "x,y,c,k", [(*row, "k") for row in rows()])
    assert 'column "k" is "k" in all' in found(program)[2]


def test_columns_that_never_change_and_are_to_be_scaled_are_one_finding(program: Program) -> None:
    names = [f"pixel{place}" for place in range(9)]
    write(program, ",".join(["x", "y", *names]), [(x, y, *[0] * 9) for x, y, _ in rows()])
    code, codes, out = found(program)
    assert (code, codes) == (0, [("D124", 3)])
    assert "9 columns are the same" in out
    assert "pixel4 and 4 more" in out


def test_a_text_for_each_row_is_told_how_to_be_declared(program: Program) -> None:
    cells = [(*row, f"Mr. No. {place} of the street") for place, row in enumerate(rows())]
    write(program, "x,y,c,Name", cells)
    code, codes, out = found(program)
    assert (code, codes) == (1, [("D131", 3)])
    assert "free text" in out
    assert "columns: {Name: category}" in out
    assert found(program, setting="columns: {Name: category}")[1] == []
    assert found(program, setting="features: [x, c]")[1] == []


def test_texts_that_come_again_are_classes(program: Program) -> None:
    write(program, "x,y,c,town", [(*row, f"town {place % 20}") for place, row in enumerate(rows())])
    assert found(program)[1] == []


SERIES = """\
nnspec: 1
data:
  source: table.csv
  features: [x]
  target: y
  window: {length: 4}
model: [Flatten, Dense: 1]
training: {optimizer: adam, loss: mse}
"""


def found_in_series(program: Program) -> tuple[list[str], str]:
    program.write("spec.yaml", SERIES)
    code, out, _ = program("validate", "--data", "--ignore", "P,M,T", "spec.yaml")
    assert code == 0
    return [
        line.split("[")[-1][:-1] for line in out.splitlines() if line.startswith("spec.yaml:6:")
    ], out


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("when,shop,x,y", lambda k: (k % 20, "abc"[k // 20])),
        ("when,shop,x,y", lambda k: (f"2024-01-{k // 3 + 1:02d}", "abc"[k % 3])),
        ("note,shop,x,y", lambda k: (0.5, ["Rome", "Oslo", "Bonn"][k // 20])),
        ("cycle,unit id,x,y", lambda k: (k % 20, 100 + k // 20)),
    ],
)
def test_windows_across_several_series_name_what_tells_them_apart(
    program: Program, header: str, row: Callable[[int], tuple[object, object]]
) -> None:
    cells = [(*row(place), x, y) for place, (x, y, _) in enumerate(rows())]
    write(program, header, cells)
    codes, out = found_in_series(program)
    assert codes == ["D132"]
    assert f'3 series: "{header.split(",")[1]}"' in out


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (lambda k: (k % 20, "abc"[k // 20]), "8 of 56 windows hold rows of more than one"),
        (lambda k: (f"2024-01-{k // 3 + 1:02d}", "abc"[k % 3]), "all windows hold rows"),
    ],
)
def test_windows_of_several_series_are_counted(
    program: Program, row: Callable[[int], tuple[object, object]], said: str
) -> None:
    write(
        program,
        "when,shop,x,y",
        [(*row(place), x, y) for place, (x, y, _) in enumerate(rows())],
    )
    assert said in found_in_series(program)[1]


@pytest.mark.parametrize("texts", [["Rome", "7", "12"], ["Rome", "Oslo", "12"]])
def test_a_key_may_hold_numbers_among_its_texts(program: Program, texts: list[str]) -> None:
    write(
        program,
        "note,place,x,y",
        [(0.5, texts[place // 20], x, y) for place, (x, y, _) in enumerate(rows())],
    )
    textual = sum(text.isalpha() for text in texts) > 1
    assert found_in_series(program)[0] == (["D132"] if textual else [])


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("day,shop,x,y", lambda k: (k, "abc"[k // 20])),
        ("Day,Month,x,y", lambda k: (k % 20, 5 + k // 20)),
        ("date,weekday,x,y", lambda k: (f"2024-03-{k // 2 + 1:02d}", "abc"[k % 3])),
        ("a,b,x,y", lambda k: (k * k % 17, k * k % 5)),
    ],
)
def test_one_series_is_none_of_several(
    program: Program, header: str, row: Callable[[int], tuple[object, object]]
) -> None:
    write(program, header, [(*row(place), x, y) for place, (x, y, _) in enumerate(rows())])
    assert found_in_series(program) == ([], "1 spec is fine\n")


def test_a_weight_of_a_class_that_the_data_does_not_have_is_found(program: Program) -> None:
    write(program, "x,z,y", rows())
    text = SPEC.format(target="y", setting="", **CLASSES)
    program.write("spec.yaml", text.replace("adam,", "adam, class_weight: {a: 1, B: 2},"))
    code, out, _ = program("validate", "--data", "spec.yaml")
    assert code == 1
    assert "class_weight names 'B'; the classes are a, b, c [M105]" in out
    assert "did you mean b?" in out


def test_numbers_beyond_an_embedding_are_found_in_the_rows(program: Program) -> None:
    write(program, "k,c,y", [(place % 30, kind, y) for place, (_, y, kind) in enumerate(rows())])
    text = """\
nnspec: 1
data:
  source: table.csv
  target: y
  columns: {k: integer}
  encoding: index
  features: [k, c]
model:
  - Embedding: {input_dim: %s, output_dim: 2}
  - Flatten
  - Dense: 1
training: {optimizer: adam, loss: mse}
"""
    program.write("spec.yaml", text % 29)
    code, out, _ = program("validate", "--data", "spec.yaml")
    assert (code, "spec.yaml:9:28:" in out) == (1, True)
    assert "write input_dim: 30" in out
    program.write("spec.yaml", text % 30)
    assert program("validate", "--data", "--ignore", "P,T", "spec.yaml")[0] == 0


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


def test_a_feature_gives_classes_away_only_if_each_of_its_values_is_one_class(
    program: Program,
) -> None:
    swapped = {"a": "b", "b": "c", "c": "a"}
    cells = [
        (x, kind, swapped[kind], kind if x > -1.5 else swapped[kind], "abc".index(kind))
        for x, _, kind in rows(200)
    ]
    write(program, "x,y,other,nearly,number", cells)
    out = found(program, **CLASSES)[2]
    assert '"other" stands one to one for the target "y"' in out
    assert '"number" stands one to one for the target "y"' in out
    assert '"nearly"' not in out


def test_rows_that_are_trained_on_and_tested_on_are_counted(program: Program) -> None:
    write(program, "x,y,c", [*rows(), *rows()])
    code, codes, out = found(program)
    assert code == 0
    assert codes == [("D122", 2)]
    assert "test rows also stand in the training rows" in out


def test_a_column_without_a_name_may_stand_unused(program: Program) -> None:
    write(program, "x,,y", [(x, place, y) for place, (x, y, _) in enumerate(rows())])
    assert found(program, setting="features: [x]")[:2] == (0, [])
    code, codes, out = found(program)
    assert (code, codes) == (1, [("D121", 3)])
    assert "leave it out: features: [x]" in out


def test_equal_rows_of_few_categories_are_no_copies(program: Program) -> None:
    draw = random.Random(3)  # noqa: S311 - a table, no secret
    write(
        program,
        "a,b,y",
        [[draw.choice("uvw"), draw.choice("pq"), draw.choice("abc")] for _ in range(200)],
    )
    assert found(program, **CLASSES)[:2] == (0, [])


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
        "from nnspec.commands import main\n"
        "try:\n    main(['validate', '--data', 'spec.yaml'])\n"
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
        "from nnspec.commands import main\n"
        "main(['validate', '--data', 'spec.yaml'])\n"
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


def test_weights_of_classes_that_the_target_lacks_are_told_with_the_near_one(
    program: Program,
) -> None:
    write(program, "x,z,y", rows(90))
    program.write(
        "spec.yaml",
        SPEC.format(target="y", setting="", **CLASSES).replace(
            "entropy}", "entropy, class_weight: {a: 2, bb: 3}}"
        ),
    )
    code, out, _ = program("validate", "--data", "--ignore", "P,T", "spec.yaml")
    assert (code, out.count("[M105]")) == (1, 1)
    assert "class_weight names 'bb'; the classes are a, b, c" in out
    assert "did you mean b?" in out

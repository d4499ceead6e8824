"""`export --format python`: programs in Keras' own names that build and train the same network."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nnspec
from nnspec.build.front import prepare_arrays
from nnspec.commands import main
from nnspec.diagnostics import Refused, RunFailed
from nnspec.engine import predict
from nnspec.pipeline import exported_program
from nnspec.pipeline.compile import compile_model
from nnspec.pipeline.exchanged import export_python
from nnspec.pipeline.opened import open_spec
from nnspec.pipeline.prepare import prepare
from nnspec.run.folder import RunFolder

pytestmark = pytest.mark.keras

SPECS = Path(__file__).parents[2] / "specs"
SLOW = ("diabetes", "wine", "auto_mpg_quantiles", "auto_mpg_normal")
TRAINED = (
    *("auto_mpg", "digits_autoencoder", "sunspots", "breast_cancer"),
    *(
        pytest.param(one, marks=pytest.mark.slow)
        for one in ("diabetes", "wine", "auto_mpg_quantiles", "auto_mpg_normal")
    ),
)
BUILT = ("wide_and_deep", "transformer", "wavenet")
ALONE = """\
import runpy, sys

class Blocked:
    def find_spec(self, name, *_):
        if name.partition(".")[0] == "nnspec":
            raise ImportError(name)

sys.meta_path.insert(0, Blocked())
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def program(source: Path, folder: Path) -> tuple[dict[str, Any], str]:
    """Write the program of a spec, check its form, and return what it defines, and its text."""
    output = folder / "program.py"
    export_python(source, output)
    text = output.read_text(encoding="utf-8")
    formatted = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--check", str(output)],
        check=False,
        capture_output=True,
    )
    assert formatted.returncode == 0, formatted.stdout
    assert "nnspec" not in text
    namespace: dict[str, Any] = {"__name__": "program", "__file__": str(output)}
    exec(compile(text, str(output), "exec"), namespace)  # noqa: S102 - the program that is tested
    return namespace, text


def same(ours: list[Any], theirs: list[Any]) -> bool:
    return len(ours) == len(theirs) and all(map(np.array_equal, ours, theirs))


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILT)
def test_an_architecture_has_the_same_first_weights(name: str, tmp_path: Path) -> None:
    source = SPECS / "architectures" / f"{name}.yaml"
    found, _ = program(source, tmp_path)
    model = found["build_model"]()
    assert same(compile_model(source).get_weights(), model.get_weights())


@pytest.mark.parametrize("name", TRAINED)
def test_a_program_has_the_same_rows_inputs_targets_and_weights(name: str, tmp_path: Path) -> None:
    source = SPECS / f"{name}.yaml"
    found, text = program(source, tmp_path)
    prepared = prepare(open_spec(source))
    seen: dict[str, Any] = {}

    class Stopped(Exception):
        """Raised in place of a training."""

    def remember(_: object, x: Any, y: Any, **settings: Any) -> None:
        seen.update(x=x, y=y, settings=settings)
        raise Stopped

    model = found["build_model"]()
    assert same(prepared.program.core.get_weights(), model.get_weights())
    kind = type(model)
    found["build_model"] = lambda: model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "fit", remember)
        with pytest.raises(Stopped):
            found["main"]()
    ours = prepare_arrays(prepared.program.front, prepared.dataset, "train")
    check_equal(ours.inputs, seen["x"])
    check_equal(ours.targets, seen["y"])
    validation = prepare_arrays(prepared.program.front, prepared.dataset, "validation")
    check_equal(validation.inputs, seen["settings"]["validation_data"][0])
    check_equal(validation.targets, seen["settings"]["validation_data"][1])
    assert "def main" in text


def check_equal(ours: Any, theirs: Any) -> None:
    """Compare arrays by name; a single one has none in the program."""
    if not isinstance(theirs, dict):
        (ours,), theirs = ours.values(), [theirs]
        ours = [ours]
    else:
        ours, theirs = [*ours.values()], [*theirs.values()]
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one.reshape(other.shape), other, rtol=0, atol=2e-6)


REFUSED = {
    "digits_map": "training.rule: kohonen",
    "auto_mpg_origin": "rows are drawn anew",
    "digits_augmented": "rows are drawn anew",
    "published/piecewise/breast_cancer": (
        'columns "mean radius", "mean texture", "mean perimeter" and 27 more: numbers are clipped'
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_program_says_is_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        export_python(SPECS / f"{name}.yaml", tmp_path / "program.py")
    (finding,) = refused.value.diagnostics
    assert finding.code == "A113"
    assert REFUSED[name] in finding.message
    assert not (tmp_path / "program.py").exists()


TABLE = """\
nnspec: 1
data:
  source: table.csv
  target: {target}
  columns: {{Größe: category, "id %": category{column}}}
  {more}
  split: {{validation: 0.2, test: 0.2}}
model: [{{Dense: 4}}, {{Dense: {units}}}]
training: {{optimizer: Adam, loss: {loss}, epochs: 2, batch_size: 7}}
"""


def write_table(folder: Path) -> None:
    lines = ['Größe,Breite (m),id %,"say; what",class']
    for row in range(60):
        width = "NA" if row % 9 == 4 else f"{row % 13 / 3:.3f}"
        lines.append(
            f"{'abc'[row % 3]},{width},{row % 4},{row * row % 17},{'no' if row % 3 else 'yes'}"
        )
    (folder / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("target", "more", "loss", "units"),
    [
        ("class", "missing: median", "binary_crossentropy", "{units: 1, activation: sigmoid}"),
        ("class", "missing: drop", "categorical_crossentropy", "{units: 2, activation: softmax}"),
        ("'say; what'", "missing: mean", "mse", "1"),
        ("'say; what'", "", "mae", "1"),
    ],
)
def test_a_table_of_categories_gaps_and_odd_names_is_read_alike(
    target: str, more: str, loss: str, units: str, tmp_path: Path
) -> None:
    write_table(tmp_path)
    column = "" if more else ', "Breite (m)": {numeric: {missing: {constant: 2}}}'
    text = TABLE.format(target=target, more=more, loss=loss, units=units, column=column)
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    found, _ = program(tmp_path / "spec.yaml", tmp_path)
    opened = prepare(open_spec(tmp_path / "spec.yaml"))
    table = found["read_data"]()
    ours = prepare_arrays(opened.program.front, opened.dataset, "train")
    rows = len(next(iter(table.values())))
    stratified = "classes" in found["split_rows"].__code__.co_varnames[:1]
    train, *_ = found["split_rows"](table["class"] if stratified else rows)
    check_equal(ours.inputs, found["make_inputs"](table, train)[train])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["diabetes", "wine"])
def test_a_program_alone_reaches_the_figure_of_the_run(name: str, tmp_path: Path) -> None:
    from nnspec import train  # noqa: PLC0415 - of this test alone

    output = tmp_path / "program.py"
    export_python(SPECS / f"{name}.yaml", output)
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(output)], capture_output=True, text=True, check=True
    )
    printed = done.stdout.splitlines()[-1]
    result = train(SPECS / f"{name}.yaml", runs=tmp_path / "runs")
    (one,) = result.report.outputs
    metrics = one.metrics["test"]
    figure = "rmse" if name == "diabetes" else "accuracy"
    (found,) = re.findall(rf"{figure} ([0-9.]+)", printed)
    assert float(found) == pytest.approx(metrics[figure], rel=0.08)


@pytest.mark.slow
def test_the_program_of_a_run_is_started_and_compared_before_it_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table(tmp_path)
    text = TABLE.format(
        target="'say; what'", more="missing: mean", loss="mse", units="1", column=""
    )
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    run = nnspec.train(tmp_path / "spec.yaml", runs=tmp_path / "runs", name="run").folder
    output = tmp_path / "program.py"
    called = ("export", str(run), "--format", "python", "-o", str(output))
    with pytest.raises(SystemExit) as stopped:
        main(called)
    assert stopped.value.code == 0
    assert "with its first weights" in capsys.readouterr().out
    kept = RunFolder.open(run).manifest.exports["python"]
    assert kept.rows == 36
    assert kept.largest <= 1e-5
    monkeypatch.setattr(exported_program, "predict", shifted)
    output.unlink()
    with pytest.raises(RunFailed, match="begins otherwise"):
        exported_program.export_program(run, output)
    assert not list(tmp_path.glob("*program*"))


def shifted(core: Any, inputs: Any) -> dict[str, Any]:
    return {name: one + 0.1 for name, one in predict(core, inputs).items()}

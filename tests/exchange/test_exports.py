"""`export --check` and the forms of a run: reloaded without this package, and held against it."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnspec import train
from nnspec.commands import main
from nnspec.data.fit.fitted import NumericFit
from nnspec.data.fit.frozen import Bins
from nnspec.diagnostics import NnspecError, Refused, RunFailed
from nnspec.exchange.parity import checked, compare
from nnspec.exchange.reload import lacking
from nnspec.exchange.write.columns import told_of_number
from nnspec.pipeline import exports
from nnspec.pipeline.checked_exports import check_exports
from nnspec.pipeline.exports import Wanted, export_held
from nnspec.pipeline.finished import open_run
from nnspec.pipeline.held_out import HeldOut, hold_out
from nnspec.pipeline.parity_rows import Figure
from nnspec.run.folder import RunFolder

pytestmark = pytest.mark.keras

SPEC = """\
nnspec: 1
name: odd_names
data:
  source: table.csv
  target: "Art (größte)"
  missing: median
  columns: {"Größe m²": {numeric: {scaling: log}}, Day: {date: [month, weekday]}, id: identifier}
  split: {validation: 0.2, test: 0.2}
model:
  - Dense: {units: 6, activation: HIDDEN}
  - Dense: {units: 5, use_bias: false}
  - BatchNormalization
  - LeakyReLU: 0.2
  - Dense: {units: 3, activation: softmax}
training: {optimizer: Adam, loss: sparse_categorical_crossentropy, epochs: 2}
"""
FORMS = ("keras-json", "keras", "weights", "keras2-h5", "litert", "litert-float16", "savedmodel")
NAMES = {"savedmodel": "model", "keras-json": "model.json", "keras": "model.keras"}


def write_run(folder: Path, hidden: str = "silu") -> Path:
    lines = ["id,Größe m²,NA col,Day,Art (größte)"]
    for row in range(90):
        gap = "" if row % 7 == 3 else f"{row % 13 / 3:.3f}"
        day = f"2024-{row % 12 + 1:02d}-{row % 28 + 1:02d}"
        lines.append(f"{row},{gap},{row * row % 17},{day},{'ÄBC'[row % 3]}")
    (folder / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = SPEC.replace("HIDDEN", hidden)
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    return train(folder / "spec.yaml", runs=folder / "runs", name="run").folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("exports"))


@pytest.fixture(scope="module")
def held(run: Path) -> HeldOut:
    return hold_out(open_run(run))


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def shifted(answers: Mapping[str, Any], by: float) -> dict[str, Any]:
    return {key: one + by if one.dtype.kind == "f" else one for key, one in answers.items()}


def test_answers_that_differ_by_rounding_are_equal_and_others_are_told_of(held: HeldOut) -> None:
    program, answers = held.run.program, held.answers
    near = compare(program, answers, shifted(answers, 1e-6))
    assert near.differs() is None
    assert 0 < near.mean <= near.largest < 1e-5
    far = compare(program, answers, shifted(answers, 1e-3))
    assert far.answer == "probabilities"
    with pytest.raises(RunFailed) as failed:
        checked(far, "file", file="x")
    assert failed.value.diagnostics[0].code == "A107"
    broken = {key: np.full_like(one, np.nan) for key, one in answers.items() if key[1] == "r"}
    assert compare(program, {"probabilities": answers["probabilities"]}, broken).differs()


def test_a_label_may_differ_only_where_no_class_leads(held: HeldOut) -> None:
    shares = np.array([[0.5, 0.5, 0.0], [0.9, 0.1, 0.0]])
    ours = {"prediction": np.array([b"B", b"B"], object), "probabilities": shares}
    theirs = {"prediction": np.array(["C", "B"]), "probabilities": shares}
    assert compare(held.run.program, ours, theirs).labels == 0
    theirs["prediction"] = np.array(["B", "C"])
    assert compare(held.run.program, ours, theirs).labels == 1


def test_the_figure_of_held_out_rows_is_the_reports(held: HeldOut, run: Path) -> None:
    report = json.loads(RunFolder.open(run).read("report.json"))
    name, value = held.figure(held.answers) or ("", 0.0)
    assert value == pytest.approx(next(iter(report["outputs"].values()))["metrics"]["test"][name])
    shares = [
        held.figure({**held.answers, "probabilities": np.tile(row, (18, 1))}) for row in np.eye(3)
    ]
    assert sum(one[1] for one in shares if one) == pytest.approx(1)


def test_integers_of_8_bits_may_lose_little_of_the_figure() -> None:
    exports.check_figure(Figure("accuracy", 0.89, 0.9), 500, "litert-int8", "x")
    exports.check_figure(Figure("accuracy", 43 / 45, 44 / 45), 45, "litert-int8", "x")
    exports.check_figure(Figure("rmse", 1.01, 1.0), 500, "litert-int8", "x")
    for lost in (Figure("accuracy", 0.8, 0.9), Figure("rmse", 1.2, 1.0), Figure("r", None, 1.0)):
        with pytest.raises(RunFailed, match="lost"):
            exports.check_figure(lost, 500, "litert-int8", "x")


def test_one_row_may_be_lost_of_few_and_two_hundredths_of_many() -> None:
    for run, file, rows in ((0.9, 0.88, 500), (0.9, 0.88, 50), (0.9, 0.8, 10), (0.5, 0.0, 0)):
        exports.check_figure(Figure("roc_auc", file, run), rows, "f", "x")
    for run, file, rows in ((0.9, 0.8799, 500), (0.9, 0.7999, 10)):
        with pytest.raises(RunFailed):
            exports.check_figure(Figure("roc_auc", file, run), rows, "f", "x")
    for run, file in ((2.0, 2.04), (2.0, 1.0), (0.0, 1.02)):
        exports.check_figure(Figure("mae", file, run), 10, "f", "x")
    for run, file in ((2.0, 2.0401), (0.0, 1.0201)):
        with pytest.raises(RunFailed, match="reaches mae"):
            exports.check_figure(Figure("mae", file, run), 10, "f", "x")


def test_a_form_is_compared_and_kept_in_the_record_alone(run: Path) -> None:
    before = sorted(run.iterdir())
    (found,) = check_exports(run, ("keras-json",))
    assert (found.form, found.rows, found.reason) == ("keras-json", "test", "")
    assert found.parity is not None
    assert (found.parity.rows, found.parity.differs()) == (18, None)
    assert found.figure is not None
    assert found.figure.file == pytest.approx(found.figure.run)
    assert found.milliseconds is not None
    assert 0 < found.milliseconds < 60_000
    kept = RunFolder.open(run).manifest.exports
    assert kept["keras-json"].bytes == found.bytes
    assert "onnx" not in kept
    assert sorted(run.iterdir()) == before


@pytest.mark.parametrize(
    ("form", "name"), [("keras2-h5", "m.keras"), ("litert", "m.bin"), ("keras", "m.h5")]
)
def test_a_file_of_another_ending_is_refused(form: str, name: str, held: HeldOut) -> None:
    with pytest.raises(Refused) as refused:
        export_held(held, Wanted(form, Path(name)))
    assert refused.value.diagnostics[0].code == "A113"


def test_nothing_is_written_without_a_place_unless_it_is_checked(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("export", str(run)) == 2
    assert command("export", str(run), "--check", "--format", "card") == 2
    assert "--output" in capsys.readouterr().err


@pytest.mark.slow
def test_every_form_of_a_run_answers_as_the_run(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tf_keras")
    before = sorted(run.iterdir())
    assert command("export", str(run), "--check") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("format")
    assert lines[0].split()[-4:] == ["file", "run", "largest", "mean"]
    kept = RunFolder.open(run).manifest.exports
    for form in FORMS:
        (line,) = (one for one in lines if one.split()[0] == form)
        assert "accuracy (test)" in line, line
        assert kept[form].rows == 18
        assert kept[form].largest <= (1e-2 if form == "litert-float16" else 1e-5)
        assert kept[form].figure_of_run == pytest.approx(kept[form].figure, abs=1e-6)
        assert kept[form].milliseconds
    assert sorted(run.iterdir()) == before
    assert not list(tmp_path.iterdir())


BINS = Bins(encoding="piecewise_linear", edges=(0.0, 1.0, 5.0, 7.0, 9.0))
BINNED = "x is written by the edges of `bins`, as piecewise_linear"


@pytest.mark.parametrize(
    ("bins", "sentences"),
    [
        (BINS, [f"{BINNED}."]),
        (
            BINS.model_copy(update={"beside": True}),
            [f"{BINNED}, each times 0.5, behind the scaled number.", "(x - 2.0) / 4.0."],
        ),
        (None, ["(x - 2.0) / 4.0."]),
    ],
)
def test_what_a_reader_of_weights_has_to_know_says_how_numbers_are_binned(
    bins: Bins | None, sentences: list[str]
) -> None:
    fit = NumericFit(shift=2.0, scale=4.0, bins=bins)
    assert list(told_of_number(fit)) == sentences


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # tf-keras is of an older TensorFlow
def test_a_file_for_keras_2_lies_beside_what_its_reader_has_to_know(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tf_keras = pytest.importorskip("tf_keras")
    output = tmp_path / "net.h5"
    assert command("export", str(run), "--format", "keras2-h5", "-o", str(output)) == 0
    assert "net.h5.columns.json" in capsys.readouterr().out
    said = json.loads((tmp_path / "net.h5.columns.json").read_text(encoding="utf-8"))
    (given,) = said["inputs"]
    size = next(one for one in given["columns"] if one["column"] == "Größe m²")
    assert "log" in size["how"]
    assert sorted(said["outputs"][0]["labels"]) == ["B", "C", "Ä"]
    model = tf_keras.models.load_model(output)
    held = hold_out(open_run(run))
    left = model.predict(held.placed()["0"], verbose=0)
    np.testing.assert_allclose(left, held.answers["probabilities"], atol=1e-5)


@pytest.mark.slow
def test_what_a_form_cannot_hold_is_named_with_its_layer(tmp_path: Path) -> None:
    held = hold_out(open_run(write_run(tmp_path, hidden="hard_sigmoid")))
    for form in ("keras2-h5", "tfjs"):
        with pytest.raises(Refused) as refused:
            export_held(held, Wanted(form, tmp_path / f"model{'.h5' if form[0] == 'k' else ''}"))
        (finding,) = refused.value.diagnostics
        assert finding.code == "A113"
        assert '"dense"' in finding.message
        assert "hard_sigmoid" in finding.message
    assert not list(tmp_path.glob("model*"))


@pytest.mark.slow
def test_what_answers_otherwise_is_not_kept(run: Path, tmp_path: Path) -> None:
    held = hold_out(open_run(run))
    kernel = held.run.program.core.layers[1].kernel
    kernel.assign(kernel + 0.1)  # the answers that are held were those before
    with pytest.raises(NnspecError) as failed:
        export_held(held, Wanted("keras", tmp_path / "m.keras"))
    assert failed.value.diagnostics[0].code == "A107"
    assert not list(tmp_path.iterdir())


def test_what_reads_a_form_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "npm install @tensorflow/tfjs" in (lacking("tfjs") or "")
    assert lacking("keras") is None

"""A finished run put to use: its program rebuilt from the run folder, weights checked."""

from dataclasses import dataclass
from pathlib import Path

from nnspec.build.program import Program, build_program
from nnspec.build.raw import raw_columns
from nnspec.data import Preprocessing, check_unchanged, read_for_prediction
from nnspec.document import parse_document
from nnspec.exchange.write.savedmodel import export_savedmodel
from nnspec.judge.output import OutputReport
from nnspec.judge.program import answer_new_rows, describe_heads, judge_program, predict_split
from nnspec.pipeline.check import check_document
from nnspec.pipeline.conclude import SAMPLE
from nnspec.pipeline.opened import fit_network, read_data, trainable_sections
from nnspec.pipeline.prepare import filled_splits
from nnspec.report.predictions import encode_predictions
from nnspec.report.report import Report, decode_report
from nnspec.run.checkpoint import load_weights
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREPROCESSING, REPORT, SPEC
from nnspec.spec.spec import Spec


@dataclass(frozen=True, slots=True)
class Finished:
    """A run opened again."""

    folder: RunFolder
    spec: Spec
    program: Program


def open_run(path: Path) -> Finished:
    """Return a run with its trained program.

    Raises:
        Refused: the folder is no run, is damaged, or was written by a newer nnspec.
    """
    folder = RunFolder.open(path)
    source = Path(folder.manifest.spec.folder)
    document = parse_document(folder.read(SPEC), str(path / SPEC))
    spec, _ = check_document(document, folder=source, allow_outside=True).accept()
    fitted = Preprocessing.from_json(folder.read(PREPROCESSING))
    program = build_program(spec, fit_network(spec, fitted), fitted)
    load_weights(program.core, folder, "last")
    return Finished(folder, spec, program)


def evaluate(path: Path) -> tuple[OutputReport, ...]:
    """Return the figures of a run's outputs, computed anew from its weights and data.

    Raises:
        Refused: D117 where the data is not that of the run.
    """
    run = open_run(path)
    network = fit_network(run.spec, run.program.fitted)
    dataset = read_data(run.spec, network, allow_outside=True)
    check_unchanged(dataset, str(run.folder.manifest.data))
    judged = judge_program(
        run.program,
        dataset,
        filled_splits(run.program, dataset),
        run.spec,
    )
    return judged.outputs


def predict(path: Path, data: Path) -> bytes:
    """Return the predictions of a run for new rows, as CSV.

    Args:
        path: the run folder.
        data: a table with the run's feature columns; targets are not needed.
    """
    run = open_run(path)
    rows = read_for_prediction(str(data.resolve()), run.program.fitted, folder=data.parent)
    training = trainable_sections(run.spec).training
    inputs = run.program.features(rows.features)
    predicted = predict_split(run.program, inputs, training.batch_size)
    pairs = [
        (head, answer_new_rows(run.program, head, predicted, rows))
        for head in describe_heads(run.program)
    ]
    return encode_predictions(pairs)


def export(path: Path, output: Path) -> None:
    """Write a run's SavedModel to another place, compared with the program once more."""
    run = open_run(path)
    network = fit_network(run.spec, run.program.fitted)
    dataset = read_data(run.spec, network, allow_outside=True)
    rows = dataset.splits["train"].features.take(slice(0, SAMPLE))
    sample = raw_columns(rows, run.program.fitted.columns)
    export_savedmodel(run.program, output, sample)


def report(path: Path) -> Report:
    """Return the report that a run wrote."""
    return decode_report(RunFolder.open(path).read(REPORT))

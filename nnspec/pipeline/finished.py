"""A run put to use: its program rebuilt from the run folder, weights checked, work completed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nnspec.build.codes import build_codes
from nnspec.build.program import Program
from nnspec.data import Dataset, NewRows, check_unchanged
from nnspec.data.table import Values
from nnspec.diagnostics import Diagnostic
from nnspec.engine import predict as predict_outputs
from nnspec.judge.answers import Answers
from nnspec.judge.calibration import CALIBRATIONS_OF_RUN
from nnspec.judge.decision import DECISIONS_OF_RUN, decided
from nnspec.judge.heads import Head
from nnspec.judge.predicted import Passage
from nnspec.judge.program import answer_new_rows, describe_heads
from nnspec.judge.settled import Settled
from nnspec.network.network import Network
from nnspec.pipeline.conclude import (
    conclude,
    describe,
    judge,
    settled_program,
)
from nnspec.pipeline.gates import Gates, missed_asked, missed_gates
from nnspec.pipeline.incomplete import check_weights, count_epochs, doubts_about, ended
from nnspec.pipeline.indices import check_new_indices
from nnspec.pipeline.new_rows import Data, read_new_rows
from nnspec.pipeline.opened import read_data, trainable_sections
from nnspec.pipeline.prepare import compile_core, filled_splits, rows_of_an_epoch
from nnspec.pipeline.rebuilt import rebuild
from nnspec.pipeline.trained import Trained
from nnspec.report.new_rows import describe_new_rows
from nnspec.report.predictions import tabulate, tabulate_layer
from nnspec.report.report import FORMAT, Report, decode_report
from nnspec.report.written import Columns, encode_table
from nnspec.run.folder import RunFolder
from nnspec.run.layout import CALIBRATION, DECISIONS, REPORT
from nnspec.run.manifest import TrainingRecord
from nnspec.run.signals import SIGNALS
from nnspec.spec.forms import Form
from nnspec.spec.spec import Spec


@dataclass(frozen=True, slots=True)
class Finished:
    """A run opened again.

    Attributes:
        network: resolved with the tensors that the fitted front gives.
        program: holds the run's last weights.
        settled: how its outputs answer; None where that was not settled yet.
        doubts: what is to be said about the run before its answers are relied on.
    """

    folder: RunFolder
    spec: Spec
    network: Network
    program: Program
    settled: Settled | None = None
    doubts: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The figures of a run, computed anew; the gates that a run just completed missed."""

    report: Report
    spec: Spec
    doubts: tuple[Diagnostic, ...] = ()
    missed: tuple[Diagnostic, ...] = ()

    def missing(self, gates: Gates, *, own: bool) -> tuple[Diagnostic, ...]:
        """Return a finding for every gate that is missed.

        Args:
            gates: bounds of the command line.
            own: whether the rows are the run's own, on which the gates of its spec are too.

        Raises:
            Refused: T109 for a figure that the report does not have.
        """
        asked = missed_asked(self.spec, self.report, gates)
        return (*(missed_gates(self.spec, self.report) if own else ()), *asked)


@dataclass(frozen=True, slots=True)
class Predicted:
    """Predictions for new rows.

    Attributes:
        columns: names with their cells; see `tabulate`.
        doubts: what is to be said about them.
    """

    columns: Columns
    doubts: tuple[Diagnostic, ...] = ()

    @property
    def content(self) -> bytes:
        """Return the table, as CSV."""
        return encode_table(self.columns)


def open_run(path: Path) -> Finished:
    """Return a run with its trained program.

    Raises:
        Refused: the folder is no run, is damaged, or was written by a newer nnspec; A115 where
            the run ended before it had weights.
    """
    folder = RunFolder.open(path)
    check_weights(folder)
    made = rebuild(folder)
    settled = read_settled(folder)
    program = settled_program(made.program, settled or Settled())
    return Finished(folder, made.spec, made.network, program, settled, doubts_about(folder))


def read_settled(folder: RunFolder) -> Settled | None:
    """Return how a run's outputs answer; None before it is known.

    A run that was judged, and kept nothing, answers with the more probable class and no interval.
    """
    kept = folder.manifest.artefacts
    if not {DECISIONS, CALIBRATION, REPORT} & set(kept):
        return None
    decisions = DECISIONS_OF_RUN.decode(folder.read(DECISIONS)) if DECISIONS in kept else {}
    found = CALIBRATIONS_OF_RUN.decode(folder.read(CALIBRATION)) if CALIBRATION in kept else {}
    return Settled(decisions, found)


def evaluate(path: Path) -> Evaluated:
    """Return the figures of a run, computed anew from its weights and data.

    A run that is trained and was not concluded is completed: report, predictions, SavedModel.

    Raises:
        Refused: D117 where the data is not that of the run; A101 for every file of it that is not
            the one written, whether the figures need it or not.
        RunBusy: A106 where another process is about to complete it.
    """
    RunFolder.open(path).check_undamaged()
    run = open_run(path)
    trained = reopen(run)
    if run.folder.manifest.status == "complete":
        judged = judge(trained, run.settled)
        return Evaluated(replace(report(path), outputs=judged.outputs), run.spec)
    if run.folder.manifest.training is None:
        return Evaluated(describe(trained, judge(trained)), run.spec, run.doubts)
    completed = complete(trained)
    return Evaluated(completed, run.spec, missed=missed_gates(run.spec, completed))


def evaluate_rows(run: Finished, rows: NewRows) -> Evaluated:
    """Return the figures of a run on rows that it has never seen, without baselines.

    Args:
        run: with weights; it need not be complete.
        rows: read with their targets.

    Raises:
        Refused: D108 for a class that was not in the training rows, D112 where a number has no row
            in the table that it is looked up in.
    """
    fitted, spec = run.program.fitted, run.spec
    check_new_indices(run.network, fitted, rows)
    spec = replace(spec, evaluation=spec.evaluation.model_copy(update={"baselines": False}))
    dataset = Dataset({"test": rows}, fitted, str(run.folder.manifest.data), "")
    splits = filled_splits(run.program, dataset)
    trained = Trained(spec, run.network, dataset, run.program, run.folder, splits, record_of(run))
    judged = judge(trained, run.settled or Settled())
    return Evaluated(describe(trained, judged), run.spec, (*run.doubts, *rows.notes))


def reopen(run: Finished) -> Trained:
    """Return a run as its training left it.

    Raises:
        Refused: D117 where the data is not that of the run.
    """
    dataset = read_data(run.spec, run.network, allow_outside=True)
    check_unchanged(dataset, str(run.folder.manifest.data))
    # What was fitted on another run's rows, of which a part begins this one, is not fitted anew.
    dataset = replace(dataset, fitted=run.program.fitted)
    splits = filled_splits(run.program, dataset)
    return Trained(run.spec, run.network, dataset, run.program, run.folder, splits, record_of(run))


def record_of(run: Finished) -> TrainingRecord:
    """Return how a run's training went, as far as it came."""
    manifest = run.folder.manifest
    cut_short = TrainingRecord(count_epochs(run.folder.path), 0.0, f"it {ended(manifest)}")
    return manifest.training or cut_short


def compile_again(trained: Trained) -> None:
    """Compile the core of a run whose training ended in another process: checks follow its loss."""
    rows = rows_of_an_epoch(trained.spec, trained.dataset)
    compile_core(trained.spec, trained.network, trained.program, rows=rows)


def complete(trained: Trained) -> Report:
    """Conclude a run whose training ended in another process; return its report."""
    compile_again(trained)
    with SIGNALS.waiting() as held, RunFolder.open(trained.folder.path, writing=True) as folder:
        folder.tell(held)
        folder.mark_trained(trained.record)
        return conclude(replace(trained, folder=folder))


def predict(
    path: Path, data: Data, *, keep: Sequence[str] = (), output_of: str | None = None
) -> Predicted:
    """Return the predictions of a run for new rows.

    Args:
        path: the run folder.
        data: a table with the run's feature columns, or several files of one; targets are not
            needed.
        keep: columns that are to stand beside the predictions.
        output_of: a layer whose output is given in their place.
    """
    rows = read_new_rows(path, data, keep=keep)
    return predict_rows(open_run(path), rows, output_of=output_of)


def predict_rows(run: Finished, rows: NewRows, *, output_of: str | None = None) -> Predicted:
    """Return the predictions of a run for rows that were read, or the output of one layer.

    Raises:
        Refused: D112 where a number has no row in the table that it is looked up in; G101 for a
            layer that the network does not have.
    """
    check_new_indices(run.network, run.program.fitted, rows)
    left_out = rows.left_out.tolist()
    beside = rows.beside.of([*rows.rows.tolist(), *left_out])
    absent = [None] * len(left_out)
    files = {name: [*cells, *absent] for name, cells in rows.features.files.items()}
    beside = {**files, **beside}
    if output_of is None:
        columns = tabulate(answer_rows(run, rows), left_out, beside)
    else:
        values = layer_output(run, rows, output_of)
        columns = tabulate_layer(output_of, values, (rows.rows, left_out), beside)
    return Predicted(columns, (*run.doubts, *rows.notes))


def layer_output(run: Finished, rows: NewRows, name: str) -> Values:
    """Return what leaves a layer for rows that were read, (rows, ...)."""
    codes = build_codes(run.program, run.network, (name,))
    assert codes is not None, "a layer is named"
    (output,) = predict_outputs(codes.part, run.program.features(rows.features)).values()
    return output.astype(np.float32) if output.dtype.kind in "fV" else output


def answer_rows(
    run: Finished, rows: NewRows, passage: Passage | None = None
) -> list[tuple[Head, Answers]]:
    """Return the answers of every trained output for rows that were read.

    Args:
        run: with weights.
        rows: as its network takes them.
        passage: the network, where it is traced already.
    """
    training = trainable_sections(run.spec).training
    passage = passage or Passage(run.program)
    predicted = passage(run.program.features(rows.features), training.batch_size)
    decisions = (run.settled or Settled()).decisions
    found = [
        (head, answer_new_rows(run.program, head, predicted, rows))
        for head in describe_heads(run.program)
    ]
    return [(head, decided(head, one, decisions.get(head.name))) for head, one in found]


def encode_predicted(predicted: Predicted, rows: NewRows, form: Form) -> bytes:
    """Return predictions as the bytes of a file; JSON also compares rows with the training's."""
    about = {"format": FORMAT, "data": describe_new_rows(rows)} if form == "json" else None
    return encode_table(predicted.columns, form, about)


def encode_evaluated(evaluated: Evaluated, rows: NewRows | None) -> bytes:
    """Return figures as JSON: the report, and how new rows lie beside the training rows."""
    document = json.loads(evaluated.report.encoded())
    if rows is not None:
        document["data"] = describe_new_rows(rows)
    return f"{json.dumps(document, indent=2, ensure_ascii=False)}\n".encode()


def report(path: Path) -> Report:
    """Return the report that a run wrote."""
    return decode_report(RunFolder.open(path).read(REPORT))

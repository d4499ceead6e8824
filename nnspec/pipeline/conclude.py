"""What follows a training: figures beside baselines, report, predictions, SavedModel, gates.

Imported only when a training has ended, since scikit-learn and the report's pages take longer to
import than many a network takes to train.
"""

from dataclasses import replace

from nnspec.build.codes import build_codes
from nnspec.build.program import Program
from nnspec.build.raw import raw_columns
from nnspec.catalog.kohonen import Kohonen
from nnspec.catalog.learning_rules import Mistakes
from nnspec.data import Preprocessing, SplitName, TargetFit
from nnspec.engine.plan import TOLD_BY_RULE
from nnspec.exchange.write.savedmodel import export_savedmodel
from nnspec.judge.calibration import CALIBRATIONS_OF_RUN
from nnspec.judge.checks.check import Verdict
from nnspec.judge.checks.every import look_over
from nnspec.judge.decision import DECISIONS_OF_RUN
from nnspec.judge.output import OutputReport
from nnspec.judge.program import Judged, judge_program
from nnspec.judge.settled import Settled
from nnspec.pipeline.cases import write_cases
from nnspec.pipeline.evidence import gather
from nnspec.pipeline.opened import trainable_sections
from nnspec.pipeline.origins import headline_of
from nnspec.pipeline.page import write_page
from nnspec.pipeline.pictures import draw_pictures, with_pictures
from nnspec.pipeline.trained import Trained
from nnspec.report.markdown import render_markdown
from nnspec.report.origins import Origins, TrainingFacts
from nnspec.report.predictions import tabulate
from nnspec.report.report import Report
from nnspec.report.written import encode_table
from nnspec.run.layout import CALIBRATION, DECISIONS, MARKDOWN, MODEL, PREDICTIONS, REPORT
from nnspec.run.manifest import versions
from nnspec.run.signals import SIGNALS
from nnspec.spec.training import TrainingSection

TESTED: SplitName = "test"
"""The rows whose predictions are kept."""
SCALED, LOGARITHMS = " of scaled targets", " of scaled logarithms of targets"
"""What a loss is of that is not in the target's units."""
UNTESTED = "there are no test rows: the figures are of rows that steered the training"
SAMPLE = 256
"""Rows that the written SavedModel is compared on."""


def conclude(trained: Trained) -> Report:
    """Judge a trained run, write everything and mark it as complete; return the report.

    Each step can be taken again: it writes whole files in the place of those that are there.
    """
    SIGNALS.check()
    judged = judge(trained)
    SIGNALS.check()
    report = replace(describe(trained, judged), checks=checked(trained, judged))
    write(trained, judged, report)
    SIGNALS.check()
    report = with_model(replace(trained, program=deciding(trained.program, judged)), report)
    SIGNALS.check()
    trained.folder.update(replace(trained.folder.manifest, headline=headline_of(report)))
    write_cases(trained, judged)
    write_page(trained.folder)
    SIGNALS.check()
    trained.folder.finish()
    return report


def checked(trained: Trained, judged: Judged) -> tuple[Verdict, ...]:
    """Return what comes of the checks that the spec does not leave out."""
    return look_over(gather(trained, judged), trained.spec.evaluation.checks.ignore)


def deciding(program: Program, judged: Judged) -> Program:
    """Return a program that answers as its report says."""
    return settled_program(program, judged.settled)


def settled_program(program: Program, settled: Settled) -> Program:
    """Return a program that answers as was settled on the validation rows."""
    thresholds = {name: one.thresholds for name, one in settled.decisions.items()}
    return program.calibrated(settled.calibrations).deciding(thresholds)


def judge(trained: Trained, settled: Settled | None = None) -> Judged:
    """Return the figures of every split beside their baselines, and the answers they come from.

    Args:
        trained: the run.
        settled: how its outputs answer; settled anew if absent.
    """
    spec = trained.spec
    return judge_program(
        trained.program,
        trained.dataset,
        trained.splits,
        spec,
        settled,
    )


def describe(trained: Trained, judged: Judged) -> Report:
    """Return the report of a training."""
    spec, core, record = trained.spec, trained.program.core, trained.record
    section = trainable_sections(spec).training
    facts = TrainingFacts(
        describe_optimizer(section),
        describe_loss(section, trained.program.fitted),
        section.batch_size,
        record.epochs,
        section.epochs,
        round(record.seconds, 3),
        record.stopped,
        record.execution,
    )
    dataset, manifest = trained.dataset, trained.folder.manifest
    origins = Origins(spec.runtime.seed, manifest.spec.sha256, dataset.fingerprint, versions())
    return Report(
        spec.name,
        with_notes(trained, with_pictures(judged.outputs)),
        {name: len(split) for name, split in dataset.splits.items()},
        core.count_params(),
        sum(int(weight.shape.num_elements()) for weight in core.trainable_weights),
        facts,
        origins,
    )


def with_notes(trained: Trained, outputs: tuple[OutputReport, ...]) -> tuple[OutputReport, ...]:
    """Return what outputs reached, with what is to be said of the training beside the first one."""
    told = [line for line in trained.record.execution if line.startswith(TOLD_BY_RULE)][:1]
    if not len(trained.dataset.splits[TESTED]):
        told.append(UNTESTED)
    first, *others = outputs
    return (replace(first, baseline_notes=(*told, *first.baseline_notes)), *others)


def describe_optimizer(section: TrainingSection) -> str:
    """Return what changes the weights: the optimizer's name, or a learning rule."""
    if section.rule is None:
        return section.optimizer.keras_name
    return f"none: rule {section.rule.keras_name}"


def write(trained: Trained, judged: Judged, report: Report) -> None:
    """Write what was settled, report and predictions."""
    folder, dataset, settled = trained.folder, trained.dataset, judged.settled
    if settled.decisions:
        folder.write(DECISIONS, DECISIONS_OF_RUN.encode(settled.decisions))
    if settled.calibrations:
        folder.write(CALIBRATION, CALIBRATIONS_OF_RUN.encode(settled.calibrations))
    folder.write(REPORT, report.encoded())
    folder.write(MARKDOWN, render_markdown(report))
    for file, content in draw_pictures(trained.program, judged).items():
        folder.write(file, content)
    if len(dataset.splits[TESTED]):
        pairs = [(head, judged.answers[head.name][TESTED]) for head in judged.heads]
        rows = dataset.splits[TESTED]
        files = {name: list(cells) for name, cells in rows.features.files.items()}
        beside = {**files, **dataset.beside.of(rows.rows.tolist())}
        folder.write(PREDICTIONS, encode_table(tabulate(pairs, beside=beside)))


def with_model(trained: Trained, report: Report) -> Report:
    """Write the SavedModel, if it is wanted; return the report with what was done for it."""
    if "savedmodel" not in trained.spec.export.formats:
        return report
    folder, rows = trained.folder, trained.dataset.splits["train"].features
    sample = raw_columns(rows.take(slice(0, SAMPLE)), trained.dataset.fitted.columns)
    codes = build_codes(trained.program, trained.network, trained.spec.export.codes)
    lines = export_savedmodel(trained.program, folder.path / MODEL, sample, codes=codes)
    folder.adopt(MODEL)
    if not lines:
        return report
    facts = replace(report.training, execution=(*report.training.execution, *lines))
    told = replace(report, training=facts)
    folder.write(REPORT, told.encoded())
    folder.write(MARKDOWN, render_markdown(told))
    return told


def told_of_scale(target: TargetFit) -> str:
    """Return what numbers a loss compares, in words; nothing where it is the target's own."""
    if target.log:
        return LOGARITHMS
    return SCALED if (target.shift, target.scale) != ((0.0,), (1.0,)) else ""


def describe_loss(section: TrainingSection, fitted: Preprocessing) -> str:
    """Return the loss, or the losses by output, in words; it says where targets were scaled."""
    scaled = {name: told_of_scale(one) for name, one in fitted.targets.items()}
    if isinstance(section.loss, Mistakes):
        return "share of mistakes"
    if isinstance(section.rule, Kohonen):
        return "mean squared distance from the nearest unit"
    if not isinstance(section.loss, dict):
        return section.loss.keras_name + next(iter(scaled.values()), "")
    named = ((name, loss.keras_name if loss else "none") for name, loss in section.loss.items())
    return ", ".join(f"{name}: {loss}{scaled.get(name, '')}" for name, loss in named)

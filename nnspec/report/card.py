"""A model card: what a trained network does, on what, how well, and where it ends; Markdown.

Source of the sections: Mitchell et al., 2019, "Model Cards for Model Reporting".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from shlex import quote

from nnspec.data.fit.fitted import CategoryFit, ColumnFit, NumericFit, Preprocessing
from nnspec.judge.output import OutputReport
from nnspec.report.markdown import MEANING, built_in, split_table
from nnspec.report.report import Report
from nnspec.report.tables import Table
from nnspec.run.numerals import show_seconds, show_title

MOST_COLUMNS = 40
"""Columns that a card lists one by one."""
MOST_VALUES = 12
"""Values of a category that a card lists."""
FEW_ROWS = 100
"""Test rows below which a card says that they are few."""
SMALLER_IS_BETTER = ("rmse", "mae", "mse", "loss", "error", "deviance")
"""Ends of the names of figures of which the smaller is better."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a card is about.

    Attributes:
        source: where the data came from, as the spec names it.
        layers: Keras' names of the layers, in the order of the flow.
        folder: the run's folder, for the lines that show its use.
    """

    report: Report
    fitted: Preprocessing
    source: str
    layers: Sequence[str]
    folder: str


def write_card(subject: Subject) -> str:
    """Return the card; names from the data mean nothing to the page."""
    return "\n".join([*sections(subject)]) + "\n"


def sections(subject: Subject) -> Iterator[str]:
    """Give the lines of all sections."""
    report = subject.report
    yield f"# {escape(report.name)}"
    yield ""
    yield from purpose(subject)
    yield from data(subject)
    yield from figures(report)
    yield from limits(subject)
    yield from use(subject)
    yield from origins(report)


def purpose(subject: Subject) -> Iterator[str]:
    """Give what the network does."""
    report = subject.report
    for output in report.outputs:
        aims = ", ".join(map(escape, output.columns)) or "its own input"
        count = len(subject.fitted.columns)
        columns = "1 column" if count == 1 else f"{count} columns"
        yield f"Predicts {aims} ({escape(output.task)}) from {columns}."
    kinds = list(dict.fromkeys(subject.layers))
    yield (
        f"A Keras network of {report.parameters:,} parameters, "
        f"{report.trainable_parameters:,} of them trained: {', '.join(map(escape, kinds))}."
    )
    yield ""


def data(subject: Subject) -> Iterator[str]:
    """Give what it was trained on."""
    yield "## Data"
    yield ""
    rows = ", ".join(f"{count:,} {name}" for name, count in subject.report.rows.items())
    yield f"Source: {escape(subject.source)}. Rows: {rows}."
    yield "Preprocessing was fitted on the training rows alone."
    yield ""
    columns = [*subject.fitted.columns.items()]
    yield "| column | kind | in the training rows |"
    yield "| :--- | :--- | :--- |"
    for name, fit in columns[:MOST_COLUMNS]:
        yield f"| {escape(name)} | {fit.kind} | {escape(facts_of(fit))} |"
    if len(columns) > MOST_COLUMNS:
        yield ""
        yield f"And {len(columns) - MOST_COLUMNS} more columns."
    yield ""


def facts_of(fit: ColumnFit) -> str:
    """Return what the training rows said about a column."""
    match fit:
        case NumericFit() if fit.scaled and not fit.bent:
            return f"shifted by {fit.shift:.6g}, divided by {fit.scale:.6g}"
        case CategoryFit():
            shown = ", ".join(fit.vocabulary[:MOST_VALUES])
            return shown + ", ..." * (len(fit.vocabulary) > MOST_VALUES)
        case _:
            return ""


def figures(report: Report) -> Iterator[str]:
    """Give the figures of the held-out rows beside those of the baselines."""
    yield "## Figures"
    yield ""
    for output in report.outputs:
        split = held_out(output)
        table = split_table(output, split, built_in(output, split))
        title = f"{output.name}: " if len(report.outputs) > 1 else ""
        rows = f"{split} rows ({report.rows.get(split, 0):,})"
        yield f"{escape(title)}{rows}, in the target's own units:"
        yield ""
        yield from table_lines(table)
        yield ""


def held_out(output: OutputReport) -> str:
    """Return the split that says most about new rows."""
    return next(one for one in ("test", "validation", *output.metrics) if one in output.metrics)


def table_lines(table: Table) -> Iterator[str]:
    """Give a table's lines."""
    yield f"| {' | '.join(map(escape, table.header))} |"
    yield "| :--- |" + " ---: |" * (len(table.header) - 1)
    for line in table.lines:
        yield f"| {' | '.join(map(escape, line))} |"


def limits(subject: Subject) -> Iterator[str]:
    """Give where the network's answers end, each as a sentence."""
    report = subject.report
    yield "## Limits"
    yield ""
    for output in report.outputs:
        yield from (f"- {one}" for one in limits_of(output, report))
    fits = subject.fitted.columns.values()
    if any(isinstance(fit, NumericFit) for fit in fits):
        yield "- Numbers beyond those of the training rows are answered by extrapolation."
    if any(isinstance(fit, CategoryFit) and not fit.hash for fit in fits):
        yield "- Categories that were not in the training rows are unknown to it."
    yield "- Nothing was measured on rows from elsewhere, or on groups of rows apart."
    yield ""


def limits_of(output: OutputReport, report: Report) -> Iterator[str]:
    """Give what the figures of one output do not say."""
    split = held_out(output)
    rows = report.rows.get(split, 0)
    name = f"{escape(output.name)}: " if len(report.outputs) > 1 else ""
    if split != "test":
        yield f"{name}There were no test rows: the figures are of the {split} rows."
    elif rows < FEW_ROWS:
        yield f"{name}The figures are of {rows} test rows: another draw of them gives others."
    names = built_in(output, split)
    found = {who: one[split] for who, one in output.baselines.items() if split in one}
    if names and found:
        first = names[0]
        smaller = first.endswith(SMALLER_IS_BETTER)
        own = output.metrics[split].get(first)
        others = {who: one[first] for who, one in found.items() if one.get(first) is not None}
        if own is not None and others:
            best = (min if smaller else max)(others, key=lambda who: others[who] or 0.0)
            ahead = own < (others[best] or 0) if smaller else own > (others[best] or 0)
            word = "ahead of" if ahead else "not ahead of"
            title = escape(show_title(first))
            yield f"{name}In {title} it is {word} the best baseline, {escape(best)}."


def use(subject: Subject) -> Iterator[str]:
    """Give how answers are had."""
    columns = [*subject.fitted.columns]
    shown = ", ".join(f"{name!r}: [...]" for name in columns[:3])
    more = ", ..." if len(columns) > len(columns[:3]) else ""
    yield "## Use"
    yield ""
    yield "```sh"
    yield f"nnspec predict {fenced(quote(subject.folder))} TABLE"
    yield "```"
    yield ""
    yield "or, with TensorFlow alone, raw columns in and answers in the target's own units out:"
    yield ""
    yield "```python"
    yield "import tensorflow as tf"
    yield ""
    yield f"model = tf.saved_model.load({subject.folder + '/model'!r})"
    yield f"columns = {{{fenced(shown)}{more}}}"
    yield 'answers = model.signatures["serving_default"]('
    yield "    **{name: tf.constant(cells) for name, cells in columns.items()}"
    yield ")"
    yield "```"
    yield ""


def origins(report: Report) -> Iterator[str]:
    """Give what the training was, and what it can be repeated from."""
    training, origin = report.training, report.origins
    yield "## Training"
    yield ""
    stopped = f"; {training.stopped}" if training.stopped else ""
    yield (
        f"{escape(training.optimizer)}, loss {escape(training.loss)}, batches of "
        f"{training.batch_size}, {training.epochs} of {training.epochs_planned} epochs in "
        f"{show_seconds(training.seconds)}{escape(stopped)}."
    )
    versions = ", ".join(f"{name} {number}" for name, number in origin.versions.items())
    hashes = f"spec {origin.spec_sha256[:12]}, data {origin.data[:12]}"
    yield f"Seed {origin.seed}; {hashes}; {escape(versions)}."


def escape(text: object) -> str:
    """Return a text that is itself, and nothing of the page, on one line."""
    whole = " ".join(str(text).split())
    return MEANING.sub(r"\\\g<0>", whole).replace("&", "&amp;").replace("<", "&lt;")


def fenced(text: str) -> str:
    """Return a text that cannot end the fence around it."""
    return " ".join(text.split()).replace("```", "` ` `")

"""Floor 8, notebooks: the figures of a run as a small table, test rows first."""

from collections.abc import Mapping, Sequence

from nnspec.document.html import html_table
from nnspec.judge.output import OutputReport
from nnspec.run.numerals import metric_names, show_metric, show_title

SPLITS = ("test", "validation", "train")
MOST_METRICS = 8


def html_outputs(name: str, rows: Mapping[str, int], outputs: Sequence[OutputReport]) -> str:
    """Return a table for each output: the network beside its baselines on every split.

    Args:
        name: the spec's name.
        rows: split -> rows.
        outputs: what the outputs reached.
    """
    return "".join(_html_output(name, rows, one, several=len(outputs) > 1) for one in outputs)


def _html_output(name: str, rows: Mapping[str, int], output: OutputReport, *, several: bool) -> str:
    metrics = metric_names(output.metrics.values())[:MOST_METRICS]
    lines: list[list[str]] = []
    for split in SPLITS:
        if split not in output.metrics:
            continue
        models = {"network": output.metrics[split]}
        models |= {key: one[split] for key, one in output.baselines.items() if split in one}
        for model, found in models.items():
            where = f"{split} ({rows.get(split, 0):,})" if model == "network" else ""
            figures = [show_metric(metric, found.get(metric)) for metric in metrics]
            lines.append([where, model, *figures])
    caption = f"{name} · {output.name}" if several else name
    return html_table(["rows", "model", *map(show_title, metrics)], lines, caption)

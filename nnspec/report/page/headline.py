"""Floor 8, the headline: what a run reached, in one honest sentence for each output."""

from collections.abc import Mapping

from nnspec.judge.heads import (
    TASKS,
    ClassPerPosition,
    Clusters,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
    Unjudged,
)
from nnspec.judge.interval import Difference
from nnspec.report.page.facts import Figures, Output, Told
from nnspec.report.page.pieces import in_words, listed
from nnspec.report.page.svg import isolate, plain
from nnspec.run.numerals import show_figure, show_metric, show_title

LEADING = {
    TASKS[Numbers]: ("mae", "errs by {} on average", False),
    TASKS[Reconstruction]: ("mae", "errs by {} on average", False),
    TASKS[OneClass]: ("accuracy", "is right on {} of the rows", True),
    TASKS[ClassPerPosition]: ("accuracy", "is right on {} of the positions", True),
    TASKS[SeveralLabels]: ("accuracy", "is right on {} of the labels", True),
}
"""Task -> the figure that a sentence is built on, its words, and whether it is a share."""
NUMBERS = {TASKS[Numbers], TASKS[Reconstruction]}
MOST_BASELINES = 3
SENTENCES = {
    "mean": "the mean",
    "median": "the median",
    "majority": "the most frequent class",
    "last_value": "the last value",
}
"""Baseline -> what a sentence calls it."""


def headline(told: Told, output: Output) -> str:
    """Return what an output reached beside its baselines, on the rows that say most."""
    figures = output.metrics.get(output.split, {})
    subject = f'"{isolate(plain(output.name))}"' if len(told.outputs) > 1 else "The network"
    if output.task == TASKS[Clusters]:
        return _of_clusters(subject, figures)
    key, words, share = LEADING.get(output.task, ("", "", False))
    value = figures.get(key)
    if output.task == TASKS[Unjudged] or value is None:
        return f"{subject} was trained; its answers are not compared with a target."
    said = [words.format(_shown(value, share=share))]
    if output.task in NUMBERS:
        said.insert(0, _explained(output, figures.get("r2")))
    others = [f"{named(name)} {_beside(one, key, share=share)}" for name, one in _others(output)]
    return f"{subject} {' and '.join(one for one in said if one)}; {'; '.join(others)}".rstrip(
        "; "
    ) + (".")


def verdict(output: Output) -> tuple[str, str]:
    """Return how the network compares with its best baseline, as a sentence and a word for style.

    The word is `good`, `bad` or `even`; both are empty where there is no baseline. Where the report
    has no interval of the difference, only the figures are compared.
    """
    key, _, share = LEADING.get(output.task, ("", "", False))
    if output.task in NUMBERS:
        key, share = "rmse", False
    sure = next(iter(output.differences.get(output.split, {}).items()), None)
    if sure is not None:
        return _of_difference(*sure)
    mine = output.metrics.get(output.split, {}).get(key)
    others = {name: one[key] for name, one in _others(output, everyone=True) if key in one}
    known = {name: one for name, one in others.items() if one is not None}
    if mine is None or not known:
        return "", ""
    best = (max if share else min)(known, key=lambda name: known[name])
    value, name = known[best], named(best)
    title = "accuracy" if share else "RMSE"
    figures = f"{title} {_shown(mine, share=share)} against {_shown(value, share=share)}"
    if mine == value:
        return f"Its best baseline, {name}, does as well: {figures}.", "even"
    better = mine > value if share else mine < value
    if better:
        return f"It does better than its best baseline, {name}: {figures}.", "good"
    return f"Its best baseline, {name}, does better: {figures}.", "bad"


def _of_difference(metric: str, found: Difference) -> tuple[str, str]:
    """Return what the interval of a difference says."""
    shown = [show_metric(metric, one) for one in (found.value, found.low, found.high)]
    signed = [
        f"+{one}" if value > 0 else one
        for one, value in zip(shown, (found.value, found.low, found.high), strict=True)
    ]
    figures = f"{show_title(metric)} {signed[0]}, 95 % of draws from {signed[1]} to {signed[2]}"
    who = named(found.baseline)
    match found.verdict:
        case "better":
            return f"It does better than its best baseline, {who}: {figures}.", "good"
        case "worse":
            return f"Its best baseline, {who}, does better: {figures}.", "bad"
        case _:
            return (
                f"The difference from its best baseline, {who}, is within noise: {figures}.",
                "even",
            )


def seen_on(told: Told, output: Output) -> str:
    """Return which rows the sentence is about, and what they were used for."""
    split, count = output.split, told.rows.get(output.split, 0)
    rows = f"{count:,} {split if split != 'train' else 'training'} row{'s' * (count != 1)}"
    uses = {
        "test": "which the training never saw",
        "validation": "which steered the training: there are no test rows",
        "train": "which the network was fitted to: there are no others",
    }
    of = f" of {listed(output.columns, 4)}" if output.columns else ""
    units = ", in its own units" if output.task in NUMBERS else ""
    weighted = "; rows count by their weights" if output.weighted else ""
    return f"Figures{of}{units} on {rows}, {uses[split]}{weighted}."


def _explained(output: Output, value: float | None) -> str:
    if value is None:
        return ""
    what = listed(output.columns, 2) if output.columns and len(output.columns) <= 2 else ""  # noqa: PLR2004
    of = f" of {what}" if what else ""
    if value <= 0:
        return f"explains none of the variance{of}"
    return f"explains {_shown(value, share=True)} of the variance{of}"


def _of_clusters(subject: str, figures: Figures) -> str:
    said = []
    distance, torn = figures.get("quantization_error"), figures.get("topographic_error")
    purity = figures.get("purity")
    if distance is not None:
        said.append(f"rows lie {show_figure(distance)} from their nearest unit on average")
    if torn:
        said.append(f"for {_shown(torn, share=True)} of them the second nearest is no neighbour")
    if purity is not None:
        said.append(f"{_shown(purity, share=True)} bear the commonest label of their unit")
    return f"{subject} groups the rows: {'; '.join(said)}." if said else f"{subject} groups rows."


def _others(output: Output, *, everyone: bool = False) -> list[tuple[str, Figures]]:
    found = [
        (name, by_split[output.split])
        for name, by_split in output.baselines.items()
        if output.split in by_split
    ]
    return found if everyone else found[-MOST_BASELINES:][::-1]


def _beside(figures: Mapping[str, float | None], key: str, *, share: bool) -> str:
    value = figures.get(key)
    if value is None:
        return "has no such figure"
    return f"on {_shown(value, share=True)}" if share else f"by {_shown(value, share=False)}"


def named(name: str) -> str:
    """Return a baseline's name as it stands in a sentence."""
    return SENTENCES.get(name, plain(name).replace("_", " "))


def _shown(value: float, *, share: bool) -> str:
    """Return a figure for a sentence: three digits that count, a share in percent."""
    if not share:
        return in_words(value)
    percent = 100 * value
    whole = 100.0
    if percent != whole and round(percent, 1) == whole:
        return f"{percent:.2f}\N{NO-BREAK SPACE}%"
    return f"{percent:.1f}".removesuffix(".0") + "\N{NO-BREAK SPACE}%"

"""What a run records of where it came from, and in brief of where it led."""

import hashlib
import math
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nnspec.network.fill import find_seeds
from nnspec.run.folder import RunFolder
from nnspec.run.layout import WRITTEN
from nnspec.run.numerals import is_better
from nnspec.run.origin import Headline, Origin, describe_environment, is_committed
from nnspec.spec.pieces import source_name

if TYPE_CHECKING:
    from nnspec.pipeline.opened import Opened
    from nnspec.report.report import Report

SPLITS = ("test", "validation", "train")
"""The rows that a run is judged on: the first of these that there are."""
MAIN = ("rmse", "accuracy")
"""Figures that stand for a run where it has them; else its first one."""
Figures = Mapping[str, float | None]


def written_name(file: str) -> str:
    """Return what the spec as written is called within a run folder."""
    return WRITTEN[file.lower().endswith(".json")]


def describe_origin(opened: "Opened", command: tuple[str, ...] = ()) -> Origin:
    """Return what a run was asked for.

    Args:
        opened: the spec and its data.
        command: the command line, none where the run was asked for from Python.
    """
    spec, text = opened.spec, opened.text
    return Origin(
        spec=spec.name,
        source="" if spec.data is None else source_name(spec.data),
        text=None if text is None else hash_text(text),
        committed=None if text is None else is_committed(Path(spec.file)),
        rows={name: len(split) for name, split in opened.dataset.splits.items()},
        fingerprints=opened.fingerprints,
        seeds=find_seeds(spec),
        command=command,
        folder=os.getcwd() if command else "",  # noqa: PTH109 - a text, as it stands in the file
        environment=describe_environment(),
    )


def write_text(opened: "Opened", folder: RunFolder) -> None:
    """Write the spec as its author wrote it, where it had a text."""
    if opened.text is not None:
        folder.write(written_name(opened.spec.file), opened.text)


def written_text(folder: RunFolder) -> str | None:
    """Return the spec of a run as it was written; None where the run does not hold it."""
    name = next((one for one in WRITTEN if one in folder.manifest.artefacts), None)
    return None if name is None else folder.read(name).decode("utf-8")


def again(opened: "Opened", before: Origin | None) -> Origin:
    """Return the origin of a run that is taken up: who asked for it at first stays."""
    origin = describe_origin(opened)
    if before is None:
        return origin
    committed = before.committed if origin.text == before.text else origin.committed
    return replace(origin, committed=committed, command=before.command, folder=before.folder)


def hash_text(text: str) -> str:
    """Return the SHA-256 of a spec's text, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def headline_of(report: "Report") -> Headline | None:
    """Return what a report comes to; None where it has no figures."""
    first = report.first
    return find_headline(first.metrics, first.baselines)


def find_headline(
    metrics: Mapping[str, Figures], baselines: Mapping[str, Mapping[str, Figures]]
) -> Headline | None:
    """Return what the figures of an output come to; None where there are none.

    Args:
        metrics: split -> metric -> figure.
        baselines: baseline -> split -> metric -> figure.
    """
    split = next((one for one in SPLITS if metrics.get(one)), None)
    if split is None:
        return None
    figures = metrics[split]
    metric = next((one for one in MAIN if one in figures), next(iter(figures)))
    best: tuple[str | None, float | None] = (None, None)
    for name, found in baselines.items():
        value = found.get(split, {}).get(metric)
        if value is None or not math.isfinite(value):
            continue
        if best[1] is None or is_better(metric, value, best[1]):
            best = (name, value)
    return Headline(metric, figures[metric], split, *best, figures)

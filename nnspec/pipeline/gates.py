"""Gates of a run: bounds on figures of its report, in the spec or asked for beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import shorten
from nnspec.judge.declared import find_figure, metrics_of
from nnspec.judge.figures import Metrics
from nnspec.judge.output import OutputReport
from nnspec.language.near_names import suggest
from nnspec.pipeline.opened import trainable_sections
from nnspec.report.report import Report
from nnspec.spec.figures import split_of
from nnspec.spec.spec import Spec
from nnspec.spec.training import Gate

Gates = Mapping[str, Gate]


def missed_gates(spec: Spec, report: Report, asked: Gates | None = None) -> tuple[Diagnostic, ...]:
    """Return a finding for every figure outside the bounds of the spec, then of the command line.

    Args:
        spec: of the run.
        report: what it reached.
        asked: bounds beside those of the spec.
    """
    own = [
        replace(one, span=spec.positions.find(("evaluation", "gates", *path)), file=spec.file)
        for path, one in _missed(spec, report, spec.evaluation.gates)
    ]
    return (*own, *(one for _, one in _missed(spec, report, asked or {})))


def missed_asked(spec: Spec, report: Report, asked: Gates) -> tuple[Diagnostic, ...]:
    """Return a finding for every figure outside the bounds of the command line.

    Raises:
        Refused: T109 for a figure that the report does not have.
    """
    unknown = [_unknown(report, name) for name in asked if not is_known(spec, report, name)]
    if unknown:
        raise Refused(unknown)
    return tuple(one for _, one in _missed(spec, report, asked))


def _missed(
    spec: Spec, report: Report, gates: Gates
) -> Sequence[tuple[tuple[str, ...], Diagnostic]]:
    """Return the paths of bounds that are missed, with the findings."""
    missed = []
    for name, gate in gates.items():
        value = gated(spec, report, name)
        split, rest = split_of(name)
        told = f"{rest} is {value:g} on the {split} rows" if value is not None else ""
        path: tuple[str, ...] = (name,)
        if value is None:
            measured = ", ".join(report.first.metrics.get(split, {}))
            message = f"the gate on {name} has nothing to judge; measured: {measured}"
        elif gate.min is not None and value < gate.min:
            path = (name, "min")
            message = f"{told}; its gate asks for at least {gate.min:g}"
        elif gate.max is not None and value > gate.max:
            path = (name, "max")
            message = f"{told}; its gate asks for at most {gate.max:g}"
        else:
            continue
        missed.append((path, Diagnostic("R108", message)))
    return missed


def gated(spec: Spec, report: Report, name: str) -> float | None:
    """Return the figure that a gate names; None where the report has none, or it is undefined.

    It is that of the first output's test rows; before it may stand the rows (`validation.rmse`),
    and an output, or a target column or label (`price.rmse`; of an output also `price_rmse`).
    """
    section = trainable_sections(spec).training
    split, rest = split_of(name)
    for place, output in enumerate(report.outputs):
        metrics = metrics_of(section, output.name)
        for own, figures in places_of(output, split, rest, several=len(report.outputs) > 1):
            if own == rest and place:
                continue
            value = find_figure(own, metrics, figures)
            if value is not None:
                return value
    return None


def places_of(
    output: OutputReport, split: str, rest: str, *, several: bool
) -> Sequence[tuple[str, Metrics]]:
    """Return what may be the figure in a gate's name, with the figures to look among."""
    whole = {**output.further.get(split, {}), **output.metrics.get(split, {})}
    own = rest.removeprefix(f"{output.name}.")
    found: list[tuple[str, Metrics]] = [(rest, whole)]
    found += [(own, whole)] if own != rest else []
    found += [(rest.removeprefix(f"{output.name}_"), whole)] if several else []
    main = output.metrics_by_column.get(split, {})
    behind = output.further_by_column.get(split, {})
    for written in dict.fromkeys((rest, own)):
        part, dot, figure = written.rpartition(".")
        if dot and part in main:
            found.append((figure, {**behind.get(part, {}), **main[part]}))
        elif dot and output.columns == (part,):
            found.append((figure, whole))
    return found


def is_known(spec: Spec, report: Report, name: str) -> bool:
    """Return whether a report has a figure of a gate's name, be it defined or not."""
    split, rest = split_of(name)
    several = len(report.outputs) > 1
    every = [
        own in figures and not (own == rest and place)
        for place, output in enumerate(report.outputs)
        for own, figures in places_of(output, split, rest, several=several)
    ]
    return any(every) or gated(spec, report, name) is not None


def _unknown(report: Report, name: str) -> Diagnostic:
    split, rest = split_of(name)
    before = f"{split}." if rest != name else ""
    known = []
    for place, output in enumerate(report.outputs):
        figures = [*output.metrics.get(split, {}), *output.further.get(split, {})]
        known += [f"{before}{one}" for one in figures] if place == 0 else []
        several = len(report.outputs) > 1
        known += [f"{before}{output.name}.{one}" for one in figures] if several else []
    main = ", ".join(report.first.metrics.get(split, {})) or f"nothing on {split} rows"
    message = f"the gate names {shorten(name)!r}; the report has {main}"
    return Diagnostic("T109", message, hint=suggest(name, known) or None)

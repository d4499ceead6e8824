"""Floor 5: gates against the figures of the report: named rightly, and within their reach."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from nnspec.catalog.kohonen import Kohonen
from nnspec.catalog.metrics import Reach
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import shorten
from nnspec.language.near_names import suggest
from nnspec.network.network import Network
from nnspec.rules.case import Case
from nnspec.rules.figures import log_name
from nnspec.rules.head import Head
from nnspec.rules.rule import rule
from nnspec.rules.uncertainty import reach_of, spread_of
from nnspec.spec.builtin import columns_of_output
from nnspec.spec.figures import (
    CLASSES_FURTHER,
    LABELS_FURTHER,
    NUMBERS_FURTHER,
    OF_SERIES,
    SOUGHT,
    split_of,
)
from nnspec.spec.spec import Positions, Spec
from nnspec.spec.training import HALF, Gate

MEASURED = {
    "regression": ("rmse", "r2", "mae"),
    "reconstruction": ("rmse", "r2", "mae"),
    "binary": ("accuracy", "macro_f1", "roc_auc", "ece", "subset_accuracy"),
    "multiclass": ("accuracy", "macro_f1", "roc_auc", "ece"),
    "none": (),
}
"""Task -> the figures that every report has, which gates bound."""
CLUSTERS = ("quantization_error", "topographic_error", "silhouette")
BY_LABELS = ("adjusted_rand", "purity")
"""Figures of clusters, and those that compare them with labels."""
OF_NOISE = ("noise_rmse", "denoised_rmse", "noise_left")
"""Figures of an output that is judged on noisy rows too."""
SHARE = (0.0, 1.0)
"""What a share of rows can be."""
REACH: dict[str, Reach] = {
    "rmse": (0.0, None),
    "mae": (0.0, None),
    "r2": (None, 1.0),
    "quantization_error": (0.0, None),
    "silhouette": (-1.0, 1.0),
    "adjusted_rand": (-0.5, 1.0),
    **dict.fromkeys(("topographic_error", "purity"), SHARE),
    **dict.fromkeys(OF_NOISE, (0.0, None)),
    **dict.fromkeys(("median_ae", "mape", "max_error", OF_SERIES, "log_loss"), (0.0, None)),
    **dict.fromkeys(("smape", "brier"), (0.0, 2.0)),
    "explained_variance": (None, 1.0),
    **dict.fromkeys(CLASSES_FURTHER[:4], SHARE),
    **dict.fromkeys(("accuracy", "macro_f1", "roc_auc", "ece", "subset_accuracy", *SOUGHT), SHARE),
}
"""Built-in figure -> its smallest and largest value; None: no bound."""
OF_LABELS = "subset_accuracy"
"""The figure that several labels of a row have, and a single one has not."""


def is_sought(case: Case) -> bool:
    """Return whether the second class of a binary head has figures of its own."""
    named = case.spec.data is not None and case.spec.data.positive is not None
    return named or case.spec.evaluation.threshold != HALF


def judged(case: Case, head: Head) -> tuple[str, ...]:
    """Return the names of an output's figures in the report: built-in ones, then the spec's."""
    built_in = MEASURED.get(case.task(head) or "", ())
    if case.task(head) == "binary" and is_sought(case):
        built_in = (*built_in, *SOUGHT)
    if head.function == "step" and head.units == 1:
        built_in = tuple(name for name in built_in if name not in {"roc_auc", "ece"})
    if case.task(head) == "reconstruction" and case.spec.evaluation.noise is not None:
        built_in = (*built_in, *OF_NOISE)
    built_in = (*built_in, *spread_of(case, head))
    if head.units == 1:
        built_in = tuple(name for name in built_in if name != OF_LABELS)
    return (*built_in, *(log_name(metric) for metric, _ in head.metrics))


def further(case: Case, head: Head) -> tuple[str, ...]:
    """Return the names of an output's figures that stand behind the main ones of the report."""
    windowed = case.spec.data is not None and case.spec.data.window is not None
    match case.task(head):
        case "regression" | "reconstruction":
            return NUMBERS_FURTHER if windowed else NUMBERS_FURTHER[:-1]
        case "binary" if head.units != 1 and not case.complete:
            return (*CLASSES_FURTHER, *SOUGHT)
        case "binary" if head.function == "step" and head.units == 1:
            return (*CLASSES_FURTHER[:3], *SOUGHT)
        case "binary" if head.units == 1:
            return (*CLASSES_FURTHER, *SOUGHT)
        case "binary":
            return LABELS_FURTHER
        case "multiclass":
            return (*CLASSES_FURTHER, *(SOUGHT if head.units == 2 else ()))  # noqa: PLR2004  two classes
        case _:
            return ()


def names_of(case: Case, head: Head) -> set[str]:
    """Return every name by which a figure of an output is called: in the report, or as a metric."""
    declared = {
        name
        for metric, _ in head.metrics
        for name in (metric.keras_name, *metric.aliases, log_name(metric))
    }
    return {*judged(case, head), *further(case, head), *declared}


def located(case: Case, name: str) -> tuple[Head, str] | None:
    """Return the output that a gate is on and its figure's own name; None where there is none.

    A figure alone is the first output's; before it stands the name of an output, or of a target
    column or label, with a point (of an output an underscore does as well).
    """
    _, rest = split_of(name)
    for place, head in enumerate(case.trained):
        for figure, of_column in spellings(case, head, rest):
            if figure == rest and place:
                continue  # a figure without its output's name is the first one's
            if figure in names_of(case, head) or (of_column and figure == "f1"):
                return head, figure
    return None


def spellings(case: Case, head: Head, rest: str) -> Iterator[tuple[str, bool]]:
    """Give what may be the figure in a gate's name, and whether it is that of a single column."""
    yield rest, False
    own = rest.removeprefix(f"{head.name}.")
    if own != rest:
        yield own, False
    if len(case.outputs) > 1:
        yield rest.removeprefix(f"{head.name}_"), False
    columns = columns_of_output(case.spec.data, head.name) if case.spec.data else ()
    for written in dict.fromkeys((rest, own)):
        for column in columns:
            part, dot, figure = written.rpartition(".")
            if dot and (part == column or part.startswith(f"{column}_")):
                yield figure, True


@rule("T109")
def check_gates(case: Case) -> Iterator[Diagnostic]:
    """Find gates that nothing can be measured for, or that nothing can pass."""
    data, gates = case.spec.data, case.spec.evaluation.gates
    shown = judged(case, case.trained[0]) if case.trained else of_clusters(case)
    sure = all(case.task(head) is not None for head in case.trained)
    doubts = case.spec.positions.doubts
    sure = sure and not doubts("training", "metrics") and not doubts("evaluation", "noise")
    known = tuple(dict.fromkeys(shown)) if sure else ()
    for name, gate in gates.items():
        place = case.place("evaluation", "gates", name)
        split, rest = split_of(name)
        found = rest in of_clusters(case) or located(case, name) is not None
        shares = {"validation": data.split.validation, "test": data.split.test} if data else {}
        if known and not found:
            message = f"the gate names {shorten(name)!r}; the report has {', '.join(known)}"
            yield Diagnostic("T109", message, place, suggested(case, name) or None)
        elif shares.get(split) == 0:
            message = f"the gate on {name} judges the {split} rows, and there are none ({split}: 0)"
            also = case.also("the split is here", "data", "split", split)
            yield Diagnostic("T109", message, place, f"give split.{split} a share", also)
        elif gate.min is not None and gate.max is not None and gate.min > gate.max:
            message = f"no {name} is both at least {gate.min:g} and at most {gate.max:g}"
            bound = case.place("evaluation", "gates", name, "max")
            also = case.also("the smallest is here", "evaluation", "gates", name, "min")
            yield Diagnostic("T109", message, bound, "exchange min and max", also)
        else:
            yield from beyond_reach(case, name, gate)


def of_clusters(case: Case) -> tuple[str, ...]:
    """Return the figures of a map, none without one."""
    if case.training is None or not isinstance(case.training.rule, Kohonen):
        return ()
    labelled = case.spec.data is not None and case.spec.data.labels is not None
    return (*CLUSTERS, *(BY_LABELS if labelled else ()))


def beyond_reach(case: Case, name: str, gate: Gate) -> Iterator[Diagnostic]:
    """Give the finding about a bound that its figure never reaches, whatever is learned."""
    low, high = reach(case, name)
    if high is not None and gate.min is not None and gate.min > high:
        message = f"no {name} is {gate.min:g} or more: the largest is {high:g}"
        place = case.place("evaluation", "gates", name, "min")
        yield Diagnostic("T109", message, place, f"write a bound of at most {high:g}")
    elif low is not None and gate.max is not None and gate.max < low:
        message = f"no {name} is {gate.max:g} or less: the smallest is {low:g}"
        place = case.place("evaluation", "gates", name, "max")
        yield Diagnostic("T109", message, place, f"write a bound of at least {low:g}")


def reach(case: Case, name: str) -> Reach:
    """Return the smallest and the largest value that a gate's figure can have; None: no bound."""
    found = located(case, name)
    if found is None:
        return REACH.get(split_of(name)[1], (None, None))
    head, asked = found
    for metric, _ in head.metrics:
        if asked in {metric.keras_name, *metric.aliases, log_name(metric)}:
            return metric.reach
    return reach_of(asked) or REACH.get(asked, (None, None))


def suggested(case: Case, name: str) -> str:
    """Return what a gate's name may mean, in words; nothing where nothing is near."""
    split, rest = split_of(name)
    heads = {head.name: (*judged(case, head), *further(case, head)) for head in case.trained}
    known = [*of_clusters(case)]
    for place, (output, figures) in enumerate(heads.items()):
        known += [*figures] if place == 0 else []
        known += [f"{output}.{one}" for one in figures] if len(heads) > 1 else []
    before = f"{split}." if rest != name else ""
    return suggest(name, [f"{before}{one}" for one in known])


def check_bounds(spec: Spec, network: Network, gates: Mapping[str, Gate]) -> None:
    """Refuse bounds beside those of a spec that nothing can be measured for, or that none passes.

    Raises:
        Refused: T109, with the nearest name.
    """
    section = spec.evaluation.model_copy(update={"gates": dict(gates)})
    asked = replace(spec, evaluation=section, positions=Positions())
    found = [replace(one, related=()) for one in check_gates(Case(asked, network))]
    if found:
        raise Refused(found)

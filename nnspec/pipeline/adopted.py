"""Trained parts and the data: columns enter a part as the run it comes from has fitted them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from nnspec.data import Dataset, Preprocessing
from nnspec.data.fit.adopted import adopt, are_alike
from nnspec.diagnostics import Diagnostic, Findings, Span
from nnspec.document import Plain, shorten
from nnspec.document.write import flow
from nnspec.network.edges import SubGraph
from nnspec.network.network import Network, ResolvedNode, takes_data
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREPROCESSING
from nnspec.spec.data import DataSection
from nnspec.spec.window import as_columns

SHOWN = 5
"""Columns that a message names."""
WRITTEN = 12
"""Columns that a remedy writes out."""
ALIKE = "its numbers mean what they meant only if these columns are alike"


@dataclass(frozen=True, slots=True)
class Fed:
    """A part that the data feeds.

    Attributes:
        name: of the input of this spec's data.
        input: of the input of the run that the part comes from.
        fitted: what that run fitted.
    """

    node: ResolvedNode
    name: str
    input: str
    fitted: Preprocessing


def adopt_columns(dataset: Dataset, network: Network) -> Dataset:
    """Return a dataset whose columns enter trained parts as they did in training.

    Raises:
        Refused: a run is damaged, or is no longer there.
    """
    fitted = dataset.fitted
    for fed in parts_fed(network, fitted):
        columns = fed.fitted.inputs[fed.input]
        if fitted.inputs[fed.name] == columns:
            fitted = adopt(fitted, {name: fed.fitted.columns[name] for name in columns})
    return replace(dataset, fitted=fitted)


def check_parts(
    network: Network, fitted: Preprocessing, section: DataSection | None, findings: Findings
) -> None:
    """Record trained parts that are given other columns than they have learned from (D161).

    Where the input of a part is of another shape for that, its finding (G302) has the same remedy.
    """
    hints: dict[Span | None, str] = {}
    for fed in parts_fed(network, fitted):
        own, learned = fitted.inputs[fed.name], fed.fitted.inputs[fed.input]
        origin = fed.node.node.origin
        if own != learned:
            message = f'"{fed.node.name}" {told_apart(own, learned)}'
            hint = remedy(fed, own, learned, section)
            findings.add("D161", message, origin.head, hint=hint or ALIKE)
            named = hint or "give it the columns that it has learned from"
            hints |= {origin.head: named, origin.wiring.get("inputs", origin.head): named}
            continue
        kinds = ((one, fitted.columns[one], fed.fitted.columns[one]) for one in own)
        differing = [(name, one, other) for name, one, other in kinds if not are_alike(one, other)]
        for name, one, other in differing[:1]:
            message = (
                f'"{fed.node.name}" has learned from {name} as {other.kind}; '
                f"here it is {one.kind}, or is written otherwise"
            )
            findings.add("D161", message, origin.head, hint="write columns as that run has them")
    if hints:
        findings.take_back(0, [with_hint(one, hints) for one in findings])


def with_hint(found: Diagnostic, hints: Mapping[Span | None, str]) -> Diagnostic:
    """Return a finding, with a remedy where other columns gave a part another shape."""
    explained = found.code == "G302" and found.hint is None and found.span in hints
    return replace(found, hint=hints[found.span]) if explained else found


def told_apart(own: tuple[str, ...], learned: tuple[str, ...]) -> str:
    """Return in words how the columns of a part differ from those that it has learned from."""
    surplus = tuple(one for one in own if one not in learned)
    absent = tuple(one for one in learned if one not in own)
    if surplus and absent:
        said = f"has learned from {listed(absent)}, which it is not given"
        return f"{said}; it is given {listed(surplus)}, which it has not learned from"
    if surplus:
        return f"has not learned from {listed(surplus)}, which it is given"
    if absent:
        return f"has learned from {listed(absent)}, which it is not given"
    pairs = zip(own, learned, strict=True)
    place, one, other = next((k, *both) for k, both in enumerate(pairs, 1) if len({*both}) > 1)
    return (
        "has learned from the same columns in another order: "
        f"column {place} was {shorten(other)}, and is {shorten(one)}"
    )


def remedy(
    fed: Fed, own: tuple[str, ...], learned: tuple[str, ...], section: DataSection | None
) -> str | None:
    """Return what gives a part its columns; None where the spec may not have them."""
    if section is None:
        return None
    excluded = as_columns(section.exclude or ())
    absent = [one for one in learned if one not in own]
    if not set(absent) <= set(excluded):
        return None
    surplus = [one for one in own if one not in learned]
    left_out: list[Plain] = [*(one for one in excluded if one not in absent), *surplus]
    free = section.features is None and section.inputs is None
    kept = tuple(one for one in own if one in learned)
    if free and len(left_out) <= WRITTEN and (absent or kept == learned):
        return f"write exclude: {flow(left_out)}" if left_out else "remove exclude"
    place = "features" if section.inputs is None else f"inputs: {fed.name}"
    if absent or len(learned) > WRITTEN:
        return f"write {place} as that run has them"
    columns: list[Plain] = [*learned]
    written = {"features": columns} if section.inputs is None else {fed.name: columns}
    return f"write {flow(dict(written))[1:-1]}" + " under inputs" * (section.inputs is not None)


def parts_fed(network: Network, fitted: Preprocessing) -> Iterator[Fed]:
    """Give the trained parts that an input of the data feeds."""
    for node in network.nodes:
        part = node.node.layer.part if isinstance(node.node.layer, SubGraph) else None
        feeding = network.by_name.get(node.node.sources[0].node) if node.node.sources else None
        if part is None or feeding is None or not takes_data(feeding):
            continue
        name = feeding.name if feeding.name in fitted.inputs else next(iter(fitted.inputs))
        theirs = Preprocessing.from_json(RunFolder.open(part.path).read(PREPROCESSING))
        yield Fed(node, name, part.input, theirs)


def listed(columns: tuple[str, ...]) -> str:
    """Return columns in words, the first ones of many."""
    more = f" and {len(columns) - SHOWN} more" if len(columns) > SHOWN else ""
    return ", ".join(map(shorten, columns[:SHOWN])) + more

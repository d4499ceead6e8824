"""Trained parts and the data: columns enter a part as the run it comes from has fitted them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nnspec.data import Dataset, Preprocessing
from nnspec.data.fit.adopted import adopt, are_alike
from nnspec.diagnostics import Diagnostic
from nnspec.document import shorten
from nnspec.network.edges import SubGraph
from nnspec.network.network import Network, ResolvedNode, takes_data
from nnspec.run.folder import RunFolder
from nnspec.run.layout import PREPROCESSING

SHOWN = 5
"""Columns that a message names."""


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


def check_parts(network: Network, fitted: Preprocessing) -> Iterator[Diagnostic]:
    """Find trained parts that are given other columns than they have learned from (D161)."""
    for fed in parts_fed(network, fitted):
        own, learned = fitted.inputs[fed.name], fed.fitted.inputs[fed.input]
        place = fed.node.node.origin.head
        if own != learned:
            message = (
                f'"{fed.node.name}" has learned from {listed(learned)}; it is given {listed(own)}'
            )
            hint = "its numbers mean what they meant only if these columns are alike"
            yield Diagnostic("D161", message, place, hint)
            continue
        kinds = ((one, fitted.columns[one], fed.fitted.columns[one]) for one in own)
        differing = [(name, one, other) for name, one, other in kinds if not are_alike(one, other)]
        for name, one, other in differing[:1]:
            message = (
                f'"{fed.node.name}" has learned from {name} as {other.kind}; '
                f"here it is {one.kind}, or is written otherwise"
            )
            yield Diagnostic("D161", message, place, "write columns as that run has them")


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

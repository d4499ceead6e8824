"""Floor 5: maps and the rule that trains them, labels that clusters are compared with."""

from collections.abc import Iterator
from dataclasses import replace

from nnspec.catalog.callbacks import Callback, ReduceLROnPlateau, SwapEMAWeights
from nnspec.catalog.kohonen import Kohonen
from nnspec.catalog.layers.competitive import SelfOrganizingMap
from nnspec.diagnostics import Diagnostic
from nnspec.network.network import ResolvedNode
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import inner
from nnspec.rules.rule import rule
from nnspec.rules.within import places

MAP = "SelfOrganizingMap"


def is_mapped(case: Case) -> bool:
    """Return whether the training is that of a map."""
    return case.training is not None and isinstance(case.training.rule, Kohonen)


def is_unsure(case: Case) -> bool:
    """Return whether a rule was written that could not be read."""
    written = ("training", "rule")
    places = case.spec.positions
    return places.spans.get(written) is not None and not is_mapped(case)


def maps(case: Case) -> list[ResolvedNode]:
    """Return the maps of a network, those in wrappers and models within among them."""
    return [
        place.node
        for place in places(case.network)
        if place.node.layer is not None and isinstance(inner(place.node.layer), SelfOrganizingMap)
    ]


OF_ANSWERS = ("calibration", "interval", "noise")
"""Settings of the evaluation that speak of what networks with targets answer."""


@rule("T150")
def check_map(case: Case) -> Iterator[Diagnostic]:
    """Find maps that their rule does not train, and rules without a map; the first of each."""
    if case.training is None or case.within or is_unsure(case):
        return
    found = maps(case)
    if not found:
        if is_mapped(case) and all(node.layer or node.node.implied for node in case.network.nodes):
            message = f"rule: kohonen trains a {MAP}, and the model has none"
            hint = f"end the model with {MAP}: [8, 8], or name an optimizer and a loss"
            yield Diagnostic("T150", message, case.place("training", "rule"), hint)
        return
    yield from [*misplaced(case, found), *untrained(case, found[0]), *others(case)][:1]


def misplaced(case: Case, found: list[ResolvedNode]) -> Iterator[Diagnostic]:
    """Give a finding for each map that is not the one output of the network."""
    ends = {output.source.node for output in case.network.graph.outputs}
    for node in found:
        if node.name in ends and len(ends) == len(found) == 1 and is_itself(case, node):
            continue
        where = "here others follow it or stand beside it"
        message = f"a {MAP} is the last layer and the only output; {where}"
        yield at(node, "T150", message, hint=f"end the model with one {MAP}")


def is_itself(case: Case, node: ResolvedNode) -> bool:
    """Return whether a layer is a map of the network, neither wrapped nor within a model."""
    own = case.network.by_name.get(node.name)
    return own is node and isinstance(node.layer, SelfOrganizingMap)


def untrained(case: Case, node: ResolvedNode) -> Iterator[Diagnostic]:
    """Give the finding for a map that a gradient is to train, or nothing."""
    if not is_mapped(case):
        message = f"no gradient trains a {MAP}: its rule is kohonen"
        hint = "write rule: kohonen under training, in the place of optimizer and loss"
        found = at(node, "T150", message, hint=hint)
        also = case.also("the training is here", "training")
        yield replace(found, related=(*found.related, *also))
    elif node.layer is not None and not node.layer.trainable:
        message = f"the {MAP} is frozen, and rule: kohonen trains nothing else"
        yield at(node, "T150", message, "trainable", hint="remove trainable: false")


def others(case: Case) -> Iterator[Diagnostic]:
    """Give a finding for each other layer with weights."""
    for node in case.network.nodes:
        if node.parameters and not isinstance(node.layer, SelfOrganizingMap):
            name = node.layer.keras_name if node.layer else node.name
            message = (
                f"{name} has {node.parameters:,} weights; rule: kohonen trains those of the "
                f"{MAP} alone"
            )
            yield at(node, "T150", message, hint=f"remove it: {MAP} takes the data itself")


@rule("T151")
def check_settings(case: Case) -> Iterator[Diagnostic]:
    """Find settings of gradient descent, and of targets, in the training of a map."""
    if not is_mapped(case) or case.within or case.training is None:
        return
    runtime, evaluation = case.spec.runtime, case.spec.evaluation
    for number, callback in enumerate(case.training.callbacks):
        if isinstance(callback, ReduceLROnPlateau | SwapEMAWeights):
            yield from beside_rule(case, callback, number)
    if runtime.engine == "keras":
        message = "engine: keras runs Model.fit, which knows no rule but gradient descent"
        place = case.place("runtime", "engine")
        yield Diagnostic("T151", message, place, "write engine: auto")
    for name in (name for name in OF_ANSWERS if getattr(evaluation, name) is not None):
        message = f"a map gives clusters, and `{name}` is of numbers or probabilities"
        yield Diagnostic("T151", message, case.place("evaluation", name), f"remove {name}")
    if evaluation.weighted:
        message = "figures of clusters count all rows alike; found weighted: true"
        place = case.place("evaluation", "weighted")
        yield Diagnostic("T151", message, place, "remove weighted")


def beside_rule(case: Case, callback: Callback, number: int) -> Iterator[Diagnostic]:
    """Give the finding for a callback that acts on an optimizer."""
    message = f"{callback.keras_name} acts on an optimizer, and rule: kohonen has none"
    hint = "remove it; the rule's own decay lowers radius and learning rate"
    where = case.place("training", "callbacks", number)
    yield Diagnostic("T151", message, where, hint)


@rule("T152")
def check_labels(case: Case) -> Iterator[Diagnostic]:
    """Find targets of a map, and labels where there are no clusters to compare with them."""
    data = case.spec.data
    if data is None or case.within or case.training is None or is_unsure(case):
        return
    if not is_mapped(case):
        if data.labels is not None and not maps(case):
            message = (
                "labels are what clusters are compared with, and this training has none: "
                f'found "{data.labels}"'
            )
            hint = f"write target: {data.labels}, or end the model with {MAP} and rule: kohonen"
            yield Diagnostic("T152", message, case.place("data", "labels"), hint)
        return
    if data.target is not None:
        shown = data.target if isinstance(data.target, str) else "COLUMN"
        message = "a map learns without a target; found one"
        hint = f"write labels: {shown} to compare its clusters with, or remove target"
        yield Diagnostic("T152", message, case.place("data", "target"), hint)
    if data.task is not None:
        message = f"a map finds clusters; found task: {data.task}"
        yield Diagnostic("T152", message, case.place("data", "task"), "remove task")
    if data.labels is not None and data.window is not None:
        message = "labels are of rows, and a window holds several"
        yield Diagnostic("T152", message, case.place("data", "labels"), "remove labels")

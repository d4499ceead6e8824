"""Floor 5: where no gradient passes, and what is left to train behind it."""

from collections.abc import Iterator

from nnspec.diagnostics import Diagnostic
from nnspec.network.network import ResolvedNode
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import function_of
from nnspec.rules.rule import rule

COUNTING = frozenset(
    {"CategoryEncoding", "Discretization", "Hashing", "HashedCrossing", "IntegerLookup"}
)
"""Layers that count or sort what comes in: a small change of it changes nothing."""


@rule("T131")
def check_gradient(case: Case) -> Iterator[Diagnostic]:
    """Find trainings in which no weight is given a gradient."""
    if case.training is None or not case.complete or not case.trained:
        return
    reached, stops = follow_gradients(case)
    free = {node.name for node in case.network.nodes if has_free_weights(node)}
    if not free or free & reached or not stops:
        return
    node = stops[0]
    what = "step" if is_step(node) else node.layer.keras_name if node.layer else node.name
    message = f"{what} has no gradient: training by gradient descent changes no weight"
    hint = "write activation: sigmoid" if is_step(node) else "remove it"
    yield at(node, "T131", message, "activation", hint=hint)


@rule("P111")
def check_step(case: Case) -> Iterator[Diagnostic]:
    """Find functions that no gradient passes, where other layers are trained nevertheless."""
    if case.training is None or not case.trained:
        return
    reached, stops = follow_gradients(case)
    for node in stops:
        cut = cut_off(case, node, reached)
        if cut and (free_of(case) & reached):
            what = "step" if is_step(node) else node.layer.keras_name if node.layer else ""
            message = f"{what} has no gradient, so the layers before it are never trained"
            hint = "write activation: sigmoid" if is_step(node) else "remove it"
            yield at(node, "P111", message, "activation", hint=hint)


def follow_gradients(case: Case) -> tuple[frozenset[str], tuple[ResolvedNode, ...]]:
    """Return the layers whose weights the losses reach, and those at which the way back ends."""
    reached: set[str] = set()
    stops: dict[str, ResolvedNode] = {}
    known = case.network.by_name
    waiting = [case.network.sources[head.name].node for head in case.trained]
    while waiting:
        node = known.get(waiting.pop())
        if node is None or node.name in reached or node.name in stops:
            continue
        if blocks(node):
            stops[node.name] = node
            continue
        reached.add(node.name)
        if node.node.shares:
            reached.add(node.node.shares)
        waiting += [source.node for source in node.node.sources]
    order = [node for node in case.network.nodes if node.name in stops]
    return frozenset(reached), tuple(order)


def cut_off(case: Case, node: ResolvedNode, reached: frozenset[str]) -> bool:
    """Return whether a layer, or one that leads to it, has weights that no loss reaches."""
    waiting, seen = [node.name], set[str]()
    while waiting:
        name = waiting.pop()
        before = case.network.by_name.get(name)
        if before is None or name in seen:
            continue
        seen.add(name)
        if name not in reached and has_free_weights(before):
            return True
        waiting += [source.node for source in before.node.sources]
    return False


def free_of(case: Case) -> frozenset[str]:
    """Return the layers that have weights to train."""
    return frozenset(node.name for node in case.network.nodes if has_free_weights(node))


def has_free_weights(node: ResolvedNode) -> bool:
    """Return whether training may change a layer's own weights."""
    trainable = node.layer is not None and node.layer.trainable
    return trainable and any(weight.trainable for weight in node.weights)


def blocks(node: ResolvedNode) -> bool:
    """Return whether no gradient passes a layer, nor reaches its weights."""
    return is_step(node) or (node.layer is not None and node.layer.keras_name in COUNTING)


def is_step(node: ResolvedNode) -> bool:
    """Return whether a layer ends with the step function."""
    return node.layer is not None and function_of(node.layer) == "step"

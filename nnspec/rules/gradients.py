"""Floor 5: where no gradient passes, and what is left to train behind it."""

from collections.abc import Iterator
from dataclasses import replace

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Diagnostic
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import Nested
from nnspec.rules.case import Case, at
from nnspec.rules.constants import argument_of
from nnspec.rules.kinds import RECURRENT, argument, function_of, inner
from nnspec.rules.rule import rule

COUNTING = frozenset(
    {
        "AugMix",
        "CategoryEncoding",
        "ContrastLimitedAdaptiveHistogramEqualization",
        "Discretization",
        "Equalization",
        "HashedCrossing",
        "Hashing",
        "IntegerLookup",
        "RandAugment",
        "RandomColorJitter",
        "RandomHue",
        "RandomPosterization",
        "RandomSaturation",
    }
)
"""Layers that count or sort what comes in, or change colours in ways that have no derivative.

Source: Keras 3.15 on TensorFlow 2.21, the gradient of each layer behind a Dense.
"""

WITHIN_INTEGERS = frozenset({"LayerNormalization"})
"""Layers that compute in whole numbers what they hand on as decimal ones."""


@rule("T131")
def check_gradient(case: Case) -> Iterator[Diagnostic]:
    """Find trainings in which no weight is given a gradient."""
    if case.training is None or not case.complete or not case.trained:
        return
    reached, stops = follow_gradients(case)
    free = free_of(case)
    if free and not free & reached and stops:
        effect = "training by gradient descent changes no weight"
        found = flat("T131", stops[0][1], f": {effect}")
        yield replace(found, hint=by_rule(case, stops[0][1]) or found.hint)


def by_rule(case: Case, node: ResolvedNode) -> str | None:
    """Return how one threshold unit alone is trained; None where there is more, or another end."""
    alone = len(free_of(case)) == 1 and len(case.heads) == 1 and case.heads[0].units == 1
    if not alone or not is_step(node):
        return None
    return "write rule: perceptron in place of optimizer and loss, or activation: sigmoid"


@rule("P111")
def check_step(case: Case) -> Iterator[Diagnostic]:
    """Find functions that no gradient passes, where other layers are trained nevertheless."""
    if case.training is None or not case.trained:
        return
    reached, stops = follow_gradients(case)
    for node, stop in stops:
        if cut_off(case, node, reached) and free_of(case) & reached:
            yield flat("P111", stop, ", so the layers before it are never trained")


@rule("P111")
def check_gates(case: Case) -> Iterator[Diagnostic]:
    """Find gates that open and close by a function without a gradient."""
    for node in case.layers(*RECURRENT, "Bidirectional", "RNN"):
        layer = inner(node.layer) if node.layer else None
        within = (argument(layer, name) for name in ("layer", "cell")) if layer else ()
        held = (argument_of(one, "recurrent_activation") for one in (layer, *within))
        if any(getattr(one, "keras_name", "") == "step" for one in held):
            message = "step has no gradient, so the gates are never trained"
            hint = "remove recurrent_activation: sigmoid is meant"
            yield at(node, "P111", message, "recurrent_activation", hint=hint)


def flat(code: str, node: ResolvedNode, effect: str) -> Diagnostic:
    """Return the finding that no gradient passes a layer."""
    what = "step" if is_step(node) else node.layer.keras_name if node.layer else node.name
    hint = "write activation: sigmoid" if is_step(node) else "remove it"
    if rounds(node):
        what = f"{what} computes in whole numbers, as it is given them, and"
        hint = "put Rescaling: 1.0 before it, which makes decimal numbers of them"
    return at(node, code, f"{what} has no gradient{effect}", "activation", hint=hint)


Stop = tuple[ResolvedNode, ResolvedNode]
"""A layer at which the way back ends, and of a model within the model the layer inside it."""


def follow_gradients(case: Case) -> tuple[frozenset[str], tuple[Stop, ...]]:
    """Return the layers whose weights the losses reach, and those at which the way back ends."""
    ends = [case.network.sources[head.name].node for head in case.trained]
    reached, stops = follow(case.network, ends, {})
    order = [(node, stops[node.name]) for node in case.network.nodes if node.name in stops]
    return reached, tuple(order)


Followed = tuple[frozenset[str], dict[str, ResolvedNode]]


def follow(network: Network, ends: list[str], known: dict[int, Followed]) -> Followed:
    """Return the layers of a network that gradients reach from some of them, and where they end.

    Args:
        network: the network, or a model within it.
        ends: names of the layers that the losses, or what stands behind the model, reach.
        known: what was found of models within the network, by their identity.
    """
    reached: set[str] = set()
    stops: dict[str, ResolvedNode] = {}
    waiting, seen = list(ends), set[str]()
    while waiting:
        node = network.by_name.get(waiting.pop())
        if node is None or node.name in seen:
            continue
        seen.add(node.name)
        stop, free = end_of_gradient(node, known)
        if free:
            reached |= {node.name, node.node.shares or node.name}
        if stop is not None:
            stops[node.name] = stop
        else:
            waiting += [source.node for source in node.node.sources]
    return frozenset(reached), stops


def end_of_gradient(
    node: ResolvedNode, known: dict[int, Followed]
) -> tuple[ResolvedNode | None, bool]:
    """Return the layer at which no gradient passes a node, and whether weights of it get one.

    Of a model within the model it is a layer of it, where all ways back end within it.
    """
    if not isinstance(node.layer, Nested):
        stopped = blocks(node)
        return (node if stopped else None), not stopped
    within = node.layer.network
    if id(within) not in known:
        ends = [output.source.node for output in within.graph.outputs]
        known[id(within)] = follow(within, ends, known)
    reached, stops = known[id(within)]
    if not stops or not reached.isdisjoint(node.layer.names):
        return None, True
    free = any(has_free_weights(one) for one in within.nodes if one.name in reached)
    return next(iter(stops.values())), free


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
    counting = node.layer is not None and node.layer.keras_name in COUNTING
    return is_step(node) or counting or rounds(node)


def rounds(node: ResolvedNode) -> bool:
    """Return whether a layer with weights computes in whole numbers, which have no gradient.

    Source: Keras 3.15, normalizations compute in the type of numbers that they are given.
    """
    if node.layer is None or not has_free_weights(node):
        return False
    own = inner(node.layer).keras_name in WITHIN_INTEGERS
    found = (node.inputs if own else node.outputs) or ()
    return bool(found) and all(one.element == "integer" for one in found)


def is_step(node: ResolvedNode) -> bool:
    """Return whether a layer ends with the step function, or a cell of it does."""
    if node.layer is None:
        return False
    layer = inner(node.layer)
    cells = argument(layer, "cell")
    held = (argument(layer, "layer"), *(cells if isinstance(cells, tuple) else (cells,)))
    functions = (argument(one, "activation") for one in held if isinstance(one, Layer))
    within = any(getattr(one, "keras_name", "") == "step" for one in functions)
    return within or function_of(layer) == "step"

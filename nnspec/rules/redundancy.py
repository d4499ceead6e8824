"""Floor 5: layers that change nothing."""

from collections.abc import Iterator

from nnspec.diagnostics import Diagnostic
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import MERGES, argument
from nnspec.rules.rule import rule


@rule("P117")
def check_same_shape(case: Case) -> Iterator[Diagnostic]:
    """Find Flatten and Reshape that leave the shape as it is."""
    for node in case.layers("Flatten", "Reshape"):
        if node.layer is None or not node.inputs or not node.outputs:
            continue
        before, after = node.inputs[0].shape, node.outputs[0].shape
        if before == after and None not in before[1:] and len(case.network.nodes) > 1:
            message = f"{node.layer.keras_name} leaves the shape as it is: {list(before[1:])}"
            yield at(node, "P117", message, hint="remove it")


@rule("P118")
def check_same_inputs(case: Case) -> Iterator[Diagnostic]:
    """Find merges of a tensor with itself."""
    # A product with itself is a square, a Dot with itself a Gram matrix.
    for node in case.layers(*MERGES - {"Dot", "Multiply"}):
        if node.layer is None or len(set(node.node.sources)) != 1 or len(node.node.sources) == 1:
            continue
        name = node.node.sources[0].node
        span = node.node.origin.wiring.get("inputs", node.node.origin.head)
        message = f"{node.layer.keras_name} merges {name!r} with itself"
        yield Diagnostic("P118", message, span, "name another layer among its inputs")


@rule("P119")
def check_nothing_dropped(case: Case) -> Iterator[Diagnostic]:
    """Find layers of regularization whose strength is 0."""
    settings = {"Dropout": "rate", "GaussianNoise": "stddev", "GaussianDropout": "rate"}
    for node in case.layers(*settings):
        if node.layer is None:
            continue
        field = settings.get(node.layer.keras_name, "")
        if argument(node.layer, field) == 0:
            message = f"{node.layer.keras_name} with {field} 0 does nothing"
            yield at(node, "P119", message, field, hint="remove it, or write a value above 0")


@rule("P120")
def check_single_window(case: Case) -> Iterator[Diagnostic]:
    """Find pooling of windows of one sample without a stride."""
    for node in case.network.nodes:
        size = argument(node.layer, "pool_size") if node.layer else None
        if node.layer is None or not isinstance(size, tuple):
            continue
        strides = argument(node.layer, "strides") or size
        if set(size) == {1} and set(strides if isinstance(strides, tuple) else ()) == {1}:
            message = f"{node.layer.keras_name} with windows of 1 changes nothing"
            yield at(node, "P120", message, "pool_size", hint="write pool_size: 2")

"""Masks in Keras' documents: which operations only compute what layers pass on anyway; floor 4.

Keras writes the masks that layers compute as operations of the network (`NotEqual` behind the
tokens that an Embedding takes), and hands them to `mask`. Here masks travel with the tensors, so
these operations are left out, provided that they begin at a layer that makes a mask.
"""

from dataclasses import dataclass

from nnspec.document import Mapping, Scalar, plain
from nnspec.frontends.keras.calls import Call, History
from nnspec.frontends.keras.rewrites import is_operation
from nnspec.frontends.keras.tree import text_of

Layers = list[tuple[str, Mapping, tuple[Call, ...]]]
Place = tuple[str, int, int]
"""A tensor: layer, call, number."""


@dataclass(frozen=True, slots=True)
class Masks:
    """The operations that compute masks.

    Attributes:
        operations: names of operations that lead to masks only.
        makers: tensors that enter a layer which makes a mask -> values that it masks.
        calls: how each operation is applied.
    """

    operations: frozenset[str]
    makers: dict[Place, set[object]]
    calls: dict[str, tuple[Call, ...]]

    @classmethod
    def of(cls, layers: Layers) -> "Masks":
        """Return the masks of a model: layers by name, node and calls."""
        operations = {name: calls for name, node, calls in layers if is_operation(node)}
        fed = {
            one.layer
            for name, _, calls in layers
            if name not in operations
            for call in calls
            for one in call.histories
        }
        used = reach(fed & set(operations), operations)
        masked = {mask.layer for _, _, calls in layers for call in calls for mask in call.masks}
        only = reach(masked & set(operations), operations) - used
        return cls(frozenset(only), makers_of(layers), operations)

    def follows(self, mask: History) -> bool:
        """Return whether a mask is one that a layer before makes by itself."""
        if mask.layer not in self.operations:
            return False
        return any(self.begins(one) for one in reach({mask.layer}, self.calls))

    def begins(self, operation: str) -> bool:
        """Return whether an operation compares a layer's input with the value that it masks."""
        for call in self.calls.get(operation, ()):
            values = [one.value for one in call.positional if isinstance(one, Scalar)]
            for one in call.histories:
                masked = self.makers.get((one.layer, one.call, one.tensor), set())
                if any(value in masked for value in values):
                    return True
        return False


def makers_of(layers: Layers) -> dict[Place, set[object]]:
    """Return the tensors that enter layers which make masks, with the values they mask."""
    makers: dict[Place, set[object]] = {}
    for _, node, calls in layers:
        config = node.get("config")
        arguments = plain(config) if isinstance(config, Mapping) else {}
        assert isinstance(arguments, dict)
        kind = text_of(node, "class_name")
        if kind == "Embedding" and arguments.get("mask_zero") is True:
            value: object = 0
        elif kind == "Masking":
            value = arguments.get("mask_value", 0.0)
        else:
            continue
        for call in calls:
            for one in call.histories:
                makers.setdefault((one.layer, one.call, one.tensor), set()).add(value)
    return makers


def reach(begin: set[str], operations: dict[str, tuple[Call, ...]]) -> set[str]:
    """Return operations, and all operations that they follow from."""
    found, waiting = set(begin), list(begin)
    while waiting:
        for call in operations.get(waiting.pop(), ()):
            for one in call.histories:
                if one.layer in operations and one.layer not in found:
                    found.add(one.layer)
                    waiting.append(one.layer)
    return found

"""Masks in Keras' documents: which operations only compute what layers pass on anyway; floor 4.

Keras writes the masks that layers compute as operations of the network (`NotEqual` behind the
tokens that an Embedding takes), and hands them to `mask`. Here masks travel with the tensors, so
these operations are left out, provided that they begin at a layer that makes a mask.
"""

from dataclasses import dataclass

from nnspec.document import Mapping, Scalar, plain
from nnspec.frontends.keras.calls import Call, History
from nnspec.frontends.keras.tree import is_operation, text_of

Layers = list[tuple[str, Mapping, tuple[Call, ...]]]
Place = tuple[str, int, int]
"""A tensor: layer, call, number."""
TURNED = frozenset({"Equal", "Greater", "GreaterEqual", "Less", "LessEqual", "LogicalNot"})
"""Operations that no mask of a layer's own is computed with."""
Maker = tuple[object, str]
"""A value that is masked, and the layer that masks it."""


@dataclass(frozen=True, slots=True)
class Masks:
    """The operations that compute masks.

    Attributes:
        operations: names of operations that lead to masks only.
        makers: tensors that enter layers which make masks -> values that they mask, and the layers.
        calls: how each operation is applied.
        kinds: class of each operation.
        behind: layer that makes a mask -> all layers that follow from it.
    """

    operations: frozenset[str]
    makers: dict[Place, set[Maker]]
    calls: dict[str, tuple[Call, ...]]
    kinds: dict[str, str]
    behind: dict[str, set[str]]

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
        makers = makers_of(layers)
        names = {maker for group in makers.values() for _, maker in group}
        behind = {name: followers(name, layers) for name in names}
        kinds = {name: text_of(node, "class_name") or "" for name, node, _ in layers}
        return cls(frozenset(only), makers, operations, kinds, behind)

    def follows(self, mask: History, call: Call) -> bool:
        """Return whether a mask is one that layers before a call make by themselves."""
        if mask.layer not in self.operations:
            return False
        computed = reach({mask.layer}, self.calls)
        if any(self.kinds[one] in TURNED for one in computed):
            return False
        compared = [self.makers_before(one) for one in computed if self.kinds[one] == "NotEqual"]
        fed = {one.layer for one in call.histories}
        return bool(compared) and all(
            any(maker in fed or fed & self.behind[maker] for maker in makers) for makers in compared
        )

    def makers_before(self, operation: str) -> set[str]:
        """Return the layers that mask the value with which an operation compares their input."""
        return {
            maker
            for call in self.calls.get(operation, ())
            for one in call.histories
            for value, maker in self.makers.get((one.layer, one.call, one.tensor), ())
            if any(value == given.value for given in call.positional if isinstance(given, Scalar))
        }

    def roots(self, masks: tuple[History, ...]) -> tuple[History, ...]:
        """Return the tensors from which masks are computed that are no masks' operations."""
        names = reach({one.layer for one in masks} & self.operations, self.calls)
        calls = [call for name in sorted(names) for call in self.calls[name]]
        tensors = (*masks, *(one for call in calls for one in call.histories))
        return tuple(one for one in tensors if one.layer not in self.operations)


def makers_of(layers: Layers) -> dict[Place, set[Maker]]:
    """Return the tensors that enter layers which make masks, with the values they mask."""
    makers: dict[Place, set[Maker]] = {}
    for name, node, calls in layers:
        config = node.get("config")
        arguments = plain(config) if isinstance(config, Mapping) else {}
        assert isinstance(arguments, dict)
        kind = text_of(node, "class_name")
        if kind == "Embedding" and arguments.get("mask_zero") is True:
            value: object = 0
        elif kind == "Masking":
            value = arguments.get("mask_value", 0.0)
            value = value if isinstance(value, int | float) else None
        else:
            continue
        for call in calls:
            for one in call.histories:
                makers.setdefault((one.layer, one.call, one.tensor), set()).add((value, name))
    return makers


def followers(begin: str, layers: Layers) -> set[str]:
    """Return all layers that follow from one."""
    fed: dict[str, set[str]] = {}
    for name, _, calls in layers:
        for call in calls:
            for one in call.histories:
                fed.setdefault(one.layer, set()).add(name)
    found: set[str] = set()
    waiting = [begin]
    while waiting:
        new = fed.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


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

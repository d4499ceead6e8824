"""What stands where in a spec, as far as its style depends on it."""

from nnspec.diagnostics import Path
from nnspec.document import Mapping, Node, Scalar, Sequence

SUBMODEL = "Model"
"""Key of a model within a list of layers."""
IN_BLOCK = 2
"""Length of a block's path: blocks, its name."""


def is_layers(path: Path) -> bool:
    """Return whether a path leads to a list of layers; a layer stands on lines of its own."""
    top = path[0]
    for index in range(len(path) - 1, 1, -1):
        if path[index] == SUBMODEL and is_layers(path[: index - 1]):
            return path[index + 1 :] in ((), ("layers",))
    if top == "model":
        return path[1:] in ((), ("layers",))
    return top == "blocks" and len(path) >= IN_BLOCK and path[2:] in ((), ("layers",))


def holds_layers(node: Node, path: Path) -> bool:
    """Return whether a value is a mapping with a list of layers in it, or of such mappings."""
    return path == ("blocks",) or (
        is_layers(path) and isinstance(node, Mapping) and node.get("layers") is not None
    )


def keeps_form(node: Node, path: Path) -> bool:
    """Return whether a value that has lines of its own keeps them.

    Sections do, and lists of objects: each is read, and changed, by itself.
    """
    objects = isinstance(node, Sequence) and not all(isinstance(one, Scalar) for one in node.items)
    return len(path) == 1 or (objects and all(isinstance(step, str) for step in path))

"""What of a network's inputs augmentations act on: steps of a series, and pictures."""

from nnspec.catalog.augmentations import Augmentation
from nnspec.network.network import Network


def reads_steps(network: Network, name: str) -> bool:
    """Return whether the network makes a series of an input: Reshape, and nothing else, reads it.

    Tables of series have a column for each step.
    """
    alone = len(network.inputs) == 1
    inputs = {network.inputs[0].name if alone else name}
    readers = [
        node.layer
        for node in network.nodes
        if any(source.node in inputs for source in node.node.sources)
    ]
    return bool(readers) and all(one and one.keras_name == "Reshape" for one in readers)


def acts_on_nothing(one: Augmentation, *, series: bool, picture: bool) -> tuple[str, str] | None:
    """Return why an augmentation would change nothing, and what to do; None where it acts.

    Args:
        one: the augmentation.
        series: whether an input is a series.
        picture: whether an input holds pictures.
    """
    name = one.keras_name
    if one.of_series and not series:
        message = f"{name} acts along the steps of a series; the network reads a table's row"
        return message, (
            "use windows, an array of steps, or a Reshape to [steps, 1] that comes first"
        )
    if one.of_pictures and not picture:
        message = f"{name} acts on pictures; the network reads none"
        return message, "remove it, or write the layer of this name behind a Reshape to pictures"
    return None

"""A network as the list of its layers in their filled form, models within written out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nnspec.catalog.keras_names import snake_case
from nnspec.document import Plain
from nnspec.network.edges import Source
from nnspec.network.fill import fill_node
from nnspec.network.network import Network, ResolvedNode
from nnspec.network.resolve import Nested
from nnspec.network.summary import describe

BESIDE = ("name", "within", "inputs")
"""What stands beside a layer, and is compared by what it means."""
MODEL = "Model"


@dataclass(frozen=True, slots=True)
class Entry:
    """One layer, or one more application of a layer.

    Attributes:
        name: full name; of a layer in a model within, the model's name and a slash before it.
        kind: its class in Keras; Model for a model within.
        settings: every argument, defaults written out; None for an input that the data implies.
        sources: what feeds it.
        shares: the layer whose weights it applies again.
        shapes: of the tensors that leave it, batch left out; None while unknown.
        parameters: number of its weights' elements; None while unknown.
        named: whether the spec names it; else it is called after its class.
    """

    name: str
    kind: str
    settings: Mapping[str, Plain] | None
    sources: tuple[Source, ...]
    shares: str | None
    shapes: tuple[str, ...] | None
    parameters: int | None
    named: bool = field(init=False)

    def __post_init__(self) -> None:
        local = self.name.replace("/", ".").rpartition(".")[2]
        counted = local.rstrip("0123456789").removesuffix("_")
        own = snake_case(self.kind)
        object.__setattr__(self, "named", own not in {local, counted})


def list_entries(network: Network, within: str = "") -> tuple[Entry, ...]:
    """Return all layers in the order of the flow; those of a model within stand behind it.

    Args:
        network: resolved as far as it can be without its data.
        within: what stands before the names: the models around, a slash behind each.
    """
    return tuple(one for node in network.nodes for one in entries_of(node, within))


def entries_of(node: ResolvedNode, within: str) -> Iterator[Entry]:
    """Give a layer, and what is in it where it is a model."""
    row = describe(node)
    kind, settings = settings_of(node)
    sources = tuple(Source(within + one.node, one.index) for one in node.node.sources)
    shares = within + node.node.shares if node.node.shares else None
    name = within + node.name
    yield Entry(name, kind, settings, sources, shares, row.shapes, row.parameters)
    if isinstance(node.layer, Nested) and not node.node.shares:
        yield from list_entries(node.layer.network, f"{name}/")


def settings_of(node: ResolvedNode) -> tuple[str, Mapping[str, Plain] | None]:
    """Return a layer's class and arguments."""
    if node.node.implied:
        return "Input", None
    if node.node.shares:
        return (node.layer.keras_name if node.layer else "use"), {}
    if isinstance(node.layer, Nested) and not is_part(node):
        return MODEL, {"inputs": list[Plain](node.layer.names), "trainable": node.layer.trainable}
    filled = fill_node(node)
    assert isinstance(filled, dict)
    kind = next(key for key in filled if key not in BESIDE)
    settings = filled[kind]
    return (MODEL if kind == "use" else kind), settings if isinstance(settings, dict) else {}


def is_part(node: ResolvedNode) -> bool:
    """Tell whether a model within is taken from a finished run."""
    return bool(getattr(node.node.layer, "part", None))

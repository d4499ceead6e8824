"""Around one list of layers: what its names mean, where its entries were written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nnspec.catalog.layer import Layer
from nnspec.catalog.registry import find
from nnspec.diagnostics import Findings, Span
from nnspec.document import Entry, Scalar, shorten
from nnspec.document import Mapping as MappingNode
from nnspec.frontends.nnspec_1.items import Item, read_inputs
from nnspec.reading.moves import BESIDE
from nnspec.reading.substitute import Substitution
from nnspec.reading.written import Written
from nnspec.spec.model import UNREAD, LayerUse, Origin, RankDependent, SubModel, Wire


@dataclass(slots=True)
class Scope:
    """What holds while one list of layers is read.

    Attributes:
        prefix: what stands before local names: "" or "USE.".
        inputs: names of the block's inputs -> what feeds them.
        substitution: variables and the block's parameters.
        uses: where the blocks around are used, innermost first.
        chain: names of the blocks around, outermost first.
        taken: local names that the list gives explicitly.
    """

    substitution: Substitution
    prefix: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    uses: tuple[Span, ...] = ()
    chain: tuple[str, ...] = ()
    taken: set[str] = field(default_factory=set)

    def full(self, local: str) -> str:
        """Return the full name of a local one: a block's input, or a layer of the block."""
        return local if local == UNREAD else self.inputs.get(local, self.prefix + local)


@dataclass(frozen=True, slots=True)
class Expansion:
    """What one use of a layer or block became: applied again by `use`.

    Attributes:
        aliases: names within that stand for those of layers within.
    """

    name: str
    layers: tuple[LayerUse, ...]
    inputs: tuple[str, ...]
    output: str
    aliases: tuple[str, ...] = ()


def choose_wires(item: Item, scope: Scope, members: list[str]) -> tuple[Wire, ...]:
    """Return the wires that are written, with full names; none for those that follow in a row."""
    if item.inputs is None or members:
        return ()
    return tuple(
        replace(wire, source=scope.full(wire.source), local=wire.source) for wire in item.inputs
    )


def describe_origin(item: Item, extra: tuple[Entry, ...], scope: Scope) -> Origin:
    """Return the places of a layer's key, arguments and wiring."""
    assert item.written
    places: dict[str, Span] = {}
    argument = item.written.argument
    if isinstance(argument, MappingNode):
        places = {entry.name: entry.value.span for entry in argument}
    elif argument is not None and not (isinstance(argument, Scalar) and argument.empty):
        kind = find("layers", item.written.name)
        places = {getattr(kind, "shorthand", None) or "": argument.span}
    places |= {entry.name: entry.value.span for entry in extra}
    wiring: dict[str, Span] = {}
    if item.inputs:
        wiring["inputs"] = Span(item.inputs[0].span.start, item.inputs[-1].span.end)
    if item.name:
        wiring["name"] = item.name[1]
    return Origin(item.written.span, places, wiring, scope.uses)


def with_inner_name(item: Item, findings: Findings) -> Item:
    """Return an entry with the name that stands among its arguments, as in Keras' own form.

    In any other form it is out of place, and told so; whoever reads from the layer is not at fault.
    """
    item = with_inner_inputs(item)
    written = item.written
    if written is None or not isinstance(written.argument, MappingNode):
        return item
    if not written.config and (item.name or not find("layers", written.name)):
        return item
    entry = written.argument.entry("name")
    inner = entry.value.value if entry and isinstance(entry.value, Scalar) else None
    if entry is None or not isinstance(inner, str):
        return item
    if item.name and item.name[0] != inner:
        message = f"the layer is called {shorten(item.name[0])} and, in its config, {inner}"
        findings.add("S115", message, item.name[1], hint="keep one of the names")
    return replace(item, name=item.name or (inner, entry.value.span))


def with_inner_inputs(item: Item) -> Item:
    """Return an entry with the inputs that stand among its arguments, which is told elsewhere."""
    written = item.written
    if written is None or written.config or item.inputs is not None:
        return item
    kind = find("layers", written.name)
    argument = written.argument
    if kind is None or "inputs" in kind.model_fields or not isinstance(argument, MappingNode):
        return item
    return replace(item, inputs=read_inputs(argument.entry("inputs"), Findings()))


def without_wiring(written: Written, kind: type[object]) -> Written:
    """Return a layer without what belongs beside it among its arguments.

    In Keras' own form only a name can stand there.
    """
    argument, known = written.argument, getattr(kind, "model_fields", {})
    if not isinstance(argument, MappingNode):
        return written
    moved = [one for one in (BESIDE[:1] if written.config else BESIDE) if one not in known]
    kept = tuple(entry for entry in argument if entry.name not in moved)
    return replace(written, argument=replace(argument, entries=kept))


def is_input(layer: Layer | RankDependent | SubModel | None, written: Written) -> bool:
    """Return whether an entry is an Input, readable or not."""
    return written.name == "Input" or (isinstance(layer, Layer) and layer.required == 0)

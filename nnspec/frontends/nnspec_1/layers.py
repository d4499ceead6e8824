"""The `model:` section: lists of layers to one flat list, blocks and repetitions expanded.

Names inside a block become `USE.LOCAL`. Nothing is wired here beyond names: whether they exist
is the graph's question.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nnspec.catalog.layer import Layer
from nnspec.catalog.ranked import RANKED, SHORT
from nnspec.catalog.registry import find, names
from nnspec.diagnostics import Diagnostic, Findings, Refused, Related
from nnspec.document import Entry, Node, Scalar, Sequence, kind_of, shorten
from nnspec.document import Mapping as MappingNode
from nnspec.frontends.keras.form import read_whole, settle
from nnspec.frontends.keras.tree import is_keras_model, is_keras_object
from nnspec.frontends.nnspec_1.blocks import (
    SUBMODEL,
    Block,
    bind,
    holds_outputs,
    may_nest,
    settle_keys,
    takes,
)
from nnspec.frontends.nnspec_1.exchanged_wires import settle_exchanged
from nnspec.frontends.nnspec_1.items import Item, read_item, read_outputs
from nnspec.frontends.nnspec_1.layer_names import Names
from nnspec.frontends.nnspec_1.model_source import ModelSource, refuse_mapping
from nnspec.frontends.nnspec_1.parts import part_origin, read_part
from nnspec.frontends.nnspec_1.scope import (
    Expansion,
    Scope,
    choose_wires,
    describe_origin,
    is_input,
    with_inner_name,
    without_wiring,
)
from nnspec.frontends.nnspec_1.submodels import in_keras_form, read_submodel, substitute_beside
from nnspec.language.calls import as_written
from nnspec.language.habits import LAYER_WORDS
from nnspec.language.limits import MOST_LAYERS, MOST_VALUES
from nnspec.language.near_names import as_another, meant, nearest, suggest, suggest_given
from nnspec.reading.moves import refuse_inner_wiring
from nnspec.reading.reader import Reader, Unreadable
from nnspec.reading.substitute import Substitution
from nnspec.reading.written import Written, certain, unknown
from nnspec.spec.model import (
    NETWORK_INPUT,
    LayerUse,
    ModelSection,
    Origin,
    RankDependent,
    SubModel,
    Wire,
)

MODEL_KEYS = ("layers", "outputs", "weights")
VALUES = f"{MOST_VALUES:,} values in its layers' arguments"


@dataclass(slots=True)
class ModelReader:
    """Expands the model's layers; one instance per spec."""

    reader: Reader
    blocks: Mapping[str, Block]
    source: ModelSource
    offered: frozenset[str] = frozenset()
    """Names of the inputs that the data offers."""
    layers: list[LayerUse] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    stand_ins: list[str] = field(default_factory=list)
    """Names of the aliases, in the order in which they were given."""
    names: Names = field(default_factory=Names)
    expansions: dict[str, Expansion] = field(default_factory=dict)
    used_blocks: set[str] = field(default_factory=set)
    read_blocks: set[str] = field(default_factory=set)
    """Blocks whose layers were read, in a use of them that was not refused."""
    values: int = 0
    partial: bool = False

    @property
    def findings(self) -> Findings:
        """Return where findings go; inside a block they first go to a list of their own."""
        return self.reader.findings

    def read_model(self, node: Node, substitution: Substitution) -> ModelSection | None:
        """Return the model section; None if it holds no layers at all."""
        weights = self.source.weights_of(node)
        opened = self.source.open(node)
        if opened is None:
            return None
        if is_keras_object(opened):
            model = read_whole(opened, self.reader)
            return replace(model.section, weights=weights) if model else None
        section = self.read_layers(opened, Scope(substitution), NETWORK_INPUT)
        return section and replace(section, weights=weights)

    def read_layers(self, node: Node, scope: Scope, first: str) -> ModelSection | None:
        """Return the section of a list of layers; None if there are none.

        Args:
            node: the list, or a mapping of it and the outputs.
            scope: what holds in it.
            first: what feeds a first layer that does not say so.
        """
        layers, listed = self.split_model(node)
        if layers is None:
            return None
        self.read_list(layers, scope, first)
        substituted = scope.substitution.apply(listed, self.findings) if listed else None
        outputs = read_outputs(substituted, self.findings) if substituted else ()
        return ModelSection(tuple(self.layers), dict(self.aliases), outputs or None, self.partial)

    def split_model(self, node: Node) -> tuple[Sequence | None, Node | None]:
        """Return the list of layers and the listed outputs."""
        match node:
            case Sequence() if node.items:
                return node, None
            case MappingNode():
                return self.split_mapping(node)
            case Sequence():
                self.findings.add("G106", "the model has no layers", node.span)
            case _:
                message = f"model must be a list of layers; found {kind_of(node)}"
                self.findings.add("S103", message, node.span)
        return None, None

    def split_mapping(self, node: MappingNode) -> tuple[Sequence | None, Node | None]:
        """Return the parts of a model written as a mapping."""
        if node.get("layers") is None and len(node):
            refuse_mapping(node, self.findings)
            return None, None
        node = settle_keys(node, MODEL_KEYS, "model", self.findings)
        layers = node.get("layers")
        if isinstance(layers, Sequence) and layers.items:
            return layers, node.get("outputs")
        message = "model needs layers: a list of at least one layer"
        self.findings.add("G106", message, node.span)
        return None, None

    def read_list(self, node: Sequence, scope: Scope, previous: str) -> str:
        """Read a list of layers; return the name of the last one."""
        items: list[tuple[Node, Item | None]] = []
        for raw in node.items:
            substituted = substitute_beside(raw, scope.substitution, self.findings)
            item = read_item(substituted, self.reader)
            items.append((raw, with_inner_name(item, self.findings) if item else None))
            self.partial |= item is not None and item.unnamed
        items = settle_exchanged(items, {*scope.inputs, *self.offered}, self.findings)
        scope.taken |= {item.name[0] for _, item in items if item and item.name}
        for raw, item in items:
            if item is None:
                previous = self.hold_place(raw, scope, previous)
            else:
                previous = self.read_entry(item, scope, previous)
        return previous

    def hold_place(self, node: Node, scope: Scope, previous: str) -> str:
        """Stand in for an entry that was refused, so that nothing is said about its neighbours."""
        self.partial = True
        given = node.get("name") if isinstance(node, MappingNode) else None
        words = [one.name for one in node] if isinstance(node, MappingNode) else []
        self.used_blocks |= {one for one in words if one in self.blocks}
        name = f"{scope.prefix}@{node.span.start.line}:{node.span.start.column}#{len(self.layers)}"
        if isinstance(given, Scalar) and isinstance(given.value, str):
            name = self.names.claim(scope.prefix + given.value, given.span, self.findings)
        wires = () if previous == NETWORK_INPUT else (Wire(previous, node.span),)
        self.layers.append(LayerUse(name, None, wires, Origin(node.span, uses=scope.uses)))
        return name

    def read_entry(self, item: Item, scope: Scope, previous: str) -> str:
        """Read one entry, all its repetitions; return the name its last one goes by."""
        total = len(item.members)
        prefix = scope.prefix + (f"{item.within}." if item.within else "")
        members: list[str] = []
        several = self.several_outputs(item)
        for index, extra in enumerate(item.members, start=1):
            name = self.names.choose(item, prefix, index, scope.taken)
            name = self.names.claim(name, item.name[1] if item.name else item.span, self.findings)
            wires = choose_wires(item, scope, members)
            before = members[-1] if members else previous
            ends = several if members else ()
            wires = wires or tuple(Wire(before + end, item.span) for end in ends or ("",))
            members.append(name)
            self.read_member(item, extra, name, wires, scope)
        if item.repeated and item.name and total:
            for end in several or ("",):
                self.stand_in(prefix + item.name[0] + end, members[-1] + end)
        return members[-1]

    def several_outputs(self, item: Item) -> tuple[str, ...]:
        """Return what follows a use's name for each output of a block of several; none for one."""
        block = self.blocks.get(item.written.name) if item.written else None
        outputs = block.outputs if block else ()
        return tuple(f".{wire.source}" for wire in outputs) if len(outputs) > 1 else ()

    def read_member(
        self, item: Item, extra: tuple[Entry, ...], name: str, wires: tuple[Wire, ...], scope: Scope
    ) -> None:
        """Read one layer, block use or repeated use."""
        self.values += item.values
        if len(self.layers) >= MOST_LAYERS or self.values > MOST_VALUES:
            what = f"{MOST_LAYERS:,} layers" if self.values <= MOST_VALUES else VALUES
            raise Refused([Diagnostic("L106", f"the model expands to more than {what}", item.span)])
        if item.part is not None:
            part = read_part(item.part, scope, self)
            self.keep(LayerUse(name, part, wires, part_origin(item.span, item.part, scope)))
        elif item.written is None:
            self.read_use(item, name, wires, scope)
        elif block := self.blocks.get(item.written.name):
            if block.layers is None:
                self.used_blocks.add(block.name)
                self.layers.append(LayerUse(name, None, wires, Origin(item.span, uses=scope.uses)))
            else:
                self.expand(block, item, extra, (name, wires), scope)
        else:
            origin = describe_origin(item, extra, scope)
            layer = self.read_layer(item.written, extra, scope)
            fed = () if is_input(layer, item.written) and item.inputs is None else wires
            doubtful = item.written.span in self.reader.doubted
            self.keep(LayerUse(name, layer, fed, origin, doubtful=doubtful))

    def keep(self, use: LayerUse) -> None:
        """Add a layer that can be applied again."""
        self.layers.append(use)
        fed = tuple(wire.source for wire in use.wires)
        self.expansions[use.name] = Expansion(use.name, (use,), fed, use.name)

    def read_layer(
        self, written: Written, extra: tuple[Entry, ...], scope: Scope
    ) -> Layer | RankDependent | SubModel | None:
        """Return the layer of an entry, None where it was refused."""
        if written.name == SUBMODEL and not written.config:
            return read_submodel(self.merge(written, extra, "layers"), scope, self)
        whole = in_keras_form(written)
        if is_keras_model(whole):
            return read_whole(whole, self.reader)
        kind = find("layers", SHORT.get(written.name, written.name))
        written = self.merge(written, extra, getattr(kind, "shorthand", None))
        if written.name in RANKED:
            return RankDependent(written.name, written.argument, written.span)
        if kind is None:
            name = certain(self.refuse_layer(written)) or ""
            written, kind = replace(written, name=name), find("layers", SHORT.get(name, name))
            if kind is None:
                return None
        refuse_inner_wiring(written, kind, self.findings)
        settled = settle(without_wiring(written, kind), kind, self.findings)
        made = self.reader.read_arguments(kind, settled, partly=True)
        return None if isinstance(made, Unreadable) or not isinstance(made, Layer) else made

    def refuse_layer(self, written: Written) -> str | None:
        """Record a layer that is none, and no block either; return the hint."""
        known = (*names("layers"), *RANKED, *SHORT, *self.blocks)
        self.used_blocks.add(meant(written.name, known, LAYER_WORDS) or "")
        finding = unknown(written, "a layer or block", known, self.reader.withheld)
        if finding.code == "S106":
            message = f"{shorten(written.name)!r} is no layer and no block"
            hint = as_written(written.name, "layers", LAYER_WORDS) or as_another(written.name)
            near = suggest(written.name, known, LAYER_WORDS)
            # A block is the writer's own name: nobody else knows which one is meant.
            hint = hint or (str(near) if nearest(written.name, known) in self.blocks else near)
            hint = hint or finding.hint
            finding = replace(finding, message=message, hint=hint)
        self.findings.append(finding)
        return finding.hint

    def merge(self, written: Written, extra: tuple[Entry, ...], shorthand: str | None) -> Written:
        """Return a layer with the arguments of one repetition added."""
        if not extra:
            return written
        match written.argument:
            case MappingNode(entries=entries):
                given = entries
            case None | Scalar(empty=True):
                given = ()
            case argument:
                given = (Entry(shorthand or "", argument.span, argument),)
        for entry in extra:
            if twice := next((one for one in given if one.name == entry.name), None):
                message = f"{entry.name} is given to {written.name} and again by each"
                self.findings.add("S115", message, twice.key)
        names_of_each = {entry.name for entry in extra}
        kept = tuple(one for one in given if one.name not in names_of_each)
        return replace(written, argument=MappingNode((*kept, *extra), written.span))

    def expand(
        self,
        block: Block,
        item: Item,
        extra: tuple[Entry, ...],
        place: tuple[str, tuple[Wire, ...]],
        scope: Scope,
    ) -> None:
        """Read a block's layers as those of one use of it."""
        name, wires = place
        self.used_blocks.add(block.name)
        if not may_nest(block.name, scope.chain, item.span, self.findings):
            self.layers.append(LayerUse(name, None, wires, Origin(item.span, uses=scope.uses)))
            return
        assert item.written
        values = bind(block, item.written, extra, self.findings)
        if values is None or not takes(block, len(wires), item.span, self.findings):
            self.layers.append(LayerUse(name, None, wires, Origin(item.span, uses=scope.uses)))
            return
        inner = Scope(
            scope.substitution.inner(values),
            f"{name}.",
            {local: wire.source for local, wire in zip(block.inputs, wires, strict=True)},
            (item.span, *scope.uses),
            (*scope.chain, block.name),
        )
        self.expand_body(block, inner, name, wires)

    def expand_body(self, block: Block, scope: Scope, name: str, wires: tuple[Wire, ...]) -> None:
        """Read a block's list in its own scope; its findings also name the place of its use."""
        self.read_blocks.add(block.name)
        outer, begin, named = self.reader.findings, len(self.layers), len(self.stand_ins)
        self.reader.findings = Findings()
        assert block.layers
        try:
            last = self.read_list(block.layers, scope, wires[0].source if wires else NETWORK_INPUT)
        finally:
            # A refusal within leaves what was found before it, too.
            found, self.reader.findings = self.reader.findings, outer
            related = tuple(
                Related(f"in the block {block.name}, used here", one) for one in scope.uses[:1]
            )
            placed = scope.substitution.at_definitions(found)
            outer.extend(replace(one, related=(*one.related, *related)) for one in placed)
        made = tuple(self.layers[begin:])
        outputs = [f"{name}.{wire.source}" for wire in block.outputs]
        inside = {use.name for use in made} if outputs else ()
        if not holds_outputs(block, f"{name}.", (inside, self.aliases), outer):
            outputs = []
        output = last if not outputs else outputs[0]
        inputs, within = tuple(wire.source for wire in wires), tuple(self.stand_ins[named:])
        if len(outputs) <= 1:
            self.stand_in(name, output)
        self.expansions[name] = Expansion(name, made, inputs, output, within)

    def read_use(self, item: Item, name: str, wires: tuple[Wire, ...], scope: Scope) -> None:
        """Apply an earlier layer or block use again, with the same weights."""
        assert item.use
        local, span = item.use
        known = self.expansions.get(self.follow(scope.prefix + local))
        if known is None:
            if local in self.blocks:
                message = f"{local} is a block's definition, not a layer"
                hint: str | None = f"write it as a layer: - {local}: {{...}}"
                self.findings.add("G107", message, span, hint=hint)
            else:
                message = f"no layer before is called {shorten(local)!r}"
                near = suggest_given(local, self.expansions)
                self.findings.add("G107", message, span, hint=near)
            self.layers.append(LayerUse(name, None, wires, Origin(item.span, uses=scope.uses)))
            return
        wiring = {"use": span} | ({"name": item.name[1]} if item.name else {})
        self.apply_again(known, name, wires, Origin(item.span, wiring=wiring, uses=scope.uses))

    def apply_again(
        self, known: Expansion, name: str, wires: tuple[Wire, ...], origin: Origin
    ) -> None:
        """Add one application per layer of an expansion, each sharing its first one's weights."""
        if known.layers[0].name == known.name:
            shared = known.layers[0].shares or known.name
            self.layers.append(LayerUse(name, None, wires, origin, shared))
            return
        inside = [*known.aliases, *(use.name for use in known.layers)]
        again = {one: name + one[len(known.name) :] for one in inside}
        moved = again | dict(zip(known.inputs, (wire.source for wire in wires), strict=False))
        for use in known.layers:
            fed = tuple(replace(one, source=moved.get(one.source, one.source)) for one in use.wires)
            shares = use.shares or use.name
            self.layers.append(LayerUse(again[use.name], None, fed, origin, shares))
        for old in known.aliases:
            self.stand_in(again[old], again[self.aliases[old]])
        self.stand_in(name, again[known.output])

    def stand_in(self, name: str, other: str) -> None:
        """Let a name stand for that of a layer."""
        self.aliases[name] = other
        self.stand_ins.append(name)

    def inside(self) -> "ModelReader":
        """Return the reader of a model within this one, whose layers have names of their own."""
        within = ModelReader(self.reader, self.blocks, self.source)
        return replace(within, used_blocks=self.used_blocks, read_blocks=self.read_blocks)

    def apart(self) -> "ModelReader":
        """Return the reader of another spec's model, which knows no block of this one."""
        return ModelReader(self.reader, {}, self.source)

    def follow(self, name: str) -> str:
        """Return the name itself, or that of the single layer an alias stands for."""
        return name if name in self.expansions else self.aliases.get(name, name)

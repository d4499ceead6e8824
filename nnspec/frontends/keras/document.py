"""A Keras 3 model document, as `model.to_json()` writes it, to a model section; floor 4.

Layers are read by the catalogue, never by Keras' deserializer: what the catalogue does not name
is refused. Applications of a layer beyond the first become uses that share its weights.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nnspec.catalog.layer import Layer
from nnspec.catalog.registry import find, names
from nnspec.diagnostics import Findings, Span
from nnspec.document import Mapping, Plain, Scalar, Sequence, kind_of, plain, shorten
from nnspec.frontends.keras.arithmetic import FLOATS
from nnspec.frontends.keras.calls import Call, History, read_calls, read_ends
from nnspec.frontends.keras.era import ANEW, OLDER, is_older
from nnspec.frontends.keras.eras.bare import with_modules
from nnspec.frontends.keras.eras.modernize import modernized
from nnspec.frontends.keras.inputs import with_whole_numbers
from nnspec.frontends.keras.lambdas import advise_instead
from nnspec.frontends.keras.lost_masks import lost_masks
from nnspec.frontends.keras.masks import Masks, Place
from nnspec.frontends.keras.order import in_order
from nnspec.frontends.keras.refusals import (
    Uncomputed,
    name_layer,
    refuse_masks,
    refuse_tensors,
    settings_of,
)
from nnspec.frontends.keras.rewrites import is_foreign_layer, rewrite
from nnspec.frontends.keras.steps import Rewritten, Step, apart, needed
from nnspec.frontends.keras.tree import MODELS, is_operation, text_of
from nnspec.frontends.keras.values import (
    DEFAULT_POLICY,
    Settler,
    as_node,
    policies_of,
    refuse_foreign,
)
from nnspec.frontends.nnspec_1.items import LAYER_NAME, bad_name
from nnspec.language.near_names import suggest
from nnspec.reading.reader import Reader, Unreadable
from nnspec.reading.written import Written, unknown
from nnspec.spec.model import NETWORK_INPUT, LayerUse, ModelSection, Origin, SubModel, Wire

WRITTEN_BY_KERAS = (
    "module",
    "class_name",
    "config",
    "registered_name",
    "build_config",
    "compile_config",
    "shared_object_id",
    "name",
    "inbound_nodes",
    "keras_version",
    "backend",
)
"""Keys beside the config of a layer or model; what follows from the config is passed over."""
NAME_RULE = "a layer's name is letters, digits, _ or -, in parts of at most 64, dots between them"


def read_keras_model(node: Mapping, reader: Reader) -> SubModel | None:
    """Return the model of a Keras document; None where its layers cannot be found.

    Args:
        node: the document: class_name and config.
        reader: reads the layers' arguments; takes the findings.
    """
    node = modernized(node) if is_older(node) else with_modules(node)
    policies = policies_of(node) - {DEFAULT_POLICY} != set()
    return read_model(node, reader, Settler(reader.findings, policies=policies))


def read_model(node: Mapping, reader: Reader, settler: Settler) -> SubModel | None:
    """Return a model, or a model within one."""
    kind, config = text_of(node, "class_name"), node.get("config")
    check_keys(node, reader.findings)
    if refuse_foreign(node, reader.findings):
        return None
    if kind not in MODELS:
        message = f"{shorten(kind or '?')} is no model that Keras builds from layers"
        hint = "Keras documents of Functional and Sequential models are read"
        reader.findings.add("S106", message, node.span, hint=hint)
        return None
    layers = config.get("layers") if isinstance(config, Mapping) else None
    if not isinstance(config, Mapping) or not isinstance(layers, Sequence) or not layers.items:
        message = f"the config of {kind} must hold a list of at least one layer"
        reader.findings.add("G106", message, (config or node).span, hint=ANEW)
        return None
    network = NetworkReader(reader, settler)
    sequential = kind == "Sequential"
    section = network.sequential(config, layers) if sequential else network.graph(config, layers)
    trainable = config.get("trainable")
    frozen = isinstance(trainable, Scalar) and trainable.value is False
    return SubModel(section, trainable=not frozen)


def check_keys(node: Mapping, findings: Findings) -> None:
    """Record keys beside a config that Keras does not write."""
    for entry in node:
        if entry.name not in WRITTEN_BY_KERAS:
            message = f"Keras writes no key {shorten(entry.name)!r} beside a config"
            hint = suggest(entry.name, WRITTEN_BY_KERAS) or None
            findings.add("S101", message, entry.key, hint=hint)


@dataclass(frozen=True, slots=True)
class Record:
    """One serialized layer: its name, its node, and how it is applied."""

    name: str
    node: Mapping
    calls: tuple[Call, ...] = ()

    @property
    def config(self) -> Mapping:
        """Return its arguments."""
        config = self.node.get("config")
        return config if isinstance(config, Mapping) else Mapping((), self.node.span)

    @property
    def span(self) -> Span:
        """Return the place of the class' name."""
        return (self.node.get("class_name") or self.node).span


@dataclass(slots=True)
class NetworkReader:
    """Reads the layers of one model.

    Attributes:
        applied: layer and number of its call -> name of that application.
        rewritten: operation -> the layers that each of its calls is rewritten to.
        used: layer -> numbers of those of its tensors that something takes.
        parts: tensor that leaves an operation -> name of the layer that gives it.
        operations: names of layers that stand for operations.
        uncomputed: operations that no layers compute.
    """

    reader: Reader
    settler: Settler
    uses: list[LayerUse] = field(default_factory=list)
    applied: dict[tuple[str, int], str] = field(default_factory=dict)
    rewritten: dict[str, list[Rewritten]] = field(default_factory=dict)
    used: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    parts: dict[Place, str] = field(default_factory=dict)
    operations: set[str] = field(default_factory=set)
    uncomputed: Uncomputed = field(default_factory=Uncomputed)

    @property
    def findings(self) -> Findings:
        """Return where findings go."""
        return self.reader.findings

    def graph(self, config: Mapping, layers: Sequence) -> ModelSection:
        """Return the section of a functional model."""
        records = self.records(layers)
        masks = Masks.of([(one.name, one.node, one.calls) for one in records])
        kept = [one for one in records if one.name not in masks.operations]
        ends = read_ends(config.get("output_layers"))
        for one in (*ends, *(one for record in kept for one in tensors_of(record))):
            self.used[one.layer].add(one.tensor)
        for record in kept:
            if is_foreign_layer(record.node):
                self.rewrite(record)
        for record in kept:
            self.read(record, masks)
        self.finish()
        begins = [one.layer for one in read_ends(config.get("input_layers"))]
        outputs = tuple(self.wire(one) for one in ends)
        uses = with_whole_numbers(self.uses)
        return ModelSection(in_order(uses, begins), outputs=outputs or None)

    def sequential(self, config: Mapping, layers: Sequence) -> ModelSection:
        """Return the section of a chain; without Input layer, its shape may stand beside it."""
        records = self.records(layers)
        shape, previous = config.get("build_input_shape"), NETWORK_INPUT
        first = text_of(records[0].node, "class_name") if records else None
        if first not in ("InputLayer", "Input") and isinstance(shape, Sequence):
            inner: dict[str, Plain] = {"batch_shape": plain(shape)}
            made: dict[str, Plain] = {"class_name": "InputLayer", "config": inner}
            node = as_node(made, shape.span)
            assert isinstance(node, Mapping)
            records.insert(0, Record(self.unused("input_layer", records), node))
        for record in records:
            history = History(previous, 0, 0, record.span)
            if record.calls == ():
                record = replace(record, calls=(Call(record.span, ((history,),)),))  # noqa: PLW2901 - the chain says what feeds it
            self.applied[(NETWORK_INPUT, 0)] = NETWORK_INPUT
            if is_foreign_layer(record.node):
                self.rewrite(record)
            self.read(record, Masks.of([]))
            previous = record.name
        self.finish()
        return ModelSection(tuple(with_whole_numbers(self.uses)))

    def records(self, layers: Sequence) -> list[Record]:
        """Return all serialized layers; one without name, or with a taken one, is refused."""
        records: dict[str, Record] = {}
        for item in layers.items:
            node = item if isinstance(item, Mapping) else None
            config = node.get("config") if node else None
            inner = config if isinstance(config, Mapping) else None
            name = node and (text_of(node, "name") or (inner and text_of(inner, "name")))
            if node is None or not name or text_of(node, "class_name") is None:
                message = f"a layer must hold class_name and config with a name; {kind_of(item)}"
                self.findings.add("S109", message, item.span, hint=OLDER)
            elif not all(LAYER_NAME.fullmatch(part) for part in name.split(".")):
                self.findings.append(bad_name(name, node.span, NAME_RULE))
            elif name in records:
                message = f"two layers are called {name}"
                self.findings.add("G102", message, node.span)
            else:
                records[name] = Record(name, node, read_calls(node, self.findings))
        self.name_calls(list(records.values()))
        return list(records.values())

    def name_calls(self, records: list[Record]) -> None:
        """Give every application of a layer a name: the first has the layer's own."""
        taken = {record.name for record in records}
        for record in records:
            for number in range(max(1, len(record.calls))):
                name = f"{record.name}_use_{number + 1}" if number else record.name
                while number and name in taken:
                    name += "_"
                taken.add(name)
                self.applied[record.name, number] = name

    def unused(self, name: str, records: list[Record]) -> str:
        """Return a name that no layer has."""
        while any(record.name == name for record in records):
            name += "_"
        self.applied[name, 0] = name
        return name

    def read(self, record: Record, masks: Masks) -> None:
        """Read one layer, all its applications."""
        if is_foreign_layer(record.node):
            self.read_rewritten(record)
            return
        layer, calls = self.layer(record), record.calls
        inputs = isinstance(layer, Layer) and layer.required == 0
        for number, call in enumerate(calls or (Call(record.span),)):
            name = self.applied[record.name, number]
            refused = refuse_masks(name, call, masks, self.findings) or (
                isinstance(layer, Layer) and refuse_tensors(name, call, layer, self.findings)
            )
            if refused:
                # Whatever enters is still used, and what leaves of unknown shape.
                tensors = (*call.histories, *masks.roots(call.masks))
                wires = tuple(self.wire(one) for one in tensors)
                self.uses.append(LayerUse(name, None, wires, self.origin(record, call)))
                continue
            wires = () if inputs else self.wires(call, layer)
            shares = record.name if number else None
            used = None if shares else layer
            self.uses.append(LayerUse(name, used, wires, self.origin(record, call), shares))

    def layer(self, record: Record) -> Layer | SubModel | None:
        """Return the layer, or the model within this one; None where it was refused."""
        name = text_of(record.node, "class_name") or ""
        if name in MODELS:
            return read_model(record.node, self.reader, self.settler)
        check_keys(record.node, self.findings)
        kind, since = find("layers", name), len(self.findings.diagnostics)
        if refuse_foreign(record.node, self.findings):
            name_layer(record.name, self.findings, since)
            return None
        if kind is None:
            finding = unknown(Written(name, record.span, None), "a layer", names("layers"))
            message = f"{finding.message} (layer {shorten(record.name)!r})"
            told = advise_instead(record.config) if name == "Lambda" else None
            hint = f"write {told}" if told else finding.hint
            self.findings.append(replace(finding, message=message, hint=hint))
            return None
        arguments = self.settler.settle_arguments(kind, record.config)
        settings = settings_of(record.name, record.calls, kind, self.findings)
        entries = (*arguments, *settings)
        written = Written(name, record.span, replace(arguments, entries=entries), config=True)
        made = self.reader.read_arguments(kind, written)
        name_layer(record.name, self.findings, since)
        return None if isinstance(made, Unreadable) or not isinstance(made, Layer) else made

    def wires(self, call: Call, layer: Layer | SubModel | None) -> tuple[Wire, ...]:
        """Return what feeds one application, named where the call names some of it."""
        groups = [one for one in call.positional if isinstance(one, tuple)]
        for one in call.positional:
            if not isinstance(one, tuple):
                message = f"a layer takes tensors; found {kind_of(one)} among its inputs"
                self.findings.add("S106", message, one.span)
        if not call.named:
            return tuple(self.wire(one) for group in groups for one in group)
        known = layer.inputs if isinstance(layer, Layer) else ()
        places = (*known, *("" for _ in groups[len(known) :]))
        named = list(zip(places, groups, strict=False))
        return tuple(
            self.wire(one, name or None)
            for name, group in (*named, *call.named.items())
            for one in group
        )

    def wire(self, history: History, parameter: str | None = None) -> Wire:
        """Return the wire from a tensor."""
        name = self.applied.get((history.layer, history.call), history.layer)
        source = f"{name}.{history.tensor}" if history.tensor else name
        source = self.parts.get((history.layer, history.call, history.tensor), source)
        return Wire(source, history.span, parameter)

    def origin(self, record: Record, call: Call) -> Origin:
        """Return the places of a layer."""
        places = {entry.name: entry.value.span for entry in record.config}
        if shape := places.get("batch_shape"):
            places["shape"] = shape
        wiring = {"inputs": call.span}
        if name := record.config.get("name") or record.node.get("name"):
            wiring["name"] = name.span
        return Origin(record.span, places, wiring)

    def rewrite(self, record: Record) -> None:
        """Find the layers that compute the same as an operation, or a class within Keras."""
        arguments = self.arguments(record)
        made = [rewrite(record.node, arguments, call) for call in record.calls]
        if made and len(made[0].outputs) > 1:
            used = self.used[record.name]
            made = [replace(one, steps=needed(one, used)) for one in made]
        taken = {name for name, _ in self.applied} - {record.name}
        made = [apart(one, record.name, taken) for one in made]
        self.rewritten[record.name] = made
        for number, one in enumerate(made):
            name = self.applied[record.name, number]
            for tensor, suffix in enumerate(one.outputs):
                self.parts[record.name, number, tensor] = name + suffix

    def read_rewritten(self, record: Record) -> None:
        """Read an operation, or a class within Keras, as the layers that compute the same."""
        made = self.rewritten[record.name]
        for number, (call, one) in enumerate(zip(record.calls, made, strict=True)):
            name, origin = self.applied[record.name, number], self.origin(record, call)
            if not one.steps:
                if not number:
                    self.uncomputed.add(record.name, record.span, record.node)
                wires = tuple(self.wire(history) for history in call.histories)
                self.uses.append(LayerUse(name, None, wires, origin))
            for step in one.steps:
                wires = tuple(
                    Wire(name + feed, record.span) if isinstance(feed, str) else self.wire(feed)
                    for feed in step.feeds
                )
                layer = None if number else self.step(record, step, call)
                shares = record.name + step.suffix if number else None
                self.uses.append(LayerUse(name + step.suffix, layer, wires, origin, shares))
                if is_operation(record.node):
                    self.operations.add(name + step.suffix)

    def arguments(self, record: Record) -> dict[str, Plain]:
        """Return the arguments of what is rewritten."""
        settled = plain(self.settler.settle(record.config))
        assert isinstance(settled, dict)
        return {
            name: value
            for name, value in settled.items()
            if name != "dtype" or self.settler.policies or is_operation(record.node)
        }

    def step(self, record: Record, step: Step, call: Call) -> Layer | None:
        """Return one layer of what is rewritten."""
        kind = find("layers", step.kind)
        assert kind is not None
        arguments = dict(step.arguments)
        dtype = call.histories[0].dtype
        if self.settler.policies and is_operation(record.node) and dtype in FLOATS:
            arguments.setdefault("dtype", dtype)
        written = Written(step.kind, record.span, as_node(arguments, record.span))
        made = self.reader.read_arguments(kind, written)
        return None if isinstance(made, Unreadable) or not isinstance(made, Layer) else made

    def finish(self) -> None:
        """Record what no layers compute, and masks that Keras drops and layers would not."""
        self.uncomputed.report(self.findings)
        lost = next(lost_masks(in_order(self.uses, ()), self.operations), None)
        if lost is not None:
            operation, layer = lost
            message = (
                f"{operation} is an operation, behind which Keras knows no mask; here the mask "
                f"would travel on to {layer}"
            )
            hint = "write the operation as a layer in Keras, or leave the mask out"
            span = next(use.origin.head for use in self.uses if use.name == operation)
            self.findings.add("S106", message, span, hint=hint)


def tensors_of(record: Record) -> Iterator[History]:
    """Give the tensors that a layer takes."""
    for call in record.calls:
        yield from call.histories

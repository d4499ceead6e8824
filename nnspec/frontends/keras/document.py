"""A Keras 3 model document, as `model.to_json()` writes it, to a model section; floor 4.

Layers are read by the catalogue, never by Keras' deserializer: what the catalogue does not name
is refused. Applications of a layer beyond the first become uses that share its weights.
"""

from dataclasses import dataclass, field, replace

from nnspec.catalog.layer import Layer
from nnspec.catalog.registry import find, names
from nnspec.diagnostics import Findings, Span
from nnspec.document import Entry, Mapping, Plain, Scalar, Sequence, kind_of, plain, shorten
from nnspec.frontends.keras.calls import Call, History, read_calls, read_ends
from nnspec.frontends.keras.era import OLDER, refuse_older
from nnspec.frontends.keras.inputs import with_whole_numbers
from nnspec.frontends.keras.masks import Masks
from nnspec.frontends.keras.operations import Step
from nnspec.frontends.keras.order import in_order
from nnspec.frontends.keras.rewrites import is_foreign_layer, is_known, is_operation, rewrite
from nnspec.frontends.keras.tree import MODELS, text_of
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
    if older := refuse_older(node):
        reader.findings.append(older)
        return None
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
        message = f"the config of {kind} must hold a list of layers"
        reader.findings.add("G106", message, (config or node).span, hint=OLDER)
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
    """

    reader: Reader
    settler: Settler
    uses: list[LayerUse] = field(default_factory=list)
    applied: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def findings(self) -> Findings:
        """Return where findings go."""
        return self.reader.findings

    def graph(self, config: Mapping, layers: Sequence) -> ModelSection:
        """Return the section of a functional model."""
        records = self.records(layers)
        masks = Masks.of([(one.name, one.node, one.calls) for one in records])
        for record in records:
            if record.name not in masks.operations:
                self.check_masks(record, masks)
                self.read(record)
        begins = [one.layer for one in read_ends(config.get("input_layers"))]
        ends = tuple(self.wire(one) for one in read_ends(config.get("output_layers")))
        uses = with_whole_numbers(self.uses)
        return ModelSection(in_order(uses, begins), outputs=ends or None)

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
            self.read(record)
            previous = record.name
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

    def check_masks(self, record: Record, masks: Masks) -> None:
        """Record a mask that does not follow from the layers before."""
        for call in record.calls:
            for mask in call.masks:
                if not masks.follows(mask):
                    message = f"{record.name} takes a mask that was computed by hand"
                    hint = "Masking, and Embedding with mask_zero, make masks by themselves"
                    self.findings.add("S106", message, mask.span, hint=hint)

    def read(self, record: Record) -> None:
        """Read one layer, all its applications."""
        if is_foreign_layer(record.node):
            self.rewrite(record)
            return
        layer, calls = self.layer(record), record.calls
        inputs = isinstance(layer, Layer) and layer.required == 0
        for number, call in enumerate(calls or (Call(record.span),)):
            name = self.applied[record.name, number]
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
        kind = find("layers", name)
        if refuse_foreign(record.node, self.findings):
            return None
        if kind is None:
            finding = unknown(Written(name, record.span, None), "a layer", names("layers"))
            message = f"{finding.message} (layer {shorten(record.name)!r})"
            self.findings.append(replace(finding, message=message))
            return None
        arguments = self.settler.settle_arguments(kind, record.config)
        entries = (*arguments, *self.settings(record, kind))
        written = Written(name, record.span, replace(arguments, entries=entries), config=True)
        made = self.reader.read_arguments(kind, written)
        return None if isinstance(made, Unreadable) or not isinstance(made, Layer) else made

    def settings(self, record: Record, kind: type[object]) -> list[Entry]:
        """Return what is given to the call and is an argument of the layer here."""
        found: dict[str, Entry] = {}
        for call in record.calls:
            for name, node in call.settings.items():
                if name in getattr(kind, "additions", {}):
                    found.setdefault(name, Entry(name, node.span, node))
                elif plain(node) is not False:
                    message = f"{record.name} is called with {name}: {kind_of(node)}"
                    hint = "a spec has no place for it"
                    self.findings.add("S106", message, node.span, hint=hint)
        return list(found.values())

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
        """Read an operation, or a class within Keras, as the layers that compute the same."""
        arguments = self.arguments(record)
        for number, call in enumerate(record.calls):
            steps = rewrite(record.node, arguments, call)
            name = self.applied[record.name, number]
            if not steps:
                self.refuse(record)
                wires = tuple(self.wire(one) for one in call.histories)
                self.uses.append(LayerUse(name, None, wires, self.origin(record, call)))
            for step in steps:
                wires = tuple(
                    Wire(name + feed, record.span) if isinstance(feed, str) else self.wire(feed)
                    for feed in step.feeds
                )
                layer = None if number else self.step(record, step)
                shares = record.name + step.suffix if number else None
                origin = self.origin(record, call)
                self.uses.append(LayerUse(name + step.suffix, layer, wires, origin, shares))

    def arguments(self, record: Record) -> dict[str, Plain]:
        """Return the arguments of what is rewritten."""
        settled = plain(self.settler.settle(record.config))
        assert isinstance(settled, dict)
        return {
            name: value
            for name, value in settled.items()
            if name != "dtype" or self.settler.policies
        }

    def step(self, record: Record, step: Step) -> Layer | None:
        """Return one layer of what is rewritten."""
        kind = find("layers", step.kind)
        assert kind is not None
        written = Written(step.kind, record.span, as_node(step.arguments, record.span))
        made = self.reader.read_arguments(kind, written)
        return None if isinstance(made, Unreadable) or not isinstance(made, Layer) else made

    def refuse(self, record: Record) -> None:
        """Record an operation that no layer computes."""
        name, module = text_of(record.node, "class_name"), text_of(record.node, "module")
        what = "an operation" if is_operation(record.node) else "a class"
        message = f"{record.name} is {name} of {module}, {what} that no layer here computes"
        hint = "express it with layers of the catalogue"
        if is_known(record.node):
            message = f"{record.name} is {name} of {module}, in a form that no layer here computes"
            hint = (
                "layers work within each row, on axes of known lengths; write it with them in Keras"
            )
        self.findings.add("S106", message, record.span, hint=hint)

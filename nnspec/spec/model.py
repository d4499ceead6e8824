"""The network of a spec: layers in the order of the text, blocks expanded, names still names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Span
from nnspec.document import Node
from nnspec.spec.part import Part


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a layer was written.

    Attributes:
        head: the layer's key.
        arguments: place of each argument's value, by argument name.
        wiring: place of the values beside the layer: name, inputs, use.
        uses: for a layer of a block: where the block is used, innermost first.
    """

    head: Span
    arguments: Mapping[str, Span] = field(default_factory=dict)
    wiring: Mapping[str, Span] = field(default_factory=dict)
    uses: tuple[Span, ...] = ()

    def of(self, argument: str | None) -> Span:
        """Return the place of an argument, of the layer itself where it was not written."""
        return self.arguments.get(argument or "", self.head)


NETWORK_INPUT = "<input>"
"""Source of a first layer that does not say what feeds it: the data's only input."""
UNREAD = "<unread>"
"""Source of a wire whose name was refused."""


@dataclass(frozen=True, slots=True)
class Wire:
    """One input of a layer: the full name of what feeds it, and the parameter it feeds.

    `parameter` is None for inputs given by position.
    """

    source: str
    span: Span
    parameter: str | None = None
    local: str = ""
    """Its name where it is written, within a block; empty where that is the source's."""

    @property
    def written(self) -> str:
        """Return the name as the spec has it."""
        return self.local or self.source


@dataclass(frozen=True, slots=True)
class RankDependent:
    """A layer whose class follows from its input: `Conv` is Conv2D behind rows and columns."""

    short: str
    arguments: Node | None
    span: Span


@dataclass(frozen=True, slots=True)
class SubModel:
    """A model within a model, used like a layer; its layers' names are its own.

    Attributes:
        section: its layers.
        inputs: names, inside, of the tensors it is given, where no Input layers say them.
        trainable: whether training changes its weights.
        part: the finished run that its layers and weights come from; None where they are new.
    """

    section: "ModelSection"
    inputs: tuple[str, ...] = ()
    trainable: bool = True
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class LayerUse:
    """One layer, or one more application of a layer.

    Attributes:
        name: full name; `USE.LOCAL` within a block.
        layer: the layer; None where it was refused, so that its neighbours are still checked.
        wires: what feeds it; none for an Input.
        shares: name of the layer whose weights it applies again.
        doubtful: whether some of its arguments were refused, so that its shape is unknown.
    """

    name: str
    layer: Layer | RankDependent | SubModel | None
    wires: tuple[Wire, ...]
    origin: Origin
    shares: str | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """The file whose weights the network begins with.

    Attributes:
        text: its path as the spec names it.
        path: the file.
        span: where it is named.
    """

    text: str
    path: Path
    span: Span


@dataclass(frozen=True, slots=True)
class ModelSection:
    """All layers, the names that stand for others, and the outputs that were listed.

    Attributes:
        layers: in the order of the text.
        aliases: name of a block's use or of a repetition -> name of the layer it ends with.
        outputs: names listed as outputs, with places; None: the last layer.
        partial: whether an entry could not be read, so that it is unknown what feeds what.
        weights: file whose weights the layers of the same names begin with.
    """

    layers: tuple[LayerUse, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[Wire, ...] | None = None
    partial: bool = False
    weights: WeightsFile | None = None

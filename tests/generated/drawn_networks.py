"""Draws specs of networks over the whole catalogue: valid ones, by asking each layer's own rules.

A network grows layer by layer: a class, fields and tensors are drawn, and what the class' rules
refuse is drawn again. So whatever is wrong with a rule comes out where Keras builds the network.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from drawing import DTYPES, by_type
from drawn_training import draw_training
from forms import disguise
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from sense import LAST_FUNCTIONS, NEVER_LAST, sensible

from nnspec.catalog.layer import Layer
from nnspec.catalog.layers.cells import Cell
from nnspec.catalog.layers.core import Dense
from nnspec.catalog.registry import load_all
from nnspec.catalog.weight_settings import check_beginnings
from nnspec.document import write_yaml
from nnspec.schema.fields import write
from nnspec.shapes import Element, ShapeError, Tensor, elements

Draw = Callable[[st.SearchStrategy[Any]], Any]

MOST_ELEMENTS = 20_000
"""Largest tensor for one row: what is built must be small."""
TRIES = 12
CELLS = ("LSTMCell", "GRUCell", "SimpleRNNCell")
TEXTS: tuple[str, ...] = ("red", "green", "blue")


def made(name: str, **fields: Any) -> Any:
    """Return a catalogued layer."""
    return load_all()["layers"][name](**fields)


@cache
def special() -> Mapping[str, Mapping[str, st.SearchStrategy[Any]]]:
    """Return strategies for fields that their types alone say too little about."""
    dense = st.builds(Dense, units=st.integers(1, 4))
    recurrent = st.sampled_from(("LSTM", "GRU", "SimpleRNN"))
    cell = st.builds(made, st.sampled_from(CELLS), units=st.integers(1, 4))
    # None with leading dots: Keras 3.15 says the axes behind them in reverse, and computes them
    # in order, as we say.
    equations = st.sampled_from(
        (("ab,bc->ac", (3,)), ("ax...,xy->ay...", (2,)), ("abc,cd->abd", (None, 5)))
    )
    return {
        "Bidirectional": {
            "layer": st.builds(
                made, recurrent, units=st.integers(1, 4), return_sequences=st.booleans()
            ),
            "backward_layer": st.none(),
        },
        # What `auto` becomes depends on data, of which there is none here.
        "Embedding": {"input_dim": st.integers(1, 50)},
        "ReversibleEmbedding": {"input_dim": st.integers(1, 50)},
        "Pipeline": {"layers": st.lists(dense, min_size=1, max_size=2).map(tuple)},
        "RNN": {"cell": cell},
        "SpectralNormalization": {"layer": dense},
        "TimeDistributed": {"layer": dense},
        "EinsumDense": {
            "equation": equations.map(lambda pair: pair[0]),
            "output_shape": st.sampled_from(((3,), (2,), (None, 5), (4,))),
            "bias_axes": st.sampled_from((None, "c", "y", "d")),
        },
        "StringLookup": {"vocabulary": st.just(TEXTS)},
        "TextVectorization": {"vocabulary": st.just(TEXTS)},
    }


@cache
def drawable() -> dict[str, type[Layer]]:
    """Return the layers that networks are made of, by name."""
    held = load_all()["layers"]
    return {
        name: kind
        for name, kind in sorted(held.items())
        if name == kind.keras_name
        and issubclass(kind, Layer)
        and not issubclass(kind, Cell)
        and kind.required > 0
        and kind.keras_module is None
    }


@dataclass
class Network:
    """A network as it grows: entries of its list of layers, and tensors that may be used."""

    layers: list[dict[str, Any]] = field(default_factory=list)
    blocks: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    unused: dict[str, None] = field(default_factory=dict)

    def add(self, entry: dict[str, Any], name: str, kind: str, outputs: tuple[Tensor, ...]) -> None:
        """Append an entry and what leaves it."""
        self.layers.append(entry)
        self.kinds.append(kind)
        if kind in LAST_FUNCTIONS:
            outputs = ()
        self.tensors |= {name: outputs[0]} if outputs else {}
        self.tensors |= {f"{name}.{index}": one for index, one in enumerate(outputs) if index}
        self.unused[name] = None

    def kind_of(self, tensor: str) -> str:
        """Return the class of the layer that a tensor leaves."""
        name = tensor.partition(".")[0]
        at = next(index for index, one in enumerate(self.layers) if one["name"] == name)
        return self.kinds[at]

    def spec(self) -> dict[str, Any]:
        """Return the spec as plain values."""
        spec: dict[str, Any] = {"nnspec": 1}
        if self.blocks:
            spec["blocks"] = self.blocks
        spec["model"] = {"layers": self.layers, "outputs": list(self.unused)}
        return spec | ({"training": self.training} if self.training else {})

    def text(self) -> str:
        """Return the spec as YAML."""
        return write_yaml(self.spec())


@st.composite
def networks(draw: Draw) -> Network:
    """Draw a network of some layers, in order, branching and merging, and often its training."""
    network = Network()
    kinds = st.sampled_from(list(drawable().values()))
    for kind in draw(st.lists(kinds, min_size=2, max_size=7)):
        for _ in range(TRIES):
            if add_layer(draw, network, kind):
                break
    if not network.layers:
        add_input(draw, network, drawable()["Dense"])
    finish(draw, network)
    if draw(st.booleans()):
        network.training = draw_training(draw, network)
    return network


def finish(draw: Draw, network: Network) -> None:
    """Put a layer behind outputs whose own belongs before one, such as Dropout."""
    for name in list(network.unused):
        tensor = network.tensors.get(name)
        if tensor is None or network.kind_of(name) not in NEVER_LAST:
            continue
        if tensor.rank > 1 and tensor.shape[-1]:
            append_dense(network, name, draw(st.integers(2, 4)))


def append_dense(network: Network, source: str, units: int, **arguments: Any) -> str:
    """Append a Dense to a tensor and return its name."""
    name = f"layer_{len(network.layers)}"
    layer = Dense(units=units)
    entry = {"Dense": {"units": units} | arguments, "name": name, "inputs": source}
    outputs = layer.infer_tensors((network.tensors[source],))
    network.unused.pop(source.partition(".")[0], None)
    network.add(entry, name, "Dense", outputs)
    return name


def add_input(draw: Draw, network: Network, kind: type[Layer]) -> str:
    """Append an Input that suits a layer, now and then with an axis that only the run will tell."""
    element: Element = kind.consumes[0] if kind.consumes else "float"
    ranks = kind.ranks or tuple(range(max(2, kind.least_rank), 6))
    rank = draw(st.sampled_from(ranks)) - 1
    axes: list[int | None] = [draw(st.integers(1, 8)) for _ in range(rank)]
    if rank > 1 and draw(st.integers(0, 9)) == 0:
        axes[0] = None
    return append_input(network, Tensor((None, *axes), element))


def append_input(network: Network, tensor: Tensor) -> str:
    """Append an Input of a shape and return its name."""
    name = f"given_{len(network.layers)}"
    shape = list(tensor.shape[1:])
    entry = {"Input": {"shape": shape, "dtype": DTYPES[tensor.element]}, "name": name}
    network.add(entry, name, "Input", (tensor,))
    return name


def add_layer(draw: Draw, network: Network, kind: type[Layer]) -> bool:
    """Append a layer of a class to tensors that it takes; tell whether there were such."""
    fields = draw_fields(draw, kind)
    before = [one["name"] for one in network.layers[-1:]]
    sources = draw_sources(draw, network, kind)
    try:
        layer = kind(**fields)
        given = tuple(network.tensors[one] for one in sources)
        outputs = layer.infer_tensors(given)
        weights = layer.infer_weights(given)
        check_beginnings(layer, weights, outputs)
    except (ShapeError, ValidationError):
        return False
    if not sensible(layer, [network.kind_of(one) for one in sources], given, outputs):
        return False
    sizes = [elements(one.shape[1:]) for one in outputs]
    sizes += [one.size for one in weights]
    if any(size is not None and size > MOST_ELEMENTS for size in sizes):
        return False
    name = f"layer_{len(network.layers)}"
    entry = disguise(draw, network, write_entry(draw, layer, name), layer, (given, outputs))
    if sources != before or draw(st.booleans()):
        entry["inputs"] = sources if len(sources) > 1 else sources[0]
    for source in sources:
        network.unused.pop(source.partition(".")[0], None)
    network.add(entry, name, kind.keras_name, outputs)
    return True


def draw_sources(draw: Draw, network: Network, kind: type[Layer]) -> list[str]:
    """Return names of tensors: one that suits the layer, and others like it if it takes several."""
    fitting = [name for name, one in network.tensors.items() if suits(one, kind)]
    fresh = not fitting or draw(st.integers(0, 5)) == 0
    first = add_input(draw, network, kind) if fresh else draw(st.sampled_from(fitting))
    count = kind.variadic or kind.required
    tensors = network.tensors
    like = [
        name
        for name in tensors
        if tensors[name].shape[:-1] == tensors[first].shape[:-1]
        and tensors[name].element == tensors[first].element
        and name != first
    ]
    while len(like) < count - 1:
        like.append(append_input(network, replace(tensors[first], masked=False)))
    return [first, *draw(st.permutations(like))[: count - 1]]


def suits(tensor: Tensor, kind: type[Layer]) -> bool:
    """Tell whether a tensor is of a rank and kind of elements that a layer takes."""
    ranked = tensor.rank in kind.ranks if kind.ranks else tensor.rank >= kind.least_rank
    return ranked and (not kind.consumes or tensor.element in kind.consumes)


def draw_fields(draw: Draw, kind: type[BaseModel]) -> dict[str, Any]:
    """Return the required fields and up to three of the others."""
    given = special().get(kind.__name__, {})
    required = [name for name, info in kind.model_fields.items() if info.is_required()]
    others = [name for name in kind.model_fields if name not in (*required, "dtype")]
    chosen = draw(st.lists(st.sampled_from(others), max_size=3, unique=True)) if others else []
    chosen = dict.fromkeys([*required, *given, *chosen])
    fields: dict[str, Any] = {}
    for name in chosen:
        info = kind.model_fields[name]
        strategy = given.get(name)
        if strategy is None:
            strategy = by_type(info.annotation, tuple(info.metadata))
        fields[name] = draw(strategy)
    return fields


def write_entry(draw: Draw, layer: Layer, name: str) -> dict[str, Any]:
    """Return a layer as one of the ways to write it."""
    written = write(layer)
    arguments = written[layer.keras_name] if isinstance(written, dict) else None
    if arguments is None:
        return {layer.keras_name: {}, "name": name}
    short = layer.shorthand
    if short and set(arguments) == {short} and not isinstance(arguments[short], dict):
        value = draw(st.sampled_from((arguments, arguments[short])))
        return {layer.keras_name: arguments if value is None else value, "name": name}
    return {layer.keras_name: arguments, "name": name}

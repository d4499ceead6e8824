"""Names that tell all layers of a network apart, those of models within it as well.

TensorFlow.js finds weights by the names of their layers alone, wherever these stand.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import keras

from nnspec.exchange.write.keras2.topology import FUNCTIONAL

DIRECTIONS = ("forward_", "backward_")
ENDS = ("input_layers", "output_layers")
Place = tuple[str, ...]
"""Names of the models around a layer, and its own."""
Names = Mapping[Place, str]


def names_apart(core: keras.Model) -> Names:
    """Return what each layer is called: its name, or its place where another has that name."""
    places = list(places_of(core, ()))
    counts = Counter(place[-1] for place in places)
    taken, found = set(counts), {}
    for place in places:
        name = place[-1]
        if counts[name] > 1 and len(place) > 1:
            name = "_".join(place)
            while name in taken:
                name += "_"
            taken.add(name)
        found[place] = name
    return found


def places_of(model: keras.Model, within: Place) -> Iterator[Place]:
    """Give the place of each layer."""
    for layer in model.layers:
        yield (*within, layer.name)
        if isinstance(layer, keras.Model):
            yield from places_of(layer, (*within, layer.name))


def weights_apart(
    model: keras.Model, names: Names, within: Place = ()
) -> Iterator[tuple[str, keras.Variable]]:
    """Give each weight under the name of its layer, as TensorFlow.js calls it.

    Source: tfjs-layers 4.22, src/layers/wrappers.ts and convolutional_depthwise.ts: of what lies
    within a layer the two directions alone have names of their own.
    """
    for layer in model.layers:
        place = (*within, layer.name)
        if isinstance(layer, keras.Model):
            yield from weights_apart(layer, names, place)
            continue
        inner = layer.layer if isinstance(layer, keras.layers.TimeDistributed) else layer
        depthwise = isinstance(inner, keras.layers.DepthwiseConv2D)
        for one in layer.weights:
            *around, last = one.path.split("/")[1:]
            kept = [part for part in around if part.startswith(DIRECTIONS)]
            last = f"depthwise_{last}" if depthwise and last == "kernel" else last
            yield "/".join((names[place], *kept, last)), one


def document_apart(document: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Return a model's document, as Keras 3 writes it, with other names of its layers."""
    copied: dict[str, Any] = json.loads(json.dumps(document))
    rename(copied["config"], names, ())
    return copied


def rename(config: dict[str, Any], names: Names, within: Place) -> None:
    """Rename the layers of a model, and of those within it."""
    new = {one["name"]: names[*within, one["name"]] for one in config["layers"]}
    for layer in config["layers"]:
        if layer["class_name"] == FUNCTIONAL:
            rename(layer["config"], names, (*within, layer["name"]))
        layer["name"] = layer["config"]["name"] = new[layer["name"]]
        layer["inbound_nodes"] = referred(layer["inbound_nodes"], new)
    for key in ENDS:
        config[key] = referred(config[key], new)


def referred(said: Any, new: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Return how nodes name the layers that they begin with: [name, use, output]."""
    if isinstance(said, dict):
        return {key: referred(one, new) for key, one in said.items()}
    if not isinstance(said, list):
        return said
    match said:
        case [str() as name, int(), int()] if name in new:
            return [new[name], *said[1:]]
    return [referred(one, new) for one in said]

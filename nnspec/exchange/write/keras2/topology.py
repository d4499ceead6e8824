"""The document of Keras 3 as readers of Keras 2 take it, or the layer that they do not have.

Source: tf_keras 2.21, tf_keras/src/engine/functional.py, get_network_config and process_node.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.exchange.write.keras2.dialect import ANY, Dialect

FUNCTIONAL = "Functional"
TENSOR = "__keras_tensor__"
POSITIONS = {"MultiHeadAttention": ("query", "value", "key")}
"""Arguments that Keras 3 gives by their places, and Keras 2 by their names but for the first."""
NEW = ("input_axes", "output_axes")
"""Arguments of initializers that Keras 2 lacks; they draw weights, which are there already."""
OF_INNER = {"layer": "forward_", "backward_layer": "backward_", "cell": ""}
"""Arguments that hold a layer, and what a reader puts before its name by itself."""
RENAMED = {
    "LeakyReLU": {"negative_slope": "alpha"},
    "InputLayer": {"batch_shape": "batch_input_shape"},
}
IDLE = frozenset(
    {
        *("ActivityRegularization", "Identity", "RandomBrightness", "RandomColorDegeneration"),
        *("RandomColorJitter", "RandomContrast", "RandomElasticTransform", "RandomErasing"),
        *("RandomFlip", "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert"),
        *("RandomPerspective", "RandomPosterization", "RandomRotation", "RandomSaturation"),
        *("RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom"),
        *("SpatialDropout2D", "SpatialDropout3D"),
    }
)
"""Layers that do nothing but while a network is trained: where they lack, nothing is done."""
ELSEWHERE = "export to onnx or savedmodel instead, which hold it"
ZEROS = "recurrent layers that give zeros for masked steps are not computed there"
Config = dict[str, Any]


class Unwritten(Exception):
    """A layer that the reader does not have, or does not compute so."""

    def __init__(self, layer: str, reason: str) -> None:
        super().__init__(layer, reason)
        self.layer = layer
        self.reason = reason


@dataclass(slots=True)
class Writing:
    """One document that is written.

    Attributes:
        nested: names of models within the model: Keras 2 counts their uses from 1.
    """

    dialect: Dialect
    nested: set[str] = field(default_factory=set)


def translate(document: Mapping[str, Any], dialect: Dialect) -> Config:
    """Return a functional model's document as a reader of Keras 2 takes it.

    Args:
        document: as Keras 3 writes it.
        dialect: what the reader knows.

    Raises:
        Refused: A113 with the layer that it does not have, and why.
    """
    if dialect.single and zeros_for_masks(document):
        raise refuse(Unwritten(document["config"]["name"], ZEROS), dialect)
    try:
        return model_of(document, dialect)
    except Unwritten as cause:
        raise refuse(cause, dialect) from None


def refuse(cause: Unwritten, dialect: Dialect) -> Refused:
    """Return the refusal of a layer."""
    message = f'{dialect.name} cannot hold "{cause.layer}": {cause.reason}'
    return Refused([Diagnostic("A113", message, hint=ELSEWHERE)])


def zeros_for_masks(document: Mapping[str, Any]) -> bool:
    """Return whether steps are masked, and a recurrent layer gives zeros for those."""
    text = json.dumps(document)
    masked = '"class_name": "Masking"' in text or '"mask_zero": true' in text
    return masked and '"zero_output_for_mask": true' in text


def model_of(document: Mapping[str, Any], dialect: Dialect) -> Config:
    """Return the class and arguments of a model, or of one within it."""
    config = document["config"]
    layers = config["layers"]
    nested = {one["config"]["name"] for one in layers if one["class_name"] == FUNCTIONAL}
    writing = Writing(dialect, nested)
    return {
        "class_name": dialect.model,
        "config": {
            "name": config["name"],
            "trainable": config.get("trainable", True),
            "layers": [layer_of(one, writing) for one in layers],
            "input_layers": ends(config["input_layers"], writing),
            "output_layers": ends(config["output_layers"], writing),
        },
    }


def ends(said: Any, writing: Writing) -> list[list[Any]]:  # noqa: ANN401 - one or several
    """Return inputs or outputs as a list of theirs; Keras 3 writes a single one without it."""
    found = [said] if said and isinstance(said[0], str) else said
    return [[name, index + (name in writing.nested), tensor] for name, index, tensor in found]


def layer_of(said: Mapping[str, Any], writing: Writing) -> Config:
    """Return one layer with its uses."""
    kind, name = said["class_name"], said["config"]["name"]
    if kind == FUNCTIONAL:
        found = model_of(said, writing.dialect)
    else:
        found = object_of(kind, said["config"], writing.dialect, name)
        found["config"] |= shapes_of(kind, said["inbound_nodes"])
    nodes = [node_of(one, kind, writing) for one in said["inbound_nodes"]]
    return {**found, "name": name, "inbound_nodes": [one for one in nodes if one]}


def shapes_of(kind: str, nodes: list[Mapping[str, Any]]) -> Config:
    """Return the shapes that attention is built with: in Keras 2 they are arguments of it."""
    if kind not in POSITIONS or not nodes:
        return {}
    given = dict(zip(POSITIONS[kind], nodes[0]["args"], strict=False)) | nodes[0]["kwargs"]
    key = given.get("key") or given["value"]
    read = {"query": given["query"], "value": given["value"], "key": key}
    return {f"{name}_shape": one["config"]["shape"] for name, one in read.items()}


def object_of(kind: str, config: Config, dialect: Dialect, name: str) -> Config:
    """Return class and arguments of a layer, those of layers within it too.

    Raises:
        Unwritten: the reader does not have it.
    """
    if kind in IDLE and kind not in dialect.layers:
        kept = {key: one for key, one in config.items() if key in {"name", "dtype", "trainable"}}
        kind, config = "Activation", {**kept, "activation": "linear"}
    if kind not in dialect.layers:
        raise Unwritten(name, f"the layer {kind} is not computed there")
    kept = dict(arguments(kind, config, dialect, name))
    renamed = RENAMED.get(kind, {})
    written = {renamed.get(key, key): one for key, one in kept.items()}
    return {"class_name": kind, "config": written}


def arguments(kind: str, config: Config, dialect: Dialect, name: str) -> Iterator[tuple[str, Any]]:
    """Give the arguments of a layer that the reader has.

    Raises:
        Unwritten: one that it does not have, or does not compute so.
    """
    absent = {**dialect.left_out["*"], **dialect.left_out.get(kind, {})}
    bound = dialect.bound.get(kind, {})
    for key, value in config.items():
        if key in absent:
            harmless = absent[key]
            if harmless is not ANY and not among(value, harmless):
                raise Unwritten(name, f"there is no {kind} with {key}: {value}")
            continue
        if dialect.single and key == "activity_regularizer" and value is not None:
            raise Unwritten(name, "regularizers of what a layer gives are not computed there")
        if key in bound and not among(value, bound[key]):
            raise Unwritten(name, f"{kind} with {key}: {value} is not computed there")
        yield key, argument(key, value, dialect, name)


def among(value: object, allowed: object) -> bool:
    """Return whether a value is one of those that are allowed."""
    return value in allowed if isinstance(allowed, tuple) else value == allowed


def argument(key: str, value: Any, dialect: Dialect, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return an argument's value as the reader takes it."""
    if key == "dtype":
        return policy(value, dialect, name)
    if key.endswith("activation"):
        return activation(value, dialect, name)
    if not isinstance(value, dict) or "class_name" not in value:
        return value
    if key in OF_INNER:
        inner = value["config"] | {"name": value["config"]["name"].removeprefix(OF_INNER[key])}
        return object_of(value["class_name"], inner, dialect, name)
    if key.endswith("regularizer"):
        return regularizer(value, dialect, name)
    return {"class_name": value["class_name"], "config": plain(value["config"])}


def plain(config: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the arguments of an initializer or constraint, without those that Keras 3 added."""
    if not isinstance(config, dict):
        return config
    drawn = [key for key, one in config.items() if key == "seed" and isinstance(one, dict)]
    return {key: one for key, one in config.items() if key not in (*NEW, *drawn)}


def policy(value: Any, dialect: Dialect, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return a type, or a policy of two."""
    kind = value["config"]["name"] if isinstance(value, dict) else value
    if kind in {"float32", None} or not str(kind).startswith(("mixed", "bfloat", "float")):
        return kind
    if dialect.single:
        raise Unwritten(name, f"it computes in {kind}, there is float32 alone")
    return {"class_name": "Policy", "config": {"name": kind}}


def activation(value: Any, dialect: Dialect, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return the name of a function.

    Raises:
        Unwritten: the reader does not have it, or another function of the same name.
    """
    named = value.get("config") if isinstance(value, dict) else value
    if named is None:
        return None
    if not isinstance(named, str) or named not in dialect.activations:
        said = named if isinstance(named, str) else value.get("class_name")
        raise Unwritten(name, f"there is no activation {said}, or another one of this name")
    return dialect.activations[named]


def regularizer(value: Config, dialect: Dialect, name: str) -> Config:
    """Return a regularizer; one reader knows none but L1L2."""
    kind, config = value["class_name"], value["config"]
    if kind not in dialect.regularizers:
        raise Unwritten(name, f"there is no regularizer {kind}")
    if dialect.single:
        return {"class_name": "L1L2", "config": {one: config.get(one, 0.0) for one in ("l1", "l2")}}
    return {"class_name": kind, "config": config}


def node_of(said: Mapping[str, Any], kind: str, writing: Writing) -> list[list[Any]]:
    """Return one use of a layer: what it reads, with what else it is called with."""
    args, kwargs = list(said["args"]), dict(said["kwargs"])
    if kind.startswith("Random") or kind in {"CenterCrop", "Resizing"}:
        # Keras 3.15 writes down its own default, `true`, where nobody said anything.
        kwargs.pop("training", None)
    named = POSITIONS.get(kind, ())
    if named:
        kwargs |= dict(zip(named[1:], args[1:], strict=False))
        args = args[:1]
    extra = {key: called(one, writing) for key, one in kwargs.items() if one is not None}
    read = [tensor_of(one, writing) for one in tensors(args)]
    return [[*one, extra if place == 0 else {}] for place, one in enumerate(read)]


def tensors(value: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - JSON
    """Give the tensors among what a layer is called with."""
    if isinstance(value, dict) and value.get("class_name") == TENSOR:
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from tensors(one)


def called(value: Any, writing: Writing) -> Any:  # noqa: ANN401 - JSON
    """Return what a layer is called with by name; tensors by where they come from."""
    if isinstance(value, dict) and value.get("class_name") == TENSOR:
        return tensor_of(value, writing)
    return [called(one, writing) for one in value] if isinstance(value, list) else value


def tensor_of(value: Mapping[str, Any], writing: Writing) -> list[Any]:
    """Return where a tensor comes from: layer, use, place."""
    name, index, place = value["config"]["keras_history"]
    return [name, index + (name in writing.nested), place]

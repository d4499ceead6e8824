"""What stands in Keras' documents and is no public layer, as layers that compute the same; floor 4.

Operations on tensors (`x + y`, `x * 0.5`) are written by Keras as if they were layers, and two
architectures of `keras.applications` bring a class of their own.
"""

from collections.abc import Callable

from nnspec.document import Mapping, Plain, Scalar
from nnspec.frontends.keras.calls import Call, History
from nnspec.frontends.keras.operations import FUNCTIONS, REWRITERS, Step, as_layers
from nnspec.frontends.keras.tree import text_of

OPERATIONS = "keras.src.ops."
INTERNAL = "keras.src.applications."
MERGES = frozenset({"Add", "Subtract", "Multiply", "Maximum", "Minimum"})
"""Operations on two tensors that a layer of the same name computes."""


def is_foreign_layer(node: Mapping) -> bool:
    """Return whether a serialized layer is an operation, or a class within Keras."""
    module = text_of(node, "module") or ""
    return module.startswith((OPERATIONS, INTERNAL)) or is_timed_model(node)


def is_timed_model(node: Mapping) -> bool:
    """Return whether a serialized layer applies a chain of layers to each step of a series."""
    config = node.get("config")
    inner = config.get("layer") if isinstance(config, Mapping) else None
    chain = isinstance(inner, Mapping) and text_of(inner, "class_name") == "Sequential"
    return text_of(node, "class_name") == "TimeDistributed" and chain


def is_operation(node: Mapping) -> bool:
    """Return whether a serialized layer is an operation on tensors."""
    return (text_of(node, "module") or "").startswith(OPERATIONS)


def is_known(node: Mapping) -> bool:
    """Return whether an operation is one that layers compute in some of its forms."""
    name = text_of(node, "class_name") or ""
    return is_operation(node) and name in {*FUNCTIONS, *MERGES, *REWRITERS}


def rewrite(node: Mapping, arguments: dict[str, Plain], call: Call) -> tuple[Step, ...]:
    """Return the layers that compute what an operation or internal class does; none if unknown.

    Args:
        node: the serialized operation.
        arguments: those in its config, settled.
        call: how it is applied.
    """
    name = text_of(node, "class_name") or ""
    if is_timed_model(node):
        return time_each(arguments, call)
    if not is_operation(node):
        internal = INTERNALS.get(name)
        return internal(arguments, call) if internal else ()
    if call.settings or call.named:
        return ()
    tensors = [one for one in call.positional if isinstance(one, tuple) and len(one) == 1]
    numbers = [one for one in call.positional if isinstance(one, Scalar)]
    match len(tensors), len(numbers):
        case 2, 0 if name in MERGES:
            return (Step("", name, {}, (*tensors[0], *tensors[1])),)
        case 1, 1:
            first = isinstance(call.positional[0], Scalar)
            scaled = scale(name, numbers[0].value, reverse=first)
            if scaled:
                return (Step("", "Rescaling", scaled, tensors[0]),)
    return as_layers(name, arguments, call)


def time_each(arguments: dict[str, Plain], call: Call) -> tuple[Step, ...]:
    """Return a chain applied to each step of a series: each of its layers is, by itself."""
    model = arguments.get("layer")
    config = model.get("config") if isinstance(model, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else None
    inner = [one for one in layers if isinstance(one, dict)] if isinstance(layers, list) else []
    timed = [one for one in inner if one.get("class_name") not in ("InputLayer", "Input")]
    steps: list[Step] = []
    feeds: tuple[History | str, ...] = call.histories
    for number, layer in enumerate(timed, start=1):
        suffix = "" if number == len(timed) else f"_{number}"
        steps.append(Step(suffix, "TimeDistributed", {"layer": layer}, feeds))
        feeds = (suffix,)
    return tuple(steps)


def scale(operation: str, number: object, *, reverse: bool) -> dict[str, Plain]:
    """Return the arguments of Rescaling that compute with a constant; none if it cannot."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return {}
    match operation:
        case "Add":
            return {"scale": 1.0, "offset": float(number)}
        case "Subtract" if reverse:
            return {"scale": -1.0, "offset": float(number)}
        case "Subtract":
            return {"scale": 1.0, "offset": -float(number)}
        case "Multiply":
            return {"scale": float(number)}
        case "Divide" | "TrueDivide" if number and not reverse:
            return {"scale": 1.0 / number}
        case _:
            return {}


def scale_channels(arguments: dict[str, Plain], call: Call) -> tuple[Step, ...]:
    """Return ConvNeXt's LayerScale: each channel times a trained number.

    Source: Keras 3.15, keras/src/applications/convnext.py, LayerScale.
    """
    if len(call.histories) != 1 or not call.histories[0].shape:
        return ()
    axes = call.histories[0].shape[1:]
    letters = "bcdefg"[: len(axes)]
    first: Plain = {"Constant": {"value": arguments.get("init_values")}}
    made: dict[str, Plain] = {
        "equation": f"a{letters},{letters[-1:]}->a{letters}",
        "output_shape": list(axes),
        "kernel_initializer": first,
        **carried(arguments),
    }
    return (Step("", "EinsumDense", made, call.histories),)


def scale_residual(arguments: dict[str, Plain], call: Call) -> tuple[Step, ...]:
    """Return InceptionResNetV2's CustomScaleLayer: a tensor, and a second one scaled, added.

    Source: Keras 3.15, keras/src/applications/inception_resnet_v2.py, CustomScaleLayer.
    """
    if len(call.histories) != len(("straight", "scaled")):
        return ()
    (straight, scaled), kept = call.histories, carried(arguments)
    return (
        Step("_scale", "Rescaling", {"scale": arguments.get("scale"), **kept}, (scaled,)),
        Step("", "Add", kept, (straight, "_scale")),
    )


def carried(arguments: dict[str, Plain]) -> dict[str, Plain]:
    """Return the arguments that every layer takes."""
    return {name: arguments[name] for name in ("trainable", "dtype") if name in arguments}


INTERNALS: dict[str, Callable[[dict[str, Plain], Call], tuple[Step, ...]]] = {
    "LayerScale": scale_channels,
    "CustomScaleLayer": scale_residual,
}
"""Classes within Keras that its applications use."""

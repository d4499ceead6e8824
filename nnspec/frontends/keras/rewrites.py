"""What stands in Keras' documents and is no public layer, as layers that compute the same; floor 4.

Operations on tensors (`x + y`, `x * 0.5`) are written by Keras as if they were layers, a
TimeDistributed may hold a whole model, and two architectures of `keras.applications` bring a class
of their own.
"""

from collections.abc import Callable

from nnspec.document import Mapping, Plain
from nnspec.frontends.keras.calls import Call
from nnspec.frontends.keras.operations import REWRITERS, advise, rewrite_operation
from nnspec.frontends.keras.steps import Rewritten, Step
from nnspec.frontends.keras.timed import is_timed_model, time_each
from nnspec.frontends.keras.tree import is_operation, text_of

INTERNAL = "keras.src.applications."

FORMER, FORMER_SIGMOID = f"{INTERNAL}former", "HardSigmoidInFifths"
"""Module and class under which the activation of former eras stands among the classes of Keras."""


def is_foreign_layer(node: Mapping) -> bool:
    """Return whether a serialized layer is an operation, or a class within Keras."""
    return is_internal(node) or is_operation(node) or is_timed_model(node)


def is_internal(node: Mapping) -> bool:
    """Return whether a layer is of a class within Keras; .h5 files know it by its name alone."""
    module, config = text_of(node, "module"), node.get("config")
    if module is not None or not isinstance(config, Mapping):
        return (module or "").startswith(INTERNAL)
    settings = SETTINGS.get(text_of(node, "class_name") or "")
    return settings is not None and all(config.entry(one) for one in settings)


def rewrite(node: Mapping, arguments: dict[str, Plain], call: Call) -> Rewritten:
    """Return the layers that compute what an operation or internal class does; none if unknown.

    Args:
        node: the serialized operation.
        arguments: those in its config, settled.
        call: how it is applied.
    """
    name = text_of(node, "class_name") or ""
    if is_timed_model(node):
        return Rewritten(time_each(node, arguments, call))
    if is_operation(node):
        return rewrite_operation(name, arguments, call)
    internal = INTERNALS.get(name)
    return Rewritten(internal(arguments, call) if internal else ())


def explain(node: Mapping) -> tuple[str, str]:
    """Return what is said of a serialized layer that no layers compute: what it is, what to do."""
    name, module = text_of(node, "class_name") or "?", text_of(node, "module")
    if is_timed_model(node):
        told = "holds a model that is no chain of layers that work on each step alone"
        return told, "write TimeDistributed around each of its layers"
    if is_operation(node):
        form = "in a form " if name in REWRITERS else "an operation "
        return f"is {name} of {module}, {form}that no layer here computes", advise(name)
    told = f"is {name} of {module}, a class that no layer here computes"
    return told, "express it with layers of the catalogue"


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


def sigmoid_in_fifths(arguments: dict[str, Plain], call: Call) -> tuple[Step, ...]:
    """Return the hard_sigmoid of Keras 1 and 2, max(0, min(1, x / 5 + 1/2)), by that of today.

    Source: Keras 2.3.1, keras/backend/tensorflow_backend.py, hard_sigmoid; Keras 3.15 divides by 6.
    """
    kept = carried(arguments)
    activation: dict[str, Plain] = {"activation": "hard_sigmoid", **kept}
    return (
        Step("_steeper", "Rescaling", {"scale": 6 / 5, **kept}, call.histories),
        Step("", "Activation", activation, ("_steeper",)),
    )


def carried(arguments: dict[str, Plain]) -> dict[str, Plain]:
    """Return the arguments that every layer takes."""
    return {name: arguments[name] for name in ("trainable", "dtype") if name in arguments}


INTERNALS: dict[str, Callable[[dict[str, Plain], Call], tuple[Step, ...]]] = {
    "LayerScale": scale_channels,
    "CustomScaleLayer": scale_residual,
    FORMER_SIGMOID: sigmoid_in_fifths,
}
"""Classes within Keras that its applications use."""
SETTINGS = {"LayerScale": ("init_values", "projection_dim"), "CustomScaleLayer": ("scale",)}
"""What a class is known by where its module is left out."""

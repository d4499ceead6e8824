"""Floor 5: layers that give the same whatever comes in, and weights that never leave 0."""

from collections.abc import Iterator

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Diagnostic
from nnspec.network.network import ResolvedNode
from nnspec.rules.case import Case, at
from nnspec.rules.kinds import (
    AFFINE,
    DROPOUTS,
    RECURRENT,
    SHARING,
    argument,
    axis_of,
    function_of,
    inner,
    range_of,
)
from nnspec.rules.rule import rule
from nnspec.rules.within import Place, places
from nnspec.shapes import Shape

ALONG = {
    "LayerNormalization": "its beta",
    "RMSNormalization": "its sign",
    "Softmax": "1",
    "UnitNormalization": "its sign",
}
"""Layers that compare numbers along axes -> what is left of a single number."""
FLAT_AT_ZERO = frozenset(
    {"hard_shrink", "relu", "relu6", "soft_shrink", "sparse_plus", "threshold"}
)
"""Functions whose slope at 0 is 0."""
PASSED = DROPOUTS | {"BatchNormalization", "Flatten", "Identity", "Permute", "Reshape"}
"""Layers behind which zeros are zeros."""
KERNELS = ("kernel_initializer", "depthwise_initializer", "pointwise_initializer")
SIZING = frozenset({"CenterCrop", "Resizing"})
"""Layers that bring pictures to a size of their own."""
ATTENTIONS = frozenset(
    {"AdditiveAttention", "Attention", "GroupQueryAttention", "MultiHeadAttention"}
)


@rule("P140")
def check_single(case: Case) -> Iterator[Diagnostic]:
    """Find layers that compare a number with nothing but itself."""
    for node in case.layers(*ALONG, "GroupNormalization"):
        layer = inner(node.layer) if node.layer else None
        if layer is None or not node.inputs or is_last_softmax(case, node, layer):
            continue
        if numbers_compared(layer, node.inputs[0].shape) == 1:
            left = ALONG.get(layer.keras_name, "its beta")
            message = f"{layer.keras_name} over a single number gives {left}, however large it is"
            hint = "remove it, or give it an axis of more numbers"
            yield at(node, "P140", message, "axis", hint=hint)
    heads = {head.node.name for head in case.heads if head.node}
    for node in case.network.nodes:
        shared = None if node.name in heads else left_of_sharing(node)
        if shared:
            function, left = shared
            message = f"{function} over a single unit gives {left}, however large it is"
            hint = "write activation: relu, or more units"
            yield at(node, "P140", message, "activation", hint=hint)


def left_of_sharing(node: ResolvedNode) -> tuple[str, str] | None:
    """Return the function of a layer whose one unit shares a sum of 1 alone, and what it gives."""
    layer = inner(node.layer) if node.layer else None
    if layer is None or layer.keras_name in {*ALONG, *RECURRENT} or not node.outputs:
        return None
    function = function_of(layer)
    alone = axis_of(layer) in (-1, (-1,)) and node.outputs[0].shape[-1] == 1
    return (function, SHARING[function]) if function in SHARING and alone else None


def is_last_softmax(case: Case, node: ResolvedNode, layer: Layer) -> bool:
    """Return whether a softmax ends the network, where it has a finding of its own."""
    heads = {head.node.name for head in case.heads if head.node}
    return layer.keras_name == "Softmax" and node.name in heads


def numbers_compared(layer: Layer, shape: Shape) -> int | None:
    """Return how many numbers a layer compares with one another, None while it is unknown."""
    if layer.keras_name == "GroupNormalization":
        axis, groups = argument(layer, "axis"), argument(layer, "groups")
        if not isinstance(axis, int) or not isinstance(groups, int) or not shape[axis]:
            return None
        rest = [extent for place, extent in enumerate(shape) if place not in (0, axis % len(shape))]
        channels = shape[axis] or 0
        return product([*rest, channels // (channels if groups == -1 else groups)])
    axes = argument(layer, "axis")
    named = axes if isinstance(axes, tuple) else (axes,)
    places = [one for one in named if isinstance(one, int) and -len(shape) <= one < len(shape)]
    if any(place % len(shape) == 0 for place in places):
        return None
    return product([shape[place] for place in places])


def product(extents: list[int | None]) -> int | None:
    """Return the product of lengths, None if one is unknown."""
    found = 1
    for extent in extents:
        if extent is None:
            return None
        found *= extent
    return found


@rule("P141")
def check_nothing_left(case: Case) -> Iterator[Diagnostic]:
    """Find layers whose settings leave one value of all that comes in."""
    for node in case.network.nodes:
        found = flattening(inner(node.layer)) if node.layer else None
        if found is not None and node.layer is not None:
            field, effect, hint = found
            message = f"{inner(node.layer).keras_name} with {field} {effect}"
            yield at(node, "P141", message, field.partition(" ")[0], hint=hint)


def flattening(layer: Layer) -> tuple[str, str, str] | None:
    """Return the setting of a layer that leaves one value, its effect, what to write."""
    name = layer.keras_name
    if name == "Rescaling" and argument(layer, "scale") == 0:
        return "scale", "0 gives its offset, whatever comes in", "write a scale other than 0"
    if (
        name == "ReLU"
        and argument(layer, "max_value") == 0
        and not argument(layer, "negative_slope")
    ):
        return "max_value", "0 gives 0, whatever comes in", "write max_value: 6.0, or remove it"
    if name in {"Hashing", "HashedCrossing"} and argument(layer, "num_bins") == 1:
        return "num_bins", "1 puts everything into one bin", "write more bins"
    for field in ("kernel_constraint", "embeddings_constraint", "depthwise_constraint"):
        constraint = argument(layer, field)
        limits = (argument_of(constraint, "max_value"), argument_of(constraint, "rate"))
        if limits[0] == 0 and limits[1] in (None, 1):
            return field, "of largest norm 0 keeps all weights at 0", "write a norm above 0"
    return None


def argument_of(owner: object, name: str) -> object:
    """Return an argument of an object that may not be there."""
    found: object = getattr(owner, name, None)
    return found


@rule("P141")
def check_share(case: Case) -> Iterator[Diagnostic]:
    """Find means over what a softmax has made to sum to 1: they are the same for every row."""
    for node in case.network.nodes:
        name = node.layer.keras_name if node.layer else ""
        if not name.startswith("GlobalAveragePooling") or not node.inputs:
            continue
        before = case.feeder(node)
        while before is not None and before.layer and keeps_shares(before.layer):
            before = case.feeder(before)
        if before is None or before.layer is None or before.layer.keras_name != "Softmax":
            continue
        rank = node.inputs[0].rank
        axes = argument(before.layer, "axis")
        named = axes if isinstance(axes, tuple) else (axes,)
        along = {one % rank for one in named if isinstance(one, int)}
        if along == set(range(1, rank - 1)):
            message = f"the Softmax before it makes what {name} averages sum to 1"
            hint = "remove Softmax, or weigh a tensor by it: Multiply"
            yield at(node, "P141", f"{message}: the mean is the same for every row", hint=hint)


@rule("P141")
def check_padding(case: Case) -> Iterator[Diagnostic]:
    """Find largest numbers over padded ones of which none is above the zeros around them."""
    for node in case.network.nodes:
        name = node.layer.keras_name if node.layer else ""
        if not name.startswith("GlobalMaxPooling"):
            continue
        before = case.feeder(node)
        padding = None
        while before is not None and before.layer is not None:
            own = before.layer.keras_name
            if own.startswith("ZeroPadding"):
                padding = own
            elif own not in DROPOUTS:
                break
            before = case.feeder(before)
        function = function_of(inner(before.layer)) if before is not None and before.layer else None
        if padding and function is not None and range_of(function) == "logarithm":
            message = f"nothing that {function} gives is above 0, which {padding} puts around it"
            whole = f"{message}: what {name} gives is 0 for every row"
            yield at(node, "P141", whole, hint=f"remove {padding}, or the function")


def keeps_shares(layer: Layer) -> bool:
    """Return whether a layer hands values on, or moves them to other places of their channel."""
    if layer.keras_name in {"Identity", "Masking"}:
        return True
    axes = argument(layer, "dims")
    return layer.keras_name == "Permute" and isinstance(axes, tuple) and axes[-1] == len(axes)


@rule("P142")
def check_beginning(case: Case) -> Iterator[Diagnostic]:
    """Find weights that begin at 0 where their gradient is 0 too, so that they stay there."""
    for node in () if case.by_rule else case.layers(*AFFINE):
        layer = inner(node.layer) if node.layer else None
        if layer is None or not begins_at_zero(layer):
            continue
        flat, after = function_behind(case, node, layer)
        if flat is None and (after is None or not begins_at_zero(inner(after))):
            continue
        reason = (
            f"{flat} is flat at 0"
            if flat
            else f"{inner(after).keras_name if after else ''} behind it begins at 0 as well"
        )
        message = f"the weights of {layer.keras_name} begin at 0, and {reason}: they stay there"
        field = next(one for one in KERNELS if is_zero(argument(layer, one)))
        yield at(node, "P142", message, field, hint=f"remove {field}")


@rule("P142")
def check_frozen(case: Case) -> Iterator[Diagnostic]:
    """Find weights that are 0 and never trained."""
    for place in () if case.within else places(case.network):
        layer = inner(place.node.layer) if place.node.layer else None
        if layer is not None and begins_at_zero(layer) and is_frozen(place):
            message = f"the weights of {layer.keras_name} are 0 and not trained: all it gives is 0"
            field = next(one for one in KERNELS if is_zero(argument(layer, one)))
            yield at(place.node, "P142", message, field, hint=f"remove {field}")


def is_frozen(place: Place) -> bool:
    """Return whether a layer, or a model around it, is not trained."""
    around: Place | None = place
    while around is not None:
        if around.node.layer is not None and not around.node.layer.trainable:
            return True
        around = around.around
    return False


def begins_at_zero(layer: Layer) -> bool:
    """Return whether nothing but 0 leaves a layer at the beginning."""
    if layer.keras_name not in AFFINE or not any(is_zero(argument(layer, one)) for one in KERNELS):
        return False
    return argument(layer, "use_bias") is False or is_zero(argument(layer, "bias_initializer"))


def is_zero(initializer: object) -> bool:
    """Return whether an initializer gives zeros."""
    name = getattr(initializer, "keras_name", "")
    return name == "Zeros" or (name == "Constant" and getattr(initializer, "value", None) == 0)


def function_behind(
    case: Case, node: ResolvedNode, layer: Layer
) -> tuple[str | None, Layer | None]:
    """Return the flat function that takes the zeros of a layer, and the layer that takes them."""
    function = function_of(layer)
    after = case.follower(node)
    while function == "linear" and after is not None and after.layer is not None:
        own = function_of(after.layer)
        if inner(after.layer).keras_name in AFFINE | RECURRENT:
            return None, after.layer
        if own is not None:
            function = own
        elif after.layer.keras_name not in PASSED:
            break
        if function == "linear":
            after = case.follower(after)
    if function in FLAT_AT_ZERO:
        return function, None
    return None, after.layer if after is not None and function != "linear" else None


@rule("P143")
def check_single_step(case: Case) -> Iterator[Diagnostic]:
    """Find layers of sequences that are given sequences of one step."""
    for node in case.layers(*RECURRENT, *ATTENTIONS, "Bidirectional", "RNN"):
        layer = node.layer
        if layer is None or not node.inputs or len(node.inputs[0].shape) < 3:  # noqa: PLR2004 - (batch, steps, ...)
            continue
        keys = node.inputs[1 if len(node.inputs) > 1 and layer.keras_name in ATTENTIONS else 0]
        stateful = getattr(inner(layer), "stateful", False)
        given = layer.keras_name not in ATTENTIONS and len(node.inputs) > 1
        if keys.shape[1] == 1 and not stateful and not given:
            what = (
                "has nothing to choose from"
                if layer.keras_name in ATTENTIONS
                else ("carries nothing from step to step")
            )
            message = f"{inner(layer).keras_name} over a sequence of 1 step {what}"
            hint = "give it longer sequences (data.window, or Reshape: [STEPS, 1]), or write Dense"
            yield at(node, "P143", message, hint=hint)


@rule("P144")
def check_crop(case: Case) -> Iterator[Diagnostic]:
    """Find random crops behind which pictures have another size outside of training.

    Source: Keras 3.15, keras/src/layers/preprocessing/image_preprocessing/random_crop.py,
    transform_images.
    """
    for node in case.layers("RandomCrop"):
        if node.layer is None or not node.inputs or not node.outputs:
            continue
        follower = case.follower(node)
        name = follower.layer.keras_name if follower and follower.layer else ""
        if node.inputs[0].shape == node.outputs[0].shape or name in SIZING:
            continue
        height, width = argument(node.layer, "height"), argument(node.layer, "width")
        message = "RandomCrop crops while training only; predictions get whole pictures"
        hint = f"add CenterCrop: {{height: {height}, width: {width}}} behind it"
        yield at(node, "P144", message, hint=hint)

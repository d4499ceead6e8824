"""Asks our rules and Keras what they make of a drawn layer, and holds the answers side by side.

Both sides may refuse: where Keras only notices when numbers flow, numbers flow.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Literal

import keras
import tensorflow as tf
from differences import difference
from drawing import DTYPES, Case
from keras_oracle import original
from pydantic import ValidationError

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.weight_settings import check_beginnings
from nnspec.shapes import Element, Shape, ShapeError, Tensor, Weight

Verdict = Literal["taken", "refused", "refused early", "listed", "unlike"]
"""What two answers come to: both take a configuration and say the same of it; both refuse it; we
refuse what Keras builds and then cannot compute; we differ on purpose; we differ by mistake."""

MASKED_WHEN_RUN = frozenset({"ReversibleEmbedding"})
"""Layers that Keras gives a mask only once numbers flow (reversible_embedding.py, call)."""
ASSUMED = 9
"""Length of an axis that only the run tells, where zeros are run through a layer."""


@dataclass(frozen=True)
class Outcome:
    """What leaves a layer, and what it weighs."""

    shapes: tuple[Shape, ...]
    weights: tuple[Weight, ...]
    masked: tuple[bool, ...] = field(compare=False, default=())
    elements: tuple[Element, ...] = field(compare=False, default=())


@dataclass(frozen=True)
class Refusal:
    """Why a configuration was refused; our own refusals of shapes have a code."""

    reason: str
    code: str = ""


Answer = Outcome | Refusal


@dataclass(frozen=True)
class Judgement:
    """What two answers come to, and why."""

    verdict: Verdict
    reason: str = ""


# Our side -----------------------------------------------------------------------------------


def ours(case: Case) -> Answer:
    """Return what our rules say of a configuration."""
    try:
        layer = case.layer(**case.fields)
        out = layer.infer_tensors(case.inputs)
        weights = layer.infer_weights(case.inputs)
        layer.infer_operations(case.inputs)
        check_beginnings(layer, weights, out)
    except ShapeError as error:
        return Refusal(f"{error.code} {error.message}", error.code)
    except ValidationError as error:
        return Refusal(str(error))
    shapes = tuple(tensor.shape for tensor in out)
    trained = tuple(replace(one, trainable=one.trainable and layer.trainable) for one in weights)
    masked = tuple(tensor.masked for tensor in out)
    return Outcome(shapes, trained, masked, tuple(tensor.element for tensor in out))


# Keras' side --------------------------------------------------------------------------------


def in_keras(value: object) -> Any:
    """Return the Keras object of a catalogued one, built from its arguments."""
    if isinstance(value, CatalogObject):
        made = getattr(getattr(keras, value.family), value.keras_name)
        if value.family == "activations":
            return made
        return made(**{name: in_keras(one) for name, one in value.arguments().items()})
    if isinstance(value, (tuple, list)):
        return tuple(in_keras(one) for one in value)
    return value


def keras_layer(case: Case) -> Any:
    """Return the Keras layer: from `arguments()`, or from the raw fields if we refuse those."""
    try:
        arguments = case.layer(**case.fields).arguments()
    except ValidationError:
        arguments = {
            name: value for name, value in case.fields.items() if name not in case.layer.additions
        }
    made = {name: in_keras(value) for name, value in arguments.items()}
    return original(case.layer)(**made)


def call(case: Case, layer: Any, tensors: list[Any]) -> list[Any]:
    """Return what leaves a Keras layer, called in training as its class in the catalogue says."""
    declared = case.layer.model_construct(**case.fields)
    positional, named = declared.call_arguments(tensors)
    return list(keras.tree.flatten(layer(*positional, **named, training=True)))


def unwarned(ask: Callable[..., Any]) -> Callable[..., Any]:
    """Return a question to Keras whose warnings, which are no refusals, are dropped."""

    @wraps(ask)
    def asked(*args: Any, **options: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ask(*args, **options)

    return asked


def theirs(case: Case) -> Answer:
    """Return what Keras says of a configuration, symbolically."""
    answer: Answer = built(case)[0]
    return answer


@unwarned
def built(case: Case) -> Any:
    """Return what Keras says of a configuration, symbolically, and the layer that it built."""
    try:
        layer = keras_layer(case)
        out = call(case, layer, [symbol(tensor) for tensor in case.inputs])
        apply_penalties(layer)
    except Exception as error:  # noqa: BLE001 - Keras refuses with whatever comes to hand
        return Refusal(f"{type(error).__name__}: {error}"), None
    trained = {id(one) for one in layer.trainable_weights}
    weights = tuple(Weight(one.name, tuple(one.shape), id(one) in trained) for one in layer.weights)
    shapes = tuple(tuple(tensor.shape) for tensor in out)
    masks = tuple(getattr(tensor, "_keras_mask", None) is not None for tensor in out)
    return Outcome(shapes, weights, masks), layer


def apply_penalties(layer: Any) -> None:
    """Do to the weights of a Keras layer what a step of the training does beside the gradient."""
    layer.losses  # noqa: B018 - Keras computes the penalties when they are read
    for weight in layer.trainable_weights:
        if weight.constraint is not None:
            weight.constraint(weight)


def symbol(tensor: Tensor) -> Any:
    """Return a symbolic tensor of Keras, with a mask if it has one."""
    made = keras.Input(batch_shape=tensor.shape, dtype=DTYPES[tensor.element])
    return keras.layers.Masking()(made) if tensor.masked else made


@unwarned
def flowing(case: Case, layer: Any) -> Any:
    """Return what leaves a built Keras layer once numbers flow, in training: an Outcome.

    The step is traced into a graph of its own, as `tf.function` does several times over.
    """
    try:
        with tf.__internal__.FuncGraph("step").as_default():
            given = [
                tf.compat.v1.placeholder(DTYPES[one.element], one.shape) for one in case.inputs
            ]
            out = call(case, layer, given)
    except Exception as error:  # noqa: BLE001 - TensorFlow refuses with whatever comes to hand
        return Refusal(f"{type(error).__name__}: {error}")
    return flowed(out)


@unwarned
def run(case: Case) -> Any:
    """Return what leaves the Keras layer on real zeros: an Outcome or a Refusal."""
    try:
        layer = keras_layer(case)
        out = call(case, layer, [zeros(tensor) for tensor in case.inputs])
    except Exception as error:  # noqa: BLE001 - TensorFlow refuses with whatever comes to hand
        return Refusal(f"{type(error).__name__}: {error}")
    return flowed(out)


def zeros(tensor: Tensor) -> Any:
    """Return zeros of a tensor's shape and kind."""
    shape = [ASSUMED if axis is None else axis for axis in tensor.shape]
    return tf.zeros(shape, DTYPES[tensor.element])


def flowed(out: list[Any]) -> Outcome:
    """Return shapes and kinds of tensors of TensorFlow."""
    shapes = tuple(tuple(one.shape) for one in out)
    return Outcome(shapes, (), elements=tuple(kind_of(one.dtype) for one in out))


def kind_of(dtype: Any) -> Element:
    """Return the kind of elements that a dtype of TensorFlow holds."""
    if dtype.is_floating:
        return "float"
    if dtype.is_bool:
        return "boolean"
    return "text" if dtype == tf.string else "integer"


# Both ---------------------------------------------------------------------------------------


def judge(case: Case) -> Judgement:
    """Return what our answer and that of Keras come to.

    Symbolic Keras takes some things without looking, and cannot compute them: what we alone
    refuse must fail, or leave in another shape than Keras said, once numbers flow.
    """
    said = ours(case)
    asked, layer = built(case)
    if isinstance(asked, Refusal):
        if isinstance(said, Refusal):
            return Judgement("refused", said.reason)
        return Judgement("unlike", f"Keras alone refuses: {asked.reason}")
    traced = flowing(case, layer)
    flows = isinstance(traced, Outcome) and fit(traced.shapes, asked.shapes)
    if isinstance(said, Refusal):
        if not flows or not runs(case, asked):
            return Judgement("refused early", said.reason)
        return refused_alone(case, said)
    if not flows:
        return Judgement("unlike", f"Keras alone cannot compute it: {traced}")
    return taken_alike(case, said, asked, traced.elements)


def taken_alike(
    case: Case, said: Outcome, asked: Outcome, elements: tuple[Element, ...]
) -> Judgement:
    """Return whether we and Keras say the same of what both take."""
    if said != asked:
        return Judgement("unlike", f"we say {said}, Keras {asked}")
    if said.masked != asked.masked and case.layer.keras_name not in MASKED_WHEN_RUN:
        return Judgement("unlike", f"we say masks {said.masked}, Keras {asked.masked}")
    if said.elements != elements:
        return Judgement("unlike", f"we say {said.elements}, Keras gives {elements}")
    return Judgement("taken")


def refused_alone(case: Case, said: Refusal) -> Judgement:
    """Return whether we are meant to refuse what Keras takes and computes."""
    listed = difference(case, said.code)
    if listed is None:
        return Judgement("unlike", f"we alone refuse: {said.reason}")
    return Judgement("listed", listed.what)


def compare(case: Case) -> None:
    """Fail unless Keras and our rules agree on a configuration."""
    found = judge(case)
    assert found.verdict != "unlike", found.reason


def runs(case: Case, asked: Outcome) -> bool:
    """Tell whether real numbers leave a Keras layer in the shapes that Keras said.

    Only what TensorFlow has traced is run: some of what it refuses to trace ends the process.
    A tensor without elements is no result: kernels return it before they look at the rest.
    """
    out = run(case)
    if isinstance(out, Refusal) or any(0 in shape for shape in out.shapes):
        return False
    return fit(out.shapes, asked.shapes)


def fit(found: tuple[Shape, ...], said: tuple[Shape, ...]) -> bool:
    """Tell whether shapes that came out are those that were said, as far as both are known."""
    return len(found) == len(said) and all(
        len(left) == len(right)
        and all(None in pair or pair[0] == pair[1] for pair in zip(left, right, strict=True))
        for left, right in zip(found, said, strict=True)
    )

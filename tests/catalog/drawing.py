"""Draws configurations of catalogued layers, and asks Keras what it makes of them.

`cases` derives a strategy from a class' fields; `compare` builds the Keras layer from
`arguments()` and holds shapes, weights and masks against ours. Both sides may refuse: where Keras
only notices when numbers flow, numbers flow.
"""

import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import keras
import tensorflow as tf
from annotated_types import Ge, Gt, Le
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from nnspec.catalog import activations, constraints, initializers, regularizers
from nnspec.catalog.base import CatalogObject
from nnspec.catalog.layer import Layer
from nnspec.catalog.types import Broadcast
from nnspec.shapes import Element, Shape, ShapeError, Tensor, Weight

Strategy = st.SearchStrategy[Any]

EXAMPLES = int(os.environ.get("NNSPEC_EXAMPLES", "8"))
sampled = settings(
    max_examples=EXAMPLES,
    derandomize="NNSPEC_EXAMPLES" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""How many configurations each layer is drawn in: a sample, or NNSPEC_EXAMPLES of them."""

DTYPES: dict[Element, str] = {
    "float": "float32",
    "integer": "int32",
    "text": "string",
    "boolean": "bool",
}
OBJECTS: dict[str, tuple[CatalogObject, ...]] = {
    "activations": (activations.Linear(), activations.Relu(), activations.Tanh()),
    "constraints": (constraints.NonNeg(),),
    "initializers": (
        initializers.Zeros(),
        initializers.GlorotUniform(),
        initializers.RandomUniform(),
    ),
    "regularizers": (regularizers.L1(), regularizers.L2()),
}
"""Objects drawn for a field of their family: such as suit weights of every shape."""


@dataclass(frozen=True)
class Case:
    """A layer's fields and the tensors that come in."""

    layer: type[Layer]
    fields: dict[str, Any]
    inputs: tuple[Tensor, ...]


@dataclass(frozen=True)
class Outcome:
    """What leaves a layer, and what it weighs."""

    shapes: tuple[Shape, ...]
    weights: tuple[Weight, ...]
    masked: tuple[bool, ...] = field(compare=False, default=())
    elements: tuple[Element, ...] = field(compare=False, default=())


@dataclass(frozen=True)
class Refusal:
    """Why a configuration was refused."""

    reason: str


# Drawing ------------------------------------------------------------------------------------


def cases(
    layer: type[Layer],
    *,
    fields: Mapping[str, Strategy] | None = None,
    shapes: st.SearchStrategy[Shape] | None = None,
    element: Element | None = None,
) -> st.SearchStrategy[Case]:
    """Return the strategy of a layer's configurations, with other strategies for some fields."""
    kind: Element = element or (layer.consumes[0] if layer.consumes else "float")
    entering = drawn_shapes(layer) if shapes is None else shapes
    inputs = entering.map(lambda shape: (Tensor(shape, kind),))
    drawn = by_fields(layer, fields or {})
    return st.builds(Case, layer=st.just(layer), fields=drawn, inputs=inputs)


def drawn_shapes(
    layer: type[Layer], *, most: int = 9, ranks: tuple[int, ...] = ()
) -> st.SearchStrategy[Shape]:
    """Return shapes of the ranks that a layer takes, now and then of another rank."""
    fitting = ranks or layer.ranks or tuple(range(layer.least_rank, 5))
    rank = st.sampled_from(ranks or (*fitting * 8, *range(1, 6)))
    axis = st.one_of(*[st.integers(1, most)] * 6, st.none())
    batch = st.sampled_from((None, None, 2))
    return rank.flatmap(lambda count: st.tuples(batch, *[axis] * (count - 1)))


def by_fields(model: type[BaseModel], given: Mapping[str, Strategy]) -> Strategy:
    """Return the required fields and some of the others, by the types they are declared with."""
    required: dict[str, Strategy] = {}
    optional: dict[str, Strategy] = {}
    for name, info in model.model_fields.items():
        strategy = given.get(name)
        if strategy is None:
            strategy = by_type(info.annotation, tuple(info.metadata))
        if name != "dtype":
            (required if info.is_required() else optional)[name] = strategy
    return st.fixed_dictionaries(required, optional=optional)


def by_type(declared: Any, notes: tuple[Any, ...] = ()) -> Strategy:
    """Return the values of a declared type, within the ranges that its notes set."""
    origin, inner = get_origin(declared), get_args(declared)
    if origin is Annotated:
        return by_type(inner[0], (*unpacked(inner[1:]), *notes))
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in (Union, UnionType):
        return st.one_of(*(by_type(member) for member in inner))
    if origin is tuple:
        return by_tuple(inner, notes)
    if declared is NoneType:
        return st.none()
    if isinstance(declared, type) and issubclass(declared, CatalogObject):
        return st.sampled_from(OBJECTS[declared.family])
    if isinstance(declared, type) and issubclass(declared, BaseModel):
        return by_fields(declared, {})
    return by_scalar(declared, notes)


def unpacked(notes: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return notes, those that pydantic bundles in a field one by one."""
    flat: list[Any] = []
    for note in notes:
        flat.extend(note.metadata if isinstance(note, FieldInfo) else [note])
    return tuple(flat)


def by_tuple(inner: tuple[Any, ...], notes: tuple[Any, ...]) -> Strategy:
    """Return tuples, or one number where it may stand for all of them."""
    if inner[-1] is not Ellipsis:
        many = st.tuples(*(by_type(member) for member in inner))
        spread = any(isinstance(note, Broadcast) for note in notes)
        return st.one_of(by_type(inner[0]), many) if spread else many
    least = max((note.min_length for note in notes if hasattr(note, "min_length")), default=0)
    return st.lists(by_type(inner[0]), min_size=least, max_size=4).map(tuple)


def by_scalar(declared: Any, notes: tuple[Any, ...]) -> Strategy:
    """Return small numbers within the range that the notes set, flags, or short texts."""
    if declared is bool:
        return st.booleans()
    if declared is str:
        return st.text("abcd", min_size=1, max_size=3)
    least = max((int_of(note.ge) for note in notes if isinstance(note, Ge)), default=-4)
    above = max((int_of(note.gt) for note in notes if isinstance(note, Gt)), default=-4)
    most = min((int_of(note.le) for note in notes if isinstance(note, Le)), default=4)
    if declared is int:
        low = max(least, -4)
        return st.integers(low, max(low, min(most, low + 6)))
    assert declared is float, f"no strategy for {declared}"
    return st.sampled_from([0.1, 0.25, 0.5, 0.9, *([least] if least >= above else [])])


def int_of(bound: Any) -> int:
    """Return a bound, all of which are whole numbers here."""
    return int(bound)


# Our side -----------------------------------------------------------------------------------


def ours(case: Case) -> Outcome | Refusal:
    """Return what our rules say of a configuration."""
    try:
        layer = case.layer(**case.fields)
        out = layer.infer_tensors(case.inputs)
        weights = layer.infer_weights(case.inputs)
        layer.infer_operations(case.inputs)
    except ShapeError as error:
        return Refusal(f"{error.code} {error.message}")
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


def raw_arguments(case: Case) -> dict[str, object]:
    """Return the drawn fields as Keras' arguments, for configurations that we refuse to make."""
    fields = {name: in_keras(value) for name, value in case.fields.items()}
    return {name: value for name, value in fields.items() if name not in case.layer.additions}


def keras_layer(case: Case) -> Any:
    """Return the Keras layer: from `arguments()`, or from the raw fields if we refuse those."""
    try:
        arguments = case.layer(**case.fields).arguments()
    except ValidationError:
        arguments = raw_arguments(case)
    made = {name: in_keras(value) for name, value in arguments.items()}
    return getattr(keras.layers, case.layer.keras_name)(**made)


Call = Callable[[Any, list[Any]], Any]


def unwarned(ask: Callable[..., Any]) -> Callable[..., Any]:
    """Return a question to Keras whose warnings, which are no refusals, are dropped."""

    @wraps(ask)
    def asked(*args: Any, **options: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ask(*args, **options)

    return asked


def apply_to_tensors(layer: Any, tensors: list[Any]) -> Any:
    """Call a Keras layer on one tensor, or on several in order, as in training."""
    return layer(*tensors, training=True)


@unwarned
def theirs(case: Case, call: Call = apply_to_tensors, *, masked: bool = False) -> Any:
    """Return what Keras says of a configuration, symbolically: an Outcome or a Refusal."""
    try:
        layer = keras_layer(case)
        tensors = [symbol(tensor, masked=masked) for tensor in case.inputs]
        out = keras.tree.flatten(call(layer, tensors))
    except Exception as error:  # noqa: BLE001 - Keras refuses with whatever comes to hand
        return Refusal(f"{type(error).__name__}: {error}")
    trained = {id(one) for one in layer.trainable_weights}
    weights = tuple(Weight(one.name, tuple(one.shape), id(one) in trained) for one in layer.weights)
    shapes = tuple(tuple(tensor.shape) for tensor in out)
    masks = tuple(getattr(tensor, "_keras_mask", None) is not None for tensor in out)
    return Outcome(shapes, weights, masks)


def symbol(tensor: Tensor, *, masked: bool) -> Any:
    """Return a symbolic tensor of Keras, with a mask if wanted."""
    made = keras.Input(batch_shape=tensor.shape, dtype=DTYPES[tensor.element])
    return keras.layers.Masking()(made) if masked else made


@unwarned
def flowing(case: Case, call: Call = apply_to_tensors) -> Any:
    """Return the shapes that leave the Keras layer once numbers flow, in training: an Outcome."""
    try:
        layer = keras_layer(case)
        signature = [tf.TensorSpec(one.shape, DTYPES[one.element]) for one in case.inputs]
        traced = tf.function(
            lambda *tensors: call(layer, list(tensors)), input_signature=signature, autograph=False
        )
        out = tf.nest.flatten(traced.get_concrete_function().structured_outputs)
    except Exception as error:  # noqa: BLE001 - TensorFlow refuses with whatever comes to hand
        return Refusal(f"{type(error).__name__}: {error}")
    return Outcome(tuple(tuple(one.shape) for one in out), ())


@unwarned
def run(case: Case, call: Call = apply_to_tensors) -> Any:
    """Return the shapes that leave the Keras layer on real zeros: an Outcome or a Refusal."""
    concrete = [
        tf.TensorShape([9 if axis is None else axis for axis in one.shape]) for one in case.inputs
    ]
    try:
        layer = keras_layer(case)
        zeros = [
            tf.zeros(shape, DTYPES[one.element])
            for shape, one in zip(concrete, case.inputs, strict=True)
        ]
        out = tf.nest.flatten(call(layer, zeros))
    except Exception as error:  # noqa: BLE001 - TensorFlow refuses with whatever comes to hand
        return Refusal(f"{type(error).__name__}: {error}")
    shapes = tuple(tuple(one.shape) for one in out)
    return Outcome(shapes, (), elements=tuple(kind_of(one.dtype) for one in out))


def kind_of(dtype: Any) -> Element:
    """Return the kind of elements that a dtype of TensorFlow holds."""
    if dtype.is_floating:
        return "float"
    if dtype.is_bool:
        return "boolean"
    return "integer" if dtype.is_integer else "text"


# Both ---------------------------------------------------------------------------------------


def compare(case: Case, call: Call = apply_to_tensors) -> None:
    """Fail unless Keras and our rules agree on a configuration.

    Symbolic Keras takes some things without looking, and cannot compute them: what we alone
    refuse must fail, or leave in another shape than Keras said, once numbers flow.
    """
    said, asked = ours(case), theirs(case, call)
    if isinstance(asked, Refusal):
        assert isinstance(said, Refusal), f"Keras alone refuses: {asked.reason}"
        return
    traced = flowing(case, call)
    flows = isinstance(traced, Outcome) and fit(traced.shapes, asked.shapes)
    if isinstance(said, Refusal):
        assert not flows or not runs(case, asked, call), f"we alone refuse: {said.reason}"
        return
    assert said == asked
    assert flows, traced


def runs(case: Case, asked: Outcome, call: Call) -> bool:
    """Tell whether real numbers leave a Keras layer in the shapes that Keras said.

    Only what TensorFlow has traced is run: some of what it refuses to trace ends the process.
    A tensor without elements is no result: kernels return it before they look at the rest.
    """
    out = run(case, call)
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

"""Draws configurations of catalogued layers: `cases` derives a strategy from a class' fields."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nnspec.catalog import activations, constraints, initializers, regularizers
from nnspec.catalog.base import CatalogObject
from nnspec.catalog.layer import Layer
from nnspec.catalog.types import Broadcast
from nnspec.shapes import Element, Shape, Tensor

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
    "constraints": (
        *(constraints.NonNeg(), constraints.UnitNorm()) * 3,
        constraints.MaxNorm(axis=1),
        constraints.MinMaxNorm(axis=(0, 1)),
    ),
    "initializers": (
        *(initializers.Zeros(), initializers.GlorotUniform(), initializers.RandomUniform()) * 6,
        initializers.Orthogonal(),
        initializers.Identity(),
    ),
    "regularizers": (
        *(regularizers.L1(), regularizers.L2(), regularizers.L1L2(l1=0.1)) * 4,
        regularizers.OrthogonalRegularizer(),
    ),
}
"""Objects drawn for a field of their family: mostly such as suit weights of every shape."""


@dataclass(frozen=True)
class Case:
    """A layer's fields and the tensors that come in."""

    layer: type[Layer]
    fields: dict[str, Any]
    inputs: tuple[Tensor, ...]


ELEMENTS: tuple[Element, ...] = ("float", "integer", "boolean", "text")
POLICIES = ("float16", "bfloat16", "float32", "float64", "mixed_float16", "mixed_bfloat16")
"""Types that a layer computes in."""


def cases(
    layer: type[Layer],
    *,
    fields: Mapping[str, Strategy] | None = None,
    shapes: Strategy | None = None,
    element: Element | None = None,
) -> st.SearchStrategy[Case]:
    """Return the strategy of a layer's configurations.

    Args:
        layer: the class.
        fields: strategies for fields that their types say too little about.
        shapes: what comes in: a shape, or a tuple of them for a layer of several inputs.
        element: the kind of elements that mostly comes in.
    """
    entering = drawn_shapes(layer) if shapes is None else shapes
    kind: Element = element or (layer.consumes[0] if layer.consumes else "float")
    return st.builds(
        Case,
        layer=st.just(layer),
        fields=by_fields(layer, {"dtype": policies(layer)} | dict(fields or {})),
        inputs=st.builds(
            as_tensors,
            entering,
            st.sampled_from((*[kind] * 20, *ELEMENTS)),
            st.sampled_from((False, False, False, True)),
        ),
    )


def as_tensors(given: Any, kind: Element, masked: bool) -> tuple[Tensor, ...]:  # noqa: FBT001
    """Return tensors of a shape, or of each of several; Keras masks numbers along time only."""
    shapes = given if given and isinstance(given[0], tuple) else (given,)
    masked = masked and kind in ("float", "integer")
    return tuple(Tensor(shape, kind, masked and len(shape) > 1) for shape in shapes)


def policies(layer: type[Layer]) -> Strategy:
    """Return types that a layer computes in: mostly Keras' own, never one of no use to it."""
    if "dtype" in layer.additions:
        return st.none()
    return st.sampled_from((*[None] * 12, *POLICIES))


def drawn_shapes(
    layer: type[Layer], *, most: int = 9, ranks: tuple[int, ...] = ()
) -> st.SearchStrategy[Shape]:
    """Return shapes of the ranks that a layer takes, now and then of another rank."""
    fitting = ranks or layer.ranks or tuple(range(layer.least_rank, 5))
    rank = st.sampled_from(ranks or (*fitting * 8, *range(1, 7)))
    axis = st.one_of(*[st.integers(1, most)] * 6, st.none())
    batch = st.sampled_from((None, None, 2))
    return rank.flatmap(lambda count: st.tuples(batch, *[axis] * (count - 1)))


def by_fields(model: type[BaseModel], given: Mapping[str, Strategy]) -> Strategy:
    """Return the required fields and some of the others, by the types they are declared with."""
    required: dict[str, Strategy] = {}
    optional: dict[str, Strategy] = {}
    for name, info in model.model_fields.items():
        strategy = given.get(name)
        if strategy is None and name != "dtype":
            strategy = by_type(info.annotation, tuple(info.metadata))
        if strategy is not None:
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

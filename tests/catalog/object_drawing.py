"""Draws catalogue objects from their fields' types, at random but repeatably."""

import types
from collections.abc import Iterable
from random import Random
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.registry import find

INNER = {
    "activations": ("relu", "tanh", "sigmoid"),
    "initializers": ("HeNormal", "Zeros", "RandomUniform", "Constant"),
    "regularizers": ("L1", "L2", "L1L2"),
    "constraints": ("MaxNorm", "NonNeg"),
    "schedules": ("ExponentialDecay", "CosineDecay"),
    "layers": ("Dense", "Flatten"),
}
"""What is drawn where a field holds an object of a family."""

FITTING: dict[tuple[str, str], tuple[str, ...]] = {
    ("Bidirectional", "layer"): ("LSTM", "GRU"),
    ("Bidirectional", "backward_layer"): (),
    ("RNN", "cell"): ("LSTMCell", "GRUCell"),
    ("StackedRNNCells", "cells"): ("LSTMCell", "GRUCell"),
}
"""Layers that are drawn where not every one fits; the default if none does."""

CHOSEN: dict[tuple[str, str], tuple[object, ...]] = {
    # What `auto` becomes depends on data: Keras takes a number.
    ("Embedding", "input_dim"): (1, 50),
    ("ReversibleEmbedding", "input_dim"): (1, 50),
    ("EinsumDense", "equation"): ("abc,cd->abd",),
    ("EinsumDense", "output_shape"): ([None, 4],),
    ("EinsumDense", "bias_axes"): ("d", "bd"),
}
"""Values that are drawn where a type says too little."""

TRIES = 300


def draw(kind: type[CatalogObject], random: Random, share: float = 0.4) -> CatalogObject:
    """Return an object of drawn fields that keeps the class' own rules.

    Args:
        kind: the class.
        random: where the draws come from.
        share: chance of each optional field to be drawn; 0 leaves defaults that are valid.
    """
    for tried in range(TRIES):
        chance = share if tried < TRIES // 3 else max(share, 0.4)
        values = {
            name: draw_field(kind, name, random)
            for name, field in kind.model_fields.items()
            if name not in kind.additions and (field.is_required() or random.random() < chance)
            if FITTING.get((kind.__name__, name)) != ()
        }
        try:
            return kind.model_validate(values)
        except ValidationError:
            continue
    raise AssertionError(f"no valid {kind.__name__} in {TRIES} draws")


def draw_field(kind: type[CatalogObject], name: str, random: Random) -> Any:
    """Return a value for a field."""
    field = kind.model_fields[name]
    if names := FITTING.get((kind.__name__, name)):
        made = [draw_named("layers", names, random, 0.0) for _ in range(2)]
        return made if name == "cells" else made[0]
    if chosen := CHOSEN.get((kind.__name__, name)):
        return random.choice(chosen)
    return draw_type(field.annotation, field.metadata, random)


def draw_named(
    family: str, names: tuple[str, ...], random: Random, share: float = 0.4
) -> CatalogObject:
    """Return a drawn object of one of some classes."""
    kind = find(family, random.choice(names))
    assert kind is not None
    return draw(kind, random, share)


def draw_type(annotation: Any, bounds: Iterable[Any], random: Random) -> Any:
    """Return a value of a type within its bounds."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return draw_type(inner[0], [*bounds, *inner[1:]], random)
    if origin in (Union, types.UnionType):
        return draw_type(random.choice(inner), bounds, random)
    if origin is Literal:
        return random.choice(inner)
    if origin is tuple:
        return draw_tuple(inner, list(flat(bounds)), random)
    if isinstance(annotation, type) and issubclass(annotation, CatalogObject):
        if "keras_name" in vars(annotation):
            return draw(annotation, random)
        family = annotation.family
        return draw_named(family, INNER[family], random, 0.0 if family == "activations" else 0.4)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {
            name: draw_type(field.annotation, field.metadata, random)
            for name, field in annotation.model_fields.items()
        }
    return draw_scalar(annotation, list(flat(bounds)), random)


def draw_tuple(inner: tuple[Any, ...], bounds: list[Any], random: Random) -> list[Any]:
    """Return a list, as a spec has it, of a tuple's items."""
    if inner[-1] is not Ellipsis:
        return [draw_type(item, (), random) for item in inner]
    low = max((one.min_length for one in bounds if isinstance(one, MinLen)), default=1)
    high = min((one.max_length for one in bounds if isinstance(one, MaxLen)), default=low + 2)
    return [draw_type(inner[0], (), random) for _ in range(random.randint(low, min(high, low + 2)))]


def draw_scalar(annotation: Any, bounds: list[Any], random: Random) -> Any:
    """Return a number, flag, text or nothing."""
    if annotation is types.NoneType:
        return None
    if annotation is bool:
        return random.random() < 0.5
    if annotation is str:
        return random.choice(("north", "south", "east"))
    low, high = span(bounds)
    if annotation is int:
        return random.randint(int(low), int(high))
    assert annotation is float, f"no way to draw {annotation}"
    return round(random.uniform(low + 0.01 * (high - low), high - 0.01 * (high - low)), 4)


def span(bounds: list[Any]) -> tuple[float, float]:
    """Return the smallest and largest number to draw, a few apart."""
    lows: list[float] = [bound(one, "ge", "gt") for one in bounds if isinstance(one, (Ge, Gt))]
    highs: list[float] = [bound(one, "le", "lt") for one in bounds if isinstance(one, (Le, Lt))]
    high = min(highs, default=2**31)
    low = max([*lows, min(high, 0) - 3])
    return low, min(high, low + 6)


def bound(one: object, *names: str) -> float:
    """Return the number of a bound that has it under one of two names."""
    return next(float(getattr(one, name)) for name in names if hasattr(one, name))


def flat(bounds: Iterable[Any]) -> Iterable[Any]:
    """Yield bounds one by one; pydantic keeps some of them inside a FieldInfo."""
    for one in bounds:
        yield from one.metadata if isinstance(one, FieldInfo) else [one]

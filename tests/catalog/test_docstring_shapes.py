"""Every layer's docstring says what comes in and what leaves, by axis; and it is what happens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest

from nnspec.catalog.layer import Layer, Tensors
from nnspec.catalog.layers.application import Application
from nnspec.catalog.layers.cells import Cell
from nnspec.catalog.layers.recurrent import RNN
from nnspec.catalog.prose import class_prose
from nnspec.catalog.registry import load_all
from nnspec.document import parse_document, write_yaml
from nnspec.reading.reader import Reader
from nnspec.reference.samples import sample_object
from nnspec.shapes import Shape, ShapeError, Tensor

SHAPE = r"\(batch[^()]*\)"
TAKEN = re.compile(rf"(?:{SHAPE}(?: and(?: \w+)* {SHAPE})?(?: or {SHAPE})?|nothing) in\b")
GIVEN = re.compile(rf"({SHAPE}) (?:in and )?out\b")
AXIS = re.compile(r"\.\.\.|[a-z]+(_[a-z]+)*( [a-z]+)*( \* [a-z_]+)?|\d+( \* [a-z]+)?")
LAYERS = sorted(
    {kind for kind in load_all()["layers"].values() if issubclass(kind, Layer)},
    key=lambda kind: kind.keras_name,
)
LENGTHS = (12, 1, 2, 784, 4096)
"""Lengths of axes that are tried: a window must fit, a target shape hold as many elements."""

PLACES = frozenset({"steps", "rows", "columns", "planes"})
"""Axes along which windows slide: they keep their names, and seldom their lengths."""


@dataclass(frozen=True)
class Stated:
    """What a docstring says: the axes of each tensor that comes in, and of the one that leaves."""

    taken: tuple[tuple[str, ...], ...]
    given: tuple[str, ...]
    alike: bool


def stated(kind: type[Layer]) -> Stated:
    prose = class_prose(kind)
    taken, given = TAKEN.search(prose), GIVEN.search(prose)
    assert taken, f"{kind.keras_name} does not say what comes in: (batch, ...) in"
    assert given, f"{kind.keras_name} does not say what leaves: (batch, ...) out"
    entering = re.findall(SHAPE, taken[0].partition(" or ")[0])
    return Stated(tuple(map(axes, entering)), axes(given[1]), "in and out" in given[0])


def axes(shape: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in shape.strip("()").split(",") if one.strip())


def example(kind: type[Layer]) -> Layer:
    """Return a layer with the arguments that its page shows."""
    document = parse_document(write_yaml({"example": sample_object(kind)}))
    node = document.root.get("example")
    assert node is not None
    made = Reader().read_object(node, "layers")
    if isinstance(made, Cell):
        return RNN(cell=made)
    assert isinstance(made, Layer)
    return made.model_copy(update={"weights": None}) if isinstance(made, Application) else made


def attempts(layer: Layer, said: Stated) -> Iterator[tuple[dict[str, int], int, Tensors]]:
    """Give lengths of the axes, how many stand for `...`, and the tensors that have them."""
    names = dict.fromkeys(name for one in said.taken for name in one if name != "...")
    several = [said.taken[0]] * max(layer.required, layer.variadic) if said.taken else []
    entering = said.taken if len(said.taken) > 1 else tuple(several)
    elements = layer.consumes or ("float", "integer", "text")
    for length, apart, more, element in product(LENGTHS, (1, 0), (1, 2, 0, 3), elements):
        sizes = {name: length + index * apart for index, name in enumerate(names)}
        sizes |= {name: int(name) for name in names if name.isdigit()} | {"batch": 5}
        shapes = [shape_of(one, sizes, more, length) for one in entering]
        if isinstance(layer, RNN) and "time" not in names:
            shapes = [(first, 7, *rest) for first, *rest in shapes]
        yield sizes, more, tuple(Tensor(shape, element) for shape in shapes)


def shape_of(named: tuple[str, ...], sizes: dict[str, int], more: int, length: int) -> Shape:
    return tuple(
        extent
        for name in named
        for extent in ((length,) * more if name == "..." else (sizes[name],))
    )


def infer(layer: Layer, said: Stated) -> tuple[dict[str, int], int, Shape]:
    for sizes, more, tensors in attempts(layer, said):
        try:
            return sizes, more, layer.infer_tensors(tensors)[0].shape
        except ShapeError:
            continue
    raise AssertionError(f"{layer.keras_name} takes nothing of the shape that its docstring says")


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.keras_name)
def test_a_layer_takes_and_gives_what_its_docstring_says(kind: type[Layer]) -> None:
    said, layer = stated(kind), example(kind)
    assert [
        name for one in (*said.taken, said.given) for name in one if not AXIS.fullmatch(name)
    ] == []
    sizes, more, out = infer(layer, said)
    if said.given == ("batch", "..."):
        return
    given = [name for one in said.given for name in ([one] * more if one == "..." else [one])]
    assert len(out) == len(given), f"{said.given} leaves; it is {out}"
    for name, extent in zip(given, out, strict=True):
        own = getattr(layer, name, None)
        if isinstance(own, int):
            assert extent == own, name
        elif name in sizes and not said.alike and name not in {"batch", *PLACES}:
            assert extent == sizes[name], name


@pytest.mark.parametrize(
    "kind",
    [kind for kind in LAYERS if issubclass(kind, Application)],
    ids=lambda one: one.keras_name,
)
def test_a_networks_docstring_says_what_leaves_without_its_top(kind: type[Application]) -> None:
    size = kind().figures.size
    layer = kind(include_top=False, weights=None)
    rows, columns, features = layer.infer_shape((None, size, size, 3))[1:]
    said = f"images of {size} x {size} leave as (batch, {rows}, {columns}, {features})."
    assert said in class_prose(kind)

"""Operations of Keras' documents on whole axes, as layers: shapes, means, products; floor 4.

Axes count the batch as 0, as Keras writes them.

Source: Keras 3.15, keras/src/ops/numpy.py, nn.py.
"""

from collections.abc import Callable, Mapping

from nnspec.document import Plain, Scalar
from nnspec.frontends.keras.arithmetic import FLOATS, Operation
from nnspec.frontends.keras.cuts import without
from nnspec.frontends.keras.steps import (
    UNKNOWN,
    NoLayerComputesError,
    Part,
    Rewritten,
    Sketch,
    product,
)

PAIR = 2
MATRICES = (2, 2)
"""Ranks of two matrices in each row, the batch not counted."""


def reshape(operation: Operation) -> Rewritten:
    """Return a new shape of each row, where the batch stays what it is."""
    part, sketch, wanted = operation.part, Sketch(), operation.arguments.get("newshape")
    if not isinstance(wanted, list) or wanted[:1] not in ([-1], [None]):
        raise NoLayerComputesError
    inner = [one if isinstance(one, int) else UNKNOWN for one in wanted[1:]]
    if product(inner) == UNKNOWN or product(inner) != product(part.extents):
        raise NoLayerComputesError
    return sketch.done(sketch.reshape(part, inner))


def expand(operation: Operation) -> Rewritten:
    """Return axes of length 1 put in."""
    part, sketch, wanted = operation.part, Sketch(), operation.arguments.get("axis")
    listed = wanted if isinstance(wanted, list) else [wanted]
    rank = part.rank + len(listed)
    places = {part.place(one, rank) for one in listed}
    given = iter(part.extents)
    extents = [1 if place in places else next(given) for place in range(rank)]
    return sketch.done(sketch.reshape(part, extents))


def squeeze(operation: Operation) -> Rewritten:
    """Return axes of length 1 taken out."""
    part, sketch, wanted = operation.part, Sketch(), operation.arguments.get("axis")
    listed = wanted if isinstance(wanted, list) else [wanted]
    for place in sorted((part.place(one) for one in listed), reverse=True):
        if part.extents[place] != 1:
            raise NoLayerComputesError
        part = without(sketch, part, place)
    return sketch.done(part)


def permuted(sketch: Sketch, part: Part, order: list[int]) -> Part:
    """Return the axes in another order, counted without the batch."""
    if sorted(order) != list(range(part.rank)):
        raise NoLayerComputesError
    if order == sorted(order):
        return part
    extents = [part.extents[place] for place in order]
    return sketch.add("Permute", [part], extents, dims=[place + 1 for place in order])


def transpose(operation: Operation) -> Rewritten:
    """Return the axes of each row in another order."""
    axes, part, sketch = operation.arguments.get("axes"), operation.part, Sketch()
    if not isinstance(axes, list) or axes[:1] != [0]:
        raise NoLayerComputesError
    return sketch.done(permuted(sketch, part, [part.place(one) for one in axes[1:]]))


def swap(operation: Operation) -> Rewritten:
    """Return two axes in each other's place."""
    part, sketch = operation.part, Sketch()
    first, second = (part.place(operation.arguments.get(f"axis{one}")) for one in (1, 2))
    order = list(range(part.rank))
    order[first], order[second] = second, first
    return sketch.done(permuted(sketch, part, order))


def move(operation: Operation) -> Rewritten:
    """Return one axis in another place."""
    part, sketch = operation.part, Sketch()
    ends = [operation.arguments.get(name) for name in ("source", "destination")]
    begin, end = (
        part.place(one[0] if isinstance(one, list) and len(one) == 1 else one) for one in ends
    )
    order = [place for place in range(part.rank) if place != begin]
    order.insert(end, begin)
    return sketch.done(permuted(sketch, part, order))


def pooled(sketch: Sketch, part: Part, axes: list[int], pooling: str, *, kept: bool) -> Part:
    """Return the mean or the maximum over axes.

    Args:
        sketch: takes the layers.
        part: the tensor.
        axes: which axes, counted without the batch; their lengths are known, but for one over all
            steps of a series.
        pooling: Average or Max.
        kept: whether the axes stay, with length 1.
    """
    left = [place for place in range(part.rank) if place not in axes]
    result = [1 if place in axes else extent for place, extent in enumerate(part.extents)]
    extents = result if kept else [part.extents[place] for place in left]
    if axes == [0] and part.rank == PAIR and part.extents[0] == UNKNOWN:
        given: dict[str, Plain] = {"keepdims": True} if kept else {}
        return sketch.add(f"Global{pooling}Pooling1D", [part], extents, **given)
    if axes != list(range(axes[0], axes[-1] + 1)):
        part = permuted(sketch, part, [*left, *axes])
        axes = list(range(len(left), part.rank))
    middle = sketch.around(part, axes[0], axes[-1])
    before, among, behind = middle.extents
    window: Plain = [1, among]
    one = sketch.add(f"{pooling}Pooling2D", [middle], [before, 1, behind], pool_size=window)
    return sketch.reshape(one, extents)


def axes_of(operation: Operation) -> list[int]:
    """Return the axes over which an operation goes, counted without the batch."""
    wanted, part = operation.arguments.get("axis"), operation.part
    listed = wanted if isinstance(wanted, list) else [wanted]
    if operation.dtype not in FLOATS or not listed:
        raise NoLayerComputesError
    return sorted({part.place(one) for one in listed})


def reduced(pooling: str, *, turned: bool = False) -> Callable[[Operation], Rewritten]:
    """Return what rewrites a mean or a maximum; turned: a minimum."""

    def rewrite(operation: Operation) -> Rewritten:
        axes, sketch, part = axes_of(operation), Sketch(), operation.part
        kept = operation.arguments.get("keepdims") is True
        if operation.arguments.get("initial") is not None:
            raise NoLayerComputesError
        if turned:
            part = sketch.like("Rescaling", part, scale=-1.0)
        part = pooled(sketch, part, axes, pooling, kept=kept)
        return sketch.done(sketch.like("Rescaling", part, scale=-1.0) if turned else part)

    return rewrite


def total(operation: Operation) -> Rewritten:
    """Return a sum over axes: the mean times the number of what is added."""
    axes, sketch, part = axes_of(operation), Sketch(), operation.part
    count = product([part.length(place) for place in axes])
    kept = operation.arguments.get("keepdims") is True
    mean = pooled(sketch, part, axes, "Average", kept=kept)
    return sketch.done(sketch.like("Rescaling", mean, scale=float(count)))


def variance(operation: Operation) -> Rewritten:
    """Return the mean of squared distances from the mean."""
    axes, sketch, part = axes_of(operation), Sketch(), operation.part
    mean = pooled(sketch, part, axes, "Average", kept=True)
    away = sketch.add("Subtract", [part, mean], part.extents)
    squares = sketch.add("Multiply", [away, away], part.extents)
    kept = operation.arguments.get("keepdims") is True
    return sketch.done(pooled(sketch, squares, axes, "Average", kept=kept))


def softmax(operation: Operation) -> Rewritten:
    """Return the layer of the same name."""
    part, sketch = operation.part, Sketch()
    axis = operation.arguments.get("axis")
    part.place(axis)
    return sketch.done(sketch.like("Softmax", part, axis=axis))


def normalize(operation: Operation) -> Rewritten:
    """Return each row of an axis scaled to length 1."""
    part, sketch = operation.part, Sketch()
    axis = operation.arguments.get("axis")
    if operation.arguments.get("order") != PAIR:
        raise NoLayerComputesError
    part.place(axis)
    return sketch.done(sketch.like("UnitNormalization", part, axis=axis))


def pool_windows(pooling: str) -> Callable[[Operation], Rewritten]:
    """Return what rewrites the mean or maximum of windows that slide."""

    def rewrite(operation: Operation) -> Rewritten:
        part, sketch = operation.part, Sketch()
        given = {key: one for key, one in operation.arguments.items() if one is not None}
        if not PAIR <= part.rank <= PAIR + PAIR or given.get("data_format") == "channels_first":
            raise NoLayerComputesError
        return sketch.done(sketch.like(f"{pooling}Pooling{part.rank - 1}D", part, **given))

    return rewrite


def matmul(operation: Operation) -> Rewritten:
    """Return the product of two matrices in each row."""
    parts = operation.parts
    if tuple(one.rank for one in parts) != MATRICES or len(operation.positional) != PAIR:
        raise NoLayerComputesError
    sketch, (first, second) = Sketch(), parts
    extents = [first.extents[0], second.extents[1]]
    return sketch.done(sketch.add("Dot", parts, extents, axes=[2, 1]))


def einsum(operation: Operation) -> Rewritten:
    """Return axes in another order, or sums of products over one axis, within each row."""
    subscripts = operation.arguments.get("subscripts")
    if not isinstance(subscripts, str) or not subscripts.replace(" ", "").isascii():
        raise NoLayerComputesError
    given, _, result = subscripts.replace(" ", "").partition("->")
    terms = given.split(",")
    parts, sketch = operation.parts, Sketch()
    letters = [one for term in (*terms, result) for one in term]
    each_once = all(len({*term}) == len(term) for term in (*terms, result))
    if not all(map(str.isalpha, letters)) or not each_once or not result:
        raise NoLayerComputesError
    if len(terms) != len(parts) or any(term[:1] != result[0] for term in terms):
        raise NoLayerComputesError
    if any(len(term) != part.rank + 1 for term, part in zip(terms, parts, strict=True)):
        raise NoLayerComputesError
    if len(terms) == 1:
        if set(terms[0]) != set(result):
            raise NoLayerComputesError
        order = [terms[0].index(one) - 1 for one in result[1:]]
        return sketch.done(permuted(sketch, parts[0], order))
    return sketch.done(summed(sketch, parts, terms, result))


def summed(sketch: Sketch, parts: list[Part], terms: list[str], result: str) -> Part:
    """Return the sum of products of two tensors over the one axis that they share."""
    if len(terms) != PAIR:
        raise NoLayerComputesError
    shared = {*terms[0][1:]} & {*terms[1][1:]}
    if len(shared) != 1:
        raise NoLayerComputesError
    (axis,) = shared
    for first, second in ((0, 1), (1, 0)):
        left, right = (terms[one].replace(axis, "") for one in (first, second))
        if result == left + right[1:] and len(result) > 1:
            ordered = [parts[first], parts[second]]
            axes: Plain = [terms[one].index(axis) for one in (first, second)]
            extents = [
                extent
                for part, term in zip(ordered, (terms[first], terms[second]), strict=True)
                for letter, extent in zip(term[1:], part.extents, strict=True)
                if letter != axis
            ]
            return sketch.add("Dot", ordered, extents, axes=axes)
    raise NoLayerComputesError


def layer_norm(operation: Operation) -> Rewritten:
    """Return an axis centred and scaled, without weights."""
    given = [one for one in operation.positional if isinstance(one, tuple)]
    if len(given) != 1 or any(not isinstance(one, Scalar | tuple) for one in operation.positional):
        raise NoLayerComputesError
    part, sketch = Part.of(given[0][0]), Sketch()
    axis, epsilon = (operation.arguments.get(name) for name in ("axis", "epsilon"))
    if operation.arguments.get("rms_scaling") is True:
        raise NoLayerComputesError
    said: dict[str, Plain] = {"axis": axis, "center": False, "scale": False}
    small = 1e-7 if epsilon is None else epsilon
    return sketch.done(sketch.like("LayerNormalization", part, epsilon=small, **said))


REARRANGING: Mapping[str, Callable[[Operation], Rewritten]] = {
    "Reshape": reshape,
    "ExpandDims": expand,
    "Squeeze": squeeze,
    "Transpose": transpose,
    "Swapaxes": swap,
    "Moveaxis": move,
    "Softmax": softmax,
    "Normalize": normalize,
    "LayerNorm": layer_norm,
    "MaxPool": pool_windows("Max"),
    "AveragePool": pool_windows("Average"),
    "Matmul": matmul,
    "Einsum": einsum,
    "Mean": reduced("Average"),
    "Max": reduced("Max"),
    "Min": reduced("Max", turned=True),
    "Sum": total,
    "Var": variance,
}

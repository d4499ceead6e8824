"""Operations of Keras' documents that take tensors apart and put them together, as layers; floor 4.

`x[:, 0]`, `ops.split`, `ops.stack` and the like. Axes count the batch as 0, as Keras writes them.

Source: Keras 3.15, keras/src/ops/numpy.py.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise

from nnspec.document import Mapping as MappingNode
from nnspec.document import Node, Plain, Scalar, Sequence, plain
from nnspec.frontends.keras.arithmetic import Operation
from nnspec.frontends.keras.steps import UNKNOWN, NoLayerComputesError, Part, Rewritten, Sketch
from nnspec.frontends.keras.tree import text_of

MOST_PIECES = 64
"""Pieces that a tensor is taken apart into, at most: each is three layers."""


def cut(sketch: Sketch, part: Part, place: int, stretch: range) -> Part:
    """Return a stretch of one axis: first what is outside is cropped, then every so many kept."""
    extent = part.length(place)
    begin, end, step = stretch.start, stretch.stop, stretch.step
    if stretch == range(extent):
        return part
    if len(stretch) == 0 or step < 1:
        raise NoLayerComputesError
    middle = sketch.around(part, place)
    if (begin, end) != (0, extent):
        sides: Plain = [[0, 0], [begin, extent - end]]
        extents = [middle.extents[0], end - begin, middle.extents[2]]
        middle = sketch.add("Cropping2D", [middle], extents, cropping=sides)
    if step > 1:
        extents = [middle.extents[0], len(stretch), middle.extents[2]]
        window: dict[str, Plain] = {"pool_size": [1, 1], "strides": [1, step]}
        middle = sketch.add("MaxPooling2D", [middle], extents, **window)
    return sketch.reshape(middle, [*part.extents[:place], len(stretch), *part.extents[place + 1 :]])


def crop_steps(sketch: Sketch, part: Part, wanted: slice) -> Part:
    """Return a series without some of its first or last steps, however many there are."""
    begin, end = wanted.start or 0, wanted.stop or 0
    if part.rank != len(("steps", "channels")) or wanted.step not in (None, 1):
        raise NoLayerComputesError
    if begin < 0 or end > 0:
        raise NoLayerComputesError
    return sketch.add("Cropping1D", [part], part.extents, cropping=[begin, -end])


def gather(sketch: Sketch, part: Part, place: int, indices: list[int]) -> Part:
    """Return places of one axis, in the order in which they are named."""
    extent = part.length(place)
    wanted = [one + extent if one < 0 else one for one in indices]
    if not all(0 <= one < extent for one in wanted) or not 0 < len(wanted) <= MOST_PIECES:
        raise NoLayerComputesError
    pieces = [cut(sketch, part, place, range(one, one + 1)) for one in wanted]
    return join(sketch, pieces, place)


def join(sketch: Sketch, parts: list[Part], place: int) -> Part:
    """Return tensors put behind each other along one axis."""
    if len(parts) == 1:
        return parts[0]
    lengths = [one.extents[place] for one in parts]
    extents = list(parts[0].extents)
    extents[place] = UNKNOWN if UNKNOWN in lengths else sum(lengths)
    return sketch.add("Concatenate", parts, extents, axis=place + 1)


def without(sketch: Sketch, part: Part, place: int) -> Part:
    """Return a tensor without one axis, which is of length 1."""
    return sketch.reshape(part, [*part.extents[:place], *part.extents[place + 1 :]])


def item(operation: Operation) -> Rewritten:
    """Return `x[...]`: stretches and places of axes, and axes put in."""
    if len(operation.positional) != len(("tensor", "index")) or len(operation.histories) != 1:
        raise NoLayerComputesError
    part, sketch = operation.parts[0], Sketch()
    index = index_of(operation.positional[1], part.rank + 1)
    if index[:1] != [slice(None)]:
        raise NoLayerComputesError
    taken: list[int] = []
    for place, one in enumerate(index[1:]):
        match one:
            case None:
                extents = [*part.extents[:place], 1, *part.extents[place:]]
                part = sketch.reshape(part, extents)
            case int():
                part = gather(sketch, part, place, [one])
                taken.append(place)
            case slice():
                part = stretch_of(sketch, part, place, one)
    for one in reversed(taken):
        part = without(sketch, part, one)
    return sketch.done(part)


def stretch_of(sketch: Sketch, part: Part, place: int, wanted: slice) -> Part:
    """Return what a slice takes of one axis."""
    if wanted == slice(None):
        return part
    if part.extents[place] == UNKNOWN and place == 0:
        return crop_steps(sketch, part, wanted)
    indices = range(part.length(place))[wanted]
    if indices.step < 0:
        return gather(sketch, part, place, list(indices))
    return cut(sketch, part, place, indices)


def index_of(node: object, rank: int) -> list[slice | int | None]:
    """Return what stands between the brackets, one entry for each axis and each that is put in."""
    if not isinstance(node, Sequence):
        raise NoLayerComputesError
    index: list[slice | int | None] = []
    axes = sum(not is_null(one) and not is_dots(one) for one in node.items)
    for one in node.items:
        if is_dots(one):
            index += [slice(None)] * (rank - axes)
        else:
            index.append(None if is_null(one) else entry_of(one))
    return index


def is_null(node: Node) -> bool:
    """Return whether an entry puts in an axis."""
    return isinstance(node, Scalar) and node.value is None


def is_dots(node: Node) -> bool:
    """Return whether an entry stands for all axes that are not named."""
    return isinstance(node, MappingNode) and text_of(node, "class_name") == "__ellipsis__"


def entry_of(node: Node) -> slice | int:
    """Return one place or one stretch."""
    value = plain(node)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(node, MappingNode) and text_of(node, "class_name") == "__slice__":
        config = plain(node.get("config")) if node.get("config") else None  # type: ignore[arg-type]  # there
        said = config if isinstance(config, dict) else {}
        ends = [said.get(name) for name in ("start", "stop", "step")]
        if all(one is None or isinstance(one, int) for one in ends):
            return slice(*ends)
    raise NoLayerComputesError


def take(operation: Operation) -> Rewritten:
    """Return places of an axis, or one place, whose axis is left out."""
    if len(operation.positional) != len(("tensor", "indices")) or len(operation.histories) != 1:
        raise NoLayerComputesError
    part, sketch = operation.parts[0], Sketch()
    place, node = part.place(operation.arguments.get("axis")), operation.positional[1]
    assert not isinstance(node, tuple)
    indices = plain(node)
    listed = indices if isinstance(indices, list) else [indices]
    wanted = [one for one in listed if isinstance(one, int) and not isinstance(one, bool)]
    if len(wanted) < len(listed):
        raise NoLayerComputesError
    part = gather(sketch, part, place, wanted)
    return sketch.done(part if isinstance(indices, list) else without(sketch, part, place))


def split(operation: Operation) -> Rewritten:
    """Return an axis in parts of one length, or parted at places."""
    part, sketch = operation.part, Sketch()
    place = part.place(operation.arguments.get("axis"))
    extent, wanted = part.length(place), operation.arguments.get("indices_or_sections")
    if isinstance(wanted, int) and wanted > 0:
        marks = [extent // wanted * one for one in range(1, wanted)]
    else:
        listed = wanted if isinstance(wanted, list) else [None]
        marks = [one for one in listed if isinstance(one, int)]
        if len(marks) < len(listed):
            raise NoLayerComputesError
    ends = [0, *marks, extent]
    if len(ends) > MOST_PIECES:
        raise NoLayerComputesError
    ranges = [range(*pair) for pair in pairwise(ends)]
    return sketch.done(*(cut(sketch, part, place, one) for one in ranges))


def unstack(operation: Operation) -> Rewritten:
    """Return every place of an axis, which is left out."""
    part, sketch = operation.part, Sketch()
    place = part.place(operation.arguments.get("axis"))
    if part.length(place) > MOST_PIECES:
        raise NoLayerComputesError
    pieces = [gather(sketch, part, place, [one]) for one in range(part.length(place))]
    return sketch.done(*(without(sketch, one, place) for one in pieces))


def stack(operation: Operation) -> Rewritten:
    """Return tensors put beside each other along an axis of their own."""
    parts, sketch = operation.parts, Sketch()
    place = parts[0].place(operation.arguments.get("axis"), parts[0].rank + 1)
    wider = [sketch.reshape(one, [*one.extents[:place], 1, *one.extents[place:]]) for one in parts]
    return sketch.done(join(sketch, wider, place))


def concatenate(operation: Operation) -> Rewritten:
    """Return tensors put behind each other along an axis, the first one if none is named."""
    parts, sketch = operation.parts, Sketch()
    place = parts[0].place(operation.arguments.get("axis", 1))
    return sketch.done(join(sketch, parts, place))


def flip(operation: Operation) -> Rewritten:
    """Return an axis from its end to its begin."""
    part, sketch = operation.part, Sketch()
    place = part.place(operation.arguments.get("axis"))
    return sketch.done(gather(sketch, part, place, list(range(part.length(place)))[::-1]))


def roll(operation: Operation) -> Rewritten:
    """Return an axis moved on, its end put before its begin."""
    part, sketch, shift = operation.part, Sketch(), operation.arguments.get("shift")
    place = part.place(operation.arguments.get("axis"))
    extent = part.length(place)
    if isinstance(shift, bool) or not isinstance(shift, int) or not shift % extent:
        raise NoLayerComputesError
    mark = extent - shift % extent
    ends = [cut(sketch, part, place, one) for one in (range(mark, extent), range(mark))]
    return sketch.done(join(sketch, ends, place))


def gate(operation: Operation) -> Rewritten:
    """Return the first half of an axis times the sigmoid of the second."""
    part, sketch = operation.part, Sketch()
    place = part.place(operation.arguments.get("axis"))
    half, rest = divmod(part.length(place), 2)
    if rest:
        raise NoLayerComputesError
    first, second = (cut(sketch, part, place, range(one, one + half)) for one in (0, half))
    opened = sketch.like("Activation", second, activation="sigmoid")
    return sketch.done(sketch.add("Multiply", [first, opened], first.extents))


def repeat(operation: Operation) -> Rewritten:
    """Return each place of an axis several times."""
    part, sketch, times = operation.part, Sketch(), operation.arguments.get("repeats")
    place = part.place(operation.arguments.get("axis"))
    if isinstance(times, bool) or not isinstance(times, int) or times < 1:
        raise NoLayerComputesError
    middle = sketch.around(part, place)
    longer = stretched(sketch, middle, times)
    extents = list(part.extents)
    extents[place] *= times
    return sketch.done(sketch.reshape(longer, extents))


def stretched(sketch: Sketch, middle: Part, times: int) -> Part:
    """Return each place of the middle one of three axes several times."""
    before, among, behind = middle.extents
    return sketch.add("UpSampling2D", [middle], [before, among * times, behind], size=[1, times])


def tile(operation: Operation) -> Rewritten:
    """Return a tensor several times along its axes."""
    part, sketch, repeats = operation.part, Sketch(), operation.arguments.get("repeats")
    if not isinstance(repeats, list) or len(repeats) != part.rank + 1 or repeats[0] != 1:
        raise NoLayerComputesError
    for place, times in enumerate(repeats[1:]):
        if not isinstance(times, int) or times < 1:
            raise NoLayerComputesError
        if times == 1:
            continue
        extents = list(part.extents)
        whole = sketch.around(part, place, part.rank - 1)
        lifted = sketch.reshape(whole, [whole.extents[0], 1, whole.extents[1]])
        extents[place] *= times
        part = sketch.reshape(stretched(sketch, lifted, times), extents)
    return sketch.done(part)


def pad(operation: Operation) -> Rewritten:
    """Return zeros put before and behind the places of axes."""
    part, sketch, widths = operation.part, Sketch(), operation.arguments.get("pad_width")
    zeros = operation.arguments.get("mode") == "constant"
    if not zeros or not isinstance(widths, list) or len(widths) != part.rank + 1:
        raise NoLayerComputesError
    if widths[0] != [0, 0]:
        raise NoLayerComputesError
    for place, sides in enumerate(widths[1:]):
        if not isinstance(sides, list) or not all(isinstance(one, int) for one in sides):
            raise NoLayerComputesError
        if sides == [0, 0]:
            continue
        before, behind = (one for one in sides if isinstance(one, int))
        middle = sketch.around(part, place)
        first, extent, last = middle.extents
        wider = sketch.add(
            "ZeroPadding2D",
            [middle],
            [first, extent + before + behind, last],
            padding=[[0, 0], [before, behind]],
        )
        extents = list(part.extents)
        extents[place] += before + behind
        part = sketch.reshape(wider, extents)
    return sketch.done(part)


CUTS: Mapping[str, Callable[[Operation], Rewritten]] = {
    "GetItem": item,
    "Take": take,
    "Split": split,
    "Unstack": unstack,
    "Stack": stack,
    "Concatenate": concatenate,
    "Append": concatenate,
    "Hstack": concatenate,
    "Flip": flip,
    "Roll": roll,
    "Glu": gate,
    "Repeat": repeat,
    "Tile": tile,
    "Pad": pad,
}

"""The network of a first spec: layers of a size that the rows bear, and the head of the task."""

import re
from collections.abc import Iterator

from nnspec.document import Plain
from nnspec.document.write import flow
from nnspec.draft.columns import Judged
from nnspec.draft.pictures import Looking
from nnspec.draft.series import OWN, PAST, SeriesDraft
from nnspec.spec.data import DEFAULT_INPUT

SMALL, LARGE = 500, 5_000
"""Rows up to which the network stays small, and from which it may be large."""
NOTHING_YET: dict[str, Plain] = {"units": 1, "kernel_initializer": "zeros"}
"""A layer whose answer is 0 before it is trained."""


def describe_network(judged: Judged, series: SeriesDraft | None) -> list[str]:
    """Return the layers of a network as lines of a spec."""
    if series and judged.task == "regression":
        return list(describe_changes(judged, series))
    if series:
        body = [f"  - LSTM: {units_of(judged)}"]
    elif judged.pixels:
        body = list(Looking(*judged.pixels[:2]).lines())
    elif judged.arrays:
        body = ["  - Flatten", *hidden(judged)]
    else:
        return list(describe_table(judged))
    return [*body, *described_classes(judged), *layer("Dense", head_of(judged))]


def units_of(judged: Judged) -> int:
    """Return how wide a hidden layer is."""
    return 16 if judged.rows < SMALL else 32 if judged.rows < LARGE else 64


def describe_table(judged: Judged) -> Iterator[str]:
    """Yield the layers of a table's network: a linear model, and hidden layers beside it.

    Of few rows the hidden layers alone learn less than a linear model does; both together learn
    what is linear and what is not.

    Source: Cheng and others, Wide & Deep Learning for Recommender Systems, 2016.
    """
    head = head_of(judged)
    activation = head.pop("activation", None)
    yield from hidden(judged)
    yield from layer("Dense", head, name="deep")
    yield from layer("Dense", {**head, **bounded(judged)}, name="wide", inputs=DEFAULT_INPUT)
    yield from layer("Add", inputs=["deep", "wide"])
    yield from described_classes(judged)
    if activation:
        yield from layer("Activation", activation)


def hidden(judged: Judged) -> Iterator[str]:
    """Yield the hidden layers of a table's network."""
    units = 2 * units_of(judged) if SMALL <= judged.rows < LARGE else units_of(judged)
    yield from layer("Dense", {"units": units, "activation": "relu", **bounded(judged)})
    if judged.rows >= LARGE:
        yield from layer("Dense", {"units": units // 2, "activation": "relu"})


def bounded(judged: Judged) -> dict[str, Plain]:
    """Return what keeps the weights of a layer small: about what ridge adds for so many rows."""
    strength = 1e-2 if judged.rows < SMALL else 1e-3 if judged.rows < LARGE else None
    return {"kernel_regularizer": {"L2": strength}} if strength else {}


def head_of(judged: Judged) -> dict[str, Plain]:
    """Return the arguments of the last layer."""
    match judged.task:
        case "regression":
            return {"units": 1}
        case "binary":
            return {"units": 1, "activation": "sigmoid"}
        case "multiclass":
            return {"units": len(judged.classes), "activation": "softmax"}


def described_classes(judged: Judged) -> list[str]:
    """Return the comment that names the classes in the order of the units."""
    comment = re.sub(r"\s+", " ", ", ".join(judged.classes))
    return [f"  # classes: {comment}"] if judged.classes else []


def describe_changes(judged: Judged, series: SeriesDraft) -> Iterator[str]:
    """Yield the layers of a network that adds what will change to the last known value.

    A series that goes on rising leaves the range of the training rows, and its changes do not: the
    network reads the window as distances from its last step. It begins as the last value; `slope`
    adds what a linear model of the window would, the LSTM the rest.
    """
    own, past = (OWN, PAST) if series.inputs else (DEFAULT_INPUT, DEFAULT_INPUT)
    before = series.length - 1
    yield "  # the last known value, to which what will change is added"
    if before:
        yield from layer("Cropping1D", [before, 0], name="last_value", inputs=own)
    yield from layer("Flatten", **({} if before else {"inputs": own}))
    yield from layer("Dense", {"units": 1, "kernel_initializer": "ones"}, name="level")
    if before:
        yield from describe_distances(judged, series, past)
    else:
        yield from layer("Flatten", inputs=past)
        yield from layer("Dense", {"units": units_of(judged), "activation": "relu"})
    yield from layer("Dense", NOTHING_YET, name="rest")
    yield from layer("Add", inputs=["level", "slope", "rest"] if before else ["level", "rest"])


def describe_distances(judged: Judged, series: SeriesDraft, past: str) -> Iterator[str]:
    """Yield the layers that read a window as distances from its last step."""
    yield "  # the window as distances from its last step"
    last = "last_step" if series.inputs else "last_value"
    if series.inputs:
        yield from layer("Cropping1D", [series.length - 1, 0], name=last, inputs=past)
    yield from layer("Subtract", name="distances", inputs=[past, last])
    yield from layer("Flatten", inputs="distances")
    yield from layer("Dense", {**NOTHING_YET, **bounded(judged)}, name="slope")
    yield from layer("LSTM", units_of(judged), inputs="distances")


def layer(kind: str, arguments: Plain = None, **beside: Plain) -> Iterator[str]:
    """Yield a layer as lines of a spec.

    Args:
        kind: its class.
        arguments: its arguments, or the obvious one; none if None.
        beside: its name, and the layers that it reads.
    """
    bare = arguments is None and not beside
    if isinstance(arguments, dict) and [*arguments] == ["units"]:
        arguments = arguments["units"]
    yield f"  - {kind}" + ("" if bare else ":" if arguments is None else f": {flow(arguments)}")
    yield from (f"    {name}: {flow(said)}" for name, said in beside.items())

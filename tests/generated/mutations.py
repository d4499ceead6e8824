"""Turns a drawn network into a wrong one: wrong in form, or in how its tensors fit."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from drawn_networks import Draw, Network, drawable, networks
from hypothesis import strategies as st

from nnspec.document import write_yaml
from nnspec.shapes import Tensor

WRONG = {"no such": 1}
"""A value that no setting takes: neither a number, nor an object of a known name."""


@dataclass(frozen=True)
class Mutation:
    """A wrong spec, and what was done to it."""

    what: str
    spec: dict[str, Any]

    def text(self) -> str:
        """Return the spec as YAML."""
        return write_yaml(self.spec)


Change = Callable[[Draw, Network, dict[str, Any]], str | None]
"""Makes a spec wrong in place; returns what it did, None where the spec offers no place for it."""


@st.composite
def wrong_in_form(draw: Draw) -> Mutation:
    """Draw a spec that no schema of the language could take."""
    return mutated(draw, FORMS)


@st.composite
def wrong_in_shape(draw: Draw) -> Mutation:
    """Draw a spec of the right form whose network cannot be built."""
    return mutated(draw, SHAPES)


def mutated(draw: Draw, changes: tuple[Change, ...]) -> Mutation:
    """Return a drawn network after one change that found its place."""
    network = draw(networks())
    for change in draw(st.permutations(changes)):
        spec = deepcopy(network.spec())
        if change in SHAPES:
            spec.pop("training", None)  # it would have to name the output that is appended
        what = change(draw, network, spec)
        if what is not None:
            return Mutation(what, spec)
    raise AssertionError("some changes fit every network")


def draw_entry(draw: Draw, network: Network, spec: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return a plain entry of the list of layers, and the name of its layer's class."""
    entries = list(zip(spec["model"]["layers"], network.kinds, strict=True))
    chosen: tuple[dict[str, Any], str] = draw(
        st.sampled_from([(entry, kind) for entry, kind in entries if kind in entry])
    )
    return chosen


# Form -----------------------------------------------------------------------------------------


def misspell_layer(draw: Draw, network: Network, spec: dict[str, Any]) -> str:
    """Write the name of a layer wrong."""
    entry, kind = draw_entry(draw, network, spec)
    value = entry.pop(kind)
    ways = (f"{kind}X", kind.lower() + "_", f"keras.{kind}")
    # Where a spec has blocks, a schema takes any name without a dot for that of a block.
    wrong = draw(st.sampled_from(ways[-1:] if "blocks" in spec else ways))
    entry[wrong] = value
    return f"{kind} is written {wrong}"


def misspell_argument(draw: Draw, network: Network, spec: dict[str, Any]) -> str | None:
    """Write the name of an argument wrong."""
    entry, kind = draw_entry(draw, network, spec)
    if not isinstance(entry[kind], dict) or not entry[kind]:
        return None
    name = draw(st.sampled_from(sorted(entry[kind])))
    entry[kind][f"{name}_"] = entry[kind].pop(name)
    return f"{name} of {kind} is written {name}_"


def add_argument(draw: Draw, network: Network, spec: dict[str, Any]) -> str | None:
    """Give a layer an argument that it does not have."""
    entry, kind = draw_entry(draw, network, spec)
    if not isinstance(entry[kind], dict):
        return None
    entry[kind]["no_such_argument"] = draw(st.sampled_from((1, True, "x", None, [1])))
    return f"{kind} has no_such_argument"


def replace_value(draw: Draw, network: Network, spec: dict[str, Any]) -> str | None:
    """Put a value of a wrong type behind an argument."""
    entry, kind = draw_entry(draw, network, spec)
    if not isinstance(entry[kind], dict) or not entry[kind]:
        return None
    name = draw(st.sampled_from(sorted(entry[kind])))
    entry[kind][name] = WRONG
    return f"{name} of {kind} is {WRONG}"


def leave_range(draw: Draw, network: Network, spec: dict[str, Any]) -> str | None:
    """Put a number below its range behind an argument."""
    entry, kind = draw_entry(draw, network, spec)
    if kind not in drawable():
        return None
    bounded = [name for name in drawable()[kind].model_fields if is_counting(kind, name)]
    if not bounded or not isinstance(entry[kind], dict):
        return None
    name = draw(st.sampled_from(bounded))
    entry[kind][name] = draw(st.sampled_from((-1, -3, 0.5)))
    return f"{name} of {kind} is {entry[kind][name]}"


def is_counting(kind: str, name: str) -> bool:
    """Tell whether a field takes whole numbers from 0 or 1 on, and nothing else."""
    info = drawable()[kind].model_fields[name]
    return info.annotation is int and any(getattr(one, "ge", -1) >= 0 for one in info.metadata)


def omit_required(draw: Draw, network: Network, spec: dict[str, Any]) -> str | None:
    """Leave a required argument out."""
    entry, kind = draw_entry(draw, network, spec)
    fields = drawable().get(kind)
    if fields is None or not isinstance(entry[kind], dict):
        return None
    required = [name for name, info in fields.model_fields.items() if info.is_required()]
    if not required:
        return None
    name = draw(st.sampled_from(required))
    del entry[kind][name]
    return f"{kind} lacks {name}"


def break_wiring(draw: Draw, network: Network, spec: dict[str, Any]) -> str:
    """Put something wrong beside a layer."""
    entry, kind = draw_entry(draw, network, spec)
    key, value = draw(
        st.sampled_from(
            (
                ("nmae", "x"),
                ("repeat", 0),
                ("repeat", "two"),
                ("each", {}),
                ("name", "a.b"),
                ("name", 5),
                ("inputs", 3),
            )
        )
    )
    entry[key] = value
    return f"{key}: {value} stands beside {kind}"


def put_two_side_by_side(draw: Draw, network: Network, spec: dict[str, Any]) -> str:
    """Write a second layer into one entry."""
    entry, kind = draw_entry(draw, network, spec)
    other = "Flatten" if kind != "Flatten" else "ReLU"
    entry[other] = {}
    return f"{other} stands beside {kind}"


def break_top(draw: Draw, network: Network, spec: dict[str, Any]) -> str:
    """Put something wrong at the top of the spec."""
    del network
    key, value = draw(
        st.sampled_from(
            (
                ("nnspec", 2),
                ("nnspec", "1"),
                ("modle", []),
                ("name", "a/b"),
                ("plugins", "x"),
                ("variables", [1]),
                ("model", []),
                ("model", 5),
                ("model", {"layers": []}),
                ("training", {"loss": "mse", "epoch": 5}),
                ("runtime", {"seed": -1}),
            )
        )
    )
    spec[key] = value
    return f"{key} is {value}"


FORMS: tuple[Change, ...] = (
    misspell_layer,
    misspell_argument,
    add_argument,
    replace_value,
    leave_range,
    omit_required,
    break_wiring,
    put_two_side_by_side,
    break_top,
)


# Shape ----------------------------------------------------------------------------------------


def append(spec: dict[str, Any], entry: dict[str, Any], *, also: bool = True) -> None:
    """Append a layer that is an output too."""
    spec["model"]["layers"].append({**entry, "name": "wrong"})
    if also:
        spec["model"]["outputs"].append("wrong")


def pick(draw: Draw, network: Network) -> tuple[str, Tensor]:
    """Return the name of a tensor, and the tensor."""
    name = draw(st.sampled_from(list(network.tensors)))
    return name, network.tensors[name]


def wrong_rank(draw: Draw, network: Network, spec: dict[str, Any]) -> str:
    """Feed a layer a tensor of a rank that it does not take."""
    name, tensor = pick(draw, network)
    layer = {"LSTM": 2} if tensor.rank != 3 else {"Conv2D": {"filters": 1, "kernel_size": 1}}
    append(spec, {**layer, "inputs": name})
    return f"{layer} takes rank {tensor.rank}"


def unknown_name(draw: Draw, network: Network, spec: dict[str, Any]) -> str:
    """Feed a layer what is not there."""
    name, _ = pick(draw, network)
    source = draw(st.sampled_from(("nobody", f"{name.partition('.')[0]}.17")))
    append(spec, {"Identity": {}, "inputs": source})
    return f"{source} is no tensor"


def merge_of_one(draw: Draw, network: Network, spec: dict[str, Any]) -> str:
    """Merge a single tensor."""
    append(spec, {"Add": {}, "inputs": [pick(draw, network)[0]]})
    return "Add of one"


def merge_of_unlike(draw: Draw, network: Network, spec: dict[str, Any]) -> str | None:
    """Merge tensors of lengths that do not meet."""
    name, tensor = pick(draw, network)
    last = tensor.shape[-1]
    if last is None or tensor.element != "float" or tensor.rank < 2:
        return None
    spec["model"]["layers"].append({"Dense": last + 2, "name": "longer", "inputs": name})
    spec["model"]["layers"].append({"Dense": last + 4, "name": "longest", "inputs": name})
    append(spec, {"Add": {}, "inputs": ["longer", "longest"]})
    return f"axes of {last + 2} and {last + 4} are added"


def bad_reshape(draw: Draw, network: Network, spec: dict[str, Any]) -> str | None:
    """Reshape to another number of elements."""
    name, tensor = pick(draw, network)
    if None in tensor.shape[1:]:
        return None
    append(spec, {"Reshape": [100_003], "inputs": name})
    return f"{tensor.shape} is reshaped to 100003"


def cycle(draw: Draw, network: Network, spec: dict[str, Any]) -> str:
    """Let two layers feed each other."""
    del draw, network
    entry = {"Identity": {}, "name": "round", "inputs": "wrong"}
    spec["model"]["layers"].append(entry)
    append(spec, {"Identity": {}, "inputs": "round"})
    return "two layers feed each other"


def unused(draw: Draw, network: Network, spec: dict[str, Any]) -> str:
    """Append a layer that leads nowhere."""
    append(spec, {"Identity": {}, "inputs": pick(draw, network)[0]}, also=False)
    return "a layer leads nowhere"


def same_name(draw: Draw, network: Network, spec: dict[str, Any]) -> str:
    """Give a name twice."""
    name, _ = pick(draw, network)
    name = name.partition(".")[0]
    spec["model"]["layers"].append({"Identity": {}, "name": name, "inputs": name})
    return f"{name} is given twice"


def other_weights(draw: Draw, network: Network, spec: dict[str, Any]) -> str | None:
    """Apply a layer again to a tensor that needs weights of another shape."""
    name, tensor = pick(draw, network)
    last = tensor.shape[-1]
    if last is None or tensor.element != "float" or tensor.rank < 2:
        return None
    spec["model"]["layers"].append({"Dense": last + 1, "name": "shared", "inputs": name})
    spec["model"]["layers"].append({"use": "shared", "name": "wrong", "inputs": "shared"})
    spec["model"]["outputs"].append("wrong")
    return f"weights of {last} rows are applied to {last + 1}"


SHAPES: tuple[Change, ...] = (
    wrong_rank,
    unknown_name,
    merge_of_one,
    merge_of_unlike,
    bad_reshape,
    cycle,
    unused,
    same_name,
    other_weights,
)

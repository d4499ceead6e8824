"""Names of a SavedModel's inputs: the columns' own wherever TensorFlow takes them as they are.

TensorFlow traces functions by names of Python's arguments (no `self`, no `class`, no `été`), while
the SavedModel itself holds any text. So the graph is written with names of ours, and the
signature's inputs are named in the written file.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from keyword import iskeyword
from operator import itemgetter
from pathlib import Path
from typing import Any

from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow.core.protobuf.saved_object_graph_pb2 import SavedObjectGraph

FILE = "saved_model.pb"
FINGERPRINT = "fingerprint.pb"
SIGNATURE = "serving_default"
CODES = "codes"
"""Signature of what leaves layers within the network."""


def input_names(columns: Iterable[str]) -> dict[str, str]:
    """Return the name of each column's input, by the column's own name.

    Of letters and digits of any script and underscores, a letter first, a name is kept. In any
    other, TensorFlow replaces each other sign by an underscore, with `arg_` before what begins
    with no letter; a name that is taken by then gets a number behind.
    """
    columns = tuple(columns)
    names = {column: column for column in columns if _sanitized(column) == column}
    taken = set(names)
    for column in columns:
        if column not in names:
            names[column] = _free(_sanitized(column), taken)
            taken.add(names[column])
    return {column: names[column] for column in columns}


def _sanitized(name: str) -> str:
    """Return what TensorFlow makes of an argument's name.

    Source: TensorFlow 2.21, core/function/polymorphism/function_type.py, sanitize_arg_name.
    """
    swapped = "".join(sign if sign.isalnum() else "_" for sign in name)
    return swapped if swapped[:1].isalpha() else f"arg_{swapped}"


def _free(name: str, taken: set[str]) -> str:
    """Return the name, or the name with the first number that makes it another than those taken."""
    if name not in taken:
        return name
    return next(one for number in count(2) if (one := f"{name}_{number}") not in taken)


@dataclass(frozen=True, slots=True)
class InputName:
    """How one input is called in a SavedModel.

    Attributes:
        name: in the signature.
        argument: in the signature's Python form, which holds identifiers alone.
    """

    name: str
    argument: str


def traced_names(names: Iterable[str]) -> dict[str, InputName]:
    """Return inputs by the names that TensorFlow can trace them under.

    These sort as the arguments do, because a written function lists them in that order.
    """
    arguments: dict[str, str] = {one: one for one in names if _is_argument(one)}
    for name in names:
        if name not in arguments:
            taken = {*names, *arguments.values()}
            arguments[name] = _free(_as_argument(name), taken)
    ordered = sorted(arguments.items(), key=itemgetter(1))
    return {f"column_{place:06d}": InputName(*both) for place, both in enumerate(ordered)}


def _is_argument(name: str) -> bool:
    """Tell whether a name can be an argument's in Python."""
    return name.isidentifier() and not iskeyword(name)


def _as_argument(name: str) -> str:
    """Return an argument's name that recalls a name that is none: class, m²."""
    return "arg_" + "".join(sign if f"a{sign}".isidentifier() else "_" for sign in name)


def rename_inputs(folder: Path, names: Mapping[str, InputName]) -> None:
    """Give the inputs of a written SavedModel's signatures other names.

    Args:
        folder: the SavedModel; its fingerprint, which is of the file's former bytes, goes.
        names: present name -> new names, of every input.
    """
    saved = SavedModel.FromString((folder / FILE).read_bytes())
    for graph in saved.meta_graphs:
        for signature in {SIGNATURE, CODES} & set(graph.signature_def):
            inputs = graph.signature_def[signature].inputs
            _rename_keys(inputs, {name: one.name for name, one in names.items()})
        _rename_arguments(graph.object_graph_def, names)
    (folder / FILE).write_bytes(saved.SerializeToString(deterministic=True))
    (folder / FINGERPRINT).unlink(missing_ok=True)


def _rename_arguments(objects: SavedObjectGraph, names: Mapping[str, InputName]) -> None:
    """Rename the arguments of the signature's function among a SavedModel's objects."""
    functions = (one for one in objects.nodes if one.HasField("bare_concrete_function"))
    for function in (one.bare_concrete_function for one in functions):
        structure = objects.concrete_functions[function.concrete_function_name]
        form = structure.canonicalized_input_signature.tuple_value.values[1].dict_value
        if set(form.fields) != set(names):
            continue
        function.argument_keywords[:] = [names[one].name for one in function.argument_keywords]
        # What is left out here is read from the form below.
        function.ClearField("function_spec")
        _rename_keys(form.fields, {name: one.argument for name, one in names.items()})
        for argument, described in form.fields.items():
            described.tensor_spec_value.name = argument


def _rename_keys(fields: MutableMapping[str, Any], names: Mapping[str, str]) -> None:
    """Give the messages of a map other keys; a new key may be another's former one."""
    renamed = [(names[name], deepcopy(message)) for name, message in fields.items()]
    fields.clear()
    for name, message in renamed:
        fields[name].CopyFrom(message)

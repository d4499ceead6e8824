"""Names of a SavedModel's inputs: the columns' own wherever TensorFlow takes them as they are.

TensorFlow traces functions by names of Python's arguments (no `self`, no `class`, no `été`), while
the SavedModel itself holds any text. So the graph is written with names of ours, and the
signature's inputs are named in the written file.
"""

from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path

from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow.core.protobuf.saved_object_graph_pb2 import SavedObjectGraph

FILE = "saved_model.pb"
FINGERPRINT = "fingerprint.pb"
SIGNATURE = "serving_default"


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


def rename_inputs(folder: Path, names: Mapping[str, str]) -> None:
    """Give the inputs of a written SavedModel's signature other names.

    Args:
        folder: the SavedModel; its fingerprint, which names the file's former bytes, goes.
        names: present name -> new name, of every input.
    """
    saved = SavedModel.FromString((folder / FILE).read_bytes())
    for graph in saved.meta_graphs:
        inputs = graph.signature_def[SIGNATURE].inputs
        tensors = {names[name]: inputs.pop(name) for name in tuple(inputs)}
        for name, tensor in tensors.items():
            inputs[name].CopyFrom(tensor)
        _rename_arguments(graph.object_graph_def, names)
    (folder / FILE).write_bytes(saved.SerializeToString(deterministic=True))
    (folder / FINGERPRINT).unlink(missing_ok=True)


def internal_names(names: Iterable[str]) -> dict[str, str]:
    """Return a name that TensorFlow can trace for each input, by the input's name.

    They sort as the inputs do: a written graph's arguments follow their names' order.
    """
    return {name: f"column_{place:06d}" for place, name in enumerate(sorted(names))}


def _rename_arguments(objects: SavedObjectGraph, names: Mapping[str, str]) -> None:
    """Rename the arguments of the signature's function among a SavedModel's objects.

    Its Python form is cleared, since it would be read back as an inspectable signature; what is
    left is called by the arguments' names.
    """
    for node in objects.nodes:
        function = node.bare_concrete_function
        if sorted(function.argument_keywords) != sorted(names):
            continue
        structure = objects.concrete_functions[function.concrete_function_name]
        form = structure.canonicalized_input_signature.tuple_value.values[1].dict_value
        if not form.fields:
            continue
        function.argument_keywords[:] = [names[name] for name in function.argument_keywords]
        function.ClearField("function_spec")
        for name in tuple(form.fields):
            described = form.fields.pop(name)
            described.tensor_spec_value.name = names[name]
            form.fields[names[name]].CopyFrom(described)

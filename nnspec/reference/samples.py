"""A short spec fragment per object of the catalogue: its name, and what it cannot be without."""

from collections.abc import Mapping

from nnspec.catalog.base import CatalogObject
from nnspec.document import Plain, write_yaml
from nnspec.document.write import flow
from nnspec.schema.fields import describe_field, example, required_fields, write

PLACES: Mapping[str, str] = {
    "activations": "activation",
    "constraints": "kernel_constraint",
    "initializers": "kernel_initializer",
    "losses": "loss",
    "optimizers": "optimizer",
    "regularizers": "kernel_regularizer",
    "rules": "rule",
    "sources": "source",
}
"""Family -> setting that holds one of its objects."""


def sample(kind: type[CatalogObject]) -> str:
    """Return lines of a spec that hold the object, with the arguments it cannot be without."""
    written = sample_object(kind)
    match kind.family:
        case "layers" if any(base.__name__ == "Cell" for base in kind.__mro__):
            return write_yaml([{"RNN": {"cell": written}}])
        case "layers":
            return write_yaml([written])
        case "metrics" | "callbacks":
            return f"{kind.family}:\n  {write_yaml([written])}"
        case "augmentations":
            return f"augmentation:\n  {write_yaml([written])}"
        case "schedules":
            return f"optimizer:\n  Adam:\n    learning_rate: {flow(written)}\n"
        case "columns":
            return f"columns: {{COLUMN: {flow(written)}}}\n"
        case family:
            return f"{PLACES.get(family, family)}: {flow(written)}\n"


def sample_object(kind: type[CatalogObject]) -> Plain:
    """Return the object as plain values."""
    required = sorted(required_fields(kind), key=lambda name: name != "filters")
    fields = kind.model_fields
    shown = {name: example(fields[name], describe_field(fields[name], "")) for name in required}
    arguments: dict[str, Plain] = {
        name: value for name, value in shown.items() if value is not None
    }
    short = kind.shorthand
    if short and not arguments:
        default = write(kind.model_fields[short].get_default(call_default_factory=True))
        arguments = {} if default in (None, [], {}, True, False) else {short: default}
    if list(arguments) == [short] and not isinstance(arguments[str(short)], dict):
        return {kind.keras_name: arguments[str(short)]}
    return {kind.keras_name: arguments} if arguments else kind.keras_name

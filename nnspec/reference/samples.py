"""A short spec fragment per object of the catalogue: its name, and what it cannot be without."""

from collections.abc import Mapping

from nnspec.catalog.base import CatalogObject
from nnspec.document import Plain, write_yaml
from nnspec.document.write import flow
from nnspec.schema.fields import required_fields, write

ARGUMENTS: Mapping[str, Plain] = {
    "activation": "relu",
    "axes": 1,
    "bin_boundaries": [0.0, 1.0, 10.0],
    "boundaries": [1000, 5000],
    "cell": {"LSTMCell": 32},
    "cells": [{"LSTMCell": 32}, {"LSTMCell": 16}],
    "decay_rate": 0.9,
    "decay_steps": 1000,
    "default_value": 0.0,
    "dims": [2, 1],
    "equation": "abc,cd->abd",
    "factor": 0.1,
    "filters": 32,
    "first_decay_steps": 1000,
    "head_dim": 16,
    "height": 64,
    "height_factor": 0.1,
    "initial_learning_rate": 0.01,
    "input_dim": 1000,
    "kernel_size": 3,
    "key_dim": 16,
    "layer": {"Dense": 64},
    "layers": [{"Rescaling": 0.004}, {"RandomFlip": "horizontal"}],
    "n": 8,
    "num_bins": 64,
    "num_classes": 3,
    "num_heads": 4,
    "num_key_value_heads": 2,
    "num_query_heads": 4,
    "num_tokens": 10,
    "output_dim": 32,
    "output_shape": [None, 64],
    "output_size": 4,
    "pool_size": 2,
    "precision": 0.8,
    "rate": 0.2,
    "recall": 0.8,
    "scale": 0.004,
    "sensitivity": 0.8,
    "shape": [28, 28, 1],
    "specificity": 0.8,
    "stddev": 0.1,
    "target_class_ids": [0, 1],
    "target_shape": [7, 7, 16],
    "threshold": 0.5,
    "units": 64,
    "values": [0.01, 0.001, 0.0001],
    "vocabulary": ["red", "green", "blue"],
    "width": 64,
    "width_factor": 0.1,
}
"""Argument -> a value that shows what it is about."""

OWN_ARGUMENTS: Mapping[str, Mapping[str, Plain]] = {
    "Bidirectional": {"layer": {"LSTM": 32}},
    "IntegerLookup": {"vocabulary": [3, 5, 8]},
    "RandomPosterization": {"factor": 4},
}
"""Classes for which the common value has no meaning."""

PLACES: Mapping[str, str] = {
    "activations": "activation",
    "constraints": "kernel_constraint",
    "initializers": "kernel_initializer",
    "losses": "loss",
    "optimizers": "optimizer",
    "regularizers": "kernel_regularizer",
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
        case "schedules":
            return f"optimizer:\n  Adam:\n    learning_rate: {flow(written)}\n"
        case family:
            return f"{PLACES.get(family, family)}: {flow(written)}\n"


def sample_object(kind: type[CatalogObject]) -> Plain:
    """Return the object as plain values."""
    own = OWN_ARGUMENTS.get(kind.keras_name, {})
    required = sorted(required_fields(kind), key=lambda name: name != "filters")
    arguments: dict[str, Plain] = {
        name: own.get(name, ARGUMENTS[name]) for name in required if name in {*own, *ARGUMENTS}
    }
    short = kind.shorthand
    if short and not arguments:
        default = write(kind.model_fields[short].get_default(call_default_factory=True))
        arguments = {} if default in (None, [], {}, True, False) else {short: default}
    if list(arguments) == [short] and not isinstance(arguments[str(short)], dict):
        return {kind.keras_name: arguments[str(short)]}
    return {kind.keras_name: arguments} if arguments else kind.keras_name

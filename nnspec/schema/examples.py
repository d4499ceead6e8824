"""What the settings of objects may be: an example for each, by the name of the setting; floor 4."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from nnspec.document import Plain

ARGUMENTS: Mapping[str, Plain] = {
    "activation": "relu",
    "axes": 1,
    "bin_boundaries": [0.0, 1.0, 10.0],
    "boundaries": [1000, 5000],
    "cell": {"LSTMCell": 32},
    "cells": [{"LSTMCell": 32}, {"LSTMCell": 16}],
    "constant": 0,
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
    "path": "people.csv",
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
    "excel": {"path": "sales.xlsx"},
    "feather": {"path": "people.feather"},
    "json": {"path": "people.json"},
    "jsonl": {"path": "people.jsonl"},
    "npy": {"path": "signals.npy"},
    "npz": {"path": "pictures.npz"},
    "parquet": {"path": "parts/*.parquet"},
    "sqlite": {"path": "shop.db"},
    "RandomPosterization": {"factor": 4},
}
"""Classes for which the common value has no meaning."""

OPTIONAL: Mapping[str, Plain] = {
    "attention_axes": [1],
    "axis": -1,
    "baseline": 0.5,
    "batch_size": 32,
    "bias_axes": "d",
    "brightness_factor": 0.2,
    "class_id": 1,
    "class_weight": {"rare": 5.0, "common": 1.0},
    "clipnorm": 1.0,
    "clipvalue": 0.5,
    "clip": [0, 100],
    "columns": {"zip_code": "category"},
    "comment": "#",
    "contrast_factor": 0.2,
    "decimal": ",",
    "dmax": 5.0,
    "ema_overwrite_frequency": 100,
    "encoding": "cp1252",
    "exclude": ["name", "note*"],
    "exclude_layers": ["embedding"],
    "features": ["height", "width"],
    "fft_length": 256,
    "fill_value": 0.0,
    "flash_attention": False,
    "frame_step": 128,
    "format": "%d.%m.%Y",
    "gap": 7.0,
    "gates": {"rmse": {"max": 60}},
    "global_clipnorm": 1.0,
    "gradient_accumulation_steps": 4,
    "hue_factor": 0.1,
    "idf_weights": [0.5, 1.2, 2.0],
    "ignore_class": 0,
    "index": "id",
    "input_axes": [0],
    "inputs": {"numbers": ["height", "width"], "kind": ["colour"]},
    "key": "symbol",
    "label_weights": [1, 0.5],
    "length": 12,
    "logit_soft_cap": 30.0,
    "lora_alpha": 8.0,
    "lora_rank": 4,
    "loss_scale_factor": 128.0,
    "loss_weights": {"price": 1.0, "kind": 0.5},
    "mask_token": "",
    "mask_value": 0,
    "max": 60.0,
    "max_freq": 8000.0,
    "max_tokens": 10000,
    "max_value": 6.0,
    "mean": 0.0,
    "min": 0.9,
    "name": "measured",
    "names": ["height", "width"],
    "ngrams": 2,
    "noise_shape": [None, 1, 64],
    "num_labels": 3,
    "output_axes": [-1],
    "output_padding": 1,
    "output_sequence_length": 100,
    "rmax": 3.0,
    "rmin": 0.3,
    "query": "SELECT * FROM orders WHERE year < 2024",
    "salt": 7,
    "sample_weight": "weight",
    "saturation_factor": 0.2,
    "seed": 0,
    "separator": ";",
    "sequence_length": 16000,
    "shared_axes": [1, 2],
    "sheet": "Q1",
    "sliding_window": 128,
    "source": "sklearn:diabetes",
    "strides": 2,
    "table": "orders",
    "target": "target",
    "test": "test.csv",
    "thousands": ".",
    "threads": 4,
    "time": "day",
    "thresholds": 0.5,
    "top_k": 5,
    "train": "train.csv",
    "validation": "validation.csv",
    "value_dim": 16,
    "variance": 1.0,
    "warmup_target": 0.01,
    "weight_decay": 0.004,
}
"""Argument that is left out by default -> a value that shows what it is about."""

OWN_OPTIONAL: Mapping[str, Mapping[str, Plain]] = {
    "AUC": {"thresholds": [0.25, 0.5, 0.75]},
    "IntegerLookup": {"mask_token": 0},
    "MultiHeadAttention": {"output_shape": [64]},
}
"""Classes for which that value is none."""


def example(kind: type[BaseModel], name: str, schema: Mapping[str, Any]) -> Plain:
    """Return a value that shows what a setting takes; None where its type says it all.

    Args:
        kind: the class of the setting.
        name: the setting.
        schema: its schema, with the default.
    """
    owner = getattr(kind, "keras_name", kind.__name__)
    for table in (OWN_ARGUMENTS.get(owner, {}), OWN_OPTIONAL.get(owner, {})):
        if name in table:
            return table[name]
    default: Plain = schema.get("default")
    if default not in (None, [], {}):
        return default
    words = next((one["enum"] for one in (schema, *schema.get("anyOf", ())) if "enum" in one), ())
    return next((one for one in words if one is not None), ARGUMENTS.get(name, OPTIONAL.get(name)))

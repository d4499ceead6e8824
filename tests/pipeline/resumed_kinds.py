"""Kinds of trainings that differ in what they go on from, and tables for them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

TABLE = "data: {source: table.csv, target: 'y [m]', exclude: [kind]}\n"
MAP = "data: {source: table.csv, labels: kind, features: [a, 'b (cm)', C]}\n"
SERIES = "data: {source: series.npz, target: y, features: [x]}\n"
PICTURES = "data: {source: pictures.npz, target: y, features: [x]}\n"
DROPPING = "model: [{Dense: {units: 8, activation: relu}}, {Dropout: 0.3}, {Dense: 1}]\n"
KINDS: Mapping[str, str] = {
    "dropout": TABLE
    + DROPPING
    + "training: {optimizer: adam, loss: mse, metrics: [mae], epochs: 4}\n",
    "early stopping and plateau": TABLE
    + """
model: [{Dense: 8}, BatchNormalization, {Activation: relu}, {Dropout: 0.3}, {Dense: 1}]
training:
  optimizer: {SGD: {learning_rate: 0.1, momentum: 0.9}}
  loss: mse
  epochs: 40
  callbacks:
    - ReduceLROnPlateau: {patience: 1, factor: 0.5, cooldown: 1}
    - EarlyStopping: {patience: 3, restore_best_weights: true}
""",
    "augmenting layers": PICTURES
    + """
model:
  - RandomFlip: horizontal
  - RandomRotation: 0.1
  - GaussianNoise: 0.1
  - Conv2D: {filters: 3, kernel_size: 3, activation: relu}
  - Flatten
  - Dropout: 0.2
  - Dense: {units: 2, activation: softmax}
training:
  optimizer: rmsprop
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  epochs: 3
  class_weight: {'0': 1.0, '1': 2.0}
""",
    "rows drawn anew": SERIES
    + """
model: [{GRU: {units: 4, dropout: 0.2}}, {Dense: 1}]
training:
  optimizer: adam
  loss: mse
  epochs: 3
  augmentation: [{GaussianNoise: {stddev: 0.1}}, {Scaling: {stddev: 0.1}}]
""",
    "half precision": TABLE
    + """
model:
  - Dense: {units: 8, activation: relu}
  - Dropout: 0.3
  - Dense: {units: 1, dtype: float32}
training: {optimizer: adam, loss: mse, epochs: 4}
runtime: {dtype_policy: mixed_float16}
""",
    "averaged weights": TABLE
    + DROPPING
    + """
training:
  optimizer: {AdamW: {use_ema: true, ema_momentum: 0.9}}
  loss: mse
  epochs: 4
  callbacks: [{SwapEMAWeights: {swap_on_epoch: true}}]
""",
    "schedule": TABLE
    + """
model: [{Dense: {units: 8, activation: relu}}, {GaussianDropout: 0.3}, {Dense: 1}]
training:
  optimizer:
    SGD:
      learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 5, unit: epochs}}
  loss: mse
  epochs: 4
""",
    "map row by row": MAP
    + """
model: [{SelfOrganizingMap: [2, 3]}]
training: {rule: {kohonen: {method: online}}, epochs: 4}
""",
    "map": MAP
    + """
model: [{SelfOrganizingMap: [2, 3]}]
training: {rule: kohonen, epochs: 4}
""",
    "perceptron": """
data: {source: table.csv, target: kind, features: [a, C, 'd é']}
model: [{Dense: {units: 1, activation: step}}]
training: {rule: perceptron, metrics: [accuracy], epochs: 4}
""",
    "several outputs": """
data: {source: table.csv, target: {size: 'y [m]', sort: kind}, features: [a, 'b (cm)', C]}
model:
  layers:
    - {Dense: {units: 8, activation: relu}, name: trunk}
    - {Dropout: 0.2, name: left}
    - {Dense: {units: 1}, name: size, inputs: [left]}
    - {Dense: {units: 1, activation: sigmoid}, name: sort, inputs: [left]}
  outputs: [size, sort]
training:
  optimizer: adam
  loss: {size: mse, sort: binary_crossentropy}
  loss_weights: {size: 0.5}
  epochs: 4
""",
    "states carried on": SERIES
    + """
model:
  - Input: {shape: [6, 2], batch_size: 13}
  - LSTM: {units: 4, stateful: true}
  - Dropout: 0.2
  - Dense: 1
training: {optimizer: adam, loss: mse, epochs: 3, batch_size: 13, shuffle: false}
""",
    "Keras' own loop": TABLE
    + DROPPING
    + """
training: {optimizer: lion, loss: mae, metrics: [rmse], epochs: 4}
runtime: {engine: keras}
""",
}
"""A kind of training -> its spec's sections."""


def write_kind(folder: Path, kind: str) -> Path:
    """Write the tables, and the spec of a kind of training; return the spec's file."""
    draw = np.random.default_rng(5)
    rows = draw.normal(size=(150, 4))
    header = "a,b (cm),C,d é,kind,y [m]"
    lines = [",".join(f"{one:.4f}" for one in row) + told(row.sum()) for row in rows]
    (folder / "table.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    series = draw.normal(size=(130, 6, 2)).astype("float32")
    np.savez(folder / "series.npz", x=series, y=series[:, :, 0].sum(1))
    pictures = draw.normal(size=(130, 7, 7, 1)).astype("float32")
    lit = (pictures.mean((1, 2, 3)) > 0).astype("int64")
    np.savez(folder / "pictures.npz", x=pictures, y=lit)
    judged = "evaluation: {baselines: false}\nexport: {formats: []}\n"
    spec = folder / "cut.yaml"
    spec.write_text(f"nnspec: 1\nname: cut\n{KINDS[kind]}\n{judged}", encoding="utf-8")
    return spec


def told(total: float) -> str:
    """Return a row's class and number."""
    return f",{'ab'[int(total > 0)]},{total:.4f}"

"""Callbacks that watch a figure of one output among several know which way is better."""

from pathlib import Path

import pytest

import nnspec
from nnspec.build.training import better_way, build_callbacks
from nnspec.pipeline.opened import open_spec, trainable_sections

pytestmark = pytest.mark.keras

SPEC = """
nnspec: 1
data: {source: t.csv, target: {size: u, kind: v}}
model:
  layers:
    - Dense: {units: 4, activation: relu}
      name: h
    - Dense: 1
      name: size
    - Dense: {units: 3, activation: softmax}
      name: kind
      inputs: h
  outputs: [size, kind]
training:
  optimizer: Adam
  loss: {size: mse, kind: categorical_crossentropy}
  metrics:
    size: [mae, R2Score: {name: fit}, MeanAbsoluteError: {name: best_fit}]
    kind:
      - AUC
      - AUC: {curve: PR}
      - MeanIoU: {num_classes: 3, sparse_y_true: false, sparse_y_pred: false, name: size_loss}
  epochs: 2
  callbacks:
    - EarlyStopping: {patience: 1, monitor: @}
    - ReduceLROnPlateau: {monitor: @}
export: {formats: []}
evaluation: {baselines: false}
"""


def write(folder: Path, monitor: str) -> Path:
    rows = [f"{k % 7},{k % 5},{k % 11 / 2},{'xyz'[k % 3]}" for k in range(90)]
    (folder / "t.csv").write_text("\n".join(["a,b,u,v", *rows, ""]))
    path = folder / "s.yaml"
    path.write_text(SPEC.replace("@", monitor))
    return path


@pytest.mark.parametrize(
    ("monitor", "mode"),
    [
        ("val_loss", "min"),
        ("val_kind_loss", "min"),
        ("size_mae", "min"),
        ("val_size_fit", "max"),
        ("val_size_best_fit", "min"),
        ("kind_auc_1", "max"),
        ("val_kind_size_loss", "max"),
    ],
)
def test_each_figure_has_its_better_way(monitor: str, mode: str, tmp_path: Path) -> None:
    spec = open_spec(write(tmp_path, monitor)).spec
    callbacks = build_callbacks(trainable_sections(spec).training)
    assert [one.mode for one in callbacks] == [mode, mode]


def test_what_nobody_knows_is_left_to_keras(tmp_path: Path) -> None:
    spec = open_spec(write(tmp_path, "val_loss")).spec
    assert better_way("entropy", trainable_sections(spec).training) is None


@pytest.mark.parametrize(
    "monitor", ["val_kind_auc", pytest.param("val_size_loss", marks=pytest.mark.slow)]
)
def test_a_training_that_watches_one_output_runs(monitor: str, tmp_path: Path) -> None:
    result = nnspec.train(write(tmp_path, monitor), runs=tmp_path)
    assert result.report.training.epochs == 2

"""A small autoencoder with a code, and a network that begins with it; each trained once."""

from dataclasses import dataclass
from pathlib import Path

import nnspec

ITSELF = """
nnspec: 1
name: people
data:
  source: people.csv
  features: [Height, Weight, City]
  task: reconstruction
  missing: median
model:
  - GaussianNoise: 0.3
  - Dense: {units: 6, activation: relu}
  - Dense: 2
    name: code
  - Dense: {units: 6, activation: relu}
  - Dense: 5
training: {optimizer: adam, loss: mse, epochs: 2}
evaluation: {noise: {GaussianNoise: 0.5}}
export: {codes: [code, gaussian_noise]}
"""
BEGUN = """
nnspec: 1
name: grades
data:
  source: tall.csv
  target: Grade
  features: [Height, Weight, City]
  missing: median
  split: {seed: 3}
model:
  - use: {run: runs/people, layer: code, trainable: false}
  - Dense: {units: 1, activation: sigmoid}
training: {optimizer: adam, loss: binary_crossentropy, epochs: 1}
export: {formats: []}
"""
CITIES = ("Rome", "Oslo", "Lima")


def lines(count: int, shift: int = 0) -> str:
    """Return a table of people; every thirteenth has no weight."""
    rows = [
        f"P{k},{150 + shift + k * 37 % 50},{'' if k % 13 == 5 else 50 + k * 53 % 45},"
        f"{CITIES[k % 3]},{'high' if k * 37 % 50 > 25 else 'low'}"
        for k in range(count)
    ]
    return "\n".join(["Person,Height,Weight,City,Grade", *rows, ""])


@dataclass(frozen=True)
class Steps:
    """Two runs, the second of which begins with a part of the first, and new rows for both."""

    folder: Path
    first: Path
    second: Path
    rows: Path


def train_both(folder: Path) -> Steps:
    """Train both specs in a folder."""
    (folder / "people.csv").write_text(lines(150))
    (folder / "tall.csv").write_text(lines(120, shift=40))
    (folder / "new.csv").write_text(lines(20, shift=7))
    (folder / "people.yaml").write_text(ITSELF)
    (folder / "grades.yaml").write_text(BEGUN)
    runs = folder / "runs"
    first = nnspec.train(folder / "people.yaml", runs=runs).folder
    second = nnspec.train(folder / "grades.yaml", runs=runs).folder
    return Steps(folder, first, second, folder / "new.csv")

"""Runs to serve, each trained once: rows of every kind, classes, windows of a series, pictures."""

import atexit
import csv
import math
import random
import shutil
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from textwrap import dedent

import numpy as np

import nnspec

BRIEF = "evaluation: {baselines: false}\nexport: {formats: []}\nruntime: {xla: off}\n"
WORDS = ["gut", "schlecht", "rot", "blau", "schnell", "langsam"]
KINDS = """
nnspec: 1
name: kinds
data:
  source: kinds.csv
  target: "Ziel (€)"
  columns:
    Note: category
    am Tag: date
    "ok?": boolean
    Bemerkung: {text: {output_mode: multi_hot, max_tokens: 50}}
  missing: median
  split: {validation: 0.2, test: 0.2, seed: 0}
model:
  - Dense: {units: 8, activation: relu}
  - Dense: 1
training: {optimizer: adam, loss: mse, epochs: 2}
evaluation: {baselines: false, interval: 0.9}
export: {formats: []}
runtime: {xla: off}
"""
CLASSES = """
nnspec: 1
name: classes
data: {source: classes.npz, target: y, features: [x]}
model: [Flatten, {Dense: {units: 3, activation: softmax}}]
training: {optimizer: adam, loss: sparse_categorical_crossentropy, epochs: 1}
"""
SERIES = """
nnspec: 1
name: series
data:
  source: series.csv
  target: rides
  features: [rides, warm]
  missing: forward
  target_missing: drop
  window: {length: 6, horizon: [1, 3], time: day, known: [holiday]}
  split: {validation: 0.2, test: 0.2}
model:
  - {Flatten: {}, inputs: input, name: past}
  - {Flatten: {}, inputs: known, name: calendar}
  - {Concatenate: {}, inputs: [past, calendar]}
  - Dense: 2
training: {optimizer: adam, loss: mse, epochs: 1}
"""
PICTURES = """
nnspec: 1
name: pictures
data:
  source: pictures.npz
  features: [sheet]
  columns: {sheet: image}
  task: reconstruction
model: [{Conv2D: {filters: 3, kernel_size: 3, padding: same}}]
training: {optimizer: adam, loss: mse, epochs: 1}
"""


def new_folder() -> Path:
    """Return a folder that is there until the tests end."""
    folder = Path(mkdtemp(prefix="nnspec-served-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def write_kinds(file: Path, count: int, seed: int = 1) -> None:
    """Write rows of every kind: umlauts and signs in names, gaps, NA, dates, texts."""
    rows = random.Random(seed)  # noqa: S311 - nothing is kept secret
    lines: list[list[object]] = [["Länge [cm]", "Note", "am Tag", "ok?", "Bemerkung", "Ziel (€)"]]
    for _ in range(count):
        length: object = round(rows.gauss(50, 10), 2) if rows.random() > 0.1 else ""
        note = rows.choice(["A", "B-", "ß", "NA", "x,y"])
        day = date(2020, 1, 1) + timedelta(days=rows.randrange(900))
        text = " ".join(rows.choices(WORDS, k=rows.randrange(1, 6)))
        known = [length, note, f"{day:%d.%m.%Y}", rows.choice(["yes", "no"]), text]
        lines.append([*known, round(rows.gauss(100, 20), 2)])
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)


def train(folder: Path, name: str, spec: str) -> Path:
    """Train a spec on the table beside it; return the run's folder."""
    more = "" if "export:" in spec else BRIEF
    (folder / f"{name}.yaml").write_text(dedent(spec) + more, encoding="utf-8")
    return nnspec.train(folder / f"{name}.yaml", runs=folder / "runs", name=name).folder


@cache
def kinds() -> Path:
    folder = new_folder()
    write_kinds(folder / "kinds.csv", 120)
    return train(folder, "kinds", KINDS)


@cache
def classes() -> Path:
    folder = new_folder()
    draws = np.random.default_rng(0)
    x = draws.normal(size=(90, 4, 3)).astype("float32")
    y = np.array(["rot", "grün", "blau"], dtype=str)[draws.integers(0, 3, 90)]
    np.savez(folder / "classes.npz", x=x, y=y)
    return train(folder, "classes", CLASSES)


@cache
def series() -> Path:
    folder = new_folder()
    write_series(folder / "series.csv", 80)
    return train(folder, "series", SERIES)


def write_series(file: Path, count: int) -> list[list[object]]:
    """Write a series with gaps; return its rows."""
    lines: list[list[object]] = [
        [
            (date(2024, 1, 1) + timedelta(day)).isoformat(),
            "" if day % 17 == 9 else round(50 + 30 * math.sin(day), 2),
            "" if day % 11 == 5 else round(10 + 8 * math.sin(day / 9), 1),
            "yes" if day % 7 == 6 else "no",
        ]
        for day in range(count)
    ]
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["day", "rides", "warm", "holiday"], *lines])
    return lines


@cache
def pictures() -> Path:
    folder = new_folder()
    draws = np.random.default_rng(0)
    sheets = draws.integers(0, 256, (40, 5, 4, 3)).astype("uint8")
    np.savez(folder / "pictures.npz", sheet=sheets)
    return train(folder, "pictures", PICTURES)

"""Large tables: what reading and checking them takes, beside the same work in other libraries.

    python bench/tables.py [--rows 2000000] [--only large wide texts windows pictures]

Every figure is a fresh process: seconds of its processors, which a busy machine changes least,
seconds on the clock, and the largest resident set. polars reads, counts and sorts out the same
table; scikit-learn splits, scales and encodes it; Pillow decodes the pictures one after the other.
Memory is held against a process that imports TensorFlow, as training does.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from PIL import Image
from results import processor, record
from series import COLUMNS, LENGTH, Kind, write_series

ROOT = Path(__file__).parents[1]
MEBIBYTE = 2**20
ROWS, WIDE, TEXTS = 2_000_000, 2_000, 100_000
WINDOWS = 50_000
SERIES, GAPS, LEFT_OUT = 50, 20, 1_000
PICTURES, SIDE = 10_000, 64
MEASURES = 14
GOALS = {"validate": 6.0, "init": 4.0, "read": 4.0, "wide": 2.0}
"""Seconds on two idle cores."""
SHARE = 1.3
"""Size of the table as float32 by which a process may be larger than TensorFlow's own."""
PAGE = ROOT / "docs" / "large_tables.md"
"""Where the figures are shown."""
HEAD = """# Large tables

Written by `python bench/tables.py`: each figure is a fresh process on {processor}, {cores} cores,
with a load of {load:.0f} beside it: seconds on the clock mean something where that is near 0.
Seconds of processors are summed over the cores; the goal is one of seconds on the clock of two idle
cores. Beside them stands the same work in other libraries, measured in the same run: polars reads
the table, counts its values and takes its moments; scikit-learn splits, scales and encodes it, or
counts the words; Pillow decodes the pictures one after the other. Peaks are the largest resident
set; what is allowed is that of a process that imports TensorFlow ({base:.0f} MiB), and 1.3 times
the table as float32; of the first step, that of a process that trains a step of a small network
with Keras ({fitted:.0f} MiB), and as much.

| work | processors, s | clock, s | goal, s | peak, MiB | allowed, MiB | beside |
|---|--:|--:|--:|--:|--:|---|
"""
TAIL = """
- The table is a CSV of 2,000,000 rows and 20 columns: 14 measures with up to five decimals, a
  count, three categories, a date and the target. A text table of more than 32 MiB is read in parts
  of 3 MiB: of each column numbers are held, or the place of each text among the different ones, and
  its texts only where they are many and differ. What is held is the same to the bit as of a table
  that is read whole. Of a table with a ragged row, or a header in the midst, the reading in parts
  ends: it is read whole, and what is wrong is told as ever.
- The peak of reading consists of the file's own bytes (290 MiB), which are kept until the columns
  are typed, since they were hashed and nothing else may be read; of numbers in double precision
  (244 MiB, since the preprocessing centres in it), of texts by their places, and of Python with
  polars and NumPy (90 MiB). The bytes are let go before the rows are split.
- A training holds the cells of the splits in double precision, since baselines, slices and reports
  look at them as they are. From 64 MiB of numbers on (244 MiB here) they lie in a temporary file
  without a name, from which a column is read when it is looked at; where there is no room for it,
  in memory as ever. `first step` is the peak until all arrays are ready: TensorFlow, and what the
  network takes of the table (122 MiB).
- Windows lie over their series, wherever they begin: over several series, beside gaps, some left
  out. What is kept is the series and each window's start; copied out they would take 191 MiB.
  Beside them stands a process that does the same with 200 windows; `trained` adds an epoch.
"""

SPEC = """nnspec: 1
name: tables
data:
  source: table.csv
  target: y
  columns: %s
  split: {validation: 0.15, test: 0.15, seed: 0}
model:
  - Dense: {units: 64, activation: relu}
  - Dense: 1
training: {optimizer: adam, loss: mse, metrics: [rmse], batch_size: 1024, epochs: 1}
"""
PHOTOS = f"""nnspec: 1
name: tables
data:
  source: photos/
  target: label
  columns: {{image: {{image: {{size: [{SIDE}, {SIDE}]}}}}}}
  split: {{validation: 0.15, test: 0.15, seed: 0}}
model:
  - Conv2D: {{filters: 4, kernel_size: 3}}
  - GlobalAveragePooling2D
  - Dense: {{units: 4, activation: softmax}}
training: {{optimizer: adam, loss: sparse_categorical_crossentropy, batch_size: 128, epochs: 1}}
"""
VALIDATE = ["-m", "nnspec", "validate", "--data", "spec.yaml"]
INIT = ["-m", "nnspec", "init", "--from", "table.csv", "--target", "y"]
READ = """
from pathlib import Path
from nnspec.pipeline.check import check
from nnspec.pipeline.opened import read_data

dataset = read_data(*check(Path("spec.yaml")).accept())
assert len(dataset.splits["train"])
"""
FIRST = """
from pathlib import Path
from nnspec.pipeline.opened import open_spec

opened = open_spec(Path("spec.yaml"))
from nnspec.pipeline.prepare import filled_splits, prepare

prepared = prepare(opened)
splits = filled_splits(prepared.program, prepared.dataset)
assert splits["train"].rows
"""
"""All that comes before the first step."""
TRAINED = f"""{FIRST}
from nnspec.engine import train
from nnspec.pipeline.prepare import plan_of

train(prepared.program.core, splits["train"], splits["validation"], plan_of(prepared.spec))
"""
"""An epoch more."""
FITTED = """
import keras
import numpy as np

network = keras.Sequential([keras.Input((15,)), keras.layers.Dense(64), keras.layers.Dense(1)])
network.compile("adam", "mse")
network.fit(np.zeros((64, 15), "float32"), np.zeros(64, "float32"), verbose=0)
"""
"""What TensorFlow takes by itself until a first step is done."""
DECODED = """
from pathlib import Path
import numpy as np
from PIL import Image

for file in sorted(Path("photos").rglob("*.jpg")):
    with Image.open(file) as picture:
        np.asarray(picture.convert("RGB"))
"""
MEASURED = """
import json, os, subprocess, sys, time

begin = time.monotonic()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
clock = time.monotonic() - begin
processor = used.ru_utime + used.ru_stime
found = {"processor": round(processor, 2), "clock": round(clock, 2), "peak": used.ru_maxrss * 1024}
print(json.dumps({**found, "status": status}))
"""
"""Starts a process and measures it; small itself, since a child begins with its parent's size."""
POLARS = """
import polars as pl

table = pl.read_csv("table.csv", try_parse_dates=True)
table.select(pl.all().n_unique()), table.null_count()
table.select(pl.col(pl.Float64).mean()), table.select(pl.col(pl.Float64).std())
"""
LEARNED = """
import polars as pl
from sklearn.compose import make_column_transformer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, StandardScaler

table = pl.read_csv("table.csv")
train, held = train_test_split(table.drop("y"), test_size=0.3, random_state=0)
texts = [name for name, kind in table.schema.items() if kind == pl.String and name != "day"]
numbers = [name for name, kind in table.schema.items() if kind.is_numeric() and name != "y"]
front = make_column_transformer((StandardScaler(), numbers), (OneHotEncoder(), texts))
front.set_output(transform="default")
front.fit(train), front.transform(held)
"""
WORDS = """
import polars as pl
from sklearn.feature_extraction.text import CountVectorizer

texts = pl.read_csv("table.csv")["text"].to_list()
CountVectorizer(max_features=1000).fit_transform(texts[: len(texts) * 7 // 10])
"""


@dataclass(frozen=True, slots=True)
class Bases:
    """Peaks of processes without the table, in bytes."""

    imported: float
    """It imports TensorFlow."""
    fitted: float
    """It trains a step of a small network with Keras."""


def main() -> None:
    """Measure and print; keep the figures."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--rows", type=int, default=ROWS, help="of the large table")
    cases = ("large", "wide", "texts", "windows", "pictures")
    reader.add_argument("--only", nargs="*", choices=cases)
    asked = reader.parse_args()
    chosen = asked.only or cases
    figures: list[dict[str, Any]] = []
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        bases = Bases(
            run(["-c", "import tensorflow"], place)["peak"], run(["-c", FITTED], place)["peak"]
        )
        if "large" in chosen:
            figures += measure_large(place, asked.rows, bases)
        if "wide" in chosen:
            figures += measure_wide(place)
        if "texts" in chosen:
            figures += measure_texts(place)
        if "windows" in chosen:
            figures += measure_windows(place)
        if "pictures" in chosen:
            figures += measure_pictures(place)
    record("tables", figures)
    if chosen == cases and asked.rows == ROWS:
        machine = {"processor": processor(), "cores": os.cpu_count(), "load": load}
        peaks = {"base": bases.imported / MEBIBYTE, "fitted": bases.fitted / MEBIBYTE}
        head = HEAD.format(**machine, **peaks)
        PAGE.write_text(head + "".join(map(line_of, figures)) + TAIL)


def measure_large(place: Path, rows: int, bases: Bases) -> list[dict[str, Any]]:
    """Return what a table of many rows takes."""
    large(rows).write_csv(place / "table.csv")
    os.sync()  # or the first processes share the machine with what writes it to the disk
    (place / "spec.yaml").write_text(SPEC % "{day: {date: [month, weekday]}}")
    held = rows * 20 * 4
    size = (place / "table.csv").stat().st_size
    print(
        f"{rows:,} rows of 20 columns, {size / MEBIBYTE:.0f} MiB; as float32 {held / MEBIBYTE:.0f}"
    )
    others = {"polars": run(["-c", POLARS], place), "scikit-learn": run(["-c", LEARNED], place)}
    allowed = bases.imported + SHARE * held
    figures = [
        told("validate --data", run(VALIDATE, place), others, GOALS["validate"], allowed),
        told("init", run(INIT, place), others, GOALS["init"], allowed),
        told("read", run(["-c", READ], place), others, GOALS["read"], allowed),
    ]
    text = (SPEC % "{}").replace("target: y", "target: y\n  exclude: [city, colour, member, day]")
    (place / "spec.yaml").write_text(text)
    first = run(["-c", FIRST], place)
    allowed = bases.fitted + SHARE * held
    return [*figures, told("first step, of the numbers", first, {}, None, allowed)]


def measure_wide(place: Path) -> list[dict[str, Any]]:
    """Return what a table of many columns takes."""
    draw = np.random.default_rng(0)
    cells = {f"c{number}": draw.normal(size=1_000).round(6) for number in range(WIDE - 1)}
    pl.DataFrame({**cells, "y": draw.normal(size=1_000)}).write_csv(place / "table.csv")
    (place / "spec.yaml").write_text(SPEC % "{}")
    others = {"polars": run(["-c", POLARS], place)}
    return [told(f"{WIDE:,} columns", run(VALIDATE, place), others, GOALS["wide"])]


def measure_texts(place: Path) -> list[dict[str, Any]]:
    """Return what many texts take until their words are known."""
    draw = np.random.default_rng(0)
    words = np.array([f"word{number}" for number in range(5_000)])
    texts = [" ".join(row) for row in words[draw.zipf(1.3, (TEXTS, 20)) % len(words)]]
    frame = pl.DataFrame({"text": texts, "y": draw.normal(size=TEXTS)})
    frame.write_csv(place / "table.csv")
    kind = "{text: {text: {output_mode: multi_hot, max_tokens: 1000}}}"
    (place / "spec.yaml").write_text(SPEC % kind)
    others = {"scikit-learn": run(["-c", WORDS], place)}
    return [told(f"{TEXTS:,} texts", run(["-c", READ], place), others, None)]


def measure_windows(place: Path) -> list[dict[str, Any]]:
    """Return what many windows take beyond few of them: till arrays are ready, and in training."""
    copied = WINDOWS * LENGTH * COLUMNS * 4
    print(f"{WINDOWS:,} windows take {copied / MEBIBYTE:.0f} MiB where they are copied out")
    kinds = {
        "": Kind(),
        f" out of {SERIES} series": Kind(series=SERIES),
        f" beside {GAPS} gaps, {LEFT_OUT:,} left out": Kind(gaps=GAPS, left_out=LEFT_OUT),
    }
    figures: list[dict[str, Any]] = []
    for work, program in (("", FIRST), (", trained", TRAINED)):
        few = run(["-c", program], write_series(place, SPEC, 200, Kind()))
        for said, kind in kinds.items():
            own = run(["-c", program], write_series(place, SPEC, WINDOWS, kind))
            title = f"{WINDOWS:,} windows of {LENGTH} x {COLUMNS}{said}{work}"
            figures.append(told(title, own, {"200 windows": few}, None))
    return figures


def measure_pictures(place: Path) -> list[dict[str, Any]]:
    """Return what many pictures take until they are decoded."""
    draw = np.random.default_rng(0)
    for number in range(PICTURES):
        folder = place / "photos" / "abcd"[number % 4]
        folder.mkdir(parents=True, exist_ok=True)
        pixels = draw.integers(0, 256, (8, 8, 3), np.uint8)
        picture = Image.fromarray(pixels).resize((SIDE * 2, SIDE * 2))
        picture.save(folder / f"{number}.jpg")
    (place / "spec.yaml").write_text(PHOTOS)
    others = {"Pillow": run(["-c", DECODED], place)}
    return [told(f"{PICTURES:,} pictures", run(["-c", READ], place), others, None)]


def large(rows: int) -> pl.DataFrame:
    """Return measures, a count, three categories, a date, and a target that follows from some."""
    draw = np.random.default_rng(0)
    cells: dict[str, Any] = {
        f"x{at}": np.round(draw.normal(size=rows) * 10 ** (at % 4), 5 - at % 4)
        for at in range(MEASURES)
    }
    cells["count"] = draw.integers(0, 1000, rows)
    cells["city"] = np.array([f"city {at:03d}" for at in range(200)])[draw.integers(0, 200, rows)]
    cells["colour"] = np.array(["red", "green", "blue", "black"])[draw.integers(0, 4, rows)]
    cells["member"] = np.array(["yes", "no"])[draw.integers(0, 2, rows)]
    cells["day"] = (np.datetime64("2015-01-01") + draw.integers(0, 3000, rows)).astype(str)
    cells["y"] = np.round(cells["x0"] + cells["x1"] / 10 + draw.normal(size=rows), 6)
    return pl.DataFrame(cells)


def told(
    what: str,
    own: dict[str, float],
    others: Mapping[str, dict[str, float]],
    goal: float | None,
    allowed: float | None = None,
) -> dict[str, Any]:
    """Print and return figures of one piece of work."""
    ratios = {name: round(own["processor"] / one["processor"], 2) for name, one in others.items()}
    beside = "  ".join(f"{ratio:.2f} of {name}" for name, ratio in ratios.items())
    peak = f"{own['peak'] / MEBIBYTE:6.0f} MiB"
    memory = "" if allowed is None else f" of {allowed / MEBIBYTE:.0f}"
    print(
        f"{what:32} {own['processor']:6.1f} s of processors {own['clock']:6.1f} s  {peak}{memory}"
        f"  {beside}",
        flush=True,
    )
    found = {"case": what, "goal": goal, "allowed": allowed, "nnspec": own}
    return {**found, "others": dict(others), "ratios": ratios}


def line_of(one: dict[str, Any]) -> str:
    """Return the row of a figure on the page."""
    own = one["nnspec"]
    goal = "" if one["goal"] is None else f"{one['goal']:g}"
    allowed = "" if one["allowed"] is None else f"{one['allowed'] / MEBIBYTE:,.0f}"
    beside = ", ".join(
        f"{name} {other['processor']:.1f} s, {other['peak'] / MEBIBYTE:,.0f} MiB"
        for name, other in one["others"].items()
    )
    return (
        f"| {one['case']} | {own['processor']:.1f} | {own['clock']:.1f} | {goal} "
        f"| {own['peak'] / MEBIBYTE:,.0f} | {allowed} | {beside} |\n"
    )


def run(command: list[str], place: Path) -> dict[str, float]:
    """Return seconds of processors and clock, and the largest resident set, of a process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    measuring = [sys.executable, "-S", "-c", MEASURED, sys.executable, *command]
    done = subprocess.run(
        measuring, cwd=place, env=environment, check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    assert found.pop("status") == 0, command[:3]
    return found


if __name__ == "__main__":
    main()

"""Large tables: what reading and checking them takes, beside the same work in other libraries.

    python bench/tables.py [--rows 2000000] [--only large wide texts]

Every figure is a fresh process: seconds of its processors, which a busy machine changes least,
seconds on the clock, and the largest resident set. polars reads, counts and sorts out the same
table; scikit-learn splits, scales and encodes it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from results import record

ROOT = Path(__file__).parents[1]
MEBIBYTE, KIBIBYTE = 2**20, 2**10
ROWS, WIDE, TEXTS = 2_000_000, 2_000, 100_000
MEASURES = 14
GOALS = {"validate": 6.0, "init": 4.0, "read": 4.0, "wide": 2.0}
"""Seconds on two idle cores."""

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
VALIDATE = ["-m", "nnspec", "validate", "--data", "spec.yaml"]
INIT = ["-m", "nnspec", "init", "--from", "table.csv", "--target", "y"]
READ = """
from pathlib import Path
from nnspec.pipeline.check import check
from nnspec.pipeline.opened import read_data

dataset = read_data(*check(Path("spec.yaml")).accept())
assert len(dataset.splits["train"])
"""
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


def main() -> None:
    """Measure and print; keep the figures."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("--rows", type=int, default=ROWS, help="of the large table")
    reader.add_argument("--only", nargs="*", choices=("large", "wide", "texts"))
    asked = reader.parse_args()
    chosen = asked.only or ("large", "wide", "texts")
    figures: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        if "large" in chosen:
            figures += measure_large(place, asked.rows)
        if "wide" in chosen:
            figures += measure_wide(place)
        if "texts" in chosen:
            figures += measure_texts(place)
    record("tables", figures)


def measure_large(place: Path, rows: int) -> list[dict[str, Any]]:
    """Return what a table of many rows takes."""
    large(rows).write_csv(place / "table.csv")
    (place / "spec.yaml").write_text(SPEC % "{day: {date: [month, weekday]}}")
    held = rows * 20 * 4
    size = (place / "table.csv").stat().st_size
    print(
        f"{rows:,} rows of 20 columns, {size / MEBIBYTE:.0f} MiB; as float32 {held / MEBIBYTE:.0f}"
    )
    others = {"polars": run(["-c", POLARS], place), "scikit-learn": run(["-c", LEARNED], place)}
    return [
        told("validate --data", run(VALIDATE, place), others, GOALS["validate"]),
        told("init", run(INIT, place), others, GOALS["init"]),
        told("read", run(["-c", READ], place), others, GOALS["read"], held),
    ]


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
    held: int | None = None,
) -> dict[str, Any]:
    """Print and return figures of one piece of work."""
    ratios = {name: round(own["processor"] / one["processor"], 2) for name, one in others.items()}
    beside = "  ".join(f"{ratio:.2f} of {name}" for name, ratio in ratios.items())
    peak = f"{own['peak'] / MEBIBYTE:6.0f} MiB"
    memory = "" if held is None else f" ({own['peak'] / held:.1f} of the table as float32)"
    print(
        f"{what:18} {own['processor']:6.1f} s of processors  {peak}{memory}  {beside}", flush=True
    )
    return {"case": what, "goal": goal, "nnspec": own, "others": dict(others), "ratios": ratios}


def run(command: list[str], place: Path) -> dict[str, float]:
    """Return seconds of processors and clock, and the largest resident set, of a process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    begin = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=place, env=environment, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, command[:3]
    return {
        "processor": round(used.ru_utime + used.ru_stime, 2),
        "clock": round(time.monotonic() - begin, 2),
        "peak": used.ru_maxrss * KIBIBYTE,
    }


if __name__ == "__main__":
    main()

"""The same rows from every kind of file, and the SavedModel: the same answers, cell by cell."""

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import tensorflow as tf
from PIL import Image
from workbooks import line, number, text, zipped_sheet

import nnspec

pytestmark = [pytest.mark.slow, pytest.mark.keras]

TRAINED, NEW = 60, 24
SAID = ("cheap and small", "large, with a garden", "small; near the sea", "")
SPEC = """
nnspec: 1
name: flats
data:
  source: flats.csv
  target: price
  inputs: {cells: [size, place, lift, since, words], view: [photo]}
  columns:
    place: {category: {unknown: own, missing: own}}
    lift: boolean
    since: {date: {parts: [elapsed, month, weekday], missing: median}}
    words: {text: {output_mode: multi_hot, max_tokens: 12}}
    photo: {image: {size: 6}}
  missing: median
  split: {validation: 0.2, test: 0.2}
model:
  - Flatten:
    inputs: view
  - Concatenate:
    inputs: [cells, flatten]
  - Dense: {units: 8, activation: tanh}
  - Dense: 1
training: {optimizer: adam, loss: mse, epochs: 3}
evaluation: {baselines: false}
"""
Row = dict[str, Any]


def flats(count: int, *, odd: bool) -> list[Row]:
    """Return rows; odd ones have missing and unknown cells."""
    draw = np.random.default_rng(count)
    places = ("north", "Süd", "east", None)
    return [
        {
            "size": None if odd and at % 7 == 3 else round(float(draw.normal(80, 30)), 3),
            "place": (None, "Mars")[at % 2] if odd and at % 5 < 2 else places[at % 4],
            "lift": None if odd and at % 6 == 2 else bool(at % 2),
            "since": None if odd and at % 8 == 5 else f"20{10 + at % 13}-{1 + at % 12:02}-07",
            "words": SAID[at % 3 + odd],
            "photo": f"photos/{at % 5}.png",
            "price": round(float(draw.normal(300, 60)), 2),
        }
        for at in range(count)
    ]


def as_csv(rows: list[Row], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        written = csv.DictWriter(stream, list(rows[0]))
        written.writeheader()
        written.writerows(rows)


def as_parquet(rows: list[Row], path: Path) -> None:
    pl.DataFrame(rows).with_columns(pl.col("since").str.to_date()).write_parquet(path)


def as_lines(rows: list[Row], path: Path) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def as_database(rows: list[Row], path: Path) -> None:
    with sqlite3.connect(path) as opened:
        kinds = "size REAL, place TEXT, lift TEXT, since TEXT, words TEXT, photo TEXT, price REAL"
        opened.execute(f"CREATE TABLE flats ({kinds})")
        told = [{**row, "lift": None if row["lift"] is None else str(row["lift"])} for row in rows]
        marks = ", ".join(f":{name}" for name in rows[0])
        opened.executemany(f"INSERT INTO flats VALUES ({marks})", told)  # noqa: S608 - our names


def as_sheet(rows: list[Row], path: Path) -> None:
    letters = dict(zip(rows[0], "ABCDEFG", strict=True))
    lines = [line(1, *(text(f"{sign}1", name) for name, sign in letters.items()))]
    for at, row in enumerate(rows, start=2):
        cells = [
            number(f"{sign}{at}", row[name])
            if isinstance(row[name], float)
            else text(f"{sign}{at}", str(row[name]))
            for name, sign in letters.items()
            if row[name] is not None
        ]
        lines.append(line(at, *cells))
    path.write_bytes(zipped_sheet("".join(lines)))


FORMATS: dict[str, Callable[[list[Row], Path], None]] = {
    "new.csv": as_csv,
    "new.parquet": as_parquet,
    "new.jsonl": as_lines,
    "new.sqlite": as_database,
    "new.xlsx": as_sheet,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flats")
    (folder / "photos").mkdir()
    draw = np.random.default_rng(0)
    for at in range(5):
        pixels = draw.integers(0, 255, (9, 7, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "photos" / f"{at}.png")
    as_csv(flats(TRAINED, odd=False), folder / "flats.csv")
    for name, write in FORMATS.items():
        write(flats(NEW, odd=True), folder / name)
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    return nnspec.train(folder / "spec.yaml", runs=folder / "runs").folder


def answers(run: Path, name: str) -> list[float]:
    with pytest.warns(UserWarning, match=r'5 of 24 cells are unknown \(first: row 2, "Mars"\)'):
        told = nnspec.predict(run, run.parents[1] / name)
    return [float(row["prediction"]) for row in csv.DictReader(io.StringIO(told))]


@pytest.fixture(scope="module")
def served(run: Path) -> list[float]:
    """Return what the SavedModel answers in plain TensorFlow."""
    rows = flats(NEW, odd=True)
    pictures = [
        Image.open(run.parents[1] / row["photo"]).resize((6, 6), Image.Resampling.BILINEAR)
        for row in rows
    ]
    given = {
        "size": np.array([np.nan if row["size"] is None else row["size"] for row in rows]),
        "photo": np.stack([np.asarray(one) for one in pictures]),
    }
    for name in ("place", "since", "words"):
        given[name] = np.array([row[name] or "" for row in rows], object)
    lifts = [row["lift"] for row in rows]
    types = json.loads((run / "model/assets.extra/columns.json").read_text())["columns"]
    given["lift"] = np.array([np.nan if one is None else float(one) for one in lifts])
    tensors = {name: tf.constant(given[name], types[name]["dtype"]) for name in types}
    loaded = tf.saved_model.load(str(run / "model"))
    return [float(one) for one in np.ravel(loaded.serve(tensors)["prediction"])]


@pytest.mark.parametrize("name", FORMATS)
def test_every_kind_of_file_gives_what_the_savedmodel_answers(
    run: Path, served: list[float], name: str
) -> None:
    assert len(set(served)) == NEW, "rows differ, so that one in another's place is seen"
    assert answers(run, name) == pytest.approx(served, rel=1e-6)


def test_the_workbook_is_one_that_others_read(run: Path) -> None:
    with zipfile.ZipFile(run.parents[1] / "new.xlsx") as archive:
        assert archive.testzip() is None
    assert pl.read_excel(run.parents[1] / "new.xlsx").height == NEW

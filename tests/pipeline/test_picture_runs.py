"""Pictures from the spec to `predict` on folders, tables, arrays, and the SavedModel."""

import csv
import io
import json
from pathlib import Path
from textwrap import dedent

import numpy as np
import polars as pl
import pytest
import tensorflow as tf
from PIL import Image, ImageOps

import nnspec

pytestmark = pytest.mark.keras
CLASSES = ("bright", "dark")

SPEC = """
    nnspec: 1
    name: shapes
    data:
      source: shapes/
      target: label
      columns: {image: {image: {size: [12, 10], fit: crop, value_range: [-1, 1]}}}
      split: {validation: 0.2, test: 0.2, seed: 1}
    model:
      - Conv2D: {filters: 4, kernel_size: 3, activation: relu}
      - GlobalAveragePooling2D
      - Dense: {units: 1, activation: sigmoid}
    training:
      {optimizer: {Adam: 0.05}, loss: binary_crossentropy, metrics: [accuracy], epochs: 2}
"""


def draw(folder: Path, count: int) -> None:
    """Write bright and dark pictures of many sizes and kinds, by class."""
    draw = np.random.default_rng(count)
    for number in range(count):
        bright = number % 2
        shape = (*draw.integers(8, 40, 2), 3)
        pixels = draw.integers(120 * bright, 120 + 130 * bright, shape, dtype=np.uint8)
        picture = Image.fromarray(pixels)
        exif = Image.Exif()
        exif[0x0112] = 1 + number % 8
        place = folder / ("dark", "bright")[bright]
        place.mkdir(parents=True, exist_ok=True)
        name = place / f"{number:03}"
        if number % 3 == 0:
            picture.save(f"{name}.jpg", exif=exif)
        elif number % 3 == 1:
            picture.quantize(16).save(f"{name}.png")
        else:
            picture.convert("CMYK" if number % 4 else "L").save(f"{name}.tif")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shapes")
    draw(folder / "shapes", 40)
    (folder / "shapes.yaml").write_text(dedent(SPEC), encoding="utf-8")
    assert nnspec.validate(folder / "shapes.yaml") == ()
    draw(folder / "new", 13)
    return nnspec.train(folder / "shapes.yaml", runs=folder / "runs").folder


def told(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content)))


def shares(rows: list[dict[str, str]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([[float(row[f"probability_{one}"]) for one in CLASSES] for row in rows])


def as_described(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the pixels of a picture as the reference says to make them."""
    upright = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    return np.asarray(ImageOps.fit(upright, (10, 12), Image.Resampling.BILINEAR))


def test_folders_tables_arrays_and_the_savedmodel_give_the_same_answers(run: Path) -> None:
    new = run.parents[1] / "new"
    by_folder = told(nnspec.predict(run, new))
    files = [row["image"] for row in by_folder]
    assert files == sorted(files)
    assert len(files) == 13
    table = pl.DataFrame({"image": [f"new/{one}" for one in files]})
    table.write_csv(new.parent / "new.csv")
    table.write_parquet(new.parent / "new.parquet")
    pixels = np.stack([as_described(new / one) for one in files])
    np.savez(new.parent / "new.npz", image=pixels)
    expected = shares(by_folder)
    for form in ("csv", "parquet", "npz"):
        found = told(nnspec.predict(run, new.parent / f"new.{form}"))
        assert shares(found) == pytest.approx(expected, abs=1e-7), form
        assert found[0].get("image") == (None if form == "npz" else f"new/{files[0]}")
    loaded = tf.saved_model.load(str(run / "model"))
    served = loaded.signatures["serving_default"](image=tf.constant(pixels))
    assert served["probabilities"].numpy() == pytest.approx(expected, abs=1e-6)
    labels = [one.decode() for one in served["prediction"].numpy()]
    assert labels == [row["prediction"] for row in by_folder]
    described = json.loads((run / "model" / "assets.extra" / "columns.json").read_text())
    assert described["columns"]["image"] == {
        "name": "image",
        "dtype": "uint8",
        "shape": [None, 12, 10, 3],
    }


def test_test_predictions_name_their_files_and_the_report_has_its_baselines(run: Path) -> None:
    rows = told((run / "predictions.csv").read_text())
    assert len(rows) == 8
    assert all((run.parents[1] / "shapes" / row["image"]).exists() for row in rows)
    assert [row["target"] for row in rows] == [row["image"].partition("/")[0] for row in rows]
    report = json.loads((run / "report.json").read_text())
    assert set(report["baselines"]) == {"majority", "logistic_regression"}


def test_a_labelled_folder_is_judged(run: Path) -> None:
    (judged,) = nnspec.evaluate(run, data=run.parents[1] / "new")
    by_hand = told(nnspec.predict(run, run.parents[1] / "new"))
    hits = [row["prediction"] == row["image"].partition("/")[0] for row in by_hand]
    assert judged.metrics["test"]["accuracy"] == pytest.approx(sum(hits) / len(hits))

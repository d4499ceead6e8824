"""What is done with columns, from the spec to `predict` and the SavedModel: one run for all."""

import csv
import io
import json
from pathlib import Path
from textwrap import dedent

import numpy as np
import polars as pl
import pytest
import tensorflow as tf

import nnspec

pytestmark = [pytest.mark.keras, pytest.mark.slow]

SPEC = """
    nnspec: 1
    data:
      source: table.csv
      target: Größter Wert
      columns:
        Länge cm: {numeric: {num_bins: 5, encoding: piecewise_linear, missing: median}}
        Breite (m): {numeric: {num_bins: 3, encoding: piecewise_linear, scaling: log}}
        Alter: {numeric: {bin_boundaries: [18, 65.1], missing: {constant: 18}, indicator: true}}
        Gewicht: {numeric: {num_bins: 4, encoding: index, missing: mean, clip: [0, 9]}}
        Stadt (neu): {category: {num_bins: 6, missing: own, encoding: index}}
        Straße: {category: {num_bins: 5, salt: [3, 4], missing: {constant: keine}}}
        class: {category: {encoding: index, missing: own, unknown: own}}
      inputs:
        measures: [Länge cm, Breite (m), Alter, Straße]
        weight: [Gewicht]
        town: [Stadt (neu)]
        kind: [class]
      split: {validation: 0.2, test: 0.2, seed: 1}
    model:
      - Embedding: {input_dim: auto, output_dim: 2}
        inputs: weight
        name: weights
      - Embedding: {input_dim: auto, output_dim: 3}
        inputs: town
        name: towns
      - Embedding: {input_dim: auto, output_dim: 2}
        inputs: kind
        name: kinds
      - Concatenate:
        inputs: [weights, towns, kinds]
      - Flatten:
        name: looked up
      - Concatenate:
        inputs: [looked up, measures]
      - Dense: 1
    training:
      {optimizer: {Adam: 0.05}, loss: mse, epochs: 2, batch_size: 32}
"""
TOWNS = ("Köln", "köln", "\u96e8 \u96e8", "3", "3.0", "A b")


def table(count: int, seed: int, unseen: bool = False) -> pl.DataFrame:  # noqa: FBT001, FBT002
    draw = np.random.default_rng(seed)
    towns = [*TOWNS, "Nirgends", ""] if unseen else [*TOWNS, ""]

    def gaps(values: list[object], every: int) -> list[object]:
        return [None if row % every == 1 else one for row, one in enumerate(values)]

    return pl.DataFrame(
        {
            "Länge cm": gaps(draw.normal(170, 10, count).round(2).tolist(), 7),
            "Breite (m)": draw.lognormal(1, 2, count).round(3).tolist(),
            "Alter": gaps(draw.choice([17.9, 18, 65, 65.1, 80], count).tolist(), 5),
            "Gewicht": gaps(draw.normal(5, 3, count).round(1).tolist(), 9),
            "Stadt (neu)": draw.choice(towns, count).tolist(),
            "Straße": draw.choice(towns, count).tolist(),
            "class": draw.choice(towns, count).tolist(),
            "Größter Wert": draw.normal(0, 1, count).tolist(),
        },
        strict=False,
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("treated")
    table(200, 0).write_csv(folder / "table.csv")
    (folder / "spec.yaml").write_text(dedent(SPEC).replace("looked up", "looked"), encoding="utf-8")
    return nnspec.train(folder / "spec.yaml", runs=folder).folder


def test_tables_and_the_savedmodel_treat_missing_and_unknown_cells_alike(run: Path) -> None:
    new = table(60, 1, unseen=True)
    new.write_csv(run / "new.csv")
    new.write_parquet(run / "new.parquet")
    with pytest.warns(UserWarning, match="are unknown") as warned:
        told = [nnspec.predict(run, run / f"new.{one}") for one in ("csv", "parquet")]
    # What is hashed knows every value.
    assert [str(one.message).startswith('column "class"') for one in warned] == [True, True]
    assert told[0] == told[1]
    found = [float(row["prediction"]) for row in csv.DictReader(io.StringIO(told[0]))]
    loaded = tf.saved_model.load(str(run / "model"))
    names = json.loads((run / "model/assets.extra/columns.json").read_text(encoding="utf-8"))
    columns = {
        name: tf.constant(
            new[name].fill_null("").to_list()
            if said["dtype"] == "string"
            else new[name].cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(said["dtype"])
        )
        for name, said in names["columns"].items()
    }
    answers = loaded.serve(columns)["prediction"].numpy()
    assert found == pytest.approx(answers.tolist(), abs=1e-6)
    assert np.isfinite(answers).all()
    assert len({round(one, 6) for one in found}) > 20


def test_the_stored_spec_holds_the_sizes_of_the_tables(run: Path) -> None:
    written = (run / "spec.yaml").read_text(encoding="utf-8")
    # Four bins; six bins; five towns (3.0 is 3), missing ones, and 0 for unknown ones.
    for size in (4, 6, 7):
        assert f"input_dim: {size}," in written or f"input_dim: {size}\n" in written
    assert "input_dim: auto" not in written

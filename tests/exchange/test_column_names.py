"""Every name that a table can hold comes through training, SavedModel, `predict` and reload."""

import csv
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from textwrap import dedent
from typing import Any

import keras
import polars as pl
import pytest
import tensorflow as tf

import nnspec
from nnspec.build.back import build_back
from nnspec.build.front import build_front
from nnspec.build.program import Program
from nnspec.data.fit.fitted import NumericFit, Preprocessing, TargetFit
from nnspec.exchange.write.names import input_names
from nnspec.exchange.write.savedmodel import export_savedmodel

pytestmark = pytest.mark.keras

KEPT = (
    "Age", "FARE", "fare", "Fare", "petalWidth", "x", "X", "self", "cls", "args", "kwargs", "name",
    "columns", "inputs", "training", "class", "lambda", "None", "True", "import", "prediction",
    "probabilities", "row", "target", "serve", "signature", "column_000000", "arg_1", "a_b",
    "größe", "température", "возраст", "身長", "m²", "CO₂", "العمر", "גיל", "n" * 200,
)  # fmt: skip
"""Names that TensorFlow takes as they are."""
CHANGED = (
    "petal width (cm)", "petal width [cm]", "a b", "a-b", "a.b", "a/b", "a\\b", "a:b", "1", "2nd",
    "-1", "_hidden", "__init__", "%", "price in €", "$price", "*", "?", "~", "😀", "👩‍🔬", 'q"q',
    "c,c", "t\tt", "n\nn", " blank ", "50%", "#", "{x}", "طول (سم)", "a" * 100 + " " + "b" * 99,
)  # fmt: skip
"""Names of which TensorFlow makes others."""
NAMES = KEPT + CHANGED

FOREIGN = """
import json, sys
import tensorflow as tf
assert not any(name.split(".")[0] == "nnspec" for name in sys.modules)
loaded = tf.saved_model.load(sys.argv[1])
table = json.load(open(sys.argv[2], encoding="utf-8"))
listed = json.load(open(sys.argv[1] + "/assets.extra/columns.json", encoding="utf-8"))["columns"]
serve = loaded.signatures["serving_default"]
own = {name: tf.constant(cells, listed[name]["dtype"]) for name, cells in table.items()}
graph = tf.Graph()
with tf.compat.v1.Session(graph=graph) as session:
    meta = tf.compat.v1.saved_model.load(session, ["serve"], sys.argv[1])
    signature = meta.signature_def["serving_default"]
    fed = {signature.inputs[listed[name]["name"]].name: cells for name, cells in table.items()}
    served = session.run(signature.outputs["prediction"].name, fed).tolist()
print(json.dumps({
    "inputs": list(signature.inputs),
    "arguments": list(serve.structured_input_signature[1]),
    "by_column": loaded.serve(own)["prediction"].numpy().tolist(),
    "by_session": served,
}))
"""
SPEC = """
    nnspec: 1
    name: names
    data: {source: table.csv, target: "Größe, cm", split: {validation: 0.2, test: 0.2}}
    model: [Dense: 1]
    training: {optimizer: adam, loss: mse, epochs: 1}
    runtime: {engine: keras}
"""


@dataclass(frozen=True)
class Told:
    """What three ways to the same network answer: row k differs from the others in column k."""

    predicted: list[float]
    foreign: Mapping[str, list[Any]]


def trained(folder: Path, names: tuple[str, ...]) -> Told:
    table = folder / "table.csv"
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*names, "Größe, cm"])
        width = len(names)
        writer.writerows(
            [*((row * 7 + place * place) % 13 for place in range(width)), row] for row in range(40)
        )
    (folder / "names.yaml").write_text(dedent(SPEC), encoding="utf-8")
    run = nnspec.train(folder / "names.yaml", runs=folder / "runs").folder
    rows = {name: [20.0 * (row == place) for row in range(width)] for place, name in
            enumerate(names)}  # fmt: skip
    pl.DataFrame(rows).write_csv(folder / "new.csv")
    (folder / "new.json").write_text(json.dumps(rows), encoding="utf-8")
    predicted = pl.read_csv(nnspec.predict(run, folder / "new.csv").encode())["prediction"]
    command = [sys.executable, "-W", "ignore", "-c", FOREIGN, str(run / "model")]
    done = subprocess.run(
        [*command, str(folder / "new.json")], capture_output=True, check=True, cwd=folder
    )
    return Told(predicted.to_list(), json.loads(done.stdout))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return trained(tmp_path_factory.mktemp("names"), NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_column_of_any_name_is_trained_exported_and_fed_alone(name: str, told: Told) -> None:
    row = NAMES.index(name)
    expected = told.predicted[row]
    assert told.predicted.count(expected) == 1
    assert told.foreign["by_column"][row] == pytest.approx(expected, rel=1e-5)
    assert told.foreign["by_session"][row] == pytest.approx(expected, rel=1e-5)
    assert input_names(NAMES)[name] in told.foreign["inputs"]
    if name in KEPT and name.isidentifier() and not iskeyword(name):
        assert name in told.foreign["arguments"]


def test_a_signature_is_called_by_its_inputs_names_or_the_columns_own(tmp_path: Path) -> None:
    names = ("Age", "class", "m²", "a b", "a_b", "été", "2nd", "column_000001")
    price = TargetFit(need="regression", columns=("price",), shape=(1,))
    fitted = Preprocessing(
        columns={name: NumericFit() for name in names},
        inputs={"input": names},
        targets={"price": price},
    )
    given = keras.Input((len(names),), name="input")
    core = keras.Model(given, keras.layers.Dense(1, name="price")(given))
    back = {"price": build_back(fitted, "price")}
    same = {"price": "price"}
    program = Program(fitted, build_front(fitted), core, back, {"input": "input"}, same)
    columns = {name: tf.constant([float(place), 0.5]) for place, name in enumerate(names)}
    export_savedmodel(program, tmp_path / "model", columns)
    serve = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_default"]
    expected = program(columns)["prediction"].numpy()
    called = {input_names(names)[name]: cells for name, cells in columns.items()}
    assert serve(**called)["prediction"].numpy() == pytest.approx(expected, rel=1e-5)
    own = {name: cells for name, cells in columns.items() if name != "a b"}
    both = serve(**own, a_b_2=columns["a b"])["prediction"].numpy()
    assert both == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", KEPT)
def test_names_of_letters_digits_and_underscores_are_kept(name: str) -> None:
    assert input_names(NAMES)[name] == name


def test_other_names_are_those_that_tensorflow_makes_of_them_and_all_differ() -> None:
    names = input_names(NAMES)
    assert len(set(names.values())) == len(NAMES)
    assert names["petal width (cm)"] == "petal_width__cm_"
    assert names["petal width [cm]"] == "petal_width__cm__2"
    assert (names["a b"], names["a-b"], names["2nd"]) == ("a_b_2", "a_b_3", "arg_2nd")
    assert names["1"] == "arg_1_2"

"""The SavedModel takes raw columns by name and answers as the program in this process does."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nnspec.build.back import build_back
from nnspec.build.front import build_front
from nnspec.build.program import Program
from nnspec.data.fit.fitted import CategoryFit, NumericFit, Preprocessing, TargetFit
from nnspec.diagnostics import RunFailed
from nnspec.exchange.write.savedmodel import COLUMNS, export_savedmodel

pytestmark = [
    pytest.mark.keras,
    # Keras 3.15 reads variables in a way that NumPy 2 deprecates.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

FOREIGN = """
import json, sys
import tensorflow as tf
assert not any(name.split(".")[0] == "nnspec" for name in sys.modules)
serve = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
columns = json.loads(sys.argv[2])
found = serve(**{name: tf.constant(cells) for name, cells in columns.items()})
print(json.dumps({k: v.numpy().tolist() for k, v in found.items() if v.dtype != tf.string}))
"""
PRICE = TargetFit(need="regression", columns=("price",), shape=(1,), shift=(150.0,), scale=(40.0,))
KIND = TargetFit(need="multiclass", columns=("kind",), labels=("ash", "birch", "oak"))


def program(**targets: TargetFit) -> Program:
    fitted = Preprocessing(
        columns={
            "petal width (cm)": NumericFit(shift=5.0, scale=0.8),
            "colour": CategoryFit(vocabulary=("blue", "red"), encoding="one_hot"),
        },
        inputs={"input": ("petal width (cm)", "colour")},
        targets=targets,
    )
    given = keras.Input((3,), name="input")
    hidden = keras.layers.Dense(8, "relu")(given)
    hidden = keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(hidden))
    heads = {"regression": (1, "linear"), "multiclass": (3, "softmax")}
    outputs = [
        keras.layers.Dense(heads[fit.need][0], heads[fit.need][1], name=name)(hidden)
        for name, fit in targets.items()
    ]
    core = keras.Model(given, outputs if len(outputs) > 1 else outputs[0])
    backs = {name: build_back(fitted, name) for name in targets}
    names = {name: name for name in targets}
    return Program(fitted, build_front(fitted), core, backs, {"input": "input"}, names)


def columns(rows: int) -> dict[str, Any]:
    draw = np.random.default_rng(0)
    colours = ["red", "blue", "never seen"]
    return {
        "petal width (cm)": tf.constant(draw.normal(5, 1, rows), tf.float32),
        "colour": tf.constant([colours[row % 3] for row in range(rows)]),
    }


def test_a_process_without_nnspec_gets_the_same_answers_for_any_batch(tmp_path: Path) -> None:
    trained, path = program(price=PRICE), tmp_path / "model"
    export_savedmodel(trained, path, columns(300))
    for rows in (1, 7):
        given = columns(rows)
        cells = {
            "petal_width__cm_": given["petal width (cm)"].numpy().tolist(),
            "colour": [one.decode() for one in given["colour"].numpy()],
        }
        command = [sys.executable, "-c", FOREIGN, str(path), json.dumps(cells)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
        found = json.loads(done.stdout)["prediction"]
        assert np.shape(found) == (rows,)
        expected = trained(given)["prediction"].numpy()
        assert found == pytest.approx(expected.tolist(), rel=1e-5)
    assert list(tmp_path.iterdir()) == [path]


def test_classes_come_as_labels_with_probabilities(tmp_path: Path) -> None:
    trained, path = program(kind=KIND), tmp_path / "model"
    export_savedmodel(trained, path, columns(10))
    serve = tf.saved_model.load(str(path)).signatures["serving_default"]
    given = columns(10)
    found = serve(petal_width__cm_=given["petal width (cm)"], colour=given["colour"])
    shares = found["probabilities"].numpy()
    assert shares.sum(axis=1) == pytest.approx(np.ones(10))
    labels = [one.decode() for one in found["prediction"].numpy()]
    assert labels == [KIND.labels[place] for place in shares.argmax(axis=1)]


def test_several_outputs_are_told_apart_by_name(tmp_path: Path) -> None:
    trained, path = program(price=PRICE, kind=KIND), tmp_path / "model"
    export_savedmodel(trained, path, columns(10))
    serve = tf.saved_model.load(str(path)).signatures["serving_default"]
    assert set(serve.structured_outputs) == {
        "prediction_price",
        "prediction_kind",
        "probabilities_kind",
    }


def test_the_columns_of_the_inputs_are_listed_beside_the_graph(tmp_path: Path) -> None:
    export_savedmodel(program(price=PRICE), tmp_path / "model", columns(2))
    listed = json.loads((tmp_path / "model" / COLUMNS).read_text())["columns"]
    assert listed["petal width (cm)"] == {
        "name": "petal_width__cm_", "dtype": "float32", "shape": [None]
    }  # fmt: skip
    assert listed["colour"]["dtype"] == "string"


@pytest.mark.parametrize(
    ("mean", "variance", "told"),
    [
        (
            0.5,
            2.0,
            "SavedModel: BatchNormalization computed within the layer before it (normalized)",
        ),
        (1e4, 1e-3, "SavedModel: layer by layer; with BatchNormalization computed within the "),
    ],
)
def test_a_normalization_is_folded_unless_rounding_shows(
    tmp_path: Path, mean: float, variance: float, told: str
) -> None:
    trained, path = program(price=PRICE), tmp_path / "model"
    given = keras.Input((3,), name="input")
    hidden = keras.layers.Dense(4)(given)
    normalized = keras.layers.BatchNormalization(name="normalized")(hidden)
    core = keras.Model(given, keras.layers.Dense(1, name="price")(normalized))
    core.layers[1].bias.assign([mean] * 4)
    core.layers[2].moving_mean.assign([mean] * 4)
    core.layers[2].moving_variance.assign([variance] * 4)
    (line,) = export_savedmodel(replace(trained, core=core), path, columns(50))
    assert line.startswith(told)


class Wandering(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """Answers otherwise in a graph than outside of one."""

    def call(self, inputs: Any) -> Any:
        return inputs if tf.executing_eagerly() else inputs * 1.001


def test_a_graph_that_answers_otherwise_is_not_kept(tmp_path: Path) -> None:
    trained, path = program(price=PRICE), tmp_path / "model"
    export_savedmodel(trained, path, columns(5))
    before = (path / "saved_model.pb").read_bytes()
    given = keras.Input((3,), name="input")
    core = keras.Model(given, Wandering(name="price")(keras.layers.Dense(1)(given)))
    with pytest.raises(RunFailed, match=r"relative difference .*at most 1e-05.*A107"):
        export_savedmodel(replace(trained, core=core), path, columns(5))
    assert (path / "saved_model.pb").read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file in the way")
    with pytest.raises(RunFailed, match="A110"):
        export_savedmodel(program(price=PRICE), tmp_path / "runs" / "model", columns(2))


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_may_round_otherwise_within_a_graph(policy: str, tmp_path: Path) -> None:
    keras.config.set_dtype_policy(policy)
    try:
        trained = program(price=PRICE)
    finally:
        keras.config.set_dtype_policy("float32")
    weights = [one * 3 + 0.1 for one in trained.core.get_weights()]
    trained.core.set_weights(weights)
    export_savedmodel(trained, tmp_path / "model", columns(200))
    assert (tmp_path / "model" / "saved_model.pb").is_file()

"""Networks for the readers of Keras 2 and for LiteRT: what they have, and what they are told of."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from nnspec.diagnostics import Refused
from nnspec.exchange.reload import Job, lacking, reload_all
from nnspec.exchange.write.keras2.apart import names_apart, weights_apart
from nnspec.exchange.write.keras2.dialect import KERAS_2, TFJS, Dialect
from nnspec.exchange.write.keras2.files import encode_keras_2, write_tfjs
from nnspec.exchange.write.keras2.topology import translate
from nnspec.exchange.write.litert import encode_litert

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
layers = keras.layers


def network(*chain: Any, shape: tuple[int, ...] = (6, 4)) -> keras.Model:
    keras.utils.set_random_seed(0)
    given = tensor = keras.Input(shape, name="given")
    for one in chain:
        tensor = one(tensor)
    return keras.Model(given, tensor, name="net")


def translated(model: keras.Model, dialect: Dialect) -> dict[str, Any]:
    found = translate(json.loads(model.to_json()), dialect)
    return {one["name"]: one for one in found["config"]["layers"]}


def refusal(model: keras.Model, dialect: Dialect) -> str:
    with pytest.raises(Refused) as refused:
        translate(json.loads(model.to_json()), dialect)
    (finding,) = refused.value.diagnostics
    assert finding.code == "A113"
    assert finding.hint
    return finding.message


def test_arguments_have_the_names_of_keras_2() -> None:
    model = network(
        layers.Dense(3, kernel_regularizer="l1", name="dense"), layers.LeakyReLU(0.2, name="leak")
    )
    for dialect in (KERAS_2, TFJS):
        found = translated(model, dialect)
        assert found["given"]["config"]["batch_input_shape"] == [None, 6, 4]
        assert found["leak"]["config"]["alpha"] == pytest.approx(0.2)
        assert found["leak"]["inbound_nodes"] == [[["dense", 0, 0, {}]]]
        assert "quantization_config" not in found["dense"]["config"]
        assert found["dense"]["config"]["dtype"] == "float32"
    assert found["dense"]["config"]["kernel_regularizer"]["class_name"] == "L1L2"


def test_models_within_are_counted_from_one() -> None:
    inner = network(layers.Dense(2, name="dense"), shape=(4,))
    found = translated(network(inner, layers.ReLU(name="end"), shape=(4,)), KERAS_2)
    assert found["net"]["class_name"] == "Functional"
    assert found["end"]["inbound_nodes"] == [[["net", 1, 0, {}]]]


@pytest.mark.parametrize(
    ("layer", "dialect", "words"),
    [
        (layers.RMSNormalization(name="it"), KERAS_2, "RMSNormalization"),
        (layers.Dense(3, activation="hard_sigmoid", name="it"), KERAS_2, "hard_sigmoid"),
        (layers.GRU(3, name="it"), TFJS, "reset_after: True"),
        (layers.Conv1D(3, 2, padding="causal", name="it"), TFJS, "causal"),
        (layers.UpSampling1D(2, name="it"), TFJS, "UpSampling1D"),
        (layers.Dense(3, dtype="mixed_float16", name="it"), TFJS, "mixed_float16"),
    ],
)
def test_what_a_reader_does_not_have_is_named(layer: Any, dialect: Dialect, words: str) -> None:
    message = refusal(network(layer), dialect)
    assert '"it"' in message
    assert words in message


def test_layers_that_act_in_training_alone_do_nothing_where_they_lack() -> None:
    model = network(layers.RandomTranslation(0.1, 0.1, name="moved"), shape=(8, 8, 1))
    assert translated(model, KERAS_2)["moved"]["class_name"] == "RandomTranslation"
    assert translated(model, KERAS_2)["moved"]["inbound_nodes"] == [[["given", 0, 0, {}]]]
    assert translated(model, TFJS)["moved"]["config"]["activation"] == "linear"


def test_weights_lie_as_keras_2_lists_them(tmp_path: Path) -> None:
    model = network(layers.BatchNormalization(name="norm"), layers.LSTM(2, name="steps"))
    (tmp_path / "m.h5").write_bytes(encode_keras_2(model))
    with h5py.File(tmp_path / "m.h5") as file:
        group = file["model_weights"]
        assert [*group.attrs["layer_names"]] == ["given", "norm", "steps"]
        names = [*group["norm"].attrs["weight_names"]]
        for name, one in zip(names, model.get_layer("norm").weights, strict=True):
            np.testing.assert_array_equal(group["norm"][name], one)
    write_tfjs(model, tmp_path / "js")
    said = json.loads((tmp_path / "js" / "model.json").read_text(encoding="utf-8"))
    (manifest,) = said["weightsManifest"]
    count = sum(int(np.prod(one["shape"])) for one in manifest["weights"])
    assert (tmp_path / "js" / manifest["paths"][0]).stat().st_size == 4 * count


def parts(*more: Any) -> keras.Model:
    """Return a network of two models whose layers are called alike, and like its own."""

    def part(name: str) -> keras.Model:
        given = keras.Input((6, 4), name="given")
        dense = layers.Dense(4, activation="tanh", name="dense")
        return keras.Model(given, layers.LayerNormalization(name="norm")(dense(given)), name=name)

    return network(part("left"), part("right"), *more, layers.Dense(3, name="dense"))


def test_layers_of_the_same_name_are_told_apart_where_their_names_alone_lead_to_weights(
    tmp_path: Path,
) -> None:
    model = parts()
    write_tfjs(model, tmp_path / "js")
    said = json.loads((tmp_path / "js" / "model.json").read_text(encoding="utf-8"))
    (manifest,) = said["weightsManifest"]
    names = [one["name"] for one in manifest["weights"]]
    assert len(names) == len(set(names)) == len(model.weights)
    config = said["modelTopology"]["model_config"]["config"]
    left, right, dense = config["layers"][1:]
    assert dense["name"] == dense["config"]["name"] == "dense"
    assert {"dense/kernel", "left_dense/kernel", "right_norm/gamma"} <= set(names)
    given, *inner = left["config"]["layers"]
    assert [one["config"]["name"] for one in inner] == ["left_dense", "left_norm"]
    assert inner[1]["inbound_nodes"] == [[["left_dense", 0, 0, {}]]]
    assert left["config"]["input_layers"] == [[given["name"], 0, 0]]
    assert right["config"]["output_layers"] == [["right_norm", 0, 0]]


def test_weights_within_layers_have_the_names_of_tensorflow_js() -> None:
    model = network(
        layers.TimeDistributed(layers.Bidirectional(layers.LSTM(2, name="lstm")), name="timed"),
        layers.Reshape((6, 2, 2), name="picture"),
        layers.DepthwiseConv2D((2, 1), name="depth"),
        layers.Reshape((5, 2, 2, 1), name="more"),
        layers.TimeDistributed(layers.DepthwiseConv2D(1, use_bias=False, name="a"), name="again"),
        shape=(6, 3, 4),
    )
    names = [name for name, _ in weights_apart(model, names_apart(model))]
    cells = ("kernel", "recurrent_kernel", "bias")
    assert names == [
        *(f"timed/{way}_lstm/{one}" for way in ("forward", "backward") for one in cells),
        *("depth/depthwise_kernel", "depth/bias", "again/depthwise_kernel"),
    ]


def test_a_name_that_is_taken_is_made_another() -> None:
    names = names_apart(parts(layers.Dense(2, name="left_dense")))
    assert len({*names.values()}) == len(names)
    assert names["left_dense",] == "left_dense"
    assert names["left", "dense"] == "left_dense_"


CHAINS: dict[str, list[Callable[[], Any]]] = {
    "recurrent": [
        lambda: layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
        lambda: layers.SimpleRNN(4),
    ],
    "convolutional": [
        lambda: layers.Reshape((6, 4, 1)),
        lambda: layers.Conv2D(3, 2, padding="same", activation="relu"),
        lambda: layers.SpatialDropout2D(0.2),
        lambda: layers.DepthwiseConv2D(2),
        layers.GlobalAveragePooling2D,
    ],
    "normalized": [
        layers.LayerNormalization,
        lambda: layers.TimeDistributed(layers.Dense(4, activation="silu")),
        layers.Flatten,
    ],
    "within others": [
        lambda: layers.Reshape((2, 3, 4, 1)),
        lambda: layers.TimeDistributed(layers.DepthwiseConv2D(2)),
        lambda: layers.Reshape((2, 2, 3)),
        lambda: layers.TimeDistributed(layers.Bidirectional(layers.LSTM(2))),
    ],
}


@pytest.mark.slow
def test_each_reader_answers_as_keras_does(tmp_path: Path) -> None:
    pytest.importorskip("tf_keras")
    rows = np.random.default_rng(0).normal(size=(9, 6, 4)).astype("float32")
    models = {name: network(*(one() for one in chain)) for name, chain in CHAINS.items()}
    models["nested"] = parts()
    jobs = []
    for name, model in models.items():
        (tmp_path / f"{name}.h5").write_bytes(encode_keras_2(model))
        (tmp_path / f"{name}.tflite").write_bytes(encode_litert(model, "float32", {"given": rows}))
        write_tfjs(model, tmp_path / name)
        jobs += [Job("keras2-h5", tmp_path / f"{name}.h5", {"0": rows})]
        jobs += [Job("litert", tmp_path / f"{name}.tflite", {"0": rows})]
        if lacking("tfjs") is None:
            jobs += [Job("tfjs", tmp_path / name, {"0": rows})]
    for job, found in zip(jobs, reload_all(jobs), strict=True):
        assert not isinstance(found, Refused), (job.path, found)
        expected = models[job.path.stem].predict(rows, verbose=0)
        np.testing.assert_allclose(found.values["0"], expected, atol=1e-5)


@pytest.mark.slow
def test_what_lite_operators_cannot_hold_is_refused_and_ends_nothing() -> None:
    model = network(layers.LSTM(3), shape=(200, 4))
    rows = {"given": np.zeros((3, 200, 4), "float32")}
    with pytest.raises(Refused) as refused:
        encode_litert(model, "int8", rows)
    assert refused.value.diagnostics[0].code == "A113"

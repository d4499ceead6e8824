"""A network begins with the weights of a model file and answers as its writer did."""

import json
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from older_documents import chain, dense_1, graph, layer
from older_documents import given as given_input
from scipy.signal import convolve, convolve2d

import nnspec
from nnspec.diagnostics import Refused
from nnspec.exchange.read.weights import put_weights
from nnspec.pipeline.imported import import_model

pytestmark = pytest.mark.keras

Arrays = dict[str, dict[str, Any]]
"""Arrays by the name of their layer and their own, in the order of the file."""
RANDOM = np.random.default_rng(0)
SHARED = Path(__file__).parents[3] / "shared" / "keras_h5"
KEPT = sorted(SHARED.glob("*_inputs_and_outputs.h5"))


def drawn(*shape: int) -> Any:
    return RANDOM.normal(size=shape).astype("float32")


def write_h5(file: Path, document: Any, arrays: Arrays, **said: str) -> None:
    """Write a file as Keras 1 and 2 wrote it: a group for each layer, names as attributes."""
    with h5py.File(file, "w") as stored:
        stored.attrs["model_config"] = json.dumps(document).encode()
        stored.attrs["keras_version"] = document["keras_version"].encode()
        root = stored.create_group("model_weights")
        root.attrs["layer_names"] = [one.encode() for one in arrays]
        for key, value in said.items():
            root.attrs[key] = value.encode()
        for name, inner in arrays.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = [one.encode() for one in inner]
            for one, array in inner.items():
                group[one] = array


def network(folder: Path, name: str, weights: str | None = None) -> keras.Model:
    more = f", weights: {weights}" if weights else ""
    spec = folder / "spec.yaml"
    spec.write_text(f"nnspec: 1\nmodel: {{file: {name}{more}}}\n", encoding="utf-8")
    return nnspec.compile(spec)


def answers(model: keras.Model, rows: Any) -> Any:
    return keras.tree.map_structure(np.asarray, model(rows))


def former_hard_sigmoid(x: Any) -> Any:
    return np.clip(0.2 * x + 0.5, 0, 1)


def lstm_of_keras_1(rows: Any, part: dict[str, Any]) -> Any:
    """Return the last state of an LSTM, gate by gate, as Keras 1 computed it."""
    hidden = carry = np.zeros((len(rows), part["b_i"].shape[0]))
    for x in np.moveaxis(rows, 1, 0):
        into = {
            gate: x @ part[f"W_{gate}"] + hidden @ part[f"U_{gate}"] + part[f"b_{gate}"]
            for gate in "ifco"
        }
        carry = former_hard_sigmoid(into["f"]) * carry
        carry = carry + former_hard_sigmoid(into["i"]) * np.tanh(into["c"])
        hidden = former_hard_sigmoid(into["o"]) * np.tanh(carry)
    return hidden


def gates(inputs: int, units: int, order: str) -> dict[str, Any]:
    """Return the arrays of a recurrent layer of Keras 1, gate by gate."""
    made: dict[str, Any] = {}
    for gate in order:
        made[f"W_{gate}"] = drawn(inputs, units)
        made[f"U_{gate}"] = drawn(units, units)
        made[f"b_{gate}"] = drawn(units)
    return made


def test_gates_of_keras_1_answer_as_they_did(tmp_path: Path) -> None:
    said = {"inner_activation": "hard_sigmoid", "activation": "tanh", "forget_bias_init": "one"}
    reads = layer("LSTM", "reads", output_dim=3, batch_input_shape=[None, 5, 4], **said)
    part = gates(4, 3, "icfo")
    names = {"reads": {f"reads_{name}:0": array for name, array in part.items()}}
    write_h5(tmp_path / "m.h5", chain([reads], "1.2.2"), names)
    rows = drawn(6, 5, 4)
    made = answers(network(tmp_path, "m.h5"), rows)
    assert np.allclose(made, lstm_of_keras_1(rows, part), atol=1e-6)


@pytest.mark.parametrize("ordering", ["th", "tf"])
@pytest.mark.parametrize("backend", ["theano", "tensorflow"])
def test_kernels_of_keras_1_stand_and_slide_as_their_backend_had_them(
    ordering: str, backend: str, tmp_path: Path
) -> None:
    first = ordering == "th"
    shape = [None, 1, 6, 5] if first else [None, 6, 5, 1]
    slides = layer("Convolution2D", "c", nb_filter=2, nb_row=3, nb_col=2, border_mode="valid",
                   dim_ordering=ordering, activation="linear", batch_input_shape=shape)  # fmt: skip
    kernel, bias = drawn(2, 1, 3, 2), drawn(2)
    stored = kernel if first else kernel.transpose(2, 3, 1, 0)
    end = ":0" if backend == "tensorflow" else ""
    arrays: Arrays = {"c": {f"c_W{end}": stored, f"c_b{end}": bias}}
    write_h5(tmp_path / "m.h5", chain([slides], "1.1.0"), arrays)
    picture = drawn(6, 5)
    turn = slice(None) if backend == "theano" else slice(None, None, -1)
    wanted = [
        convolve2d(picture, kernel[place, 0][turn, turn], mode="valid") + bias[place]
        for place in (0, 1)
    ]
    # Compiled: many CPUs convolve channels that stand first in no other way.
    model = tf.function(network(tmp_path, "m.h5"), jit_compile=True)
    made = answers(model, picture.reshape(1, *shape[1:]))[0]
    made = made if first else made.transpose(2, 0, 1)
    assert np.allclose(made, wanted, atol=1e-5)


def test_solid_kernels_of_theano_stand_and_slide_as_they_did(tmp_path: Path) -> None:
    slides = layer("Convolution3D", "c", nb_filter=2, kernel_dim1=2, kernel_dim2=3, kernel_dim3=2,
                   border_mode="valid", dim_ordering="th", activation="linear",
                   batch_input_shape=[None, 3, 4, 6, 5])  # fmt: skip
    kernel, bias = drawn(2, 3, 2, 3, 2), drawn(2)
    write_h5(tmp_path / "m.h5", chain([slides], "1.2.2"), {"c": {"c_W": kernel, "c_b": bias}})
    solid = drawn(3, 4, 6, 5)
    wanted = [
        sum(convolve(solid[at], kernel[place, at], mode="valid") for at in range(3)) + bias[place]
        for place in (0, 1)
    ]
    made = answers(network(tmp_path, "m.h5"), solid[None])[0]
    assert np.allclose(made, wanted, atol=1e-5)


def test_a_former_hard_sigmoid_behind_dense_and_alone_answers_as_it_did(tmp_path: Path) -> None:
    document = chain(
        [
            layer("Dense", "d", units=3, activation="hard_sigmoid", batch_input_shape=[None, 4]),
            layer("Activation", "a", activation="hard_sigmoid"),
        ],
        "2.3.1",
    )
    kernel, bias = 3 * drawn(4, 3), drawn(3)
    write_h5(tmp_path / "m.h5", document, {"d": {"d/kernel:0": kernel, "d/bias:0": bias}})
    rows = drawn(8, 4)
    wanted = former_hard_sigmoid(former_hard_sigmoid(rows @ kernel + bias))
    assert np.allclose(answers(network(tmp_path, "m.h5"), rows), wanted, atol=1e-6)


def test_weights_of_a_model_within_a_model_go_to_its_layers_by_name(tmp_path: Path) -> None:
    inner = graph(
        [
            given_input("inner", [4]),
            layer("BatchNormalization", "n", [[["inner", 0, 0, {}]]], axis=-1, epsilon=1e-3),
            layer("Dense", "d", [[["n", 0, 0, {}]]], units=2),
        ],
        [["d", 0, 0]],
        "2.3.1",
    )
    tower = {"class_name": "Model", "name": "t", "config": inner["config"],
             "inbound_nodes": [[["a", 0, 0, {}]]]}  # fmt: skip
    document = graph([given_input("a", [4]), tower], [["t", 1, 0]], "2.3.1")
    gamma, beta, mean, variance = drawn(4), drawn(4), drawn(4), 1 + drawn(4) ** 2
    kernel, bias = drawn(4, 2), drawn(2)
    arrays = {"n/gamma:0": gamma, "n/beta:0": beta, "d/kernel:0": kernel, "d/bias:0": bias,
              "n/moving_mean:0": mean, "n/moving_variance:0": variance}  # fmt: skip
    write_h5(tmp_path / "m.h5", document, {"a": {}, "t": arrays}, backend="tensorflow")
    rows = drawn(5, 4)
    normed = (rows - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    made = answers(network(tmp_path, "m.h5"), rows)
    assert np.allclose(made, normed @ kernel + bias, atol=1e-5)


def model_of_keras_3() -> keras.Model:
    keras.utils.set_random_seed(1)
    series = keras.Input((5, 4), name="series")
    inner = keras.Sequential(
        [keras.layers.Dense(4), keras.layers.BatchNormalization()], name="inner"
    )
    x = keras.layers.Bidirectional(keras.layers.GRU(2, return_sequences=True))(series)
    x = keras.layers.TimeDistributed(keras.layers.Dense(4))(inner(x))
    x = keras.layers.MultiHeadAttention(2, 3)(x, x)
    model = keras.Model(series, keras.layers.Dense(2)(keras.layers.LSTM(3)(x)))
    for variable in model.weights:
        variable.assign(RANDOM.uniform(0.1, 1, size=variable.shape))
    return model


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, keras.Model]:
    """Return a folder with one model in every form in which Keras 3 saves it."""
    folder = tmp_path_factory.mktemp("saved")
    model = model_of_keras_3()
    model.save(folder / "m.keras")
    model.save(folder / "m.h5")
    model.save_weights(folder / "m.weights.h5")
    (folder / "m.json").write_text(model.to_json(), encoding="utf-8")
    return folder, model


@pytest.mark.parametrize(
    ("file", "weights"), [("m.keras", None), ("m.h5", None), ("m.json", "m.weights.h5")]
)
def test_every_form_in_which_keras_3_saves_answers_as_the_model_did(
    file: str, weights: str | None, saved: tuple[Path, keras.Model]
) -> None:
    folder, model = saved
    rows = drawn(3, 5, 4)
    made = answers(network(folder, file, weights), rows)
    assert np.allclose(made, answers(model, rows), atol=1e-6)


def test_the_spec_of_an_imported_file_has_a_layer_a_line(
    saved: tuple[Path, keras.Model], tmp_path: Path
) -> None:
    folder, model = saved
    text = import_model(folder / "m.keras", tmp_path / "spec.yaml").spec.read_text()
    lines = [line.strip() for line in text.splitlines()]
    named = [line.removeprefix("name: ") for line in lines if line.startswith("name: ")]
    assert {one.name for one in model.layers} <= set(named)
    assert "  weights: m.keras" in text.splitlines()


def test_weights_of_other_shapes_are_told_by_layer(tmp_path: Path) -> None:
    document = chain([dense_1("d", 3, batch_input_shape=[None, 4])], "1.2.2")
    write_h5(tmp_path / "m.h5", document, {"d": {"d_W": drawn(5, 3), "d_b": drawn(3)}})
    with pytest.raises(Refused) as refused:
        network(tmp_path, "m.h5")
    (found,) = refused.value.diagnostics
    assert found.code == "A130"
    assert "d holds (4, 3), (3,), the file (5, 3), (3,)" in found.message


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    two = chain([dense_1("d", 3, batch_input_shape=[None, 4]), dense_1("e", 3)], "1.2.2")
    write_h5(tmp_path / "m.h5", two, {"x": {"x_W": drawn(4, 3), "x_b": drawn(3)}})
    with pytest.raises(Refused) as refused:
        network(tmp_path, "m.h5")
    assert [one.code for one in refused.value.diagnostics] == ["A136"]


def test_a_layer_of_a_new_name_begins_anew_and_the_others_do_not(tmp_path: Path) -> None:
    document = chain([dense_1("d", 3, batch_input_shape=[None, 4])], "1.2.2")
    kernel = drawn(4, 3)
    write_h5(tmp_path / "m.h5", document, {"d": {"d_W": kernel, "d_b": drawn(3)}})
    spec = tmp_path / "spec.yaml"
    layers = "[Input: [4], {Dense: 3, name: d}, {Dense: 2, name: head}]"
    spec.write_text(f"nnspec: 1\nmodel: {{layers: {layers}, weights: m.h5}}\n", encoding="utf-8")
    model = nnspec.compile(spec)
    assert np.array_equal(model.get_layer("d").get_weights()[0], kernel)
    assert model.get_layer("head").get_weights()[0].shape == (3, 2)


def test_an_array_that_stands_in_another_file_is_not_read(tmp_path: Path) -> None:
    document = chain([dense_1("d", 3, batch_input_shape=[None, 4])], "1.2.2")
    write_h5(tmp_path / "m.h5", document, {"d": {"d_W": drawn(4, 3), "d_b": drawn(3)}})
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["secret"] = drawn(4, 3)
    with h5py.File(tmp_path / "m.h5", "a") as stored:
        group = stored["model_weights/d"]
        del group["d_W"]
        group["d_W"] = h5py.ExternalLink("other.h5", "/secret")
    with pytest.raises(Refused) as refused:
        network(tmp_path, "m.h5")
    assert "no array 'd_W' of its own" in refused.value.diagnostics[0].message


def test_an_array_larger_than_the_network_is_not_read(tmp_path: Path) -> None:
    document = chain([dense_1("d", 3, batch_input_shape=[None, 4])], "1.2.2")
    write_h5(tmp_path / "m.h5", document, {"d": {"d_W": drawn(4, 3), "d_b": drawn(3)}})
    with h5py.File(tmp_path / "m.h5", "a") as stored:
        group = stored["model_weights/d"]
        del group["d_W"]
        group.create_dataset("d_W", shape=(10**6, 10**6), dtype="f4", chunks=(1000, 1000))
    with pytest.raises(Refused) as refused:
        network(tmp_path, "m.h5")
    assert "larger than the whole network" in refused.value.diagnostics[0].message


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.weights.h5"])
def test_damaged_files_are_refused_and_never_a_traceback(
    name: str, saved: tuple[Path, keras.Model], tmp_path: Path
) -> None:
    folder, model = saved
    whole = (folder / name).read_bytes()
    chance = random.Random(0)  # noqa: S311 - damage, no secret
    spec = tmp_path / "spec.yaml"
    spec.write_text(f"nnspec: 1\nmodel: {{file: {name}}}\n", encoding="utf-8")
    for _ in range(25):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 40)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        cut = chance.choice((len(whole), chance.randrange(len(whole))))
        (tmp_path / name).write_bytes(damaged[:cut])
        told = nnspec.validate(spec)
        assert all(one.message for one in told)
        with suppress(Refused):
            put_weights(model, tmp_path / name)


def test_the_weights_of_a_tensorflow_js_model_are_taken(tmp_path: Path) -> None:
    kernel, bias = drawn(4, 3), drawn(3)
    dense = layer("Dense", "d", units=3, batch_input_shape=[None, 4])
    topology = {"model_config": chain([dense], "2.13.1"), "keras_version": "2.13.1"}
    weights = [{"name": "d/kernel", "shape": [4, 3], "dtype": "float32"},
               {"name": "d/bias", "shape": [3], "dtype": "float32"}]  # fmt: skip
    manifest = [{"paths": ["a.bin", "b.bin"], "weights": weights}]
    content = kernel.tobytes() + bias.tobytes()
    (tmp_path / "a.bin").write_bytes(content[:10])
    (tmp_path / "b.bin").write_bytes(content[10:])
    document = {"format": "layers-model", "modelTopology": topology, "weightsManifest": manifest}
    (tmp_path / "model.json").write_text(json.dumps(document), encoding="utf-8")
    import_model(tmp_path / "model.json", tmp_path / "spec.yaml")
    rows = drawn(5, 4)
    made = answers(nnspec.compile(tmp_path / "spec.yaml"), rows)
    assert np.allclose(made, rows @ kernel + bias, atol=1e-6)


@pytest.mark.slow
@pytest.mark.skipif(not KEPT, reason="the collection of HDF5 files is not here")
def test_files_with_their_writers_answers_are_answered_equally(tmp_path: Path) -> None:
    for kept in KEPT:
        name = kept.name.replace("_inputs_and_outputs", "_model")
        (tmp_path / name).write_bytes((SHARED / name).read_bytes())
        model = network(tmp_path, name)
        if any(one.get_config().get("data_format") == "channels_first" for one in model.layers):
            # Many CPUs convolve channels that stand first in no other way.
            model.compile(jit_compile=True)
        with h5py.File(kept) as stored:
            rows = [np.asarray(one) for one in stored["inputs"].values()]
            wanted = [np.asarray(one) for one in stored["predictions"].values()]
        made = model.predict(rows if len(rows) > 1 else rows[0], verbose=0)
        for one, two in zip(made if len(wanted) > 1 else [made], wanted, strict=True):
            assert np.allclose(one, two, rtol=1e-5, atol=1e-5), name

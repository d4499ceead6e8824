"""A model file that cannot be imported is one finding, which says why and leaves nothing behind."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

import nnspec
from nnspec.commands.program import run
from nnspec.diagnostics import Refused

Said = dict[str, Any]
DENSE: Said = {"module": "keras.layers", "class_name": "Dense", "config": {"name": "d", "units": 2}}
OWN: Said = {"module": "mine", "class_name": "Capsule", "registered_name": "mine>Capsule"}


def document(*layers: Said, **more: Any) -> Said:
    given = {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, 4]}}
    config = {"name": "s", "layers": [{"module": "keras.layers", **given}, *layers]}
    return {"module": "keras", "class_name": "Sequential", "config": config, **more}


def archive(said: Said, version: str = "3.9.0") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("config.json", json.dumps(said))
        packed.writestr("metadata.json", json.dumps({"keras_version": version}))
    return stream.getvalue()


def hdf5(said: Said) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as stored:
        stored.attrs["model_config"] = json.dumps(said)
    return stream.getvalue()


def encrypted(content: bytes) -> bytes:
    """Return an archive whose members say that they are encrypted."""
    changed = bytearray(content)
    for head, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        begin = content.find(head)
        while begin >= 0:
            changed[begin + place] |= 1
            begin = content.find(head, begin + 4)
    return bytes(changed)


def told(file: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what an import says, which refuses the file with one error and writes nothing."""
    spec = file.with_name("spec.yaml")
    assert run(["import", str(file), "-o", str(spec)]) == 1
    assert not spec.exists()
    found = " ".join(capsys.readouterr().err.split())
    assert "Traceback" not in found
    assert sum(found.count(f"[{letter}1") for letter in "DSYLX") == 1
    return found


FINE = archive(document(DENSE))
FILES = {
    "m.keras": [
        (b"", "no .keras archive"),
        (b"none", "no .keras archive"),
        (FINE[: len(FINE) // 2], "no .keras archive"),
        (encrypted(FINE), "encrypted"),
        (FINE[:60] + bytes(20) + FINE[80:], "damaged"),
    ],
    "m.h5": [
        (b"", "no HDF5 file"),
        (hdf5(document(DENSE))[:900], "damaged"),
        (hdf5({}), "no model of Keras"),
    ],
    "m.json": [
        (b"", "empty"),
        (b"[1]", "must be a mapping"),
        (b'{"a": 1}', "no model of Keras"),
        (b'{"config": ', "is due here"),
    ],
    "m.pb": [(b"\x08\x01", "no model document")],
}


@pytest.mark.parametrize(
    ("name", "content", "says"), [(name, *one) for name, some in FILES.items() for one in some]
)
def test_a_file_that_holds_no_model_says_why(
    name: str, content: bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    assert says in told(tmp_path / name, capsys)


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.json"])
def test_a_file_that_is_not_there_is_said_to_be_missing(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no such file" in told(tmp_path / name, capsys).lower()


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.json", "m.yaml"])
def test_a_file_of_three_gigabytes_is_refused_without_reading_it(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / name).open("wb") as stream:
        stream.truncate(3 * 2**30)
    told(tmp_path / name, capsys)


@pytest.mark.parametrize(
    "layer",
    [
        {**DENSE, "class_name": "DenseOfTomorrow"},
        {**DENSE, "config": {**DENSE["config"], "tomorrow": 3}},
    ],
)
def test_a_layer_of_a_newer_keras_is_refused_with_its_version(
    layer: Said, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m.keras").write_bytes(archive(document(layer), "9.1.0"))
    assert "the file is of Keras 9.1.0, newer than 3.15" in told(tmp_path / "m.keras", capsys)


def test_a_file_of_a_newer_keras_that_holds_known_layers_is_imported(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps(document(DENSE, keras_version="9.1.0")))
    assert run(["import", str(tmp_path / "m.json"), "-o", str(tmp_path / "spec.yaml")]) == 0


def test_a_layer_of_foreign_code_is_told_with_the_shapes_around_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = {**OWN, "config": {"name": "capsule"}, "build_config": {"input_shape": [None, 4]}}
    behind = {**DENSE, "build_config": {"input_shape": [None, 7]}}
    (tmp_path / "m.json").write_text(json.dumps(document(own, behind)))
    found = told(tmp_path / "m.json", capsys)
    assert "what enters it is (None, 4); what leaves it is (None, 7)" in found
    assert "a block of layers" in found
    assert "as a plugin" in found


def test_a_call_that_names_no_tensor_is_refused(tmp_path: Path) -> None:
    given = document()["config"]["layers"][0]
    calls = [{"args": [{"x": {"class_name": "__numpy__"}}], "kwargs": {}}]
    layers = [
        {**given, "name": "i", "inbound_nodes": []},
        {**DENSE, "name": "d", "inbound_nodes": calls},
    ]
    config = {
        "name": "m",
        "layers": layers,
        "input_layers": [["i", 0, 0]],
        "output_layers": [["d", 0, 0]],
    }
    said = {"module": "keras", "class_name": "Functional", "config": config}
    (tmp_path / "m.json").write_text(json.dumps(said))
    assert run(["import", str(tmp_path / "m.json"), "-o", str(tmp_path / "spec.yaml")]) == 1


@pytest.mark.keras
def test_weights_of_other_shapes_than_the_file_s_own_layers_are_refused(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="d")])
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as stored:
        members = {one: stored.read(one) for one in stored.namelist()}
    members["config.json"] = members["config.json"].replace(b'"units": 2', b'"units": 3')
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    (tmp_path / "spec.yaml").write_text("nnspec: 1\nmodel: {file: other.keras}\n")
    with pytest.raises(Refused) as refused:
        nnspec.compile(tmp_path / "spec.yaml")
    (found,) = refused.value.diagnostics
    assert found.code == "A130"
    assert "(4, 3)" in found.message
    assert "(4, 2)" in found.message


def test_a_model_file_given_to_validate_is_told_what_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in (("m.keras", FINE), ("m.h5", hdf5(document(DENSE)))):
        (tmp_path / name).write_bytes(content)
        assert run(["validate", str(tmp_path / name)]) == 1
        said = " ".join("".join(capsys.readouterr()).split())
        assert "nnspec import FILE -o spec.yaml" in said
        assert "[Y107]" in said


@pytest.mark.keras
def test_operations_in_an_hdf5_file_are_known_without_their_module(tmp_path: Path) -> None:
    given = keras.Input((4,))
    seen = keras.layers.Dense(3)(given)
    scaled = keras.layers.ReLU(6)(seen + 3.0) * 0.5
    joined = keras.layers.Add()([2.0 - scaled, seen * scaled])
    model = keras.Model(given, keras.ops.mean(joined, axis=1, keepdims=True))
    model.save(tmp_path / "m.h5")
    (tmp_path / "spec.yaml").write_text("nnspec: 1\nmodel: {file: m.h5}\n")
    rows = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    own = nnspec.compile(tmp_path / "spec.yaml")
    np.testing.assert_allclose(np.asarray(own(rows)), np.asarray(model(rows)), atol=1e-5)

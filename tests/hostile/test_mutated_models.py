"""Whatever a model file holds, it is read or refused: no exception, no code, no file outside.

`bench/mutated_models.py` tries ten thousand mutants; here are enough to notice a slip.
"""

import base64
import inspect
import io
import json
import marshal
import pkgutil
import random
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from hdf5_files import SECRET
from model_files import Files, Mutants, packed, starts, stock_of

from nnspec.catalog.registry import find, names
from nnspec.diagnostics import Refused
from nnspec.exchange.read.weights import put_weights
from nnspec.pipeline.check import check
from nnspec.pipeline.compile import compile_model
from nnspec.pipeline.imported import import_model

pytestmark = pytest.mark.keras

MUTANTS = 50
EVENTS = ("subprocess.", "socket.", "ctypes.", "pickle.", "os.system")
"""What Python's audit tells of programs and connections."""
CODE = "code of a file"
"""Name of the file that code within a model says it is from."""
HEARD: list[str] = []
LISTENING: list[bool] = []


def hear(event: str, arguments: tuple[Any, ...]) -> None:
    own = event == "exec" and getattr(arguments[0], "co_filename", "") == CODE
    if LISTENING and (own or event.startswith(EVENTS)):
        HEARD.append(event)


sys.addaudithook(hear)


def imported(files: Files, folder: Path, weights: str | None = None) -> set[str]:
    """Return the codes with which an import is refused; none where the spec is written."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    HEARD.clear()
    LISTENING.append(True)
    try:
        given = folder / weights if weights else None
        import_model(folder / next(iter(files)), folder / "spec.yaml", given)
    except Refused as refused:
        return {one.code for one in refused.diagnostics}
    finally:
        LISTENING.clear()
        assert not HEARD
    return set()


@pytest.fixture(scope="module")
def mutants(tmp_path_factory: pytest.TempPathFactory) -> Mutants:
    sound = starts(tmp_path_factory.mktemp("starts"))
    return Mutants(sound, stock_of(sound))


def test_every_sound_file_is_imported(mutants: Mutants, tmp_path: Path) -> None:
    for number, start in enumerate(mutants.sound):
        folder = tmp_path / str(number)
        folder.mkdir()
        weights = "model.weights.h5" if start.form == ".weights.h5" else None
        assert imported(start.files, folder, weights) == set(), start.form


def test_a_mutated_model_file_is_imported_or_refused(mutants: Mutants, tmp_path: Path) -> None:
    refused = 0
    for number in range(MUTANTS):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = mutants.draw(random.Random(number))  # noqa: S311 - repeatable, and no secret
        weights = next((one for one in files if one.endswith(".weights.h5")), None)
        began = time.process_time()
        refused += bool(imported(files, folder, weights))
        assert time.process_time() - began < 10
    assert 5 < refused < MUTANTS


def network(folder: Path, name: str) -> keras.Model:
    (folder / "spec.yaml").write_text(
        f"nnspec: 1\nmodel: [{{Input: [4]}}, {{Dense: 3, name: d}}, {{Dense: 2, name: e}}]\n"
        f"name: {name}\n",
        encoding="utf-8",
    )
    return compile_model(folder / "spec.yaml")


def written(folder: Path, change: Any) -> Path:
    """Return weights of that network in groups, changed."""
    file = folder / "w.h5"
    with h5py.File(file, "w") as stored:
        stored.attrs["layer_names"] = [b"d", b"e"]
        for name, shape in (("d", (4, 3)), ("e", (3, 2))):
            group = stored.create_group(name)
            group.attrs["weight_names"] = [b"kernel", b"bias"]
            group["kernel"] = [[0.5] * shape[1]] * shape[0]
            group["bias"] = [0.5] * shape[1]
        change(stored)
    return file


def link_outside(file: h5py.File) -> None:
    del file["d/kernel"]
    file["d/kernel"] = h5py.ExternalLink(SECRET, "/a")


def store_outside(file: h5py.File) -> None:
    del file["d/kernel"]
    file.create_dataset("d/kernel", (4, 3), "f4", external=[(SECRET, 0, 48)])


def view_outside(file: h5py.File) -> None:
    del file["d/kernel"]
    layout = h5py.VirtualLayout((4, 3), "f4")
    layout[...] = h5py.VirtualSource(SECRET, "a", shape=(4, 3))
    file.create_virtual_dataset("d/kernel", layout)


def declare_much(file: h5py.File) -> None:
    del file["d/kernel"]
    file.create_dataset("d/kernel", (2**40,), "f4", chunks=(1024,))


def name_many_times(file: h5py.File) -> None:
    file["d"].attrs["weight_names"] = np.array([b"kernel"] * 5_000)


def hold_text(file: h5py.File) -> None:
    del file["d/kernel"]
    file["d/kernel"] = "text"


@pytest.mark.parametrize(
    "change",
    [link_outside, store_outside, view_outside, declare_much, name_many_times, hold_text],
    ids=lambda one: one.__name__,
)
def test_an_array_that_is_not_the_file_s_own_is_refused(change: Any, tmp_path: Path) -> None:
    with h5py.File(tmp_path / SECRET, "w") as other:
        other["a"] = [[7.0] * 3] * 4
    model = network(tmp_path, "linked")
    before = model.get_layer("d").get_weights()
    with pytest.raises(Refused) as refused:
        put_weights(model, written(tmp_path, change))
    assert [one.code for one in refused.value.diagnostics] == ["D102"]
    assert (model.get_layer("d").get_weights()[0] == before[0]).all()


def test_groups_within_themselves_end(tmp_path: Path) -> None:
    file = tmp_path / "w.weights.h5"
    with h5py.File(file, "w") as stored:
        group = stored.create_group("layers/dense")
        for name in ("layer", "cell", "cells", "forward_layer", "backward_layer", "query_dense"):
            group[name] = group
    with pytest.raises(Refused) as refused:
        put_weights(network(tmp_path, "rings"), file)
    assert [one.code for one in refused.value.diagnostics] == ["D102"]


def test_weights_that_unpack_to_far_more_than_the_network_are_refused(tmp_path: Path) -> None:
    model = network(tmp_path, "bomb")
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as stored:
        members = {one: stored.read(one) for one in stored.namelist()}
    blown = packed(members, blown="model.weights.h5", size=2**27)
    (tmp_path / "b.keras").write_bytes(blown)
    with pytest.raises(Refused) as refused:
        put_weights(model, tmp_path / "b.keras")
    (found,) = refused.value.diagnostics
    assert "larger than 64 MB" in found.message


def code() -> str:
    """Return what Keras writes of a function that would leave a file."""
    made = compile("open('owned', 'w').write('x')", CODE, "eval")
    return base64.b64encode(marshal.dumps(made)).decode()


def document(layer: dict[str, Any], **more: Any) -> dict[str, Any]:
    given = {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, 4]}}
    layers = [given, layer]
    return {"class_name": "Sequential", "config": {"name": "s", "layers": layers}, **more}


def keras_3_lambda() -> dict[str, Any]:
    function = {"class_name": "__lambda__", "config": {"code": code(), "defaults": None}}
    config = {"name": "own", "function": function}
    return {"module": "keras.layers", "class_name": "Lambda", "config": config}


def keras_2_lambda() -> dict[str, Any]:
    config = {"name": "own", "function": [code(), None, None], "function_type": "lambda"}
    return {"class_name": "Lambda", "config": config}


def as_archive(text: str) -> bytes:
    return packed({"config.json": text.encode(), "metadata.json": b'{"keras_version": "3.1"}'})


def as_hdf5(text: str) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as stored:
        stored.attrs["model_config"] = text
        stored.attrs["keras_version"] = "2.4.0"
    return stream.getvalue()


def carriers() -> Iterator[tuple[str, bytes]]:
    """Give files that hold a Lambda, in every form that is read."""
    new = json.dumps(document(keras_3_lambda()))
    old = json.dumps(document(keras_2_lambda(), keras_version="2.4.0"))
    yield "m.json", new.encode()
    yield "m.json", old.encode()
    yield "m.json", json.dumps(old).encode()
    yield "m.yaml", old.encode()
    yield "m.keras", as_archive(new)
    yield "m.h5", as_hdf5(old)
    yield "m.json", json.dumps({"modelTopology": {"model_config": json.loads(old)}}).encode()
    timed = {"class_name": "TimeDistributed", "config": {"name": "t", "layer": keras_3_lambda()}}
    yield "m.json", json.dumps(document({**timed, "module": "keras.layers"})).encode()
    dense = {"name": "d", "units": 2, "activation": keras_3_lambda()["config"]["function"]}
    yield "m.json", json.dumps(document({"class_name": "Dense", "config": dense})).encode()


@pytest.mark.parametrize(("name", "content"), list(carriers()))
def test_a_lambda_is_refused_in_whatever_file_it_comes(
    name: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = imported({name: content}, tmp_path)
    assert found & {"X102", "S106", "S107", "X101"}
    assert not (tmp_path / "owned").exists()


def public_names() -> list[tuple[str, str]]:
    """Return module and name of every public class and function of Keras."""
    found: set[tuple[str, str]] = set()
    modules = [keras] + [
        sys.modules[one.name]
        for one in pkgutil.walk_packages(keras.__path__, "keras.")
        if one.name in sys.modules and not {"src", "_tf_keras"} & set(one.name.split("."))
    ]
    for module in modules:
        for name, value in vars(module).items():
            public = inspect.isclass(value) or callable(value)
            if public and not name.startswith("_"):
                found.add((module.__name__, name))
    return sorted(found)


def numbered(folder: Path, layers: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Give the layers that these layers become, by their names; some at a time, in chains."""
    given = {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, 4]}}
    for part in batched(layers, 20):
        model = {"class_name": "Sequential", "config": {"name": "s", "layers": [given, *part]}}
        (folder / "m.json").write_text(json.dumps(model), encoding="utf-8")
        read = check(folder / "m.json")
        assert read.network is not None
        yield from ((one.name, one.node.layer) for one in read.network.nodes)


def batched(layers: list[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """Give layers in groups."""
    for begin in range(0, len(layers), size):
        yield layers[begin : begin + size]


def test_no_public_name_of_keras_is_a_layer_beyond_the_catalogue(tmp_path: Path) -> None:
    listed = public_names()
    assert len(listed) > 900
    made = []
    for number, (module, name) in enumerate(listed):
        config = {"name": f"n{number}", "units": 2, "function": name, "layer": name}
        one = {"module": module, "class_name": name, "registered_name": name, "config": config}
        made.append(one)
    for given, layer in numbered(tmp_path, made):
        if layer is not None and given != "i":
            assert type(layer).__name__ in names("layers"), listed[int(given[1:])]
            assert find("layers", listed[int(given[1:])][1]) is type(layer)


def test_no_public_name_of_keras_is_an_activation_beyond_the_catalogue(tmp_path: Path) -> None:
    listed = public_names()
    made = []
    for number, (module, name) in enumerate(listed):
        function = {"module": module, "class_name": "function", "config": name}
        for place, activation in enumerate((function, f"{module}.{name}")):
            config = {"name": f"n{number}_{place}", "units": 2, "activation": activation}
            made.append({"class_name": "Dense", "module": "keras.layers", "config": config})
    for given, layer in numbered(tmp_path, made):
        if layer is not None and given != "i":
            name = listed[int(given[1:].partition("_")[0])][1]
            assert find("activations", name) is not None, name

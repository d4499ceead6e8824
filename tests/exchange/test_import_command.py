"""`nnspec import` writes a readable spec, and says what stands otherwise than in the file."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from older_documents import (
    BRANCHES_1,
    GATED_2,
    PICTURES_1,
    SERIES_1,
    STATES_2,
    TENSORFLOW,
    TWINS_2,
    chain,
    dense_1,
    given,
    graph,
    layer,
)

from nnspec.commands.program import run
from nnspec.exchange import read
from nnspec.pipeline.check import check

DOCUMENTS = (PICTURES_1, SERIES_1, BRANCHES_1, TWINS_2, STATES_2, GATED_2, TENSORFLOW)


def imported(document: Any, folder: Path, *more: str) -> tuple[int, Path]:
    source, spec = folder / "model.json", folder / "spec.yaml"
    source.write_text(json.dumps(document), encoding="utf-8")
    return run(["import", str(source), "--output", str(spec), *more]), spec


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_spec_is_the_network_of_the_document(document: Any, tmp_path: Path) -> None:
    code, spec = imported(document, tmp_path)
    assert code == 0
    _, here = check(spec).accept()
    _, there = check(tmp_path / "model.json").accept()
    assert [(one.outputs, one.parameters) for one in here.nodes] == [
        (one.outputs, one.parameters) for one in there.nodes
    ]


def test_a_chain_is_written_as_a_list_without_what_follows_by_itself(tmp_path: Path) -> None:
    document = chain(
        [
            dense_1("d", 8, batch_input_shape=[None, 4]),
            layer("Dropout", "drop", p=0.20000000298023224),
            dense_1("e", 2),
        ],
        "1.2.2",
    )
    _, spec = imported(document, tmp_path)
    dense = "{units: %d, kernel_initializer: RandomUniform}"
    assert spec.read_text(encoding="utf-8").splitlines() == [
        "nnspec: 1",
        "model:",
        "  - Input: [4]",
        f"  - Dense: {dense % 8}",
        "  - Dropout: 0.2",
        f"  - Dense: {dense % 2}",
    ]


def residual(times: int) -> Any:
    """Return a graph of equal stretches, each with a path around its layers."""
    layers = [given("x", [8]), layer("Dense", "d0", [[["x", 0, 0, {}]]], units=8)]
    before = "d0"
    for number in range(times):
        feed = [[[before, 0, 0, {}]]]
        layers.append(layer("Dense", f"a{number}", feed, units=8, activation="relu"))
        layers.append(layer("Dense", f"b{number}", [[[f"a{number}", 0, 0, {}]]], units=8))
        both = [[[f"b{number}", 0, 0, {}], [before, 0, 0, {}]]]
        layers.append(layer("Add", f"s{number}", both))
        before = f"s{number}"
    layers.append(layer("Dense", "out", [[[before, 0, 0, {}]]], units=1))
    return graph(layers, [["out", 0, 0]], "2.3.1")


def test_repeated_stretches_are_blocks_where_that_is_asked_for(tmp_path: Path) -> None:
    code, spec = imported(residual(4), tmp_path, "--blocks")
    assert code == 0
    written = yaml.safe_load(spec.read_text(encoding="utf-8"))
    (block,) = written["blocks"].values()
    assert block["layers"][2] == {"Add": {}, "inputs": ["dense_2", "input"]}
    assert [one.get("repeat") for one in written["model"] if "stretch_1" in one] == [4]
    _, here = check(spec).accept()
    _, there = check(tmp_path / "model.json").accept()
    assert [(one.outputs, one.parameters) for one in here.nodes] == [
        (one.outputs, one.parameters) for one in there.nodes
    ]


def test_a_layer_in_a_row_is_repeated_and_one_that_is_used_elsewhere_is_not(
    tmp_path: Path,
) -> None:
    same = [dense_1(name, 4) for name in ("b", "c", "d")]
    document = chain(
        [dense_1("a", 4, batch_input_shape=[None, 4]), *same, dense_1("e", 2)], "1.2.2"
    )
    _, spec = imported(document, tmp_path, "--blocks")
    text = spec.read_text(encoding="utf-8")
    assert "repeat: 4" in text
    assert "blocks" not in text
    used = residual(3)
    used["config"]["output_layers"].append(["a1", 0, 0])
    (tmp_path / "other").mkdir()
    _, spec = imported(used, tmp_path / "other", "--blocks")
    written = yaml.safe_load(spec.read_text(encoding="utf-8"))
    assert "blocks" not in written


def test_how_the_model_was_compiled_is_the_training_section(tmp_path: Path) -> None:
    document = {
        **chain([dense_1("d", 1, batch_input_shape=[None, 4])], "1.1.2"),
        "optimizer": {"name": "SGD", "lr": 0.05000000074505806, "momentum": 0.0, "decay": 1e-6},
        "loss": "mse",
    }
    code, spec = imported(document, tmp_path)
    assert code == 0
    training = check(spec).accept()[0].training
    assert training is not None
    optimizer: Any = training.optimizer
    assert (optimizer.keras_name, optimizer.learning_rate) == ("SGD", 0.05)


def test_what_was_translated_and_what_is_left_out_is_told_by_layer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(SERIES_1, tmp_path)
    told = capsys.readouterr().err
    assert "slides: Convolution1D is written as Conv1D" in told
    assert "words: dropout of whole words is left out" in told
    assert "reads: hard_sigmoid was steeper" in told


def test_a_layer_with_code_of_its_own_is_told_with_what_enters_it_and_two_ways_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = chain(
        [dense_1("d", 6, batch_input_shape=[None, 4]), layer("Capsule", "own", routings=3)], "2.2.4"
    )
    code, spec = imported(document, tmp_path)
    told = " ".join(capsys.readouterr().err.split())
    assert (code, spec.exists()) == (1, False)
    assert "(what enters it is (None, 6))" in told
    assert "a block of layers" in told
    assert "as a plugin" in told


def test_a_spec_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("nnspec: 1\n", encoding="utf-8")
    code, spec = imported(PICTURES_1, tmp_path)
    assert code == 2
    assert spec.read_text(encoding="utf-8") == "nnspec: 1\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.h5", b""),
        ("m.h5", b"\x89HDF\r\n\x1a\n" + bytes(90)),
        ("m.keras", b"PK\x03\x04" + bytes(60)),
        ("m.keras", b"none"),
        ("m.json", b"[1]"),
        ("m.json", b'"{"'),
        ("m.yaml", b"a: &x [*x]"),
        ("m.onnx", b"abc"),
    ],
)
def test_a_file_that_is_no_model_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert run(["import", str(tmp_path / name), "-o", str(tmp_path / "spec.yaml")]) == 1
    assert not (tmp_path / "spec.yaml").exists()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for name in ("m.json", "m.h5", "m.keras"):
        assert run(["import", str(tmp_path / name), "-o", str(tmp_path / "spec.yaml")]) == 1


def test_without_the_library_for_hdf5_the_command_that_installs_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    monkeypatch.delitem(sys.modules, "nnspec.exchange.read.hdf5", raising=False)
    monkeypatch.delattr(read, "hdf5", raising=False)
    (tmp_path / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(90))
    assert run(["import", str(tmp_path / "m.h5"), "-o", str(tmp_path / "spec.yaml")]) == 1
    assert "pip install 'nnspec[tensorflow]'" in capsys.readouterr().err

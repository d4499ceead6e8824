"""Keras' documents as people hand them in: where they may stand, and what is refused where."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from keras_written import SMALL, check_text, entry, layer, model, only, tensor

from nnspec.diagnostics import Refused
from nnspec.network.fill import hash_model
from nnspec.pipeline.check import Checked, check

Read = Callable[..., Checked]


def test_a_bare_document_is_a_spec_of_its_own(tmp_path: Path) -> None:
    spec, network = check_text(SMALL, tmp_path).accept()
    assert spec.name == "model"
    assert [node.name for node in network.nodes] == ["given", "dense"]


def test_a_document_may_stand_in_a_file_beside_the_spec(tmp_path: Path, read: Read) -> None:
    _, alone = check_text(SMALL, tmp_path).accept()
    _, network = read("nnspec: 1\nmodel: {file: model.json}\n").accept()
    assert hash_model(network) == hash_model(alone)


def test_a_document_may_stand_in_place_in_yaml(tmp_path: Path, read: Read) -> None:
    _, alone = check_text(SMALL, tmp_path).accept()
    _, network = read(f"nnspec: 1\nmodel: {json.dumps(SMALL)}\n").accept()
    assert hash_model(network) == hash_model(alone)


def test_a_document_may_be_one_layer_of_a_list(read: Read) -> None:
    text = f"nnspec: 1\nmodel:\n  - Input: [4]\n  - {json.dumps(SMALL)}\n  - Dense: 3\n"
    _, network = read(text).accept()
    assert [node.name for node in network.nodes] == ["input", "net", "dense"]
    assert network.nodes[1].parameters == 10


def test_a_file_may_be_a_model_within(tmp_path: Path, read: Read) -> None:
    check_text(SMALL, tmp_path)
    text = "nnspec: 1\nmodel:\n  - Input: [4]\n  - Model: {file: model.json, trainable: false}\n"
    _, network = read(text).accept()
    assert network.nodes[1].layer
    assert network.nodes[1].layer.trainable is False


@pytest.mark.parametrize("path", ["../model.json", "/etc/model.json"])
def test_a_file_outside_the_folder_is_refused(read: Read, path: str) -> None:
    checked = read(f"nnspec: 1\nmodel: {{file: {path}}}\n")
    assert "outside" in only(checked, "X104")
    assert checked.diagnostics[0].span
    assert checked.diagnostics[0].span.start.line == 2


def test_a_file_outside_the_folder_may_be_allowed(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    check_text(SMALL, tmp_path)
    spec = inner / "spec.yaml"
    spec.write_text("nnspec: 1\nmodel: {file: ../model.json}\n", encoding="utf-8")
    assert check(spec).refused
    assert not check(spec, allow_outside=True).refused


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("{file: https://example.org/model.json}", "X103"),
        ("{file: absent.json}", "D102"),
        ("{file: model.txt}", "S105"),
        ("{file: 3}", "S103"),
        ("{file: model.json, outputs: [dense]}", "S115"),
    ],
)
def test_what_is_no_file_of_a_model_is_refused(read: Read, section: str, code: str) -> None:
    only(read(f"nnspec: 1\nmodel: {section}\n"), code)


def test_a_mistake_in_a_file_is_reported_there(tmp_path: Path, read: Read) -> None:
    wrong = model(entry(), layer("Dense", "dense", [tensor("given")], units=-2))
    check_text(wrong, tmp_path)
    (found,) = read("nnspec: 1\nmodel: {file: model.json}\n").diagnostics
    assert found.file == str(tmp_path / "model.json")
    assert found.span
    line = (
        (tmp_path / "model.json").read_text(encoding="utf-8").split("\n")[found.span.start.line - 1]
    )
    assert line.strip() == '"units": -2'


def test_a_shape_that_does_not_fit_is_reported_at_the_argument_of_the_file(tmp_path: Path) -> None:
    wrong = model(entry(), layer("Reshape", "bend", [tensor("given")], target_shape=[3]))
    checked = check_text(wrong, tmp_path)
    message = only(checked, "G304")
    assert '"bend"' in message


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"class_name": "Lambda"}, "X102", "'dense'"),
        ({"class_name": "TFSMLayer"}, "X102", "'dense'"),
        ({"class_name": "Attend"}, "S106", "'dense'"),
        ({"module": "my.layers"}, "X102", "my.layers"),
        ({"module": "os"}, "X102", "os"),
        ({"registered_name": "mine>Dense"}, "X102", "mine>Dense"),
        ({"module": "keras.src.ops.numpy", "class_name": "Einsum"}, "S106", "dense"),
        ({"module": "keras.src.applications.other", "class_name": "Thing"}, "S106", "dense"),
        ({"name": "no/dense"}, "X105", "no/dense"),
        ({"name": ""}, "S109", "name"),
        ({"inbound_nodes": [3]}, "S103", "args"),
        ({"inbound_nodes": 3}, "S103", "inbound_nodes"),
        ({"modul": "keras.layers"}, "S101", "modul"),
    ],
)
def test_what_no_catalogue_layer_says_is_refused_by_name(
    change: dict[str, Any], code: str, words: str, tmp_path: Path
) -> None:
    dense = layer("Dense", "dense", [tensor("given")], units=2) | change
    if "name" in change:
        dense["config"].pop("name")
    checked = check_text(model(entry(), dense), tmp_path)
    found = [one for one in checked.diagnostics if one.code == code]
    assert found
    assert words in found[0].message
    assert found[0].span


def test_code_in_an_argument_is_refused(tmp_path: Path) -> None:
    function = {"class_name": "__lambda__", "config": {"value": "AAAA"}}
    dense = layer("Dense", "dense", [tensor("given")], units=2, activation=function)
    assert "X102" in {one.code for one in check_text(model(entry(), dense), tmp_path).diagnostics}


def test_a_registered_object_of_a_package_is_refused(tmp_path: Path) -> None:
    own: dict[str, Any] = {
        "module": None,
        "class_name": "Own",
        "config": {},
        "registered_name": "mine>Own",
    }
    dense = layer("Dense", "dense", [tensor("given")], units=2, kernel_regularizer=own)
    assert "mine>Own" in only(check_text(model(entry(), dense), tmp_path), "X102")


def test_a_path_in_an_argument_is_not_opened(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("secret\n", encoding="utf-8")
    text = layer("InputLayer", "given", batch_shape=[None], dtype="string")
    lookup = layer("StringLookup", "lookup", [tensor("given")], vocabulary=str(words))
    checked = check_text(model(text, lookup), tmp_path)
    assert checked.refused
    assert not any("secret" in one.message for one in checked.diagnostics)


def test_a_mask_that_was_computed_by_hand_is_refused(tmp_path: Path) -> None:
    compare = {
        **layer("Greater", "compare", [tensor("given"), 2.0]),
        "module": "keras.src.ops.numpy",
        "registered_name": "Greater",
    }
    steps = layer("InputLayer", "given", batch_shape=[None, 4, 2], dtype="float32")
    call = {"args": [tensor("given")], "kwargs": {"mask": tensor("compare")}}
    checked = check_text(model(steps, compare, layer("LSTM", "lstm", call, units=2)), tmp_path)
    assert "lstm takes a mask" in only(checked, "S106")


@pytest.mark.parametrize(
    ("kind", "value"),
    [("Equal", 0), ("NotEqual", 3), ("NotEqual", 0)],
    ids=["turned", "other", "own"],
)
def test_only_the_mask_that_an_embedding_makes_is_taken_for_its_own(
    kind: str, value: int, tmp_path: Path
) -> None:
    tokens = layer("InputLayer", "given", batch_shape=[None, 4], dtype="int32")
    words = layer(
        "Embedding", "words", [tensor("given")], input_dim=9, output_dim=2, mask_zero=True
    )
    compare = {**layer(kind, "compare", [tensor("given"), value]), "module": "keras.src.ops.numpy"}
    call = {"args": [tensor("words")], "kwargs": {"mask": tensor("compare")}}
    checked = check_text(
        model(tokens, words, compare, layer("LSTM", "reads", call, units=2)), tmp_path
    )
    if (kind, value) == ("NotEqual", 0):
        assert not checked.refused
    else:
        assert "reads takes a mask" in only(checked, "S106")


def test_an_input_that_is_a_mask_alone_is_no_second_finding(tmp_path: Path) -> None:
    steps = layer("InputLayer", "given", batch_shape=[None, 4, 2], dtype="float32")
    marks = layer("InputLayer", "marks", batch_shape=[None, 4], dtype="bool")
    call = {"args": [tensor("given")], "kwargs": {"mask": tensor("marks")}}
    inputs = [["given", 0, 0], ["marks", 0, 0]]
    document = model(steps, marks, layer("LSTM", "reads", call, units=2), inputs=inputs)
    assert "reads takes a mask" in only(check_text(document, tmp_path), "S106")


def test_a_part_of_an_operation_takes_no_layers_name(tmp_path: Path) -> None:
    turned = {**layer("Absolute", "size", [tensor("given")]), "module": "keras.src.ops.numpy"}
    dense = layer("Dense", "size_part_1", [tensor("size")], units=2)
    _, network = check_text(model(entry(), turned, dense), tmp_path).accept()
    names = [node.name for node in network.nodes]
    assert names == ["given", "size_part_1_", "size", "size_part_1"]


def test_what_get_config_returns_is_the_model(tmp_path: Path) -> None:
    _, whole = check_text(SMALL, tmp_path).accept()
    _, network = check_text(SMALL["config"], tmp_path).accept()
    assert hash_model(network) == hash_model(whole)


def test_what_get_config_returns_of_a_chain_is_the_chain(tmp_path: Path) -> None:
    dense = layer("Dense", "dense", units=2)
    config = {"name": "chain", "trainable": True, "layers": [entry(), dense]}
    _, network = check_text(config, tmp_path).accept()
    assert [node.name for node in network.nodes] == ["given", "dense"]


def test_what_get_config_returns_may_stand_in_place(tmp_path: Path, read: Read) -> None:
    _, whole = check_text(SMALL, tmp_path).accept()
    _, network = read(f"nnspec: 1\nmodel: {json.dumps(SMALL['config'])}\n").accept()
    assert hash_model(network) == hash_model(whole)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"class_name": "Dense", "config": {"units": 3}}, "S106"),
        ({"module": "keras_hub.src.models.bert", "class_name": "BertBackbone"}, "X102"),
        ({"class_name": "Backbone", "registered_name": "mine>Backbone"}, "X102"),
    ],
)
def test_an_object_that_is_no_model_is_named(
    change: dict[str, Any], code: str, tmp_path: Path
) -> None:
    checked = check_text({**SMALL, **change}, tmp_path)
    assert change["class_name"] in only(checked, code)
    assert checked.diagnostics[0].hint


def test_a_finding_about_an_argument_names_the_layer(tmp_path: Path) -> None:
    dense = layer("Dense", "hidden", [tensor("given")], units=2, activation="reluu")
    assert "(layer 'hidden')" in only(check_text(model(entry(), dense), tmp_path), "S106")


def test_a_tensor_of_an_unknown_layer_is_refused(tmp_path: Path) -> None:
    dense = layer("Dense", "dense", [tensor("gone")], units=2)
    used = layer("Add", "add", [[tensor("given"), tensor("given")]])
    checked = check_text(model(entry(), used, dense), tmp_path)
    assert "'gone'" in next(one.message for one in checked.diagnostics if one.code == "G101")


def test_two_layers_of_one_name_are_refused(tmp_path: Path) -> None:
    dense = layer("Dense", "dense", [tensor("given")], units=2)
    assert "dense" in only(check_text(model(entry(), dense, dense), tmp_path), "G102")


def test_layers_that_feed_each_other_are_refused(tmp_path: Path) -> None:
    one = layer("Add", "one", [[tensor("given"), tensor("two")]])
    two = layer("Dense", "two", [tensor("one")], units=4)
    checked = check_text(model(entry(), one, two), tmp_path)
    assert {one.code for one in checked.diagnostics} == {"G201"}


@pytest.mark.parametrize(
    "document",
    [
        {"class_name": "Functional", "config": []},
        {"class_name": "Functional", "config": {"layers": []}},
        {"class_name": "Functional", "config": {"layers": [3]}},
        {"class_name": "Functional", "config": {"layers": {"a": 1}}},
        {"class_name": "Sequential", "config": [{"class_name": "Dense"}]},
        {"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense"}]}},
        {"class_name": "MyModel", "config": {"layers": []}},
        {"class_name": "Dense", "config": {"units": 3}},
        {"class_name": 3, "config": {"layers": []}},
        {"class_name": "Functional", "config": "a text"},
        model(entry(), layer("Dense", "dense", [tensor("given")], units={"a": [1]})),
        model(entry(), layer("Dense", "dense", [3.0], units=2)),
        model(entry(), layer("Dense", "dense", units=2)),
        model(entry(), layer("Dense", "dense", [tensor("given")], units=2), outputs=[["no", 0, 0]]),
        model(layer("InputLayer", "given", batch_shape=3), layer("Flatten", "flat")),
    ],
)
def test_what_is_no_model_is_refused_without_a_traceback(document: Any, tmp_path: Path) -> None:
    checked = check_text(document, tmp_path)
    assert checked.refused
    assert all(one.span for one in checked.diagnostics)


def test_applications_of_a_layer_share_its_weights(tmp_path: Path) -> None:
    twice = layer("Dense", "dense", [tensor("given")], [tensor("other")], units=2)
    join = layer("Add", "add", [[tensor("dense"), tensor("dense", 1)]])
    inputs = [["given", 0, 0], ["other", 0, 0]]
    _, network = check_text(
        model(entry(), entry("other"), twice, join, inputs=inputs), tmp_path
    ).accept()
    again = network.by_name["dense_use_2"]
    assert again.node.shares == "dense"
    assert again.parameters == 0
    assert [one.node for one in network.by_name["add"].node.sources] == ["dense", "dense_use_2"]


def test_inputs_keep_the_order_of_the_model(tmp_path: Path) -> None:
    join = layer("Add", "add", [[tensor("given"), tensor("other")]])
    document = model(entry(), entry("other"), join, inputs=[["other", 0, 0], ["given", 0, 0]])
    _, network = check_text(document, tmp_path).accept()
    assert [node.name for node in network.inputs] == ["other", "given"]


@pytest.mark.parametrize(
    ("begin", "kind"), [(b"\x89HDF\r\n", "an HDF5 file"), (b"PK\x03\x04", "a zip archive")]
)
def test_a_saved_model_in_place_of_its_document_is_named(
    begin: bytes, kind: str, tmp_path: Path
) -> None:
    file = tmp_path / "model.keras"
    file.write_bytes(begin + bytes(64))
    with pytest.raises(Refused) as refused:
        check(file)
    (finding,) = refused.value.diagnostics
    assert (finding.code, finding.message) == ("Y107", f"the file is {kind}, and no text")
    assert "nnspec import FILE" in str(finding.hint)

"""Documents of Keras 1, Keras 2 and tf.keras are specs: the same layers, weights and places."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from older_documents import (
    GATED_2,
    PICTURES_1,
    SERIES_1,
    STATES_2,
    TENSORFLOW,
    WEIGHTS,
    chain,
    convolution_1,
    dense_1,
    given,
    graph,
    layer,
    merged_1,
)

from nnspec.catalog.layer import Layer
from nnspec.diagnostics import Refused
from nnspec.pipeline.check import Checked, check


def check_document(document: Any, folder: Path, name: str = "model.json") -> Checked:
    file = folder / name
    file.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return check(file)


def layers_of(document: Any, folder: Path) -> dict[str, Layer]:
    spec, _ = check_document(document, folder).accept()
    return {one.name: one.layer for one in spec.model.layers if isinstance(one.layer, Layer)}


@pytest.mark.parametrize("name", WEIGHTS)
def test_a_document_has_the_weights_that_its_own_library_counts(name: str, tmp_path: Path) -> None:
    document, weights = WEIGHTS[name]
    _, network = check_document(document, tmp_path).accept()
    counted = {node.name: node.parameters for node in network.nodes if node.parameters}
    assert counted == weights


def test_channels_stand_where_the_document_has_them(tmp_path: Path) -> None:
    _, network = check_document(PICTURES_1, tmp_path).accept()
    shapes = {node.name: tuple(node.outputs[0].shape) for node in network.nodes if node.outputs}
    assert shapes["c"] == (None, 4, 8, 6)
    assert shapes["up"] == (None, 4, 16, 12)
    assert shapes["pool"] == (None, 4, 4, 6)


def test_arguments_of_keras_1_keep_their_values(tmp_path: Path) -> None:
    made = layers_of(PICTURES_1, tmp_path)
    slides: Any = made["c"]
    last: Any = made["d"]
    assert (slides.kernel_size, slides.padding, slides.strides) == ((3, 2), "same", (1, 1))
    assert slides.kernel_regularizer.l2 == 0.01
    assert slides.kernel_constraint.max_value == 4
    assert made["drop"].model_dump()["rate"] == 0.25
    assert last.kernel_initializer.minval == -0.05
    reads = layers_of(SERIES_1, tmp_path)["reads"].model_dump()
    assert (reads["dropout"], reads["recurrent_dropout"]) == (0.1, 0.2)
    assert reads["unit_forget_bias"] is True


@pytest.mark.parametrize(
    ("mode", "kind", "said"),
    [
        ("sum", "Add", {}),
        ("mul", "Multiply", {}),
        ("ave", "Average", {}),
        ("max", "Maximum", {}),
        ("concat", "Concatenate", {"axis": -1}),
        ("dot", "Dot", {"axes": -1, "normalize": False}),
        ("cos", "Dot", {"axes": -1, "normalize": True}),
    ],
)
def test_a_merge_is_the_layer_of_its_mode(
    mode: str, kind: str, said: dict[str, Any], tmp_path: Path
) -> None:
    made = layers_of(merged_1(mode), tmp_path)["m"]
    assert made.keras_name == kind
    assert {name: made.model_dump()[name] for name in said} == said


def test_a_merge_by_a_function_is_refused_as_code(tmp_path: Path) -> None:
    checked = check_document(merged_1("4wEAAAA", output_mask=None), tmp_path)
    assert [one.code for one in checked.diagnostics if one.severity == "error"] == ["X102"]


def test_gates_of_keras_2_come_before_the_product_unless_it_says_so(tmp_path: Path) -> None:
    made = layers_of(GATED_2, tmp_path)
    assert made["reads"].model_dump()["reset_after"] is False
    assert made["fast"].model_dump()["reset_after"] is True
    assert made["cuts"].model_dump()["threshold"] == 0.7
    assert made["bends"].model_dump()["negative_slope"] == 0.2


def test_states_behind_the_series_are_those_that_a_layer_begins_with(tmp_path: Path) -> None:
    spec, _ = check_document(STATES_2, tmp_path).accept()
    (speaks,) = [one for one in spec.model.layers if one.name == "speaks"]
    assert [(one.source, one.parameter) for one in speaks.wires][1:] == [
        ("reads.1", "initial_state"),
        ("reads.2", "initial_state"),
    ]


def test_functions_of_tensorflow_are_the_layers_that_compute_the_same(tmp_path: Path) -> None:
    made = layers_of(TENSORFLOW, tmp_path)
    kinds = [one.keras_name for one in made.values()]
    assert kinds == ["Input", "Dense", "Add", "Rescaling", "BatchNormalization"]


@pytest.mark.parametrize("times", [1, 2])
def test_a_document_that_was_encoded_again_is_read(times: int, tmp_path: Path) -> None:
    document: Any = PICTURES_1
    for _ in range(times):
        document = json.dumps(document)
    assert not check_document(document, tmp_path).refused


def test_a_lambda_in_a_document_encoded_twice_is_refused_as_code(tmp_path: Path) -> None:
    inner = chain([layer("Lambda", "code", function=["c\x01\x00", None, None])], "1.1.2")
    with pytest.raises(Refused) as refused:
        check_document(json.dumps(inner), tmp_path)
    assert [one.code for one in refused.value.diagnostics] == ["X102"]


def test_a_document_in_yaml_is_read(tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(
        "backend: theano\nclass_name: Sequential\nkeras_version: 1.2.2\nconfig:\n"
        "- class_name: Dense\n  config:\n    name: d\n    output_dim: 3\n    init: glorot_uniform\n"
        "    batch_input_shape: !!python/tuple [null, 4]\n",
        encoding="utf-8",
    )
    _, network = check(file).accept()
    assert network.by_name["d"].parameters == 15


def test_a_mistake_in_an_old_document_is_told_at_its_own_line(tmp_path: Path) -> None:
    document = chain([convolution_1("c", -4, batch_input_shape=[None, 2, 8, 6])], "1.2.2")
    (found,) = check_document(document, tmp_path).diagnostics
    lines = json.dumps(document, indent=1).splitlines()
    assert found.span is not None
    assert lines[found.span.start.line - 1].strip() == '"nb_filter": -4,'
    assert "'c'" in found.message


def test_an_unknown_layer_of_an_old_document_is_named(tmp_path: Path) -> None:
    document = chain(
        [dense_1("d", 2, batch_input_shape=[None, 4]), layer("Capsule", "own", routings=3)], "2.2.4"
    )
    (found,) = check_document(document, tmp_path).diagnostics
    assert (found.code, "own" in found.message) == ("S106", True)


@pytest.mark.parametrize("topology", [{"model_config": GATED_2}, GATED_2])
def test_the_topology_of_a_tensorflow_js_model_is_read(
    topology: dict[str, Any], tmp_path: Path
) -> None:
    document = {"format": "layers-model", "modelTopology": topology, "weightsManifest": []}
    _, network = check_document(document, tmp_path).accept()
    assert network.by_name["fast"].parameters == 42


def test_a_graph_of_tensorflow_js_is_refused_in_words(tmp_path: Path) -> None:
    document = {"format": "graph-model", "modelTopology": {"node": []}, "weightsManifest": []}
    checked = check_document(document, tmp_path)
    assert "TensorFlow.js" in checked.diagnostics[0].message
    assert checked.refused


@pytest.mark.parametrize(
    ("names", "advice"),
    [
        (b"l2_normalize", "UnitNormalization"),
        (b"expand_dims", "Reshape"),
        (b"random_normal\x00exp", "GaussianNoise"),
        (b"tf\x00image\x00resize", "Resizing"),
    ],
)
@pytest.mark.parametrize("form", ["listed", "mapped"])
def test_a_lambda_with_a_known_body_is_refused_with_the_layers_to_write(
    names: bytes, advice: str, form: str, tmp_path: Path
) -> None:
    code = base64.b64encode(b"\xe3\x01" + names + b"\x00").decode()
    function: Any = [code, None, None] if form == "listed" else {"config": {"code": code}}
    document = chain(
        [dense_1("d", 3, batch_input_shape=[None, 4]), layer("Lambda", "own", function=function)],
        "2.3.1",
    )
    (found,) = check_document(document, tmp_path).diagnostics
    assert found.code == "X102"
    assert advice in str(found.hint)


@pytest.mark.parametrize(
    ("function", "said", "kind", "shape"),
    [
        ("reshape", {"shape": [-1, 6]}, "Reshape", (None, 6)),
        ("math.reduce_mean", {"axis": 1}, "GlobalAveragePooling1D", (None, 3)),
        ("transpose", {"perm": [0, 2, 1]}, "Permute", (None, 3, 2)),
        ("math.l2_normalize", {"axis": -1}, "UnitNormalization", (None, 2, 3)),
        ("nn.relu", {}, "Activation", (None, 2, 3)),
    ],
)
def test_a_function_of_one_tensor_is_the_layer_that_computes_the_same(
    function: str, said: dict[str, Any], kind: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    made = layer("TFOpLambda", "f", [["a", 0, 0, {**said, "name": None}]], function=function)
    document = graph([given("a", [2, 3]), made], [["f", 0, 0]], "2.13.1")
    _, network = check_document(document, tmp_path).accept()
    node = network.by_name["f"]
    assert node.layer is not None
    assert node.layer.keras_name == kind
    assert node.outputs is not None
    assert node.outputs[0].shape == shape

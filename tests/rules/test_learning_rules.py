"""A learning rule in a spec: what it replaces, where it begins; one class against the rest."""

from collections.abc import Callable

import pytest

from nnspec.catalog.layers.core import Dense
from nnspec.diagnostics import Diagnostic
from nnspec.document import parse_document
from nnspec.network.fill import fill_spec, render_spec
from nnspec.pipeline.check import Checked, check_document

Read = Callable[..., Checked]

SPEC = """\
nnspec: 1
data: {source: "sklearn:breast_cancer", target: target}
model:
  - Dense: {units: 1, activation: step@LAYER}
training: {@TRAINING}
"""
STOP = "EarlyStopping: {patience: 3, monitor: mistakes, restore_best_weights: true}"
IRIS = """\
nnspec: 1
data: {source: "sklearn:iris", target: target, @DATA}
model:
  - Dense: {units: 1, activation: step}
training: {rule: perceptron, epochs: 50}
"""


def spec(training: str, layer: str = "") -> str:
    return SPEC.replace("@TRAINING", training).replace("@LAYER", layer)


def only(checked: Checked) -> Diagnostic:
    (found,) = checked.diagnostics
    return found


@pytest.mark.parametrize(
    "written",
    [
        "rule: perceptron, epochs: 9",
        "rule: {perceptron: 0.5}, epochs: 9",
        "rule: {perceptron: {learning_rate: 0.5}}, batch_size: 1, epochs: 9",
        "rule: perceptron, epochs: 9, class_weight: balanced, metrics: [accuracy, recall]",
        f"rule: perceptron, epochs: 9, callbacks: [{STOP}]",
    ],
)
def test_a_rule_needs_neither_optimizer_nor_loss(read: Read, written: str) -> None:
    assert read(spec(written)).diagnostics == ()


@pytest.mark.parametrize(
    ("beside", "hint"),
    [
        ("optimizer: adam", "remove optimizer, or the rule"),
        ("loss: mse", "remove loss, or the rule"),
        ("optimizer: adam, loss: mse", "remove optimizer and loss, or the rule"),
    ],
)
def test_a_rule_beside_what_it_replaces_is_one_finding(read: Read, beside: str, hint: str) -> None:
    found = only(read(spec(f"rule: perceptron, {beside}")))
    assert (found.code, found.hint) == ("S115", hint)
    assert found.span
    assert found.span.start.line == 5


def test_a_rule_learns_row_by_row(read: Read) -> None:
    found = only(read(spec("rule: perceptron, batch_size: 32, epochs: 9")))
    assert (found.code, found.hint) == ("S115", "remove batch_size")
    assert "found batch_size: 32, expected 1" in found.message


def test_without_a_rule_both_are_asked_for(read: Read) -> None:
    found = read(spec("epochs: 9")).diagnostics
    assert [one.code for one in found] == ["S102", "S102"]


@pytest.mark.parametrize(("wrong", "code"), [("perceptrn", "S106"), ("{perceptron: -1}", "S104")])
def test_a_rule_that_cannot_be_read_is_one_finding(read: Read, wrong: str, code: str) -> None:
    assert only(read(spec(f"rule: {wrong}, epochs: 9"))).code == code


def test_a_threshold_under_gradient_descent_is_told_of_the_rule(read: Read) -> None:
    found = only(read(spec("optimizer: SGD, loss: binary_crossentropy, epochs: 9")))
    assert found.code == "T131"
    assert "write rule: perceptron" in str(found.hint)


@pytest.mark.parametrize(
    ("layer", "begins"),
    [
        ("", "Zeros"),
        (", kernel_initializer: zeros", "Zeros"),
        (", kernel_initializer: ones", "Ones"),
        (", kernel_initializer: glorot_uniform", "GlorotUniform"),
    ],
)
def test_weights_begin_at_zero_unless_the_layer_says_otherwise(
    read: Read, layer: str, begins: str
) -> None:
    _, network = read(spec("rule: perceptron, epochs: 9", layer)).accept()
    (unit,) = [one.layer for one in network.nodes if isinstance(one.layer, Dense)]
    assert unit.kernel_initializer.keras_name == begins


def test_gradient_descent_begins_where_keras_does(read: Read) -> None:
    text = spec("optimizer: SGD, loss: binary_crossentropy, epochs: 9")
    first, network = read(text.replace("step", "sigmoid")).accept()
    assert "GlorotUniform" in render_spec(first, network)


@pytest.mark.parametrize("layer", ["", ", kernel_initializer: glorot_uniform"])
def test_a_filled_rule_is_the_same_spec(read: Read, layer: str) -> None:
    first, network = read(spec("rule: {perceptron: 0.5}, epochs: 9", layer)).accept()
    text = render_spec(first, network)
    again = check_document(parse_document(text, "filled.yaml"), folder=first.folder)
    assert again.diagnostics == ()
    assert render_spec(*again.accept()) == text
    training = fill_spec(first, network)["training"]
    assert isinstance(training, dict)
    assert training["rule"] == {"perceptron": {"learning_rate": 0.5}}
    assert not {"optimizer", "loss"} & set(training)


def test_a_filled_training_by_gradients_names_no_rule(read: Read) -> None:
    text = spec("optimizer: SGD, loss: binary_crossentropy, epochs: 9")
    training = fill_spec(*read(text.replace("step", "sigmoid")).accept())["training"]
    assert isinstance(training, dict)
    assert "rule" not in training


def test_a_rule_can_be_set_on_the_command_line(read: Read) -> None:
    text = spec("rule: {perceptron: 0.5}, epochs: 9")
    checked = read(text, "training.rule.perceptron.learning_rate=0.25")
    assert checked.diagnostics == ()
    assert checked.spec
    assert checked.spec.training
    assert checked.spec.training.optimizer.learning_rate == 0.25


@pytest.mark.parametrize(
    "hidden",
    [
        "- Dense: 4",
        "- Dense: {units: 4, activation: relu}",
        "- Dense: {units: 4, activation: softmax}",
        "- Dense: 4\n  - BatchNormalization\n  - Dropout: 0.2",
        "- Dense: {units: 8, activation: tanh}\n  - Dense: 1\n  - Dense: 7",
    ],
)
@pytest.mark.parametrize("end", ["step", "relu"])
def test_a_layer_that_has_to_go_is_not_told_how_to_be_better(
    read: Read, hidden: str, end: str
) -> None:
    text = IRIS.replace("@DATA", "positive: 0, negative: rest").replace("step", end)
    found = read(text.replace("- Dense", f"{hidden}\n  - Dense")).diagnostics
    assert {one.code for one in found} == {"T140"}


def test_a_layer_that_stays_as_it_is_begins_as_ever(read: Read) -> None:
    text = IRIS.replace("@DATA", "positive: 0, negative: rest")
    frozen = "- Dense: {units: 8, activation: tanh, trainable: false}\n  - Dense"
    checked = read(text.replace("- Dense", frozen))
    assert checked.diagnostics == ()
    _, network = checked.accept()
    layers = [one.layer for one in network.nodes if isinstance(one.layer, Dense)]
    assert [one.kernel_initializer.keras_name for one in layers] == ["GlorotUniform", "Zeros"]


def test_several_outputs_are_one_finding(read: Read) -> None:
    text = """
    nnspec: 1
    data: {source: t.csv, features: [x], target: {a: p, b: k}}
    model:
      layers:
        - Dense: {units: 1, activation: step}
          name: a
        - Dense: {units: 1, activation: step}
          name: b
          inputs: input
      outputs: [a, b]
    training: {rule: perceptron, epochs: 9}
    """
    found = [one for one in read(text).diagnostics if one.severity == "error"]
    assert "T140" in [one.code for one in found]


def test_more_than_two_classes_are_told_of_the_rest(read: Read) -> None:
    found = only(read(IRIS.replace(", @DATA", "")))
    assert found.code == "M105"
    assert "negative: rest" in str(found.hint)
    assert read(IRIS.replace("@DATA", "positive: 0, negative: rest")).diagnostics == ()


@pytest.mark.parametrize("data", ["negative: rest", "negative: rest, positive: rest"])
def test_the_rest_needs_a_class_beside_it(read: Read, data: str) -> None:
    found = only(read(IRIS.replace("@DATA", data)))
    assert (found.code, found.hint) == ("S115", "write positive: CLASS")


def test_a_gate_on_an_area_has_nothing_to_rank_by(read: Read) -> None:
    gate = "evaluation: {gates: {roc_auc: {min: 0.9}}}\n"
    found = only(read(spec("rule: perceptron, epochs: 9") + gate))
    assert found.code == "T109"

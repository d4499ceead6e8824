"""One mistake is one finding, at its cause; what follows from it is not told again."""

from collections.abc import Callable

import pytest
from three_heads import HEADS, TRAINED

from nnspec.pipeline.check import Checked

Read = Callable[..., Checked]

PARTS = """\
nnspec: 1
model:
  layers:
    - Input: [5]
    - Model:
        layers:
          - Dense: %s
            name: left
          - Dense: {units: 3, activation: relu}
            name: right
        outputs: [left, right]
      name: pair
    - Concatenate:
      inputs: [pair.left, pair.right]
    - Dense: 2
"""


def errors(checked: Checked) -> list[tuple[str, int]]:
    found = (one for one in checked.diagnostics if one.severity == "error")
    return [(one.code, one.span.start.line if one.span else 0) for one in found]


@pytest.mark.parametrize(
    ("layer", "code"),
    [("{units: -3}", "S104"), ("{}", "S102"), ("{units: 3, kernel_size: 2}", "S101")],
)
def test_a_mistake_in_a_model_within_is_not_told_again_where_its_outputs_are_used(
    read: Read, layer: str, code: str
) -> None:
    assert errors(read(PARTS % layer)) == [(code, 7)]


def test_outputs_of_a_block_that_was_refused_are_not_looked_for(read: Read) -> None:
    text = """
        nnspec: 1
        blocks:
          pair:
            parameters: [width]
            layers:
              - Dense: {units: $width, activation: relu}
                name: left
              - Dense: {units: 3, activation: relu}
                name: right
            outputs: [left, right]
        model:
          - Input: [5]
          - pair
          - Concatenate:
            inputs: [pair.left, pair.right]
        """
    assert errors(read(text)) == [("S102", 14)]


def test_outputs_written_as_a_mapping_are_still_outputs(read: Read) -> None:
    text = f"nnspec: 1\ndata: {{source: t.csv, target: y}}\nmodel:\n{HEADS}"
    text += "  outputs: {a: height, b: sort, c: weight}\n"
    assert errors(read(text)) == [("S103", 15)]


def test_outputs_that_are_left_out_are_told_once_with_the_list_to_write(read: Read) -> None:
    data = "data: {source: t.csv, features: [x], target: {height: h, sort: s, weight: w}}"
    checked = read(f"nnspec: 1\n{data}\nmodel:\n{HEADS}{TRAINED}")
    assert errors(checked) == [("G104", 7)]
    assert checked.diagnostics[0].hint == (
        "write model: {layers: [...], outputs: [height, sort, weight]}"
    )


@pytest.mark.parametrize("layer", ["Dense: 2", "GRU: 4", "LayerNormalization: {}"])
def test_an_input_by_a_parameter_that_a_layer_lacks_is_still_what_feeds_it(
    read: Read, layer: str
) -> None:
    text = f"nnspec: 1\nmodel:\n  - Input: [5, 2]\n    name: first\n  - {layer}\n"
    checked = read(f"{text}    inputs: {{data: first}}\n")
    assert errors(checked) == [("S101", 6)]


def test_probabilities_for_a_loss_of_numbers_are_told_once(read: Read) -> None:
    text = """
        nnspec: 1
        data: {source: "sklearn:wine", target: target}
        model:
          - Dense: {units: 3, activation: softmax}
        training: {optimizer: adam, loss: mae, metrics: [accuracy]}
        """
    assert errors(read(text)) == [("M101", 5)]


@pytest.mark.parametrize(
    ("mistake", "others"),
    [
        ("optimzer: adam", 2),
        ("optimizer: admaa", 2),
        ("optimizer: {SGD: {learning_rate: fast}}", 2),
        ("optimizer: adam, epoch: 3", 2),
        ("optimizer: adam, verbosity: 3", 2),
        ("optimizer: adam, batch_size: none", 2),
    ],
)
def test_one_bad_key_of_a_section_silences_no_rule(read: Read, mistake: str, others: int) -> None:
    text = f"""
        nnspec: 1
        data: {{source: "sklearn:diabetes", target: target}}
        model: [Dense: 1]
        training: {{{mistake}, loss: mse, metrics: [accuracy],
          callbacks: [EarlyStopping: {{monitor: val_accurate}}]}}
        """
    found = [code for code, _ in errors(read(text))]
    assert len(found) == 1 + others
    assert {"M104", "T101"} <= set(found)


def test_what_was_refused_has_no_consequences(read: Read) -> None:
    text = """
        nnspec: 1
        data: {source: "sklearn:iris", target: target}
        model:
          - Input: {shape: [4], batch_size: 8}
          - Dense: {units: 3, activation: soft max}
        training:
          optimizer: adam
          loss: sparse_categorical_crossentropy
          batch_size: eight
          metrics: [acuracy of all]
          callbacks: [EarlyStopping: {monitor: val_accuracy}]
        """
    assert errors(read(text)) == [("S106", 6), ("S103", 10), ("S106", 11)]


def test_a_wrong_variable_is_told_where_it_is_defined(read: Read) -> None:
    text = """
        nnspec: 1
        variables: {wide: -8, drop: 0.2}
        blocks:
          stage: {parameters: [n], layers: [{Dense: {units: $n, activation: relu}}]}
        model:
          - Input: [4]
          - Dense: {units: $wide, activation: relu}
          - Dropout: $drop
          - stage: {n: $wide}
          - stage: {n: 0}
          - stage: {n: 7}
        """
    checked = read(text)
    assert errors(checked) == [("S104", 3), ("S104", 11)]
    (first, second) = (one for one in checked.diagnostics if one.severity == "error")
    assert [one.span.start.line for one in first.related] == [8, 10]
    assert [one.span.start.line for one in second.related] == [5, 11]


def test_a_variable_that_is_right_elsewhere_is_told_where_it_is_wrong(read: Read) -> None:
    text = """
        nnspec: 1
        variables: {size: 2}
        model:
          - Input: [4]
          - Dense: {units: $size, activation: relu}
          - Dropout: $size
          - Dense: 1
        """
    assert errors(read(text)) == [("S104", 7)]


SQUARE = """\
  - Input: [6]
    name: h
  - Multiply:
    inputs: [h, h]
  - Dense: 1
"""
GRAM = """\
  - Input: [5, 3]
    name: h
  - Dot: {axes: 1}
    inputs: [h, h]
  - Flatten
  - Dense: 1
"""
ATTENTION = """\
  - Input: [9, 4]
    name: x
  - Dense: {units: 1, activation: tanh}
  - Softmax: {axis: 1}
    name: share
  - Multiply:
    inputs: [x, share]
  - Flatten
  - Dense: 1
"""
PROBABILITY = """\
  - Input: [4]
  - Dense: {units: 1, activation: sigmoid}
training: {optimizer: adam, loss: mse, metrics: [accuracy]}
"""
LONG = f"""\
  - Input: [4]
  - Dense: {{activation: relu}}
    each: {{units: [{", ".join(["8"] * 450)}]}}
  - Dense: 1
"""


@pytest.mark.parametrize("model", [SQUARE, GRAM, ATTENTION, PROBABILITY, LONG])
def test_what_is_meant_so_is_fine(read: Read, model: str) -> None:
    assert read(f"nnspec: 1\nmodel:\n{model}").diagnostics == ()


@pytest.mark.parametrize("name", ["dat", "DATA", "data5", "dataa"])
def test_a_misspelt_section_is_read_as_the_one_that_is_meant(read: Read, name: str) -> None:
    text = f"""
        nnspec: 1
        {name}: {{source: "sklearn:wine", target: target}}
        model:
          - Dense: {{units: 4, activation: softmax}}
        training: {{optimizer: adam, loss: sparse_categorical_crossentropy}}
        """
    assert errors(read(text)) == [("S101", 3), ("M105", 5)]


def test_an_entry_that_cannot_be_read_may_be_what_other_layers_name(read: Read) -> None:
    text = """
        nnspec: 1
        model:
          - Input: [4]
            name: first
          - Dense: 4
            label: second
          - Add:
            sources: [first, second]
          - Dense: 2
            inputs: second
        """
    assert errors(read(text)) == [("S109", 7), ("S109", 9)]


FOLLOWING = {
    "a broken noise, and a gate on its figure": (
        """
        nnspec: 1
        data: {source: "sklearn:digits"}
        model: [Dense: 16, Dense: 64]
        training: {optimizer: adam, loss: mse}
        evaluation:
          noise: {GaussianNoise: np.0.3}
          gates: {noise_left: {max: 0.8}}
        """,
        ("S103", 7, "write the number alone: 0.3"),
    ),
    "a map without its rule": (
        """
        nnspec: 1
        data: {source: "sklearn:iris"}
        model:
          - SelfOrganizingMap: [3, 3]
        training: {epochs: 5}
        """,
        ("T150", 5, "write rule: kohonen under training, in the place of optimizer and loss"),
    ),
    "a target called labels": (
        """
        nnspec: 1
        data: {source: t.csv, features: [age, pay], labels: left}
        model:
          - Dense: {units: 1, activation: sigmoid}
        training: {optimizer: adam, loss: binary_crossentropy, class_weight: balanced}
        """,
        (
            "T152",
            3,
            "write target: left, or end the model with SelfOrganizingMap and rule: kohonen",
        ),
    ),
    "quantiles, and an interval, of no target": (
        """
        nnspec: 1
        data: {source: t.csv, features: [age, pay], split: {validation: 0.2, test: 0.2}}
        model:
          - Dense: 3
        training: {optimizer: adam, loss: {Pinball: {quantiles: [0.1, 0.5, 0.9]}}}
        evaluation: {interval: 0.9}
        """,
        ("M138", 6, "add data.target; a network that gives back its input has loss: mse"),
    ),
    "a name that is none, and its use": (
        """
        nnspec: 1
        model:
          layers:
            - Input: [5]
            - Model:
                inputs: (tokens]
                layers:
                  - Dense: 3
                    inputs: tokens
            - Dense: 2
        """,
        ("S110", 7, None),
    ),
    "an argument that went from a layer to the model": (
        """
        nnspec: 1
        model:
          output_dim: 32
          layers:
            - Input: [5]
            - Embedding: {input_dim: 50}
            - Flatten
            - Dense: 2
        """,
        ("S101", 4, "move it to Embedding, which lacks it"),
    ),
    "a number where another section has its place": (
        """
        nnspec: 1
        data: {source: t.csv, features: [age, pay], test: 0.3}
        model: [Dense: 2]
        """,
        ("S101", 3, "write it below data: split:"),
    ),
}


@pytest.mark.parametrize(("text", "told"), FOLLOWING.values(), ids=FOLLOWING)
def test_what_follows_from_a_mistake_is_not_told_beside_it(
    read: Read, text: str, told: tuple[str, int, str | None]
) -> None:
    checked = read(text)
    assert errors(checked) == [told[:2]]
    (found,) = (one for one in checked.diagnostics if one.severity == "error")
    assert found.hint == told[2]

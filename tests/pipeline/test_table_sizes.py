"""`input_dim: auto`: tables of embeddings take their size from what feeds them."""

from pathlib import Path

import pytest

import nnspec
from nnspec.diagnostics import Refused
from nnspec.network.fill import render_spec
from nnspec.pipeline.check import check
from nnspec.pipeline.opened import open_spec

KINDS = ("Blå", "Blå", "Grün", "Grün", "Rot", "")
SPEC = """\
nnspec: 1
data:
  source: table.csv
  target: y
  columns: {COLUMNS}
  inputs: INPUTS
  split: {validation: 0, test: 0.25, method: time}
model:
MODEL
  - Flatten
  - Dense: 1
training: {optimizer: adam, loss: mse}
"""
ALONE = "  - Embedding: {input_dim: auto, output_dim: 2}"


def write(folder: Path, columns: str, inputs: str, model: str = ALONE) -> Path:
    rows = [
        f"{KINDS[row % 6]},{7 if row == 79 else row % 5},{'a b' if row % 2 else 'c B a'},{row % 3}"
        for row in range(80)
    ]
    (folder / "table.csv").write_text("\n".join(["Farbe (neu),Id,Text,y", *rows]) + "\n")
    text = SPEC.replace("COLUMNS", columns).replace("INPUTS", inputs).replace("MODEL", model)
    spec = folder / "spec.yaml"
    spec.write_text(text, encoding="utf-8")
    return spec


COLOUR = "Farbe (neu): {category: {encoding: index, missing: %s}}"
SIZES = {
    # Three colours, and 0 for an unknown one.
    COLOUR % "most_frequent": ("Farbe (neu)", 4),
    COLOUR % "own": ("Farbe (neu)", 5),
    COLOUR % "{constant: none}": ("Farbe (neu)", 5),
    COLOUR % "own, rare: 15": ("Farbe (neu)", 4),
    # The largest number stands in the last row, which is one of the test.
    "Id: integer": ("Id", 8),
    "Id: {integer: {missing: {constant: 9}}}": ("Id", 10),
    # Three words, 0 behind the last and 1 for unknown ones.
    "Text: text": ("Text", 5),
    "Text: {text: {max_tokens: 4}}": ("Text", 4),
    f"{COLOUR % 'own'}, Id: integer": ("Farbe (neu), Id", 8),
}


@pytest.mark.parametrize(("columns", "column", "size"), [(c, *s) for c, s in SIZES.items()])
def test_a_table_has_a_row_for_each_number_of_the_columns_that_feed_it(
    tmp_path: Path, columns: str, column: str, size: int
) -> None:
    spec = write(tmp_path, columns, f"{{given: [{column}]}}")
    spec_checked, network = check(spec).accept()
    assert "input_dim: auto" in render_spec(spec_checked, network)
    opened = open_spec(spec)
    filled = render_spec(opened.spec, opened.network)
    assert f"input_dim: {size}" in filled
    assert "input_dim: auto" not in filled
    assert opened.network.by_name["embedding"].parameters == 2 * size


SHARED = """\
  - Embedding: {input_dim: auto, output_dim: 2}
    name: table
    inputs: small
  - Flatten:
    name: one
  - use: table
    inputs: large
  - Flatten:
    name: two
  - Concatenate:
    inputs: [one, two]"""
WITHIN = """\
  - Model: [Reshape: [1], {Embedding: {input_dim: auto, output_dim: 2}}, Flatten]
    name: table
    inputs: small
  - use: table
    name: again
    inputs: large
  - Concatenate:
    inputs: [table, again]"""


@pytest.mark.parametrize("model", [SHARED, WITHIN], ids=["layer", "model"])
def test_a_table_that_is_applied_twice_has_rows_for_both_inputs(tmp_path: Path, model: str) -> None:
    columns = f"{COLOUR % 'own'}, Id: integer"
    spec = write(tmp_path, columns, "{small: [Farbe (neu)], large: [Id]}", model)
    opened = open_spec(spec)
    assert "input_dim: 8" in render_spec(opened.spec, opened.network)
    assert opened.network.by_name["table"].parameters == 16


def test_a_layer_that_numbers_texts_gives_a_table_its_size_without_data(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "nnspec: 1\nmodel: [Input: {shape: [3], dtype: string}, Hashing: 9, Reshape: [3, 1], "
        "TimeDistributed: {layer: {Embedding: {input_dim: auto, output_dim: 2}}}, Flatten, "
        "Dense: 1]\n"
    )
    found, network = check(spec).accept()
    assert "input_dim: 9" in render_spec(found, network)
    assert network.by_name["time_distributed"].parameters == 18


ADDED = """\
  - Add:
    inputs: [small, large]
  - Embedding: {input_dim: auto, output_dim: 2}"""


def test_computed_numbers_give_a_table_no_size_and_what_to_write_is_said(tmp_path: Path) -> None:
    columns = f"{COLOUR % 'own'}, Id: integer"
    spec = write(tmp_path, columns, "{small: [Farbe (neu)], large: [Id]}", ADDED)
    with pytest.raises(Refused, match=r"nothing says how many whole numbers Add \"add\"") as caught:
        open_spec(spec)
    (finding,) = [one for one in caught.value.diagnostics if one.severity == "error"]
    assert (finding.code, finding.span and finding.span.start.line) == ("G323", 11)
    assert finding.hint is not None
    assert "write input_dim: " in finding.hint


@pytest.mark.keras
def test_a_compiled_model_has_the_size_that_the_data_tells(tmp_path: Path) -> None:
    model = nnspec.compile(write(tmp_path, COLOUR % "own", "{given: [Farbe (neu)]}"))
    assert model.get_layer("embedding").input_dim == 5

"""Whole numbers to predict for are those that the run's tables have rows for."""

from pathlib import Path

import pytest

import nnspec
from nnspec.diagnostics import Refused
from nnspec.pipeline.finished import predict
from nnspec.pipeline.opened import open_spec

pytestmark = pytest.mark.keras

SPEC = """
nnspec: 1
data:
  source: visits.csv
  target: "Length (min)"
  columns: {"Ward No.": integer}
model:
  - Reshape: [1]
  - Embedding: {input_dim: 7, output_dim: 2}
  - Flatten
  - Dense: 1
training: {optimizer: adam, loss: mse, epochs: 1, batch_size: 16}
evaluation: {baselines: false}
export: {formats: []}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("visits")
    lines = [f"{row % 7},{row % 5}.5" for row in range(60)]
    (folder / "visits.csv").write_text("\n".join(["Ward No.,Length (min)", *lines]))
    (folder / "visits.yaml").write_text(SPEC)
    return nnspec.train(folder / "visits.yaml", runs=folder / "runs").folder


@pytest.mark.parametrize(("number", "row"), [("7", 3), ("-1", 2)])
def test_a_number_beyond_the_table_is_refused_with_its_column_and_row(
    run: Path, number: str, row: int, tmp_path: Path
) -> None:
    cells = ["0", "6", "6"]
    cells[row - 1] = number
    table = tmp_path / "new.csv"
    table.write_text("\n".join(["Ward No.", *cells]))
    with pytest.raises(Refused) as refused:
        predict(run, table)
    (finding,) = refused.value.diagnostics
    assert (finding.code, refused.value.exit_code) == ("D112", 1)
    assert f'column "Ward No.", row {row}: {number} is looked up' in finding.message
    assert "rows for 0 to 6" in finding.message


def test_every_number_of_the_table_is_predicted(run: Path, tmp_path: Path) -> None:
    table = tmp_path / "new.csv"
    table.write_text("\n".join(["Ward No.", *map(str, range(7))]))
    assert len(predict(run, table).content.splitlines()) == 8


def test_numbers_that_another_layer_makes_others_of_may_be_any(tmp_path: Path) -> None:
    lines = [f"{row % 9 - 4},{row % 5}.5" for row in range(60)]
    (tmp_path / "visits.csv").write_text("\n".join(["Ward No.,Length (min)", *lines]))
    discretized = "- Discretization: {bin_boundaries: [-1.5, 0.5, 2.5]}\n  - Embedding"
    (tmp_path / "s.yaml").write_text(SPEC.replace("- Embedding", discretized))
    opened = open_spec(tmp_path / "s.yaml")
    assert [one.code for one in opened.seen if one.code == "G320"] == []
    (tmp_path / "plain.yaml").write_text(SPEC)
    with pytest.raises(Refused, match=r"holds -4 in row 1 of the data.*\[G320\]"):
        open_spec(tmp_path / "plain.yaml")


TWO = """
nnspec: 1
data:
  source: visits.csv
  target: "Length (min)"
  columns: {"Ward No.": integer, "Day": integer}
  inputs: {ward: ["Ward No."], day: ["Day"]}
model:
  - Input: {shape: [1], dtype: int32}
    name: ward
  - Embedding: {input_dim: 7, output_dim: 2}
  - Flatten:
    name: of_ward
  - Input: {shape: [1], dtype: int32}
    name: day
  - Embedding: {input_dim: 300, output_dim: 2}
  - Flatten:
    name: of_day
  - Concatenate:
    inputs: [of_ward, of_day]
  - Dense: 1
training: {optimizer: adam, loss: mse, epochs: 1, batch_size: 16}
"""


def test_of_two_inputs_each_column_is_looked_up_in_its_own_table(tmp_path: Path) -> None:
    def write(lowest: int) -> None:
        lines = [f"{row % 7},{200 + row + lowest},{row % 5}.5" for row in range(60)]
        table = "\n".join(["Ward No.,Day,Length (min)", *lines])
        (tmp_path / "visits.csv").write_text(table)

    spec = tmp_path / "two.yaml"
    spec.write_text(TWO)
    write(0)
    assert [one.code for one in open_spec(spec).seen if one.code == "G320"] == []
    write(-203)
    with pytest.raises(Refused) as refused:
        open_spec(spec)
    (finding,) = refused.value.diagnostics
    assert finding.code == "G320"
    assert finding.message.startswith('column "Day" holds -3 in row 1 of the data; "embedding_1"')

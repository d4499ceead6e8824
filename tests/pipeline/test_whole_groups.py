"""A network trained on whole groups, from spec to predictions of a table that has none."""

import csv
from pathlib import Path

import pytest

import nnspec

pytestmark = pytest.mark.keras

SPEC = """
nnspec: 1
data:
  source: visits.csv
  target: "Pressure (mmHg)"
  split: {group: Patient, seed: 3}
model:
  - Dense: 1
training: {optimizer: Adam, loss: mse, epochs: 2}
"""


def test_patients_of_the_test_are_not_among_those_trained_on(tmp_path: Path) -> None:
    rows = [f"P{k // 4:02d},{40 + k % 17},{k % 5 / 2},{100 + k % 31}" for k in range(120)]
    head = "Patient,Age,Dose,Pressure (mmHg)"
    (tmp_path / "visits.csv").write_text("\n".join([head, *rows, ""]))
    (tmp_path / "s.yaml").write_text(SPEC)
    run = nnspec.train(tmp_path / "s.yaml", runs=tmp_path).folder
    with (run / "predictions.csv").open() as file:
        tested = [int(row["row"]) // 4 for row in csv.DictReader(file)]
    assert len(tested) == 16
    assert {tested.count(patient) for patient in tested} == {4}, "patients are whole"
    (tmp_path / "new.csv").write_text("Dose,Age\n1.5,50\n")
    assert len(nnspec.predict(run, tmp_path / "new.csv").splitlines()) == 2

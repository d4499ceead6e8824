"""Inputs of the data that are refused are named all the same: no Input misses them."""

from pathlib import Path

import pytest

from nnspec.pipeline.check import check
from nnspec.pipeline.opened import check_opened

SPEC = """
nnspec: 1
data: {source: a.csv, target: y, inputs: @}
model:
  - Input: {shape: [2]}
    name: left
  - Input: {shape: [2]}
    name: right
  - Concatenate:
    inputs: [left, right]
  - Dense: 1
training: {optimizer: Adam, loss: mse}
"""


@pytest.mark.parametrize(
    ("inputs", "codes"),
    [
        ("{left: [a, b], right: [c, d]}", []),
        ("{left: [a, b], right: {c: 3}}", ["S103"]),
        ("{left: {a: 3}, right: {c: 3}}", ["S103", "S103"]),
        ("{left: [a, b], wrong: [c, d]}", ["G308"]),
        ("{left: [a, b], wrong: {c: 3}}", ["S103", "G308"]),
    ],
)
def test_an_input_is_missed_only_where_nothing_names_it(
    inputs: str, codes: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(SPEC.replace("@", inputs))
    assert [one.code for one in check(path).diagnostics] == codes


def test_every_value_behind_keys_of_the_writer_s_own_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "nnspec: 1\ndata: {source: a.csv, target: y, scaling: {c: 1, d: minmax, e: 2}}\n"
        "model: [Dense: 1]\n"
        "training: {optimizer: Adam, loss: mse, class_weight: {a: x, b: 2, c: z}}\n"
    )
    told = [one.message.split()[0] for one in check(path).diagnostics]
    assert told == ["scaling.c", "scaling.e", "class_weight.a", "class_weight.c"]


def test_an_input_of_another_shape_is_told_what_the_data_gives(tmp_path: Path) -> None:
    rows = "".join(f"{k},{k % 4},{'pqr'[k % 3]},{k % 7}\n" for k in range(60))
    (tmp_path / "a.csv").write_text(f"a,b,c,y\n{rows}")
    path = tmp_path / "s.yaml"
    path.write_text(SPEC.replace("@", "{left: [a, b], right: [c]}"))
    (found,) = check_opened(check(path))
    assert (found.code, found.hint) == ("G308", "write [3]")
    assert found.message == "Input declares [2]; the data gives [3]"
    lone = SPEC[: SPEC.index("model:")].replace(", inputs: @", ", features: [a, c]")
    lone += (
        "model: [{Input: [2], name: measures}, Dense: 1]\ntraining: {optimizer: Adam, loss: mse}\n"
    )
    path.write_text(lone)
    (found,) = check_opened(check(path))
    assert (found.code, found.hint) == ("G308", "leave Input out: it follows from the data")
    path.write_text(lone.replace("[2]", "[4]"))
    assert check_opened(check(path)) == ()

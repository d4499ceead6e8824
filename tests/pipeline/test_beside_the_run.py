"""What stands beside a run: which files are specs, what data holds, whose word an error is."""

import os
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import r2_score

import nnspec
from nnspec.diagnostics import Refused
from nnspec.document import parse_document
from nnspec.judge.units import r2_of_each_picture
from nnspec.pipeline.described import describe_data
from nnspec.pipeline.found import find_specs, is_spec
from nnspec.pipeline.run import Place, run
from nnspec.pipeline.styled import hash_document
from nnspec.pipeline.train import raised_in_keras

pytestmark = pytest.mark.keras
SPEC = """
nnspec: 1
data: {source: d.csv, target: y}
model: [Dense: 1]
training: {optimizer: sgd, loss: mse, epochs: 1}
"""


def raised(act: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whose it is, is asked
        act()
    assert isinstance(caught.value, Exception)
    return caught.value


def test_only_files_that_hold_a_spec_are_specs(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SPEC)
    (tmp_path / "b.yaml").write_text("version: 2\njobs: []\n")
    (tmp_path / "c.yaml").mkdir()
    os.mkfifo(tmp_path / "d.yaml")
    assert [one.name for one in find_specs(tmp_path)] == ["a.yaml"]
    found = {name: is_spec(tmp_path / f"{name}.yaml") for name in "abcde"}
    assert found == {"a": True, "b": False, "c": False, "d": False, "e": False}


def test_what_was_found_out_about_a_file_stands_above_its_columns(tmp_path: Path) -> None:
    rows = "".join(f"{row};{row},5\n" for row in range(20))
    (tmp_path / "d.csv").write_text(f"x;y\n{rows}")
    (tmp_path / "s.yaml").write_text(SPEC)
    told, findings = describe_data(tmp_path / "s.yaml")
    assert findings == ()
    assert "d.csv, read with separator ;, decimal ,\n" in told
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "s.yaml").write_text(SPEC.replace("d.csv", "../d.csv"))
    with pytest.raises(Refused, match="outside"):
        describe_data(inner / "s.yaml")
    assert "d.csv: 20 rows, 2 columns\n" in describe_data(inner / "s.yaml", allow_outside=True)[0]


def test_styles_are_held_against_the_meaning_of_a_spec(tmp_path: Path) -> None:
    document = parse_document(SPEC, "s.yaml")
    found = hash_document(document, tmp_path)
    assert found is not None
    other = parse_document(SPEC.replace("epochs: 1", "epochs: 2"), "s.yaml")
    assert hash_document(other, tmp_path) not in {None, found}
    wrong = parse_document(SPEC.replace("Dense: 1", "Dense: -1"), "s.yaml")
    assert hash_document(wrong, tmp_path) is None


def test_an_error_is_the_word_of_keras_or_of_what_keras_called() -> None:
    square = tf.ones([2, 2])
    assert raised_in_keras(raised(lambda: keras.layers.Dense(2)(np.ones(3))))
    assert raised_in_keras(raised(lambda: keras.ops.reshape(square, [3, 3])))
    assert not raised_in_keras(raised(lambda: tf.reshape(square, [3, 3])))
    assert not raised_in_keras(raised(lambda: int("nothing")))


def test_r2_of_a_picture_of_small_numbers_is_scikit_learn_s() -> None:
    draw = np.random.default_rng(3)
    truth, answers = 0.01 * draw.normal(size=(2, 5, 8))
    found = r2_of_each_picture(tf.constant(truth), tf.constant(answers)).numpy()
    expected = [r2_score(one, other) for one, other in zip(truth, answers, strict=True)]
    assert found == pytest.approx(expected)


def test_a_run_on_data_outside_its_spec_s_folder_is_evaluated_again(tmp_path: Path) -> None:
    rows = "".join(f"{row},{row * 2}\n" for row in range(40))
    (tmp_path / "d.csv").write_text(f"x,y\n{rows}")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "s.yaml").write_text(SPEC.replace("d.csv", "../d.csv"))
    place = Place(tmp_path / "runs", "far")
    done = run(inner / "s.yaml", place=place, allow_outside=True)
    (again,) = nnspec.evaluate(done.folder)
    assert again.metrics == done.report.outputs[0].metrics

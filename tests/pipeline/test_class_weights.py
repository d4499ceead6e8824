"""Class weights and sample weights steer the training as Keras' own do."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from nnspec.judge.row_weights import row_weights
from nnspec.pipeline.opened import open_spec
from nnspec.pipeline.prepare import prepare, weighted
from nnspec.pipeline.run import Place, run
from nnspec.run.checkpoint import load_weights
from nnspec.run.folder import RunFolder

pytestmark = pytest.mark.keras
SPEC = """
nnspec: 1
name: weighted
data: {source: table.csv, target: kind, split: {validation: 0, test: 0}%s}
model: [{Dense: {units: 3, activation: softmax}}]
training:
  optimizer: {SGD: 0.2}
  loss: %s
  epochs: 2
  batch_size: 16
  shuffle: false
  class_weight: {late: 5.0, early: 0.5}
evaluation: {baselines: false}
export: {formats: []}
"""


@pytest.mark.parametrize(
    ("loss", "rows"),
    [("sparse_categorical_crossentropy", ""), ("categorical_crossentropy", ", sample_weight: w")],
)
def test_weights_of_classes_and_rows_move_the_network_as_in_fit(
    loss: str, rows: str, tmp_path: Path
) -> None:
    random = np.random.default_rng(5)
    kinds = random.choice(["early", "late", "never"], 70)
    cells = random.normal(size=(70, 2)).round(3)
    lines = [
        f"{a},{b},{kind},{k % 4}\n"
        for k, ((a, b), kind) in enumerate(zip(cells, kinds, strict=True))
    ]
    (tmp_path / "table.csv").write_text("a,b,kind,w\n" + "".join(lines))
    path = tmp_path / "spec.yaml"
    columns = rows or ", features: [a, b]"
    path.write_text(SPEC % (columns, loss))
    prepared = prepare(open_spec(path))
    core, program = prepared.program.core, prepared.program
    arrays = program.arrays(prepared.dataset, "train")
    by_class = {0: 0.5, 1: 5.0}
    if arrays.weights is None:
        settings = {"class_weight": by_class}
    else:  # Keras takes one of the two
        codes = next(iter(arrays.targets.values())).argmax(axis=1).tolist()
        settings = {"sample_weight": arrays.weights * [by_class.get(one, 1.0) for one in codes]}
    x, y = next(iter(arrays.inputs.values())), next(iter(arrays.targets.values()))
    core.fit(x, y, **settings, batch_size=16, epochs=2, shuffle=False, verbose=0)
    expected = [one.copy() for one in core.get_weights()]
    result = run(path, place=Place(runs=tmp_path / "runs"))
    load_weights(core, RunFolder.open(result.folder), "last")
    for found, wanted in zip(core.get_weights(), expected, strict=True):
        assert found == pytest.approx(wanted, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("written", ["true", "True"])
def test_a_class_that_is_true_is_weighed_by_either_of_its_texts(
    written: str, tmp_path: Path
) -> None:
    rows = "".join(f"{k % 7},{'true' if k % 3 else 'false'}\n" for k in range(40))
    (tmp_path / "table.csv").write_text("a,ok?\n" + rows)
    path = tmp_path / "spec.yaml"
    path.write_text(
        "nnspec: 1\nname: truth\n"
        "data: {source: table.csv, target: ok?, split: {validation: 0, test: 0}}\n"
        "model: [{Dense: {units: 1, activation: sigmoid}}]\n"
        "training: {optimizer: adam, loss: binary_crossentropy, class_weight: {"
        f'"{written}": 3}}}}\n'
        "evaluation: {weighted: true}\n"
    )
    prepared = prepare(open_spec(path))
    arrays = prepared.program.arrays(prepared.dataset, "train")
    weights = weighted(prepared.spec, prepared.program, arrays).weights
    truth = next(iter(arrays.targets.values())).ravel()
    assert weights is not None
    assert weights.tolist() == [3.0 if one else 1.0 for one in truth]
    counted = row_weights(prepared.spec, prepared.dataset, "train")
    assert counted is not None
    assert counted.tolist() == weights.tolist()


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_balanced_weights_are_those_of_scikit_learn(loss: str, tmp_path: Path) -> None:
    kinds = ["Süß", "Dry", "Dry", "Brut", "Dry", "Süß", "Dry"] * 10
    lines = [f"{k % 7},{k % 5},{kind}\n" for k, kind in enumerate(kinds)]
    (tmp_path / "table.csv").write_text("a,b,kind\n" + "".join(lines), encoding="utf-8")
    path = tmp_path / "spec.yaml"
    text = SPEC.replace("{late: 5.0, early: 0.5}", "balanced")
    path.write_text(text.replace("baselines: false", "weighted: true") % ("", loss))
    prepared = prepare(open_spec(path))
    arrays = prepared.program.arrays(prepared.dataset, "train")
    weights = weighted(prepared.spec, prepared.program, arrays).weights
    expected = compute_sample_weight("balanced", kinds)
    assert weights == pytest.approx(expected, rel=1e-6)
    assert row_weights(prepared.spec, prepared.dataset, "train") == pytest.approx(expected)
    result = run(path, place=Place(runs=tmp_path / "runs"))
    assert result.report.outputs[0].metrics["train"]["accuracy"] is not None


def test_balanced_weights_of_columns_of_one_number_per_class(tmp_path: Path) -> None:
    kinds = [0, 1, 1, 2, 1, 0, 1] * 6
    lines = [f"{k % 7},{k0 == 0:d},{k0 == 1:d},{k0 == 2:d}\n" for k, k0 in enumerate(kinds)]
    (tmp_path / "table.csv").write_text("a,x,y,z\n" + "".join(lines))
    path = tmp_path / "spec.yaml"
    text = SPEC.replace("{late: 5.0, early: 0.5}", "balanced").replace("kind", "[x, y, z]")
    path.write_text(text % ("", "categorical_crossentropy"))
    prepared = prepare(open_spec(path))
    arrays = prepared.program.arrays(prepared.dataset, "train")
    weights = weighted(prepared.spec, prepared.program, arrays).weights
    assert weights == pytest.approx(compute_sample_weight("balanced", kinds), rel=1e-6)

"""The shipped perceptrons: what they reach, what their reports say, and what answers elsewhere."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
import tensorflow as tf
from rich.console import Console
from sklearn.datasets import load_iris
from sklearn.linear_model import Perceptron

import nnspec
from nnspec.catalog.learning_rules import Perceptron as Rule
from nnspec.data import Arrays
from nnspec.engine import train as run_engine
from nnspec.engine.errors import WrongState
from nnspec.engine.executor import Stretch
from nnspec.engine.tensorflow.perceptron import KERNEL, PerceptronLearner
from nnspec.pipeline.opened import open_spec
from nnspec.pipeline.prepare import Prepared, filled_splits, plan_of, prepare, weighted
from nnspec.pipeline.run import Place, RunResult, run

pytestmark = pytest.mark.keras
Trained = Callable[[str], RunResult]
SPECS = Path(__file__).parents[2] / "specs" / "perceptron"


def notes(result: RunResult) -> str:
    return " ".join(result.report.first.baseline_notes)


def last_mistaken(name: str) -> int:
    """Return the epoch from which on scikit-learn's weights no longer change."""
    rows = pl.read_csv(SPECS / f"{name}.csv").to_numpy().astype(np.float64)
    known: list[list[float]] = []
    for epoch in range(1, 20):
        oracle = Perceptron(shuffle=False, tol=None, max_iter=epoch).fit(rows[:, :2], rows[:, 2])
        known.append([*oracle.coef_[0].tolist(), *oracle.intercept_.tolist()])
    return 1 + next(place for place, one in enumerate(known) if one == known[place + 1])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["and", "or"])
def test_and_and_or_are_learned_without_a_mistake(trained: Trained, name: str) -> None:
    result, epoch = trained(f"perceptron/{name}"), last_mistaken(name)
    assert result.report.first.metrics["train"]["accuracy"] == 1.0
    assert f"no mistakes were left after epoch {epoch}" in notes(result)
    stopped = result.report.training.stopped or ""
    assert stopped.startswith(f"stopped after epoch {epoch + 1} by the perceptron rule")
    history = pl.read_csv(result.folder / "history.csv")
    assert history["mistakes"].to_list()[-1] == 0
    assert (history["mistakes"].to_numpy()[:-1] > 0).all()
    assert history["loss"].to_list() == pytest.approx((history["mistakes"] / 4).to_list())
    answered = pl.read_csv(nnspec.predict(result.folder, SPECS / f"{name}.csv").encode())
    table = pl.read_csv(SPECS / f"{name}.csv")
    assert answered["prediction"].to_list() == table["y"].to_list()


def test_xor_is_said_to_be_out_of_reach(trained: Trained) -> None:
    result = trained("perceptron/xor")
    accuracy = result.report.first.metrics["train"]["accuracy"]
    assert accuracy is not None
    assert accuracy <= 0.75
    wrong = round(4 * (1 - accuracy))
    assert f"after 100 epochs {wrong} mistakes of 4 training rows were left" in notes(result)
    assert "not linearly separable" in notes(result)
    assert result.report.training.stopped is None


def test_a_report_without_test_rows_says_whose_figures_it_has(trained: Trained) -> None:
    assert "there are no test rows" in notes(trained("perceptron/xor"))
    assert "there are no test rows" not in notes(trained("perceptron/setosa"))


def test_setosa_is_told_from_the_rest_on_every_split(trained: Trained) -> None:
    result = trained("perceptron/setosa")
    output = result.report.first
    assert {split: one["accuracy"] for split, one in output.metrics.items()} == {
        "train": 1.0,
        "test": 1.0,
    }
    assert output.confusion_matrix["test"].labels == ("rest", "0")
    assert result.missed == ()


def test_a_threshold_has_no_probability_to_rank_by(trained: Trained) -> None:
    result = trained("perceptron/setosa")
    document = json.loads((result.folder / "report.json").read_bytes())
    figures = [
        document["metrics"]["test"],
        *(one["test"] for one in document["baselines"].values()),
    ]
    assert not any("roc_auc" in one for one in figures)
    table = pl.read_csv(result.folder / "predictions.csv")
    assert table.columns == ["row", "target", "prediction"]
    assert set(table["prediction"].to_list()) == {"rest", "0"}


def test_the_report_names_the_rule_in_the_place_of_an_optimizer(trained: Trained) -> None:
    result = trained("perceptron/xor")
    facts = result.report.training
    assert (facts.optimizer, facts.loss) == ("none: rule perceptron", "share of mistakes")
    assert facts.execution[0].startswith("engine: perceptron on")
    page = (result.folder / "report.md").read_text(encoding="utf-8")
    assert "- rule: after 100 epochs" in page


def test_a_finished_perceptron_answers_alike_everywhere(trained: Trained, tmp_path: Path) -> None:
    result, bunch = trained("perceptron/setosa"), load_iris()
    table = pl.DataFrame(dict(zip(bunch.feature_names, bunch.data.T, strict=True)))
    expected = ["0" if one == 0 else "rest" for one in bunch.target]
    table.with_columns(target=bunch.target).write_csv(tmp_path / "iris.csv")
    answered = pl.read_csv(nnspec.predict(result.folder, tmp_path / "iris.csv").encode())
    assert answered["prediction"].to_list() == expected
    (again,) = nnspec.evaluate(result.folder, tmp_path / "iris.csv")
    (figures,) = again.metrics.values()
    assert figures["accuracy"] == 1.0
    loaded = tf.saved_model.load(str(result.folder / "model"))
    given = {
        name: tf.constant(cells.to_numpy(), tf.float32) for name, cells in table.to_dict().items()
    }
    assert [one.decode() for one in loaded.serve(given)["prediction"].numpy()] == expected


class Weights(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Keeps the weights after every epoch, the bias last."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[npt.NDArray[np.float32]] = []

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Take the weights in."""
        del epoch, logs
        self.seen.append(np.concatenate([one.numpy().ravel() for one in self.model.weights[:2]]))


@pytest.fixture(scope="module")
def cancer(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Prepare a threshold behind a Dense and a Flatten, its rows weighted by class."""
    file = tmp_path_factory.mktemp("specs") / "cancer.yaml"
    file.write_text(
        "nnspec: 1\n"
        'data: {source: "sklearn:breast_cancer", target: target}\n'
        "model: [Flatten, Dense: 1, Activation: step]\n"
        "training: {rule: {perceptron: 0.5}, shuffle: false, epochs: 6, class_weight: balanced}\n"
    )
    return prepare(open_spec(file))


@pytest.fixture(scope="module")
def arrays(cancer: Prepared) -> Arrays:
    rows = filled_splits(cancer.program, cancer.dataset)["train"]
    return weighted(cancer.spec, cancer.program, rows)


@pytest.fixture
def learner(cancer: Prepared, arrays: Arrays) -> PerceptronLearner:
    """Return a learner that begins at 0."""
    core, rule = cancer.program.core, plan_of(cancer.spec).rule
    assert isinstance(rule, Rule)
    for one in core.weights:
        one.assign(np.zeros(one.shape))
    core.optimizer.build(core.trainable_variables)
    return PerceptronLearner(core, arrays, None, rule)


def test_the_network_has_scikit_learns_weights_after_every_epoch(
    cancer: Prepared, arrays: Arrays
) -> None:
    kept = Weights()
    plain = replace(arrays, weights=None)
    outcome = run_engine(cancer.program.core, arrays, plain, plan_of(cancer.spec), [kept])
    (features,), (target,) = arrays.inputs.values(), arrays.targets.values()
    assert len(kept.seen) == 6
    for epoch, found in enumerate(kept.seen, start=1):
        oracle = Perceptron(shuffle=False, tol=None, max_iter=epoch, eta0=0.5)
        oracle.fit(features.astype(np.float64), target.ravel(), sample_weight=arrays.weights)
        expected = np.concatenate([oracle.coef_[0], oracle.intercept_])
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
        wrong = oracle.predict(features) != target.ravel()
        assert outcome.history["val_mistakes"][epoch - 1] == wrong.sum()
    assert outcome.execution.engine == "perceptron"
    assert outcome.history["loss"] == [one / arrays.rows for one in outcome.history["mistakes"]]


def test_a_training_that_is_taken_up_has_the_weights_of_a_whole_one(
    learner: PerceptronLearner, arrays: Arrays
) -> None:
    half, order = arrays.rows // 2, np.arange(arrays.rows, dtype=np.int32)
    learner.begin(order)
    learner.run(Stretch(0, half, fresh=True))
    state = learner.state()
    learner.run(Stretch(half, arrays.rows - half, fresh=False))
    whole = learner.state()
    learner.restore(state)
    learner.run(Stretch(half, arrays.rows - half, fresh=False))
    for name, one in learner.state().items():
        np.testing.assert_array_equal(one, whole[name])
    assert not np.array_equal(state[KERNEL], whole[KERNEL])


def test_a_state_of_another_width_is_refused(learner: PerceptronLearner) -> None:
    with pytest.raises(WrongState):
        learner.restore({**learner.state(), KERNEL: np.zeros(3)})


def test_the_progress_counts_the_mistakes(tmp_path: Path) -> None:
    """They stand before the loss in each line of a log, and of no other training."""
    lines = progress_of(SPECS / "and.yaml", tmp_path)
    assert lines, "an epoch is told"
    assert all("mistakes" in one for one in lines)
    plain = progress_of(SPECS.parent / "iris_map.yaml", tmp_path, "training.epochs=2")
    assert not any("mistakes" in one for one in plain)


def progress_of(spec: Path, folder: Path, *overrides: str) -> list[str]:
    """Return the lines of a training's progress that tell of an epoch."""
    stream = io.StringIO()
    place = Place(folder, console=Console(file=stream, width=200))
    bare = ["export.formats=[]", "evaluation.baselines=false", *overrides]
    run(spec, overrides=bare, place=place)
    return [one for one in stream.getvalue().splitlines() if one.lstrip().startswith("epoch")]

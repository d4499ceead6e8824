"""Epochs, chunks, callbacks and stops of a training."""

from typing import Any

import keras
import numpy as np
import pytest
from networks import compiled, difference, lstm, mlp, rows_for, text

from nnspec.diagnostics import Refused, RunFailed
from nnspec.engine import Plan, epoch_order, evaluate, predict, train
from nnspec.engine.pace import FIRST_STEPS
from nnspec.engine.tensorflow.values import python_values

pytestmark = pytest.mark.keras

GRAPH = Plan(batch_size=4, epochs=3, seed=2, xla="off")


class Witness(keras.callbacks.Callback):  # type: ignore[misc] # Keras is untyped
    """Writes down what it is told."""

    def __init__(self, stop_at: tuple[int, int] | None = None) -> None:
        super().__init__()
        self.chunks: list[tuple[int, int]] = []
        self.epochs: list[int] = []
        self.events: list[str] = []
        self.stop_at = stop_at

    def on_train_begin(self, logs: Any = None) -> None:
        del logs
        self.events.append("begin")

    def on_train_end(self, logs: Any = None) -> None:
        del logs
        self.events.append("end")

    def on_chunk(self, epoch: int, step: int, logs: dict[str, Any]) -> None:
        self.chunks.append((epoch, step))
        assert np.isfinite(logs["loss"])
        if self.stop_at is not None and (epoch, step) >= self.stop_at:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        del logs
        self.epochs.append(epoch)


def test_an_epochs_order_is_a_permutation_that_depends_on_seed_and_epoch_alone() -> None:
    order = epoch_order(1000, seed=3, epoch=4)
    np.testing.assert_array_equal(np.sort(order), np.arange(1000))
    np.testing.assert_array_equal(order, epoch_order(1000, seed=3, epoch=4))
    assert (order != epoch_order(1000, seed=3, epoch=5)).any()
    assert (order != epoch_order(1000, seed=4, epoch=4)).any()


def test_an_order_stays_the_same_across_versions() -> None:
    assert epoch_order(8, seed=1, epoch=2).tolist() == [7, 1, 3, 0, 4, 2, 6, 5]


def test_unshuffled_rows_keep_their_order() -> None:
    assert epoch_order(5, seed=3, epoch=4, shuffle=False).tolist() == [0, 1, 2, 3, 4]


def test_callbacks_hear_of_epochs_and_chunks() -> None:
    model = compiled(mlp)
    witness = Witness()
    outcome = train(model, rows_for(model, 4 * 20 + 1), None, GRAPH, [witness])
    assert witness.events == ["begin", "end"]
    assert witness.epochs == [0, 1, 2]
    assert witness.chunks[0] == (0, FIRST_STEPS)
    assert [step for epoch, step in witness.chunks if epoch == 1][-1] == 21
    assert outcome.epochs == 3
    assert outcome.stopped is None


@pytest.mark.parametrize("engine", ["fused", "keras"])
def test_a_training_taken_up_at_any_step_ends_as_the_whole_one(engine: Any) -> None:
    plan = Plan(batch_size=4, epochs=2, seed=2, xla="off", engine=engine)
    whole, halves = compiled(lambda: mlp(0.4)), compiled(lambda: mlp(0.4))
    rows = rows_for(whole, 4 * 20 + 1)
    train(whole, rows, None, plan)
    witness = Witness(stop_at=(0, 3))
    first = train(halves, rows, None, plan, [witness])
    epoch, step = witness.chunks[-1]
    assert (epoch, first.epochs) == (0, 0)
    assert first.stopped == "stopped within epoch 1 by a callback"
    rest = Plan(batch_size=4, epochs=2, seed=2, xla="off", engine=engine, first_step=step)
    train(halves, rows, None, rest)
    assert difference(whole, halves) == 0.0


def test_an_epoch_taken_up_in_the_middle_reports_the_loss_of_all_its_steps() -> None:
    whole, halves = compiled(mlp), compiled(mlp)
    rows = rows_for(whole, 4 * 20)
    expected = train(whole, rows, None, Plan(batch_size=4, epochs=1)).history["loss"]
    witness = Witness(stop_at=(0, 1))
    train(halves, rows, None, Plan(batch_size=4, epochs=1), [witness])
    rest = Plan(batch_size=4, epochs=1, first_step=witness.chunks[-1][1])
    assert train(halves, rows, None, rest).history["loss"] == expected


def test_early_stopping_ends_the_training_and_restores_the_best_weights() -> None:
    model = compiled(mlp, keras.optimizers.SGD(0.02))
    stop = keras.callbacks.EarlyStopping("loss", patience=1, restore_best_weights=True)
    plan = Plan(batch_size=4, epochs=200, xla="off")
    outcome = train(model, rows_for(model, 16), None, plan, [stop])
    assert outcome.epochs < 200
    assert outcome.stopped == (
        f"stopped after epoch {outcome.epochs} by EarlyStopping; "
        f"loss was best in epoch {outcome.epochs - 1}, whose weights are put back"
    )
    assert len(outcome.history["loss"]) == outcome.epochs


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_lower_learning_rate_set_by_a_callback_reaches_the_compiled_steps() -> None:
    model = compiled(mlp, keras.optimizers.SGD(0.1))
    freeze = keras.callbacks.LearningRateScheduler(lambda epoch, _: 0.1 if epoch == 0 else 0.0)
    rows = rows_for(model, 16)
    train(model, rows, None, Plan(batch_size=4, epochs=1, xla="required"), [freeze])
    before = model.trainable_variables[0].numpy()
    train(model, rows, None, Plan(batch_size=4, epochs=3, first_epoch=1), [freeze])
    np.testing.assert_array_equal(model.trainable_variables[0].numpy(), before)


@pytest.mark.parametrize("engine", ["fused", "keras"])
def test_a_loss_that_is_not_a_number_stops_the_run_and_names_the_step(engine: Any) -> None:
    model = compiled(mlp, keras.optimizers.SGD(0.01))
    rows = rows_for(model, 40)
    rows.targets["y"][13] = np.nan
    plan = Plan(batch_size=4, epochs=2, shuffle=False, engine=engine)
    with pytest.raises(RunFailed, match="in epoch 1, at step 4 of 10") as caught:
        train(model, rows, None, plan)
    assert caught.value.diagnostics[0].code == "R101"


@pytest.mark.parametrize("engine", ["fused", "keras"])
def test_a_token_out_of_range_is_no_traceback(engine: Any) -> None:
    model = compiled(text)
    rows = rows_for(model, 16)
    rows.inputs["x"][5, 2] = 99
    with pytest.raises(RunFailed, match=r"99 is not in \[0, 20\)") as caught:
        train(model, rows, None, Plan(batch_size=4, engine=engine))
    assert caught.value.diagnostics[0].code == "R106"


def test_a_batch_larger_than_the_data_is_one_step() -> None:
    model = compiled(mlp)
    witness = Witness()
    train(model, rows_for(model, 5), None, Plan(batch_size=64, epochs=1), [witness])
    assert witness.chunks == [(0, 1)]


def test_evaluation_gives_the_figures_of_keras() -> None:
    model = compiled(mlp, metrics=["mae"])
    rows = rows_for(model, 37)
    expected = model.evaluate(
        rows.inputs["x"], rows.targets["y"], batch_size=8, verbose=0, return_dict=True
    )
    figures = evaluate(model, rows, 8)
    assert list(figures) == list(expected)
    np.testing.assert_allclose(list(figures.values()), list(expected.values()), rtol=1e-6)


@pytest.mark.parametrize("network", [mlp, lstm])
def test_prediction_gives_the_outputs_of_keras_by_name(network: Any) -> None:
    model = compiled(network)
    rows = rows_for(model, 37)
    expected = model.predict(rows.inputs["x"], verbose=0)
    outputs = predict(model, rows.inputs)
    assert list(outputs) == ["y"]
    np.testing.assert_allclose(outputs["y"], expected, rtol=1e-5, atol=1e-6)


def test_a_model_with_its_own_training_step_is_left_to_keras() -> None:
    class Own(keras.Model):  # type: ignore[misc] # Keras is untyped
        def train_step(self, data: Any) -> Any:
            return super().train_step(data)

    def network() -> keras.Model:
        x = keras.Input((6,), name="x")
        return Own(x, keras.layers.Dense(1, name="y")(x))

    model = compiled(network)
    outcome = train(model, rows_for(model, 16), None, Plan(batch_size=4))
    assert outcome.execution.engine == "keras"
    assert "its own train_step" in outcome.execution.reasons[0]
    with pytest.raises(Refused, match="which has its own train_step") as caught:
        train(model, rows_for(model, 16), None, Plan(batch_size=4, engine="fused"))
    assert caught.value.diagnostics[0].path == ("runtime", "engine")


def test_the_model_is_plain_keras_again_after_training() -> None:
    model = compiled(lambda: mlp(0.3))
    before = [set(vars(layer)) for layer in model.layers]
    train(model, rows_for(model, 16), None, Plan(batch_size=4, xla="required"))
    added = [set(vars(layer)) - names for layer, names in zip(model.layers, before, strict=True)]
    assert not any("call" in names for names in added)
    assert "get_metrics_result" not in vars(model)


def test_an_interrupt_between_chunks_leaves_a_plain_model_behind() -> None:
    class Impatient(keras.callbacks.Callback):  # type: ignore[misc] # Keras is untyped
        def on_chunk(self, epoch: int, step: int, logs: dict[str, Any]) -> None:
            del epoch, step, logs
            raise KeyboardInterrupt

    model = compiled(lambda: mlp(0.3))
    rows = rows_for(model, 200)
    with pytest.raises(KeyboardInterrupt):
        train(model, rows, None, Plan(batch_size=4, xla="required"), [Impatient()])
    assert np.isfinite(model.predict(rows.inputs["x"], verbose=0)).all()


def test_a_metric_that_lists_one_value_is_a_figure() -> None:
    figures = python_values({"f1_score": np.array([0.5]), "loss": np.float32(2), "per": np.ones(2)})
    assert (figures["f1_score"], figures["loss"]) == (0.5, 2.0)
    assert figures["per"].shape == (2,)


@pytest.mark.parametrize("nested", [False, True], ids=["alone", "nested"])
def test_layers_behind_an_image_layer_predict_as_at_inference(*, nested: bool) -> None:
    """Without a word on training, Keras hands an image layer's default, true, on to all behind it.

    Source: Keras 3.15, layers/layer.py, _resolve_and_populate_arg.
    """

    def network() -> keras.Model:
        x = keras.Input((6, 6, 1), name="x")
        behind = [keras.layers.Resizing(4, 4), keras.layers.BatchNormalization()]
        if nested:
            behind = [keras.Sequential([keras.Input((6, 6, 1)), *behind])]
        hidden = x
        for layer in behind:
            hidden = layer(hidden)
        return keras.Model(x, keras.layers.Dense(1, name="y")(keras.layers.Flatten()(hidden)))

    model = compiled(network)
    rows = rows_for(model, 9)
    expected = model.predict(rows.inputs["x"], verbose=0)
    np.testing.assert_allclose(predict(model, rows.inputs)["y"], expected, rtol=1e-5, atol=1e-6)

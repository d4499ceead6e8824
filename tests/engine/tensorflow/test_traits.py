"""What the choice of an executor is told of a network."""

from collections.abc import Callable
from typing import Any

import keras
import pytest
from networks import L, bidirectional, compiled, convolution, lstm, mlp, simple_rnn, text

from nnspec.engine.tensorflow.traits import choose_xla_for_inference, traits_of

pytestmark = pytest.mark.keras
STEP = LAYER = 40e-6


def of_unknown_length() -> keras.Model:
    x = keras.Input((None, 3), name="x")
    return keras.Model(x, L.Dense(1, name="y")(L.LSTM(4)(x)))


def with_given_state() -> keras.Model:
    x, state = keras.Input((9, 3), name="x"), keras.Input((4,), name="state")
    return keras.Model([x, state], L.Dense(1, name="y")(L.GRU(4)(x, initial_state=state)))


@pytest.mark.parametrize(
    ("make", "layers", "gained", "products"),
    [
        (mlp, 4, 4 * LAYER, 0),
        (lstm, 5, 14 * STEP + 3 * LAYER, 7 * (4 * 4 * (3 + 4 + 1) + 4 * 5 * (4 + 5 + 1))),
        (simple_rnn, 3, 7 * STEP + 2 * LAYER, 7 * 5 * (3 + 5 + 1)),
        (bidirectional, None, None, 2 * (7 + 1) * 4 * 4 * (3 + 4 + 1)),
        (of_unknown_length, 3, 32 * STEP + 2 * LAYER, 4 * 4 * (3 + 4 + 1)),
        (with_given_state, 3, 32 * STEP + 2 * LAYER, 9 * 3 * 4 * (3 + 4 + 2)),
    ],
)
def test_layers_their_gain_and_their_products_are_counted(
    make: Callable[[], keras.Model], layers: int | None, gained: float | None, products: int
) -> None:
    # Cells are layers too, and each direction of a pair counts a step by itself.
    found = traits_of(compiled(make))
    assert layers is None or found.layers == layers
    assert gained is None or found.gained == pytest.approx(gained)
    assert found.products == products
    assert (found.kind, found.own_step, found.slow) == ("Functional", None, None)


def test_a_layer_that_xla_slows_down_is_named_with_its_class() -> None:
    model = compiled(convolution)
    first = next(one for one in model.layers if isinstance(one, L.Conv2D))
    assert traits_of(model).slow == f'"{first.name}" (Conv2D)'


@pytest.mark.parametrize("step", ["train_step", "test_step"])
def test_a_step_of_its_own_is_told(step: str) -> None:
    def replaced(*given: Any) -> dict[str, Any]:
        return {"given": len(given)}

    own: Any = type("Own", (keras.Model,), {"further": 1})
    changed: Any = type("Own", (keras.Model,), {step: replaced})
    x = keras.Input((2,), name="x")
    for kind, told in ((own, None), (changed, step)):
        model = kind(x, L.Dense(1)(x))
        model.compile("sgd", "mse")
        assert traits_of(model).own_step == told


def test_figures_of_a_finished_network_are_compiled_on_a_gpu_alone() -> None:
    model = compiled(text)
    assert choose_xla_for_inference(model, device="GPU")
    assert not choose_xla_for_inference(model, device="CPU")
    x = keras.Input((2,), dtype="string")
    hashed = keras.Model(x, L.Hashing(3)(x))
    assert not choose_xla_for_inference(hashed, device="GPU")

"""Optimizers and schedules: what they keep, what they refuse, how epochs become steps."""

from random import Random
from typing import Any

import keras
import pytest
from keras_oracle import build, classes
from object_drawing import draw
from pydantic import ValidationError

from nnspec.catalog.optimizers import Optimizer
from nnspec.catalog.optimizers.adam import Adam
from nnspec.catalog.optimizers.descent import SGD, Muon
from nnspec.catalog.schedules import (
    CosineDecay,
    ExponentialDecay,
    PiecewiseConstantDecay,
    Schedule,
)

pytestmark = pytest.mark.keras

OPTIMIZERS = [kind for kind in classes("optimizers") if issubclass(kind, Optimizer)]
SCHEDULES = [kind for kind in classes("schedules") if issubclass(kind, Schedule)]


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_an_optimizer_keeps_as_many_arrays_as_it_says(kind: type[Optimizer]) -> None:
    random = Random(kind.keras_name)  # noqa: S311 - draws to repeat, no secret
    for made in [draw(kind, random, 0.0), *(draw(kind, random) for _ in range(8))]:
        assert isinstance(made, Optimizer)
        weight = keras.Variable(keras.ops.ones((5,) if kind is Muon else (3, 5)))
        optimizer = build(made)
        optimizer.build([weight])
        kept = [one for one in optimizer.variables if one.shape == weight.shape]
        assert len(kept) == made.slots, made


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf"), True, "fast", None])
def test_a_learning_rate_is_a_positive_number_or_a_schedule(rate: object) -> None:
    with pytest.raises(ValidationError, match="learning_rate"):
        Adam.model_validate({"learning_rate": rate})


@pytest.mark.parametrize(
    "arguments",
    [
        {"beta_1": 1.0},
        {"beta_2": -0.1},
        {"weight_decay": -1e-3},
        {"clipnorm": 0},
        {"gradient_accumulation_steps": 1},
        {"ema_momentum": 1.5},
        {"momentum": 0.9},
    ],
)
def test_adam_refuses_what_makes_no_sense(arguments: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Adam.model_validate(arguments)


def test_two_ways_of_clipping_are_refused_at_the_second() -> None:
    with pytest.raises(ValidationError, match="clipnorm and clipvalue") as refused:
        SGD.model_validate({"clipnorm": 1.0, "clipvalue": 0.5})
    assert refused.value.errors()[0]["ctx"]["field"] == "clipvalue"


def test_what_is_no_regular_expression_is_refused() -> None:
    with pytest.raises(ValidationError, match="is no regular expression"):
        Muon.model_validate({"exclude_layers": ["head", "("]})


@pytest.mark.parametrize("kind", SCHEDULES)
def test_epochs_become_as_many_steps_as_batches(kind: type[Schedule]) -> None:
    random = Random(kind.keras_name)  # noqa: S311 - draws to repeat, no secret
    for _ in range(8):
        in_steps = draw(kind, random)
        assert isinstance(in_steps, Schedule)
        in_epochs = in_steps.model_copy(update={"unit": "epochs"}).in_steps(7)
        assert in_epochs.unit == "steps"
        assert in_steps.in_steps(7) == in_steps
        for epoch in range(9):
            assert rate(in_epochs, 7 * epoch) == pytest.approx(rate(in_steps, epoch), rel=1e-4)


def rate(schedule: Schedule, step: int) -> float:
    """Return Keras' learning rate at a step."""
    built: Any = build(schedule)
    return float(built(step))


@pytest.mark.parametrize("kind", SCHEDULES)
def test_every_count_of_a_schedule_is_converted(kind: type[Schedule]) -> None:
    counting = {
        name for name in kind.model_fields if name.endswith("_steps") or name == "boundaries"
    }
    assert set(kind.lengths) == counting


@pytest.mark.parametrize(
    ("kind", "arguments", "field"),
    [
        (CosineDecay, {"initial_learning_rate": 0, "decay_steps": 5}, "initial_learning_rate"),
        (PiecewiseConstantDecay, {"boundaries": [5], "values": [0.1, 0.2, 0.3]}, "values"),
        (PiecewiseConstantDecay, {"boundaries": [5, 5], "values": [0.1, 0.2, 0.3]}, "boundaries"),
    ],
)
def test_a_schedule_that_contradicts_itself_is_refused(
    kind: type[Schedule], arguments: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        kind.model_validate(arguments)
    assert refused.value.errors()[0]["ctx"]["field"] == field


def test_a_warm_up_may_begin_at_zero() -> None:
    schedule = CosineDecay(
        initial_learning_rate=0, decay_steps=10, warmup_target=0.1, warmup_steps=5
    )
    assert rate(schedule, 5) == pytest.approx(0.1)


def test_a_schedule_is_a_learning_rate() -> None:
    schedule = ExponentialDecay(initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5)
    optimizer = build(Adam(learning_rate=schedule))
    optimizer.build([keras.Variable([1.0])])
    assert float(optimizer.learning_rate) == pytest.approx(0.1)

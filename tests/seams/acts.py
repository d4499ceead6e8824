"""What changes a training while it goes on: callbacks, schedules, averages of weights."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import keras
from family import BATCH, ROWS, Case, L, Learnt

EPOCHS = 9
STEPS = -(-ROWS // BATCH)
"""Steps of an epoch, the partial one counted."""


def network() -> keras.Model:
    x = keras.Input((4,))
    hidden = L.Dense(5, "relu")(x)
    return keras.Model(x, L.Dense(1)(hidden))


def optimizer(**arguments: Any) -> dict[str, Any]:
    """Return a descent whose steps are too long to come to rest."""
    return {"learning_rate": 0.15, "momentum": 0.6, **arguments}


PLAIN = Case(
    model=[{"Dense": {"units": 5, "activation": "relu"}}, {"Dense": 1}],
    network=network,
    compile=lambda: {
        "optimizer": keras.optimizers.SGD(**optimizer()),
        "loss": "mse",
        "metrics": ["mae"],
    },
    training={"optimizer": {"SGD": optimizer()}, "loss": "mse", "metrics": ["mae"]},
    data={"features": ["x"], "target": "noise"},
    x="x",
    y="noise",
    epochs=EPOCHS,
)


def called_back(*callbacks: tuple[str, Mapping[str, Any]], **arguments: Any) -> Case:
    """Return the training with callbacks, and with more arguments of its optimizer."""

    def made() -> dict[str, Any]:
        return {"callbacks": [getattr(keras.callbacks, name)(**one) for name, one in callbacks]}

    described = optimizer(**arguments)
    return replace(
        PLAIN,
        compile=lambda: {**PLAIN.compile(), "optimizer": keras.optimizers.SGD(**described)},
        training={
            **PLAIN.training,
            "optimizer": {"SGD": described},
            "callbacks": [{name: dict(one)} for name, one in callbacks],
        },
        fit=made,
    )


def stopped(learnt: Learnt) -> bool:
    return 1 < len(learnt.history["loss"]) < EPOCHS


def slowed(learnt: Learnt) -> bool:
    return bool(learnt.rate < 0.9 * optimizer()["learning_rate"])


def whole(learnt: Learnt) -> bool:
    return len(learnt.history["loss"]) == EPOCHS


EARLY, PLATEAU = "EarlyStopping", "ReduceLROnPlateau"
AVERAGED = {"use_ema": True, "ema_momentum": 0.8}
CALLBACKS: Mapping[str, tuple[Case, Callable[[Learnt], bool]]] = {
    "best_weights": (
        called_back((EARLY, {"monitor": "val_loss", "patience": 1, "restore_best_weights": True})),
        stopped,
    ),
    "least_change": (called_back((EARLY, {"monitor": "loss", "min_delta": 0.4})), stopped),
    "baseline": (
        called_back((EARLY, {"monitor": "val_mae", "baseline": 0.001, "patience": 3})),
        stopped,
    ),
    "later": (
        called_back(
            (EARLY, {"monitor": "val_mae", "mode": "max", "start_from_epoch": 2, "patience": 1})
        ),
        stopped,
    ),
    "plateau": (
        called_back((PLATEAU, {"monitor": "loss", "factor": 0.5, "patience": 1, "min_delta": 0.5})),
        slowed,
    ),
    "lowest_rate": (
        called_back(
            (
                PLATEAU,
                {
                    "monitor": "val_loss",
                    "factor": 0.3,
                    "patience": 1,
                    "min_delta": 1.0,
                    "cooldown": 2,
                    "min_lr": 0.02,
                },
            )
        ),
        slowed,
    ),
    "both": (
        called_back(
            (PLATEAU, {"monitor": "val_loss", "factor": 0.5, "patience": 1, "min_delta": 0.3}),
            (EARLY, {"monitor": "val_loss", "patience": 4, "min_delta": 0.3}),
        ),
        lambda learnt: stopped(learnt) and slowed(learnt),
    ),
    "averaged": (called_back(("SwapEMAWeights", {}), **AVERAGED), whole),
    "averaged_between": (
        called_back(("SwapEMAWeights", {"swap_on_epoch": True}), **AVERAGED),
        whole,
    ),
    "averaged_at_the_end": (called_back(**AVERAGED, ema_overwrite_frequency=4), whole),
    "not_a_number": (called_back(("TerminateOnNaN", {}), learning_rate=1e15), lambda _: True),
}
"""Callbacks, and what they must have led to, or the case would show nothing."""


def scheduled(name: str, **arguments: Any) -> Case:
    """Return the training with a learning rate whose lengths count epochs in the spec."""

    def in_steps(key: str, value: Any) -> Any:
        if key == "boundaries":
            return [STEPS * one for one in value]
        return STEPS * value if key.endswith("_steps") else value

    counted = {key: in_steps(key, value) for key, value in arguments.items()}
    kind = getattr(keras.optimizers.schedules, name)
    spoken = {name: {**arguments, "unit": "epochs"}}
    return replace(
        PLAIN,
        epochs=3,
        compile=lambda: {"optimizer": keras.optimizers.SGD(kind(**counted)), "loss": "mse"},
        training={"optimizer": {"SGD": {"learning_rate": spoken}}, "loss": "mse"},
    )


FIRST = {"initial_learning_rate": 0.05}
SCHEDULES: Mapping[str, Case] = {
    "cosine": scheduled(
        "CosineDecay", **FIRST, decay_steps=2, warmup_target=0.08, warmup_steps=1, alpha=0.1
    ),
    "restarts": scheduled("CosineDecayRestarts", **FIRST, first_decay_steps=1, m_mul=0.7),
    "exponential": scheduled("ExponentialDecay", **FIRST, decay_steps=1, decay_rate=0.5),
    "staircase": scheduled(
        "ExponentialDecay", **FIRST, decay_steps=2, decay_rate=0.3, staircase=True
    ),
    "inverse_time": scheduled("InverseTimeDecay", **FIRST, decay_steps=1, decay_rate=0.8),
    "pieces": scheduled("PiecewiseConstantDecay", boundaries=[1, 2], values=[0.05, 0.02, 0.01]),
    "polynomial": scheduled(
        "PolynomialDecay", **FIRST, decay_steps=2, end_learning_rate=0.01, power=2.0
    ),
}

"""Floor 8, what callbacks remember: taken from them for a snapshot, and put back.

Keras' callbacks keep it in attributes of their own, which no method gives.

Source: Keras 3.15, callbacks/early_stopping.py, reduce_lr_on_plateau.py, swap_ema_weights.py.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import keras

from nnspec.engine.errors import WrongState
from nnspec.engine.snapshot import Memory

KEPT: Mapping[type[keras.callbacks.Callback], tuple[str, ...]] = {
    keras.callbacks.EarlyStopping: (
        "wait",
        "stopped_epoch",
        "best",
        "best_epoch",
        "best_weights",
    ),
    keras.callbacks.ReduceLROnPlateau: ("best", "wait", "cooldown_counter"),
    keras.callbacks.SwapEMAWeights: ("_ema_weights_in_model",),
    keras.callbacks.TerminateOnNaN: (),
}
"""Keras' callbacks -> the attributes that say what they have seen."""
OWN = "nnspec."
"""How the modules are called whose callbacks remember nothing, unless they say what."""


@runtime_checkable
class Remembering(Protocol):
    """A callback that says what it has seen."""

    def memory(self) -> Memory:
        """Return what it has to remember for a training to go on."""

    def recall(self, memory: Memory) -> None:
        """Remember what another one of its kind has seen."""


def forgetful(callbacks: Sequence[keras.callbacks.Callback]) -> str | None:
    """Return the class of the first callback that may have seen what nobody can ask it for."""
    for one in callbacks:
        if not remembers(one) and not type(one).__module__.startswith(OWN):
            return type(one).__name__
    return None


def remembers(callback: keras.callbacks.Callback) -> bool:
    """Return whether a callback is known to have something to remember, or nothing for certain."""
    return type(callback) in KEPT or isinstance(callback, Remembering)


def memory_of(callback: keras.callbacks.Callback) -> Memory:
    """Return what a callback remembers."""
    if isinstance(callback, Remembering):
        return callback.memory()
    return {name: getattr(callback, name) for name in KEPT[type(callback)]}


def recall(
    callbacks: Sequence[keras.callbacks.Callback], memories: Sequence[tuple[str, Memory]]
) -> None:
    """Have callbacks remember what those of another process did.

    Raises:
        WrongState: they are of other kinds; nothing was changed.
    """
    expected = [type(one).__name__ for one in callbacks]
    given = [name for name, _ in memories]
    if given != expected:
        raise WrongState(f"the callbacks are {', '.join(expected)}; they were {', '.join(given)}")
    for one, (_, memory) in zip(callbacks, memories, strict=True):
        put_back(one, memory)


def put_back(callback: keras.callbacks.Callback, memory: Memory) -> None:
    """Have one callback remember."""
    if isinstance(callback, Remembering):
        callback.recall(memory)
        return
    for name in KEPT[type(callback)]:
        setattr(callback, name, memory[name])

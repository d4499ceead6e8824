"""Floor 8, Keras' callbacks, as the training loop calls them."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import keras

from nnspec.engine.plan import Plan
from nnspec.engine.snapshot import Memory, Snapshot
from nnspec.engine.tensorflow.memories import KEPT, forgetful, memory_of, recall, remembers
from nnspec.engine.training import Capture, Resting, Watcher


@runtime_checkable
class Asking(Protocol):
    """A callback that says why it asked for the end of a training."""

    @property
    def reason(self) -> str:
        """Return why, to be read after "stopped after epoch 7"; empty where it did not ask."""


class KerasCallbacks:
    """Tells Keras' callbacks, and those that watch chunks, how a training goes.

    They get the model at once, before anything is traced: a callback can hear of a signal and
    stop the training from then on.
    """

    def __init__(
        self,
        model: keras.Model,
        callbacks: Sequence[keras.callbacks.Callback],
        plan: Plan,
        rows: int,
    ) -> None:
        self.model = model
        self._plan, self._rows = plan, rows
        model.stop_training = False
        self._given = tuple(callbacks)
        self._forgetful = forgetful(callbacks)
        self._watchers = tuple(one for one in callbacks if isinstance(one, Watcher))
        self._resting = tuple(one for one in callbacks if isinstance(one, Resting))
        self._last = _Last()
        self._list = keras.callbacks.CallbackList(
            [*callbacks, self._last],
            add_history=False,
            add_progbar=False,
            model=model,
            verbose=0,
            epochs=plan.epochs,
            steps=plan.steps(rows),
        )

    @property
    def stopping(self) -> bool:
        """Return whether one of them asked for the end."""
        return bool(self.model.stop_training)

    @property
    def reason(self) -> str:
        """Return who asked for the end: EarlyStopping, with the epoch it holds for the best."""
        for one in self._list.callbacks:
            if isinstance(one, Asking) and one.reason:
                return one.reason
            if isinstance(one, keras.callbacks.EarlyStopping) and one.stopped_epoch:
                best = f"{one.monitor} was best in epoch {one.best_epoch + 1}"
                after = ", whose weights are put back" if one.restore_best_weights else ""
                return f"by EarlyStopping; {best}{after}"
        return "by a callback"

    @property
    def ending_early(self) -> bool:
        """Return whether one of them ends a training whose loss is no number."""
        return any(
            isinstance(one, keras.callbacks.TerminateOnNaN) and not one.raise_error
            for one in self._list.callbacks
        )

    def train_begins(self) -> None:
        """Tell that the training begins."""
        self._list.on_train_begin()

    def train_ends(self, logs: dict[str, Any] | None) -> None:
        """Tell that the training has ended, with the last epoch's figures."""
        self._list.on_train_end(logs)

    def epoch_begins(self, epoch: int) -> None:
        """Tell that an epoch begins, counted from 0."""
        self._list.on_epoch_begin(epoch)

    def epoch_ends(self, epoch: int, logs: dict[str, Any]) -> None:
        """Tell that an epoch has ended, with its figures; take in what callbacks add to them."""
        self._list.on_epoch_end(epoch, logs)
        logs.update(self._last.logs)

    def test_begins(self) -> None:
        """Tell that the validation rows are measured."""
        self._list.on_test_begin()

    def test_ends(self, logs: dict[str, Any]) -> None:
        """Tell what the validation rows came to."""
        self._list.on_test_end(logs)

    def chunk_ends(self, epoch: int, step: int, logs: dict[str, Any]) -> None:
        """Tell those that watch how far an epoch has come."""
        for one in self._watchers:
            one.on_chunk(epoch, step, logs)

    def rests(self, capture: Capture, *, last: bool) -> None:
        """Tell those that want to know that the training is whole."""
        for one in self._resting:
            one.on_rest(capture, last=last)

    def memories(self) -> tuple[tuple[str, Memory], ...] | None:
        """Return what each remembers, by its class; None where one of them does not tell."""
        if self._forgetful is not None:
            return None
        return tuple((type(one).__name__, memory_of(one)) for one in self._lasting)

    def recall(self, snapshot: Snapshot) -> None:
        """Have them remember what a snapshot says.

        Raises:
            WrongState: they are of other kinds.
        """
        recall(self._lasting, snapshot.memories)

    def quiet(self) -> "KerasCallbacks":
        """Return Keras' own among them, which change the training; the others only tell of it."""
        own = [one for one in self._given if type(one) in KEPT]
        return _Quiet(self.model, own, self._plan, self._rows)

    @property
    def _lasting(self) -> list[keras.callbacks.Callback]:
        """Return the callbacks that remember something."""
        return [one for one in self._given if remembers(one)]


class _Quiet(KerasCallbacks):
    """Keras' own callbacks, of a training that is run again."""

    def recall(self, snapshot: Snapshot) -> None:
        """Have them remember their part of a snapshot."""
        kinds = {kind.__name__ for kind in KEPT}
        recall(self._lasting, [one for one in snapshot.memories if one[0] in kinds])


class _Last(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Hears an epoch's figures as the callbacks before it leave them: Keras hands them a copy."""

    def __init__(self) -> None:
        super().__init__()
        self.logs: dict[str, Any] = {}

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Take the figures in."""
        del epoch
        self.logs = dict(logs or {})

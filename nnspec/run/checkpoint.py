"""Floor 8, checkpoints: the best and the last weights, whole on the disk, never NaN.

A checkpoint is one artefact of the run folder, written and read as bytes, so that what is loaded
is what was compared with its checksum. What a training goes on from lies beside them.
"""

import io
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from nnspec.diagnostics import Diagnostic, NnspecError, Refused, RunFailed
from nnspec.run.folder import RunFolder
from nnspec.run.history import Logs
from nnspec.run.layout import Which, checkpoint_of
from nnspec.run.manifest import Shapes

INTERVAL = 10.0
"""Seconds between two writings of one checkpoint; a write costs from 10 ms to seconds."""


class _WeightsFile(io.BytesIO):
    """A `.weights.h5` file in memory.

    HDF5 crashes the process where a disk is full while it writes, so it never sees a disk. Keras
    takes such an object where its text ends like the file's name.
    """

    def __str__(self) -> str:
        return ".weights.h5"


def describe_weights(model: Any) -> dict[str, Shapes]:  # noqa: ANN401  Keras is untyped
    """Return the shapes of each layer's weights, by the layer's name."""
    return {
        layer.name: tuple(tuple(weight.shape) for weight in layer.weights)
        for layer in model.layers
        if layer.weights
    }


def save_weights(model: Any, folder: RunFolder, which: Which) -> bool:  # noqa: ANN401
    """Write the network's weights as a checkpoint, unless one of them is NaN or infinite.

    Args:
        model: the core network.
        folder: the run's folder, held for writing.
        which: the checkpoint's name.

    Returns:
        Whether they were written.

    Raises:
        RunFailed: A104 where the disk is full; the previous checkpoint is kept.
    """
    if not _are_finite(model.get_weights()):
        return False
    file = _WeightsFile()
    _bare(model).save_weights(file)
    if not folder.manifest.weights:
        folder.update(replace(folder.manifest, weights=describe_weights(model)))
    folder.write(checkpoint_of(which), file.getvalue())
    return True


def load_weights(model: Any, folder: RunFolder, which: Which) -> None:  # noqa: ANN401
    """Put a checkpoint's weights into the network, after comparing its checksum.

    Raises:
        Refused: A101 or A111 where the file is not the one written, with the name of the other
            checkpoint if that is whole; A105 where the weights belong to another network.
    """
    try:
        content = folder.read(checkpoint_of(which))
    except Refused as refusal:
        raise _with_alternative(refusal, folder, which) from refusal
    _check_shapes(model, folder)
    try:
        _bare(model).load_weights(_WeightsFile(content))
    except (ValueError, KeyError, OSError) as error:
        reason = str(error).splitlines()[0]
        message = f"{checkpoint_of(which)} does not fit the network: {reason}"
        raise Refused([Diagnostic("A105", message)]) from error


def _bare(model: Any) -> Any:  # noqa: ANN401  Keras is untyped
    """Return a network without what trains it.

    Keras writes the optimizer into a file of weights, as it stands when the file is written, which
    for the best weights is not when they were the network's.
    """
    trained = getattr(model, "optimizer", None) is not None
    return keras.Model(model.inputs, model.outputs) if trained else model


class Checkpoints(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
    """Keeps the best weights (least validation loss, or loss) and the last ones.

    The best ones are copied in memory as they occur and written at most every `interval` seconds,
    so that quick epochs are not slowed; `finish` writes what is not on the disk yet.
    """

    def __init__(
        self,
        folder: RunFolder,
        *,
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Write to a run folder.

        Args:
            folder: the run's folder, held for writing.
            interval: seconds between two writings of one checkpoint.
            clock: the time, in seconds.
        """
        super().__init__()
        self._folder = folder
        self._interval = interval
        self._clock = clock
        self._written = -math.inf
        self._best = math.inf
        self._weights: list[Any] | None = None
        self._kept = False
        self._begun = False
        self._broken = False
        self.restored = False
        """Whether the best weights stand in for last ones that are no numbers."""

    @property
    def best(self) -> float | None:
        """Return the least loss so far, None before the first finite one."""
        return self._best if math.isfinite(self._best) else None

    def on_chunk(self, epoch: int, step: int, logs: dict[str, Any]) -> None:
        """Note that steps have run: the weights are no longer those that were drawn."""
        del epoch, step, logs
        self._begun = True

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002  Keras' own
        """Copy the weights if they are the best; write what is due."""
        self._begun = True
        found = logs or {}
        self._broken = not math.isfinite(found.get("loss", 0.0))
        if self._broken:
            return
        value = _monitored(found)
        if value < self._best:
            weights = self.model.get_weights()
            if _are_finite(weights):
                self._best, self._weights = value, weights
        if self._clock() - self._written >= self._interval:
            self.keep()
            save_weights(self.model, self._folder, "last")
            self._written = self._clock()

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Put the best weights back where the last epoch's loss, or a weight, is no number.

        Raises:
            RunFailed: R101 where no epoch has left finite ones.
        """
        del logs
        self._begun = True
        if not self._broken and _are_finite(self.model.get_weights()):
            return
        if self.keep() is None:
            raise RunFailed([_nothing_finite()])
        load_weights(self.model, self._folder, "best")
        self.restored = True

    def keep(self) -> str | None:
        """Write the best weights if they are not on the disk yet.

        Returns:
            The checkpoint's path within the run folder, None where there is none.
        """
        if self._weights is not None:
            present = self.model.get_weights()
            self.model.set_weights(self._weights)
            try:
                save_weights(self.model, self._folder, "best")
            finally:
                self.model.set_weights(present)
            self._weights, self._kept = None, True
        return checkpoint_of("best") if self._kept else None

    def memory(self) -> dict[str, Any]:
        """Return what is best so far, with the weights that are not on the disk yet."""
        return {"best": self._best, "weights": self._weights, "kept": self._kept}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Go on behind the epochs that another process has seen."""
        self._best, self._weights = memory["best"], memory["weights"]
        self._kept = memory["kept"]

    def finish(self) -> None:
        """Write the best weights, and the present ones as the last, once a step has run."""
        self.keep()
        if self._begun:
            save_weights(self.model, self._folder, "last")


def _monitored(logs: Mapping[str, Any]) -> float:
    """Return the loss that decides what is best; NaN, never least, where there is none."""
    return float(logs.get("val_loss", logs.get("loss", math.nan)))


def _are_finite(weights: Sequence[Any]) -> bool:
    return all(np.isfinite(one).all() for one in weights)


def _nothing_finite() -> Diagnostic:
    return Diagnostic(
        "R101",
        "the loss became NaN or infinite, and no epoch before has left weights to go back to",
        hint="lower the learning rate, clip gradients, or check the data",
        path=("training",),
    )


def _check_shapes(model: Any, folder: RunFolder) -> None:  # noqa: ANN401  Keras is untyped
    """Refuse weights of another network, naming the layers that differ."""
    recorded, present = folder.manifest.weights, describe_weights(model)
    differing = [
        f'layer "{name}" has weights {_shown(present.get(name))}, the run\'s {_shown(shapes)}'
        for name, shapes in recorded.items()
        if present.get(name) != shapes
    ]
    new = [f'layer "{name}" is not in the run' for name in present if name not in recorded]
    if recorded and (differing or new):
        message = f"the weights belong to another network: {'; '.join([*differing, *new])}"
        raise Refused([Diagnostic("A105", message, hint="use the run's own spec")])


def _shown(shapes: Shapes | None) -> str:
    return "none" if not shapes else ", ".join(str(one) for one in shapes)


def _with_alternative(refusal: Refused, folder: RunFolder, which: Which) -> Refused:
    """Return the refusal with a hint that names the other checkpoint, where that one is whole."""
    other: Which = "last" if which == "best" else "best"
    try:
        folder.read(checkpoint_of(other))
    except NnspecError:
        return refusal
    hint = f"{checkpoint_of(other)} is whole"
    return Refused([replace(one, hint=hint) for one in refusal.diagnostics])

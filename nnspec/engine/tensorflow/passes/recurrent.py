"""Floor 8, a pass: recurrent layers project their inputs for all time steps in one product."""

from collections.abc import Mapping
from typing import ClassVar

import keras
import tensorflow as tf

from nnspec.engine.tensorflow.passes.base import Condition, Methods, Pass, Setting, Target
from nnspec.engine.tensorflow.passes.cells import Cell, GruCell, LstmCell, SimpleCell, Tensors
from nnspec.engine.tensorflow.passes.conditions import IN_FLOAT32, KEEPS_TYPE
from nnspec.engine.tensorflow.passes.recurrence import Series, Weights, recur

CELLS: Mapping[type[keras.layers.RNN], Cell] = {
    keras.layers.LSTM: LstmCell(),
    keras.layers.GRU: GruCell(),
    keras.layers.SimpleRNN: SimpleCell(),
}


def _has_usual_bends(layer: keras.layers.RNN) -> bool:
    recurrent = getattr(layer, "recurrent_activation", keras.activations.sigmoid)
    usual = layer.activation is keras.activations.tanh
    return usual and recurrent is keras.activations.sigmoid


def _has_usual_cell(layer: keras.layers.RNN) -> bool:
    if isinstance(layer, keras.layers.SimpleRNN):
        return True
    at_once = layer.cell.implementation == 2  # noqa: PLR2004 - Keras' number for "all gates at once"
    return at_once and getattr(layer.cell, "reset_after", True)


class RecurrentProjection(Pass):
    """Takes the product with the kernel, and all gradients of weights, out of the time loop.

    The numbers are those of Keras' loop up to the rounding of float32 sums.
    """

    title: ClassVar = "inputs projected for all time steps at once"
    kinds: ClassVar = tuple(CELLS)
    requires: ClassVar = (
        IN_FLOAT32,
        Condition(
            "XLA compiles it, or it runs on a CPU: Keras' way to cuDNN is faster",
            lambda _, setting: setting.xla or not setting.gpu,
        ),
        Condition("it loops over time", lambda layer, _: not layer.unroll),
        Condition("it drops nothing of its states", lambda layer, _: not layer.recurrent_dropout),
        Condition("it has Keras' default activations", lambda layer, _: _has_usual_bends(layer)),
        Condition(
            "it computes all gates at once, a GRU's reset after the product",
            lambda layer, _: _has_usual_cell(layer),
        ),
    )
    ensures: ClassVar = (KEEPS_TYPE,)

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Replace `inner_loop`; sequences of unknown length keep Keras' own."""
        del setting
        original = target.inner_loop

        def inner_loop(
            sequences: tf.Tensor,
            initial_state: list[tf.Tensor],
            mask: tf.Tensor | None,
            training: bool = False,  # noqa: FBT001, FBT002 - Keras' own signature
        ) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
            if sequences.shape[1] is None:
                outcome: tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]] = original(
                    sequences, initial_state, mask, training=training
                )
                return outcome
            if training and target.dropout:
                dropped = target.cell.get_dropout_mask(sequences[:, 0, :])
                sequences = sequences * dropped[:, tf.newaxis]
            keep = _keep(target, mask)
            start = tuple(tf.nest.flatten(initial_state))
            outputs, last = _recur(target, _time_first(target, sequences), start, keep)
            outputs = _masked(target, outputs, keep)
            # All outputs with the batch first, which Keras reads where it gives sequences.
            return outputs[-1], tf.transpose(outputs, [1, 0, 2]), list(last)

        return {"inner_loop": inner_loop}


def _recur(
    layer: keras.layers.RNN, sequences: tf.Tensor, start: Tensors, keep: tf.Tensor | None
) -> tuple[tf.Tensor, Tensors]:
    """Run the layer's cell over sequences (time, batch, features)."""
    cell = layer.cell
    kernel, recurrent = (tf.convert_to_tensor(one) for one in (cell.kernel, cell.recurrent_kernel))
    input_bias = bias = tf.zeros([kernel.shape[1]])
    if cell.bias is not None and isinstance(layer, keras.layers.GRU):
        input_bias, bias = cell.bias[0], cell.bias[1]
    elif cell.bias is not None:
        bias = tf.convert_to_tensor(cell.bias)
    weights = Weights(kernel, input_bias, recurrent, bias)
    series = Series(sequences, start, keep)
    whole = layer.return_sequences or keep is not None
    return recur(CELLS[type(layer)], weights, series, sequences=whole)


def _time_first(layer: keras.layers.RNN, sequences: tf.Tensor) -> tf.Tensor:
    """Return (batch, time, ...) as (time, batch, ...), in the order the layer reads it."""
    swapped = tf.transpose(sequences, [1, 0, *range(2, len(sequences.shape))])
    return tf.reverse(swapped, [0]) if layer.go_backwards else swapped


def _keep(layer: keras.layers.RNN, mask: tf.Tensor | list[tf.Tensor] | None) -> tf.Tensor | None:
    """Return the mask (batch, time) as 1 and 0, (time, batch, 1)."""
    first = tf.nest.flatten(mask)[0]
    if first is None:
        return None
    return _time_first(layer, tf.cast(first, "float32")[:, :, tf.newaxis])


def _masked(layer: keras.layers.RNN, outputs: tf.Tensor, keep: tf.Tensor | None) -> tf.Tensor:
    """Return the outputs as Keras masks them: the last one that counted, or zeros.

    Before the first step that counts Keras' outputs are zeros, whatever the first state.
    """
    if keep is None:
        return outputs
    if layer.zero_output_for_mask:
        return outputs * keep
    return outputs * tf.cast(tf.cumsum(keep) > 0, "float32")

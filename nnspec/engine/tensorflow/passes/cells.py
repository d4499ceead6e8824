"""Floor 8, the mathematics of a pass: one step of LSTM, GRU and simple recurrences, and back.

The gates lie side by side in one array (batch, gates * units), in Keras' order, so that one
vectorized tanh serves them all:

    sigmoid(x) = 0.5 * tanh(0.5 * x) + 0.5

What the way back needs and does not depend on the step after is computed for all time steps at
once (`factors`); the loop is left with a few products.
"""

from typing import Protocol

import tensorflow as tf

Tensors = tuple[tf.Tensor, ...]


class Cell(Protocol):
    """The arithmetic of one time step; the first state is the output."""

    def forward(
        self, projected: tf.Tensor, product: tf.Tensor, states: Tensors
    ) -> tuple[Tensors, Tensors]:
        """Return the new states and what `factors` will ask for.

        Args:
            projected: the step's inputs through the kernel, (batch, gates * units).
            product: the last output through the recurrent kernel, bias added, same shape.
            states: the last states, (batch, units) each.
        """

    def factors(self, saved: Tensors, states: Tensors, before: Tensors) -> Tensors:
        """Return the factors of the way back, for all time steps.

        Args:
            saved: what the steps gave, (time, batch, ...) each.
            states: the states after each step, (time, batch, units) each.
            before: the states before each step, (time, batch, units) each.
        """

    def backward(self, factors: Tensors, slopes: Tensors) -> tuple[tf.Tensor, Tensors, tf.Tensor]:
        """Return the slopes of product and last states, and what `finish` will ask for.

        The slope of the last output is None where it only passes through the product.

        Args:
            factors: this step's factors, (batch, ...) each.
            slopes: the loss' derivative by each new state, (batch, units) each.
        """

    def finish(self, factors: Tensors, recorded: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the slopes of `projected` and `product`, (time, batch, gates * units) each."""


class LstmCell:
    """Gates i, f, c, o; states output and carry.

    Source: Keras 3.15, keras/src/layers/rnn/lstm.py, LSTMCell.call, implementation 2.
    """

    def forward(
        self, projected: tf.Tensor, product: tf.Tensor, states: Tensors
    ) -> tuple[Tensors, Tensors]:
        """Return output and carry; saved are the gates."""
        halves = _columns(projected, 0.5, 0.5, 1.0, 0.5)
        offsets = _columns(projected, 0.5, 0.5, 0.0, 0.5)
        gates = halves * tf.tanh(halves * (projected + product)) + offsets
        let_in, forget, candidate, let_out = tf.split(gates, 4, axis=-1)
        carry = forget * states[1] + let_in * candidate
        return (let_out * tf.tanh(carry), carry), (gates,)

    def factors(self, saved: Tensors, states: Tensors, before: Tensors) -> Tensors:
        """Return the factors from carry and output to gates, from output to carry, and f."""
        (gates,) = saved
        let_in, forget, candidate, let_out = tf.split(gates, 4, axis=-1)
        bent = tf.tanh(states[1])
        others = tf.concat([candidate, before[1], let_in, bent], axis=-1)
        slopes = (1.0 - gates) * (gates + _columns(gates, 0.0, 0.0, 1.0, 0.0))
        return slopes * others, let_out * (1.0 - bent * bent), forget

    def backward(self, factors: Tensors, slopes: Tensors) -> tuple[tf.Tensor, Tensors, tf.Tensor]:
        """Return the slopes of the gates, which are those of both products."""
        to_gates, to_carry, forget = factors
        carry = slopes[1] + slopes[0] * to_carry
        gates = to_gates * tf.concat([carry, carry, carry, slopes[0]], axis=-1)
        return gates, (None, carry * forget), gates

    def finish(self, factors: Tensors, recorded: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the slopes of the gates, twice."""
        del factors
        return recorded, recorded


class GruCell:
    """Gates z, r, h; state output; the reset gate acts after the product.

    Source: Keras 3.15, keras/src/layers/rnn/gru.py, GRUCell.call, implementation 2.
    """

    def forward(
        self, projected: tf.Tensor, product: tf.Tensor, states: Tensors
    ) -> tuple[Tensors, Tensors]:
        """Return the output; saved are z, r, the candidate and its share of the product."""
        units = states[0].shape[-1]
        sums = projected[:, : 2 * units] + product[:, : 2 * units]
        gates = 0.5 * tf.tanh(0.5 * sums) + 0.5
        update, reset = tf.split(gates, 2, axis=-1)
        share = product[:, 2 * units :]
        candidate = tf.tanh(projected[:, 2 * units :] + reset * share)
        output = update * states[0] + (1.0 - update) * candidate
        return (output,), (gates, candidate, share)

    def factors(self, saved: Tensors, states: Tensors, before: Tensors) -> Tensors:
        """Return the factors from output to the product, to the inputs, and z."""
        del states
        gates, candidate, share = saved
        update, reset = tf.split(gates, 2, axis=-1)
        to_candidate = (1.0 - update) * (1.0 - candidate * candidate)
        to_update = (before[0] - candidate) * update * (1.0 - update)
        to_reset = to_candidate * share * reset * (1.0 - reset)
        to_product = tf.concat([to_update, to_reset, to_candidate * reset], axis=-1)
        to_projected = tf.concat([to_update, to_reset, to_candidate], axis=-1)
        return to_product, update, to_projected

    def backward(self, factors: Tensors, slopes: Tensors) -> tuple[tf.Tensor, Tensors, tf.Tensor]:
        """Return the slopes of the product and of the last output through z."""
        to_product, update, _ = factors
        (output,) = slopes
        return to_product * _thrice(output), (output * update,), output

    def finish(self, factors: Tensors, recorded: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the slopes of inputs and product from those of the outputs."""
        to_product, _, to_projected = factors
        output = _thrice(recorded)
        return to_projected * output, to_product * output


class SimpleCell:
    """One tanh; state output.

    Source: Keras 3.15, keras/src/layers/rnn/simple_rnn.py, SimpleRNNCell.call.
    """

    def forward(
        self, projected: tf.Tensor, product: tf.Tensor, states: Tensors
    ) -> tuple[Tensors, Tensors]:
        """Return the output; it is all that is saved."""
        del states
        output = tf.tanh(projected + product)
        return (output,), (output,)

    def factors(self, saved: Tensors, states: Tensors, before: Tensors) -> Tensors:
        """Return the slope of tanh."""
        del states, before
        return (1.0 - saved[0] * saved[0],)

    def backward(self, factors: Tensors, slopes: Tensors) -> tuple[tf.Tensor, Tensors, tf.Tensor]:
        """Return the slope of the sum, which is that of both products."""
        total = factors[0] * slopes[0]
        return total, (None,), total

    def finish(self, factors: Tensors, recorded: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the slopes of the sums, twice."""
        del factors
        return recorded, recorded


def _columns(like: tf.Tensor, *values: float) -> tf.Tensor:
    """Return one value per gate, repeated over its units: (gates * units,)."""
    return tf.constant([one for one in values for _ in range(like.shape[-1] // len(values))])


def _thrice(value: tf.Tensor) -> tf.Tensor:
    return tf.concat([value, value, value], axis=-1)

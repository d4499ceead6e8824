"""Networks as people build them in Keras 3, each of which says something of its own in JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

Made = Callable[[], Any]
SERIES, TABLE, PICTURE = (5, 4), (6,), (6, 6, 3)


@dataclass(frozen=True)
class Told:
    """A network that no spec expresses: the layer that is named, and a word of what to write."""

    made: Made
    layer: str
    advice: str


def on(function: Callable[[Any], Any], shape: Any = SERIES, dtype: str | None = None) -> Made:
    """Return what makes a network of one input."""

    def made() -> Any:
        given = keras.Input(shape, dtype=dtype, name="given")
        return keras.Model(given, function(given))

    return made


def on_two(function: Callable[[Any, Any], Any], first: Any = SERIES, second: Any = SERIES) -> Made:
    """Return what makes a network of two inputs."""

    def made() -> Any:
        left, right = keras.Input(first, name="left"), keras.Input(second, name="right")
        return keras.Model([left, right], function(left, right))

    return made


def on_tokens(function: Callable[[Any, Any], Any]) -> Made:
    """Return what makes a network of tokens, given with their masked vectors."""

    def made() -> Any:
        tokens = keras.Input((7,), dtype="int32", name="tokens")
        words = layers.Embedding(9, 4, mask_zero=True, name="words")(tokens)
        return keras.Model(tokens, function(tokens, words))

    return made


def masked_by_hand(series: Any, marks: Any) -> Any:
    return layers.GRU(3, name="reads")(series, mask=ops.any(ops.greater(marks, 0.0), axis=-1))


def translator(_: Any, words: Any) -> Any:
    read, hidden, carry = layers.LSTM(4, return_sequences=True, return_state=True)(words)
    spoken = layers.LSTM(4, return_sequences=True)(words, initial_state=[hidden, carry])
    seen = layers.Attention()([spoken, read])
    return layers.Dense(9, activation="softmax")(layers.Concatenate()([spoken, seen]))


def both_ways_with_states(first: Any, second: Any) -> Any:
    read = layers.Bidirectional(layers.LSTM(3, return_state=True, return_sequences=True))(first)
    again = layers.Bidirectional(layers.LSTM(3))(second, initial_state=read[1:])
    return [read[0], again]


def stacked_with_states(series: Any) -> Any:
    cells = [layers.LSTMCell(3), layers.SimpleRNNCell(2)]
    return layers.RNN(cells, return_state=True)(series)


def stacked(series: Any) -> Any:
    cells = layers.StackedRNNCells([layers.GRUCell(3), layers.LSTMCell(2)])
    return layers.RNN(cells)(series)


def unlike_both_ways(series: Any) -> Any:
    back = layers.GRU(3, go_backwards=True)
    return layers.Bidirectional(layers.LSTM(3), backward_layer=back)(series)


def moving_pictures(series: Any) -> Any:
    kept = layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True)(series)
    return layers.Bidirectional(layers.ConvLSTM2D(2, 3))(kept)


def siblings(left: Any, right: Any) -> Any:
    chain = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(3)], name="chain")
    away = ops.abs(chain(left) - chain(right))
    return layers.Dense(1, activation="sigmoid")(away)


def models_within_models(given: Any) -> Any:
    start = keras.Input(TABLE)
    inner = keras.Model(start, layers.Dense(3, activation="tanh")(start), name="inner")
    outer = keras.Sequential([inner, layers.Dense(2)], name="outer")
    return layers.Add()([outer(given), outer(layers.Dense(6)(given))])


def several_ends() -> Any:
    one, two = keras.Input((4,), name="one"), keras.Input((3,), name="two")
    inner = keras.Model({"one": one, "two": two}, {"sum": layers.Dense(2)(one), "rest": two})
    a, b, c = (keras.Input((size,), name=name) for size, name in ((4, "a"), (3, "b"), (2, "c")))
    ends = inner({"two": b, "one": a})
    return keras.Model({"left": [a, b], "right": {"c": c}}, [ends["sum"], {"x": (ends["rest"], c)}])


def timed_graph(series: Any) -> Any:
    step = keras.Input((4,))
    near = layers.Dense(3, activation="relu")(step)
    wide = layers.Dense(3)(near) + near
    model = keras.Model(step, layers.LayerNormalization()(wide))
    return layers.TimeDistributed(model, name="each")(series)


def timed_pictures(series: Any) -> Any:
    eye = keras.Sequential([layers.Conv2D(2, 3), layers.MaxPooling2D(), layers.Flatten()])
    return layers.LSTM(2)(layers.TimeDistributed(eye)(series))


def timed_memory(series: Any) -> Any:
    inner = keras.Sequential([layers.Masking(), layers.LSTM(2)])
    return layers.TimeDistributed(inner, name="each")(series)


def transformer(series: Any) -> Any:
    normed = layers.LayerNormalization()(series)
    series += layers.MultiHeadAttention(2, 3)(normed, normed, use_causal_mask=True)
    wide = ops.gelu(layers.Dense(8)(layers.RMSNormalization()(series)), approximate=False)
    return ops.mean(series + layers.Dense(4)(wide), axis=1)


def gated(series: Any) -> Any:
    left, right = ops.split(layers.Dense(6)(series), 2, axis=-1)
    return left * ops.sigmoid(right)


def squeeze_and_excite(picture: Any) -> Any:
    seen = layers.Dense(3, activation="sigmoid")(ops.mean(picture, axis=(1, 2)))
    return picture * ops.reshape(seen, (-1, 1, 1, 3))


def regularized(given: Any) -> Any:
    return layers.Dense(
        3,
        kernel_regularizer=keras.regularizers.OrthogonalRegularizer(0.1, "columns"),
        bias_regularizer=keras.regularizers.L1L2(0.1, 0.2),
        kernel_constraint=keras.constraints.MaxNorm(2, axis=0),
        bias_constraint=keras.constraints.NonNeg(),
        kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out", "uniform", seed=3),
        bias_initializer=keras.initializers.RandomNormal(seed=keras.random.SeedGenerator(4)),
    )(given)


def own_activation(given: Any) -> Any:
    return layers.Dense(2, activation=layers.LeakyReLU(0.2), name="bent")(given)


def half(given: Any) -> Any:
    hidden = layers.Dense(4, dtype="mixed_float16")(given)
    return layers.Dense(2, dtype="float32")(ops.relu(hidden * 0.5))


def spread(given: Any) -> Any:
    apart = given - ops.mean(given, axis=-1, keepdims=True)
    return ops.var(given, axis=1), ops.clip(apart, -0.5, 0.5), ops.maximum(apart, 0.1)


def pieces(series: Any) -> Any:
    first, last = series[:, 0], series[:, -1, :]
    return ops.stack([first, last], axis=1), series[..., 1:3], series[:, ::2], series[:, None]


def layouts(series: Any) -> Any:
    turned = ops.swapaxes(series, 1, 2)
    wide = ops.squeeze(ops.expand_dims(turned, -1), -1)
    return ops.reshape(wide, (-1, 20)), ops.flip(series, axis=1), ops.repeat(series, 2, axis=1)


def products(left: Any, right: Any) -> Any:
    scores = ops.einsum("bid,bjd->bij", left, right) / 2.0
    return ops.matmul(ops.softmax(scores, axis=-1), right), left @ ops.transpose(right, (0, 2, 1))


def powers(given: Any) -> Any:
    return given**2 + 1, 2.0**given, 3 - given, -ops.square(given), given / 4


def arrays(picture: Any) -> Any:
    centre, width = (np.array(one, "float32") for one in ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]))
    return (picture - centre) / width


def words_of(text: Any) -> Any:
    vectors = layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=4)(text)
    return layers.Embedding(5, 2)(vectors)


def looked_up(text: Any) -> Any:
    number = layers.StringLookup(vocabulary=["a", "b"], num_oov_indices=1)(text)
    return layers.CategoryEncoding(num_tokens=4, output_mode="one_hot")(number)


def hashed(text: Any) -> Any:
    return layers.Hashing(5, salt=[3, 4])(text)


def measured(given: Any) -> Any:
    scaled = layers.Normalization(mean=[0.0] * 6, variance=[4.0] * 6)(given)
    return layers.Rescaling(0.1)(scaled), layers.Discretization([-0.5, 0.5])(given)


def branching(given: Any) -> Any:
    return ops.where(given > 0, given, 0.1 * given)


def registered(given: Any) -> Any:
    def own(x: Any) -> Any:
        return x * ops.sigmoid(x)

    marked = keras.saving.register_keras_serializable("mine")(own)
    return layers.Dense(2, activation=marked, name="bent")(given)


def merged(mode: str | None) -> Made:
    """Return what makes a network of a layer both ways; made anew each time."""

    def both_ways(series: Any) -> Any:
        forward = layers.GRU(3, return_sequences=True)
        return layers.Bidirectional(forward, merge_mode=mode)(series)

    return on(both_ways)


READ: Mapping[str, Made] = {
    "Masking": on(lambda x: layers.LSTM(3)(layers.Masking(0.5)(x))),
    "mask_zero through layers": on_tokens(lambda _, w: layers.LSTM(3)(layers.Dense(2)(w))),
    "mask as the embedding computes it": on_tokens(
        lambda t, w: layers.LSTM(3)(w, mask=ops.not_equal(t, 0))
    ),
    "masks of two branches": on_tokens(
        lambda _, w: layers.LSTM(3)(layers.Add()([w, layers.Dropout(0.1)(w)]))
    ),
    "masked attention": on_tokens(lambda _, w: layers.MultiHeadAttention(2, 3)(w, w)),
    "states of an encoder": on_tokens(translator),
    "states both ways": on_two(both_ways_with_states),
    "initial state of an input": on_two(
        lambda x, s: layers.GRU(4)(x, initial_state=s), SERIES, (4,)
    ),
    "RNN of cells with states": on(stacked_with_states),
    "StackedRNNCells": on(stacked),
    "Bidirectional concat": merged("concat"),
    "Bidirectional sum": merged("sum"),
    "Bidirectional mul": merged("mul"),
    "Bidirectional ave": merged("ave"),
    "Bidirectional null": merged(None),
    "Bidirectional of two layers": on(unlike_both_ways),
    "ConvLSTM": on(moving_pictures, (3, 5, 5, 2)),
    "shared chain": on_two(siblings, TABLE, TABLE),
    "models within models": on(models_within_models, TABLE),
    "inputs and outputs by name": several_ends,
    "TimeDistributed graph": on(timed_graph),
    "TimeDistributed chain": on(timed_pictures, (3, 6, 6, 1)),
    "transformer": on(transformer),
    "causal Attention": on(lambda x: layers.Attention()([x, x], use_causal_mask=True)),
    "AdditiveAttention": on_two(lambda q, v: layers.AdditiveAttention()([q, v])),
    "GroupQueryAttention": on(lambda x: layers.GroupQueryAttention(3, 4, 2)(x, x)),
    "gates of a split": on(gated),
    "squeeze and excite": on(squeeze_and_excite, PICTURE),
    "slices": on(pieces),
    "layouts": on(layouts),
    "spread": on(spread),
    "products": on_two(products),
    "powers": on(powers),
    "arrays": on(arrays, PICTURE),
    "padding": on(lambda x: ops.pad(ops.tile(x, [1, 1, 2]), [[0, 0], [1, 0], [0, 2]])),
    "numbers cast": on(lambda x: layers.Dense(2)(ops.cast(x, "float32") / 255.0), TABLE, "uint8"),
    "unit length": on(lambda x: ops.normalize(ops.log_softmax(x))),
    "windows": on(lambda x: ops.max_pool(x, 2, 2) - ops.average_pool(x, 2, 2), PICTURE),
    "TextVectorization": on(words_of, (), "string"),
    "StringLookup": on(looked_up, (1,), "string"),
    "Normalization": on(measured, TABLE),
    "Hashing": on(hashed, (1,), "string"),
    "regularizers and initializers": on(regularized, TABLE),
    "activation that is a layer": on(own_activation, TABLE),
    "mixed precision": on(half, TABLE),
    "merges": on_two(lambda a, b: [ops.minimum(a, b), layers.Dot(1)([a, b]), a - b]),
}
"""Networks that compute the same, once read."""

TOLD: Mapping[str, Told] = {
    "mask of an input": Told(on_two(masked_by_hand), "reads", "mask_zero"),
    "mask dropped at an operation": Told(
        on_tokens(lambda _, w: layers.LSTM(3, name="reads")(w * 2.0)), "reads", "as a layer"
    ),
    "attention_mask": Told(
        on_two(
            lambda x, m: layers.MultiHeadAttention(2, 3, name="looks")(x, x, attention_mask=m),
            SERIES,
            (5, 5),
        ),
        "looks",
        "mask_zero",
    ),
    "scores of attention": Told(
        on(lambda x: layers.Attention(name="looks")([x, x], return_attention_scores=True)[0]),
        "looks",
        "without it",
    ),
    "masks within steps": Told(on(timed_memory, (3, 5, 4)), "each", "TimeDistributed around"),
    "where": Told(on(branching, TABLE), "greater", "LeakyReLU"),
    "quotient of tensors": Told(on_two(lambda a, b: a / b), "true_divide", "UnitNormalization"),
    "first step of unknown length": Told(on(lambda x: x[:, 0], (None, 3)), "get_item", "known"),
    "axes of another rank": Told(
        on_two(lambda a, b: a * b, (4, 5, 6), (5, 6)), "multiply", "one rank"
    ),
    "registered activation": Told(on(registered, TABLE), "bent", "name an activation"),
    "class": Told(on(lambda x: ops.argmax(x, axis=-1), SERIES), "argmax", "scores"),
}
"""Networks of which one finding says what no layer here does."""

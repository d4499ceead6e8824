"""Floor 8, a pass: attention with its gradient written out.

Axes: B batch, N heads, T queries, S keys, H and V features of a head's keys and values.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import keras
import tensorflow as tf

from nnspec.build.keras_graph import (
    ATTENTION,
    attention_axes,
    attention_dropout,
    attention_scale,
)
from nnspec.engine.tensorflow.passes.base import (
    Condition,
    Guarantee,
    Methods,
    Pass,
    Setting,
    Target,
)
from nnspec.engine.tensorflow.passes.conditions import IN_FLOAT32, ON_A_CPU, UNDER_XLA

LONGEST_REDUCED = 31
"""XLA splits longer reductions on a CPU in two, and walks over the array twice."""


def _answers_queries(target: Target, given: tuple[Any, ...], outcome: Any) -> bool:  # noqa: ANN401 - TensorFlow is untyped
    del target
    query, _, value = given[:3]
    answers = outcome[0]
    expected = [*query.shape[:-1], value.shape[-1]]
    return bool(answers.dtype == query.dtype and answers.shape.is_compatible_with(expected))


class WrittenAttention(Pass):
    """Computes softmax(Q K / sqrt(H)) V and its gradient in products that XLA runs as they are.

    The softmax's gradient needs, for each query, the sum of p * dp over all keys. It equals the
    sum of y * dy over the V features of the answer, which are few.

    Source of that identity: Dao et al., FlashAttention, 2022, appendix B.4.
    """

    title: ClassVar = "attention's gradient in four products"
    kinds: ClassVar = (keras.layers.MultiHeadAttention,)
    requires: ClassVar = (
        UNDER_XLA,
        ON_A_CPU,
        IN_FLOAT32,
        Condition("it drops no scores", lambda layer, _: not attention_dropout(layer)),
        Condition("it runs over one axis", lambda layer, _: len(attention_axes(layer)) == 1),
    )
    ensures: ClassVar = (
        Guarantee("each query gets one answer, of the values' features", _answers_queries),
    )

    def rewrite(self, target: Target, setting: Setting) -> Methods:
        """Replace the computation; with a mask or asked for scores, Keras' own stays."""
        del setting
        original, scale = getattr(target, ATTENTION), attention_scale(target)

        def attend(
            query: tf.Tensor,
            key: tf.Tensor,
            value: tf.Tensor,
            *rest: Any,  # noqa: ANN401 - Keras' own signature
            **named: Any,  # noqa: ANN401 - as above
        ) -> tuple[tf.Tensor, tf.Tensor | None]:
            if _is_plain(query, key) and not _is_asked(rest, named):
                return attention(query, key, value, scale), None
            answer: tuple[tf.Tensor, tf.Tensor | None] = original(query, key, value, *rest, **named)
            return answer

        return {ATTENTION: attend}


def _is_plain(query: tf.Tensor, key: tf.Tensor) -> bool:
    """Return whether there is one axis of keys, of known length, and as many heads as queries'."""
    four = len(query.shape) == len(key.shape) == 4  # noqa: PLR2004 - B, T, N, H
    return four and query.shape[2] == key.shape[2] and key.shape[1] is not None


def _is_asked(rest: tuple[Any, ...], named: Mapping[str, Any]) -> bool:
    """Return whether a mask, a causal mask or the scores are asked for."""
    mask, _, scores = (*rest, None, None, None)[:3]
    given = {"attention_mask": mask, "return_attention_scores": scores, **named}
    given.pop("training", None)
    return any(one is not None and one is not False for one in given.values())


def attention(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, scale: float) -> tf.Tensor:
    """Return the answers (B, T, N, V) to queries (B, T, N, H).

    Args:
        query: (B, T, N, H).
        key: (B, S, N, H).
        value: (B, S, N, V).
        scale: what scores are multiplied with.
    """

    @tf.custom_gradient  # type: ignore[misc,untyped-decorator,unused-ignore] # TensorFlow is untyped
    def run(
        query: tf.Tensor, key: tf.Tensor, value: tf.Tensor
    ) -> tuple[tf.Tensor, Callable[..., Any]]:
        query, key, value = (tf.transpose(one, [0, 2, 1, 3]) for one in (query * scale, key, value))
        shares = softmax(tf.matmul(query, _turned(key)))
        answers = tf.matmul(shares, value)

        def gradient(slopes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            slopes = tf.transpose(slopes, [0, 2, 1, 3])
            per_query = tf.reduce_sum(slopes * answers, axis=-1, keepdims=True)
            scores = shares * (tf.matmul(slopes, _turned(value)) - per_query)
            queries = tf.transpose(tf.matmul(scores, key) * scale, [0, 2, 1, 3])
            keys = tf.transpose(tf.matmul(_turned(query), scores), [0, 3, 1, 2])
            values = tf.transpose(tf.matmul(_turned(slopes), shares), [0, 3, 1, 2])
            return queries, keys, values

        return tf.transpose(answers, [0, 2, 1, 3]), gradient

    return run(query, key, value)


def softmax(scores: tf.Tensor) -> tf.Tensor:
    """Return the softmax over the last axis: (B, N, T, S)."""
    raised = tf.exp(scores - tf.stop_gradient(_largest(scores)))
    return raised / tf.reduce_sum(raised, axis=-1, keepdims=True)


def _largest(scores: tf.Tensor) -> tf.Tensor:
    """Return the largest of each row, (..., 1): over two axes where one would be long."""
    length = scores.shape[-1]
    parts = range(2, LONGEST_REDUCED + 1)
    part = next((one for one in parts if length % one == 0 and length // one <= LONGEST_REDUCED), 1)
    shape = tf.concat([tf.shape(scores)[:-1], [part, length // part]], axis=0)
    return tf.reduce_max(tf.reshape(scores, shape), axis=[-2, -1])[..., tf.newaxis]


def _turned(matrices: tf.Tensor) -> tf.Tensor:
    return tf.transpose(matrices, [0, 1, 3, 2])

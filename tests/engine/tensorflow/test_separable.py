"""What is trained in shares comes to the same; what would not is named with the reason."""

from typing import Any

import keras
import numpy as np
import pytest
from networks import compiled

from nnspec.build.objects import BoundActivation
from nnspec.engine.tensorflow.separable import MEAN_LOSSES, entangled

pytestmark = pytest.mark.keras

L, K = keras.layers, keras.losses
ROWS, CLASSES = 12, 3
RANDOM = np.random.default_rng(0)
SHARES_OF_CLASSES = RANDOM.dirichlet(np.ones(CLASSES), ROWS).astype("float32")
ONE_HOT = np.eye(CLASSES, dtype="float32")[RANDOM.integers(0, CLASSES, ROWS)]
NUMBERS = ONE_HOT.argmax(axis=-1).astype("int32")
WEIGHTS = RANDOM.uniform(0.1, 3, ROWS).astype("float32")
NUMBERED = {K.SparseCategoricalCrossentropy, K.CategoricalGeneralizedCrossEntropy}
"""Losses whose targets are class numbers."""


def halves_and_whole(loss: Any, *, weights: Any = None) -> tuple[float, float]:
    """Return the mean of a loss over two halves of the rows, and the loss over all of them."""
    targets = NUMBERS if type(loss) in NUMBERED | {K.Circle} else ONE_HOT
    halves = (slice(0, ROWS // 2), slice(ROWS // 2, ROWS))

    def over(rows: slice) -> float:
        weighted = {} if weights is None else {"sample_weight": weights[rows]}
        return float(loss(targets[rows], SHARES_OF_CLASSES[rows], **weighted))

    return float(np.mean([over(one) for one in halves])), over(slice(None))


@pytest.mark.parametrize("kind", MEAN_LOSSES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean"])
def test_a_listed_loss_over_all_rows_is_the_mean_of_its_halves(kind: Any, reduction: str) -> None:
    loss = kind(reduction=reduction)
    for weights in (None, WEIGHTS):
        halves, whole = halves_and_whole(loss, weights=weights)
        assert halves == pytest.approx(whole, rel=1e-5)


@pytest.mark.parametrize("kind", MEAN_LOSSES, ids=lambda kind: kind.__name__)
def test_a_listed_loss_may_be_shared_by_object_name_and_function(kind: Any) -> None:
    nameless = kind is K.CategoricalGeneralizedCrossEntropy
    names = () if nameless else (MEAN_LOSSES[kind].__name__, kind.__name__)
    for loss in (kind(), MEAN_LOSSES[kind], *names):
        assert entangled(compiled(series, loss=loss)) is None, loss


def series(*layers: keras.layers.Layer, width: int = 1) -> keras.Model:
    x = hidden = keras.Input((6, 4), name="x")
    for layer in (*layers, L.LSTM(4)):
        hidden = layer(hidden)
    return keras.Model(x, L.Dense(width, name="y")(hidden))


OF_THE_BATCH = {
    "compares rows": (K.Circle(), "Circle is not known"),
    "a ratio of sums": (K.Dice(), "Dice is not known"),
    "another ratio": ("tversky", "not known to be a mean"),
    "asks whether all labels are binary": (K.Hinge(), "Hinge is not known"),
    "of rows that count": (
        K.SparseCategoricalCrossentropy(ignore_class=0),
        "ignores a class, whose rows the mean leaves out",
    ),
    "a sum": (K.MeanSquaredError(reduction="sum"), "reduced by sum"),
    "by the weights": (
        K.MeanSquaredError(reduction="mean_with_sample_weight"),
        "reduced by mean_with_sample_weight",
    ),
    "over the rows": (K.CosineSimilarity(axis=0), "runs over axis 0"),
    "in another type": (K.Huber(dtype="float16"), "computed in float16"),
    "somebody's own": (lambda y, out: y - out, "function not known"),
}


@pytest.mark.parametrize("kind", OF_THE_BATCH)
def test_a_loss_of_the_whole_batch_is_not_shared_and_says_why(kind: str) -> None:
    loss, words = OF_THE_BATCH[kind]
    why = entangled(compiled(series, loss={"y": loss}))
    assert why is not None
    assert words in why


@pytest.mark.parametrize(
    "loss",
    [
        K.Circle(),
        K.SparseCategoricalCrossentropy(ignore_class=0),
        K.MeanSquaredError(reduction="mean_with_sample_weight"),
        K.CosineSimilarity(axis=0),
    ],
    ids=["circle", "ignored class", "by weights", "over rows"],
)
def test_such_a_loss_is_truly_none(loss: Any) -> None:
    weights = WEIGHTS if loss.reduction == "mean_with_sample_weight" else None
    halves, whole = halves_and_whole(loss, weights=weights)
    assert abs(halves - whole) > 1e-3 * abs(whole)


ENTANGLED: dict[str, tuple[Any, str]] = {
    "a softmax over rows": (lambda: L.Softmax(axis=0), "runs over the batch's axis"),
    "an axis counted from the end": (lambda: L.Softmax(axis=-3), "runs over the batch's axis"),
    "statistics of the batch": (L.BatchNormalization, "not known to work row by row"),
    "chance": (lambda: L.Dropout(0.5), "drops values"),
    "masks": (lambda: L.Embedding(9, 2, mask_zero=True), "masks steps"),
    "a penalty": (lambda: L.Dense(4, activity_regularizer="l2"), "adds to the loss"),
    "halves": (lambda: L.Dense(4, dtype="mixed_bfloat16"), "computes in bfloat16"),
    "an activation over rows": (
        lambda: L.Dense(4, activation=BoundActivation("softmax", {"axis": 0})),
        "activation not known",
    ),
    "an own activation": (
        lambda: L.Dense(4, activation=lambda x: x - keras.ops.mean(x)),
        "activation not known",
    ),
}


@pytest.mark.filterwarnings("ignore:Layer 'flatten:UserWarning")  # which says so of masks
@pytest.mark.parametrize("kind", ENTANGLED)
def test_a_layer_that_ties_rows_together_is_named(kind: str) -> None:
    make, words = ENTANGLED[kind]

    def network() -> keras.Model:
        x = keras.Input((6, 4), name="x")
        hidden = L.Dense(1)(L.Flatten()(L.LSTM(4, return_sequences=True)(x)))
        return keras.Model(x, [L.Add(name="y")([hidden, first_number(make()(x))])])

    why = entangled(compiled(network))
    assert why is not None
    assert words in why


def first_number(tensor: Any) -> Any:
    return keras.layers.Dense(1)(keras.layers.Flatten()(tensor))


@pytest.mark.parametrize(
    "layer",
    [
        lambda: L.Softmax(axis=1),
        lambda: L.LayerNormalization(axis=(1, 2)),
        L.ReLU,
        lambda: L.Dense(4, activation=BoundActivation("leaky_relu", {"negative_slope": 0.3})),
    ],
)
def test_a_layer_along_another_axis_does_not_tie_rows(layer: Any) -> None:
    assert entangled(compiled(lambda: series(layer()))) is None


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: keras.optimizers.Adam(loss_scale_factor=4.0),
        lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()),
    ],
)
def test_a_scaled_loss_is_not_shared(optimizer: Any) -> None:
    assert entangled(compiled(series, optimizer())) == "the optimizer scales the loss"


def test_several_outputs_and_other_policies_are_not_shared() -> None:
    def two() -> keras.Model:
        x = keras.Input((6, 4), name="x")
        hidden = L.LSTM(4)(x)
        return keras.Model(x, [L.Dense(1)(hidden), L.Dense(1)(hidden)])

    assert entangled(compiled(two)) == "the network has 2 outputs, not one"

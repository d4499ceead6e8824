"""Learning rules: how weights change where no optimizer follows the gradient of a loss; floor 2."""

from typing import ClassVar

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.losses import Loss
from nnspec.catalog.types import PositiveNumber


class LearningRule(CatalogObject, family="rules"):
    """Changes the weights in the place of optimizer and loss."""

    logs: ClassVar[tuple[str, ...]] = ()
    """Figures in the logs beside the loss; the less the better."""


class Perceptron(LearningRule):
    """Adds each row that is on the wrong side of the threshold to the weights, or takes it away.

    Rosenblatt's rule for one unit: `Dense: {units: 1, activation: step}` on the data's columns.
    Row after row, weights (and bias) w become w + learning_rate * y * x wherever y * (w·x + bias)
    <= 0, with y = 1 for the second class and -1 for the first; `class_weight` and sample weights
    multiply the step. The updates are those of scikit-learn's `Perceptron(shuffle=False)` under
    `shuffle: false`, in the same order and in double precision; with shuffling the run's seed
    decides the order. Weights begin at 0 unless the layer says `kernel_initializer`; those of a
    layer before the unit, which `trainable: false` leaves as they are, begin as ever.

    Training ends after the first epoch without a mistake, since nothing changes any more, or after
    `epochs`. The report says after which epoch no mistakes were left; where some are left, how
    many, and whether any unit could separate the training rows, which a linear program decides.
    `mistakes` is logged for each epoch: rows that were on the wrong side when they were visited.
    `loss` is their share; metrics are measured when the epoch has ended.

    Source: F. Rosenblatt (1958), The perceptron, Psychological Review 65; scikit-learn 1.8,
    sklearn.linear_model.Perceptron.
    """

    keras_name = "perceptron"
    shorthand = "learning_rate"
    beyond_keras = "Keras trains by gradients, and a threshold has none"

    logs: ClassVar[tuple[str, ...]] = ("mistakes",)

    learning_rate: PositiveNumber = 1.0
    """How much of a row one mistake adds; scikit-learn's `eta0`. From weights of 0 it only scales
    all weights."""


class Mistakes(Loss, abstract=True):
    """Stands for the loss where the perceptron rule learns: the share of rows on the wrong side.

    No spec names it; what is said of a binary loss holds for it.
    """

    keras_name = "the perceptron rule"
    task = "binary"
    targets = "zero_one"
    predictions = "probability"

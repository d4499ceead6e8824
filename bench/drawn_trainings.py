"""Draws how a network is trained: heads, losses, metrics, optimizers, callbacks, weights.

Most are of one task, as people write them; some are put together by chance, so that what the
rules advise against is drawn as well.
"""

import random
from dataclasses import dataclass
from typing import Any

import yaml

ACTIVATIONS = (
    *("celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu"),
    *("hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6"),
    *("selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus"),
    *("sparse_sigmoid", "sparsemax", "squareplus", "step", "tanh", "tanh_shrink"),
)
UNWISE = 0.12
"""Share of heads whose function, units and loss are put together by chance."""


@dataclass(frozen=True)
class Recipe:
    """A task: how a head ends, and the losses and metrics that go with it."""

    activations: tuple[str, ...]
    units: tuple[int, ...]
    losses: tuple[str, ...]
    metrics: tuple[str, ...]
    classes: bool = False
    """Whether a row has one class, which may be weighed."""


ERRORS = (
    *("mae", "mse", "rmse", "r2", "mape", "LogCoshError", "{R2Score: {}}", "msle"),
    *("{R2Score: {class_aggregation: variance_weighted_average}}", "CosineSimilarity"),
    *("PearsonCorrelation", "ConcordanceCorrelation", "{MeanAbsoluteError: {name: distance}}"),
)
COUNTS = (
    *(
        "accuracy",
        "AUC",
        "Precision",
        "Recall",
        "BinaryAccuracy",
        "{BinaryAccuracy: {threshold: 0.3}}",
    ),
    *("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives", "BinaryIoU"),
    *("{F1Score: {threshold: 0.5, average: macro}}", "{PrecisionAtRecall: 0.5}"),
    *("{FBetaScore: {beta: 2.0, threshold: 0.4, average: micro}}", "{RecallAtPrecision: 0.5}"),
    *("{SensitivityAtSpecificity: 0.5}", "{SpecificityAtSensitivity: 0.5}"),
    *("{AUC: {curve: PR, name: area}}", "{Precision: {thresholds: 0.7}}", "binary_crossentropy"),
    *("{AUC: {num_thresholds: 3}}", "{BinaryIoU: {target_class_ids: [1]}}"),
)
INDICES = (
    *("accuracy", "sparse_categorical_accuracy", "{SparseTopKCategoricalAccuracy: 2}"),
    *("SparseTopKCategoricalAccuracy", "{MeanIoU: {num_classes: 3, sparse_y_pred: false}}"),
    *("{IoU: {num_classes: 3, target_class_ids: [0], sparse_y_pred: false}}",),
    *("sparse_categorical_crossentropy", "{SparseCategoricalCrossentropy: {name: entropy}}"),
    "{MeanIoU: {num_classes: 5, sparse_y_pred: false}}",
    *("{MeanIoU: {num_classes: 3, sparse_y_pred: false, ignore_class: 0}}",),
)
ONE_HOT = (
    *("accuracy", "categorical_accuracy", "{TopKCategoricalAccuracy: 2}", "AUC", "Precision"),
    *("TopKCategoricalAccuracy", "{F1Score: {average: macro}}"),
    *(
        "{OneHotIoU: {num_classes: 3, target_class_ids: [0, 2], sparse_y_pred: false}}",
        "categorical_crossentropy",
    ),
    *("{FBetaScore: {beta: 0.5, average: weighted}}", "{Recall: {class_id: 1}}", "kl_divergence"),
    *("CategoricalHinge", "{OneHotMeanIoU: {num_classes: 3, sparse_y_pred: false}}"),
    *("{CategoricalCrossentropy: {label_smoothing: 0.1, name: soft}}", "CosineSimilarity"),
    *("{MeanIoU: {num_classes: 3, sparse_y_true: false, sparse_y_pred: false}}",),
)
ODD = (
    *("{Precision: {class_id: 2}}", "{Recall: {top_k: 2}}", "{FBetaScore: {average: weighted}}"),
    *("{AUC: {multi_label: true, num_labels: 3}}", "{AUC: {multi_label: true}}", "F1Score"),
    *("{OneHotMeanIoU: {num_classes: 3, sparse_y_pred: true}}", "{Recall: {class_id: 7}}"),
    *("{SparseTopKCategoricalAccuracy: {k: 2, from_sorted_ids: true}}", "{MeanIoU: 3}"),
    *("{OneHotMeanIoU: 4}", "{F1Score: {}}", "{Precision: {top_k: 5}}", "{AUC: {name: loss}}"),
    *("{MeanIoU: {num_classes: 2, sparse_y_pred: false}}", "{CosineSimilarity: {axis: 1}}"),
    *("{AUC: {label_weights: [0.2, 0.8], multi_label: true}}", "{PearsonCorrelation: {axis: 0}}"),
)
"""Metrics that belong to few heads, or to none."""
REDUCED = (
    *("", "", "", "", "", "reduction: sum", "reduction: mean", "dtype: float32"),
    *("reduction: none", "dtype: float16", "reduction: mean_with_sample_weight"),
)
RECIPES = (
    Recipe(
        ("linear",),
        (1, 1, 3),
        ("mse", "mae", "Huber", "LogCosh", "mape", "{Huber: {delta: 0.5}}", "MeanSquaredError"),
        ERRORS,
    ),
    Recipe(("linear",), (1, 3, 2), ("CosineSimilarity", "{CosineSimilarity: {axis: 1}}"), ERRORS),
    Recipe(("exponential", "softplus"), (1, 2), ("Poisson", "msle"), (*ERRORS, "Poisson")),
    Recipe(
        ("sigmoid", "sigmoid", "hard_sigmoid"),
        (1, 1, 3),
        (
            *("binary_crossentropy", "BinaryFocalCrossentropy", "crossentropy"),
            *("{BinaryCrossentropy: {label_smoothing: 0.1}}",),
            *("{BinaryFocalCrossentropy: {apply_class_balancing: true, gamma: 1.5}}",),
        ),
        COUNTS,
        classes=True,
    ),
    Recipe(
        ("linear",),
        (1, 3),
        ("{BinaryCrossentropy: {from_logits: true}}",),
        (
            *("{BinaryAccuracy: {threshold: 0.0}}", "{AUC: {from_logits: true}}"),
            *("{BinaryCrossentropy: {from_logits: true, name: entropy}}", "accuracy", "Precision"),
        ),
        classes=True,
    ),
    Recipe(("sigmoid",), (1, 3), ("Dice", "Tversky", "{Dice: {axis: 0}}"), COUNTS),
    Recipe(("tanh", "linear"), (1, 2), ("Hinge", "SquaredHinge"), ("Hinge", "accuracy")),
    Recipe(
        ("softmax", "softmax", "sparsemax"),
        (3, 3, 2, 4),
        (
            *("categorical_crossentropy", "CategoricalFocalCrossentropy", "crossentropy"),
            *("{CategoricalCrossentropy: {label_smoothing: 0.1}}", "mse", "kl_divergence"),
            *("{CategoricalFocalCrossentropy: {alpha: [0.2, 0.3, 0.5]}}",),
            *("{CategoricalCrossentropy: {axis: 1}}",),
        ),
        ONE_HOT,
        classes=True,
    ),
    Recipe(
        ("softmax",),
        (3, 3, 2),
        (
            *("sparse_categorical_crossentropy", "CategoricalGeneralizedCrossEntropy"),
            *("{SparseCategoricalCrossentropy: {ignore_class: 0}}",),
        ),
        INDICES,
        classes=True,
    ),
    Recipe(
        ("linear",),
        (3, 4),
        ("{SparseCategoricalCrossentropy: {from_logits: true}}",),
        (
            *("accuracy", "sparse_categorical_accuracy", "{SparseTopKCategoricalAccuracy: 2}"),
            *("{SparseCategoricalCrossentropy: {from_logits: true, name: entropy}}", "AUC"),
        ),
        classes=True,
    ),
    Recipe(("linear",), (3, 4), ("CategoricalHinge",), ("categorical_accuracy", "accuracy")),
    Recipe(("linear",), (4,), ("Circle",), ()),
)
ANY_LOSS = tuple(one for recipe in RECIPES for one in recipe.losses)
ANY_METRIC = (*ODD, *dict.fromkeys(one for recipe in RECIPES for one in recipe.metrics))

COMMON = (
    *("clipnorm: 1.0", "clipvalue: 0.5", "global_clipnorm: 1.0", "weight_decay: 0.01"),
    *("use_ema: true", "gradient_accumulation_steps: 2", "loss_scale_factor: 8.0"),
)
OPTIMIZERS = (
    *("Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lamb", "Lion"),
    *("Muon", "Nadam", "RMSprop", "SGD", "ScheduleFreeAdamW"),
)
OWN = {
    "Adafactor": ("relative_step: false", "beta_2_decay: -0.5"),
    "Adam": ("amsgrad: true", "beta_1: 0.5", "epsilon: 1.0e-3"),
    "AdamW": ("weight_decay: 0.1",),
    "Ftrl": ("l1_regularization_strength: 0.01", "learning_rate_power: -0.3", "beta: 0.1"),
    "Muon": ("ns_steps: 3", "nesterov: false"),
    "RMSprop": ("centered: true", "momentum: 0.5", "rho: 0.8"),
    "SGD": ("momentum: 0.9", "{momentum: 0.9, nesterov: true}"),
}
SCHEDULES = (
    "{CosineDecay: {initial_learning_rate: 0.01, decay_steps: 50}}",
    (
        "{CosineDecay: {initial_learning_rate: 0.0, decay_steps: 50, warmup_target: 0.01, "
        "warmup_steps: 5}}"
    ),
    "{CosineDecayRestarts: {initial_learning_rate: 0.01, first_decay_steps: 10}}",
    "{ExponentialDecay: {initial_learning_rate: 0.01, decay_steps: 20, decay_rate: 0.9}}",
    (
        "{ExponentialDecay: {initial_learning_rate: 0.01, decay_steps: 20, decay_rate: 0.9, "
        "staircase: true}}"
    ),
    "{InverseTimeDecay: {initial_learning_rate: 0.01, decay_steps: 20, decay_rate: 0.5}}",
    "{PiecewiseConstantDecay: {boundaries: [10, 20], values: [0.1, 0.01, 0.001]}}",
    "{PolynomialDecay: {initial_learning_rate: 0.01, decay_steps: 20, power: 0.5, cycle: true}}",
)
STRAY = ("val_accuracy", "acc", "auc_1")
"""Figures that most trainings do not log."""
POLICIES = ("float32", "float32", "float32", "float32", "mixed_float16", "mixed_bfloat16")


def parsed(text: str) -> Any:  # noqa: ANN401 - plain YAML
    """Return a piece of a spec as plain values."""
    return yaml.safe_load(text)


def with_argument(written: str, argument: str) -> Any:  # noqa: ANN401 - plain YAML
    """Return an object with one more argument, as it is where that cannot be."""
    found = parsed(written)
    if not argument:
        return found
    name, arguments = next(iter(found.items())) if isinstance(found, dict) else (found, {})
    return {name: arguments | parsed(f"{{{argument}}}")} if isinstance(arguments, dict) else found


def draw_head(draw: random.Random) -> tuple[Recipe, str, int, Any]:
    """Return a task, the head's function and units, and the loss; now and then at odds."""
    recipe = draw.choice(RECIPES)
    activation, units = draw.choice(recipe.activations), draw.choice(recipe.units)
    loss = draw.choice(recipe.losses)
    if draw.random() < UNWISE:
        activation, units = draw.choice(ACTIVATIONS), draw.choice((1, 2, 3))
        loss = draw.choice(ANY_LOSS) if draw.random() < 0.5 else loss  # noqa: PLR2004 - a half
    # A word of compile has no arguments.
    reduced = "" if loss == "crossentropy" else draw.choice(REDUCED)
    return recipe, activation, units, with_argument(loss, reduced)


def draw_metrics(draw: random.Random, recipe: Recipe) -> list[Any]:
    """Return up to three metrics, most of them of the task."""
    held = ANY_METRIC if draw.random() < UNWISE or not recipe.metrics else recipe.metrics
    return [parsed(one) for one in draw.sample(held, min(draw.randrange(4), len(held)))]


def draw_optimizer(draw: random.Random) -> Any:  # noqa: ANN401 - plain YAML
    """Return an optimizer with a rate or a schedule, and often one more setting."""
    name = draw.choice(OPTIMIZERS)
    arguments: dict[str, Any] = {}
    chance = draw.random()
    if chance < 0.3:  # noqa: PLR2004 - some rates are schedules
        arguments["learning_rate"] = parsed(draw.choice(SCHEDULES))
    elif chance < 0.7:  # noqa: PLR2004 - some are numbers, others left out
        arguments["learning_rate"] = draw.choice((0.1, 0.01, 1e-3))
    setting = draw.choice(("", "", *COMMON, *OWN.get(name, ())))
    arguments |= parsed(setting if setting.startswith("{") else f"{{{setting}}}")
    return {name: arguments} if arguments else name


def draw_callbacks(draw: random.Random, figures: list[str], training: dict[str, Any]) -> list[Any]:
    """Return what acts between epochs and watches one of the figures, now and then a wrong one."""
    names = [*figures, *(f"val_{one}" for one in figures)]
    found: list[Any] = []
    if draw.random() < 0.4:  # noqa: PLR2004 - a share
        stop = {"patience": draw.choice((0, 3)), "restore_best_weights": True}
        stop |= {"monitor": draw.choice([*names * 4, *STRAY])}
        found.append({"EarlyStopping": stop})
    scheduled = "initial_learning_rate" in str(training) or "boundaries" in str(training)
    if not scheduled and draw.random() < 0.3:  # noqa: PLR2004 - a share
        found.append({"ReduceLROnPlateau": {"patience": 2, "monitor": draw.choice(names)}})
    if draw.random() < 0.1:  # noqa: PLR2004 - a share
        found.append("TerminateOnNaN")
    if "use_ema" in str(training["optimizer"]) and draw.random() < 0.5:  # noqa: PLR2004 - a half
        found.append("SwapEMAWeights")
    return found

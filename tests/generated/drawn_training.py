"""Draws the training of a drawn network: a head and loss of one task, metrics, an optimizer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drawing import by_type
from hypothesis import strategies as st
from pydantic import ValidationError
from sense import NEVER_LED

from nnspec.catalog.base import CatalogObject
from nnspec.catalog.registry import load_all
from nnspec.schema.fields import write

if TYPE_CHECKING:
    from drawn_networks import Network

Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class Recipe:
    """A task: how a head ends, and the losses and metrics that go with it, their names in a row."""

    activation: str
    units: tuple[int, ...]
    losses: str
    metrics: str = ""


RECIPES = (
    Recipe(
        "linear",
        (1, 3),
        "MeanSquaredError MeanAbsoluteError Huber LogCosh MeanAbsolutePercentageError",
        "RootMeanSquaredError R2Score LogCoshError mae mse mape",
    ),
    Recipe(
        "linear",
        (3,),
        "MeanSquaredError CosineSimilarity",
        "ConcordanceCorrelation PearsonCorrelation mae",
    ),
    Recipe(
        "exponential",
        (1, 2),
        "Poisson MeanSquaredLogarithmicError",
        "Poisson MeanSquaredLogarithmicError mae",
    ),
    Recipe(
        "sigmoid",
        (1,),
        "BinaryCrossentropy BinaryFocalCrossentropy crossentropy",
        "accuracy AUC BinaryAccuracy Precision Recall TruePositives TrueNegatives FalsePositives "
        "FalseNegatives BinaryIoU PrecisionAtRecall RecallAtPrecision SensitivityAtSpecificity "
        "SpecificityAtSensitivity",
    ),
    Recipe("sigmoid", (3,), "Dice Tversky"),
    Recipe("tanh", (1,), "Hinge SquaredHinge", "Hinge SquaredHinge"),
    Recipe(
        "softmax",
        (3, 5),
        "CategoricalCrossentropy CategoricalFocalCrossentropy",
        "CategoricalAccuracy TopKCategoricalAccuracy accuracy F1Score FBetaScore OneHotMeanIoU "
        "CategoricalHinge",
    ),
    Recipe("softmax", (3, 4), "KLDivergence", "KLDivergence"),
    Recipe(
        "softmax",
        (3, 5),
        "SparseCategoricalCrossentropy CategoricalGeneralizedCrossEntropy",
        "SparseCategoricalAccuracy SparseTopKCategoricalAccuracy accuracy",
    ),
    Recipe("linear", (3, 4), "CategoricalHinge", "CategoricalAccuracy accuracy"),
)
"""Tasks; CTC and Circle are missing, whose targets no data section gives."""

GIVEN: dict[str, st.SearchStrategy[Any]] = {
    "learning_rate": st.sampled_from((1e-4, 1e-3, 3e-3)),
    "initial_learning_rate": st.sampled_from((1e-3, 3e-3)),
    "end_learning_rate": st.just(1e-5),
    "decay_steps": st.integers(100, 1000),
    "first_decay_steps": st.integers(100, 1000),
    "decay_rate": st.sampled_from((0.5, 0.9)),
    "warmup_steps": st.integers(1, 50),
    "warmup_target": st.just(1e-2),
    "boundaries": st.just((100,)),
    "values": st.just((1e-3, 1e-4)),
    "num_classes": st.just(5),
    "alpha": st.sampled_from((0.2, 0.25)),
    "epsilon": st.sampled_from((1e-7, 1e-3)),
    "label_smoothing": st.sampled_from((0.0, 0.05)),
    "threshold": st.sampled_from((None, 0.5)),
    "k": st.just(2),
}
"""Strategies for settings that have a usual size."""
LEFT_OUT = frozenset(
    {"name", "dtype", "axis", "from_logits", "reduction", "exclude_layers", "unit", "class_id"}
    | {"target_class_ids", "top_k", "multi_label", "num_labels", "label_weights", "thresholds"}
    | {"class_aggregation", "ignore_class", "relative_step", "use_ema", "ema_overwrite_frequency"}
    | {"loss_scale_factor", "gradient_accumulation_steps", "warmup_steps", "ema_momentum"}
    | {"num_regressors", "warmup_target", "nesterov", "weight_decay"}
)
"""Settings that only make sense beside others, or change what a loss or metric is for."""
TRIES = 8
SCHEDULED = 3
"""One learning rate in so many is a schedule."""


def draw_training(draw: Draw, network: "Network") -> dict[str, Any]:
    """Append a head to the network and return the section that trains it; {} where none fits."""
    from drawn_networks import append_dense  # noqa: PLC0415 - it draws trainings by this

    fitting = [
        name
        for name, tensor in network.tensors.items()
        if tensor.element == "float" and tensor.rank > 1 and tensor.shape[-1]
        if network.kind_of(name) not in NEVER_LED
    ]
    recipe = draw(st.sampled_from(RECIPES))
    if not fitting:
        return {}
    units = draw(st.sampled_from(recipe.units))
    source = draw(st.sampled_from(fitting[::-1]))
    name = append_dense(network, source, units, activation=recipe.activation)
    loss = write(draw_object(draw, "losses", draw(st.sampled_from(recipe.losses.split()))))
    metrics = draw_metrics(draw, recipe, loss)
    outputs = list(network.unused)
    training = {"optimizer": draw_optimizer(draw), "loss": loss, "epochs": 40}
    if len(outputs) > 1:
        training["loss"] = {one: loss if one == name else None for one in outputs}
        metrics = {name: metrics} if metrics else []
    if metrics:
        training["metrics"] = metrics
    scheduled = "initial_learning_rate" in str(training) or "boundaries" in str(training)
    chosen = CALLBACKS[:-1] if scheduled else CALLBACKS
    return training | {"callbacks": draw(st.sampled_from(chosen))}


CALLBACKS: tuple[list[Any], ...] = (
    [],
    ["TerminateOnNaN"],
    [{"EarlyStopping": {"patience": 5, "restore_best_weights": True}}],
    [
        {"EarlyStopping": {"patience": 20, "monitor": "loss", "restore_best_weights": True}},
        {"ReduceLROnPlateau": {"patience": 3, "factor": 0.5}},
    ],
)
"""What acts between epochs; the last lowers a learning rate that no schedule does."""


def draw_metrics(draw: Draw, recipe: Recipe, loss: Any) -> Any:
    """Return up to three metrics of a task, none of which says what the loss does."""
    said = loss if isinstance(loss, str) else next(iter(loss))
    held = load_all()["metrics"]
    names = [one for one in recipe.metrics.split() if held[one].keras_name != said]
    if not names:
        return []
    chosen = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    return [write(draw_object(draw, "metrics", one, one_value(held[one]))) for one in chosen]


def one_value(metric: type[CatalogObject]) -> dict[str, Any]:
    """Return what makes one value for the log of a metric that has one per unit."""
    return {"average": "macro"} if "average" in metric.model_fields else {}


def draw_optimizer(draw: Draw) -> Any:
    """Return an optimizer as it is written, now and then with a schedule."""
    held = load_all()
    names = sorted({one.keras_name for one in held["optimizers"].values()})
    given: dict[str, Any] = {}
    if draw(st.integers(1, SCHEDULED)) == 1:
        schedules = sorted({one.keras_name for one in held["schedules"].values()})
        name = draw(st.sampled_from(schedules))
        given["learning_rate"] = draw_object(draw, "schedules", name)
    else:
        given["learning_rate"] = draw(GIVEN["learning_rate"])
    return write(draw_object(draw, "optimizers", draw(st.sampled_from(names)), given))


def draw_object(
    draw: Draw, family: str, name: str, given: dict[str, Any] | None = None
) -> CatalogObject:
    """Return an object of the catalogue, some of its settings drawn."""
    kind = load_all()[family][name]
    settings = [one for one in kind.model_fields if one not in LEFT_OUT | set(given or ())]
    required = [one for one in settings if kind.model_fields[one].is_required()]
    others = [one for one in settings if one not in required]
    for _ in range(TRIES):
        chosen = draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else []
        fields = {one: draw(strategy_of(kind, one)) for one in (*required, *chosen)}
        try:
            return kind(**fields, **(given or {}))
        except ValidationError:
            continue
    return kind(**{one: draw(strategy_of(kind, one)) for one in required}, **(given or {}))


def strategy_of(kind: type[CatalogObject], name: str) -> st.SearchStrategy[Any]:
    """Return the values of a setting."""
    info = kind.model_fields[name]
    given = GIVEN.get(name)
    return by_type(info.annotation, tuple(info.metadata)) if given is None else given

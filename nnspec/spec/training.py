"""The sections that steer a run: training, evaluation, runtime, export."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from nnspec.catalog.augmentations import Augmentation
from nnspec.catalog.callbacks import Callback
from nnspec.catalog.dtypes import LearningPolicy
from nnspec.catalog.keras_names import snake_case
from nnspec.catalog.layers.regularization import Random
from nnspec.catalog.learning_rules import LearningRule
from nnspec.catalog.losses import Loss
from nnspec.catalog.metrics import Metric
from nnspec.catalog.optimizers import Optimizer
from nnspec.catalog.types import Flag, Number, PositiveNumber, Said, Seed, Text
from nnspec.spec.learning import settle_rule
from nnspec.spec.section import Section

Epochs = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
BatchSize = Annotated[int, Field(strict=True, ge=1, le=2**24)]
Threads = Annotated[int, Field(strict=True, ge=1, le=1024)]
Repeats = Annotated[int, Field(strict=True, ge=1, le=100)]
Between = Annotated[float, Field(strict=True, gt=0, lt=1, allow_inf_nan=False)]
HALF = 0.5
"""Probability from which on the second of two classes is the more probable one."""


class TrainingSection(Section):
    """How the network is trained."""

    optimizer: Optimizer
    """Changes the weights along the gradient: a name, or a name with arguments."""
    loss: Loss | dict[Text, Loss | None]
    """What training makes small; with several outputs, one per output name (null: not trained)."""
    rule: LearningRule | None = Field(default=None, examples=["perceptron", "kohonen"])
    """How weights change in the place of optimizer and loss, neither of which is then written;
    gradient descent if absent."""
    loss_weights: dict[Text, Number] | None = Field(
        default=None, examples=[{"price": 1.0, "kind": 0.5}]
    )
    """Factor on the loss of each output, by output name; 1 if absent."""
    metrics: list[Metric] | dict[Text, list[Metric]] = Field(default=[])
    """What is measured beside the loss, in the target's own units, while training and in the report
    on every split; with several outputs, a list per output name."""
    batch_size: BatchSize = 32
    """Rows per step."""
    epochs: Epochs = 1
    """Passes over the training rows, at most."""
    shuffle: Flag = True
    """Whether each epoch sees the training rows in a new order, drawn from the run's seed."""
    class_weight: dict[Text, PositiveNumber] | Literal["balanced"] | None = Field(
        default=None, examples=[{"rare": 5.0, "common": 1.0}]
    )
    """Factor on the loss of each class, by its label as text; `balanced`: the fewer training rows
    a class has, the more each counts, so that all classes weigh alike."""
    augmentation: list[Augmentation] = Field(default=[])
    """What enlarges the sample: changes of the training rows, in this order, drawn anew in every
    epoch from the run's seed. Validation, test and prediction see rows as they are."""
    callbacks: list[Callback] = Field(default=[])
    """What acts between epochs."""

    @model_validator(mode="before")
    @classmethod
    def settle(cls, values: Any) -> Any:  # noqa: ANN401 - as pydantic hands it over
        """Let a rule stand for optimizer and loss."""
        return settle_rule(values) if isinstance(values, dict) else values


Metrics = list[Metric] | dict[Text, list[Metric]]


def named_metrics(metrics: Metrics) -> Metrics:
    """Return metrics, those without a name counted in their order: auc, auc_1 ...

    Keras counts so within one program, and goes on counting in the next; logs need names that a
    spec can tell.
    """
    seen: dict[str, int] = {}

    def name(metric: Metric) -> Metric:
        if getattr(metric, "name", "") is not None:
            return metric
        base = snake_case(metric.keras_name)
        count = seen.get(base, 0)
        seen[base] = count + 1
        return metric.model_copy(update={"name": f"{base}_{count}" if count else base})

    if isinstance(metrics, dict):
        return {output: [name(one) for one in several] for output, several in metrics.items()}
    return [name(one) for one in metrics]


class Gate(Section):
    """A bound that a metric must keep; a run that misses it ends with exit code 4."""

    min: Number | None = Field(default=None, examples=[0.9])
    """Smallest value that passes."""
    max: Number | None = Field(default=None, examples=[60.0])
    """Largest value that passes."""


class Reached(Section):
    """What a threshold must reach on the validation rows: one of both."""

    recall: Between | None = Field(default=None, examples=[0.9])
    """Share of the second class's rows that are answered so, at least."""
    precision: Between | None = Field(default=None, examples=[0.9])
    """Share of the answers that are right, at least."""


Rule = Literal["f1", "youden"] | Reached
Threshold = Between | Rule
THRESHOLDS = "a share of 1, f1, youden, {recall: SHARE} or {precision: SHARE}"


CheckCode = Literal[
    "C104",
    "C105",
    "C106",
    "C107",
    "C108",
    "C109",
    "C110",
    "C111",
    "C112",
    "C113",
    "C114",
    "C115",
    "C116",
    "C117",
    "C118",
    "C119",
    "C120",
    "C121",
    "C122",
    "C123",
    "C124",
    "C125",
    "C126",
]
"""Checks of a trained run that a spec can leave out."""


class ChecksSection(Section):
    """What a trained run is looked over for."""

    ignore: list[CheckCode] = Field(default=[], examples=[["C108"]])
    """Codes of checks that are left out of the report; `nnspec explain C108` says what one is."""


class EvaluationSection(Section):
    """How the trained network is judged."""

    baselines: Flag = True
    """Whether simple models are fitted to the same rows and reported beside the network."""
    weighted: Flag = False
    """Whether rows count in figures and baselines by the weights that the training gives them
    (`sample_weight`, `class_weight`); else all count alike. The report says which."""
    threshold: Annotated[Threshold, Said(THRESHOLDS)] = Field(
        default=HALF, examples=["f1", {"recall": 0.9}]
    )
    """Probability above which a binary head answers with its second class, in the report, in
    predictions and in the SavedModel: a number, or chosen on the validation rows, where `f1` or
    `youden` (recall and specificity, less 1) is largest, or, with `{recall: 0.9}` or `{precision:
    0.9}`, where the other of both is largest among thresholds that reach it. Of equals the one
    nearest to one half; each of several labels has its own. Baselines choose theirs alike."""
    noise: Random | None = Field(default=None, examples=[{"GaussianNoise": 0.3}])
    """Noise that is added to what the network is given, scaled as that is, where an output that
    gives back its input is judged: one of Keras' layers of noise, drawn from the run's seed. The
    report then has, on every split and against the rows without noise, in the units of `rmse`,
    `noise_rmse`, the error of the noisy rows themselves, `denoised_rmse`, that of what the network
    makes of them, and `noise_left`, the share of the one that the other is. The same layer at the
    beginning of the network, where training alone has it, teaches it to take noise away."""
    interval: Between | None = Field(default=None, examples=[0.9])
    """Share of new rows whose target an interval around each predicted number is to hold. Its half
    width is the smallest distance that so many of the validation rows keep (split-conformal, of n
    rows the one in place ceil((n + 1) * share)), for each number of its own: `lower` and `upper`
    beside the prediction, in the SavedModel too, with the share covered and the mean width in the
    report; of quantiles the outermost two are widened, of a normal distribution its deviation is
    multiplied. Distances are in the target's own units, with `target_scaling: log` too; a width
    that grows with the prediction is that of quantiles. The promise holds where new rows are like
    those of validation in any order; over a series, or where rows of a group depend on each other,
    it is an approximation. All validation rows count alike. Baselines have intervals of their own,
    found alike."""
    calibration: Literal["temperature"] | None = Field(default=None, examples=["temperature"])
    """Whether probabilities of classes are brought closer to what happens: `temperature` divides
    their logits by the one number with which the log loss of the validation rows is smallest, in
    the report, in predictions and in the SavedModel. The most probable class stays the same, and a
    `threshold` is that of the probabilities after it. The report has log loss and calibration error
    before and after; baselines are left as they are."""
    slices: list[Text] | None = Field(default=None, examples=[["sex", "age"]])
    """Input columns by whose values the test rows are judged part by part: each value of a category
    or a boolean, quarters of numbers; windows by their last step. Parts that are surely worse than
    all rows are named. If absent, columns of categories and booleans with at most 6 values, where
    there are at most 4 of them; `[]`: none."""
    importance: Annotated[Flag | Repeats, Said("true, false or a number of draws")] = Field(
        default=False, examples=[True]
    )
    """Whether the report says how much worse the first figure becomes when the cells of one input
    column are exchanged among the test rows (at most 2,000 of them), which tells how much the
    network leans on the column: on average over 5 draws, or as many as are asked for, with their
    spread. Of columns that say the same each may look unimportant."""
    checks: ChecksSection = ChecksSection()
    """What is not looked for once the run is trained."""
    gates: dict[Text, Gate] = Field(default={}, examples=[{"rmse": {"max": 60}}])
    """Bounds on figures, by name: those of the report and those that `training.metrics` names, of
    the first output's test rows. `price.rmse` is that of another output, or of one target column or
    label; `validation.rmse` and `validation.price.rmse` are those of other rows."""


class RuntimeSection(Section):
    """Where and how the run computes."""

    seed: Seed = 0
    """Seed of everything random: first weights, order of rows, Dropout."""
    device: Literal["auto", "cpu", "gpu"] = "auto"
    """Where the network computes."""
    engine: Literal["auto", "fused", "keras"] = "auto"
    """Executor of the steps: many steps in one compiled call (fused), or Model.fit (keras)."""
    xla: Literal["auto", "required", "off"] = "auto"
    """Whether XLA compiles the steps; `required` refuses a network that XLA cannot compile."""
    deterministic: Flag = False
    """Whether only operations are used that give the same bits on a GPU as well."""
    dtype_policy: LearningPolicy = "float32"
    """Type of numbers for all layers that do not name their own."""
    threads: Threads | None = Field(default=None, examples=[4])
    """Processor threads; as many as the machine offers if absent."""


class ExportSection(Section):
    """What a finished run writes for other programs."""

    formats: list[Literal["savedmodel"]] = Field(default=["savedmodel"])
    """Formats written at the end of the training."""
    codes: list[Text] = Field(default=[], examples=[["code"]])
    """Layers whose outputs a second signature of the SavedModel, `codes`, gives by their names,
    from the same raw columns: the code of an autoencoder, what a network makes of a text.
    `nnspec predict --output-of LAYER` writes the same numbers."""

"""Codes M…: layers, loss and metrics that contradict each other."""

from nnspec.diagnostics.codes.code import Code, Severity

TASK: tuple[Code, ...] = (
    Code(
        "M101",
        "loss and head do not fit",
        "The last layer's activation and the loss belong to different tasks.",
        "Use the head that the message names.",
    ),
    Code(
        "M102",
        "activation applied twice",
        "The loss takes logits and the last layer has already turned them into "
        "probabilities, or the reverse.",
        "Set from_logits to match the last layer.",
    ),
    Code(
        "M103",
        "softmax over one unit",
        "Softmax over a single unit is always 1, so nothing is learned.",
        "Use sigmoid for two classes, or one unit per class.",
    ),
    Code(
        "M104",
        "metric and task do not fit",
        "The metric measures another task.",
        "Use a metric of this task.",
    ),
    Code(
        "M105",
        "units and classes differ",
        "The last layer has another number of units than the target has classes.",
        "Give the last layer one unit per class.",
    ),
    Code(
        "M106",
        "target is also a feature",
        "The network would read the answer.",
        "Remove the target from the features.",
    ),
    Code(
        "M107",
        "loss of an unknown output",
        "`loss` is keyed by the names of the outputs.",
        "Use an output's name.",
    ),
    Code(
        "M108",
        "output without loss",
        "With several outputs each has its loss; `null` says that one is not trained.",
        "Name a loss for it, or null.",
    ),
    Code(
        "M109",
        "setting of an unknown output",
        "Metrics, weights and targets of several outputs are keyed by the names of the outputs.",
        "Use an output's name.",
    ),
    Code(
        "M110",
        "head cannot reach its target",
        "The last activation is bounded and the values to be learned are standardized, so "
        "some of them are never reached.",
        "Use a linear last layer, or scale the values to fit it.",
        Severity.WARNING,
    ),
    Code(
        "M111",
        "loss needs targets of 0 and more",
        "The loss takes counts or sizes; standardized targets, or logarithms, are negative in half "
        "of the rows, which the loss turns into nonsense.",
        "Write `target_scaling: none`.",
    ),
    Code(
        "M112",
        "predictions may be negative",
        "The loss takes the logarithm of its predictions, which is undefined below 0.",
        "Use exponential or softplus as the last activation.",
        Severity.WARNING,
    ),
    Code(
        "M113",
        "loss of classes, target of numbers",
        "The loss tells classes apart and the target has none.",
        "Use a loss of numbers, such as mse.",
    ),
    Code(
        "M114",
        "loss of numbers, target of classes",
        "Class numbers have no distances: class 2 is not twice class 1.",
        "Use a loss of classes.",
        Severity.WARNING,
    ),
    Code(
        "M115",
        "metrics without an output",
        "With several outputs a list of metrics does not say which of them each one measures.",
        "Key the metrics by output.",
    ),
    Code(
        "M116",
        "class weights without classes",
        "`class_weight` weighs the rows of each class of one output.",
        "Remove it, or weigh rows with `data.sample_weight`.",
    ),
    Code(
        "M117",
        "metric takes probabilities",
        "The head gives scores (logits). The loss is told so, the metric is not: its "
        "threshold of 0.5 is then that of a score.",
        "Tell the metric too, or end the network with its activation.",
        Severity.WARNING,
    ),
    Code(
        "M118",
        "exact equality of probabilities",
        "`Accuracy` counts predictions that equal their target; a probability almost never does.",
        "Write `accuracy`, the metric that fits the head.",
        Severity.WARNING,
    ),
    Code(
        "M119",
        "scores cut off",
        "With `from_logits` the loss turns any score into a probability; an activation "
        "before it keeps scores from being low or high.",
        "Remove the activation of the last layer.",
        Severity.WARNING,
    ),
    Code(
        "M120",
        "loss weight not above 0",
        "A weight of 0 switches an output's training off in silence, a negative one makes "
        "its loss grow.",
        "Write `null` as its loss, or a weight above 0.",
        Severity.WARNING,
    ),
    Code(
        "M121",
        "two metrics of one name",
        "Logs keep one figure for each name.",
        "Remove one, or name it.",
        Severity.WARNING,
    ),
    Code(
        "M122",
        "metric repeats the loss",
        "The figure is already logged as `loss`.",
        "Remove the metric.",
        Severity.NOTE,
    ),
    Code(
        "M123",
        "metric of several values",
        "The metric gives a value per threshold or per unit; a log, a history and a report hold "
        "one value under each name.",
        "Let the metric average them, or write one metric for each value.",
    ),
    Code(
        "M130",
        "metric without a threshold",
        "Without a threshold the metric takes the largest unit of a row for its answer: of a "
        "single unit that is always the same, and of several labels only one.",
        "Give the metric `threshold: 0.5`.",
    ),
    Code(
        "M131",
        "beyond the head's units or axes",
        "The setting names or counts units, classes or axes of the output, and the output has "
        "others: Keras stops, or leaves classes out without a word.",
        "Write the number that the last layer has, or leave the setting out.",
    ),
    Code(
        "M132",
        "figure that says nothing",
        "The figure is the same whatever is predicted, or compares the numbers of a row where a "
        "row has one.",
        "Use another figure, or the setting that the message names.",
        Severity.WARNING,
    ),
    Code(
        "M133",
        "direction of a single number",
        "The loss measures angles between vectors. A single number has only a sign, whose "
        "gradient is 0: nothing is learned.",
        "Use a loss of numbers, such as mse, or more units.",
    ),
    Code(
        "M134",
        "vectors of any length",
        "The loss multiplies vectors with one another and takes the products for cosines, which "
        "they are where each vector has length 1.",
        "End the network with `UnitNormalization`.",
        Severity.WARNING,
    ),
    Code(
        "M135",
        "losses that cannot be added",
        "What is made small is one number. A loss without reduction gives one for each row, and "
        "penalties and the losses of other outputs are added to a number, not to rows.",
        "Leave `reduction` out.",
    ),
    Code(
        "M136",
        "one class left",
        "Rows of the ignored class teach nothing; of two classes one is left, and there is "
        "nothing to tell apart.",
        "Leave `ignore_class` out, or give the head a unit for each class.",
        Severity.WARNING,
    ),
    Code(
        "M137",
        "logarithm of exact zeros",
        "Sparsemax makes unlikely classes exactly 0. The cross-entropy of such a class is "
        "infinite, or is cut off and then has no gradient.",
        "End the network with softmax.",
        Severity.WARNING,
    ),
    Code(
        "M138",
        "distribution of no number",
        "The loss learns quantiles or a normal distribution of a number, and the output answers "
        "something else: classes, or its own input.",
        "Use a loss of what the output answers.",
    ),
    Code(
        "M139",
        "normal distribution of a logarithm",
        "With `target_scaling: log` mean and deviation would be those of the logarithm. Where that "
        "is normal, the target itself is not: it has another mean, and no deviation to answer with "
        "that says as much on both sides. Quantiles of a logarithm are those of the target.",
        "Use Pinball, or another scaling.",
    ),
)

"""Codes M…: layers, loss and metrics that contradict each other."""

from nnspec.diagnostics.codes.code import Code

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
)

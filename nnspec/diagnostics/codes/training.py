"""Codes T…: settings of the training that cannot work."""

from nnspec.diagnostics.codes.code import Code

TRAINING: tuple[Code, ...] = (
    Code(
        "T101",
        "metric watched is not computed",
        "A callback that watches a metric nobody computes never acts.",
        "Watch one of the metrics computed.",
    ),
    Code(
        "T102",
        "nothing to train",
        "`train` needs the sections `data` and `training`.",
        "Add them.",
    ),
    Code(
        "T103",
        "two schedules",
        "Two settings both decide the learning rate.",
        "Keep one.",
    ),
    Code(
        "T104",
        "no validation split",
        "The callback watches the validation rows, and there are none.",
        "Give `split.validation` a share, or watch the training figure.",
    ),
)

"""Codes P…: legal, but against good practice."""

from nnspec.diagnostics.codes.code import Code, Severity

PRACTICE: tuple[Code, ...] = (
    Code(
        "P101",
        "BatchNormalization after an activation",
        "Classical advice normalizes before the activation, or between whole blocks.",
        "Move it before the activation.",
        Severity.WARNING,
    ),
    Code(
        "P102",
        "Dropout last",
        "Dropout on the output blanks predictions while training.",
        "Remove it or move it before the last layer.",
        Severity.WARNING,
    ),
)

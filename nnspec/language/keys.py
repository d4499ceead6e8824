"""The keys at the top of a spec, in the order of the preferred style; floor 3."""

KEYS = (
    "nnspec",
    "name",
    "plugins",
    "variables",
    "blocks",
    "data",
    "model",
    "training",
    "evaluation",
    "runtime",
    "export",
)
VERSION = 1
"""The number of the language, which every spec names."""

"""Types of numbers that a layer or a run can compute in."""

from typing import Literal

LearningPolicy = Literal[
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "mixed_float16",
    "mixed_bfloat16",
]
"""Those that weights learn in: a gradient is no whole number."""
OtherPolicy = Literal[
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "string",
]
DtypePolicy = Literal[LearningPolicy, OtherPolicy]


def computed(policy: DtypePolicy | None) -> str:
    """Return the type that a layer of a policy computes in; that of float32 without one."""
    return (policy or "float32").removeprefix("mixed_")

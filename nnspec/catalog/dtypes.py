"""Types of numbers that a layer or a run can compute in."""

from typing import Literal

DtypePolicy = Literal[
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "mixed_float16",
    "mixed_bfloat16",
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


def computed(policy: DtypePolicy | None) -> str:
    """Return the type that a layer of a policy computes in; that of float32 without one."""
    return (policy or "float32").removeprefix("mixed_")
